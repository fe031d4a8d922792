"""The files of a model's folder: checks that are made before, or in place of, those of the libraries that read them."""

from __future__ import annotations

import contextlib
import json
import os
import re
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from transformers import AutoModel
from transformers.utils.import_utils import is_peft_available

from gensim_distill._utils.text import first_line, short

_JSON_FILES = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "model.safetensors.index.json",
    "pytorch_model.bin.index.json",
)
_WEIGHTS = ("*.safetensors", "*.bin")
# Settings of which each unit is a module.
_COUNTS = re.compile(r"(?:^n_|^num_|_num_).*(?:layer|group|expert|network|block)|^n_layers?$|^encoder_layers$")
_MOST_MODULES = 1_000
# A weight takes at least half a byte; an encoder may have been saved without its larger decoder.
_MOST_WEIGHTS_PER_BYTE = 8
_FEW_WEIGHTS = 50_000_000


def transformer_folder(name: str) -> str:
    """Return the folder of the transformer in a sentence-transformers folder, or the name itself.

    Parameters
    ----------
    name : str
        A folder, or a name on the hub.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the folder has a ``modules.json`` in place of a ``config.json`` and its first module is not a transformer
        within the folder.
    """
    modules = Path(name) / "modules.json"
    if not modules.is_file() or (Path(name) / "config.json").is_file():
        return name
    try:
        first = json.loads(modules.read_text(encoding="utf-8"))[0]
        path, kind = first["path"], str(first.get("type", ""))
        folder = (Path(name) / path).resolve()
        is_inside = folder.is_relative_to(Path(name).resolve()) and "\\" not in path
        has_config = is_inside and (folder / "config.json").is_file()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise ValueError(
            f"teacher={name!r}: its modules.json is not a list of modules of sentence-transformers, each with 'type' and 'path' "
            f"({first_line(error)}); download or save the teacher again, or pass the folder of the transformer itself."
        ) from error
    if not is_inside:
        raise ValueError(
            f"teacher={name!r}: its modules.json leads out of the folder, to {short(path)}; pass the folder of the transformer itself."
        )
    if not has_config:
        raise ValueError(
            f"teacher={name!r}: the first module in its modules.json, {kind[:100] or 'of no type'} in {short(path)}, is not a transformer with a "
            "config.json, so that it has no contextual hidden states to distill; use another teacher."
        )
    return str(folder)


def check_model_files(name: str, folder: str, config: Any) -> None:
    """Check, before memory is taken, that the files of a model can be used and that its configuration fits their size.

    Parameters
    ----------
    name : str
        The name of the teacher, for the error message.
    folder : str
        The folder of its transformer.
    config : transformers.PreTrainedConfig or None
        Its configuration, if it has one.

    Raises
    ------
    ValueError
        If the configuration describes more layers than any model has, or many times more weights than there are, or if
        an adapter cannot be applied.
    """
    if (Path(folder) / "adapter_config.json").is_file() and not is_peft_available():
        raise ValueError(
            f"teacher={name!r} has an adapter, and the package peft, which applies adapters, is not installed: pip install peft, or save "
            "the model with its adapter merged."
        )
    size = sum(file.stat().st_size for pattern in _WEIGHTS for file in Path(folder).glob(pattern))
    if not size or config is None:
        return
    for key, value in config.to_dict().items():
        if isinstance(value, int) and value > _MOST_MODULES and _COUNTS.search(key):
            raise ValueError(
                f"teacher={name!r} has a damaged config.json: {key}={value} is more than {_MOST_MODULES:,}."
            )
    weights = 0
    # Whatever fails here fails again where it is loaded.
    with contextlib.suppress(Exception), torch.device("meta"):
        weights = sum(weight.numel() for weight in AutoModel.from_config(config).parameters())
    if weights > max(_FEW_WEIGHTS, _MOST_WEIGHTS_PER_BYTE * size):
        raise ValueError(
            f"teacher={name!r} has a config.json that describes a model of {weights:,} weights, and its files of weights have "
            f"{size:,} bytes: they are damaged, or do not belong together; download or save it again."
        )


def damaged_file(folder: str | os.PathLike[str]) -> str | None:
    """Return which file of a folder cannot be read, and why; None if none is found.

    Parameters
    ----------
    folder : str or os.PathLike

    Returns
    -------
    str or None
        The start of a sentence, such as "its config.json is empty".
    """
    root = Path(folder)
    files = [root / name for name in _JSON_FILES] + [file for kind in _WEIGHTS for file in sorted(root.glob(kind))]
    for file in files:
        if file.is_file():
            fault = fault_of(file)
            if fault:
                return f"its {file.name} {fault}"
    return None


def fault_of(file: Path) -> str | None:
    """Return what is wrong with a file of JSON or of weights, as the predicate of a sentence; None if nothing is found.

    Parameters
    ----------
    file : pathlib.Path
        With the ending .json, .bin or .safetensors.

    Returns
    -------
    str or None
        Such as "is empty".
    """
    try:
        with open(file, "rb") as opened:
            beginning = opened.read(200).lstrip().lower()
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if not beginning:
        return "is empty"
    if beginning.startswith(b"version https://git-lfs"):
        return "is a pointer of Git LFS, not the file itself (git lfs pull fetches it)"
    if beginning.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return "is a web page"
    if file.suffix == ".json":
        return _fault_of_json(file)
    if file.suffix == ".bin" and not beginning.startswith((b"pk", b"\x80")):
        return "is not a file of torch"
    if file.suffix == ".safetensors":
        try:
            with safe_open(file, framework="pt"):
                return None
        except Exception as error:  # that of safetensors inherits from Exception alone
            return f"is damaged or cut short ({first_line(error)})"
    return None


def _fault_of_json(file: Path) -> str | None:
    try:
        content: Any = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        return f"is not JSON ({first_line(error)})"
    return None if isinstance(content, dict) else "is not a JSON object"
