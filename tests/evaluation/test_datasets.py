"""Data sets of gensim, and files."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from gensim_distill.evaluation import (
    read_pairs,
    read_questions,
    read_texts,
)


def test_gensims_data_sets_have_names() -> None:
    assert len(read_pairs("simlex999")) == 999
    assert len(read_pairs("wordsim353")) == 353
    google = read_questions("google")
    assert sum(map(len, google.values())) == 19544
    assert next(iter(google)) == "capital-common-countries"
    assert len(google) == 14


@pytest.mark.parametrize("delimiter", ["\t", ",", ";", " "])
@pytest.mark.parametrize(
    "header", ["", "Word 1{0}Word 2{0}Human (mean)\n", "# a comment\n", "\ufeffword1{0}word2{0}score\n"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_pairs_may_be_separated_by_any_delimiter(delimiter: str, header: str, newline: str, tmp_path: Path) -> None:
    if delimiter == " ":
        header = header.replace("Word ", "word").replace(" (mean)", "")
    lines = (header + "cat{0}dog{0}7.5\n# old{0}new{0}1\n\nnaïve{0}café{0}-1e1\n").format(delimiter)
    path = tmp_path / "pairs"
    path.write_bytes(lines.replace("\n", newline).encode())
    assert read_pairs(path) == [("cat", "dog", 7.5), ("naïve", "café", -10.0)]
    path.write_bytes(gzip.compress(lines.encode()))
    assert read_pairs(path) == [("cat", "dog", 7.5), ("naïve", "café", -10.0)]


def test_columns_of_pairs_can_be_selected(tmp_path: Path) -> None:
    path = tmp_path / "SimLex-999.txt"
    path.write_text("word1\tword2\tPOS\tSimLex999\told\nold\tnew\tA\t1.58\tx\n", encoding="utf-8")
    assert read_pairs(path, columns=(0, 1, 3)) == [("old", "new", 1.58)]
    with pytest.raises(ValueError, match="line 2: .*'A'.* set columns="):
        read_pairs(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\tb\t1\nc\td\tmuch\n", "line 2: .*'much'.*a score, a finite number"),
        (b"# c\na\tb\t1\n\nc\td\n", "line 4: 2 columns"),
        (b"a,b,1\nc,d,nan\n", "line 2"),
        (b"a b 1\n\xff\xfe c 2\n", "not in UTF-8"),
        (b"# nothing\n", "no word pairs"),
        (gzip.compress(b"a b 1\n" * 1000, mtime=0)[:30], "cannot be decompressed"),
    ],
)
def test_an_invalid_line_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_pairs(path)


def test_questions_with_and_without_sections(tmp_path: Path) -> None:
    path = tmp_path / "questions"
    path.write_text("# c\n: capital cities\nAthens Greece Rome Italy\n: gram1\na b c d\n", encoding="utf-8")
    assert read_questions(path) == {
        "capital cities": [("Athens", "Greece", "Rome", "Italy")],
        "gram1": [("a", "b", "c", "d")],
    }
    path.write_text("New York\tUSA\tRome\tItaly\n", encoding="utf-8")
    assert read_questions(path) == {"": [("New York", "USA", "Rome", "Italy")]}
    path.write_text(": one\na b c d\na b c\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 3: .*four words"):
        read_questions(path)
    with pytest.raises(FileNotFoundError, match="'gogle' is neither a file nor a data set of gensim"):
        read_questions("gogle")
    with pytest.raises(ValueError, match="question 1: 'abcd'"):
        read_questions(["abcd"])  # type: ignore[list-item]


def test_texts_and_labels_from_tables(tmp_path: Path) -> None:
    path = tmp_path / "texts"
    path.write_text('id,Label,TEXT\n1,pos,"Good, \n""very"" good"\n2,neg,#bad\n', encoding="utf-8")
    assert read_texts(path) == (['Good, \n"very" good', "#bad"], ["pos", "neg"])
    path.write_text('text\tlabel\nsaid "no\t0\n', encoding="utf-8")
    assert read_texts(path) == (['said "no'], ["0"])
    path.write_text("1\tfine film\n0\tno film\n", encoding="utf-8")
    assert read_texts(path, text=1, label=0) == (["fine film", "no film"], ["1", "0"])
    with pytest.raises(ValueError, match="no column 'text' in its first line"):
        read_texts(path)
    path.write_text("text,label\na,b\nc\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 3: 1 columns"):
        read_texts(path)
    with pytest.raises(TypeError, match="two names or two positions"):
        read_texts(path, text="text", label=1)
    path.write_text(f"text,label\n{'a ' * 100_000},b\n", encoding="utf-8")
    assert len(read_texts(path)[0][0]) == 200_000


@pytest.mark.parametrize(
    ("reader", "row"), [(read_pairs, "cat\tdog\tx{}"), (read_questions, "a b c d {}"), (read_texts, "{},b")]
)
def test_messages_about_long_lines_are_short(reader: Any, row: str, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("cat\tdog\t1\n" * (reader is read_pairs) + row.format("9" * 5_000), encoding="utf-8")
    with pytest.raises(ValueError, match="long.txt") as raised:
        reader(path)
    assert len(str(raised.value)) < 400 + len(str(path))
