"""Text classification: what a linear classifier can tell from the mean vectors of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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

_PENALTIES = (0.001, 0.01, 0.1, 1.0)  # the values tried for C of the logistic regression
_INNER_FOLDS = 3
_WIDEST_FOR_NEWTON = 2_000


@dataclass(frozen=True)
class ClassificationResult:
    """How well texts were classified.

    Attributes
    ----------
    accuracy : float
        The share of the tested texts whose label was found.
    low, high : float
        Its confidence interval (Wilson).
    confidence : float
        The level of the interval.
    majority : float
        The accuracy of always giving the label that is most frequent in training: the least to beat.
    tested : int
        How many texts were tested; with folds all of them.
    texts, labels : int
        How many texts and different labels there are.
    without_words : int or None
        How many texts have no known word; None if the vectors of texts were given or a teacher's.
    coverage : float or None
        The share of the tokens that have a vector; None as before.
    frequencies : {"vectors", "texts"} or None
        Where the frequencies of the words were from; None as before.
    penalties : tuple of float
        The C that was chosen in each fold.
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
    frequencies: str | None
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
    frequencies: str = "auto",
    confidence: float = 0.95,
    seed: int = 1,
) -> ClassificationResult:
    """Classify texts by their mean vectors, with logistic regression on standardized features.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, path, Teacher or numpy.ndarray of shape (n_texts, width)
        The word vectors, see :func:`load_vectors`; or a teacher, whose mean states stand for the
        texts, see :func:`teacher_text_vectors`; or vectors of the texts themselves.
    texts : sequence of str or of lists of str
    labels : sequence
        One for each text, strings or numbers.
    train : int or float, optional
        How many texts, or which share of them, to train on; all others are tested. By default each
        text is tested once, by cross-validation.
    folds : int, optional
        The number of parts in cross-validation.
    a, splitter, frequencies
        How words make vectors of texts; see :func:`text_vectors`.
    confidence : float, optional
        The level of the interval.
    seed : int, optional
        For the division of the texts, in which each part has its share of each label.

    Returns
    -------
    ClassificationResult

    Raises
    ------
    ValueError
        If texts, labels or a setting cannot be used.
    ImportError
        If scikit-learn is not installed.

    Notes
    -----
    How strongly weights are held small (C) is chosen by cross-validation within each training part.
    Frequencies taken from the texts are those in all of them, since they tell nothing of labels.

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
    names, classes = np.unique(np.asarray(list(labels)), return_inverse=True)
    if len(classes) != len(texts):
        raise ValueError(f"There are {len(texts)} texts and {len(classes)} labels: give one label for each text.")
    if len(names) < 2:
        raise ValueError(f"There is nothing to tell apart: {len(names)} different labels; give texts of two or more.")
    check_number("confidence", confidence, 0, 1, ", such as 0.95", inclusive=False)
    parts = _divide(classes, train, folds, seed)
    known: TextVectors | None = None
    if isinstance(vectors, np.ndarray):
        features = vectors
        if features.ndim != 2 or len(features) != len(texts):
            raise ValueError(
                f"The vectors of the texts have the shape {features.shape}, where one row for each of {len(texts)} was expected."
            )
    elif isinstance(vectors, Teacher):
        features = teacher_text_vectors(vectors, texts)
    else:
        known = text_vectors(vectors, texts, a=a, splitter=splitter, frequencies=frequencies)
        features = known.vectors
    if not np.isfinite(features).all():
        raise ValueError("The vectors of the texts hold numbers that are not finite.")

    right, baseline, tested, penalties = 0, 0, 0, []
    for part in np.unique(parts[parts >= 0]):
        test = parts == part
        found, penalty = _classify(features[~test], classes[~test], features[test], seed)
        usual = np.bincount(classes[~test]).argmax()
        right += int((found == classes[test]).sum())
        baseline += int((classes[test] == usual).sum())
        tested += int(test.sum())
        penalties.append(penalty)
    low, high = _wilson(right, tested, confidence)
    return ClassificationResult(
        accuracy=right / tested,
        low=low,
        high=high,
        confidence=confidence,
        majority=baseline / tested,
        tested=tested,
        texts=len(texts),
        labels=len(names),
        without_words=known.without_words if known else None,
        coverage=(known.known_tokens / known.tokens if known.tokens else 0.0) if known else None,
        frequencies=known.frequencies if known else None,
        penalties=tuple(penalties),
    )


def _divide(classes: IntArray, train: int | float | None, folds: int, seed: int) -> IntArray:
    """Give the part in which each text is tested, -1 if it is only trained on; each part has its share of each class."""
    order = np.random.default_rng(seed).permutation(len(classes))
    order = order[np.argsort(classes[order], kind="stable")]
    parts = np.empty(len(classes), dtype=np.int64)
    if train is None:
        check_whole("folds", folds, 2, len(classes), ", the number of texts")
        parts[order] = np.arange(len(classes)) % folds
    else:
        number = round(train * len(classes)) if isinstance(train, float) else train
        if isinstance(train, bool) or not 0 < number < len(classes):
            raise ValueError(
                f"train={train!r} of {len(classes)} texts: give a whole number below that, or a share between 0 and 1, such "
                "as 0.8; at least one text must be left to test."
            )
        # Spread evenly over the classes, which lie in a row: exactly so many, and of each its share.
        steps = np.arange(len(classes) + 1) * number // len(classes)
        parts[order] = np.where(np.diff(steps) > 0, -1, 0)
    for part in np.unique(parts[parts >= 0]):
        if len(np.unique(classes[parts != part])) < 2:
            raise ValueError(
                "A training part holds texts of one label only: give more texts, or train on more of them."
            )
    return parts


def _classify(train: np.ndarray, classes: IntArray, test: np.ndarray, seed: int) -> tuple[np.ndarray, float]:
    """Train on some texts and give the classes found for others, and the C chosen."""
    linear = needs("sklearn.linear_model", "classification", "evaluation")
    selection = needs("sklearn.model_selection", "classification", "evaluation")
    pipeline = needs("sklearn.pipeline", "classification", "evaluation")
    preprocessing = needs("sklearn.preprocessing", "classification", "evaluation")
    # Newton's method reaches the same optimum as the default in a fraction of the time, while the matrix
    # of second derivatives is small.
    solver = "newton-cholesky" if len(np.unique(classes)) == 2 and train.shape[1] <= _WIDEST_FOR_NEWTON else "lbfgs"
    regression = linear.LogisticRegression(max_iter=1000, solver=solver)
    model = pipeline.make_pipeline(preprocessing.StandardScaler(), regression)
    inner = np.empty(len(classes), dtype=np.int64)
    order = np.random.default_rng(seed).permutation(len(classes))
    inner[order[np.argsort(classes[order], kind="stable")]] = np.arange(len(classes)) % _INNER_FOLDS
    splits = [(np.flatnonzero(inner != part), np.flatnonzero(inner == part)) for part in range(_INNER_FOLDS)]
    # With a handful of texts a part may lack all but one class; then there is nothing to choose by.
    if len(classes) < _INNER_FOLDS or any(len(np.unique(classes[rest])) < 2 for rest, _ in splits):
        model.fit(train, classes)
        return model.predict(test), 1.0
    search = selection.GridSearchCV(model, {"logisticregression__C": list(_PENALTIES)}, cv=splits)
    search.fit(train, classes)
    return search.predict(test), float(search.best_params_["logisticregression__C"])


def _wilson(right: int, total: int, confidence: float) -> tuple[float, float]:
    """Give Wilson's interval of a share."""
    interval = binomtest(right, total).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)
