"""Fingerprints: descriptions of all that the statistics of a corpus depend on, by which checkpoints are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.statistics.checksum import checksum
from gensim_distill.statistics.hashes import hash_strings
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextStore
from gensim_distill.teachers.identity import teacher_identity
from gensim_distill.teachers.protocol import Teacher
from gensim_distill.teachers.text_head import text_head_of

# To be increased whenever the same settings give other statistics.
_VERSION = 6
# Relative difference between the hidden states of one teacher on different processors.
_TOLERANCE = 0.05
# Documents by whose words and sentences readers are compared.
_PROBES: tuple[Document, ...] = (
    "Dr. Müller's cat, aged 7, slept. It woke\n\nin New York!",
    ["Well", ",", "new_york", "."],
)


def fingerprint(
    *,
    teacher: Teacher,
    views: Iterable[View],
    reader: TextReader,
    words: Sequence[str],
    corpus_size: Sequence[int],
    contexts_per_word: int | None,
    seed: int,
    earlier: Mapping[str, Moments],
    earlier_texts: TextStore | None = None,
    solver: str = "one-pass",
    shard_size: int | None = None,
) -> dict[str, Any]:
    """Describe everything that the statistics of a corpus depend on.

    Settings that matter only later, such as ``vector_size``, are not included.

    Parameters
    ----------
    teacher : Teacher
    views : iterable of View
    reader : TextReader
    words : sequence of str
        The vocabulary, in its order.
    corpus_size : sequence of int
        The number of documents and of words that were counted.
    contexts_per_word : int or None
        The budget; None reads every document.
    seed : int
        The seed of the budget, which is included only if there is a budget.
    earlier : mapping of str to Moments
        The statistics of earlier training, to which these are added.
    earlier_texts : TextStore, optional
        The texts of earlier training.
    solver : str, optional
        The solver: gradient descent keeps the contexts too.
    shard_size : int, optional
        The size of the shards of a distributed corpus, in bytes.

    Returns
    -------
    dict of str to Any
        Values that are serializable as JSON, by the names that error messages use.
    """
    views = list(views)
    parts: dict[str, Any] = {
        "version of gensim-distill": _VERSION,
        "solver": solver,
        "teacher": teacher_identity(teacher),
        "objective, context or layers": {"views": sorted(view.name for view in views)},
        "vocabulary": {"words": hash_strings(words)},
        "corpus": {"size": [int(size) for size in corpus_size]},
        "contexts_per_word": contexts_per_word,
        "word_splitter, key, sentence_splitter or phrase_delimiter": _describe_reader(reader),
        "earlier training": {"moments": checksum(earlier, earlier_texts)},
        "shard_bytes": shard_size,
    }
    if contexts_per_word is not None:
        parts["seed"] = int(seed)
    if any(view.keeps_texts for view in views):
        parts["pooling of texts"] = text_head_of(teacher).pooling
    for name in ("dtype", "batch_tokens", "max_length"):
        parts[name] = _to_jsonable(getattr(teacher, name, None))
    # Without the index: one GPU may replace another.
    parts["device"] = _to_jsonable(getattr(getattr(teacher, "device", None), "type", None))
    return parts


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the names of the entries in which two fingerprints differ, with their values where these are short.

    Parameters
    ----------
    then, now : mapping of str to Any
        Fingerprints. An entry that `then` lacks does not differ.

    Examples
    --------
    >>> from gensim_distill.statistics.fingerprint import differences
    >>> then = {"teacher": {"width": 2}, "seed": 1, "dtype": "float32"}
    >>> differences(then, {"teacher": {"width": 3}, "seed": 2, "dtype": "float32"})
    ['teacher', 'seed (then 1, now 2)']
    """
    named = []
    for name, value in now.items():
        # The seed is missing from one of them only if contexts_per_word differs, which is reported already.
        if name in then and not _agree(then[name], value):
            named.append(name if isinstance(value, dict) else f"{name} (then {then[name]}, now {value})")
    return named


def _agree(a: Any, b: Any) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_agree(a[name], b[name]) for name in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_agree, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= _TOLERANCE
    return bool(a == b)


def _to_jsonable(value: Any) -> str | int | None:
    return value if value is None or isinstance(value, int) else str(value)


def _describe_reader(reader: TextReader) -> dict[str, Any]:
    """Describe the functions of a reader by their names and by their results for some documents."""
    functions = (reader.word_splitter, reader.key, reader.sentence_splitter)
    return {
        "names": [getattr(function, "__qualname__", type(function).__qualname__) for function in functions],
        "phrase_delimiter": reader.phrase_delimiter,
        "texts": [_hash_result(reader.text, item) for item in _PROBES],
        "sentences": [_hash_result(lambda text: reader.sentences(text, reader.text(text)), item) for item in _PROBES],
    }


def _hash_result(function: Callable[[Document], Any], item: Document) -> str:
    # A splitter may fail for these documents and be right for the corpus.
    try:
        return hash_strings([repr(function(item))])
    except Exception as error:
        return type(error).__name__
