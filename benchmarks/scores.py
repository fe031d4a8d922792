"""Similarity and analogies of some vectors, as the experiments of this folder report them."""

from __future__ import annotations

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill.evaluation import analogies, word_similarity
from gensim_distill.linalg.principal_components import reduce_width

MEASURES = ("SimLex", "WS353", "analogies")
MOST_FREQUENT = 15_000  # words, for analogies


def scores(words: list[str], vectors: np.ndarray, size: int | None = None) -> dict[str, float]:
    """Give the scores of vectors whose words are in the order of their frequency, reduced to a size if one is given."""
    if size is not None and size < vectors.shape[1]:
        vectors = reduce_width(np.asarray(vectors, dtype=np.float64), size)
    model = KeyedVectors(vectors.shape[1])
    model.add_vectors(words, vectors.astype(np.float32))
    return {
        "SimLex": word_similarity(model, "simlex999", resamples=1).spearman,
        "WS353": word_similarity(model, "wordsim353", resamples=1).spearman,
        "analogies": analogies(model, most_frequent=MOST_FREQUENT).accuracy,
    }
