"""Division of labeled texts into training and test texts, and the test of a classifier on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_whole


def divide_texts(
    texts: int,
    labels: Sequence[Any],
    *,
    train: int | float | Sequence[bool] | None = None,
    folds: int = 5,
    seed: int = 1,
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
    classes = check_labels(texts, labels)
    return classes, _divide(classes, train, folds, seed)


def check_labels(texts: int, labels: Sequence[Any], verb: str = "classify") -> IntArray:
    """Check that there is a label for each text, and return the labels as numbers from 0.

    Raises
    ------
    ValueError
        If there is not one for each text, or all are equal.
    TypeError
        If they are neither strings nor numbers.
    """
    try:
        names, classes = np.unique(np.asarray(list(labels)), return_inverse=True)
    except (TypeError, ValueError) as error:  # None, or labels of different kinds
        raise TypeError("labels must be strings or numbers: convert them, and remove texts without a label.") from error
    if len(classes) != texts:
        raise ValueError(f"There are {texts} texts and {len(classes)} labels: expected one label for each text.")
    if len(names) < 2:
        raise ValueError(
            f"There is nothing to {verb}: expected texts with at least two distinct labels, found {len(names)}."
        )
    numbers: IntArray = classes.astype(np.int64)
    return numbers


def _divide(classes: IntArray, train: int | float | Sequence[bool] | None, folds: int, seed: int) -> IntArray:
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
    elif isinstance(train, (Sequence, np.ndarray)) and not isinstance(train, str):
        parts[:] = np.where(check_train(train, len(classes)), -1, 0)
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


def check_train(train: Any, texts: int) -> np.ndarray:
    """Check which texts are for training, and return it as an array of bool.

    Raises
    ------
    ValueError
        If there is not one value per text, or no training or no test text.
    """
    array = np.asarray(train)
    if array.dtype != np.bool_ or array.shape != (texts,):
        raise ValueError(
            f"train has the type {array.dtype} and the shape {array.shape}: expected True or False for each of {texts} texts, a "
            "number of texts, or a share between 0 and 1."
        )
    if array.all() or not array.any():
        raise ValueError(
            f"train is {bool(array.all())} for all texts: expected both texts for training and for the test."
        )
    return array


def score_folds(
    predict: Callable[[np.ndarray, IntArray, np.ndarray], np.ndarray],
    features: np.ndarray,
    classes: IntArray,
    parts: IntArray,
) -> tuple[int, int, int]:
    """Train and test in each fold.

    Parameters
    ----------
    predict : callable
        ``predict(features, classes, tested)`` trains on the first two and returns the classes of the third.
    features : numpy.ndarray, shape (n_texts, n_features)
    classes, parts
        See :func:`divide_texts`.

    Returns
    -------
    correct, majority, tested : int
        The numbers of texts that were classified correctly, that have the most frequent label of the training
        texts, and that were tested.
    """
    correct, baseline, tested = 0, 0, 0
    for part in np.unique(parts[parts >= 0]):
        test = parts == part
        predicted = predict(features[~test], classes[~test], features[test])
        majority = np.bincount(classes[~test]).argmax()
        correct += int((predicted == classes[test]).sum())
        baseline += int((classes[test] == majority).sum())
        tested += int(test.sum())
    return correct, baseline, tested
