"""What teachers of the user's own may return, and one sentence for everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from slow_teacher import one_sentence

from gensim_distill import DistilledWord2Vec, StateBatch, load_teacher
from gensim_distill.teachers.identity import teacher_identity


class LetterTeacher:
    """A teacher with a subword per letter, whose batches are changed by a function."""

    width, num_layers = 3, 2

    def __init__(self, change: Callable[..., Any] = lambda *parts: parts, **members: Any) -> None:
        self.change = change
        self.reads = 0
        for name, value in members.items():
            setattr(self, name, value)

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        self.reads += 1
        for number, text in enumerate(texts):
            starts = np.array([place for place, letter in enumerate(text) if not letter.isspace()], dtype=np.int64)
            codes = np.array([ord(text[place]) for place in starts], dtype=np.int64)
            states = [np.stack([codes % 7, codes % 5, layer + codes % 3], axis=1) for layer in layers]
            yield StateBatch(*self.change(np.full(len(starts), number), starts, starts + 1, states))


def train(corpus: Any, teacher: Any, **settings: Any) -> DistilledWord2Vec:
    return DistilledWord2Vec(
        corpus, min_count=1, teacher=teacher, objective="aggregate", layers=[0, 1], progress=False, **settings
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda texts, starts, ends, states: (
                texts.tolist(),
                starts.tolist(),
                ends.tolist(),
                [layer.tolist() for layer in states],
            ),
            id="lists",
        ),
        pytest.param(lambda texts, starts, ends, states: (texts, starts, ends, np.stack(states)), id="one array"),
        pytest.param(
            lambda texts, starts, ends, states: (
                texts.astype(np.uint16),
                starts.astype(np.int32),
                ends,
                [layer.astype(np.float16) for layer in states],
            ),
            id="short dtypes",
        ),
        pytest.param(
            lambda texts, starts, ends, states: (*map(torch.tensor, (texts, starts, ends)), map(torch.tensor, states)),
            id="tensors",
        ),
    ],
)
def test_lists_and_other_dtypes_are_accepted(corpus: list[list[str]], change: Callable[..., Any]) -> None:
    np.testing.assert_allclose(
        train(corpus, LetterTeacher(change)).wv.vectors, train(corpus, LetterTeacher()).wv.vectors, atol=1e-5
    )


Parts = tuple[Any, Any, Any, Any]

WRONG: dict[str, tuple[Callable[..., Parts], str]] = {
    "texts are floats": (lambda t, s, e, h: (t.astype(float), s, e, h), "texts of shape .* and dtype float64"),
    "texts are missing": (lambda t, s, e, h: (None, s, e, h), "texts of shape .*: it must be an array of integers"),
    "texts are a matrix": (lambda t, s, e, h: (t[:, None], s, e, h), r"texts of shape \(\d+, 1\)"),
    "texts are ragged": (lambda t, s, e, h: ([[0], [0, 1]], s, e, h), "it must be an array of integers"),
    "starts are strings": (lambda t, s, e, h: (t, s.astype(str), e, h), "starts of shape .* and dtype <U"),
    "ends are booleans": (lambda t, s, e, h: (t, s, e > 0, h), "ends of shape .* and dtype bool"),
    "a text too many": (lambda t, s, e, h: (t + 1000, s, e, h), r"a subword of text 1000, but was given \d+ texts"),
    "a negative text": (lambda t, s, e, h: (t - 1, s, e, h), "a subword of text -1"),
    "ends behind the text": (lambda t, s, e, h: (t, s, e + 99, h), r"from character 0 to 100 of a text of \d+ char"),
    "negative starts": (lambda t, s, e, h: (t, s - 1, e, h), "from character -1 to 1"),
    "reversed spans": (lambda t, s, e, h: (t, e, s, h), "no start after its end"),
    "unequal numbers": (lambda t, s, e, h: (t[1:], s, e, h), r"\d+ texts, \d+ starts and \d+ ends"),
    "fewer states": (lambda t, s, e, h: (t, s, e, [layer[1:] for layer in h]), "hidden states of the shapes"),
    "no states": (lambda t, s, e, h: (t, s, e, None), "hidden states of type NoneType: expected 2 of the shape"),
    "states of one layer only": (lambda t, s, e, h: (t, s, e, h[0]), r"shapes \[\(3,\), .*\.\.\.\] for \d+ subwords"),
    "ragged states": (lambda t, s, e, h: (t, s, e, [[[1, 2, 3], [4]]] * 2), "of a layer as list that is not an array"),
    "states are strings": (lambda t, s, e, h: (t, s, e, [layer.astype(str) for layer in h]), "not an array of real"),
    "complex states": (lambda t, s, e, h: (t, s, e, [layer * 1j for layer in h]), "not an array of real numbers"),
    "nan": (lambda t, s, e, h: (t, s, e, [layer * np.nan for layer in h]), "not finite"),
    "windows are short": (lambda t, s, e, h: (t, s, e, h, None, [1]), r"1 windows for \d+ subwords"),
    "windows are floats": (lambda t, s, e, h: (t, s, e, h, None, t * 0.5), "windows of shape .* and dtype float64"),
    "unknown is short": (lambda t, s, e, h: (t, s, e, h, [True]), r"unknown of shape \(1,\) and dtype bool"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_batches_raise_at_the_first_one(corpus: list[list[str]], name: str) -> None:
    change, message = WRONG[name]
    teacher = LetterTeacher(change, batch_tokens=4, batches_per_chunk=1)
    with pytest.raises((ValueError, TypeError), match=message) as error:
        train(corpus, teacher)
    assert one_sentence(error)
    assert teacher.reads == 1


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda texts, layers: None, r"read\(\) returned an object of type NoneType"),
        (lambda texts, layers: StateBatch([], [], [], []), r"read\(\) returned an object of type StateBatch"),  # type: ignore[arg-type]
        (lambda texts, layers: [([0], [0], [1], [])], r"read\(\) yielded an object of type tuple"),
        (lambda texts, layers: "no", r"read\(\) yielded an object of type str"),
        (3, "teacher.read is 3: it must be a method"),
    ],
)
def test_read_must_yield_batches(corpus: list[list[str]], read: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message) as error:
        train(corpus, LetterTeacher(read=read))
    assert one_sentence(error)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (name, value)
        for name in ("batch_tokens", "batches_per_chunk", "concurrent_reads")
        for value in (0, -1, 2.5, None)
    ]
    + [(name, value) for name in ("width", "num_layers") for value in (0, -3, 2.0, "2", True)],
)
def test_numbers_of_a_teacher_are_checked_before_it_reads(name: str, value: Any) -> None:
    teacher = LetterTeacher(**{name: value})
    with pytest.raises(ValueError, match=f"^teacher.{name}={value!r} must be a whole number from 1"):
        load_teacher(teacher)
    assert not teacher.reads


@pytest.mark.parametrize("found", ["name", ("name",), ("name", None), 5])
def test_source_must_be_a_name_and_options(corpus: list[list[str]], found: Any) -> None:
    with pytest.raises(TypeError, match=r"teacher.source\(\) returned"):
        train(corpus, LetterTeacher(source=lambda: found))


def test_weights_digest_must_be_a_string() -> None:
    with pytest.raises(TypeError, match=r"weights_digest\(\) returned b'.*': it must return a string"):
        teacher_identity(LetterTeacher(weights_digest=lambda: b"\0"))


def test_wrong_batches_raise_where_a_checkpoint_describes_the_teacher(corpus: list[list[str]], tmp_path: Any) -> None:
    teacher = LetterTeacher(lambda texts, starts, ends, states: (texts, starts, ends, states[0]))
    with pytest.raises(ValueError, match="hidden states of the shapes"):
        train(corpus, teacher, cache_dir=tmp_path)
