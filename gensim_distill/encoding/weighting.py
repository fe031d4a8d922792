"""How much each word counts in the vector of a text, and what all texts have in common."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.validation import check_choice, check_positive, check_whole
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.lookup import WordLookup

logger = logging.getLogger(__name__)

WEIGHTINGS = ("sif", "idf", "uniform")
# Texts that are looked at at once.
BATCH = 4_096
# Without texts to look at, the words that a text is taken to have.
WORDS_A_TEXT = 10


def check_settings(weighting: Any, a: Any, components: Any, width: int | None = None) -> None:
    """Say what is wrong with the settings of :meth:`TextEncoder.of`, if anything is."""
    check_choice("weighting", weighting, WEIGHTINGS)
    check_positive("a", a, ", such as 1e-3; for plain means use weighting='uniform'")
    most, reason = (None, "") if width is None else (width - 1, f", since the vectors have {width} dimensions")
    check_whole("components", components, 0, most, reason)


def frequencies(vectors: KeyedVectors) -> np.ndarray:
    """Give the share that each word has of all words, by its count; without counts by Zipf's law, with a warning.

    Examples
    --------
    >>> from gensim.models import KeyedVectors
    >>> from gensim_distill.encoding.weighting import frequencies
    >>> vectors = KeyedVectors(1)
    >>> vectors.add_vectors(["rain", "sun"], [[1.0], [2.0]])
    >>> for word, count in {"rain": 3, "sun": 1}.items():
    ...     vectors.set_vecattr(word, "count", count)
    >>> frequencies(vectors).tolist()
    [0.75, 0.25]
    """
    # A subpackage about something else, most of which is not needed here.
    from gensim_distill.vectors.keyed import word_counts

    counts = word_counts(vectors)
    if counts is None:
        logger.warning(
            "The vectors do not tell how often each of the %i words occurs: their frequencies are taken to be 1, 1/2, 1/3 "
            "... in the order of the words, which is right for files whose words are sorted by frequency.",
            len(vectors),
        )
        made_up = 1 / np.arange(1, len(vectors) + 1)
        return made_up / made_up.sum()
    return counts / counts.sum()


def inverse_document_frequencies(lookup: WordLookup, texts: Iterable[Document], words: int) -> np.ndarray:
    """Give log((1 + n) / (1 + d)) + 1 for each word, where d of the n texts have it; they are read once."""
    having = np.zeros(words, dtype=np.int64)
    number = 0
    source = iter(texts)
    while batch := list(itertools.islice(source, BATCH)):
        rows, lengths = lookup.rows(batch)
        # Each word once a text.
        pairs = np.unique(np.repeat(np.arange(len(batch)), lengths) * words + rows)
        having += np.bincount(pairs % words, minlength=words)
        number += len(batch)
    if not having.any():
        raise ValueError("The texts have no word that has a vector: give texts like those to be encoded.")
    return np.log((1 + number) / (1 + having)) + 1


def unigram_moment(table: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Give the second moment of the mean over a text whose words are drawn at random.

    Of n words it is mm' (1 - 1/n) + S/n, where m is the mean row of a word and S the mean of its outer products.
    """
    shares = shares.astype(np.float32)
    mean = shares @ table
    moment: np.ndarray = (table * shares[:, None]).T @ table
    return np.outer(mean, mean) * (1 - 1 / WORDS_A_TEXT) + moment / WORDS_A_TEXT


def check_texts(texts: Any, passes: int = 1) -> None:
    """Say what is wrong with some texts as a whole, or if they cannot be read `passes` times."""
    if isinstance(texts, (str, bytes)):
        raise TypeError(
            f"The texts are the single string {texts[:60]!r}, so that each of its characters would be a text: give a list, "
            "encode([text])[0]."
        )
    if isinstance(texts, Mapping) or hasattr(texts, "columns"):
        raise TypeError(
            f"The texts are a {type(texts).__name__}, whose items are its keys or columns: give the texts alone, such as "
            "frame['text'] or list(texts.values())."
        )
    if not isinstance(texts, Iterable):
        raise TypeError(f"The texts are {texts!r}, where an iterable of strings or of lists of tokens was expected.")
    if passes > 1 and isinstance(texts, Iterator):
        raise TypeError(
            f"The texts are a {type(texts).__name__}, which can be read once, and are read {passes} times, for the weights and "
            "for the common components: give a list, or an object whose __iter__ opens the source anew."
        )
