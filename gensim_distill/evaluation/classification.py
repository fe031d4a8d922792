"""Text classification: logistic regression on the vectors of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.stats import binomtest

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.extras import needs
from gensim_distill._utils.validation import check_choice, check_number, check_positive
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.splitting import Splitter, split_words
from gensim_distill.corpus.validation import check_texts
from gensim_distill.evaluation.folds import divide_texts, score_folds
from gensim_distill.evaluation.text_features import TextVectors, text_vectors
from gensim_distill.evaluation.text_sources import (
    encode_texts,
    encoder_of,
    encodes_texts,
    is_teacher,
)
from gensim_distill.exports.stored_vectors import opened
from gensim_distill.linalg import normalize

# Candidates for C of the logistic regression.
_PENALTIES = {"standard": (0.001, 0.01, 0.1, 1.0), "unit": (0.1, 1.0, 10.0, 100.0)}
_INNER_FOLDS = 3
_MOST_FEATURES_FOR_NEWTON = 2_000


@dataclass(frozen=True)
class ClassificationResult:
    """The result of :func:`classification` and :func:`nearest_centroid`.

    Attributes
    ----------
    accuracy : float
        The share of the tested texts that were classified correctly.
    low, high : float
        The Wilson confidence interval of the accuracy.
    confidence : float
        The level of the interval.
    majority : float
        The accuracy of a classifier that always predicts the most frequent label of the training texts.
    tested : int
        The number of tested texts; with cross-validation all.
    texts, labels : int
        The number of texts and of distinct labels.
    without_words : int
        The number of texts without a word of the vocabulary; or, if the source is not word vectors, whose vector is zero.
    coverage : float or None
        The share of the tokens that have a vector; None if the source is not word vectors.
    frequencies : {"vectors", "texts"} or None
        The source of the word frequencies; None if the source is not word vectors.
    penalties : tuple of float
        The value of C in each fold; empty for the nearest centroid.
    """

    accuracy: float
    low: float
    high: float
    confidence: float
    majority: float
    tested: int
    texts: int
    labels: int
    without_words: int
    coverage: float | None
    frequencies: Literal["vectors", "texts"] | None
    penalties: tuple[float, ...]


def classification(
    vectors: Any,
    texts: Sequence[Document],
    labels: Sequence[Any],
    *,
    train: int | float | Sequence[bool] | None = None,
    folds: int = 5,
    penalty: float | None = None,
    scale: Literal["standard", "unit"] = "standard",
    a: float = 1e-3,
    splitter: Splitter = split_words,
    frequencies: Literal["auto", "vectors", "texts"] = "auto",
    confidence: float = 0.95,
    seed: int = 1,
) -> ClassificationResult:
    """Classify texts by their vectors, with logistic regression.

    Parameters
    ----------
    vectors : object with ``encode``, KeyedVectors, model with ``wv``, path, Teacher or numpy.ndarray
        An encoder of texts, among them a :class:`~gensim_distill.DistilledWord2Vec`; a teacher, see
        :func:`teacher_text_vectors`; vectors of the texts themselves, of shape (n_texts, n_features); or word
        vectors, see :func:`~gensim_distill.vectors.load_vectors`, of which weighted means are the features, see
        :func:`text_vectors`. For the word vectors of a model pass its ``wv``.
    texts : sequence of str or of lists of str
    labels : sequence
        The label of each text, strings or numbers.
    train : int, float or sequence of bool, optional
        The number or share of texts for training, or which texts; all others are tested. By default each
        text is tested once, by cross-validation.
    folds : int, optional
        The number of folds in cross-validation.
    penalty : float, optional
        The value of C, the inverse strength of the regularization. By default it is selected by
        cross-validation on the training texts of each fold.
    scale : {"standard", "unit"}, optional
        "standard" standardizes each feature; "unit" L2-normalizes the vector of each text.
    a, splitter, frequencies
        For word vectors, see :func:`text_vectors`.
    confidence : float, optional
        The level of the interval.
    seed : int, optional
        The seed of the split, which is stratified by label.

    Returns
    -------
    ClassificationResult

    Raises
    ------
    ValueError
        If the texts, the labels or a parameter are invalid.
    ImportError
        If scikit-learn is not installed.

    Notes
    -----
    Word frequencies that the vectors do not have are those in all texts, since they contain no information on
    the labels.

    Examples
    --------
    >>> from gensim.models import KeyedVectors
    >>> from gensim_distill.evaluation import classification
    >>> vectors = KeyedVectors(2)
    >>> vectors.add_vectors(["good", "great", "bad", "awful"], [[1, 0.1], [0.9, 0], [0, 1], [0.1, 0.9]])
    >>> texts = ["good film", "great plot", "bad film", "awful plot"] * 5
    >>> classification(vectors, texts, ["+", "+", "-", "-"] * 5, folds=2).accuracy
    1.0
    """
    check_texts(texts)
    texts, vectors = list(texts), opened(vectors)
    check_number("confidence", confidence, 0, 1, ", such as 0.95", inclusive=False)
    check_choice("scale", scale, ("standard", "unit"))
    if penalty is not None:
        check_positive("penalty", penalty, ", such as 1.0, or None to select it by cross-validation")
    classes, parts = divide_texts(len(texts), labels, train=train, folds=folds, seed=seed)
    known: TextVectors | None = None
    if isinstance(vectors, np.ndarray):
        features = given_vectors(vectors, len(texts))
    elif is_teacher(vectors) or encodes_texts(vectors):
        features = encode_texts(encoder_of(vectors), texts)
    else:
        known = text_vectors(vectors, texts, a=a, splitter=splitter, frequencies=frequencies)
        features = known.vectors
    if not np.isfinite(features).all():
        raise ValueError("The vectors of the texts contain NaN or infinity.")
    if scale == "unit":
        features = normalize(features)
    penalties: list[float] = []

    def predict(train: np.ndarray, train_classes: IntArray, test: np.ndarray) -> np.ndarray:
        predicted, selected = _classify(train, train_classes, test, seed, penalty, scale)
        penalties.append(selected)
        return predicted

    return result_of(
        score_folds(predict, features, classes, parts),
        classes,
        confidence,
        without_words=int((~features.any(axis=1)).sum()) if known is None else known.without_words,
        coverage=(known.known_tokens / known.tokens if known.tokens else 0.0) if known else None,
        frequencies=known.frequencies if known else None,
        penalties=tuple(penalties),
    )


def given_vectors(vectors: np.ndarray, texts: int) -> np.ndarray:
    """Check that there is a row for each text, and return the vectors.

    Raises
    ------
    ValueError
        If there is not.
    """
    if vectors.ndim != 2 or len(vectors) != texts:
        raise ValueError(
            f"The vectors of the texts have the shape {vectors.shape}: expected one row for each of {texts} texts."
        )
    return vectors


def result_of(counts: tuple[int, int, int], classes: IntArray, confidence: float, **about: Any) -> ClassificationResult:
    """Return a result with the interval of the accuracy.

    Parameters
    ----------
    counts : (int, int, int)
        See :func:`~gensim_distill.evaluation.folds.score_folds`.
    classes : numpy.ndarray of int
        The label of each text.
    confidence : float
        The level of the interval.
    **about
        The other attributes.
    """
    correct, baseline, tested = counts
    low, high = _wilson(correct, tested, confidence)
    return ClassificationResult(
        accuracy=correct / tested,
        low=low,
        high=high,
        confidence=confidence,
        majority=baseline / tested,
        tested=tested,
        texts=len(classes),
        labels=int(classes.max()) + 1,
        **about,
    )


def _classify(
    train: np.ndarray, classes: IntArray, test: np.ndarray, seed: int, penalty: float | None, scale: str
) -> tuple[np.ndarray, float]:
    """Train a classifier, and return the predicted classes of the test texts and C."""
    linear = needs("sklearn.linear_model", "classification", "evaluation")
    selection = needs("sklearn.model_selection", "classification", "evaluation")
    pipeline = needs("sklearn.pipeline", "classification", "evaluation")
    preprocessing = needs("sklearn.preprocessing", "classification", "evaluation")
    # While the Hessian is small, Newton's method is much faster than the default, with the same optimum.
    solver = (
        "newton-cholesky" if len(np.unique(classes)) == 2 and train.shape[1] <= _MOST_FEATURES_FOR_NEWTON else "lbfgs"
    )
    regression = linear.LogisticRegression(C=penalty or 1.0, max_iter=1000, solver=solver)
    steps = [preprocessing.StandardScaler(), regression] if scale == "standard" else [regression]
    model = pipeline.make_pipeline(*steps)
    inner = np.empty(len(classes), dtype=np.int64)
    order = np.random.default_rng(seed).permutation(len(classes))
    inner[order[np.argsort(classes[order], kind="stable")]] = np.arange(len(classes)) % _INNER_FOLDS
    splits = [(np.flatnonzero(inner != part), np.flatnonzero(inner == part)) for part in range(_INNER_FOLDS)]
    # With very few texts a part may have only one class; then C cannot be selected.
    few = len(classes) < _INNER_FOLDS or any(len(np.unique(classes[rest])) < 2 for rest, _ in splits)
    if few or penalty is not None:
        model.fit(train, classes)
        return model.predict(test), penalty or 1.0
    search = selection.GridSearchCV(model, {"logisticregression__C": list(_PENALTIES[scale])}, cv=splits)
    search.fit(train, classes)
    return search.predict(test), float(search.best_params_["logisticregression__C"])


def _wilson(correct: int, total: int, confidence: float) -> tuple[float, float]:
    """Return the Wilson interval of a share."""
    interval = binomtest(correct, total).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)
