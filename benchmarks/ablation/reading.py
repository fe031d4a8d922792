"""A collection of texts as the teacher has read it once, and tables fitted to it with a part of the method changed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from unittest.mock import patch

import numpy as np
from scipy import sparse

from gensim_distill import DistilledWord2Vec, Teacher
from gensim_distill._utils.arrays import Rows
from gensim_distill.contexts.views import View
from gensim_distill.corpus.splitting import split_sentences
from gensim_distill.encoding import TextEncoder
from gensim_distill.linalg import normalize
from gensim_distill.linalg.bags import bags_of_words
from gensim_distill.objectives import Hybrid, hybrid, text_regression
from gensim_distill.objectives.hybrid_views import HybridViews
from gensim_distill.objectives.protocol import TextFit
from gensim_distill.objectives.text_regression import FREQUENCY, SPECIFIC_PENALTY, TextRegression
from gensim_distill.objectives.text_table import TextTable
from gensim_distill.solvers.isolated_words import read_isolated_words
from gensim_distill.solvers.read_corpus import read_corpus
from gensim_distill.solvers.settings import PassSettings, Vocabulary
from gensim_distill.solvers.text_pieces import fit_pieces
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextSample, TextStore
from gensim_distill.teachers.text_head import text_head_of

VIEWS = ("all layers", "top layers", "isolated", "discriminant")
SENTENCES, PASSAGES = "sentences in passages", "passages"


@dataclass(frozen=True)
class Variation:
    """A fit of rows of texts, by default that of the package.

    Attributes
    ----------
    texts : {"sentences in passages", "passages"}
        The texts that the rows are fitted to.
    number : int, optional
        The number of texts to use, by default all.
    views : tuple of str
        The predictors.
    whitening : float, optional
        The exponent of the targets, by default from their spectrum.
    divisor : float
        Bags of words are divided by the length of the text to the power of this.
    frequency : float or None
        The constant of the weights of words; None for no weights.
    penalty : float, optional
        Of the linear part, by default the best for texts held out.
    specific : float or None
        The penalty of the word-specific part; None for the linear part alone.
    pieces : bool
        Whether the table has rows of pieces.
    """

    texts: str = SENTENCES
    number: int | None = None
    views: tuple[str, ...] = VIEWS
    whitening: float | None = None
    divisor: float = 0.5
    frequency: float | None = FREQUENCY
    penalty: float | None = None
    specific: float | None = SPECIFIC_PENALTY
    pieces: bool = True

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        """Change the constants of the regression."""
        with contextlib.ExitStack() as stack:
            if self.penalty is not None:
                stack.enter_context(patch.object(text_regression, "PENALTIES", (self.penalty,)))
            if self.divisor != 0.5:
                stack.enter_context(patch.object(text_regression, "bags_of_words", self._bags))
            yield

    def _bags(self, words: np.ndarray, lengths: np.ndarray, vocabulary_size: int) -> sparse.csr_array:
        bags = bags_of_words(words, lengths, vocabulary_size)
        factors = lengths.astype(np.float32) ** np.float32(0.5 - self.divisor)
        bags.data *= np.repeat(factors, np.diff(bags.indptr))
        return bags


class Reading:
    """The statistics of a collection in all views, and its texts.

    Parameters
    ----------
    documents : iterable of str or of lists of str
    teacher : Teacher
    min_count, seed : int
    single_layers : bool, optional
        Whether each layer is a view too.

    Attributes
    ----------
    words : list of str
    counts, frequencies : numpy.ndarray
        The occurrences of each word, and their share in those of all words of the vocabulary.
    moments : dict of str to Moments
        The statistics of the views of :class:`~gensim_distill.objectives.Hybrid`.
    layers : dict of str to Moments
        The statistics of single layers.
    texts : dict of str to TextSample
        By the kind of texts.
    seconds : float
        The time of the teacher.
    """

    def __init__(
        self,
        documents: Iterable[Collection[str]],
        teacher: Teacher,
        min_count: int,
        seed: int,
        *,
        single_layers: bool = False,
    ) -> None:
        self._documents, self._teacher, self._min_count, self._seed = documents, teacher, min_count, seed
        model = DistilledWord2Vec(teacher=teacher, min_count=min_count, seed=seed)
        model.build_vocab(documents)
        self.words: list[str] = model.wv.index_to_key
        self.counts = np.array([model.wv.get_vecattr(word, "count") for word in self.words])
        self.frequencies = self.counts / self.counts.sum()
        self.num_documents, self.num_words = model.corpus_count, model.corpus_total_words
        self._index, self._reader = model.wv.key_to_index, model.reader
        start = perf_counter()
        self._read(documents, teacher, seed, single_layers)
        self.seconds = perf_counter() - start
        self._predictors = HybridViews.fit(self.moments, Hybrid.whitening).cached_predictors(self.moments)
        self._encoder: TextEncoder | None = None

    def _read(self, documents: Iterable[Collection[str]], teacher: Teacher, seed: int, single_layers: bool) -> None:
        top = teacher.num_layers - 1
        of_words = [view for view in Hybrid().views(teacher.num_layers) if not view.keeps_texts]
        of_texts = {SENTENCES: View((top,), "summary"), PASSAGES: View((top,), "passage")}
        layers = [
            View((layer,), "token", isolated=isolated)
            for layer in range(teacher.num_layers if single_layers else 0)
            for isolated in (False, True)
        ]
        views = {view.name: view for view in (*of_words, *layers)}
        moments = {name: Moments(len(self.words), teacher.width, view.second_moment) for name, view in views.items()}
        stores = {view.name: TextStore(teacher.width, self.words) for view in of_texts.values()}
        read = {view.name: view for view in (*views.values(), *of_texts.values()) if not view.isolated}
        settings = PassSettings(
            teacher,
            self._reader,
            tuple(of_words),
            contexts_per_word=Hybrid.contexts_per_word,
            seed=seed,
            progress=False,
        )
        self.passages_read = 0
        for batches in read_corpus(documents, settings, list(read.values()), self._index):
            for name, batch in batches.items():
                (stores[name] if name in stores else moments[name]).add(batch)
            self.passages_read += len(batch.document_lengths)
        isolated_views = [view for view in views.values() if view.isolated]
        read_isolated_words(self.words, self._reader, teacher, isolated_views, self._index, moments)
        self.moments = {view.name: moments[view.name] for view in of_words}
        self.layers = {view.name: moments[view.name] for view in layers}
        self.texts: dict[str, TextSample] = {}
        for kind, view in of_texts.items():
            sample = stores[view.name].sample()
            self.texts[kind] = replace(sample, vectors=text_head_of(teacher).transform(sample.vectors))

    def predictors(self, views: Sequence[str] = VIEWS) -> Callable[[Rows], np.ndarray]:
        """Return a function from words to the concatenation of some views."""
        if tuple(views) == VIEWS:
            return self._predictors
        width = next(iter(self.moments.values())).width
        columns = np.concatenate([np.arange(width) + width * VIEWS.index(view) for view in views])
        return lambda rows: np.ascontiguousarray(self._predictors(rows)[:, columns])

    def regression(self, variation: Variation) -> TextRegression:
        """Fit the linear part."""
        sample = self.texts[variation.texts]
        if variation.number is not None:
            sample = sample.select(np.arange(min(variation.number, len(sample))))
        weights = np.ones(len(self.words), np.float32)
        if variation.frequency is not None:
            weights = (variation.frequency / (variation.frequency + self.frequencies)).astype(np.float32)
        with variation.active():
            return TextRegression.fit(sample, self.predictors(variation.views), weights, whitening=variation.whitening)

    def table(self, variation: Variation) -> TextTable:
        """Fit the rows of words in texts, and of pieces."""
        regression = self.regression(variation)
        rows = regression.rows(self.predictors(variation.views)(slice(None)), slice(None))
        if variation.specific is not None:
            regression.correct(rows, penalty=variation.specific)
        if not variation.pieces:
            return TextTable(rows, (), np.zeros((0, rows.shape[1]), np.float32))
        vocabulary = Vocabulary(self.words, self._index, self.num_documents, self.num_words)
        return TextTable(rows, *fit_pieces(self._teacher, vocabulary, rows))

    def text_view(self) -> np.ndarray:
        """Fit the text view of words."""
        word_map = self.regression(Variation()).word_map
        view: np.ndarray = normalize(self._predictors(slice(None)) @ word_map, overwrite=True)
        return view

    def hybrid(self, **constants: float) -> TextFit:
        """Fit the default objective, with some constants of its modules changed."""
        with contextlib.ExitStack() as stack:
            for name, value in constants.items():
                module = hybrid if hasattr(hybrid, name) else text_regression
                stack.enter_context(patch.object(module, name, value))
            return Hybrid().fit_texts(self.moments, self.texts[SENTENCES], self.frequencies)

    def hybrid_without_texts(self) -> np.ndarray:
        """Compute the vectors of the default objective without texts."""
        return Hybrid().vectors(self.moments)

    def encoder(self, table: TextTable) -> TextEncoder:
        """Return the encoder of a table; it is valid until the next one is made."""
        encoder, rows = self._encoder, table.rows[table.rows.any(axis=1)]
        if encoder is None or encoder.table.shape != rows.shape or len(encoder.pieces) != len(table.pieces):
            self._encoder = encoder = TextEncoder.from_text_table(self.words, table, self._reader)
        encoder.table[:], encoder.piece_table[:] = rows, table.piece_rows
        return encoder

    def of_sentences(self) -> Reading:
        """Return a reading of the sentences of raw documents, each as a document."""
        sentences = [
            document[start:end]
            for document in self._documents
            if isinstance(document, str)
            for start, end in split_sentences(document)
        ]
        return Reading(sentences, self._teacher, self._min_count, self._seed)

    def __str__(self) -> str:
        texts = ", ".join(f"{len(sample):,} {kind}" for kind, sample in self.texts.items())
        return (
            f"{self.num_documents:,} documents, {self.num_words:,} words, vocabulary {len(self.words):,}; "
            f"{self.passages_read:,} passages read in {self.seconds:.0f} s: {texts}"
        )
