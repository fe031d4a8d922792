"""The corpus of a command: files, folders, patterns, standard input, datasets."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
from pathlib import Path
from typing import Any

import pytest
import smart_open
from cli_runner import write_lines
from platforms import needs_links

from gensim_distill.cli.corpus_files import Corpus, TextFiles, find_corpus, remove_spooled
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.run_config import RUN_SETTINGS
from gensim_distill.corpus.line_file import LineFile

TEXT = "One cat.\nTwo dogs\n\n  \nThree hens\n"


def corpus_of(*given: Any, **settings: Any) -> Corpus:
    defaults = {name: default for name, (_, default) in RUN_SETTINGS.items()}
    return find_corpus(defaults | {"corpus": [str(one) for one in given]} | settings, quiet=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("settings", "texts", "empty"),
    [
        ({}, ["One cat.", "Two dogs", "Three hens"], 2),
        ({"tokenized": True}, [["One", "cat."], ["Two", "dogs"], ["Three", "hens"]], 2),
        ({"texts": "paragraph"}, ["One cat.\nTwo dogs", "Three hens"], 0),
        ({"texts": "file"}, [TEXT.strip()], 0),
        ({"texts": "file", "tokenized": True}, [TEXT.split()], 0),
    ],
)
def test_documents_are_lines_paragraphs_or_files(file: Path, settings: Any, texts: Any, empty: int) -> None:
    corpus = corpus_of(file, **settings)
    assert list(corpus) == texts
    assert list(corpus) == texts  # re-iterable
    assert corpus.empty == empty


def test_files_of_folders_and_patterns_are_sorted(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "deep/c.txt", "deep/d.md", ".hidden", ".git/e.txt"):
        write_lines(tmp_path / name, f"text of {name}")
    assert list(corpus_of(tmp_path)) == [f"text of {name}" for name in ("a.txt", "b.txt", "deep/c.txt", "deep/d.md")]
    assert list(corpus_of(tmp_path, pattern="*.md")) == ["text of deep/d.md"]
    assert list(corpus_of(tmp_path / "*.txt")) == ["text of a.txt", "text of b.txt"]
    assert list(corpus_of(tmp_path / "**" / "*.txt")) == ["text of a.txt", "text of b.txt", "text of deep/c.txt"]


@pytest.mark.parametrize(("ending", "module"), [(".gz", gzip), (".bz2", bz2), (".xz", lzma)])
def test_compressed_and_damaged_files(tmp_path: Path, ending: str, module: Any) -> None:
    path = tmp_path / f"a.txt{ending}"
    data = module.compress("".join(f"text {number} né\n" for number in range(20_000)).encode())
    path.write_bytes(data)
    texts = list(corpus_of(path))
    assert len(texts) == 20_000 and texts[-1] == "text 19999 né"
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(CommandError, match="is damaged and cannot be decompressed"):
        list(corpus_of(path))
    path.write_bytes(b"no such thing")
    with pytest.raises(CommandError, match="is damaged and cannot be decompressed"):
        list(corpus_of(path))


def test_zstandard_is_read_or_raises(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.zst"
    try:
        with smart_open.open(str(path), "w", encoding="utf-8") as file:
            file.write("one\ntwo\n")
    except ImportError:
        path.write_bytes(b"\x28\xb5\x2f\xfd")
        with pytest.raises(CommandError, match="cannot be decompressed here"):
            list(corpus_of(path))
    else:
        assert list(corpus_of(path)) == ["one", "two"]


def test_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("eins zwei\n", encoding="utf-8-sig")
    assert list(corpus_of(path)) == ["eins zwei"]


def test_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("fine\nGrüße\n".encode("latin-1"))
    with pytest.raises(CommandError, match=r"a.txt' is not in utf-8.*use the right --encoding, such as latin-1"):
        list(corpus_of(path))
    assert list(corpus_of(path, encoding="latin-1")) == ["fine", "Grüße"]
    with pytest.raises(CommandError, match="--encoding 'klingon' is unknown"):
        corpus_of(path, encoding="klingon")


def test_binary_files_raise(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"PK\0\0")
    with pytest.raises(CommandError, match="is not a text file, it has zero bytes"):
        list(corpus_of(tmp_path))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.csv", b"text,x\na,b\n"),
        ("b.pdf", b"%PDF-1.4"),
        ("b.html", b"<html>"),
        ("b.jsonl.gz", gzip.compress(b'{"a": 1}', mtime=0)),
    ],
)
def test_a_file_of_another_kind_among_texts_is_excluded_by_their_pattern(
    name: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    for text in ("a.md", "c.md.gz", "d.txt"):
        (tmp_path / text).write_bytes(gzip.compress(b"rain\n") if text.endswith("gz") else b"rain\n")
    with pytest.raises(CommandError, match=r"or exclude it by --pattern '\*\.md'\."):
        corpus_of(tmp_path)
    with pytest.raises(CommandError) as error:  # a file that is passed by its name
        corpus_of(tmp_path / name)
    assert "--pattern" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["nothing.txt"], "there is no such file or folder"),
        (["*.nothing"], "No file matches the pattern"),
        (["empty"], "has no file that matches"),
        (["a.txt", "a.txt"], "is passed twice"),
        (["-", "-"], "can be used only once"),
    ],
)
def test_missing_or_duplicate_files_raise(
    given: list[str], message: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b""), encoding="utf-8"))
    with pytest.raises(CommandError, match=message):
        corpus_of(*given)


def test_standard_input_is_spooled_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    def corpus(text: str) -> Corpus:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
        return corpus_of("-")

    first, again, other = corpus("one\ntwo\n"), corpus("one\ntwo\n"), corpus("one\nthree\n")
    assert list(first) == list(first) == ["one", "two"]
    assert first.state() == again.state() != other.state()
    for one in (first, again, other):
        (path,) = one.paths
        remove_spooled(one)
        assert not path.exists()


def test_state_changes_with_the_files(file: Path) -> None:
    before = corpus_of(file).state()
    assert corpus_of(file).state() == before
    file.write_text(TEXT + "more\n", encoding="utf-8")
    assert corpus_of(file).state() != before


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    datasets = pytest.importorskip("datasets")
    rows = {
        "text": ["One cat.", "", None, "Two dogs"],
        "tokens": [["One", "cat"], ["x"], ["y"], ["Two"]],
        "label": [1, 2, 3, 4],
    }
    whole = datasets.Dataset.from_dict(rows)
    whole.save_to_disk(str(tmp_path / "one"))
    datasets.DatasetDict({"train": whole, "test": whole.select([3])}).save_to_disk(str(tmp_path / "several"))
    return tmp_path


def test_dataset(dataset: Path) -> None:
    corpus = corpus_of(dataset / "one")
    assert list(corpus) == ["One cat.", "Two dogs"]
    assert corpus.empty == 2
    assert list(corpus_of(dataset / "one", tokenized=True)) == [["One", "cat."], ["Two", "dogs"]]
    assert next(iter(corpus_of(dataset / "one", column="tokens"))) == ["One", "cat"]
    assert list(corpus_of(dataset / "several", split="test")) == ["Two dogs"]


def test_a_damaged_dataset_raises_one_sentence(dataset: Path) -> None:
    folder = dataset / "one"
    for file in sorted(folder.iterdir()):
        content = file.read_bytes()
        for damage in (b"", content[: len(content) // 2]):
            file.write_bytes(damage)
            with pytest.raises(CommandError) as caught:
                list(corpus_of(folder))
            assert str(folder) in str(caught.value) and "\n" not in str(caught.value)
        file.write_bytes(content)
    (arrow,) = folder.glob("*.arrow")
    content = arrow.read_bytes()
    offsets = (0).to_bytes(4, "little") + (8).to_bytes(4, "little") * 3  # of the column "text"
    assert offsets in content
    arrow.write_bytes(content.replace(offsets, offsets[:8] + (2**30).to_bytes(4, "little") * 2))
    with pytest.raises(CommandError, match="is damaged"):
        list(corpus_of(folder))


def test_dataset_without_the_column_or_split_raises(dataset: Path) -> None:
    with pytest.raises(CommandError, match=r"no column 'body': use --column with one of text, tokens, label"):
        corpus_of(dataset / "one", column="body")
    with pytest.raises(CommandError, match=r"no split 'dev': use --split with one of train, test"):
        corpus_of(dataset / "several", split="dev")
    with pytest.raises(CommandError, match=r"row 0 of the column 'label' is of type int"):
        list(corpus_of(dataset / "one", column="label"))


def test_files_and_datasets_form_one_corpus(file: Path, dataset: Path) -> None:
    assert list(corpus_of(file, dataset / "one"))[2:4] == ["Three hens", "One cat."]


def test_errors_use_names_of_files(tmp_path: Path) -> None:
    path = tmp_path / "spooled"
    path.write_bytes(b"\xff\n")
    with pytest.raises(CommandError, match="'standard input' is not in utf-8"):
        list(TextFiles([path], names={path: "standard input"}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize("tokenized", [False, True])
def test_a_byte_order_mark_is_no_part_of_a_word(encoding: str, tokenized: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    mark = "" if encoding == "utf-16" else "\ufeff"  # which that encoding writes itself
    path.write_bytes(f"{mark}the cat\n{mark}the dog\r\nthe cow\rthe bee".encode(encoding))
    expected = ["the cat", "the dog", "the cow", "the bee"]
    found = list(corpus_of(path, encoding=encoding, tokenized=tokenized))
    assert found == ([line.split() for line in expected] if tokenized else expected)


@pytest.mark.parametrize("pattern", ["", "/etc/*", "../*", "a/../../*", "***", "/"])
def test_a_pattern_outside_of_the_folder_raises(pattern: str, tmp_path: Path) -> None:
    write_lines(tmp_path / "folder" / "a.txt", "one")
    write_lines(tmp_path / "b.txt", "two")
    with pytest.raises(CommandError, match="--pattern .* is invalid"):
        corpus_of(tmp_path / "folder", pattern=pattern)


def test_an_empty_gzip_file_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").touch()
    with pytest.raises(CommandError, match=r"a.txt.gz' is damaged .*it has no bytes"):
        list(corpus_of(tmp_path / "a.txt.gz"))
    with pytest.raises(ValueError, match=r"a.txt.gz' is damaged"):
        list(LineFile(tmp_path / "a.txt.gz"))
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b""))
    assert list(corpus_of(tmp_path / "b.txt.gz")) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_the_encoding_of_a_byte_order_mark_is_named(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("one\n".encode(encoding))
    with pytest.raises(CommandError, match=f"so use --encoding {encoding}\\."):
        list(corpus_of(tmp_path / "a.txt"))
    assert list(corpus_of(tmp_path / "a.txt", encoding=encoding)) == ["one"]


def test_the_folder_of_a_model_is_no_corpus(tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_text('{"model_type": "model2vec"}', encoding="utf-8")
    with pytest.raises(
        CommandError, match=r"is the folder of a model, with config\.json and tokenizer\.json, not a corpus"
    ):
        corpus_of(tmp_path)


@needs_links
def test_a_loop_of_links_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(CommandError, match="there is no such file or folder"):
        corpus_of(tmp_path / "loop")
