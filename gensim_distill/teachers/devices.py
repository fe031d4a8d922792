"""Where a teacher runs and in which number format, when the user does not say."""

from __future__ import annotations

import torch

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def choose_device(device: str | torch.device | None = None) -> torch.device:
    """Choose the device: the one asked for, or else CUDA, MPS or the CPU, the first there is.

    Raises
    ------
    ValueError
        If the device asked for is not there.
    """
    if device is None:
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError as error:
        raise ValueError(
            f"device={device!r} is no device that torch knows: give 'cpu', 'cuda', 'cuda:1' or 'mps'."
        ) from (error)
    if chosen.type == "cuda" and (chosen.index or 0) >= torch.cuda.device_count():
        raise ValueError(
            f"device={str(device)!r} was asked for, but torch sees {torch.cuda.device_count()} CUDA devices here: "
            "leave device out to use what there is, or install a CUDA build of torch."
        )
    if chosen.type not in ("cpu", "cuda", "mps"):
        try:
            torch.empty(1, device=chosen).item()
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            raise ValueError(
                f"device={str(device)!r} was asked for, but torch cannot use it: leave device out."
            ) from error
    if chosen.type == "mps" and not torch.backends.mps.is_available():
        raise ValueError("device='mps' was asked for, but torch sees no Apple GPU here: leave device out.")
    return chosen


def choose_dtype(dtype: str | torch.dtype, device: torch.device) -> torch.dtype:
    """Choose the number format of the teacher's weights: the one asked for, or the fastest that is safe.

    On CUDA bfloat16, or float16 where the card is too old for it; on a CPU bfloat16 if the
    processor computes in it, else float32, and never float16, which no CPU is fast in.

    Raises
    ------
    ValueError
        If the format is not known, or is float16 on a CPU.
    """
    if dtype == "auto":
        if device.type == "cuda":
            return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
        return torch.bfloat16 if device.type == "cpu" and cpu_has_bfloat16() else torch.float32
    chosen = DTYPES.get(str(dtype).removeprefix("torch."))
    if chosen is None:
        raise ValueError(f"dtype={dtype!r} is not known: give 'auto' or one of {', '.join(map(repr, DTYPES))}.")
    if chosen == torch.float16 and device.type == "cpu":
        raise ValueError("dtype='float16' is very slow on a CPU: give 'bfloat16', 'float32' or 'auto'.")
    return chosen


def cpu_has_bfloat16() -> bool:
    """Tell whether the processor has instructions for products of bfloat16."""
    # These probes are private to torch and come and go between versions; float32 is always right.
    return any(
        bool(getattr(torch.cpu, probe, bool)())
        for probe in ("_is_avx512_bf16_supported", "_is_amx_tile_supported", "_is_arm_bf16_supported")
    )
