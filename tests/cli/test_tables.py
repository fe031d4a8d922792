"""Tables, web pages and binary files as a corpus: a column is read, or one sentence tells what to do."""

from __future__ import annotations

import bz2
import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_runner import LITTLE, messages, run, run_json, write_lines

from gensim_distill.cli.corpus_files import find_corpus
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.run_config import merge_settings

ROWS = [('Rain, "again"\nand again.', "bad"), ("Sun;", "good"), ("", "none"), ("Ünder\tthe | sea", "good")]
TEXTS = [text for text, _ in ROWS if text]


def documents(path: Path, **options: Any) -> list[Any]:
    return list(find_corpus(merge_settings({"corpus": [str(path)], **options}).run, quiet=True))


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def delimited(separator: str) -> str:
    return "".join(f"{quoted(text)}{separator}{label}\r\n" for text, label in [("text", "label"), *ROWS])


OBJECTS = [{"text": text, "label": label} for text, label in ROWS]
TABLES: dict[str, str] = {
    "a.csv": delimited(","),
    "semicolons.csv": delimited(";"),
    "A.CSV": "\ufeff" + delimited(","),
    "a.tsv": delimited("\t"),
    "a.jsonl": "".join(f"{json.dumps(row)}\n" for row in OBJECTS),
    "a.ndjson": "".join(f"{json.dumps(row, ensure_ascii=False)}\n\n" for row in OBJECTS),
    "lines.json": "".join(f"{json.dumps(row)}\n" for row in OBJECTS),
    "list.json": json.dumps(OBJECTS, indent=1),
    "lines.txt": "".join(f"{json.dumps(row)}\n" for row in OBJECTS),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_needs_a_column(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(TABLES[name].encode())
    with pytest.raises(
        CommandError, match=r"is a table with the columns 'text', 'label': use --column .* --column none"
    ):
        documents(path)
    with pytest.raises(CommandError, match=r"has no column 'body': use --column with one of 'text', 'label'"):
        documents(path, column="body")
    assert documents(path, column="text") == TEXTS
    assert documents(path, column="label") == [label for _, label in ROWS]
    packed = path.with_name(f"{name}.gz")
    packed.write_bytes(gzip.compress(TABLES[name].encode()))
    assert documents(packed, column="text", tokenized=True) == [text.split() for text in TEXTS]
    lines = documents(path, column="none")
    assert len(lines) > 1 and "label" in "".join(lines)


def test_parquet(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {"text": [text for text, _ in ROWS] + [None], "tokens": [["a", "b"]] * 5, "stars": [1, 2, 3, 4, 5]}
    parquet.write_table(pyarrow.table(columns), tmp_path / "a.parquet")
    with pytest.raises(CommandError, match=r"is a table with the columns 'text', 'tokens', 'stars': use --column"):
        documents(tmp_path / "a.parquet")
    assert documents(tmp_path / "a.parquet", column="text") == TEXTS
    assert documents(tmp_path / "a.parquet", column="tokens") == [["a", "b"]] * 5
    with pytest.raises(CommandError, match=r"row 1 of the column 'stars' is of type int"):
        documents(tmp_path / "a.parquet", column="stars")
    whole = (tmp_path / "a.parquet").read_bytes()
    for damaged in (whole[: len(whole) // 2], b"PAR1", b"text", whole[:4] + b"\xff" * 40 + whole[44:]):
        (tmp_path / "b.parquet").write_bytes(damaged)
        with pytest.raises(CommandError, match="b.parquet' is damaged"):
            documents(tmp_path / "b.parquet", column="text")
    parquet.write_table(
        pyarrow.table({"text": ["Rain falls."]}), tmp_path / "b.parquet", compression="none", use_dictionary=False
    )
    content = (tmp_path / "b.parquet").read_bytes()
    (tmp_path / "b.parquet").write_bytes(content.replace(b"Rain falls.", b"Rain f\xe4lls."))
    with pytest.raises(CommandError, match="b.parquet' is damaged"):
        documents(tmp_path / "b.parquet", column="text")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", 'text,label\n"open,1\n', "line 2"),
        ("a.csv", "text,label\nRain, again,1\n", "line 2 has 3 columns, and the first one has 2"),
        ("a.csv", "text,label\nRain\n", "line 2 has 1 columns"),
        ("a.jsonl", '{"text": "a"}\n{"text": \n', "line 2 is not valid JSON"),
        ("a.jsonl", '{"text": "a"}\n\n{"body": "b"}\n', r"line 3, has no column 'text', .* columns are \['body'\]"),
        ("a.jsonl", '{"text": "a"}\n{"Text": "b"}\n', r"line 2, has no column 'text', .* columns are \['Text'\]"),
        ("a.jsonl", '{"text": "a"}\n{}\n', r"line 2, has no column 'text', .* columns are \[\]"),
        ("a.json", '[{"text": "a"}, {"body": "b"}]', "row 2, has no column 'text'"),
        ("a.jsonl", '{"text": "a"}\n["b"]\n', "row 2 is of type list"),
        ("a.jsonl", '{"text": "a"}\n{"text": 3}\n', "row 2 of the column 'text' is of type int"),
        ("a.jsonl", '{"text": "a"}\n{"text": ["a", 3]}\n', "row 2 of the column 'text' is of type list"),
        ("a.jsonl", "[" * 100_000, "is not valid JSON"),
        ("a.json", '{\n"text": "a"}', "is of type dict, where a list of objects, one per document"),
        ("a.json", '["a"]', "row 1 is of type str"),
        ("a.json", "[1, ", "is not valid JSON"),
        ("a.csv", "text\n\udcff\n", "is not in utf-8"),
    ],
)
def test_damaged_tables_raise(name: str, text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CommandError, match=message) as raised:
        documents(tmp_path / name, column="text")
    assert name in str(raised.value)


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")


FILES: list[tuple[str, bytes | Callable[[Path], None], str]] = [
    ("a.html", b"<p>Rain</p>", "is a web page, not plain text"),
    ("a.txt", b"\n <!DOCTYPE html><html><body>Rain", "is a web page, not plain text"),
    ("a.xml.bz2", bz2.compress(b"<mediawiki>"), "is an XML file, not plain text"),
    ("a.pdf", b"%PDF-1.7\n%\xe2\xe3", "is a PDF document, not plain text"),
    ("a.docx", zipped, "is a Word document, not plain text"),
    ("a.zip", zipped, "is a zip archive, not plain text"),
    ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an Office document"),
    ("a.rtf", b"{\\rtf1 Rain}", "is an RTF document"),
    ("a.ipynb", b'{\n "cells": []}', "is a notebook"),
    ("a.png", b"\x89PNG\r\n\x1a\n\0", "is an image"),
    ("a.jpg", b"\xff\xd8\xff\xe0", "is an image"),
    ("a.npy", b"\x93NUMPY\x01\0", "is a numpy array"),
    ("a.pkl", b"\x80\x04\x95\0", "is not in utf-8"),
    ("Thumbs.db", b"abc\0def", "is not a text file, it has zero bytes"),
    ("a", gzip.compress(b"Rain", mtime=0), "use a name that ends in .gz"),
    ("a.gz", bz2.compress(b"Rain"), "use a name that ends in .bz2"),
    ("a.gz", b"Rain", "a.gz' is damaged and cannot be decompressed"),
    ("a.txt.gz", gzip.compress(b"Rain", mtime=0)[:-9], "is damaged and cannot be decompressed to its end"),
    ("a.txt", "\ufeffRain".encode("utf-16-le"), "use --encoding utf-16"),
    ("a.txt", "Größe".encode("latin-1"), "use the right --encoding, such as latin-1"),
]


@pytest.mark.parametrize(
    ("name", "content", "message"), FILES, ids=[f"{name}-{number}" for number, (name, _, _) in enumerate(FILES)]
)
def test_files_that_are_not_text_raise_before_work(
    name: str, content: bytes | Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    write_lines(tmp_path / "folder" / "first.txt", "Sun")
    path = tmp_path / "folder" / name
    content(path) if callable(content) else path.write_bytes(content)
    result = run("train", tmp_path / "folder", "-o", tmp_path / "out", "--teacher", tmp_path / "none", code=3)
    assert message in messages(result) and name in messages(result) and len(messages(result).splitlines()) == 1


def test_markup_and_tables_are_text_with_column_none(tmp_path: Path) -> None:
    write_lines(tmp_path / "a.html", "<p>Rain</p>")
    write_lines(tmp_path / "b.csv", "text,label")
    assert documents(tmp_path, column="none") == ["<p>Rain</p>", "text,label"]


def test_texts_that_resemble_tables_are_text(tmp_path: Path) -> None:
    for name, text in [
        ("a.txt", "text,label"),
        ("b.txt", "{curly} words"),
        ("c.txt", "{}"),
        ("d.md", "# Title"),
        ("e.txt", "[1, 2]"),
        ("f", "%PDF is a format"),
        ("g", "BZh is a magic"),
        ("h.csv", ""),
    ]:
        write_lines(tmp_path / name, text)
    assert documents(tmp_path) == [
        "text,label",
        "{curly} words",
        "{}",
        "# Title",
        "[1, 2]",
        "%PDF is a format",
        "BZh is a magic",
    ]


def test_training_on_a_column(folder: Path, tmp_path: Path) -> None:
    rows = [{"text": f"The quick fox number {number}.", "label": "good"} for number in range(5)]
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    output = tmp_path / "out"
    arguments = ["train", "-", "--teacher", folder, *LITTLE, "-o", output]
    assert "'standard input' is a table with the columns 'text', 'label'" in messages(
        run(*arguments, input=text, code=3)
    )
    assert not list(tmp_path.rglob("gensim-distill-stdin-*"))
    assert run_json("estimate", "-", "--teacher", folder, *LITTLE, "--column", "text", input=text)["corpus"]
    run(*arguments, "--column", "text", input=text)
    words = (output / "vocabulary.txt").read_text(encoding="utf-8")
    assert "quick 5" in words and "good" not in words and "label" not in words
    run("train", "--config", output / "settings.toml", "-o", tmp_path / "again", input=text)
    assert (tmp_path / "again" / "vectors.bin").read_bytes() == (output / "vectors.bin").read_bytes()


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_two_columns_of_one_name_raise(name: str, tmp_path: Path) -> None:
    separator = "," if name == "a.csv" else "\t"
    path = write_lines(tmp_path / name, separator.join(["text", "text"]), separator.join(["the fox", "the dog"]))
    with pytest.raises(CommandError, match=r"has 2 columns 'text': rename all but that of the documents"):
        documents(path, column="text")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", '{"text": "a"}\n{"text": null}\n{"text": ""}\n{"text": []}\n'),
        ("a.json", '[{"text": "a"}, {"text": null}, {"text": " "}, {"text": []}]'),
    ],
)
def test_null_is_an_empty_document(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    corpus = find_corpus(merge_settings({"corpus": [str(tmp_path / name)], "column": "text"}).run, quiet=True)
    assert list(corpus) == ["a"]
    assert corpus.empty == 3
