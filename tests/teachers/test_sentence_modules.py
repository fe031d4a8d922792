"""Text heads of sentence transformers: equal to the library's own vectors, by folder and as objects."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformer_models import TEXTS, sentence_transformer, write_head
from slow_teacher import one_sentence
from tiny_models import tiny

from gensim_distill import load_teacher
from gensim_distill.teachers import TextHead, text_head_of

POOLING = {"word_embedding_dimension": 24, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
DENSE = {"in_features": 24, "out_features": 2, "bias": True, "activation_function": "torch.nn.modules.activation.Tanh"}
WEIGHTS = {"linear.weight": torch.ones(2, 24), "linear.bias": torch.zeros(2)}


def load(teacher: Any) -> Any:
    return load_teacher(teacher, device="cpu", dtype="float32")


def text_vectors(teacher: Any) -> np.ndarray:
    """Return the teacher's vectors of the texts, by its text head."""
    head = text_head_of(teacher)
    pool = {"mean": lambda rows: rows.mean(axis=0), "first": lambda rows: rows[0], "last": lambda rows: rows[-1]}
    pooled = np.zeros((len(TEXTS), teacher.width), np.float32)
    for batch in teacher.read(TEXTS, [-1]):
        for number in np.unique(batch.texts):
            pooled[number] = pool[head.pooling](np.asarray(batch.states[0])[batch.texts == number])
    return head.transform(pooled)


def assert_parallel(found: np.ndarray, expected: np.ndarray) -> None:
    assert found.shape == expected.shape
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
    assert ((found * expected).sum(axis=1) > 0.9999 * lengths).all()


@pytest.mark.parametrize(
    ("pooling", "kinds", "dense"),
    [
        ("mean", (), {}),
        ("mean", ("Normalize",), {}),
        ("mean_sqrt_len_tokens", ("LayerNorm",), {}),
        ("cls", ("Normalize",), {}),
        ("lasttoken", ("Dropout", "Normalize"), {}),
        ("mean", ("Dense", "Normalize"), {}),
        ("cls", ("Dense", "LayerNorm", "Normalize"), {"bias": False, "activation_function": torch.nn.GELU()}),
        ("lasttoken", ("LayerNorm", "Dense"), {"activation_function": None, "out_features": 24, "use_residual": True}),
        ("mean", ("Normalize", "Dense"), {"activation_function": torch.nn.ReLU(), "use_residual": True}),
        (("mean",), ("Dense", "Dense"), {"out_features": 24, "activation_function": torch.nn.SiLU()}),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_vectors_equal_those_of_sentence_transformers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, pooling: Any, kinds: tuple[str, ...], dense: dict[str, Any]
) -> None:
    model = sentence_transformer(tmp_path / "transformer", pooling, kinds, **dense)
    expected = model.encode(TEXTS, convert_to_numpy=True)
    teacher = load(model)
    assert_parallel(text_vectors(teacher), expected)
    model.save(str(tmp_path / "saved"))
    saved = load(tmp_path / "saved")
    assert_parallel(text_vectors(saved), expected)
    assert saved.text_head == teacher.text_head
    widest = next((kind for kind in ("Dense", "LayerNorm") if kind in kinds), None)
    assert saved.text_head.width == {"Dense": dense.get("out_features", 12), "LayerNorm": 24}.get(widest)
    assert not caplog.messages
    # In bfloat16, the weights of the head stay the same.
    assert load_teacher(tmp_path / "saved", device="cpu", dtype="bfloat16").text_head == teacher.text_head  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("settings", "pooling"),
    [
        (POOLING, "first"),
        ({"word_embedding_dimension": 24, "pooling_mode_lasttoken": True}, "last"),
        ({"word_embedding_dimension": 24, "pooling_mode_mean_sqrt_len_tokens": True}, "mean"),
        ({"word_embedding_dimension": 24, "pooling_mode_mean_tokens": False}, "mean"),
        ({"embedding_dimension": 24, "pooling_mode": "cls", "include_prompt": True}, "first"),
        ({"embedding_dimension": 24, "pooling_mode": ["lasttoken"], "pooling_mode_mean_tokens": True}, "last"),
        ({}, "mean"),
    ],
    ids=str,
)
def test_pooling_of_each_version_is_read(tmp_path: Path, settings: dict[str, Any], pooling: str) -> None:
    for part in tiny("bert"):
        part.save_pretrained(tmp_path)
    write_head(tmp_path, ("Pooling", settings, None), ("Normalize", None, None))
    assert load(tmp_path).text_head.pooling == pooling


def test_types_of_newer_versions_are_read(tmp_path: Path) -> None:
    for part in tiny("bert"):
        part.save_pretrained(tmp_path)
    prefix = "sentence_transformers"
    write_head(
        tmp_path,
        (f"{prefix}.sentence_transformer.modules.pooling.Pooling", {"pooling_mode": "cls"}, None),
        (f"{prefix}.base.modules.dense.Dense", DENSE, WEIGHTS),
    )
    head = load(tmp_path).text_head
    assert (head.pooling, head.width) == ("first", 2)


