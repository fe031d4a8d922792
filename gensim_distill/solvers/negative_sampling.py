"""Gradient steps for X2Static, taken by gensim's own C kernels.

X2Static is the distributed bag of words of Doc2Vec with document vectors that are given, not learned. gensim's
PV-DBOW kernel, set to learn the hidden layer alone, takes exactly its steps, for negative sampling and for
hierarchical softmax, without the GIL.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
from gensim.models import KeyedVectors
from gensim.models.doc2vec_inner import train_document_dbow
from scipy.special import log_expit

from gensim_distill._utils.arrays import IntArray

# The kernel drops words beyond this number in one call.
_KERNEL_WORDS = 10_000
# Examples whose loss is computed at once; each takes (negative + 1) * dimensions floats.
_LOSS_EXAMPLES = 1_000


class OutputWeights(Protocol):
    """The attributes of a :class:`gensim.models.Word2Vec` that gradient steps read and update.

    ``syn1neg`` (with ``negative``) and ``syn1`` (with ``hs``) are updated in place; ``cum_table`` and the attributes
    of the vocabulary, ``wv.expandos``, are used as gensim prepared them. With ``compute_loss`` the loss of each step is
    added to ``running_training_loss``.
    """

    wv: KeyedVectors
    negative: int
    hs: int
    workers: int
    window: int
    cum_table: np.ndarray | None
    syn1: np.ndarray
    syn1neg: np.ndarray
    compute_loss: bool
    running_training_loss: float


class _WordIndices:
    """A stand-in for ``key_to_index``: words are indices already."""

    @staticmethod
    def get(index: int, default: None = None) -> int:
        return index


class _KernelVocabulary:
    """The part of ``model.wv`` that the kernel reads."""

    def __init__(self, expandos: dict[str, np.ndarray]) -> None:
        self.key_to_index = _WordIndices()
        self.expandos = expandos

    def __contains__(self, key: object) -> bool:
        return False  # no null word


class NegativeSampling:
    """Gradient steps on the output weights of a Word2Vec model, for given context vectors.

    Parameters
    ----------
    model : OutputWeights
        Its weights are updated in place.
    width : int
        Dimensions of a context.
    """

    def __init__(self, model: OutputWeights, width: int) -> None:
        self._model = model
        one = np.ones(1, dtype=np.float32)
        self._kernel_options: dict[str, Any] = {
            "train_words": False,
            "learn_doctags": False,
            "learn_words": False,
            "learn_hidden": True,
            "word_vectors": one,
            "words_lockf": one,
            "doctags_lockf": one,
        }
        # The kernel reads these attributes of a Doc2Vec model.
        self._kernel_attributes: dict[str, Any] = {
            "hs": model.hs,
            "negative": model.negative,
            # Subsampling happens before the call: the kernel would draw once for all contexts of a word.
            "sample": 0,
            "cbow_mean": 1,
            "layer1_size": width,
            "dv": SimpleNamespace(vector_size=width),
            "workers": model.workers,
            "window": model.window,
            "dm_tag_count": 1,
            "shrink_windows": False,
            "wv": _KernelVocabulary(model.wv.expandos),
        }

    def subsample(self, words: IntArray, generator: np.random.Generator) -> np.ndarray:
        """Draw which occurrences to keep, by gensim's rule, which is also the rule of the paper.

        The probability is ``min(1, sqrt(t / f) + t / f)``, where t is the model's `sample` and f the relative
        frequency of the word.

        Returns
        -------
        numpy.ndarray of bool, shape (n_examples,)
        """
        thresholds = self._model.wv.expandos["sample_int"][words]
        kept: np.ndarray = generator.integers(0, 2**32, len(words), dtype=np.uint32) <= thresholds
        return kept

    def step(
        self, words: IntArray, rows: IntArray, contexts: np.ndarray, alpha: float, work: np.ndarray, seed: int
    ) -> None:
        """Take one step for each example: a word and the row of its context.

        Parameters
        ----------
        words, rows : numpy.ndarray of int64, shape (n_examples,)
        contexts : numpy.ndarray of float32, shape (n_contexts, width), C-contiguous
        alpha : float
            Learning rate.
        work : numpy.ndarray of float32, shape (width,)
            Private to the thread.
        seed : int
            For noise words.
        """
        model = self._model
        if len(model.wv) < 2:  # neither noise words nor a tree
            return
        generator = random.Random(seed)
        # The kernel draws two numbers per call to seed its own generator.
        kernel = SimpleNamespace(
            **self._kernel_attributes,
            syn1=getattr(model, "syn1", None),
            syn1neg=getattr(model, "syn1neg", None),
            cum_table=model.cum_table,
            random=SimpleNamespace(randint=generator.randrange),
        )
        # One call trains all pairs of some words and some contexts. The loss separates by word and by context,
        # so examples are grouped by whichever needs fewer calls.
        by_context = len(np.unique(rows)) <= len(np.unique(words))
        for shared, others in _grouped(*((rows, words) if by_context else (words, rows))):
            pair = (others, [shared]) if by_context else ([shared], others)
            train_document_dbow(kernel, *pair, alpha, work, doctag_vectors=contexts, **self._kernel_options)

    def loss(self, words: IntArray, rows: IntArray, contexts: np.ndarray, generator: np.random.Generator) -> float:
        """Sum the loss of some examples with the present weights, for noise words drawn by `generator`."""
        total = 0.0
        for start in range(0, len(words), _LOSS_EXAMPLES):
            part = slice(start, start + _LOSS_EXAMPLES)
            if self._model.hs:
                total += self._hierarchical_loss(words[part], contexts[rows[part]])
            if self._model.negative:
                total += self._negative_sampling_loss(words[part], contexts[rows[part]], generator)
        return total

    def _negative_sampling_loss(self, words: IntArray, contexts: np.ndarray, generator: np.random.Generator) -> float:
        weights, table = self._model.syn1neg, self._model.cum_table
        assert table is not None
        noise = np.searchsorted(table, generator.integers(0, table[-1], (len(words), self._model.negative)))
        scores = np.einsum("nd,nd->n", weights[words], contexts)
        noise_scores = np.einsum("nkd,nd->nk", weights[noise], contexts)
        # A target drawn as its own noise is skipped, as in the kernel.
        noise_losses = np.where(noise == words[:, None], 0.0, log_expit(-noise_scores))
        return -float(log_expit(scores).sum() + noise_losses.sum())

    def _hierarchical_loss(self, words: IntArray, contexts: np.ndarray) -> float:
        codes, points = self._model.wv.expandos["code"][words], self._model.wv.expandos["point"][words]
        example = np.repeat(np.arange(len(words)), [len(code) for code in codes])
        if not len(example):  # a vocabulary of one word has no tree
            return 0.0
        signs = 1.0 - 2.0 * np.concatenate(codes)
        scores = np.einsum("nd,nd->n", self._model.syn1[np.concatenate(points)], contexts[example])
        return -float(log_expit(signs * scores).sum())

    def vectors(self) -> np.ndarray:
        """Return the word vectors, shape (vocabulary_size, width).

        With negative sampling they are the weights. Hierarchical softmax has weights for the inner nodes of a
        tree; the vector of a word is the direction of contexts that make it more likely: to first order, the
        signed sum over the nodes on its path.
        """
        model = self._model
        if model.negative:
            weights: np.ndarray = model.syn1neg
            return weights
        vectors = np.zeros_like(model.syn1)
        for index, (code, point) in enumerate(zip(model.wv.expandos["code"], model.wv.expandos["point"])):
            vectors[index] = (1.0 - 2.0 * np.asarray(code, dtype=np.float32)) @ model.syn1[point]
        return vectors


def _grouped(keys: IntArray, values: IntArray) -> Iterator[tuple[int, list[int]]]:
    """Yield each distinct key with its values, at most as many at once as the kernel accepts."""
    order = np.argsort(keys, kind="stable")
    keys, values = keys[order], values[order]
    bounds = np.flatnonzero(np.diff(keys, prepend=-1, append=-1)).tolist()
    listed = values.tolist()
    for begin, end in itertools.pairwise(bounds):
        for start in range(begin, end, _KERNEL_WORDS):
            yield int(keys[begin]), listed[start : min(start + _KERNEL_WORDS, end)]
