"""Teachers of the user's own, which are not transformers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from slow_teacher import (
    CLOSE,
    one_sentence,
)

from gensim_distill import DistilledWord2Vec, StateBatch, Teacher, load_teacher
from gensim_distill.objectives import OBJECTIVES


class LetterTeacher:
    """Knows every letter by itself: a teacher as a user would write one, without inheriting anything."""

    width = 3
    num_layers = 2

    def state(self, letter: str, layer: int) -> list[float]:
        code = ord(letter)
        return [float(code % 7), float(code % 5), float(layer + code % 3)]

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        for i, text in enumerate(texts):
            places = [place for place, letter in enumerate(text) if not letter.isspace()]
            if places:
                starts = np.array(places)
                states = [np.array([self.state(text[place], layer) for place in places]) for layer in layers]
                yield StateBatch(np.full(len(places), i), starts, starts + 1, states)


def test_custom_teacher_needs_three_members(corpus: list[list[str]]) -> None:
    teacher = LetterTeacher()
    assert isinstance(teacher, Teacher)
    assert load_teacher(teacher) is teacher
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher, objective="aggregate", layers=1)
    means = [
        np.mean([teacher.state(letter, 1) for letter in word if letter != "_"], axis=0)
        for word in model.wv.index_to_key
    ]
    np.testing.assert_allclose(model.wv.vectors, means - np.mean(means, axis=0), **CLOSE)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="hybrid"),
        pytest.param({"objective": "aggregate", "layers": [0, 1]}, id="aggregate"),
        pytest.param({"objective": "x2static", "context": "sentence", "layers": [0, 1]}, id="closed form"),
        pytest.param({"objective": "x2static", "solver": "sgd", "sample": 0}, id="gradient descent"),
    ],
)
def test_custom_teacher_with_every_objective(corpus: list[list[str]], settings: dict[str, Any]) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=LetterTeacher(), workers=1, **settings)
    assert model.wv.vectors.shape == (len(model.wv), 3)
    assert np.isfinite(model.wv.vectors).all()
    assert model.wv.get_vector("dog").any()


class WrongTeacher(LetterTeacher):
    """A teacher whose hidden states have more dimensions than its `width`."""

    def state(self, letter: str, layer: int) -> list[float]:
        return [0.0] * 5


class ForgetfulTeacher(LetterTeacher):
    """A teacher that returns one layer, regardless of the requested ones."""

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        for batch in super().read(texts, layers):
            yield StateBatch(batch.texts, batch.starts, batch.ends, batch.states[:1])


@pytest.mark.parametrize(
    ("teacher", "hint"),
    [
        (WrongTeacher(), r"shapes \[\(\d+, 5\), \(\d+, 5\)\] for \d+ subwords: expected 2 of the shape \(\d+, 3\)"),
        (ForgetfulTeacher(), r"shapes \[\(\d+, 3\)\] for \d+ subwords: expected 2 of the shape \(\d+, 3\)"),
    ],
    ids=["too wide", "a layer too few"],
)
def test_hidden_states_of_wrong_shape_raise(corpus: list[list[str]], teacher: Teacher, hint: str) -> None:
    with pytest.raises(ValueError, match=hint) as error:
        DistilledWord2Vec(corpus, min_count=1, teacher=teacher, objective="aggregate", layers=[0, 1])
    assert one_sentence(error)


class SilentTeacher(LetterTeacher):
    """Makes nothing of any text."""

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        return iter(())


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_teacher_without_output_leaves_random_vectors_and_warns(
    corpus: list[list[str]], objective: str, caplog: pytest.LogCaptureFixture
) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=SilentTeacher(), objective=objective)
    words = len(model.wv)
    assert f"{words} of {words} words have no context that the teacher could read" in caplog.text
    assert np.isfinite(model.wv.vectors).all() and model.wv.vectors.any(axis=1).all()


class LateTeacher(LetterTeacher):
    """Fails in the middle of the corpus, as a GPU without memory does."""

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        yield from itertools.islice(super().read(texts, layers), 3)
        raise RuntimeError("out of memory")


def test_errors_of_the_teacher_are_not_changed(corpus: list[list[str]]) -> None:
    with pytest.raises(RuntimeError, match=r"^out of memory$"):
        DistilledWord2Vec(corpus, min_count=1, teacher=LateTeacher(), objective="aggregate", layers=0)


def test_a_teacher_that_lists_subwords_needs_their_embeddings(corpus: list[list[str]]) -> None:
    teacher: Any = LetterTeacher()
    teacher.subword_strings = lambda: ["ab"]
    with pytest.raises(TypeError, match=r"add a method subword_embeddings\(words\)"):
        DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
