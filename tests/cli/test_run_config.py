"""Settings from the command line and TOML files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gensim_distill._utils import toml
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.run_config import merge_settings, read_toml


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"corpus": [""]}, "is empty: the current folder is '.'"),
        ({"corpus": ["a"], "output": ""}, "is empty: the current folder is '.'"),
        ({"corpus": ["a", os.fsdecode(b"caf\xe9")]}, r"stored in UTF-8, which cannot hold the corpus '.*/caf\\udce9'"),
        ({"corpus": ["a"], "teacher": "\udcff"}, r"stored in UTF-8, which cannot hold --teacher '\\udcff'"),
        ({"corpus": ["a\0b"]}, r"NUL character, as the corpus '.*/a\\x00b'"),
        ({"corpus": ["a"], "cache_dir": "a\0b"}, r"NUL character, as --cache-dir 'a\\x00b'"),
        ({"corpus": ["a"], "output": "a\0b"}, r"NUL character, as --output 'a\\x00b'"),
        ({"corpus": ["a"], "encoding": "a\0b"}, r"NUL character, as --encoding 'a\\x00b'"),
        ({"corpus": ["a"], "output": 5}, r"output = 5 is invalid: expected a string"),
    ],
)
def test_settings_that_cannot_be_stored_or_are_empty_raise(options: dict[str, object], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        merge_settings(options)


def test_the_name_of_the_output_folder_may_be_in_any_encoding() -> None:
    assert merge_settings({"corpus": ["a"], "output": "\udcff"}).output == "\udcff"


def test_a_format_that_is_named_twice_is_written_once() -> None:
    assert merge_settings({"corpus": ["a"], "formats": ["glove", "kv", "glove"]}).run["formats"] == ["glove", "kv"]


def test_a_byte_order_mark_and_any_line_break_are_valid_in_settings(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes('\ufeffmin_count = 3\r\nseed = 2\r\ncomment = "é"\r\n'.encode())
    assert read_toml(path) == {"min_count": 3, "seed": 2, "comment": "é"}


def test_a_file_that_is_too_large_for_settings_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toml, "_LARGEST_FILE", 10)
    path = tmp_path / "settings.toml"
    path.write_text("seed = 1\n" * 10, encoding="utf-8")
    with pytest.raises(CommandError, match="has more than 10 bytes"):
        read_toml(path)
