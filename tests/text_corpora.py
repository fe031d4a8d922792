"""A corpus of statistics and texts, as of a teacher whose hidden states are the vectors of words plus noise."""

from __future__ import annotations

import numpy as np

from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.linalg.bags import bags_of_words
from gensim_distill.objectives.protocol import Objective
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextSample


class TextCorpus:
    """Random texts, the statistics of their words in each view of an objective, and the vectors of the texts.

    The vector of a text is the mean of its hidden states, in which the first quarter of the words counts little.
    """

    def __init__(
        self, objective: Objective, n_words: int = 30, width: int = 6, n_texts: int = 400, seed: int = 1
    ) -> None:
        random = np.random.default_rng(seed)
        self.true_rows = random.normal(size=(n_words, width))
        self.true_rows[: n_words // 4] *= 0.1
        lengths = random.integers(1, 8, n_texts)
        words = random.integers(0, n_words, lengths.sum())
        text_of = np.repeat(np.arange(n_texts), lengths)
        states = (self.true_rows[words] + 0.1 * random.normal(size=(len(words), width))).astype(np.float32)
        means = np.stack([states[text_of == i].mean(axis=0) for i in range(n_texts)])
        token = ContextBatch(words, np.arange(len(words)), states, lengths)
        text = ContextBatch(words, text_of, means, lengths)
        every = np.arange(n_words)
        isolated = ContextBatch(every, every, self.true_rows.astype(np.float32), np.ones(n_words, np.int64))
        self.moments = {}
        for view in objective.views(num_layers=7):
            if not view.keeps_texts:
                self.moments[view.name] = Moments(n_words, width, view.second_moment)
                self.moments[view.name].add(isolated if view.isolated else token if view.scope == "token" else text)
        self.texts = TextSample(words.astype(np.int32), lengths.astype(np.int32), means)
        self.bags = bags_of_words(words, lengths, n_words)
        self.frequencies = np.bincount(words, minlength=n_words) / len(words)
