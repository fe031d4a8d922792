"""Texts of a collection: their places, empty ones, and reading them again by number."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import datasets
import pytest
from cli_runner import write_lines

from gensim_distill.cli.collection import FoundText, TextCollection, collection_state, state_changes
from gensim_distill.cli.corpus_files import find_corpus
from gensim_distill.cli.run_config import merge_settings


def collection_of(*corpus: Path | str, **settings: Any) -> TextCollection:
    run = merge_settings({"corpus": list(map(str, corpus)), **settings}).run
    return TextCollection(find_corpus(run, quiet=True))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory, with a folder of three files."""
    monkeypatch.chdir(tmp_path)
    write_lines(tmp_path / "texts" / "a.txt", "", "one", "", "two", "three")
    write_lines(tmp_path / "texts" / "b.txt")
    (tmp_path / "texts" / "c.txt.gz").write_bytes(gzip.compress(b"four\nfive\n\nsix\n"))
    return tmp_path


@pytest.mark.parametrize(
    ("unit", "texts", "counts", "places"),
    [
        ("line", ["one", "two", "three", "four", "five", "six"], [3, 0, 3], ["a.txt:2", "a.txt:4", "a.txt:5", "c.txt.gz:1", "c.txt.gz:2", "c.txt.gz:4"]),
        ("paragraph", ["one", "two\nthree", "four\nfive", "six"], [2, 0, 2], ["a.txt:2", "a.txt:4", "c.txt.gz:1", "c.txt.gz:4"]),
        ("file", ["one\n\ntwo\nthree", "four\nfive\n\nsix"], [1, 0, 1], ["a.txt", "c.txt.gz"]),
    ],
)  # fmt: skip
def test_texts_have_places_and_are_found_again(
    unit: str, texts: list[str], counts: list[int], places: list[str], folder: Path
) -> None:
    collection = collection_of("texts", texts=unit)
    assert list(collection) == texts and collection.counts == counts
    found = collection.find(range(len(texts)), counts)
    assert [found[number].text for number in range(len(texts))] == texts
    assert [found[number].place for number in range(len(texts))] == [f"texts/{place}" for place in places]
    last = len(texts) - 1
    assert collection.find([last], counts) == {last: found[last]}
    assert collection.find([], counts) == {}


def test_only_files_with_results_are_read_again(folder: Path) -> None:
    collection = collection_of("texts")
    list(collection)
    (folder / "texts" / "c.txt.gz").write_bytes(b"damaged")
    assert collection.find([1], collection.counts)[1].text == "two"
    write_lines(folder / "texts" / "a.txt", "one")
    assert list(collection.find([0, 1], collection.counts)) == [0]


def test_empty_texts_have_a_place_of_their_own(folder: Path) -> None:
    assert list(collection_of("texts").with_empty()) == ["", "one", "", "two", "three", "four", "five", "", "six"]
    assert list(collection_of("texts", texts="file").with_empty()) == ["one\n\ntwo\nthree", "", "four\nfive\n\nsix"]


def test_rows_of_tables_and_datasets_are_numbered(folder: Path) -> None:
    (folder / "a.jsonl").write_text(
        "".join(json.dumps({"body": text}) + "\n" for text in ["one", None, "two"]), encoding="utf-8"
    )
    collection = collection_of("a.jsonl", column="body")
    assert list(collection) == ["one", "two"]
    assert collection.find([1], collection.counts) == {1: FoundText("two", "a.jsonl", "row", 3)}
    datasets.Dataset.from_dict({"text": ["one", "", "two three"]}).save_to_disk(str(folder / "dataset"))
    collection = collection_of("dataset", tokenized=True)
    assert list(collection) == [["one"], ["two", "three"]]
    assert collection.find([1], collection.counts) == {1: FoundText(["two", "three"], "dataset", "row", 3)}
    assert list(collection.with_empty()) == [["one"], "", ["two", "three"]]


def test_the_state_depends_on_files_and_division(folder: Path) -> None:
    def state(corpus: str = "texts", **settings: Any) -> dict[str, Any]:
        run = merge_settings({"corpus": [corpus], **settings}).run
        return collection_state(find_corpus(run, quiet=True), run)

    before = state()
    assert state_changes(before, state()) == []
    assert state_changes(before, state(texts="file")) == ["--texts was 'line' and is 'file'"]
    write_lines(folder / "texts" / "d.txt", "seven")
    assert state_changes(before, state()) == ["files of the collection were changed, added or removed"]
    assert state_changes(before, state(pattern="[abc].*")) == []
    assert state_changes(state(), state(pattern="[abc].*")) == ["--pattern was '*' and is '[abc].*'"]
    assert state_changes(before, state("texts/a.txt")) == ["the collection is another one"]
