"""The choice of device and dtype."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from slow_teacher import (
    one_sentence,
)

from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.teachers.devices import choose_device, choose_dtype, cpu_has_bfloat16, default_batch_tokens

CPU = torch.device("cpu")


def test_default_device_is_the_best_available() -> None:
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    assert choose_device().type == next(device for device, is_there in there.items() if is_there)


@pytest.mark.parametrize("device", ["cpu", CPU])
def test_requested_device_is_used(device: Any) -> None:
    assert choose_device(device) == CPU


@pytest.mark.parametrize("by", ["folder", "object"])
@pytest.mark.parametrize(
    "device",
    [
        "cuda:99",
        pytest.param("cuda", marks=pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA")),
    ],
)
def test_missing_cuda_raises(device: str, by: str, folder: Path, bert: tuple[Any, Any]) -> None:
    found = f"device='{device}' was requested, but torch sees {torch.cuda.device_count()} CUDA devices"
    with pytest.raises(ValueError, match=f"{found}.*omit device") as error:
        DistilledWord2Vec(teacher=folder if by == "folder" else bert, device=device)
    assert one_sentence(error)


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="there is an Apple GPU")
def test_missing_mps_raises() -> None:
    with pytest.raises(ValueError, match="sees no Apple GPU here: omit device"):
        choose_device("mps")


@pytest.mark.parametrize("device", ["gpu", "", "cuda:x"], ids=repr)
def test_unknown_device_raises_with_valid_ones(device: Any) -> None:
    with pytest.raises(ValueError, match="no device that torch knows: use 'cpu', 'cuda'") as error:
        choose_device(device)
    assert one_sentence(error)


@pytest.mark.skipif(torch.xpu.is_available(), reason="there is an Intel GPU")
def test_other_missing_device_raises(bert: tuple[Any, Any]) -> None:
    with pytest.raises(ValueError, match=r"device='xpu'.*omit device"):
        load_teacher(bert, device="xpu")


def test_default_dtype_on_cpu_is_bfloat16_if_supported() -> None:
    assert choose_dtype("auto", CPU) == (torch.bfloat16 if cpu_has_bfloat16() else torch.float32)
    assert choose_dtype("auto", torch.device("mps")) == torch.float32


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="needs the processor's list of what it can do")
def test_bfloat16_support_agrees_with_cpu_flags() -> None:
    flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    if "avx512_bf16" in flags:
        assert cpu_has_bfloat16()
    if not flags & {"avx512_bf16", "amx_bf16", "bf16"}:
        assert not cpu_has_bfloat16()


@pytest.mark.parametrize("dtype", [torch.float32, "float32", "torch.float32"], ids=repr)
def test_requested_dtype_is_used(dtype: Any, bert: tuple[Any, Any], folder: Path) -> None:
    assert choose_dtype(dtype, CPU) == torch.float32
    for teacher in (bert, folder):
        loaded = load_teacher(teacher, device="cpu", dtype=dtype)
        assert isinstance(loaded, TransformerTeacher)
        assert loaded.dtype == loaded.model.dtype == torch.float32


@pytest.mark.parametrize("dtype", ["float16", torch.float16], ids=repr)
def test_float16_on_cpu_raises(dtype: Any, bert: tuple[Any, Any], folder: Path) -> None:
    for teacher in (bert, folder):
        with pytest.raises(ValueError, match="very slow on a CPU: use 'bfloat16', 'float32' or 'auto'") as error:
            load_teacher(teacher, device="cpu", dtype=dtype)
        assert one_sentence(error)


def test_float16_is_allowed_on_cuda() -> None:
    assert choose_dtype("float16", torch.device("cuda")) == torch.float16


@pytest.mark.parametrize(
    ("gigabytes", "width", "layers", "expected"),
    [
        pytest.param(80, 384, 7, 65_536, id="MiniLM on a large card"),
        pytest.param(80, 1024, 25, 32_768, id="BERT-large on a large card"),
        pytest.param(8, 384, 7, 16_384, id="MiniLM on a small card"),
        pytest.param(1, 8192, 81, 2_048, id="too large in any case"),
    ],
)
def test_default_batch_fits_into_the_memory_of_cuda(
    gigabytes: int, width: int, layers: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = SimpleNamespace(total_memory=gigabytes * 10**9)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: memory)
    assert default_batch_tokens(torch.device("cuda"), torch.bfloat16, width, layers, True) == expected


@pytest.mark.parametrize("packs", [False, True])
def test_batches_of_a_gpu_are_of_similar_sizes(packs: bool, bert: tuple[Any, Any]) -> None:
    """The sizes are chosen by the type of the device; the model stays on the CPU."""
    teacher = TransformerTeacher(*bert, device="cpu", dtype="float32", batch_tokens=40_000)
    teacher._packs_sequences = packs
    sizes: list[int] = []

    def read_batch(sequences: list[Any], *_: Any) -> Any:
        sizes.append(sum(len(window) for sequence in sequences for window in sequence))

    teacher._read_batch = read_batch  # type: ignore[method-assign, assignment]
    texts = ["the dog sleeps " * (1 + i % 9) for i in range(4_000)]
    list(teacher.read(texts, [0]))
    on_cpu, sizes[:] = list(sizes), []
    teacher.device = torch.device("cuda")
    list(teacher.read(texts, [0]))
    assert sum(sizes) == sum(on_cpu)
    if packs:
        assert len(sizes) == len(on_cpu) and min(sizes) > 0.9 * max(sizes) > min(on_cpu)
    else:
        assert len(sizes) > len(on_cpu) and len(sizes) >= 4


@pytest.mark.parametrize("dtype", ["int8", torch.int8, "fp32", None, torch.float64], ids=repr)
def test_unknown_dtype_raises_with_valid_ones(dtype: Any, bert: tuple[Any, Any]) -> None:
    with pytest.raises(
        ValueError, match="is not supported: use 'auto' or one of 'float32', 'bfloat16', 'float16'"
    ) as error:
        load_teacher(bert, dtype=dtype)
    assert one_sentence(error)


@pytest.mark.parametrize("setting", [{"device": "cuda"}, {"dtype": "bfloat16"}, {"batch_tokens": 7}])
def test_options_of_a_loaded_teacher_must_agree(teacher: TransformerTeacher, setting: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="pass it to load_teacher"):
        load_teacher(teacher, **setting)
    assert load_teacher(teacher, device="cpu", dtype="float32", batch_tokens=teacher.batch_tokens) is teacher
