"""Checking a corpus, or other documents, before any long work."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def check_corpus(corpus_iterable: Any, corpus_file: Any, passes: int) -> None:
    """Check that one corpus is given and that it can be read `passes` times.

    Raises
    ------
    TypeError
        If it is not, as in gensim; the message says what to give instead.
    """
    if corpus_file is None and corpus_iterable is None:
        raise TypeError("Either one of corpus_file or corpus_iterable value must be provided.")
    if corpus_file is not None and corpus_iterable is not None:
        raise TypeError("Both corpus_file and corpus_iterable must not be provided at the same time.")
    if corpus_iterable is None:
        if not isinstance(corpus_file, (str, os.PathLike)) or not os.path.isfile(corpus_file):
            raise TypeError(f"Parameter corpus_file must be a valid path to a file, got {corpus_file!r} instead.")
        return
    if isinstance(corpus_iterable, (str, bytes)):
        hint = "pass a list of texts, or a path that exists as corpus_file="
        if os.path.isfile(corpus_iterable):
            hint = "pass its path as corpus_file=, if it holds a tokenized text a line, or a list of its texts"
        raise TypeError(
            f"The corpus is the single string {corpus_iterable[:60]!r}, so that each of its characters would be a text: {hint}."
        )
    if isinstance(corpus_iterable, Mapping) or hasattr(corpus_iterable, "columns"):
        raise TypeError(
            f"The corpus is a {type(corpus_iterable).__name__}, whose items are its keys or columns: pass the texts alone, "
            "such as frame['text'] or list(texts.values())."
        )
    if isinstance(corpus_iterable, os.PathLike):
        raise TypeError(
            "The corpus is a path: pass it as corpus_file=, if it is a file of a tokenized text a line, or a list of texts."
        )
    if not isinstance(corpus_iterable, Iterable):
        raise TypeError(
            f"The corpus must be an iterable of lists of tokens or of raw strings, got {corpus_iterable!r} instead."
        )
    # A generator, a map, an open file: their iterator is themselves, and it is gone after one pass.
    if passes > 1 and isinstance(corpus_iterable, Iterator):
        raise TypeError(
            f"Using a generator as corpus_iterable can't support {passes} passes, one for the vocabulary and one for "
            f"training at the least, and this {type(corpus_iterable).__name__} can be read once: try a re-iterable "
            "sequence, such as a list, or an object whose __iter__ opens the source anew."
        )
