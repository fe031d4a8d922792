"""Text classification: a linear classifier on the mean vectors of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.stats import binomtest

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.extras import needs
from gensim_distill._utils.validation import check_number, check_whole
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.splitting import Splitter, split_words
from gensim_distill.corpus.validation import check_texts
from gensim_distill.evaluation.text_features import TextVectors, teacher_text_vectors, text_vectors
from gensim_distill.teachers import Teacher

_PENALTIES = (0.001, 0.01, 0.1, 1.0)  # candidates for C of the logistic regression
_INNER_FOLDS = 3
_MOST_FEATURES_FOR_NEWTON = 2_000


@dataclass(frozen=True)
class ClassificationResult:
    """The result of :func:`classification`.

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
    without_words : int or None
        The number of texts without a word of the vocabulary; None for vectors of texts and for teachers.
    coverage : float or None
        The share of the tokens that have a vector; None as above.
    frequencies : {"vectors", "texts"} or None
        The source of the word frequencies; None as above.
    penalties : tuple of float
        The value of C selected in each fold.
    """

    accuracy: float
    low: float
    high: float
    confidence: float
    majority: float
    tested: int
    texts: int
    labels: int
    without_words: int | None
    coverage: float | None
    frequencies: Literal["vectors", "texts"] | None
    penalties: tuple[float, ...]


def classification(
    vectors: Any,
    texts: Sequence[Document],
    labels: Sequence[Any],
    *,
    train: int | float | None = None,
    folds: int = 5,
    a: float = 1e-3,
    splitter: Splitter = split_words,
    frequencies: Literal["auto", "vectors", "texts"] = "auto",
    confidence: float = 0.95,
    seed: int = 1,
) -> ClassificationResult:
    """Classify texts by their mean vectors, with logistic regression on standardized features.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, path, Teacher or numpy.ndarray of shape (n_texts, n_features)
        Word vectors, see :func:`~gensim_distill.vectors.load_vectors`; a teacher, whose mean hidden states
        are the features, see :func:`teacher_text_vectors`; or vectors of the texts themselves.
    texts : sequence of str or of lists of str
    labels : sequence
        The label of each text, strings or numbers.
    train : int or float, optional
        The number or share of texts for training; all others are tested. By default each text is
        tested once, by cross-validation.
    folds : int, optional
        The number of folds in cross-validation.
    a, splitter, frequencies
        See :func:`text_vectors`.
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
    The strength of the regularization (C) is selected by cross-validation on the training texts of each
    fold. Word frequencies are those in all texts, since they contain no information on the labels.

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
    texts = list(texts)
    check_number("confidence", confidence, 0, 1, ", such as 0.95", inclusive=False)
    classes, parts = divide_texts(len(texts), labels, train=train, folds=folds, seed=seed)
    known: TextVectors | None = None
    if isinstance(vectors, np.ndarray):
        features = vectors
        if features.ndim != 2 or len(features) != len(texts):
            raise ValueError(
                f"The vectors of the texts have the shape {features.shape}: expected one row for each of {len(texts)} texts."
            )
    elif isinstance(vectors, Teacher):
        features = teacher_text_vectors(vectors, texts)
    else:
        known = text_vectors(vectors, texts, a=a, splitter=splitter, frequencies=frequencies)
        features = known.vectors
    if not np.isfinite(features).all():
        raise ValueError("The vectors of the texts contain NaN or infinity.")

    correct, baseline, tested, penalties = 0, 0, 0, []
    for part in np.unique(parts[parts >= 0]):
        test = parts == part
        predicted, penalty = _classify(features[~test], classes[~test], features[test], seed)
        majority = np.bincount(classes[~test]).argmax()
        correct += int((predicted == classes[test]).sum())
        baseline += int((classes[test] == majority).sum())
        tested += int(test.sum())
        penalties.append(penalty)
    low, high = _wilson(correct, tested, confidence)
    return ClassificationResult(
        accuracy=correct / tested,
        low=low,
        high=high,
        confidence=confidence,
        majority=baseline / tested,
        tested=tested,
        texts=len(texts),
        labels=int(classes.max()) + 1,
        without_words=known.without_words if known else None,
        coverage=(known.known_tokens / known.tokens if known.tokens else 0.0) if known else None,
        frequencies=known.frequencies if known else None,
        penalties=tuple(penalties),
    )


