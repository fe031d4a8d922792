"""Messages of errors: Python's keyword arguments become options, and paths and quoted texts stay as they are."""

from __future__ import annotations

import pytest

from gensim_distill.cli.errors import keywords_to_options

NAMES = {"split", "layers", "solver", "vector_size", "cache_dir"}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("the model's solver='sgd' needs vector_size=None", "the model's --solver sgd needs --vector-size none"),
        ("vector_size=0 must be a number, or None for all.", "--vector-size 0 must be a number, or none for all."),
        ("layers=[0, -1] is unknown; use layers=3.", "--layers 0,-1 is unknown; use --layers 3."),
        ("cache_dir='/a/layers=3/b' is in use", "--cache-dir /a/layers=3/b is in use"),
    ],
)
def test_keywords_become_options(message: str, expected: str) -> None:
    assert keywords_to_options(message, NAMES) == expected


@pytest.mark.parametrize(
    "message",
    [
        "There is no file or folder 'split=train/rain.txt'.",
        "There is no file or folder 'one or None.txt'.",
        'There is no file or folder "data/split=train".',
        "data/split=train/layers=3.txt: No such file or directory.",
        "split=train/rain.txt: No such file or directory.",
    ],
)
def test_paths_stay_as_they_are(message: str) -> None:
    assert keywords_to_options(message, NAMES) == message
