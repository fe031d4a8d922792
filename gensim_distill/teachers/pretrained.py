"""Loading a model and its tokenizer with transformers, by hub name or folder, with one clear sentence for each failure."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.utils import logging as hub_logging
from transformers import AutoConfig, AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging
from transformers.utils.hub import cached_file

from gensim_distill._utils.foreign_folders import is_static_model
from gensim_distill.teachers.failures import clear_errors
from gensim_distill.teachers.loaded_weights import check_loaded
from gensim_distill.teachers.model_folder import check_model_files, transformer_folder

# from_pretrained sets the default dtype of torch while it loads, which is the same for all threads.
_LOADING = threading.Lock()


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
        If they cannot be loaded, lack weights, or need code that is not trusted.
    """
    is_folder = os.path.isdir(name)
    if is_folder:
        hub["local_files_only"] = True
    elif os.path.lexists(name):
        raise ValueError(
            f"teacher={name!r} is not a folder: pass the folder of a transformer, which has a config.json."
        )
    elif _is_path(name):
        raise ValueError(f"teacher={name!r}: there is no such folder.")
    if is_folder and is_static_model(Path(name)):
        raise ValueError(
            f"teacher={name!r} is a folder of static vectors, for sentence-transformers or model2vec, not a transformer, so that it has "
            "no contextual hidden states to distill; use another teacher."
        )
    folder = transformer_folder(name)
    configurations = [os.path.join(folder, file) for file in ("config.json", "adapter_config.json")]
    if is_folder and not any(map(os.path.isfile, configurations)):
        raise ValueError(
            f"teacher={name!r} is a folder without a config.json, so no transformer: pass the folder to which one was saved "
            "with save_pretrained."
        )
    with _LOADING, quiet(), torch.device("cpu"):
        with clear_errors(name, folder, "configuration"):
            # One request, before the many of which each would wait for a hub that does not answer.
            has_config = cached_file(folder, "config.json", **hub)
            config = AutoConfig.from_pretrained(folder, **hub) if is_folder and has_config else None
        if is_folder and not hub.get("trust_remote_code"):
            check_model_files(name, folder, config)
        with clear_errors(name, folder, "tokenizer"):
            tokenizer = AutoTokenizer.from_pretrained(folder, **hub)
            _check_tokenizer_files(tokenizer, folder, hub)
        with clear_errors(name, folder, "model"):
            # Weights of other shapes are reported among the others.
            model, info = AutoModel.from_pretrained(
                folder, dtype=dtype, output_loading_info=True, ignore_mismatched_sizes=True, **hub
            )
    check_loaded(name, model, info)
    # The folder of a sentence transformer, so that the model is found again with its text head.
    model.config._name_or_path = name
    return model, tokenizer


def _is_path(name: str) -> bool:
    """Return whether a name that does not exist was meant as a path: those on the hub have one slash inside."""
    slashed = name.replace(os.path.sep, "/")  # Windows has both
    return "/" in slashed and (slashed.startswith((".", "/", "~")) or os.path.isabs(name) or slashed.count("/") > 1)


def _check_tokenizer_files(tokenizer: Any, folder: str, hub: dict[str, Any]) -> None:
    """Check that a tokenizer was loaded from files: without them, transformers returns one with an empty vocabulary."""
    files = set(tokenizer.vocab_files_names.values())
    if files and not any(
        cached_file(folder, file, _raise_exceptions_for_missing_entries=False, **hub) for file in files
    ):
        raise ValueError("the files of its tokenizer are missing")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
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
