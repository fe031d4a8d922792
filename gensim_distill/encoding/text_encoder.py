"""Vectors of whole texts: means of rows of words and pieces, learned or computed from word vectors."""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
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
from gensim_distill.encoding.weighting import BATCH_SIZE, EncoderSettings, Weighting, check_rows, mean_rows
from gensim_distill.encoding.word_pieces import WordPieces
from gensim_distill.encoding.word_weights import WordWeights, fit_word_weights, weighted_table
from gensim_distill.objectives.text_table import TextTable
from gensim_distill.vectors.quantization import VectorDtype, float_rows

logger = logging.getLogger(__name__)


class TextEncoder:
    """An encoder of texts: the vector of a text is the mean of the rows of its words in a table.

    The rows are learned from the teacher's own vectors of texts (:meth:`from_text_table`), or a row is the vector of a word
    times its weight, with the components that all texts share projected out (:meth:`of`). Encoding costs one addition per
    word. A word without a row is divided into `pieces`, of which each counts as a word; without pieces, or if it cannot be
    divided, it is ignored. A text without any known word has a vector of zeros; :meth:`encode` logs the number of such texts.

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
    pieces : iterable of str, optional
        Distinct strings that words without a row are divided into, greedily, the longest match first: the beginning of a
        word is a word or a piece, and the rest are pieces.
    piece_table : array-like of float32, shape (n_pieces, vector_size), optional
        The row of each piece.

    Attributes
    ----------
    words, table, reader, pieces, piece_table
        As above.
    rows : numpy.ndarray of float32, shape (n_words + n_pieces, vector_size)
        `table` and `piece_table`, concatenated.
    weights : numpy.ndarray of float64, shape (n_words,), or None
        The weight of each word; None if the table was not computed from word vectors.
    directions : numpy.ndarray of float64, shape (n, vector_size)
        The directions projected out, L2-normalized.
    settings : EncoderSettings
        A dict of `weighting`, `a`, `components`, and whether they depend on `texts`; ``{"weighting": "learned"}`` for
        rows that were learned.

    Raises
    ------
    ValueError
        If a table does not have one row per word or piece, or a word or piece occurs twice.

    Examples
    --------
    >>> from gensim_distill.encoding import TextEncoder
    >>> encoder = TextEncoder(["rain", "sun"], [[1.0, 0.0], [0.0, 1.0]])
    >>> encoder.encode(["Rain, sun!", ["sun", "snow"]]).tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """

    def __init__(
        self,
        words: Iterable[str],
        table: npt.ArrayLike,
        reader: TextReader | None = None,
        *,
        pieces: Iterable[str] = (),
        piece_table: npt.ArrayLike | None = None,
    ) -> None:
        self.words, self.pieces = list(words), list(pieces)
        self.reader = TextReader() if reader is None else reader
        self.table = np.ascontiguousarray(table, dtype=np.float32)
        check_rows(self.table, self.words, "words")
        self.piece_table = np.ascontiguousarray(
            self.table[:0] if piece_table is None else piece_table, dtype=np.float32
        )
        check_rows(self.piece_table, self.pieces, "pieces", self.vector_size)
        self.weights: np.ndarray | None = None
        self.directions = np.zeros((0, self.vector_size))
        self.settings: EncoderSettings = {}
        self._prepare()

    def _prepare(self) -> None:
        self.rows = self.table
        self._division: WordPieces | None = None
        if self.pieces:
            self._division = WordPieces(self.words, self.pieces)
            self.rows = np.concatenate([self.table, self.piece_table])
            # Parts of one array, so that the memory is needed once.
            self.table, self.piece_table = self.rows[: len(self.words)], self.rows[len(self.words) :]
        self._index = {word: row for row, word in enumerate(self.words)}
        self._lookup = WordLookup(self._index, self.reader, None if self._division is None else self._division.rows)

    @property
    def vector_size(self) -> int:
        """The number of dimensions of the vectors."""
        return int(self.table.shape[1])

    def __repr__(self) -> str:
        settings = "".join(f", {name}={value!r}" for name, value in self.settings.items())
        pieces = f", {len(self.pieces)} pieces" if self.pieces else ""
        return f"TextEncoder({len(self.words)} words{pieces}, vector_size={self.vector_size}{settings})"

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
            "sif" weights a word by a / (a + p), where p is its relative frequency by the counts of the vectors; "idf" by
            log((1 + n) / (1 + d)) + 1, where d of the n `texts` contain it; "uniform" gives plain means.
        a : float, optional
            For "sif": the smaller, the lower the weights of frequent words. Usually from 1e-4 to 1e-3.
        components : int, optional
            Number of common components to project out, by default 1, or 0 for a single word or dimension, of which nothing
            would be left. 0 is as good for a linear classifier; use 1 or more for similarity between texts.
        texts : iterable of str or of lists of str, optional
            Texts like those to be encoded, at least a few thousand; streamed once, twice if "idf" and components need them.
        reader : TextReader, optional
            See :class:`TextEncoder`. For words with capitals use ``TextReader(key=str)``, which keeps the case of raw text.
        components_from : {"vocabulary", "texts"}, optional
            The source of the common components. "vocabulary": the expected components of texts of 10 words drawn at random
            by their counts. "texts", the default if there are any: the first principal components, not centered, of `texts`.
            If these are few or on few topics, the components can hold their differences; those of the vocabulary cannot.

        Returns
        -------
        TextEncoder

        Raises
        ------
        ValueError, TypeError
            If a parameter is invalid, a vector is not finite, or the texts have no known word.

        References
        ----------
        Sanjeev Arora, Yingyu Liang and Tengyu Ma. A Simple but Tough-to-Beat Baseline for Sentence Embeddings. ICLR 2017.

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
        reader = TextReader() if reader is None else reader
        fitted = fit_word_weights(vectors, weighting, a, components, texts, reader, components_from)
        return cls.from_weights(vectors, fitted, reader)

    @classmethod
    def from_weights(cls, vectors: KeyedVectors, fitted: WordWeights, reader: TextReader | None = None) -> TextEncoder:
        """Build an encoder from word vectors, and weights that :meth:`of` has fitted to them.

        Parameters
        ----------
        vectors : KeyedVectors
        fitted : WordWeights
            Weights of the words, and directions to project out.
        reader : TextReader, optional
            See :class:`TextEncoder`.

        Returns
        -------
        TextEncoder
        """
        encoder = cls(vectors.index_to_key, weighted_table(vectors, fitted.weights, fitted.directions), reader)
        encoder.weights, encoder.directions, encoder.settings = fitted.weights, fitted.directions, fitted.settings
        return encoder

    @classmethod
    def from_text_table(cls, words: Sequence[str], table: TextTable, reader: TextReader | None = None) -> TextEncoder:
        """Build an encoder from rows that were learned from the teacher's vectors of texts, the default encoder of a model.

        Parameters
        ----------
        words : sequence of str
            The words of the rows, ``model.learned.words``. Those whose row is zero are read as pieces.
        table : TextTable
            The rows, ``model.learned.text_table``.
        reader : TextReader, optional
            See :class:`TextEncoder`.

        Returns
        -------
        TextEncoder

        Raises
        ------
        ValueError
            If the table does not have one row per word.

        Examples
        --------
        >>> import numpy as np
        >>> from gensim_distill.encoding import TextEncoder
        >>> from gensim_distill.objectives.text_table import TextTable
        >>> rows, piece_rows = np.eye(2, dtype=np.float32), np.ones((1, 2), dtype=np.float32)
        >>> encoder = TextEncoder.from_text_table(["rain", "sun"], TextTable(rows, ("y",), piece_rows))
        >>> encoder
        TextEncoder(2 words, 1 pieces, vector_size=2, weighting='learned')
        >>> encoder.encode(["Rainy?"]).tolist()
        [[1.0, 0.5]]
        """
        if len(words) != len(table.rows):
            raise ValueError(
                f"The text table has {len(table.rows)} rows for {len(words)} words: it must have one row per word."
            )
        has_row = np.any(table.rows, axis=1)
        encoder = cls(
            itertools.compress(words, has_row.tolist()),
            table.rows[has_row],
            reader,
            pieces=table.pieces,
            piece_table=table.piece_rows,
        )
        encoder.settings = {"weighting": "learned"}
        return encoder

    # --- encoding --------------------------------------------------------------------------------

    def encode(self, texts: Iterable[Document]) -> np.ndarray:
        """Return the vectors of some texts, each the mean of the rows of its words and pieces.

        Parameters
        ----------
        texts : iterable of str or of lists of str
            Raw strings or lists of tokens, also mixed, from queries to documents; a generator is enough.

        Returns
        -------
        numpy.ndarray of float32, shape (n_texts, vector_size)
            Zeros for texts without a known word; a warning logs their number. Vectors are not L2-normalized.

        Raises
        ------
        TypeError
            If a text is neither a string nor a list of strings.

        Examples
        --------
        >>> from gensim_distill.encoding import TextEncoder
        >>> encoder = TextEncoder(["rain", "sun"], [[1.0, 0.0], [0.0, 1.0]])
        >>> encoder.encode(text for text in ["Sun!", ["rain", "rain", "sun", "sun"]]).tolist()
        [[0.0, 1.0], [0.5, 0.5]]
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
            yield mean_rows(self.rows, rows, lengths)
        if n_unknown:
            logger.warning("%i of %i texts have no known word: their vectors are zeros.", n_unknown, n_texts)

    def words_in(self, text: Document) -> TextWords:
        """Return the words of a text, their places in it, and what each of them adds to its vector."""
        return words_in(text, self._lookup, self.rows)

    @documented_as(explain)
    def explain(self, query: Document, text: Document) -> Explanation:
        return explain(self.words_in, query, text)

    # --- saving and loading ----------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str], *, dtype: VectorDtype = "float32") -> None:
        """Save the encoder in a folder: ``encoder.json`` and ``encoder.safetensors``, no pickle.

        The splitter and key of the reader are stored if they are those of this package, ``str.split``, ``str`` or
        ``str.lower``; pass other functions to :meth:`load` again.

        Parameters
        ----------
        path : str or path
            The folder; created if needed.
        dtype : {"float32", "float16"}, optional
            The dtype of the stored rows.
        """
        arrays: dict[str, np.ndarray] = {"table": float_rows(self.table, dtype), "directions": self.directions}
        if self.weights is not None:
            arrays["weights"] = self.weights
        if self.pieces:
            arrays["piece_table"] = float_rows(self.piece_table, dtype)
        EncoderFiles(self.words, self.pieces, arrays, self.settings, self.reader).write(Path(path))

    @classmethod
    def load(cls, path: str | os.PathLike[str], reader: TextReader | None = None) -> TextEncoder:
        """Load a saved encoder.

        Parameters
        ----------
        path : str or path
            The folder, or one that has an encoder in it: of ``gensim-distill train``, or of ``save_pretrained``.
        reader : TextReader, optional
            Required if the encoder had a custom splitter or key.

        Returns
        -------
        TextEncoder

        Raises
        ------
        FileNotFoundError
            If there is no such folder, or it contains no encoder.
        ValueError
            If it is damaged, or `reader` is required.

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
        arrays = files.arrays
        encoder = cls(
            files.words, arrays["table"], files.reader, pieces=files.pieces, piece_table=arrays.get("piece_table")
        )
        encoder.weights, encoder.directions = arrays.get("weights"), arrays["directions"]
        encoder.settings = files.settings
        return encoder

    def __getstate__(self) -> dict[str, Any]:
        computed = ("_lookup", "_index", "rows", "_division")
        return {name: value for name, value in self.__dict__.items() if name not in computed}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "pieces" not in state:  # from an earlier version
            self.pieces, self.piece_table = [], self.table[:0]
        self._prepare()
