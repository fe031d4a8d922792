"""Which words fit a context: the teacher reads it, and what was learned of the words' contexts judges."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from gensim import matutils
from scipy.special import log_softmax

from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.linalg import estimate_shrinkage_factors, inverse_power
from gensim_distill.statistics.moments import Moments
from gensim_distill.word2vec.persistence import Persistence

logger = logging.getLogger(__name__)


# Contexts were read with their word in them, one that is asked about is not: this keeps the discriminant from being too sure.
RIDGE = 3.0


class ContextClassifier:
    """Linear discriminant analysis: which word a context belongs to, by the moments of all contexts.

    If the contexts of each word w are Gaussian about its mean m_w with a shared covariance S, then ``log p(c | w)`` is
    ``(m_w - m)' S^-1 (c - m) - (m_w - m)' S^-1 (m_w - m) / 2``, but for what does not depend on w; this is what X2Static's
    closed form says of a context. S has a ridge, and the means of words with few contexts are shrunk toward that of all.

    Parameters
    ----------
    moments : Moments
        With second moments.
    ridge : float, optional
        As a multiple of the mean eigenvalue of S. The default was chosen by the probability of words that were hidden from
        held-out sentences; docs/word2vec-compatibility.md.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.contexts.scopes import ContextBatch
    >>> from gensim_distill.statistics.moments import Moments
    >>> from gensim_distill.oov.prediction import ContextClassifier
    >>> moments = Moments(vocabulary_size=2, width=1, second_moment=True)
    >>> contexts = np.array([[-1.0], [-2.0], [1.0], [2.0]], dtype=np.float32)
    >>> moments.add(ContextBatch(np.array([0, 0, 1, 1]), np.arange(4), contexts, np.array([4])))
    >>> int(ContextClassifier(moments).scores(np.array([1.5])).argmax())
    1
    """

    def __init__(self, moments: Moments, ridge: float = RIDGE) -> None:
        self._mean = moments.mean()
        covariance = moments.covariance()
        differences = np.where(moments.counts[:, None] > 0, moments.means() - self._mean, 0.0)
        # How far a mean can be trusted is judged where contexts vary equally in all directions.
        half = inverse_power(covariance, 0.5)
        trust = estimate_shrinkage_factors(
            differences @ half, moments.counts, float(np.trace(half @ covariance @ half))
        )
        differences *= trust[:, None]
        self._weights = differences @ inverse_power(covariance, 1.0, ridge)
        self._offsets = -0.5 * np.einsum("wd,wd->w", self._weights, differences)

    def scores(self, context: np.ndarray) -> np.ndarray:
        """Give for each word the logarithm of how likely the context is with it, up to a constant of the context."""
        result: np.ndarray = self._weights @ (context - self._mean) + self._offsets
        return result


class Prediction(Persistence):
    """The part of :class:`~gensim_distill.DistilledWord2Vec` that tells which words fit a context."""

    solver: str
    _views: list[View]
    _whitener: tuple[np.ndarray, np.ndarray] | None
    _discriminant: tuple[Moments, int, ContextClassifier] | None

    def predict_output_word(
        self, context_words_list: Sequence[str | int] | str, topn: int = 10, *, prior: float = 1.0
    ) -> list[tuple[str, np.float32]] | None:
        """Tell which words fit a context: the teacher reads it as a text.

        Parameters
        ----------
        context_words_list : list of str or int, or str
            The words around the one to be predicted, in their order, or their indices in ``wv``; or raw text. The teacher
            reads words outside the vocabulary too.
        topn : int, optional
            How many words to give.
        prior : float, optional
            The power to which the frequencies of words count. With 1 the result is an estimate of their probabilities,
            among which frequent words come first; toward 0 the words come first that this context has more than others
            have.

        Returns
        -------
        list of (str, float), or None
            Words of the vocabulary and their probabilities, the most probable first. As in gensim None, with a warning, if
            no word of the context is in the vocabulary.

        Raises
        ------
        RuntimeError
            If the model is not trained, was trained without negative sampling, or has statistics of no wider contexts
            (with ``objective="aggregate"``).
        """
        if not self.negative:
            raise RuntimeError(
                "predict_output_word() goes by what tells the contexts of a word from others, which negative=0 turns off, as in "
                "gensim: give negative > 0."
            )
        view = self._context_view()
        if self.solver == "sgd":
            if not hasattr(self, "syn1neg") or len(self.syn1neg) != len(self.wv):
                raise RuntimeError(
                    "Parameters required for predicting the output words not found: train the model first."
                )
        elif (
            not self.moments or view.name not in self.moments or len(self.wv) != self.moments[view.name].vocabulary_size
        ):
            raise RuntimeError(
                "Parameters required for predicting the output words not found: train the model first, or load it with "
                "the file beside it that ends in .moments.safetensors."
            )
        item = self._context_item(context_words_list)
        if not any(key in self.wv.key_to_index for key in self.reader.keys(item)):
            logger.warning("All the input context words are out-of-vocabulary for the current model.")
            return None
        context = self._read_context(item, view)
        if context is None:
            logger.warning("The teacher can make nothing of the context %r.", item)
            return None
        probabilities = np.exp(self._log_probabilities(context, view, prior))
        best = matutils.argsort(probabilities, topn=topn, reverse=True)
        return [(self.wv.index_to_key[index], np.float32(probabilities[index])) for index in best]

    def score(self, *args: Any, **kwargs: Any) -> np.ndarray:
        """Not available: a text has no likelihood where every context was read with its word in it."""
        raise NotImplementedError(
            "score() gives the probability of a sentence, word by word, under CBOW or skip-gram; here the teacher has read "
            "each word together with its context, so that the product would be no probability: ask the teacher, a language "
            "model, itself."
        )

    def _context_view(self) -> View:
        """Give the view whose contexts tell words apart."""
        for view in self._views:
            if not view.isolated and (view.second_moment or self.solver == "sgd"):
                return view
        raise RuntimeError(
            "predict_output_word() needs to know how the contexts around words vary, of which this objective keeps nothing: give "
            "objective='x2static' or 'hybrid'."
        )

    def _context_item(self, context: Sequence[str | int] | str) -> Document:
        if isinstance(context, str):
            return context
        words = []
        for word in context:
            if isinstance(word, (int, np.integer)):
                if not 0 <= word < len(self.wv):
                    raise ValueError(f"There is no word of index {word}: the vocabulary has {len(self.wv)} words.")
                word = self.wv.index_to_key[word]
            words.append(word)
        return words

    def _read_context(self, item: Document, view: View) -> np.ndarray | None:
        """Let the teacher read a context as a whole; None if it can make nothing of it."""
        # Where words have windows of their own, the middle of this context is the word that is missing.
        whole = "text" if view.scope in ("text", "sentence") else len(self.reader.keys(item))
        (batches,) = read_contexts([item], self.reader, self.teacher, [replace(view, scope=whole)], {})
        (batch,) = batches.values()
        rows = batch.rows[batch.rows >= 0]
        return batch.contexts[rows[0]].astype(np.float64) if len(rows) else None

    def _log_probabilities(self, context: np.ndarray, view: View, prior: float) -> np.ndarray:
        counts = np.maximum(self.wv.expandos["count"], 1)
        if self.solver == "sgd":
            if self._whitener is not None:
                matrix, offset = self._whitener
                context = context @ matrix + offset
            # Trained against noise, a score is the logarithm of the probability over that of the noise.
            scores = self.syn1neg @ context + (prior - 1.0 + self.ns_exponent) * np.log(counts)
        else:
            scores = self._make_context_classifier(view).scores(context) + prior * np.log(counts)
        result: np.ndarray = log_softmax(scores)
        return result

    def _make_context_classifier(self, view: View) -> ContextClassifier:
        """Give the discriminant of the moments as they are; it is kept until they change."""
        assert self.moments is not None
        moments = self.moments[view.name]
        kept = self.__dict__.get("_discriminant")
        if kept is None or kept[0] is not moments or kept[1] != moments.vocabulary_size:
            kept = self._discriminant = (moments, moments.vocabulary_size, ContextClassifier(moments))
        return kept[2]
