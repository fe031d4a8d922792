"""Files of labeled texts."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from gensim_distill.evaluation import LabeledTexts, read_labeled_texts, read_texts

ROWS = [("train", "a", "one"), ("dev", "b", "two"), ("test", "b", "three")]


@pytest.mark.parametrize("kind", ["tsv", "csv", "jsonl"])
def test_a_column_divides_texts(kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / f"requests.{kind}"
    if kind == "jsonl":
        lines = [json.dumps({"split": split, "label": label, "text": text}) for split, label, text in ROWS]
    else:
        delimiter = {"tsv": "\t", "csv": ","}[kind]
        lines = [delimiter.join(row) for row in [("Split", "label", "text"), *ROWS]]
    path.write_text("\n".join(lines), encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert read_labeled_texts(path) == LabeledTexts(["one", "three"], ["a", "b"], [True, False])
    assert "1 of 3 texts" in caplog.text and "['dev']" in caplog.text


def test_a_folder_has_a_file_of_each_part(tmp_path: Path) -> None:
    (tmp_path / "train.tsv").write_text("label\ttext\na\tone\nb\ttwo\n", encoding="utf-8")
    with pytest.raises(
        FileNotFoundError, match="has no file whose name begins with 'test.': expected two files, such as train.tsv and"
    ):
        read_labeled_texts(tmp_path)
    (tmp_path / "test.jsonl").write_text('{"text": "three", "label": 7}\n', encoding="utf-8")
    expected = LabeledTexts(["one", "two", "three"], ["a", "b", "7"], [True, True, False])
    assert read_labeled_texts(tmp_path) == expected


def test_without_the_column_there_is_no_division(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("text,label\none,a\n", encoding="utf-8")
    assert read_labeled_texts(path) == LabeledTexts(["one"], ["a"])
    assert read_texts(path) == (["one"], ["a"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("split\tlabel\ttext\ntrain\ta\tone\n", "has no test texts: expected both 'train' and 'test'"),
        ("split\tlabel\ttext\ntest\ta\tone\n", "has no training texts"),
        ('{"text": "x", "label": "a", "split": "train"}\n{"text": "x", "label": "a"}\n', "line 2: no 'split'"),
        ('{"text": 7, "label": "a"}\n', "line 1: 'text' is 7; expected a string"),
        ('{"text": "x", "label": ["a"]}\n', r"line 1: the label is \['a'\]"),
        ('{"text": "x"}\n', "has no column 'label' in line 1, whose keys are"),
        ('{"text": "x", "label": "a"}\nx\n', "line 2: not valid JSON"),
        ("split\tlabel\n", "has no column 'text'"),
    ],
)
def test_damaged_files_raise(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "texts"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message) as raised:
        read_labeled_texts(path)
    assert str(path) in str(raised.value)
