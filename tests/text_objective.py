"""An objective with a view that keeps texts, whose word vectors are those of another objective."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gensim_distill.contexts.views import View
from gensim_distill.objectives import Aggregate
from gensim_distill.statistics.text_store import TextStore


@dataclass(frozen=True)
class KeepsTexts(Aggregate):
    """The mean hidden states of words, beside texts that are kept for the caller."""

    def views(self, num_layers: int) -> list[View]:
        return [*super().views(num_layers), View((num_layers - 1,), "summary")]


def words_of_texts(store: TextStore | None, words: list[str]) -> list[list[str]]:
    """Return the sorted words of each text of a store."""
    assert store is not None
    sample = store.sample()
    texts = np.split(sample.words, np.cumsum(sample.lengths))[:-1]
    return [sorted(words[word] for word in text) for text in texts]


def assert_same_texts(one: TextStore | None, other: TextStore | None, tolerance: float = 0.0) -> None:
    """Check that two stores have the same texts, with vectors that are equal up to a tolerance."""
    assert (one is None) == (other is None)
    if one is None or other is None:
        return
    arrays: dict[str, Any] = one.to_arrays()
    expected = other.to_arrays()
    for name in ("keys", "lengths", "words", "limit"):
        np.testing.assert_array_equal(arrays[name], expected[name], err_msg=name)
    np.testing.assert_allclose(arrays["vectors"].astype(float), expected["vectors"].astype(float), atol=tolerance)
