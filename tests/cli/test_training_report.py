"""The report at the end of ``gensim-distill train``."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from gensim.models import KeyedVectors

from gensim_distill.cli.sizes import pieces_advice
from gensim_distill.cli.training_report import example_word


@pytest.mark.parametrize(
    ("words", "lengths", "expected"),
    [
        (
            ["the", "of", "court", "police", "rain"],
            [0.1, 0.2, 0.8, 0.9, 0.7],
            "court",
        ),  # the most frequent of long rows
        (["the", "sun", "rain", "hail", "1990s"], [0.1, 0.9, 0.8, 0.8, 0.7], "rain"),  # of four letters
        (["的", "北京", "大学"], [0.1, 0.9, 0.8], "北京"),
        (["1", "2"], [1.0, 1.0], "1"),  # no letters at all
    ],
)
def test_the_example_is_a_frequent_content_word(words: list[str], lengths: list[float], expected: str) -> None:
    vectors = KeyedVectors(2)
    vectors.add_vectors(words, np.ones((len(words), 2)))
    table = np.array(lengths)[:, None] * [[0.6, 0.8]]
    assert example_word(SimpleNamespace(wv=vectors, text_encoder=SimpleNamespace(table=table))) == expected


def test_the_advice_for_large_results_is_a_command_to_copy() -> None:
    text = pieces_advice("my vectors", 79_000_000)
    assert text.startswith("79 MB of the result are rows of pieces of words")
    assert 'which model2vec reads and gensim-distill does not (pip install "gensim-distill[export]")' in text
    assert text.endswith("gensim-distill export 'my vectors' small --format model2vec --max-pieces 10000")
