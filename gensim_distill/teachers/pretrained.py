"""Loading a model and its tokenizer with transformers, by hub name or folder, with one clear sentence for each failure."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.utils import logging as hub_logging
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging
from transformers.utils.hub import cached_file

from gensim_distill._utils.text import first_line


def load_pretrained(name: str, dtype: torch.dtype, **hub: Any) -> tuple[Any, Any]:
    """Load a model and its tokenizer.

    Parameters
    ----------
    name : str
        A name on the Hugging Face hub, or a folder.
    dtype : torch.dtype
        The dtype of the weights.
    **hub
        Further arguments of ``from_pretrained``, such as `revision` and `trust_remote_code`.

    Returns
    -------
    (transformers.PreTrainedModel, transformers.PreTrainedTokenizerBase)

    Raises
    ------
    ValueError
        If they cannot be loaded, or need code that is not trusted.
    """
    folder = _transformer_folder(name)
    if os.path.isdir(name):
        hub["local_files_only"] = True
    elif os.path.sep in name and (name.startswith((".", os.path.sep, "~")) or name.count("/") > 1):
        raise ValueError(f"teacher={name!r}: there is no such folder.")
    try:
        with _quiet():
            tokenizer = AutoTokenizer.from_pretrained(folder, **hub)
            _check_tokenizer_files(tokenizer, folder, hub)
            return AutoModel.from_pretrained(folder, dtype=dtype, **hub), tokenizer
    except Exception as error:
        if "trust_remote_code" in str(error):
            raise ValueError(
                f"teacher={name!r} contains Python code, which would be run here: if you trust it, pass "
                "load_teacher(..., trust_remote_code=True) as the teacher."
            ) from error
        if os.path.isdir(name):
            raise ValueError(
                f"teacher={name!r} is a folder, but transformers could load no model with a fast tokenizer from it "
                f"({first_line(error)})."
            ) from error
        raise ValueError(
            f"teacher={name!r} is neither a folder here nor in the local Hugging Face cache, and could not be downloaded from "
            f"the hub: check the name and the network, or pass the path of a downloaded model ({first_line(error)})."
        ) from None  # the hub's client raises long chains of errors, of which the first line is enough


def _transformer_folder(name: str) -> str:
    """Return the folder of the transformer in a sentence-transformers folder, or the name itself."""
    modules = Path(name) / "modules.json"
    if modules.is_file() and not (Path(name) / "config.json").is_file():
        return str(Path(name) / json.loads(modules.read_text(encoding="utf-8"))[0]["path"])
    return name


def _check_tokenizer_files(tokenizer: Any, folder: str, hub: dict[str, Any]) -> None:
    """Check that a tokenizer was loaded from files: without them, transformers returns one with an empty vocabulary."""
    files = set(tokenizer.vocab_files_names.values())
    if files and not any(
        cached_file(folder, file, _raise_exceptions_for_missing_entries=False, **hub) for file in files
    ):
        raise ValueError("the files of its tokenizer are missing")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Turn off the log messages and progress bars of transformers and the hub's client."""
    verbosity, bars = transformers_logging.get_verbosity(), transformers_logging.is_progress_bar_enabled()
    hub_verbosity = hub_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    hub_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        hub_logging.set_verbosity(hub_verbosity)
        if bars:
            transformers_logging.enable_progress_bar()
