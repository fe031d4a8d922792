"""Vectors and dimensions of an objective of the user's own that are of the wrong kind raise an error that names it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from trained_models import distill

from gensim_distill import DistilledWord2Vec
from gensim_distill.contexts.views import View
from gensim_distill.objectives import Aggregate
from gensim_distill.objectives.results import check_rows, check_vectors, check_widths
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers import TransformerTeacher

Change = Callable[[np.ndarray], Any]


class Changed:
    """Means of the last layer, of which a function makes something else."""

    def __init__(self, change: Change, size: Any = 32, default: Any = 32) -> None:
        self.change, self.size, self.default = change, size, default

    def views(self, num_layers: int) -> list[View]:
        return [View((num_layers - 1,), "token")]

    def width(self, teacher_width: int) -> Any:
        return self.size

    def default_width(self, teacher_width: int) -> Any:
        return self.default

    def vectors(self, moments: Mapping[str, Moments]) -> Any:
        (view,) = moments.values()
        return self.change(view.means())


class ChangedProjection(Changed):
    """The same with a projection."""

    def fit(self, moments: Mapping[str, Moments]) -> Any:
        return copy.copy(self)


def with_value(value: float) -> Change:
    def change(vectors: np.ndarray) -> np.ndarray:
        vectors[0, 0] = value
        return vectors

    return change


@pytest.mark.parametrize("kind", [Changed, ChangedProjection])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda vectors: vectors[:3], r"returned vectors of shape \(3, 32\): it must return one row for each of the 35 words"),
        (lambda vectors: vectors[:, :5], r"of shape \(35, 5\): .* the 32 columns that width\(\) promises"),
        (lambda vectors: vectors.T, r"of shape \(32, 35\)"),
        (lambda vectors: vectors[0], r"of shape \(32,\)"),
        (lambda vectors: vectors[None], r"of shape \(1, 35, 32\)"),
        (lambda vectors: vectors[:0], r"of shape \(0, 32\)"),
        (lambda vectors: vectors.tolist(), "returned a list as vectors: it must return a plain numpy array of floats"),
        (lambda vectors: torch.from_numpy(vectors), "returned a Tensor as vectors"),
        (lambda vectors: None, "returned a NoneType as vectors"),
        (lambda vectors: vectors.astype(complex), "an array of complex128 as vectors"),
        (lambda vectors: vectors.astype(object), "an array of object as vectors"),
        (lambda vectors: vectors > 0, "an array of bool as vectors"),
        (lambda vectors: vectors.astype(str), "an array of <U32 as vectors"),
        (lambda vectors: np.ma.masked_array(vectors, vectors > 0), "an array of float64 as vectors"),
        (with_value(np.nan), "NaN or numbers beyond float32 in the vectors of 1 of 35 words"),
        (with_value(np.inf), "NaN or numbers beyond float32"),
        (with_value(-1e300), "NaN or numbers beyond float32"),
    ],
)  # fmt: skip
def test_wrong_vectors_raise(
    corpus: list[list[str]], teacher: TransformerTeacher, kind: type[Changed], change: Change, message: str
) -> None:
    model = distill(None, teacher, objective=kind(change))
    model.build_vocab(corpus)
    assert len(model.wv) == 35
    before = model.wv.vectors.copy()
    with pytest.raises((TypeError, ValueError), match=f"^{kind.__name__} .*{message}"):
        model.train(corpus)
    np.testing.assert_array_equal(model.wv.vectors, before)
    assert model.train_count == 0


@pytest.mark.parametrize("dtype", ["float16", "float32", "int8"])
def test_vectors_of_other_dtypes_are_converted(
    corpus: list[list[str]], teacher: TransformerTeacher, dtype: str
) -> None:
    expected: list[np.ndarray] = []

    def convert(vectors: np.ndarray) -> np.ndarray:
        expected.append((9 * vectors).astype(dtype))
        return expected[-1]

    model = distill(corpus, teacher, objective=Changed(convert))
    assert model.wv.vectors.dtype == np.float32
    changed = np.any(expected[0], axis=1)
    np.testing.assert_array_equal(model.wv.vectors[changed], expected[0][changed])


@pytest.mark.parametrize("size", [0, -1, 2.5, "32", None, True])
def test_wrong_dimensions_raise(corpus: list[list[str]], teacher: TransformerTeacher, size: Any) -> None:
    with pytest.raises(ValueError, match=r"Changed\.width\(\) returned .*: it must return a whole number from 1, "):
        DistilledWord2Vec(corpus, teacher=teacher, objective=Changed(np.asarray, size=size))
    with pytest.raises(ValueError, match=r"Changed\.default_width\(\) returned .* from 1 to width\(\)"):
        DistilledWord2Vec(corpus, teacher=teacher, objective=Changed(np.asarray, default=size))
    with pytest.raises(ValueError, match=r"Changed\.default_width\(\) returned 33"):
        DistilledWord2Vec(corpus, teacher=teacher, objective=Changed(np.asarray, default=33))


def test_projection_without_vectors_raises(corpus: list[list[str]], teacher: TransformerTeacher) -> None:
    class Forgetful(Aggregate):
        def fit(self, moments: Any) -> Any:
            """Return nothing."""

    with pytest.raises(
        TypeError, match=r"Forgetful\.fit\(\) returned None: it must return an object with the method vectors"
    ):
        distill(corpus, teacher, objective=Forgetful())


def test_wrong_inferred_vectors_raise(corpus: list[list[str]], teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher, objective=ChangedProjection(lambda vectors: vectors))
    model.learned.projection.change = lambda vectors: np.vstack([vectors, vectors])
    with pytest.raises(
        ValueError, match=r"ChangedProjection returned vectors of shape \(2, 32\): .* each of the 1 words"
    ):
        model.infer_vector("wolf", [["the", "wolf"]])


def test_one_dimension_and_the_largest_float32_are_accepted() -> None:
    assert check_widths(Changed(np.asarray, size=1, default=1), 32) == (1, 1)
    largest = np.array([[np.finfo(np.float32).max]])
    assert check_vectors(largest, Aggregate(), 1, 1) is largest


@pytest.mark.parametrize("rows", [np.zeros(3), np.zeros((2, 4)), np.zeros((3, 0)), np.full((3, 4), np.nan)])
def test_wrong_rows_of_words_raise(rows: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"Aggregate\.fit_texts\(\) returned rows of shape .* for each of the 3 words"):
        check_rows(rows, Aggregate(), 3)
