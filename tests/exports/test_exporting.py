"""`export`: invalid arguments, existing paths, a full disk, and all kinds of sources."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gensim.models import KeyedVectors, Word2Vec
from numpy.testing import assert_array_equal
from platforms import needs_links, needs_names_of_bytes, needs_pipes
from small_vectors import random_vectors

from gensim_distill.encoding import TextEncoder
from gensim_distill.exports import EXPORTERS, export
from gensim_distill.vectors import load_safetensors, load_vectors


@pytest.fixture
def vectors() -> KeyedVectors:
    return random_vectors()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"format": "word2vek"}, ValueError, "did you mean 'word2vec'"),
        ({"format": "pickle"}, ValueError, "format='pickle' must be 'word2vec', "),
        ({"format": "word2vec", "dtype": "int8"}, ValueError, "dtype='int8' is not supported by 'word2vec'"),
        ({"format": "word2vec-binary", "dtype": "float16"}, ValueError, "the format has only float32"),
        ({"format": "spacy", "dtype": "int8"}, ValueError, "int8 would overflow"),
        ({"format": "sentence-transformers", "dtype": "int8"}, ValueError, "precision='int8'"),
        ({"format": "glove", "language": "en"}, TypeError, "has no option 'language'"),
        ({"format": "glove", "license": "mit"}, TypeError, "for the model card"),
        ({"format": "safetensors", "license": 5}, TypeError, "license=5 must be a string"),
        ({"format": "safetensors", "description": 5}, TypeError, "description=5 must be a string"),
        ({"format": "safetensors", "languages": 5}, TypeError, "languages=5 must be the code of a language"),
        ({"format": "safetensors", "languages": ["en", None]}, TypeError, "must be the code of a language"),
        ({"format": "safetensors", "scores": [1.0]}, TypeError, "scores must be a mapping"),
        ({"format": "glove", "dimensions": 13}, ValueError, "from 1 to 12"),
        ({"format": "glove", "dimensions": True}, ValueError, "from 1 to 12"),
        ({"format": "glove", "max_words": 0}, ValueError, "max_words=0 must be a whole number from 1"),
        ({"format": "glove", "unwritable": "ignore"}, ValueError, "must be 'raise' or 'skip'"),
        ({"format": "glove", "encoder": SimpleNamespace()}, TypeError, "is a format of word vectors"),
    ],
)
def test_invalid_arguments_raise_before_anything_is_written(
    vectors: KeyedVectors, tmp_path: Path, settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        export(vectors, tmp_path / "v", **settings)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("format", ["word2vec", "safetensors"])
def test_an_existing_export_is_replaced_only_with_overwrite(tmp_path: Path, format: str) -> None:
    old, new = random_vectors(["cat"]), random_vectors(["dog"])
    path = export(old, tmp_path / "v", format)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(FileExistsError, match="overwrite=True"):
        export(new, path, format)
    export(new, path, format, overwrite=True)
    assert sorted(tmp_path.rglob("*")) == before
    assert load_vectors(path).index_to_key == ["dog"]


def test_other_folders_are_never_replaced(vectors: KeyedVectors, tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "thesis.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(FileExistsError, match="is not an export in the format"):
        export(vectors, tmp_path / "project", "safetensors", overwrite=True)
    with pytest.raises(FileExistsError, match="is a folder, and the format 'glove' is a file"):
        export(vectors, tmp_path / "project", "glove", overwrite=True)
    assert (tmp_path / "project" / "thesis.tex").read_text(encoding="utf-8") == "years of work"


FOLDERS = [format for format, exporter in EXPORTERS.items() if exporter.folder]
OWN_FILES = {
    "gensim-distill": "vectors.safetensors",
    "safetensors": "vectors.safetensors",
    "sentence-transformers": "modules.json",
    "model2vec": "tokenizer.json",
    "spacy": "meta.json",
    "tensorboard": "projector_config.pbtxt",
}


@pytest.mark.parametrize("format", ["word2vec", "safetensors"])
def test_an_export_below_a_file_raises_before_vectors_are_loaded(tmp_path: Path, format: str) -> None:
    (tmp_path / "file").write_text("a", encoding="utf-8")
    with pytest.raises(FileExistsError, match="is below .*file', which is a file: use another path"):
        export(tmp_path / "none.txt", tmp_path / "file" / "a" / "b", format)


@pytest.mark.parametrize("format", FOLDERS)
def test_an_export_is_replaced_unless_there_are_other_files_in_it(
    vectors: KeyedVectors, tmp_path: Path, format: str
) -> None:
    path = export(vectors, tmp_path / "v", format)
    export(vectors, path, format, overwrite=True)
    (path / ".gensim-distill.json").unlink()  # as earlier versions wrote it
    export(vectors, path, format, overwrite=True)
    (path / "notes").mkdir()
    (path / "notes" / "mine.txt").write_text("years of work", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(FileExistsError, match="has files that are not of the export, 'notes/mine.txt'"):
            export(vectors, path, format, overwrite=True)
        assert (path / "notes" / "mine.txt").read_text(encoding="utf-8") == "years of work"
        (path / ".gensim-distill.json").unlink(missing_ok=True)


@pytest.mark.parametrize("format", FOLDERS)
def test_folders_of_other_programs_are_never_replaced(vectors: KeyedVectors, tmp_path: Path, format: str) -> None:
    for mark in (None, "[]", "{", "null", '{"kind": "gensim-distill export", "format": "other", "files": []}'):
        path = tmp_path / "v"
        path.mkdir(exist_ok=True)
        (path / OWN_FILES[format]).write_text("{}", encoding="utf-8")
        (path / "README.md").write_text("A model of my own.", encoding="utf-8")
        if mark is not None:
            (path / ".gensim-distill.json").write_text(mark, encoding="utf-8")
        with pytest.raises(FileExistsError, match="is not an export in the format"):
            export(vectors, path, format, overwrite=True)
        assert (path / OWN_FILES[format]).read_text(encoding="utf-8") == "{}"


@needs_links
def test_special_folders_and_links_are_never_replaced(
    vectors: KeyedVectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export(vectors, tmp_path / "v", "safetensors")
    before = sorted(path.iterdir())
    (tmp_path / "link").symlink_to(path)
    cases = [(tmp_path / "link", "is a symbolic link")]
    monkeypatch.setattr(Path, "home", lambda: path)
    cases.append((path, "home folder"))
    for target, message in cases:
        with pytest.raises(FileExistsError, match=message):
            export(vectors, target, "safetensors", overwrite=True)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.chdir(path)
    for relative in (".", "../v"):
        with pytest.raises(FileExistsError, match="current folder"):
            export(vectors, relative, "safetensors", overwrite=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os.path, "ismount", lambda _: True)
    with pytest.raises(FileExistsError, match="is a mount point"):
        export(vectors, path, "safetensors", overwrite=True)
    assert sorted(path.iterdir()) == before


@needs_pipes
def test_pipes_and_linked_files_are_not_replaced(vectors: KeyedVectors, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file.txt").write_text("years of work", encoding="utf-8")
    (tmp_path / "link.txt").symlink_to(tmp_path / "file.txt")
    for name, message in (("pipe", "is a device, a pipe or a socket"), ("link.txt", "is a symbolic link")):
        with pytest.raises(FileExistsError, match=message):
            export(vectors, tmp_path / name, "glove", overwrite=True)
    assert (tmp_path / "file.txt").read_text(encoding="utf-8") == "years of work"


@pytest.mark.parametrize("format", ["word2vec", "word2vec-binary", "glove", "fasttext"])
@pytest.mark.parametrize(
    ("ending", "magic"), [("gz", b"\x1f\x8b"), ("bz2", b"BZh"), ("xz", b"\xfd7zXZ"), ("GZ", b"\x1f\x8b")]
)
def test_files_are_compressed_by_the_ending_of_their_name(
    vectors: KeyedVectors, tmp_path: Path, format: str, ending: str, magic: bytes
) -> None:
    path = export(vectors, tmp_path / f"v.vec.{ending}", format)
    assert path.read_bytes().startswith(magic)
    assert_array_equal(load_vectors(path).vectors, vectors.vectors)
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("ending", [".zst", ".zip", ".lz4", ".tar"])
def test_endings_of_other_compressions_raise(vectors: KeyedVectors, tmp_path: Path, ending: str) -> None:
    with pytest.raises(ValueError, match="of a compression that is not supported"):
        export(vectors, tmp_path / f"v{ending}", "glove")


@pytest.mark.parametrize("name", ["s3:v.bin", "http:v.txt", "a b#c?d", "日.bin"])
def test_file_names_are_no_addresses(
    vectors: KeyedVectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for format in ("word2vec", "word2vec-binary"):
        export(vectors, name, format, overwrite=True)
        assert_array_equal(load_vectors(name).vectors, vectors.vectors)
    assert os.listdir(tmp_path) == [name]


def test_a_full_disk_keeps_the_previous_export(
    vectors: KeyedVectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export(random_vectors(["cat"]), tmp_path / "v", "safetensors")

    def full(*arguments: Any, **settings: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="could not be written .No space left on device") as caught:
        export(vectors, path, "safetensors", overwrite=True)
    assert caught.value.errno == errno.ENOSPC
    assert os.listdir(tmp_path) == ["v"]
    assert load_safetensors(path).index_to_key == ["cat"]


def test_models_files_and_folders_are_sources(tmp_path: Path, corpus: list[list[str]]) -> None:
    model = Word2Vec(corpus, vector_size=8, min_count=1, seed=1, workers=1)
    first = export(model, tmp_path / "of a model.txt", "word2vec")
    second = export(first, tmp_path / "of a file", "safetensors")
    assert_array_equal(load_safetensors(second).vectors, model.wv.vectors)
    with pytest.raises(FileNotFoundError, match="there is no such file"):
        export(tmp_path / "missing.txt", tmp_path / "v", "word2vec")
    with pytest.raises(TypeError, match="expected KeyedVectors"):
        export(42, tmp_path / "v", "word2vec")


@needs_names_of_bytes
@pytest.mark.parametrize("format", ["sentence-transformers", "model2vec"])
def test_a_name_that_is_not_utf8_raises_where_a_library_needs_it(
    format: str, vectors: KeyedVectors, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="is not valid UTF-8, which the libraries of the format"):
        export(vectors, tmp_path / "caf\udce9", format)
    assert not list(tmp_path.iterdir())
    export(vectors, tmp_path / "caf\udce9", "safetensors")


def test_vectors_of_one_dimension_are_exported_as_an_encoder(tmp_path: Path) -> None:
    one = KeyedVectors(1)
    one.add_vectors(["a", "b"], [[1.0], [2.0]])
    path = export(one, tmp_path / "one", "sentence-transformers")
    assert (path / "0_StaticEmbedding" / "model.safetensors").is_file()


@pytest.mark.parametrize("format", ["word2vec", "model2vec", "gensim-distill"])
def test_the_message_about_a_wrong_object_fits_its_kind(vectors: KeyedVectors, tmp_path: Path, format: str) -> None:
    encoder = TextEncoder.of(vectors)
    teacher = SimpleNamespace(width=3, num_layers=2, read=None)
    for source, advice in [
        (encoder, "A TextEncoder has rows for vectors of texts and no word vectors: pass the model"),
        (teacher, "is a teacher, which has no word vectors of its own: use teacher_vectors"),
        ({"a": [1.0]}, "The vectors are of type dict: expected KeyedVectors, a model with .wv, or the path of"),
    ]:
        with pytest.raises(TypeError, match=re.escape(advice)) as raised:
            export(source, tmp_path / "out", format)
        assert ("teacher_vectors" in str(raised.value)) == (source is teacher)
    for wrong in (vectors, "saved-encoder", TextEncoder):
        with pytest.raises(TypeError, match=r"^encoder= is "):
            export(vectors, tmp_path / "out", format, encoder=wrong)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
