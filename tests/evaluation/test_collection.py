"""Files of collections: documents, queries, judgments and runs."""

from __future__ import annotations

import gzip
import json
import logging
import lzma
from pathlib import Path
from typing import Any

import pytest

from gensim_distill.evaluation import Collection, Run, TextFile, read_collection, read_judgments, retrieval

DOCUMENTS = [("d1", "Rain", "It rains."), ("d2", "", "Taxes rise."), ("3", "Snow", "")]


def write(folder: Path, documents: str, queries: str, judgments: str) -> Path:
    for name, content in ((documents, "documents"), (queries, "queries"), (judgments, "judgments")):
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        lines = _CONTENT[content, name.split(".")[1] + ("/" if "/" in name else "")]
        data = "".join(f"{line}\n" for line in lines).encode()
        path.write_bytes({"gz": gzip.compress, "xz": lzma.compress}.get(name.split(".")[-1], bytes)(data))
    return folder


_CONTENT: dict[tuple[str, str], list[str]] = {
    ("documents", "jsonl"): [json.dumps({"_id": i, "title": t, "text": x, "metadata": {}}) for i, t, x in DOCUMENTS],
    ("documents", "tsv"): ["\t".join(row) for row in DOCUMENTS],
    ("queries", "jsonl"): ['{"_id": "q1", "text": "weather"}', '{"_id": "q2", "text": "money"}'],
    ("queries", "tsv"): ["id\ttext", "q1\tweather", "q2\tmoney"],
    ("judgments", "tsv/"): ["query-id\tcorpus-id\tscore", "q1\td1\t2", "q1\t3\t1", "q2\td2\t0"],
    ("judgments", "txt"): ["q1 0 d1 2", "q1 0 3 1", "q2 0 d2 0"],
}


