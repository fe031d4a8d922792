"""Checks of a corpus, or of other texts, before any long work.

A corpus is checked as a whole here: that it is a collection of documents and can be read often enough. Each document is
checked when it is read, by :func:`~gensim_distill.corpus.documents.check_tokens`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gensim_distill._utils.text import short
from gensim_distill.corpus.documents import Document, check_tokens

# The number of documents of which all must be names of files, in characters at most, before a corpus is taken for a list of names.
_FIRST, _LONGEST_NAME = 10, 4096


def check_corpus(corpus_iterable: Any, corpus_file: Any, passes: int) -> None:
    """Check that exactly one corpus is given and that it can be read several times.

    Parameters
    ----------
    corpus_iterable, corpus_file : object
        The parameters of gensim with these names, of which one must be None.
    passes : int
        How many times the corpus will be read.

    Raises
    ------
    TypeError
        If there is no corpus or more than one, or it is not a collection of documents, or it can be read only once
        and has to be read more often.
    ValueError
        If it is a list of the names of files.
    """
    if corpus_file is None and corpus_iterable is None:
        raise TypeError("Either one of corpus_file or corpus_iterable value must be provided.")
    if corpus_file is not None and corpus_iterable is not None:
        raise TypeError("Both corpus_file and corpus_iterable must not be provided at the same time.")
    if corpus_iterable is None:
        if not isinstance(corpus_file, (str, os.PathLike)) or not os.path.isfile(corpus_file):
            raise TypeError(
                f"Parameter corpus_file must be a valid path to a file, got {short(corpus_file)} instead{_reason(corpus_file)}."
            )
        return
    advice = "pass a list of documents, or the path of an existing file as corpus_file="
    if isinstance(corpus_iterable, (str, bytes)) and os.path.isfile(corpus_iterable):
        advice = (
            "pass its path as corpus_file=, if it holds one tokenized document per line, or a list of its documents"
        )
    if isinstance(corpus_iterable, os.PathLike):
        raise TypeError(
            "The corpus is a path: pass it as corpus_file=, if it is a file of one tokenized document per line, or pass a list "
            "of documents."
        )
    _check_collection(corpus_iterable, "The corpus", "document", advice)
    if isinstance(corpus_iterable, (list, tuple)) and corpus_iterable and all(map(_is_file, corpus_iterable[:_FIRST])):
        raise ValueError(
            f"The documents are names of files, such as {short(corpus_iterable[0])}: pass their contents, such as "
            '[open(name, encoding="utf-8").read() for name in names].'
        )
    if passes > 1 and _is_single_pass(corpus_iterable):
        raise TypeError(
            f"Using a generator as corpus_iterable can't support {passes} passes, at least one for the vocabulary and one for "
            f"training, and this {type(corpus_iterable).__name__} can be read once: try a re-iterable sequence, such as a list, or "
            "an object whose __iter__ opens the source again."
        )


def check_texts(texts: Any, passes: int = 1) -> None:
    """Check that texts are a collection of texts and can be read several times.

    Parameters
    ----------
    texts : object
    passes : int, optional
        How many times they will be read. By default once.

    Raises
    ------
    TypeError
        If they are not a collection of texts, or can be read only once and have to be read more often.
    """
    _check_collection(texts, "texts", "text", "pass a list, such as [text]")
    if passes > 1 and _is_single_pass(texts):
        raise TypeError(
            f"texts is a {type(texts).__name__}, which can be read once, and has to be read {passes} times: pass a list, or an "
            "object whose __iter__ opens the source again."
        )


def list_texts(texts: Any, name: str = "texts") -> list[Document]:
    """Check a few texts, each of them too, and return them as a list.

    Parameters
    ----------
    texts : object
    name : str, optional
        The name of the parameter.

    Returns
    -------
    list of str or of lists of str

    Raises
    ------
    TypeError
        If they are not a collection of texts, or one of them is neither a string nor a list of strings.
    """
    _check_collection(texts, name, "text", "pass a list, such as [text]")
    return [text if isinstance(text, str) else check_tokens(text) for text in texts]


def _check_collection(documents: Any, name: str, noun: str, advice: str) -> None:
    if isinstance(documents, (str, bytes)):
        raise TypeError(
            f"{name} is the single string {documents[:60]!r}, so that each of its characters would be a {noun}: {advice}."
        )
    if isinstance(documents, Mapping) or hasattr(documents, "columns"):
        raise TypeError(
            f"{name} is a {type(documents).__name__}, whose items are its keys or columns: pass the {noun}s only, such as "
            "frame['text'] or list(texts.values())."
        )
    # An array without dimensions has the method, and raises an error of its own.
    if not isinstance(documents, Iterable) or getattr(documents, "ndim", 1) == 0:
        raise TypeError(
            f"{name} must be an iterable of raw strings or of lists of tokens, got {short(documents)} instead."
        )


def _is_file(document: Any) -> bool:
    return isinstance(document, str) and len(document) <= _LONGEST_NAME and os.path.isfile(document)


def _reason(path: Any) -> str:
    """Return why a path is not one of a file, for the end of a sentence."""
    if not isinstance(path, (str, os.PathLike)):
        return ""
    if os.path.isdir(path):
        return ", a folder: for its files, pass gensim's PathLineSentences(folder) as the corpus"
    if os.path.exists(path):
        return ", not a regular file, which the corpus must be, since it is read more than once"
    return ": there is no such file"


def _is_single_pass(documents: Iterable[Any]) -> bool:
    """Return whether documents can be read only once: the iterator of a generator, a map or an open file is itself."""
    return isinstance(documents, Iterator)
