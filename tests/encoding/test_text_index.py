"""Search among texts: exact, the same for any order and size of blocks, and saved with its encoder's fingerprint."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gensim_distill import TextReader
from gensim_distill.encoding import TextEncoder, TextIndex
from gensim_distill.encoding.text_index import encoder_fingerprint
from gensim_distill.linalg import normalize

RNG = np.random.default_rng(0)
WORDS = [f"w{number}" for number in range(50)]
ENCODER = TextEncoder(WORDS, RNG.normal(size=(50, 8)))
TEXTS = [" ".join(RNG.choice(WORDS, size=6)) for _ in range(300)]
TEXTS += [*TEXTS[:20], "unknown", ""]  # equal texts and texts without vectors
QUERIES = [" ".join(RNG.choice(WORDS, size=3)) for _ in range(20)] + TEXTS[:3]


def nearest(query: Any, topn: int) -> list[tuple[int, float]]:
    """Return the results of a plain loop in float64."""
    vectors = normalize(ENCODER.encode(TEXTS)).astype(np.float64)
    (unit,) = normalize(ENCODER.encode([query]).astype(np.float64))
    scores = [(-float((vector * unit).sum()), number) for number, vector in enumerate(vectors)]
    return [(number, -score) for score, number in sorted(scores)[:topn]]


@pytest.mark.parametrize("topn", [1, 7, 1_000])
@pytest.mark.parametrize("block_bytes", [500, 1 << 24])
def test_search_is_exact(topn: int, block_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gensim_distill.encoding.text_index._BLOCK_BYTES", block_bytes)
    monkeypatch.setattr("gensim_distill.encoding.text_index._QUERIES_AT_ONCE", 5)
    index = TextIndex(ENCODER, iter(TEXTS))
    found = index.search(QUERIES, topn)
    assert len(found) == len(QUERIES)
    for query, results in zip(QUERIES, found):
        assert results == [(number, pytest.approx(score, abs=1e-12)) for number, score in nearest(query, topn)]
        assert [number for number, _ in index.search(query, topn)] == [number for number, _ in results]


def test_equal_texts_have_equal_scores_and_are_in_order() -> None:
    index = TextIndex(ENCODER, ["w1 w2"] * 1_000 + ["w1"])
    results = index.search("w1 w2", topn=100)
    assert [number for number, _ in results] == list(range(100))
    assert len({score for _, score in results}) == 1
    assert index.search("w1", topn=1) == [(1_000, pytest.approx(1))]


def test_queries_are_raw_or_tokens(caplog: pytest.LogCaptureFixture) -> None:
    index = TextIndex(ENCODER, TEXTS)
    assert index.search("W1, w2") == index.search([["w1", "w2"]])[0] == index.search(["w1 w2"])[0]
    assert index.search([]) == []
    with caplog.at_level(logging.WARNING):
        assert index.search(["unknown", "w1"], topn=1)[0] == []
        assert "1 of 2 texts have no known word" in caplog.text
        assert index.search("") == []
    assert "1 of 1 texts have no known word" in caplog.text
    assert TextIndex(ENCODER, []).search("w1") == []
    with pytest.raises(ValueError, match="topn=0 must be a whole number from 1"):
        index.search("w1", topn=0)


def test_float16_needs_half_the_memory_and_finds_the_same() -> None:
    small, index = TextIndex(ENCODER, TEXTS, dtype="float16"), TextIndex(ENCODER, TEXTS)
    assert 2 * small.vectors.nbytes == index.vectors.nbytes
    for query in QUERIES:
        for (one, score), (other, exact) in zip(small.search(query, 3), index.search(query, 3)):
            assert one == other and score == pytest.approx(exact, abs=1e-3)
    with pytest.raises(ValueError, match="dtype='int8' must be 'float32' or 'float16'"):
        TextIndex(ENCODER, TEXTS, dtype="int8")  # type: ignore[arg-type]


def test_saved_built_and_loaded_indexes_are_equal(tmp_path: Path) -> None:
    index = TextIndex(ENCODER, TEXTS)
    index.save(tmp_path / "saved.safetensors", {"about": "texts"})
    built = TextIndex.build(tmp_path / "built.safetensors", ENCODER, iter(TEXTS), metadata={"about": "texts"})
    assert (tmp_path / "saved.safetensors").read_bytes() == (tmp_path / "built.safetensors").read_bytes()
    ENCODER.save(tmp_path / "encoder")
    loaded = TextIndex.load(tmp_path / "saved.safetensors", TextEncoder.load(tmp_path / "encoder"))
    assert loaded.metadata["about"] == "texts"
    for other in (built, loaded):
        assert isinstance(other.vectors, np.memmap)
        assert other.search(QUERIES) == index.search(QUERIES)
    assert repr(loaded) == "TextIndex(322 texts, vector_size=8, dtype='float32')"
    TextIndex.build(tmp_path / "empty.safetensors", ENCODER, [])
    assert TextIndex.load(tmp_path / "empty.safetensors", ENCODER).search("w1") == []


@pytest.mark.parametrize(
    "other",
    [
        TextEncoder(WORDS[::-1], ENCODER.table),
        TextEncoder(WORDS, ENCODER.table * 2),
        TextEncoder(WORDS, ENCODER.table, TextReader(key=str)),
    ],
)
def test_another_encoder_raises(other: TextEncoder, tmp_path: Path) -> None:
    TextIndex(ENCODER, TEXTS).save(tmp_path / "index")
    assert encoder_fingerprint(other) != encoder_fingerprint(ENCODER)
    with pytest.raises(ValueError, match="was built with another text encoder"):
        TextIndex.load(tmp_path / "index", other)


def test_a_folder_raises_an_error_that_names_the_file_in_it(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match=r"this is a folder .*index\.safetensors"):
        TextIndex.load(tmp_path, ENCODER)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_one_changed_bit_of_the_vectors_is_detected(
    dtype: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gensim_distill.encoding.text_index._BLOCK_BYTES", 400)
    path, copy = tmp_path / "index", tmp_path / "copy"
    expected = TextIndex.build(path, ENCODER, TEXTS, dtype=dtype).search("w1")
    content = bytearray(path.read_bytes())
    content[-1000] ^= 1
    path.write_bytes(content)
    index = TextIndex.load(path, ENCODER)
    for use in (lambda: index.search("w1"), lambda: index.save(copy)):
        with pytest.raises(ValueError, match="index' is damaged, its checksum does not match: remove it, and build it"):
            use()
    assert not copy.exists()
    # Files of earlier versions have no checksum.
    path.write_bytes(content.replace(b'"checksum"', b'"checkold"'))
    assert len(TextIndex.load(path, ENCODER).search("w1")) == len(expected)


def test_damaged_vectors_raise(tmp_path: Path) -> None:
    path = tmp_path / "index"
    TextIndex(ENCODER, TEXTS).save(path)
    content = path.read_bytes()
    for damaged in (b"\xff" * 4, np.float32(1e9).tobytes()):
        path.write_bytes(content[:-400] + damaged + content[-396:])
        with pytest.raises(ValueError, match="index' is damaged, its vectors are not L2-norm"):
            TextIndex.load(path, ENCODER).search("w1")
    path.write_bytes(content.replace(b"gensim-distill text index 1", b"gensim-distill other index1"))
    with pytest.raises(ValueError, match="is not an index of texts"):
        TextIndex.load(path, ENCODER)


def test_other_encoders_raise(tmp_path: Path) -> None:
    model: Any = object()
    for build in (TextIndex, lambda encoder, texts: TextIndex.build(tmp_path / "index", encoder, texts)):
        with pytest.raises(TypeError, match="encoder is a object, where .* that of a model is model.text_encoder"):
            build(model, ["rain"])
    with pytest.raises(TypeError, match="encoder is a object, where a TextEncoder or the path of one was expected"):
        TextIndex.load(tmp_path / "index", model)
