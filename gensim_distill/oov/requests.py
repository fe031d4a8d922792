"""Checks of the words whose vectors are requested, and of their contexts."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.text import short
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.passages import divide
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.validation import list_texts

#: Documents that contain the words: some for all of the words, or by the word.
Contexts: TypeAlias = "Iterable[Document] | Mapping[str, Iterable[Document]]"

#: Words whose vectors are requested: one, several, or several with the contexts of each.
Words: TypeAlias = "str | Iterable[str] | Mapping[str, Iterable[Document]]"

_MAX_NAMED = 5  # words that a message names


def words_and_contexts(words: Words, contexts: Contexts | None) -> tuple[list[str], Contexts | None]:
    """Return words and their contexts separately, whether they were passed so or as one mapping.

    Raises
    ------
    TypeError, ValueError
        If a word is no string or occurs twice, or contexts are passed twice.
    """
    if isinstance(words, Mapping):
        if contexts is not None:
            raise TypeError("words is a mapping of words to their contexts already: omit contexts.")
        return _check_words(list(words)), words
    return _check_words(words), contexts


def check_contexts(
    words: Sequence[str], contexts: Contexts | None, reader: TextReader
) -> tuple[list[Document], IntArray | None]:
    """Check that every document contains a word it is meant for, and every word has a document.

    Returns
    -------
    documents : list
    owners : numpy.ndarray of int64, shape (n_documents,), or None
        For each document the index of the word that it is for; None if documents are for all words.

    Raises
    ------
    TypeError, ValueError
        If one does not; the message names the words that the reader finds.
    """
    if contexts is None:
        return [], None
    if not isinstance(contexts, Mapping):
        documents = _check_documents(contexts, "contexts")
        wanted, found = set(words), set()
        for number, document in enumerate(documents):
            contained = wanted.intersection(reader.keys(document))
            if not contained:
                raise ValueError(_lacking_message(number, document, "any of the words", reader))
            found |= contained
        if len(found) < len(wanted):
            lacking = [word for word in words if word not in found]
            raise ValueError(
                f"{name_words(lacking)} in none of the contexts: add documents that contain them, or infer them without contexts."
            )
        return documents, None
    unknown = [word for word in contexts if word not in set(words)]
    if unknown:
        raise ValueError(f"contexts has documents for {short(unknown[0])}, which is not among the words: remove it.")
    documents, owners = [], []
    for index, word in enumerate(words):
        own = _check_documents(contexts[word], f"contexts of {short(word)}") if word in contexts else []
        for number, document in enumerate(own):
            if word not in reader.keys(document):
                raise ValueError(_lacking_message(number, document, short(word), reader))
        documents += own
        owners += [index] * len(own)
    return documents, np.array(owners, dtype=np.int64)


def divide_contexts(
    words: Sequence[str],
    documents: Sequence[Document],
    owners: IntArray | None,
    reader: TextReader,
    max_words: int | None,
) -> tuple[list[Document], IntArray | None]:
    """Divide documents into passages, as those of the corpus were, and return the passages with a word they are meant for.

    Parameters
    ----------
    words : sequence of str
    documents : sequence of str or of lists of str
    owners : numpy.ndarray of int64, shape (n_documents,), or None
        As returned by :func:`check_contexts`.
    reader : TextReader
    max_words : int or None
        The largest number of words of a passage; None does not divide documents.

    Returns
    -------
    passages : list
    owners : numpy.ndarray of int64, shape (n_passages,), or None
    """
    everything = frozenset(words)
    wanted = itertools.repeat(everything) if owners is None else [{words[owner]} for owner in owners.tolist()]
    passages = [
        [passage for passage in divide(document, reader, max_words) if not own.isdisjoint(reader.keys(passage))]
        for document, own in zip(documents, wanted)
    ]
    if owners is not None:
        owners = np.repeat(owners, list(map(len, passages)))
    return list(itertools.chain.from_iterable(passages)), owners


def name_words(words: Sequence[str]) -> str:
    """Return the first few words, with the verb that follows them, for a message."""
    more = f" and {len(words) - _MAX_NAMED} more" if len(words) > _MAX_NAMED else ""
    return f"{', '.join(map(short, words[:_MAX_NAMED]))}{more} {'is' if len(words) == 1 else 'are'}"


def _check_words(words: str | Iterable[str]) -> list[str]:
    if not isinstance(words, Iterable) or isinstance(words, bytes):
        raise TypeError(f"words is {short(words)}, where a word, or a collection of words, was expected.")
    words = [words] if isinstance(words, str) else list(words)
    for word in words:
        if not isinstance(word, str) or not word:
            raise TypeError(f"A word is {short(word)}, where a string of one character or more was expected.")
    if len(set(words)) < len(words):
        twice, _ = Counter(words).most_common(1)[0]
        raise ValueError(f"The word {short(twice)} occurs twice among the words: pass each word once.")
    return words


def _check_documents(documents: Any, name: str) -> list[Document]:
    listed = list_texts(documents, name)
    if not listed:
        raise ValueError(f"{name} is empty: pass documents that contain the word, or omit contexts.")
    return listed


def _lacking_message(number: int, document: Document, what: str, reader: TextReader) -> str:
    keys = reader.keys(document)
    found = f"the words {', '.join(map(short, keys[:8]))}" if keys else "no words"
    return (
        f"Context {number} does not contain {what}: in it the model finds {found}"
        f"{', ...' if len(keys) > 8 else ''}; pass each word as it is found there, and documents that contain it."
    )
