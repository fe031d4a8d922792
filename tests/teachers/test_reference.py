"""TeacherReference: the teacher of a model, found again by its name."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import pytest
from tiny import tiny_bert

from gensim_distill.teachers import TransformerTeacher
from gensim_distill.teachers.reference import TeacherReference

OPTIONS: dict[str, Any] = {"device": "cpu", "dtype": "float32", "max_length": 12}


def test_pickled_reference_loads_the_teacher_when_needed(folder: Path) -> None:
    reference = TeacherReference(str(folder), **OPTIONS)
    data = pickle.dumps(reference)
    again = pickle.loads(data)
    assert len(data) < 2_000
    assert again.loaded is None
    assert (again.width, again.num_layers, again.name) == (32, 4, str(folder))
    teacher = again.get()
    assert again.loaded is teacher is again.get()
    assert (teacher.max_length, str(teacher.dtype)) == (12, "torch.float32")


def test_device_and_trust_in_remote_code_are_not_pickled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = TeacherReference(str(folder), trust_remote_code=True, **OPTIONS)
    again = pickle.loads(pickle.dumps(reference))
    calls: list[dict[str, Any]] = []

    def load_teacher(name: Any, **options: Any) -> Any:
        calls.append(options)
        return reference.get()

    monkeypatch.setattr("gensim_distill.teachers.reference.load_teacher", load_teacher)
    again.get()
    again.assign(str(folder))
    reference.assign(str(folder))
    loaded, assigned, original = calls
    for options in (loaded, assigned):
        assert options.get("device") is None
        assert not options.get("trust_remote_code")
        assert options["max_length"] == 12
    assert (original["device"], original["trust_remote_code"]) == ("cpu", True)


@pytest.mark.parametrize("make_copy", [copy.copy, copy.deepcopy])
def test_copies_share_the_teacher(teacher: TransformerTeacher, make_copy: Any) -> None:
    reference = TeacherReference(teacher)
    twin = make_copy(reference)
    assert twin is not reference
    assert twin.get() is teacher


def test_assigning_to_a_copy_does_not_change_the_original(
    bert: tuple[Any, Any], teacher: TransformerTeacher, folder: Path
) -> None:
    reference = TeacherReference(teacher)
    twin = copy.copy(reference)
    twin.assign(str(folder))
    assert twin.name == str(folder)
    assert reference.name is None
    assert reference.get() is teacher


@pytest.mark.parametrize("config", [{"hidden_size": 16}, {"num_hidden_layers": 2}])
def test_assigning_a_teacher_of_another_shape_raises(teacher: TransformerTeacher, config: dict[str, int]) -> None:
    reference = TeacherReference(teacher)
    with pytest.raises(ValueError, match="trained with a teacher of 32 dimensions and 4 layers; the one assigned has"):
        reference.assign(tiny_bert(["the fox"], **config))
    assert reference.get() is teacher


def test_object_without_a_name_must_be_assigned(teacher: TransformerTeacher) -> None:
    again = pickle.loads(pickle.dumps(TeacherReference(teacher)))
    assert again.name is None
    assert again.source is None
    with pytest.raises(RuntimeError, match=r"assign it, model\.teacher = \(model, tokenizer\)"):
        again.get()
    again.assign(teacher)
    assert again.get() is teacher


def test_missing_teacher_raises(folder: Path) -> None:
    reference = pickle.loads(pickle.dumps(TeacherReference(str(folder), **OPTIONS)))
    reference.source = ("/no/such/folder", reference.source[1])
    with pytest.raises(RuntimeError, match="'/no/such/folder', is not found any more: assign it"):
        reference.get()
