"""Readers of vectors, text encoders and exports."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from fuzzing.reader import Reader

_WORDS = ["cat", "dog", "über", "0", "New_York", "日", "the", "of", "don't", "12"]
_COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def some_vectors(variant: int) -> Any:
    """Return vectors with counts; those of the variants differ in words, order and dimensions."""
    from gensim.models import KeyedVectors

    words = _WORDS if not variant else _WORDS[:2:-1]
    vectors = KeyedVectors(3 + variant)
    random = np.random.default_rng(variant)
    vectors.add_vectors(words, random.normal(size=(len(words), 3 + variant)).astype(np.float32))
    for row, word in enumerate(words):
        vectors.set_vecattr(word, "count", 100 - 7 * row)
    return vectors


def content_of(vectors: Any) -> list[Any]:
    """Return words, vectors and counts, after checks that they fit each other and can be used."""
    words = vectors.index_to_key
    assert len(words) == len(vectors.key_to_index) == len(vectors.vectors), "words and vectors differ in number"
    assert all(isinstance(word, str) and vectors.key_to_index[word] == row for row, word in enumerate(words)), "words"
    assert vectors.vectors.shape[1] == vectors.vector_size, "dimensions"
    counts = vectors.expandos.get("count")
    assert counts is None or len(counts) == len(words), "counts"
    return [words, np.asarray(vectors.vectors), counts]


def _read_named(name: str) -> Callable[[Path], Any]:
    def read(folder: Path) -> Any:
        from gensim_distill.vectors import load_vectors

        return content_of(load_vectors(folder / name))

    return read


def _vectors(name: str, write: Callable[[Any, Path], None], ending: str = "") -> Reader:
    file = f"vectors{ending}"

    def make(folder: Path, variant: int) -> None:
        plain = folder / "plain"
        write(some_vectors(variant), plain)
        (folder / file).write_bytes(_COMPRESS[ending](plain.read_bytes()))
        plain.unlink()

    return Reader(f"{name}{ending}", make, _read_named(file))


def _text(vectors: Any, path: Path) -> None:
    vectors.save_word2vec_format(str(path))


def _binary(vectors: Any, path: Path) -> None:
    vectors.save_word2vec_format(str(path), binary=True)


def _binary_with_newlines(vectors: Any, path: Path) -> None:
    rows = b"".join(word.encode() + b" " + vectors[word].tobytes() + b"\n" for word in vectors.index_to_key)
    path.write_bytes(b"%d %d\n" % vectors.vectors.shape + rows)


def _glove(vectors: Any, path: Path) -> None:
    vectors.save_word2vec_format(str(path), write_header=False)


def _fasttext(vectors: Any, path: Path) -> None:
    from gensim.models import FastText
    from gensim.models.fasttext import save_facebook_model

    words = vectors.index_to_key
    texts = [words, words[:3], words[2:5]]
    model = FastText(texts, vector_size=3, min_count=1, bucket=7, epochs=1, seed=1, workers=1, negative=2)
    save_facebook_model(model, str(path))


def _make_with_counts(folder: Path, variant: int) -> None:
    some_vectors(variant).save_word2vec_format(str(folder / "vectors.bin"), str(folder / "vocabulary.txt"), binary=True)


def _safetensors(dtype: Any) -> Reader:
    def make(folder: Path, variant: int) -> None:
        from gensim_distill.exports import export

        export(some_vectors(variant), folder / "vectors", "safetensors", dtype=dtype)

    return Reader(f"safetensors {dtype}", make, _read_named("vectors"))


def _export(format: str) -> Reader:
    def make(folder: Path, variant: int) -> None:
        from gensim_distill.exports import export

        export(some_vectors(variant), folder / "export", format)

    def read(folder: Path) -> Any:
        """Describe the export, and replace it: with damage to its mark it stays."""
        from gensim_distill.cli.errors import CommandError
        from gensim_distill.cli.info import describe
        from gensim_distill.exports import export

        try:
            kind = describe(str(folder / "export"))["kind"]
        except CommandError as error:
            kind = "unknown" if "of an unknown kind" in str(error) else _raise(error)
        before = sorted(path.name for path in (folder / "export").rglob("*"))
        export(some_vectors(1), folder / "export", format, overwrite=True)
        return [kind, before]

    return Reader(f"export {format}", make, read)


def _raise(error: Exception) -> str:
    raise error


def _make_encoder(folder: Path, variant: int) -> None:
    from gensim_distill.encoding import TextEncoder

    TextEncoder.of(some_vectors(variant)).save(folder / "encoder")


def _make_encoder_with_pieces(folder: Path, variant: int) -> None:
    from gensim_distill.encoding import TextEncoder

    vectors, pieces = some_vectors(variant), ["ing", "no", "th", "the"]
    piece_table = np.random.default_rng(variant).normal(size=(len(pieces), vectors.vector_size))
    encoder = TextEncoder(vectors.index_to_key, vectors.vectors, pieces=pieces, piece_table=piece_table)
    encoder.save(folder / "encoder")


def _read_encoder(folder: Path) -> Any:
    from gensim_distill.encoding import TextEncoder

    encoder = TextEncoder.load(folder / "encoder")
    return [encoder.words, encoder.pieces, encoder.rows, encoder.encode(["the cat, of the dog", "nothing", ""])]


# Rows of a text encoder of some vectors. An index is read with these rows only, to the last digit, which differs between
# processors if they are computed.
_ROWS = [
    [-0.0006163425, -0.0013720688, 0.0039644325], [0.00058589975, -0.0039749155, 0.0025955748], [0.00074558705, 0.0044098925, -0.008111065],
    [-0.00023063365, -0.0019337116, 0.003195666], [-2.5641173e-05, 0.004976544, -0.0059031975], [0.0011680871, -0.0028443027, -0.0009497453],
    [-0.0022768094, 0.009891309, -0.0033894773], [0.0040476425, -0.013338568, 0.0009071934], [0.004252634, -0.0016452558, -0.013957734],
    [-0.0011213925, -0.003292601, 0.00817287],
]  # fmt: skip


def _encoder_of_index() -> Any:
    from gensim_distill.encoding import TextEncoder

    return TextEncoder(_WORDS, np.array(_ROWS, dtype=np.float32))


def _make_index(folder: Path, variant: int) -> None:
    from gensim_distill.encoding import TextIndex

    texts = ["the cat", "the dog of the cat", "nothing", "12 dogs"] * (1 + variant)
    TextIndex(_encoder_of_index(), texts).save(folder / "index.safetensors", {"variant": str(variant)})


def _read_index(folder: Path) -> Any:
    from gensim_distill.encoding import TextIndex

    index = TextIndex.load(folder / "index.safetensors", _encoder_of_index())
    return [index.metadata, len(index), np.asarray(index.vectors), index.search(["the dog", "12"], 3)]


def _search_folder(folder: Path, variant: int) -> Any:
    """Return the index of a folder of a search, built if it does not fit, and the numbers of texts of files."""
    from gensim_distill.cli.search_folder import SearchFolder
    from gensim_distill.encoding import TextEncoder

    texts = ["the cat", "the dog of the cat", "nothing", "12 dogs"] * (1 + variant)
    state = {"files": "5f", "corpus": ["a"], "texts": "line"}
    kept = SearchFolder(folder / "search")
    collection: Any = SimpleNamespace(counts=[len(texts)])
    index = kept.index(collection, state, TextEncoder.of(some_vectors(0)), texts, quiet=True)
    return index, kept.counts


def _read_search_folder(folder: Path) -> Any:
    from gensim_distill.cli.info import describe, flatten

    flatten(describe(str(folder / "search")))
    index, counts = _search_folder(folder, 0)
    return [len(index), np.asarray(index.vectors), index.search(["the dog", "12"], 3), counts]


def _make_pretrained(folder: Path, variant: int) -> None:
    from gensim_distill import DistilledVectors

    DistilledVectors(some_vectors(variant)).save_pretrained(folder / "vectors")


def _read_pretrained(folder: Path) -> Any:
    from gensim_distill import DistilledVectors
    from gensim_distill.exports.provenance import provenance_of

    vectors = DistilledVectors.from_pretrained(folder / "vectors")
    provenance_of(vectors)
    return [vectors.wv.index_to_key, vectors.wv.vectors, vectors.encode(["the cat, of the dog", "nothing", ""])]


EXPORTS = ("safetensors", "gensim-distill", "model2vec", "sentence-transformers", "spacy", "tensorboard")
VECTOR_READERS = [
    *(_vectors("word2vec text", _text, ending) for ending in _COMPRESS),
    *(_vectors("word2vec binary", _binary, ending) for ending in _COMPRESS),
    *(_vectors("glove", _glove, ending) for ending in ("", ".bz2")),
    *(_vectors("fasttext", _fasttext, ending) for ending in ("", ".gz")),
    _vectors("word2vec binary with newlines", _binary_with_newlines),
    Reader("word2vec binary with counts", _make_with_counts, _read_named("vectors.bin")),
    *(_safetensors(dtype) for dtype in ("float32", "float16", "int8")),
    Reader("text encoder", _make_encoder, _read_encoder),
    Reader("text encoder with pieces", _make_encoder_with_pieces, _read_encoder),
    Reader("text index", _make_index, _read_index),
    Reader("folder of a search", _search_folder, _read_search_folder, checked=True),
    Reader("pretrained folder", _make_pretrained, _read_pretrained),
    *(_export(format) for format in EXPORTS),
]
