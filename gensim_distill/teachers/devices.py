"""The device and the dtype of a teacher: the requested ones, or the best there are."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import torch

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
# On CUDA: the bounds of the default batch, in subwords. A batch is one of several parts of the memory, since each thread has
# one, and consists of the hidden states of all layers and the intermediate results of one.
_SMALLEST_BATCH, _LARGEST_BATCH = 2_048, 65_536
_MEMORY_PARTS = 16
_INTERMEDIATE_ARRAYS = 16


def choose_device(device: str | torch.device | None = None) -> torch.device:
    """Return the requested device, or the first there is of CUDA, MPS and the CPU.

    Parameters
    ----------
    device : str or torch.device, optional

    Returns
    -------
    torch.device

    Raises
    ------
    ValueError
        If torch cannot use the requested device on this machine.
    """
    if device is None:
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError as error:
        raise ValueError(
            f"device={device!r} is no device that torch knows: use 'cpu', 'cuda', 'cuda:1' or 'mps'."
        ) from error
    if chosen.type == "cuda" and (chosen.index or 0) >= torch.cuda.device_count():
        raise ValueError(
            f"device={str(device)!r} was requested, but torch sees {torch.cuda.device_count()} CUDA devices here: "
            "omit device to use what there is, or install a CUDA build of torch."
        )
    if chosen.type not in ("cpu", "cuda", "mps"):
        try:
            torch.empty(1, device=chosen).item()
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            raise ValueError(f"device={str(device)!r} was requested, but torch cannot use it: omit device.") from error
    if chosen.type == "mps" and not torch.backends.mps.is_available():
        raise ValueError("device='mps' was requested, but torch sees no Apple GPU here: omit device.")
    return chosen


def available_device(device: torch.device) -> torch.device:
    """Return a device if torch can use it on this machine, else the CPU.

    Parameters
    ----------
    device : torch.device

    Returns
    -------
    torch.device
    """
    try:
        return choose_device(device)
    except ValueError:
        return torch.device("cpu")


def default_device(device: torch.device) -> contextlib.AbstractContextManager[Any]:
    """Return a context in which the user's default device is not another one than that of a model.

    Some models create small tensors there. A context costs time, so that there is none without such a default.

    Parameters
    ----------
    device : torch.device
    """
    if torch.empty(0).device.type in ("cpu", device.type):
        return contextlib.nullcontext()
    return device


def default_batch_tokens(
    device: torch.device, dtype: torch.dtype, width: int, num_layers: int, packs_sequences: bool
) -> int:
    """Return the number of subwords in a forward pass on a device.

    Parameters
    ----------
    device : torch.device
    dtype : torch.dtype
        The dtype of the hidden states.
    width, num_layers : int
        The dimensions and the number of layers of the teacher.
    packs_sequences : bool
        Whether its batches are packed, without padding.
    """
    if device.type == "cpu":
        return 4_096 if packs_sequences else 2_048  # larger ones do not fit into its cache
    if device.type != "cuda":
        return 32_768
    per_subword = dtype.itemsize * width * (num_layers + _INTERMEDIATE_ARRAYS)
    fitting = torch.cuda.get_device_properties(device).total_memory // (_MEMORY_PARTS * per_subword)
    # A power of two, so that similar cards have the same batches.
    return min(_LARGEST_BATCH, 1 << max(int(fitting), _SMALLEST_BATCH).bit_length() - 1)


def to_device(array: np.ndarray, device: torch.device) -> torch.Tensor:
    """Return an array as a tensor on a device; on the CPU they share memory.

    To CUDA it is copied from pinned memory, so that the thread does not wait until the device has finished what it does.

    Parameters
    ----------
    array : numpy.ndarray
    device : torch.device
    """
    tensor = torch.from_numpy(array)
    if device.type == "cuda":
        # torch uses a pinned buffer again only after the device has read it.
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)


def to_host(tensor: torch.Tensor) -> np.ndarray:
    """Return a tensor as an array; of one on the CPU they share memory. From CUDA it is copied to pinned memory.

    Parameters
    ----------
    tensor : torch.Tensor
        Without a gradient, of a dtype that numpy has.
    """
    if tensor.device.type != "cuda":
        return tensor.cpu().numpy()
    host = torch.empty(tensor.shape, dtype=tensor.dtype, device="cpu", pin_memory=True)
    host.copy_(tensor)  # waits for the device
    return host.numpy()


def computes_float64(device: torch.device) -> bool:
    """Return whether sums in float64 are computed on a device; others, such as Apple's, may not have this dtype."""
    return device.type in ("cpu", "cuda")


def choose_dtype(dtype: str | torch.dtype, device: torch.device) -> torch.dtype:
    """Return the requested dtype for the weights of a teacher, or for "auto" the fastest that is accurate enough.

    On CUDA that is bfloat16, or float16 on cards too old for it; on a CPU bfloat16 if the processor has instructions
    for it, else float32; on other devices float32.

    Parameters
    ----------
    dtype : {"auto", "bfloat16", "float32", "float16"} or torch.dtype
    device : torch.device

    Returns
    -------
    torch.dtype

    Raises
    ------
    ValueError
        If the dtype is not one of these, or is float16 on a CPU.
    """
    if dtype == "auto":
        if device.type == "cuda":
            return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
        return torch.bfloat16 if device.type == "cpu" and cpu_has_bfloat16() else torch.float32
    chosen = DTYPES.get(str(dtype).removeprefix("torch."))
    if chosen is None:
        raise ValueError(f"dtype={dtype!r} is not supported: use 'auto' or one of {', '.join(map(repr, DTYPES))}.")
    if chosen == torch.float16 and device.type == "cpu":
        raise ValueError("dtype='float16' is very slow on a CPU: use 'bfloat16', 'float32' or 'auto'.")
    return chosen


def cpu_has_bfloat16() -> bool:
    """Return whether the processor has instructions for matrix products in bfloat16."""
    # These probes are private to torch and differ between versions; float32 always works.
    return any(
        bool(getattr(torch.cpu, probe, bool)())
        for probe in ("_is_avx512_bf16_supported", "_is_amx_tile_supported", "_is_arm_bf16_supported")
    )
