"""Small random tables of texts, as objectives learn them from a teacher's vectors of texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gensim_distill.objectives.text_table import TextTable

#: Strings that all lowercase words of the letters a to z are divided into.
PIECES = (*"abcdefghijklmnopqrstuvwxyz", "ing", "th", "ox", "ea", "qu")


def random_text_table(
    n_words: int, vector_size: int = 6, pieces: Sequence[str] = PIECES, without: Sequence[int] = (), seed: int = 0
) -> TextTable:
    """Return random rows of words and pieces; some words may have none."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(n_words, vector_size)).astype(np.float32)
    rows[list(without)] = 0
    return TextTable(rows, tuple(pieces), random.normal(size=(len(pieces), vector_size)).astype(np.float32))