@pytest.mark.parametrize(
    "names",
    [
        ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"),
        ("corpus.jsonl.gz", "queries.jsonl.xz", "qrels/test.tsv.gz"),
        ("collection.tsv", "topics.tsv", "qrels.txt"),
        ("documents.tsv.xz", "queries.tsv", "judgments.txt.gz"),
    ],
)
def test_folders_of_beir_and_trec_are_read(
    names: tuple[str, str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        found = read_collection(write(tmp_path, *names))
    assert list(found.documents) == [("d1", "Rain It rains."), ("d2", "Taxes rise."), ("3", "Snow")]
    assert found.identifiers == ["d1", "d2", "3"]
    assert (found.queries, found.judgments) == ({"q1": "weather"}, {"q1": {"d1": 2, "3": 1}})
    assert (found.without_relevant, found.missing_queries, found.missing_documents) == (1, 0, 0)
    assert "1 of 2 queries have no relevant document" in caplog.text


def test_documents_and_topics_of_trec_are_read(tmp_path: Path) -> None:
    (tmp_path / "documents.sgml").write_text(
        "<DOC>\n<DOCNO> FT-1 </DOCNO>\n<HEADLINE>Rain &amp; snow</HEADLINE>\n<TEXT>\n<P>\nIt is 1 < 2.\n</P>\n</TEXT>\n</DOC>\n\n"
        "<doc>\n<docno>FT-2</docno>\n</doc>\n",
        encoding="utf-8",
    )
    (tmp_path / "topics.txt").write_text(
        "<top>\n\n<num> Number: 301\n<title> weather and\nclimate\n\n<desc> Description:\nFind all.\n</top>\n",
        encoding="utf-8",
    )
    (tmp_path / "qrels.txt").write_text("301 0 FT-1 1\n", encoding="utf-8")
    found = read_collection(tmp_path)
    assert list(found.documents) == [("FT-1", "Rain & snow It is 1 < 2."), ("FT-2", "")]
    assert found.queries == {"301": "weather and climate"}


def test_other_splits_can_be_chosen(tmp_path: Path) -> None:
    folder = write(tmp_path, "corpus.jsonl", "queries.jsonl", "qrels/test.tsv")
    (folder / "qrels" / "dev.tsv").write_text("q2\td2\t1\n", encoding="utf-8")
    assert list(read_collection(folder, split="dev").queries) == ["q2"]
    with pytest.raises(FileNotFoundError, match=r"qrels' has no file of judgments of the split 'train'"):
        read_collection(folder, split="train")


def test_identifiers_that_are_missing_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    judgments = {"q1": {"d1": 1, "gone": 2, "not relevant": 0}, "other": {"d1": 1}}
    with caplog.at_level(logging.WARNING):
        found = Collection({"d1": "x"}, {"q1": "x", "q2": "y"}, judgments)
    assert (found.missing_documents, found.missing_queries, found.without_relevant) == (1, 1, 1)
    assert "1 judged queries are not among the queries" in caplog.text
    assert "1 relevant documents are not among the documents" in caplog.text
    # A relevant document that cannot be found counts in recall.
    assert retrieval(Run({"q1": {"d1": 1.0}}), found).recall == 0.5


@pytest.mark.parametrize(
    ("documents", "queries", "judgments", "message"),
    [
        (
            {"d": "x"},
            {"q": "x"},
            {"q": {"e": 1}},
            "None of the documents, such as 'd', is among .* judgments, such as 'e'",
        ),
        (
            {"d": "x"},
            {"q": "x"},
            {"r": {"d": 1}},
            "None of the queries, such as 'q', is among .* judgments, such as 'r'",
        ),
        ({"d": "x"}, {"q": "x"}, {"q": {"d": 0}}, "no relevant documents in the judgments: expected a relevance of 1"),
        ({"d": "x"}, {"q": "x"}, {}, "no relevant documents in the judgments"),
        ({}, {"q": "x"}, {"q": {"d": 1}}, "There are no documents: expected one or more"),
        ([("d", "x"), ("d", "y")], {"q": "x"}, {"q": {"d": 1}}, "Two documents have the identifier 'd'"),
        ({"d": "x"}, [("q", "x"), ("q", "y")], {"q": {"d": 1}}, "Two queries have the identifier 'q'"),
    ],
)
def test_collections_that_do_not_fit_raise(documents: Any, queries: Any, judgments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Collection(documents, queries, judgments)


@pytest.mark.parametrize(
    ("documents", "queries", "judgments", "message"),
    [
        (iter([("d", "x")]), {"q": "x"}, {"q": {"d": 1}}, "read several times"),
        (["d"], {"q": "x"}, {"q": {"d": 1}}, "Item 1 of documents is 'd'"),
        ({"d": 1}, {"q": "x"}, {"q": {"d": 1}}, r"Item 1 of documents is \('d', 1\)"),
        ({"d": "x"}, 7, {"q": {"d": 1}}, "queries is of type int"),
        ({"d": "x"}, {"q": "x"}, {"q": {"d": 0.5}}, "judgments must be a path, or a mapping"),
        ({"d": "x"}, {"q": "x"}, {"q": {"d": 10**9}}, "judgments must be a path, or a mapping"),
        ({"d": "x"}, {"q": "x"}, {"q": ["d"]}, "judgments must be a path, or a mapping"),
    ],
)
def test_other_types_raise(documents: Any, queries: Any, judgments: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Collection(documents, queries, judgments)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"_id": "a", "text": "x"}\n{"_id": "b"}\n', "line 2: the keys are .* expected '_id' and 'text'"),
        (b'{"_id": "a", "text": 7}\n', "line 1: 'text' is 7; expected a string"),
        (b'{"_id": true, "text": "x"}\n', "line 1: '_id' is True; expected a string that is not empty"),
        (b'{"_id": "a", "text": "x"\n', "line 1: not valid JSON"),
        (b'{"_id": "a", "title": 3, "text": "x"}\n', "line 1: 'title' is 3"),
        (b'{"_id": "a", "text": "x"}\n["b"]\n', "line 2: a list; expected an object"),
        (b"a x\n", "line 1: 1 columns; expected identifier and text"),
        (b" \tx\n", "line 1: 'identifier' is ' '"),
        (b"a\tx\n\xff\ty\n", "line 2: not in UTF-8"),
        (b"\n", "has no texts"),
        (b"<DOC>\n<DOCNO>a</DOCNO>\nx\n", "line 1: the element is not closed by </DOC>"),
        (b"<DOC>\n<DOC>\n", "line 2: <DOC> before the end of the one in line 1"),
        (b"<DOC>\nx\n</DOC>\n", "line 1: the document has no <DOCNO>"),
        (b"<DOC>\n<DOCNO> </DOCNO>\n</DOC>\n", "line 1: 'DOCNO' is ' '"),
        (b"<DOC>\n<DOCNO>a</DOCNO>\n</DOC>\nb\tx\n", "line 4: 'b.*'; expected <DOC> or <top>"),
        (b"<top>\n<num> Number: 7\n</top>\n", "line 1: the topic has no <title>"),
        (gzip.compress(b"a\tx\n" * 1000, mtime=0)[:30], "cannot be decompressed"),
    ],
)
def test_damaged_documents_raise(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "corpus.tsv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as raised:
        list(TextFile(path))
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("q d\n", "line 1: 2 columns; expected query, document and relevance"),
        ("q 0 d 1\nq 0 e\n", "line 2: 3 columns, and 4 in the first line"),
        ("q 0 d much\n", "line 1: the relevance is 'much'; expected a whole number"),
        ("q\td\t0.5\n", "the relevance is '0.5'"),
        ("q\td\tnan\n", "the relevance is 'nan'"),
        ("q\td\t99999\n", "the relevance is '99999'"),
        ("q 0 d 1\nq 0 d 1\n", "line 2: the document 'd' is judged twice for the query 'q'"),
        ("query-id\tcorpus-id\tscore\n", "has no relevance judgments"),
    ],
)
def test_damaged_judgments_raise(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "qrels.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message) as raised:
        read_judgments(path)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("first", "relevance", "warns"),
    [
        ("query-id\tcorpus-id\tscore", None, False),
        ("qid\titer\tdocid\trel", None, False),
        ("topic\tdocument\tgain", None, True),
        ("q1 d0 high", None, True),
        ("q1 d0 1", 1, False),
        ("q1 d0 1.0", 1, False),
        ("q1 d0 -1", -1, False),
        ("q1 0 d0 0", 0, False),
    ],
)
def test_a_first_line_without_a_number_is_the_header(
    first: str, relevance: int | None, warns: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "qrels.tsv"
    space = "\t" if "\t" in first else " "
    path.write_text(
        f"{first}\n" + space.join(["q1", *(["0"] * (len(first.split()) - 3)), "d1", "2"]) + "\n", encoding="utf-8"
    )
    with caplog.at_level("WARNING"):
        found = read_judgments(path)
    assert found == {"q1": ({} if relevance is None else {"d0": relevance}) | {"d1": 2}}
    assert ("line 1: taken as the header, since its relevance" in caplog.text) == warns


def test_runs_are_read_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "bm25.run"
    path.write_text("q1 Q0 d2 1 7.5 bm25\nq1 Q0 d1 2 3e-1 bm25\n", encoding="utf-8")
    assert Run.read(path).scores == {"q1": {"d2": 7.5, "d1": 0.3}}
    for content, message in (
        ("q1 Q0 d2 1 7.5\n", "line 1: .* expected the six columns of a run"),
        ("q1 Q0 d2 1 inf x\n", "line 1: "),
        ("q1 Q0 d2 1 1 x\nq1 Q0 d2 2 0 x\n", "line 2: the document 'd2' occurs twice for the query 'q1'"),
        ("", "has no ranked documents"),
    ):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(ValueError, match=message):
            Run.read(path)


def test_folders_without_a_file_raise(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="is not a folder"):
        read_collection(tmp_path / "none")
    with pytest.raises(
        FileNotFoundError, match="has no file of documents: expected one whose name begins with 'corpus.'"
    ):
        read_collection(tmp_path)
    (tmp_path / "corpus.tsv").write_text("", encoding="utf-8")
    (tmp_path / "corpus.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(FileNotFoundError, match="has 2 files of documents"):
        read_collection(tmp_path)


def test_a_second_document_with_the_same_identifier_raises_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "corpus.tsv"
    path.write_text("d\tx\nd\ty\n", encoding="utf-8")
    with pytest.raises(ValueError, match="Two documents in '.*corpus.tsv' have the identifier 'd'"):
        Collection(path, {"q": "x"}, {"q": {"d": 1}})
