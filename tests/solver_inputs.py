"""A teacher with known hidden states, vocabularies, and the tree of hierarchical softmax, for the tests of solvers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from gensim.models import Word2Vec

from gensim_distill import StateBatch
from gensim_distill.solvers.settings import Vocabulary

WIDTH = 4


class WordTeacher:
    """A teacher whose hidden state of a word is a fixed vector plus the mean over the words of the text."""

    width, num_layers = WIDTH, 2
    batch_tokens = 4  # so that a chunk has only 40 words

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        for i, text in enumerate(texts):
            words = list(re.finditer(r"\S+", text))
            if words:
                own = np.array(
                    [np.random.default_rng(list(word.group().encode())).normal(size=WIDTH) for word in words]
                )
                states = (own + own.mean(axis=0)).astype(np.float32)
                spans = np.array([word.span() for word in words])
                yield StateBatch(np.full(len(words), i), *spans.T, [states * (layer + 1) for layer in layers])


def tree_path(model: Word2Vec, word: int) -> list[tuple[int, int]]:
    """Return the inner nodes on the path to a word in the tree of hierarchical softmax, and the branch at each."""
    return list(zip(model.wv.expandos["point"][word].tolist(), model.wv.expandos["code"][word].tolist()))


def count_vocabulary(corpus: Sequence[Sequence[str]]) -> Vocabulary:
    """Return the words of a corpus, the most frequent first, as gensim sorts them."""
    counts = Counter(word for text in corpus for word in text)
    words = [word for word, _ in counts.most_common()]
    return Vocabulary(words, {word: row for row, word in enumerate(words)}, len(corpus), counts.total())