def test_file_of_a_head_can_be_written_again(tmp_path: Path) -> None:
    for part in tiny("bert"):
        part.save_pretrained(tmp_path)
    write_head(tmp_path, ("Pooling", POOLING, None), ("Dense", DENSE, WEIGHTS))
    head = load(tmp_path).text_head
    file = tmp_path / "2_Dense" / "model.safetensors"
    with file.open("r+b") as opened:  # in place, as copying a file over it does
        opened.write(bytes(file.stat().st_size))
    np.testing.assert_array_equal(head.layers[0].weight, WEIGHTS["linear.weight"].numpy())


@pytest.mark.parametrize(
    ("modules", "reason"),
    [
        ([("Pooling", POOLING | {"pooling_mode_max_tokens": True}, None)], "pooling by 'cls' and 'max'"),
        ([("Pooling", {"pooling_mode": "weightedmean"}, None)], "pooling by 'weightedmean'"),
        ([("Pooling", {"pooling_mode": "max"}, None)], "pooling by 'max'"),
        ([("Pooling", {"pooling_mode": "new"}, None)], "pooling by 'new'"),
        (
            [("Pooling", {"pooling_mode": "mean_sqrt_len_tokens"}, None), ("Dense", DENSE, WEIGHTS)],
            "pooling by 'mean_sqrt_len_tokens' before a module 'Dense'",
        ),
        ([("Normalize", None, None)], "a module 'Normalize'"),
        ([("CNN", {}, None), ("Pooling", POOLING, None)], "a module 'CNN'"),
        ([("Pooling", POOLING, None), ("custom_code.Dense", {}, None)], "a module 'custom_code.Dense'"),
        ([("Pooling", POOLING, None), ("Pooling", POOLING, None)], "a module 'Pooling'"),
        (
            [("Pooling", POOLING, None), ("Dense", DENSE | {"activation_function": "os.system"}, WEIGHTS)],
            "the activation function 'os.system'",
        ),
        (
            [("Pooling", POOLING, None), ("Dense", DENSE | {"activation_function": "torch.nn.Softmax"}, WEIGHTS)],
            "the activation function 'torch.nn.Softmax'",
        ),
        (
            [("Pooling", POOLING, None), ("Dense", DENSE | {"module_input_name": "token_embeddings"}, WEIGHTS)],
            "with module_input_name='token_embeddings'",
        ),
        ([], "no module Pooling"),
    ],
    ids=str,
)
def test_other_modules_are_named_and_the_mean_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, modules: list[Any], reason: str
) -> None:
    for part in tiny("bert"):
        part.save_pretrained(tmp_path)
    write_head(tmp_path, *modules)
    assert load(tmp_path).text_head == TextHead()
    [message] = caplog.messages
    assert reason in message
    assert str(tmp_path) in message
    assert caplog.records[0].levelno == logging.WARNING


def test_other_modules_of_an_object_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = sentence_transformer(tmp_path, ("cls", "mean"))
    assert load(model).text_head == TextHead()
    leaky = sentence_transformer(tmp_path, "cls", ["Dense"], activation_function=torch.nn.GELU("tanh"))
    assert load(leaky).text_head == TextHead()
    assert "pooling by 'cls' and 'mean'" in caplog.messages[0]
    assert "GELU(approximate='tanh')" in caplog.messages[1]


