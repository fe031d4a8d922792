"""Objectives of the user's own: which views they may have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gensim_distill import DistilledWord2Vec
from gensim_distill.contexts.views import View
from gensim_distill.evaluation import teacher_vectors
from gensim_distill.statistics.moments import Moments


class MeanOfFirstView:
    """An objective with any views, of which the first one is used."""

    def __init__(self, views: Any) -> None:
        self.given = views

    def views(self, num_layers: int) -> Any:
        return self.given

    def width(self, teacher_width: int) -> int:
        return teacher_width

    def fit(self, moments: Mapping[str, Moments]) -> MeanOfFirstView:
        return self

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        means: np.ndarray = next(iter(moments.values())).means()
        return means


ISOLATED = [View((2,), "token", isolated=True)]


@pytest.mark.parametrize("cached", [False, True])
def test_objective_of_isolated_words_only(
    teacher: Any, corpus: list[list[str]], tmp_path: Path, cached: bool, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        model = DistilledWord2Vec(
            corpus,
            teacher=teacher,
            min_count=1,
            objective=MeanOfFirstView(ISOLATED),
            cache_dir=tmp_path if cached else None,
        )
        [training] = [event for event in model.lifecycle_events if event["event"] == "train"]
        assert (training["documents"], training["words"]) == (len(corpus), sum(map(len, corpus)))
        expected = teacher_vectors(teacher, model.wv.index_to_key, layer=2, centered=False)
        np.testing.assert_allclose(model.wv.vectors, expected[model.wv.index_to_key], atol=1e-5)
    assert model.train(corpus[:2]) == (19, 19)
    assert model.infer_vector("foxy").any()
    assert model.infer_vector("foxy", [["the", "foxy", "dog"]]).any()
    assert not caplog.text


@pytest.mark.parametrize(
    ("views", "message"),
    [
        (None, r"MeanOfFirstView.views\(\) returned None: it must return a list of View objects"),
        (View((1,), "token"), "it must return a list of View objects"),
        ([(1, "token")], "it must return a list of View objects"),
        ([], "returned no view"),
        ([View((1,), "summary"), View((2,), "summary")], "texts of one view only"),
        ([View((0,), "token"), View((1,), "token"), View([1], "token")], "two views named 'token.1'"),  # type: ignore[arg-type]
        ([View((9,), "token")], "The teacher has no layer 9"),
    ],
)
def test_invalid_views_raise_before_the_corpus_is_read(teacher: Any, views: Any, message: str) -> None:
    def unread() -> Any:
        raise AssertionError("read")
        yield

    class Corpus:
        def __iter__(self) -> Any:
            return unread()

    with pytest.raises((TypeError, ValueError), match=message):
        DistilledWord2Vec(Corpus(), teacher=teacher, min_count=1, objective=MeanOfFirstView(views))


@pytest.mark.parametrize("layers", [[1, 3], (1, 3), np.array([1, 3]), range(1, 4, 2)])
def test_layers_of_a_view_become_a_tuple(layers: Any) -> None:
    view = View(layers, "token")
    assert view == View((1, 3), "token")
    assert hash(view) == hash(View((1, 3), "token"))
    assert all(type(layer) is int for layer in view.layers)


def test_one_layer_of_a_view_needs_no_tuple() -> None:
    assert View(6, "token") == View((6,), "token")  # type: ignore[arg-type]


@pytest.mark.parametrize("layers", [(), "ab", [1.5], None, [None], True, [[1]], -1, (0, -1)])
def test_invalid_layers_of_a_view_raise(layers: Any) -> None:
    with pytest.raises(ValueError, match="of a view must be one or more integers"):
        View(layers, "token")


def test_views_with_lists_of_layers_are_trained(teacher: Any, corpus: list[list[str]]) -> None:
    views = [View([1, 3], "token")]  # type: ignore[arg-type]
    assert DistilledWord2Vec(corpus, teacher=teacher, min_count=1, objective=MeanOfFirstView(views)).wv.vectors.any()