def divide_texts(
    texts: int, labels: Sequence[Any], *, train: int | float | None = None, folds: int = 5, seed: int = 1
) -> tuple[IntArray, IntArray]:
    """Divide texts into folds, see :func:`classification`.

    Parameters
    ----------
    texts : int
        The number of texts.
    labels : sequence
    train, folds, seed
        See :func:`classification`.

    Returns
    -------
    classes : numpy.ndarray of int
        The label of each text, as a number from 0.
    parts : numpy.ndarray of int
        The fold in which each text is tested; -1 for texts that are only trained on.

    Raises
    ------
    ValueError
        If the texts or a parameter do not allow it.
    """
    names, classes = np.unique(np.asarray(list(labels)), return_inverse=True)
    if len(classes) != texts:
        raise ValueError(f"There are {texts} texts and {len(classes)} labels: expected one label for each text.")
    if len(names) < 2:
        raise ValueError(
            f"There is nothing to classify: expected texts with at least two distinct labels, found {len(names)}."
        )
    return classes, _divide(classes, train, folds, seed)


def _divide(classes: IntArray, train: int | float | None, folds: int, seed: int) -> IntArray:
    """Return the fold in which each text is tested, -1 for texts that are only trained on; folds are stratified."""
    order = np.random.default_rng(seed).permutation(len(classes))
    order = order[np.argsort(classes[order], kind="stable")]
    parts = np.empty(len(classes), dtype=np.int64)
    if train is None:
        check_whole("folds", folds, 2)
        if folds > len(classes):
            raise ValueError(
                f"There are {len(classes)} texts for {folds} folds: expected at least one text for each fold."
            )
        parts[order] = np.arange(len(classes)) % folds
    else:
        number = round(train * len(classes)) if isinstance(train, float) else train
        if isinstance(train, bool) or not 0 < number < len(classes):
            raise ValueError(
                f"train={train!r} must be a whole number below the number of texts, {len(classes)}, or a share between 0 and 1, "
                "such as 0.8, that leaves at least one text for the test."
            )
        # The texts are sorted by class, so evenly spaced ones are stratified, and exactly `number` of them.
        steps = np.arange(len(classes) + 1) * number // len(classes)
        parts[order] = np.where(np.diff(steps) > 0, -1, 0)
    for part in np.unique(parts[parts >= 0]):
        if len(np.unique(classes[parts != part])) < 2:
            raise ValueError(
                "The training texts of a fold have only one label: expected more texts of each of the other labels."
            )
    return parts


def _classify(train: np.ndarray, classes: IntArray, test: np.ndarray, seed: int) -> tuple[np.ndarray, float]:
    """Train a classifier, and return the predicted classes of the test texts and the selected C."""
    linear = needs("sklearn.linear_model", "classification", "evaluation")
    selection = needs("sklearn.model_selection", "classification", "evaluation")
    pipeline = needs("sklearn.pipeline", "classification", "evaluation")
    preprocessing = needs("sklearn.preprocessing", "classification", "evaluation")
    # While the Hessian is small, Newton's method is much faster than the default, with the same optimum.
    solver = (
        "newton-cholesky" if len(np.unique(classes)) == 2 and train.shape[1] <= _MOST_FEATURES_FOR_NEWTON else "lbfgs"
    )
    regression = linear.LogisticRegression(max_iter=1000, solver=solver)
    model = pipeline.make_pipeline(preprocessing.StandardScaler(), regression)
    inner = np.empty(len(classes), dtype=np.int64)
    order = np.random.default_rng(seed).permutation(len(classes))
    inner[order[np.argsort(classes[order], kind="stable")]] = np.arange(len(classes)) % _INNER_FOLDS
    splits = [(np.flatnonzero(inner != part), np.flatnonzero(inner == part)) for part in range(_INNER_FOLDS)]
    # With very few texts a part may have only one class; then C cannot be selected.
    if len(classes) < _INNER_FOLDS or any(len(np.unique(classes[rest])) < 2 for rest, _ in splits):
        model.fit(train, classes)
        return model.predict(test), 1.0
    search = selection.GridSearchCV(model, {"logisticregression__C": list(_PENALTIES)}, cv=splits)
    search.fit(train, classes)
    return search.predict(test), float(search.best_params_["logisticregression__C"])


def _wilson(correct: int, total: int, confidence: float) -> tuple[float, float]:
    """Return the Wilson interval of a share."""
    interval = binomtest(correct, total).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)
