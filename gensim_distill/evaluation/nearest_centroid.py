"""Text classification by the nearest centroid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_number
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.validation import list_texts
from gensim_distill.evaluation.classification import ClassificationResult, given_vectors, result_of
from gensim_distill.evaluation.folds import divide_texts, score_folds
from gensim_distill.evaluation.text_sources import encode_normalized, encoder_of
from gensim_distill.linalg import normalize


def nearest_centroid(
    vectors: Any,
    texts: Sequence[Document],
    labels: Sequence[Any],
    *,
    train: int | float | Sequence[bool] | None = None,
    folds: int = 5,
    confidence: float = 0.95,
    seed: int = 1,
) -> ClassificationResult:
    """Classify texts by the label with the nearest centroid.

    The centroid of a label is the sum of the L2-normalized vectors of its training texts. A text gets the label
    whose centroid has the largest cosine with its vector.

    Parameters
    ----------
    vectors : object with ``encode``, KeyedVectors, model with ``wv``, path, Teacher or numpy.ndarray
        See :func:`encoder_of`; or vectors of the texts themselves, of shape (n_texts, n_features).
    texts : sequence of str or of lists of str
    labels : sequence
        The label of each text, strings or numbers.
    train, folds, confidence, seed
        See :func:`classification`.

    Returns
    -------
    ClassificationResult

    Raises
    ------
    TypeError, ValueError
        If the source, the texts, the labels or a parameter are invalid.

    Examples
    --------
    >>> from gensim_distill.encoding import TextEncoder
    >>> from gensim_distill.evaluation import nearest_centroid
    >>> encoder = TextEncoder(["rain", "snow", "tax"], [[1.0, 0.2], [0.9, 0.4], [0.0, 1.0]])
    >>> texts, labels = ["rain", "tax", "snow", "taxed by tax"], ["weather", "money", "weather", "money"]
    >>> nearest_centroid(encoder, texts, labels, train=[True, True, False, False]).accuracy
    1.0
    """
    texts = list_texts(texts)
    check_number("confidence", confidence, 0, 1, ", such as 0.95", inclusive=False)
    classes, parts = divide_texts(len(texts), labels, train=train, folds=folds, seed=seed)
    given = isinstance(vectors, np.ndarray)
    features = normalize(given_vectors(vectors, len(texts))) if given else encode_normalized(encoder_of(vectors), texts)
    if not np.isfinite(features).all():
        raise ValueError("The vectors of the texts contain NaN or infinity.")

    def predict(train: np.ndarray, train_classes: IntArray, test: np.ndarray) -> np.ndarray:
        known, rows = np.unique(train_classes, return_inverse=True)
        sums = np.zeros((len(known), train.shape[1]))
        np.add.at(sums, rows, train)
        predicted: np.ndarray = known[(test @ normalize(sums).T).argmax(axis=1)]
        return predicted

    return result_of(
        score_folds(predict, features, classes, parts),
        classes,
        confidence,
        without_words=int((~features.any(axis=1)).sum()),
        coverage=None,
        frequencies=None,
        penalties=(),
    )
