"""Opening files of text."""

from __future__ import annotations

import os
from collections.abc import Iterable

from gensim.models.word2vec import LineSentence

from gensim_distill.corpus.documents import Document


def open_corpus(
    corpus_iterable: Iterable[Document] | None, corpus_file: str | os.PathLike[str] | None
) -> Iterable[Document]:
    """Give the items of a corpus; a file is in LineSentence format, and may be compressed (.gz, .bz2, .xz)."""
    if corpus_file is not None:
        lines: Iterable[Document] = LineSentence(os.fspath(corpus_file))
        return lines
    assert corpus_iterable is not None
    return corpus_iterable