def test_model_without_modules_has_the_mean(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for part in tiny("bert"):
        part.save_pretrained(tmp_path)
    assert load(tmp_path).text_head == load(tiny("bert")).text_head == TextHead()
    assert not caplog.messages


@pytest.mark.parametrize(
    ("modules", "hint"),
    [
        ([("Pooling", None, None)], "lacks 1_Pooling/config.json, which its modules.json needs"),
        ([("Pooling", {"pooling_mode": 3}, None)], "in 1_Pooling, pooling_mode=3 is not the name of a pooling"),
        ([("Pooling", {"pooling_mode": []}, None)], "pooling_mode=\\[\\] is not the name"),
        (
            [("Pooling", POOLING, None), ("Dense", DENSE, None)],
            "lacks 2_Dense/model.safetensors or 2_Dense/pytorch_model.bin",
        ),
        (
            [("Pooling", POOLING, None), ("Dense", {}, WEIGHTS)],
            "in_features=None and out_features=None must be numbers",
        ),
        (
            [("Pooling", POOLING, None), ("Dense", DENSE | {"out_features": 3}, WEIGHTS)],
            r"in 2_Dense that does not fit its configuration: .* \(2, 24\)}, not .*\(3, 24\)}",
        ),
        (
            [("Pooling", POOLING, None), ("Dense", DENSE, {"linear.weight": torch.ones(2, 24)})],
            "does not fit its configuration: .*, not {'linear.bias'",
        ),
        (
            [("Pooling", POOLING, None), ("LayerNorm", None, {"norm.weight": torch.ones(24)})],
            "module LayerNorm in 2_LayerNorm that does not fit its configuration",
        ),
        (
            [("Pooling", POOLING, None), ("Dense", DENSE, WEIGHTS | {"linear.bias": torch.tensor([0, float("nan")])})],
            "has weights '2_Dense/linear.bias' of up to nan",
        ),
        (
            [
                ("Pooling", POOLING, None),
                ("Dense", DENSE | {"in_features": 5}, WEIGHTS | {"linear.weight": torch.ones(2, 5)}),
            ],
            "text head whose layer 1, Dense, takes vectors of 5 dimensions and gets vectors of 24",
        ),
        (
            [
                ("Pooling", POOLING, None),
                ("Dense", DENSE, WEIGHTS),
                ("LayerNorm", None, {"norm.weight": torch.ones(24), "norm.bias": torch.ones(24)}),
            ],
            "text head whose layer 2, LayerNorm, takes vectors of 24 dimensions and gets vectors of 2",
        ),
    ],
    ids=str,
)
def test_damaged_modules_raise(tmp_path: Path, modules: list[Any], hint: str) -> None:
    for part in tiny("bert"):
        part.save_pretrained(tmp_path)
    write_head(tmp_path, *modules)
    with pytest.raises(ValueError, match=hint) as error:
        load(tmp_path)
    assert one_sentence(error)
    assert str(error.value).startswith(f"teacher={str(tmp_path)!r}")


@pytest.mark.parametrize(
    ("file", "content", "hint"),
    [
        ("1_Pooling/config.json", b"", "its 1_Pooling/config.json is empty"),
        ("1_Pooling/config.json", b"[]", "its 1_Pooling/config.json is not a JSON object"),
        ("1_Pooling/config.json", b"{", r"its 1_Pooling/config.json is not JSON \("),
        ("1_Pooling/config.json", b"[" * 100_000, r"its 1_Pooling/config.json is not JSON \("),
        ("2_Dense/model.safetensors", b"junk" * 9, "its 2_Dense/model.safetensors is damaged or cut short"),
        ("2_Dense/model.safetensors", b"<html>", "its 2_Dense/model.safetensors is a web page"),
        ("modules.json", b"", "its modules.json is not a list of modules"),
        ("modules.json", b"{}", "its modules.json is not a list of modules"),
        ("modules.json", b'[3, {"path": "1_Pooling"}]', "its modules.json is not a list of modules"),
        ("modules.json", b'[3, {"path": 1, "type": 2}]', "its modules.json is not a list of modules"),
        ("modules.json", b'[3, {"path": "../1_Pooling", "type": "x"}]', "its modules.json leads out of the folder"),
        ("modules.json", b'[3, {"path": "/1_Pooling", "type": "x"}]', "its modules.json leads out of the folder"),
        ("modules.json", b'[3, {"path": "a\\u0000", "type": "x"}]', "its modules.json leads out of the folder"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_damaged_files_raise(tmp_path: Path, file: str, content: bytes, hint: str) -> None:
    for part in tiny("bert"):
        part.save_pretrained(tmp_path)
    write_head(tmp_path, ("Pooling", POOLING, None), ("Dense", DENSE, WEIGHTS))
    (tmp_path / file).write_bytes(content)
    with pytest.raises(ValueError, match=hint) as error:
        load(tmp_path)
    assert one_sentence(error)
    assert str(error.value).startswith(f"teacher={str(tmp_path)!r}")


class RunsCode:
    """An object that makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return (os.mkdir, (str(self.path),))


def test_pickled_weights_are_loaded_without_running_code(tmp_path: Path) -> None:
    for part in tiny("bert"):
        part.save_pretrained(tmp_path)
    write_head(tmp_path, ("Pooling", POOLING, None), ("Dense", DENSE, WEIGHTS))
    expected = load(tmp_path).text_head
    file = tmp_path / "2_Dense" / "pytorch_model.bin"
    (tmp_path / "2_Dense" / "model.safetensors").unlink()
    torch.save(WEIGHTS, file)
    assert load(tmp_path).text_head == expected
    for content in ({"linear.weight": RunsCode(tmp_path / "ran")}, [1, 2], {"linear.weight": 3}):
        torch.save(content, file)
        with pytest.raises(ValueError, match="its 2_Dense/pytorch_model.bin cannot be read") as error:
            load(tmp_path)
        assert one_sentence(error)
    file.write_bytes(b"junk" * 20)
    with pytest.raises(ValueError, match="its 2_Dense/pytorch_model.bin is not a file of torch"):
        load(tmp_path)
    assert not (tmp_path / "ran").exists()
