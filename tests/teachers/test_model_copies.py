"""Copies of models, and teachers in other processes."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from slow_teacher import DOCUMENTS, assert_same, token_states
from tiny import ListeningTeacher
from tiny_models import tiny, tiny_model

from gensim_distill import load_teacher
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.teachers.model_copies import copy_model, picklable_model
from gensim_distill.teachers.serialization import serialize_teacher
from gensim_distill.teachers.text_head import Dense, TextHead

_TESTS = Path(__file__).parents[1]

# Everything that this process has imported and constructed is missing there.
_FRESH_PROCESS = """
import pickle, sys
import numpy as np
found = []
for content in pickle.load(open(sys.argv[1], "rb")):
    content = pickle.loads(content)
    from gensim_distill import load_teacher
    teacher = content.load(use_gpu=False) if hasattr(content, "load") else load_teacher(content)
    [batch] = teacher.read(["the dog sleeps"], [0, -1])
    head = teacher.text_head
    assert hasattr(content, "__len__") or head.pooling == "first" and head.transform(np.ones((1, 24))).tolist() == [[24] * 5]
    found.append([states.float().numpy() for states in batch.states])
    # Forget the class of the model, as if the next were the first.
    sys.modules["transformers.utils.output_capturing"]._CAN_RECORD_REGISTRY.clear()
np.save(sys.argv[2], found)
"""


def test_teachers_are_read_in_a_fresh_process(tmp_path: Path) -> None:
    model, tokenizer = tiny_model("bert", tiny("bert")[1]), tiny("bert")[1]
    # Before the first use as a teacher; transformers adds hooks to a model, which cannot be pickled.
    contents = [pickle.dumps((model, tokenizer))]
    for kind in (TransformerTeacher, ListeningTeacher):
        teacher = kind(model, tokenizer, text_head=TextHead("first", (Dense(np.ones((5, 24), np.float32)),)))
        [batch] = teacher.read(["the dog sleeps"], [0, -1])
        contents += [pickle.dumps(teacher), pickle.dumps(serialize_teacher(teacher))]
    (tmp_path / "contents").write_bytes(pickle.dumps(contents))
    paths = os.pathsep.join([str(_TESTS.parent), str(_TESTS)])
    program = [sys.executable, "-c", _FRESH_PROCESS, tmp_path / "contents", tmp_path / "states.npy"]
    run = subprocess.run(
        program, check=False, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": paths}, timeout=900
    )
    assert run.returncode == 0, run.stderr
    found = np.load(tmp_path / "states.npy")
    assert len(found) == 5
    for states in found:
        np.testing.assert_allclose(states, [layer.numpy() for layer in batch.states], rtol=1e-5, atol=1e-6)


def test_unpickled_teacher_falls_back_to_the_cpu() -> None:
    teacher = TransformerTeacher(*tiny("bert"))
    twin = copy.copy(teacher)
    twin.device, twin.dtype = torch.device("cuda", 99), torch.float16
    again = pickle.loads(pickle.dumps(twin))
    assert (again.device.type, again.dtype, again.model.dtype) == ("cpu", torch.float32, torch.float32)
    assert_same(token_states(DOCUMENTS, again), token_states(DOCUMENTS, teacher))


def test_copies_of_a_teacher() -> None:
    teacher = TransformerTeacher(*tiny("bert"))
    shallow, deep = copy.copy(teacher), copy.deepcopy(teacher)
    assert shallow.model is teacher.model and deep.model is not teacher.model
    for twin in (shallow, deep):
        assert_same(token_states(DOCUMENTS, twin), token_states(DOCUMENTS, teacher))


def pointers(model: Any) -> set[int]:
    return {tensor.data_ptr() for tensor in (*model.parameters(), *model.buffers())}


def test_picklable_model_shares_weights_on_the_cpu() -> None:
    model = tiny("bert")[0]
    assert pointers(picklable_model(model)) == pointers(model)
    assert picklable_model(model) is not model


def test_copy_in_another_dtype_equals_the_conversion_of_torch() -> None:
    for family in ("bert", "t5", "modernbert"):
        model = tiny(family)[0]
        found, expected = copy_model(model, model.device, torch.bfloat16), copy.deepcopy(model).to(torch.bfloat16)
        assert found.state_dict().keys() == expected.state_dict().keys()
        for name, weight in expected.state_dict().items():
            assert torch.equal(found.state_dict()[name], weight) and found.state_dict()[name].dtype == weight.dtype
        assert len(list(found.parameters())) == len(list(model.parameters()))  # tied weights are tied
        assert model.dtype == torch.float32


def test_weights_are_never_copied_on_their_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy on a full GPU, to be moved to the CPU then, would not fit."""
    model = tiny_model("bert", tiny("bert")[1])
    monkeypatch.setattr(torch.Tensor, "__deepcopy__", lambda *_: pytest.fail("a tensor was copied"))
    monkeypatch.setattr(torch.nn.Parameter, "__deepcopy__", lambda *_: pytest.fail("a parameter was copied"))
    serialize_teacher(TransformerTeacher(model, tiny("bert")[1], dtype="bfloat16"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_serialization_takes_no_memory_of_the_gpu() -> None:
    teacher = load_teacher(tiny("bert"), device="cuda")
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    serialize_teacher(teacher)
    assert torch.cuda.max_memory_allocated() == before
