"""TeacherReference: the teacher of a model, found again by its name."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import pytest
from sentence_transformer_models import sentence_transformer, write_head
from tiny import tiny_bert
from tiny_models import tiny
from transformers import AutoModel, AutoTokenizer

from gensim_distill.teachers import TextHead, TransformerTeacher, load_teacher, text_head_of
from gensim_distill.teachers.reference import TeacherReference
from gensim_distill.teachers.text_head import Normalize

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


@pytest.mark.parametrize("way", ["object", "pair", "option", "folder", "subfolder"])
def test_text_head_is_found_again(way: str, tmp_path: Path) -> None:
    """That of a SentenceTransformer in memory too, and of a pair whose folder has another one."""
    folder = tmp_path / ("0_Transformer" if way == "subfolder" else "")
    for part in tiny("bert"):
        part.save_pretrained(folder)
    write_head(tmp_path, ("Pooling", {"pooling_mode": "cls"}, None), ("Normalize", None, None))
    head, options, given = TextHead("first", (Normalize(),)), dict(OPTIONS), str(tmp_path)
    teacher: Any = given
    if way == "subfolder":
        modules = (
            (tmp_path / "modules.json").read_text(encoding="utf-8").replace('"path": ""', '"path": "0_Transformer"')
        )
        (tmp_path / "modules.json").write_text(modules, encoding="utf-8")
    elif way == "object":
        teacher = sentence_transformer(tmp_path, "lasttoken", ["Dense"])
        head = load_teacher(teacher).text_head  # type: ignore[attr-defined]
        assert (head.pooling, head.width) == ("last", 12)
    elif way == "pair":
        teacher = AutoModel.from_pretrained(given), AutoTokenizer.from_pretrained(given)
        head = TextHead()
    elif way == "option":
        options["text_head"] = head = TextHead("last")
    reference = TeacherReference(teacher, **options)
    again = pickle.loads(pickle.dumps(reference))
    assert reference.name == again.name == given
    assert text_head_of(reference.get()) == text_head_of(again.get()) == head


def test_assigning_a_teacher_with_another_text_head_warns(
    bert: tuple[Any, Any], teacher: TransformerTeacher, caplog: pytest.LogCaptureFixture
) -> None:
    reference = TeacherReference(teacher)
    reference.assign(bert)
    assert not caplog.messages
    reference.assign(TransformerTeacher(*bert, text_head=TextHead("first")))
    [message] = caplog.messages
    assert message.startswith("The teacher assigned makes text vectors in another way than the one")


def test_text_head_of_a_loaded_teacher_is_not_replaced(teacher: TransformerTeacher) -> None:
    assert load_teacher(teacher, text_head=TextHead()) is teacher
    with pytest.raises(ValueError, match="text_head= has no effect on a teacher that is loaded already"):
        load_teacher(teacher, text_head=TextHead("first"))


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
