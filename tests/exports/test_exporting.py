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
from small_vectors import random_vectors

from gensim_distill.exports import export
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
    (tmp_path / "project" / "thesis.tex").write_text("years of work")
    with pytest.raises(FileExistsError, match="is not an export in the format"):
        export(vectors, tmp_path / "project", "safetensors", overwrite=True)
    with pytest.raises(FileExistsError, match="is a folder, and the format 'glove' is a file"):
        export(vectors, tmp_path / "project", "glove", overwrite=True)
    assert (tmp_path / "project" / "thesis.tex").read_text() == "years of work"


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
