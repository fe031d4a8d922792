"""On what a reading of a corpus depends, so that one that is found on a disk can be told from others."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document, check_tokens
from gensim_distill.corpus.reader import TextReader
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.moments_file import checksum
from gensim_distill.teachers.identity import teacher_identity
from gensim_distill.teachers.protocol import Teacher

# Of how a text is read and added up: to be raised when the same settings come to give other sums.
_VERSION = 5
# How far the states of the same teacher, relative to their length, differ between processors.
_TOLERANCE = 0.05
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
    solver: str = "one-pass",
    shard_size: int | None = None,
) -> dict[str, Any]:
    """Describe all that the sums over a corpus depend on, part by part.

    What is made of the sums later, such as the length of the vectors, is not in it.

    Parameters
    ----------
    teacher, views, reader
        Who reads, what is kept of it, and what makes texts of items.
    words : sequence of str
        The vocabulary, in its order.
    corpus_size : sequence of int
        How many texts and words were counted.
    contexts_per_word, seed
        The choice of texts; the seed matters if there is one.
    earlier : mapping of str to Moments
        What was learned before, to which the sums are added.
    solver : str, optional
        What the reading is for: gradient descent keeps the contexts too.
    shard_size : int, optional
        How large the shards are in which a corpus with workers of its own is read.

    Returns
    -------
    dict of str to Any
        By the name of the part, as users know it; such as JSON can hold.
    """
    parts: dict[str, Any] = {
        "version of gensim-distill": _VERSION,
        "solver": solver,
        "teacher": teacher_identity(teacher),
        "objective, context or layers": {"views": sorted(view.name for view in views)},
        "vocabulary": {"words": hash_of(words)},
        "corpus": {"size": [int(size) for size in corpus_size]},
        "contexts_per_word": contexts_per_word,
        "word_splitter, key, sentence_splitter or phrase_delimiter": _about_reader(reader),
        "earlier training": {"moments": checksum(earlier)},
        "shard_bytes": shard_size,
    }
    if contexts_per_word is not None:
        parts["seed"] = int(seed)
    for name in ("dtype", "batch_tokens", "max_length"):
        parts[name] = _plain(getattr(teacher, name, None))
    # One GPU may stand in for another.
    parts["device"] = _plain(getattr(getattr(teacher, "device", None), "type", None))
    return parts


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name the parts in which two fingerprints differ, with their values where these are short.

    Examples
    --------
    >>> from gensim_distill.statistics.fingerprint import differences
    >>> then = {"teacher": {"width": 2}, "seed": 1, "dtype": "float32"}
    >>> differences(then, {"teacher": {"width": 3}, "seed": 2, "dtype": "float32"})
    ['teacher', 'seed (then 1, now 2)']
    """
    named = []
    for name, value in now.items():
        # The seed is there if texts are chosen; if that differs, it is said already.
        if name in then and not _agree(then[name], value):
            named.append(name if isinstance(value, dict) else f"{name} (then {then[name]}, now {value})")
    return named


def hash_of(strings: Iterable[str]) -> str:
    """Hash some strings in their order, the same way in every process."""
    digest = hashlib.blake2b(digest_size=16)
    for string in strings:
        encoded = string.encode("utf-8", "surrogatepass")
        digest.update(b"%d:%b" % (len(encoded), encoded))
    return digest.hexdigest()


def chain(before: bytes, item: Document) -> bytes:
    """Hash one more item of a corpus, after the hash of all before it.

    Examples
    --------
    >>> from gensim_distill.statistics.fingerprint import chain
    >>> chain(b"", ["a", "b"]) == chain(b"", ("a", "b"))
    True
    >>> chain(b"", ["a"]) == chain(b"", "a")
    False
    >>> chain(chain(b"", ["a"]), ["b"]) == chain(chain(b"", ["b"]), ["a"])
    False
    """
    # Tokens and raw text are read differently, even if their characters are the same. One join and
    # one hash an item: on a fast GPU each microsecond a word would be felt.
    read = "t" + item if isinstance(item, str) else "\0".join(["w", *check_tokens(item)])
    return hashlib.blake2b(read.encode("utf-8", "surrogatepass"), digest_size=16, key=before).digest()


def hash_of_items(items: Iterable[Document]) -> bytes:
    """Hash some items of a corpus in their order.

    Examples
    --------
    >>> from gensim_distill.statistics.fingerprint import hash_of_items
    >>> hash_of_items([["a"], ["b"]]) == hash_of_items([["b"], ["a"]])
    False
    """
    return functools.reduce(chain, items, b"")


def _agree(a: Any, b: Any) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_agree(a[name], b[name]) for name in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_agree, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= _TOLERANCE
    return bool(a == b)


def _plain(value: Any) -> str | int | None:
    return value if value is None or isinstance(value, int) else str(value)


def _about_reader(reader: TextReader) -> dict[str, Any]:
    """Describe the functions of a reader by their names, and by what they make of some texts."""
    functions = (reader.word_splitter, reader.key, reader.sentence_splitter)
    return {
        "names": [getattr(function, "__qualname__", type(function).__qualname__) for function in functions],
        "phrase_delimiter": reader.phrase_delimiter,
        "texts": [_outcome(reader.text, item) for item in _PROBES],
        "sentences": [_outcome(lambda text: reader.sentences(text, reader.text(text)), item) for item in _PROBES],
    }


def _outcome(function: Callable[[Document], Any], item: Document) -> str:
    # A splitter made for other text than ours may fail here and be right for the corpus.
    try:
        return hash_of([repr(function(item))])
    except Exception as error:
        return type(error).__name__
