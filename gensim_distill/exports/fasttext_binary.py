"""Export to fastText's ``.bin``, with character n-grams, so that out-of-vocabulary words have vectors too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors
from gensim.models.fasttext import FastText, FastTextKeyedVectors, save_facebook_model
from scipy import sparse

from gensim_distill.exports.data import ExportData
from gensim_distill.exports.dimensions import project
from gensim_distill.exports.exporter import EMPTY_OR_WHITE_SPACE, Exporter
from gensim_distill.vectors.quantization import VectorDtype


def _check_subwords(keyed: KeyedVectors) -> FastTextKeyedVectors:
    if not isinstance(keyed, FastTextKeyedVectors) or not len(keyed.vectors_ngrams):
        raise TypeError(
            f"fastText's .bin holds the vectors of character n-grams, and {type(keyed).__name__} has none: export the result "
            "of model.to_fasttext(), or use the format 'fasttext', a .vec file without n-grams."
        )
    return keyed


def _write(data: ExportData, path: Path, dtype: VectorDtype) -> None:
    keyed = _check_subwords(data.keyed)
    ngrams = project(keyed.vectors_ngrams, data.matrix)
    size = ngrams.shape[1]
    counts = np.ones(len(data.words), dtype=np.int64) if data.counts is None else data.counts

    vectors = FastTextKeyedVectors(size, keyed.min_n, keyed.max_n, keyed.bucket)
    vectors.index_to_key = data.words
    vectors.key_to_index = {word: row for row, word in enumerate(data.words)}
    vectors.expandos["count"] = counts
    vectors.vectors_ngrams = ngrams
    vectors.vectors = data.vectors
    vectors.vectors_vocab = _word_rows(data, keyed, ngrams)

    # The file also needs training settings and output weights; readers of vectors ignore them.
    model: Any = FastText(
        vector_size=size, min_n=keyed.min_n, max_n=keyed.max_n, bucket=keyed.bucket, min_count=1, hs=0, negative=5
    )
    model.wv = vectors
    model.corpus_total_words = int(counts.sum())
    model.syn1neg = np.zeros((len(data.words), size), dtype=np.float32)
    save_facebook_model(model, str(path))


def _word_rows(data: ExportData, keyed: FastTextKeyedVectors, ngrams: np.ndarray) -> np.ndarray:
    """Return the row of each word such that the mean of this row and the n-grams is the word's vector.

    fastText computes that mean when it loads the file.
    """
    if keyed.buckets_word is None or len(keyed.buckets_word) != len(keyed):
        keyed.recalc_char_ngram_buckets()  # gensim computes this list lazily
    assert keyed.buckets_word is not None
    buckets = [keyed.buckets_word[row] for row in data.rows]
    lengths = np.array([len(of_word) for of_word in buckets])
    flat = np.concatenate(buckets) if buckets else np.empty(0, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    incidence = sparse.csr_array((np.ones(len(flat)), flat, starts), shape=(len(buckets), len(ngrams)))
    rows: np.ndarray = data.vectors * (lengths + 1.0)[:, None] - incidence @ ngrams.astype(np.float64)
    return rows.astype(np.float32)


FASTTEXT_BINARY = Exporter(
    "fasttext-binary",
    "fastText and gensim",
    "from gensim.models.fasttext import load_facebook_vectors\n\nvectors = load_facebook_vectors({path!r})",
    _write,
    suffix=".bin",
    dtype_reason="the format has only float32, or fastText's own product quantization (`fasttext quantize`)",
    unwritable=EMPTY_OR_WHITE_SPACE,
    unwritable_reason="are empty, contain whitespace, at which fastText ends them, or are not valid UTF-8",
    check_vectors=_check_subwords,
)
