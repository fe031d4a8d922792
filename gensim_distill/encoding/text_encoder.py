"""Vectors of whole texts: weighted means of word vectors, without the components that all texts share."""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from gensim.models import KeyedVectors, Word2Vec

from gensim_distill._utils.documentation import documented_as
from gensim_distill._utils.validation import check_whole
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.validation import check_texts
from gensim_distill.corpus.word_lookup import WordLookup
from gensim_distill.encoding.encoder_files import EncoderFiles
from gensim_distill.encoding.explanation import Explanation, explain
from gensim_distill.encoding.joining import join_batches
from gensim_distill.encoding.text_words import TextWords, words_in
from gensim_distill.encoding.weighting import (
    BATCH_SIZE,
    EncoderSettings,
    Weighting,
    check_vectors,
    check_weighting,
    default_components,
    idf_weights,
    mean_rows,
    relative_frequencies,
    sif_weights,
    unigram_second_moment,
)
from gensim_distill.linalg import principal_directions_from_moment

logger = logging.getLogger(__name__)


class TextEncoder:
    """An encoder of texts: the vector of a text is the mean of the rows of its words in a table.

    A row is the vector of a word times its weight, with the components that all texts share projected out.
    Both steps are linear and are precomputed, so encoding costs one addition per word. Words without a row are
    ignored. A text without any known word has a vector of zeros; :meth:`encode` logs the number of such texts.

    Encoders are usually built by :meth:`of`, or by a :class:`~gensim_distill.DistilledWord2Vec`.

    Parameters
    ----------
    words : iterable of str
        Distinct words.
    table : array-like of float32, shape (n_words, vector_size)
        The row of each word.
    reader : TextReader, optional
        Splits texts into words. By default raw strings are split at the word boundaries of Unicode
        and lowercased, and tokens are used as they are. A phrase such as ``new_york`` is found only in
        tokens: pass raw text through the same :class:`gensim.models.Phrases` first.

    Attributes
    ----------
    words, table, reader
        As above.
    weights : numpy.ndarray of float64, shape (n_words,), or None
        The weight of each word.
    directions : numpy.ndarray of float64, shape (n, vector_size)
        The directions projected out, L2-normalized.
    settings : EncoderSettings
        A dict of `weighting`, `a`, `components`, and whether they depend on `texts`.

    Raises
    ------
    ValueError
        If the table does not have one row per word, or a word occurs twice.

    Examples
    --------
    >>> from gensim_distill.encoding import TextEncoder
    >>> encoder = TextEncoder(["rain", "sun"], [[1.0, 0.0], [0.0, 1.0]])
    >>> encoder.encode(["Rain, sun!", ["sun", "snow"]]).tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """

    def __init__(self, words: Iterable[str], table: npt.ArrayLike, reader: TextReader | None = None) -> None:
        self.words = list(words)
        self.table = np.ascontiguousarray(table, dtype=np.float32)
        self.reader = TextReader() if reader is None else reader
        if self.table.ndim != 2 or len(self.table) != len(self.words):
            raise ValueError(
                f"The table has shape {self.table.shape} for {len(self.words)} words: it must have one row per word."
            )
        rows = {word: row for row, word in enumerate(self.words)}
        if len(rows) < len(self.words):
            raise ValueError(f"{len(self.words) - len(rows)} words are duplicates: pass distinct words.")
        self._lookup = WordLookup(rows, self.reader)
        self.weights: np.ndarray | None = None
        self.directions = np.zeros((0, self.vector_size))
        self.settings: EncoderSettings = {}

    @property
    def vector_size(self) -> int:
        """The number of dimensions of the vectors."""
        return int(self.table.shape[1])

    def __repr__(self) -> str:
        settings = "".join(f", {name}={value!r}" for name, value in self.settings.items())
        return f"TextEncoder({len(self.words)} words, vector_size={self.vector_size}{settings})"

    # --- building --------------------------------------------------------------------------------

    @classmethod
    def of(
        cls,
        vectors: KeyedVectors | Word2Vec,
        weighting: Weighting = "sif",
        a: float = 1e-3,
        components: int | None = None,
        texts: Iterable[Document] | None = None,
        reader: TextReader | None = None,
        *,
        components_from: Literal["vocabulary", "texts"] | None = None,
    ) -> TextEncoder:
        """Build an encoder from word vectors.

        Parameters
        ----------
        vectors : KeyedVectors or model with ``wv``
            Any word vectors. If they have no counts, as in files of word2vec's formats, frequencies are assumed to
            follow Zipf's law in the order of the words, and a warning is logged.
        weighting : {"sif", "idf", "uniform"}, optional
            "sif" weights a word by a / (a + p), where p is its relative frequency by the counts
            of the vectors; "idf" by log((1 + n) / (1 + d)) + 1, where d of the n `texts` contain it;
            "uniform" gives plain means.
        a : float, optional
            For "sif": the smaller, the lower the weights of frequent words. Usually from 1e-4 to 1e-3.
        components : int, optional
            Number of common components to project out, by default 1. 0 keeps the means as they are, which is as good for a
            linear classifier, and is the default for a single word or dimension, of which nothing would be left; use 1 or
            more for similarity between texts.
        texts : iterable of str or of lists of str, optional
            Texts like those to be encoded, at least a few thousand. They are streamed: once, twice if both "idf" and
            components need them, and never if nothing does.
        reader : TextReader, optional
            Splits texts into words, see :class:`TextEncoder`. For vectors of words with capitals use
            ``TextReader(key=str)``, which keeps the case of raw text.
        components_from : {"vocabulary", "texts"}, optional
            The source of the common components. "vocabulary": the expected components of texts of 10 words drawn
            at random by their counts. "texts": the first principal components, not centered, of `texts`; the default
            if there are any. If texts are few or on few topics, their components can hold the differences
            between them; those of the vocabulary cannot.

        Returns
        -------
        TextEncoder

        Raises
        ------
        ValueError, TypeError
            If a parameter is invalid, a vector is not finite, or the texts have no known word.

        References
        ----------
        Sanjeev Arora, Yingyu Liang and Tengyu Ma. A Simple but Tough-to-Beat Baseline for Sentence
        Embeddings. ICLR 2017.

        Examples
        --------
        >>> from gensim.models import Word2Vec
        >>> from gensim.test.utils import common_texts
        >>> from gensim_distill.encoding import TextEncoder
        >>> vectors = Word2Vec(common_texts, min_count=1, vector_size=8, seed=1).wv
        >>> TextEncoder.of(vectors, texts=common_texts).encode(["Human interface"]).shape
        (1, 8)
        """
        vectors = vectors if isinstance(vectors, KeyedVectors) else vectors.wv
        if vectors.vector_size == 1 and components == 1:
            components = 0  # nothing would be left without the only dimension
        check_weighting(weighting, a, components, vectors.vector_size)
        check_vectors(vectors)
        is_default = components is None
        components = default_components(vectors) if components is None else components
        if texts is None and weighting == "idf":
            raise ValueError(
                "weighting='idf' needs texts to count in how many of them each word occurs: pass texts=, or use "
                "weighting='sif', which needs only the counts of the words."
            )
        if components_from not in (None, "vocabulary", "texts") or (components_from == "texts" and texts is None):
            raise ValueError(
                f"components_from={components_from!r} must be 'vocabulary', or 'texts' together with texts=."
            )
        from_texts = bool(components) and texts is not None and components_from != "vocabulary"
        if texts is not None:
            check_texts(texts, passes=2 if weighting == "idf" and from_texts else 1)
        reader = TextReader() if reader is None else reader
        # Computed once, since it may log a warning.
        needs_frequencies = weighting == "sif" or (components and not from_texts)
        frequencies = relative_frequencies(vectors) if needs_frequencies else np.empty(0)
        if weighting == "idf":
            weights = idf_weights(WordLookup(vectors.key_to_index, reader), texts or (), len(vectors))
        elif weighting == "sif":
            weights = sif_weights(frequencies, a)
        else:
            weights = np.ones(len(vectors))
        settings: EncoderSettings = {
            "weighting": weighting,
            "a": a,
            "components": components,
            "texts": from_texts or weighting == "idf",
        }
        if is_default and not components:  # so that an encoder of more words has the default for them
            del settings["components"]
        encoder = cls.from_parts(vectors, weights, reader=reader, settings=settings)
        if components:
            moment = (
                encoder._second_moment(texts or ()) if from_texts else unigram_second_moment(encoder.table, frequencies)
            )
            directions = principal_directions_from_moment(moment, components).T
            encoder = cls.from_parts(vectors, weights, directions, reader=reader, settings=settings)
        return encoder

    @classmethod
    def from_parts(
        cls,
        vectors: KeyedVectors,
        weights: np.ndarray,
        directions: np.ndarray | None = None,
        *,
        reader: TextReader | None = None,
        settings: EncoderSettings | None = None,
    ) -> TextEncoder:
        """Build an encoder from word vectors, weights and the directions to project out.

        Parameters
        ----------
        vectors : KeyedVectors
        weights : numpy.ndarray, shape (n_words,)
            The weight of each word.
        directions : numpy.ndarray, shape (n, vector_size), optional
            Orthonormal directions. None by default.
        reader : TextReader, optional
            See :class:`TextEncoder`.
        settings : EncoderSettings, optional
            The settings that weights and directions were computed with.

        Returns
        -------
        TextEncoder

        Examples
        --------
        >>> import numpy as np
        >>> from gensim.models import KeyedVectors
        >>> from gensim_distill.encoding import TextEncoder
        >>> vectors = KeyedVectors(2)
        >>> vectors.add_vectors(["rain", "sun"], [[1.0, 1.0], [0.0, 1.0]])
        >>> encoder = TextEncoder.from_parts(vectors, np.array([0.5, 1.0]), np.array([[1.0, 0.0]]))
        >>> encoder.table.tolist()
        [[0.0, 0.5], [0.0, 1.0]]
        """
        directions = np.zeros((0, vectors.vector_size)) if directions is None else directions
        table = vectors.vectors * weights[:, None].astype(np.float32)
        if len(directions):
            table -= (table @ directions.T.astype(np.float32)) @ directions.astype(np.float32)
        encoder = cls(vectors.index_to_key, table, reader)
        encoder.weights, encoder.directions, encoder.settings = weights, directions, settings or {}
        return encoder

    def _second_moment(self, texts: Iterable[Document]) -> np.ndarray:
        moment = np.zeros((self.vector_size, self.vector_size))
        for batch in self._encode_batches(texts, BATCH_SIZE):
            moment += batch.T.astype(np.float64) @ batch
        if not moment.any():
            raise ValueError("The texts have no word that has a vector: pass texts like those to be encoded.")
        return moment

    # --- encoding --------------------------------------------------------------------------------

    def encode(self, texts: Iterable[Document]) -> np.ndarray:
        """Return the vectors of some texts.

        Parameters
        ----------
        texts : iterable of str or of lists of str
            Raw strings or lists of tokens, also mixed; a generator is enough.

        Returns
        -------
        numpy.ndarray of float32, shape (n_texts, vector_size)
            Zeros for texts without a known word; a warning logs their number.

        Raises
        ------
        TypeError
            If a text is neither a string nor a list of strings.
        """
        check_texts(texts)
        return join_batches(self.encode_batches(texts), texts, self.vector_size)

    def encode_batches(self, texts: Iterable[Document], batch_size: int = BATCH_SIZE) -> Iterator[np.ndarray]:
        """Yield the vectors of texts batch by batch, for collections larger than memory.

        Parameters
        ----------
        texts : iterable of str or of lists of str
        batch_size : int, optional
            Texts per batch; the last batch may be smaller.

        Yields
        ------
        numpy.ndarray of float32, shape (at most batch_size, vector_size)
        """
        check_texts(texts)
        return self._encode_batches(texts, check_whole("batch_size", batch_size, 1))

    def _encode_batches(self, texts: Iterable[Document], size: int) -> Iterator[np.ndarray]:
        n_texts = n_unknown = 0
        source = iter(texts)
        while batch := list(itertools.islice(source, size)):
            rows, lengths = self._lookup.rows(batch)
            n_texts += len(batch)
            n_unknown += int((lengths == 0).sum())
            yield mean_rows(self.table, rows, lengths)
        if n_unknown:
            logger.warning("%i of %i texts have no known word: their vectors are zeros.", n_unknown, n_texts)

    def words_in(self, text: Document) -> TextWords:
        """Return the words of a text, their places in it, and what each of them adds to its vector."""
        return words_in(text, self._lookup, self.table)

    @documented_as(explain)
    def explain(self, query: Document, text: Document) -> Explanation:
        return explain(self.words_in, query, text)

    # --- saving and loading ----------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the encoder in a folder: ``encoder.json`` and ``encoder.safetensors``, no pickle.

        The splitter and key of the reader are stored if they are those of this package,
        ``str.split``, ``str`` or ``str.lower``; pass other functions to :meth:`load` again.

        Parameters
        ----------
        path : str or path
            The folder; created if needed.
        """
        arrays: dict[str, np.ndarray] = {"table": self.table, "directions": self.directions}
        if self.weights is not None:
            arrays["weights"] = self.weights
        EncoderFiles(self.words, arrays, self.settings, self.reader).write(Path(path))

    @classmethod
    def load(cls, path: str | os.PathLike[str], reader: TextReader | None = None) -> TextEncoder:
        """Load a saved encoder.

        Parameters
        ----------
        path : str or path
            The folder.
        reader : TextReader, optional
            Required if the encoder had a custom splitter or key.

        Returns
        -------
        TextEncoder

        Raises
        ------
        FileNotFoundError
            If there is no such folder.
        ValueError
            If it contains no encoder, is damaged, or `reader` is required.

        Examples
        --------
        >>> import tempfile
        >>> from gensim_distill.encoding import TextEncoder
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     TextEncoder(["rain"], [[1.0, 0.5]]).save(folder)
        ...     TextEncoder.load(folder).encode(["Rain."]).tolist()
        [[1.0, 0.5]]
        """
        files = EncoderFiles.read(Path(path), reader)
        encoder = cls(files.words, files.arrays["table"], files.reader)
        encoder.weights, encoder.directions = files.arrays.get("weights"), files.arrays["directions"]
        encoder.settings = files.settings
        return encoder

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_lookup"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lookup = WordLookup({word: row for row, word in enumerate(self.words)}, self.reader)
