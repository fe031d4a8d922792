"""Export to fastText's ``.bin``, with character n-grams, so that out-of-vocabulary words have vectors too."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models.fasttext import FastText, FastTextKeyedVectors, save_facebook_model
from scipy import sparse

from gensim_distill.exports.data import ExportData
from gensim_distill.exports.dimensions import project
from gensim_distill.exports.exporter import EMPTY_OR_WHITE_SPACE, Exporter
from gensim_distill.oov.character_ngrams import fit_character_ngrams
from gensim_distill.vectors.keyed import keyed_vectors
from gensim_distill.vectors.quantization import VectorDtype

_COLUMNS_PER_BLOCK = 16  # in float64, one number for each n-gram and column


def _write(
    data: ExportData, path: Path, dtype: VectorDtype, *, min_n: int = 3, max_n: int = 6, bucket: int | None = None
) -> None:
    if isinstance(data.keyed, FastTextKeyedVectors) and len(data.keyed.vectors_ngrams):
        if (min_n, max_n, bucket) != (3, 6, None):
            raise TypeError(
                "min_n, max_n and bucket are for vectors without character n-grams, and these have some: omit them."
            )
        keyed, rows = data.keyed, data.rows
        ngrams = project(keyed.vectors_ngrams, data.matrix)
    else:
        words = keyed_vectors(data.words, data.vectors)
        keyed = fit_character_ngrams(words, min_n, max_n, bucket, progress=data.progress)
        rows, ngrams = np.arange(len(data.words)), keyed.vectors_ngrams
    size = ngrams.shape[1]
    counts = np.ones(len(data.words), dtype=np.int64) if data.counts is None else data.counts

    vectors = FastTextKeyedVectors(size, keyed.min_n, keyed.max_n, keyed.bucket)
    vectors.index_to_key = data.words
    vectors.key_to_index = {word: row for row, word in enumerate(data.words)}
    vectors.expandos["count"] = counts
    vectors.vectors_ngrams = ngrams
    vectors.vectors = data.vectors
    vectors.vectors_vocab = _word_rows(data, keyed, rows, ngrams)

    # The file also needs training settings and output weights; readers of vectors ignore them.
    model: Any = FastText(
        vector_size=size, min_n=keyed.min_n, max_n=keyed.max_n, bucket=keyed.bucket, min_count=1, hs=0, negative=5
    )
    model.wv = vectors
    model.corpus_total_words = int(counts.sum())
    model.syn1neg = np.zeros((len(data.words), size), dtype=np.float32)
    save_facebook_model(model, str(path))


def _word_rows(data: ExportData, keyed: FastTextKeyedVectors, rows: Iterable[int], ngrams: np.ndarray) -> np.ndarray:
    """Return the row of each word such that the mean of this row and the n-grams is the word's vector.

    fastText computes that mean when it loads the file.
    """
    if keyed.buckets_word is None or len(keyed.buckets_word) != len(keyed):
        keyed.recalc_char_ngram_buckets()  # gensim computes this list lazily
    assert keyed.buckets_word is not None
    buckets = [keyed.buckets_word[row] for row in rows]
    lengths = np.array([len(of_word) for of_word in buckets])
    flat = np.concatenate(buckets) if buckets else np.empty(0, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    incidence = sparse.csr_array((np.ones(len(flat)), flat, starts), shape=(len(buckets), len(ngrams)))
    size = data.vectors.shape[1]
    own = np.empty((len(buckets), size), dtype=np.float32)
    for start in range(0, size, _COLUMNS_PER_BLOCK):
        some = slice(start, start + _COLUMNS_PER_BLOCK)
        sums = incidence @ ngrams[:, some].astype(np.float64)
        own[:, some] = data.vectors[:, some] * (lengths + 1.0)[:, None] - sums
    return own


FASTTEXT_BINARY = Exporter(
    "fasttext-binary",
    "fastText and gensim",
    "from gensim.models.fasttext import load_facebook_vectors\n\nvectors = load_facebook_vectors({path!r})",
    _write,
    suffix=".bin",
    dtype_reason="the format has only float32, or fastText's own product quantization (`fasttext quantize`)",
    unwritable=EMPTY_OR_WHITE_SPACE,
    unwritable_reason="are empty, contain whitespace, at which fastText ends them, or are not valid UTF-8",
)
