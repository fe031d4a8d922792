"""Text files, word2vec's binary file, and TensorBoard's projector."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from numpy.testing import assert_array_equal
from small_vectors import nearest, random_vectors

from gensim_distill.exports import EXPORTERS, export
from gensim_distill.vectors import load_vectors


@pytest.fixture
def vectors() -> KeyedVectors:
    return random_vectors()


@pytest.mark.parametrize(
    ("format", "how"),
    [("word2vec", {}), ("word2vec-binary", {"binary": True}), ("glove", {"no_header": True}), ("fasttext", {})],
)
def test_gensim_loads_the_same_vectors(
    vectors: KeyedVectors, tmp_path: Path, format: str, how: dict[str, bool]
) -> None:
    path = export(vectors, tmp_path / f"v{EXPORTERS[format].suffix}", format)
    loaded = KeyedVectors.load_word2vec_format(str(path), **how)
    assert loaded.index_to_key == vectors.index_to_key
    assert_array_equal(loaded.vectors, vectors.vectors)
    assert nearest(loaded) == nearest(vectors)


def test_float16_text_is_shorter(vectors: KeyedVectors, tmp_path: Path) -> None:
    full, half = (export(vectors, tmp_path / dtype, "word2vec", dtype=dtype) for dtype in ("float32", "float16"))
    assert half.stat().st_size < 0.75 * full.stat().st_size
    loaded = KeyedVectors.load_word2vec_format(str(half))
    assert_array_equal(loaded.vectors.astype(np.float16), vectors.vectors.astype(np.float16))


@pytest.mark.parametrize("format", ["word2vec", "word2vec-binary", "glove", "fasttext"])
@pytest.mark.parametrize("word", ["new york", "", "tab\tbed", "line\n", "no\xa0break", "half \ud83d"])
def test_unwritable_words_raise_or_are_skipped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, format: str, word: str
) -> None:
    vectors = random_vectors(["cat", word, "dog"])
    with pytest.raises(ValueError, match=re.escape(ascii(word))):
        export(vectors, tmp_path / "v", format)
    assert not os.listdir(tmp_path)
    path = export(vectors, tmp_path / "v", format, unwritable="skip")
    assert "skipped 1 of 3 words" in caplog.text
    loaded = KeyedVectors.load_word2vec_format(str(path), binary="binary" in format, no_header=format == "glove")
    assert loaded.index_to_key == ["cat", "dog"]
    assert_array_equal(loaded.vectors, vectors.vectors[[0, 2]])


def test_tensorboards_projector_loads_the_folder(vectors: KeyedVectors, tmp_path: Path) -> None:
    path = export(vectors, tmp_path / "projector", "tensorboard")
    rows = [line.split("\t") for line in (path / "metadata.tsv").read_text(encoding="utf-8").split("\n")[:-1]]
    assert rows[0] == ["Word", "Count"]
    assert [row[0] for row in rows[1:]] == vectors.index_to_key
    assert_array_equal(np.loadtxt(path / "vectors.tsv", delimiter="\t", dtype=np.float32), vectors.vectors)
    projector_plugin = pytest.importorskip("tensorboard.plugins.projector.projector_plugin")
    from tensorboard.plugins.base_plugin import TBContext
    from werkzeug.test import Client

    apps = projector_plugin.ProjectorPlugin(TBContext(logdir=str(path))).get_plugin_apps()
    client = Client(lambda request, start: apps[request["PATH_INFO"]](request, start))
    [embedding] = json.loads(client.get("/info?run=.").data)["embeddings"]
    assert embedding["tensorShape"] == list(vectors.vectors.shape)
    tensor = client.get(f"/tensor?run=.&name={embedding['tensorName']}").data
    assert_array_equal(np.frombuffer(tensor, np.float32).reshape(vectors.vectors.shape), vectors.vectors)


def test_projector_metadata_without_counts_has_no_header(tmp_path: Path) -> None:
    path = export(random_vectors(["cat", "dog"], counts=False), tmp_path / "projector", "tensorboard")
    assert (path / "metadata.tsv").read_text(encoding="utf-8") == "cat\ndog\n"


def test_projector_words_may_contain_spaces_but_no_tabs(tmp_path: Path) -> None:
    path = export(random_vectors(["new york"]), tmp_path / "projector", "tensorboard")
    assert "new york" in (path / "metadata.tsv").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="a tab or a line break"):
        export(random_vectors(["cat", "new\tyork"]), tmp_path / "other", "tensorboard")


def test_glove_words_do_not_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="begin with a byte-order mark"):
        export(random_vectors(["\ufeffcat", "dog"]), tmp_path / "v.txt", "glove")


@pytest.mark.parametrize("format", ["word2vec", "word2vec-binary", "glove", "fasttext"])
def test_words_with_control_characters_are_read_back(tmp_path: Path, format: str) -> None:
    vectors = random_vectors(["a\x01b", "\x1b[31m", "\x7f", "\u200b", "</s>", "1", "nan", "-", "#"])
    assert load_vectors(export(vectors, tmp_path / "v", format)).index_to_key == vectors.index_to_key


@pytest.mark.parametrize("format", ["word2vec", "tensorboard"])
def test_slow_formats_show_progress(
    vectors: KeyedVectors,
    tmp_path: Path,
    format: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("gensim_distill._utils.progress._SECONDS_BETWEEN_LINES", 0.0)
    export(vectors, tmp_path / "shown", format)
    assert f"Export: {len(vectors)} of {len(vectors)} words, 100%" in capsys.readouterr().err
    export(vectors, tmp_path / "hidden", format, progress=False)
    assert not capsys.readouterr().err
