"""Vectors for whole texts: weighted means of word vectors, without what all texts have in common."""

from __future__ import annotations

import itertools
import json
import logging
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sized
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from gensim.models import KeyedVectors
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from scipy import sparse

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_whole
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.lookup import WordLookup
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.splitting import lower, split_words
from gensim_distill.encoding.weighting import (
    BATCH,
    check_settings,
    check_texts,
    frequencies,
    inverse_document_frequencies,
    unigram_moment,
)
from gensim_distill.linalg import principal_directions_from_moment

logger = logging.getLogger(__name__)

_FORMAT = "gensim-distill text encoder 1"
_SPLITTERS: dict[str, Any] = {"unicode": split_words, "white space": str.split}
_KEYS: dict[str, Any] = {"default": None, "as written": str, "lower": str.lower, "lower word": lower}


class EncoderSettings(TypedDict, total=False):
    """The settings that an encoder was built with; `texts` is whether it depends on texts as well."""

    weighting: str
    a: float
    components: int
    texts: bool


class TextEncoder:
    """Gives each text a vector: the mean of the rows of its words in a table.

    The table holds the vector of each word times its weight, with the directions that all texts
    share projected out. Both are linear, so that the mean of the rows is what weighting and projecting each
    text would give, at the price of one addition a word. Words that are not in the table do not
    count, and a text without any word in it has a vector of zeros; :meth:`encode` says how many there were.

    Usually made by :meth:`of`, or by a :class:`~gensim_distill.DistilledWord2Vec` for itself.

    Parameters
    ----------
    words : iterable of str
        Different words.
    table : array-like of float32, shape (n_words, width)
        The row of each.
    reader : TextReader, optional
        What a text's words are. By default raw strings are split at the word boundaries of Unicode
        and lower-cased, and tokens are taken as they are. A phrase such as ``new_york`` is found in
        tokens alone: pass raw text through the same :class:`gensim.models.Phrases` first.

    Attributes
    ----------
    words, table, reader
        As above.
    weights : numpy.ndarray of float64, shape (n_words,), or None
        The weight of each word.
    directions : numpy.ndarray of float64, shape (n, width)
        What was projected out, each of length one.
    settings : dict of str to Any
        `weighting`, `a`, `components`, and whether it rests on `texts`.

    Examples
    --------
    >>> from gensim_distill.encoding.text_encoder import TextEncoder
    >>> encoder = TextEncoder(["rain", "sun"], [[1.0, 0.0], [0.0, 1.0]])
    >>> encoder.encode(["Rain, sun!", ["sun", "snow"]]).tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """

    def __init__(self, words: Iterable[str], table: Any, reader: TextReader | None = None) -> None:
        self.words = list(words)
        self.table = np.ascontiguousarray(table, dtype=np.float32)
        self.reader = TextReader() if reader is None else reader
        if self.table.ndim != 2 or len(self.table) != len(self.words):
            raise ValueError(
                f"The table has the shape {self.table.shape} for {len(self.words)} words: it must have one row a word."
            )
        rows = {word: row for row, word in enumerate(self.words)}
        if len(rows) < len(self.words):
            raise ValueError(f"{len(self.words) - len(rows)} words stand there twice: give each word one row.")
        self._lookup = WordLookup(rows, self.reader)
        self.weights: np.ndarray | None = None
        self.directions = np.zeros((0, self.width))
        self.settings: EncoderSettings = {}

    @property
    def width(self) -> int:
        """The length of a vector."""
        return int(self.table.shape[1])

    def __repr__(self) -> str:
        settings = "".join(f", {name}={value!r}" for name, value in self.settings.items())
        return f"TextEncoder({len(self.words)} words, width={self.width}{settings})"

    # --- making one ----------------------------------------------------------------------------

    @classmethod
    def of(
        cls,
        vectors: KeyedVectors,
        weighting: str = "sif",
        a: float = 1e-3,
        components: int = 1,
        texts: Iterable[Document] | None = None,
        reader: TextReader | None = None,
        *,
        components_from: str | None = None,
    ) -> TextEncoder:
        """Make an encoder of word vectors.

        Parameters
        ----------
        vectors : KeyedVectors or model with ``wv``
            Any word vectors. Without counts, as in files of word2vec's formats, frequencies are taken to
            follow Zipf's law in the order of the words, and a warning says so.
        weighting : {"sif", "idf", "uniform"}, optional
            "sif" weighs a word by a / (a + p), where p is its share of all words, that is its count
            with the vectors; "idf" by log((1 + n) / (1 + d)) + 1, where d of the n `texts` have it;
            "uniform" makes plain means.
        a : float, optional
            For "sif": the smaller, the less do frequent words count. From 1e-4 to 1e-3 is usual.
        components : int, optional
            How many directions that texts share are projected out. 0 leaves vectors as they are, which serves a
            linear classifier as well; for similarity between texts take 1 or more.
        texts : iterable of str or of lists of str, optional
            Texts like those that will be encoded, at least some thousands. They are streamed: once, twice if "idf" and
            components want them, and not at all if nothing does.
        reader : TextReader, optional
            What a text's words are, see :class:`TextEncoder`. Vectors whose words have capitals want
            ``TextReader(key=str)``, which leaves the case of raw text alone.
        components_from : {"vocabulary", "texts"}, optional
            Which components: those of texts of 10 words drawn at random by their counts, or the first principal
            components, not centered, of `texts`, by default the latter if there are any. Components of texts can hold what
            tells the texts apart, when they are few or about few things; those of the vocabulary cannot.

        Returns
        -------
        TextEncoder

        Raises
        ------
        ValueError, TypeError
            If a setting cannot be used, or the texts have no known word.

        References
        ----------
        Sanjeev Arora, Yingyu Liang and Tengyu Ma. A Simple but Tough-to-Beat Baseline for Sentence
        Embeddings. ICLR 2017.

        Examples
        --------
        >>> from gensim.models import Word2Vec
        >>> from gensim.test.utils import common_texts
        >>> from gensim_distill.encoding.text_encoder import TextEncoder
        >>> vectors = Word2Vec(common_texts, min_count=1, vector_size=8, seed=1).wv
        >>> TextEncoder.of(vectors, texts=common_texts).encode(["Human interface"]).shape
        (1, 8)
        """
        vectors = getattr(vectors, "wv", vectors)
        check_settings(weighting, a, components, vectors.vector_size)
        if not len(vectors):
            raise ValueError("The vectors have no words: train or fill them first.")
        if texts is None and weighting == "idf":
            raise ValueError(
                "weighting='idf' needs to know in how many texts each word occurs: give texts=, or weighting='sif', which "
                "makes do with the counts of the words."
            )
        if components_from not in (None, "vocabulary", "texts") or (components_from == "texts" and texts is None):
            raise ValueError(
                f"components_from={components_from!r}: give 'vocabulary', or 'texts' together with texts=."
            )
        by_texts = bool(components) and texts is not None and components_from != "vocabulary"
        if texts is not None:
            check_texts(texts, passes=2 if weighting == "idf" and by_texts else 1)
        finite = np.isfinite(vectors.vectors.sum(axis=1))
        if not finite.all():
            bad = vectors.index_to_key[int(np.argmin(finite))]
            raise ValueError(f"The vector of {bad!r} holds numbers that are not finite: mend or leave out such words.")
        reader = TextReader() if reader is None else reader
        # Asked for once, since it may have to warn.
        shares = frequencies(vectors) if weighting == "sif" or (components and not by_texts) else np.empty(0)
        if weighting == "idf":
            weights = inverse_document_frequencies(WordLookup(vectors.key_to_index, reader), texts or (), len(vectors))
        elif weighting == "sif":
            weights = a / (a + shares)
        else:
            weights = np.ones(len(vectors))
        settings: EncoderSettings = {
            "weighting": weighting,
            "a": a,
            "components": components,
            "texts": by_texts or weighting == "idf",
        }
        encoder = cls.from_parts(vectors, weights, reader=reader, settings=settings)
        if components:
            moment = encoder._moment(texts or ()) if by_texts else unigram_moment(encoder.table, shares)
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
        settings : EncoderSettings, optional
            The settings that weights and directions were found with.

        Returns
        -------
        TextEncoder
        """
        directions = np.zeros((0, vectors.vector_size)) if directions is None else directions
        table = vectors.vectors * weights[:, None].astype(np.float32)
        if len(directions):
            table -= (table @ directions.T.astype(np.float32)) @ directions.astype(np.float32)
        encoder = cls(vectors.index_to_key, table, reader)
        encoder.weights, encoder.directions, encoder.settings = weights, directions, settings or {}
        return encoder

    def _moment(self, texts: Iterable[Document]) -> np.ndarray:
        """Sum the outer products of the vectors of some texts with themselves."""
        moment = np.zeros((self.width, self.width))
        for batch in self._batches(texts, BATCH):
            moment += batch.T.astype(np.float64) @ batch
        if not moment.any():
            raise ValueError("The texts have no word that has a vector: give texts like those to be encoded.")
        return moment

    # --- using it ------------------------------------------------------------------------------

    def encode(self, texts: Iterable[Document]) -> np.ndarray:
        """Give the vectors of some texts.

        Parameters
        ----------
        texts : iterable of str or of lists of str
            Raw strings or lists of tokens, or some of both; a generator will do.

        Returns
        -------
        numpy.ndarray of float32, shape (n_texts, width)
            In the order of the texts; zeros where no word is known, and a warning is logged that says how often.
        """
        check_texts(texts)
        if isinstance(texts, Sized):
            vectors = np.empty((len(texts), self.width), dtype=np.float32)
            end = 0
            for batch in self.encode_batches(texts):
                vectors[end : end + len(batch)] = batch
                end += len(batch)
            return vectors
        batches = list(self.encode_batches(texts))
        return np.concatenate(batches) if batches else np.zeros((0, self.width), dtype=np.float32)

    def encode_batches(self, texts: Iterable[Document], batch_size: int = BATCH) -> Iterator[np.ndarray]:
        """Give the vectors of texts that are too many for memory, batch by batch.

        Parameters
        ----------
        texts : iterable of str or of lists of str
        batch_size : int, optional
            How many texts a batch has; the last may have fewer.

        Returns
        -------
        iterator of numpy.ndarray of float32, shape (at most batch_size, width)
        """
        check_texts(texts)
        return self._batches(texts, check_whole("batch_size", batch_size, 1))

    def _batches(self, texts: Iterable[Document], size: int) -> Iterator[np.ndarray]:
        number = without = 0
        source = iter(texts)
        while batch := list(itertools.islice(source, size)):
            rows, lengths = self._lookup.rows(batch)
            number += len(batch)
            without += int((lengths == 0).sum())
            yield self._means(rows, lengths)
        if without:
            logger.warning("%i of %i texts have no known word: their vectors are zeros.", without, number)

    def _means(self, rows: IntArray, lengths: IntArray) -> np.ndarray:
        shares = np.repeat((1 / np.maximum(lengths, 1)).astype(np.float32), lengths)
        ends = np.concatenate([[0], np.cumsum(lengths)])
        index = np.int32 if len(rows) < 2**31 else np.int64
        words = sparse.csr_array(
            (shares, rows.astype(index), ends.astype(index)), shape=(len(lengths), len(self.table))
        )
        means: np.ndarray = words @ self.table
        return means

    # --- on disk ---------------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the encoder into a folder: ``encoder.json`` and ``encoder.safetensors``, no pickle.

        Of the reader the splitter and key are kept if they are the package's own,
        ``str.split``, ``str`` or ``str.lower``; other functions have to be given to :meth:`load` again.

        Parameters
        ----------
        path : str or path
            Made if it is not there.
        """
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, np.ndarray] = {"table": self.table, "directions": self.directions}
        if self.weights is not None:
            arrays["weights"] = self.weights
        same = uuid.uuid4().hex  # by which the two files know each other
        about = {
            "format": _FORMAT,
            "id": same,
            "settings": self.settings,
            "word_splitter": _name_of(self.reader.word_splitter, _SPLITTERS),
            "key": _name_of(self.reader.key, _KEYS),
            "words": self.words,
        }
        save_file(arrays, folder / "encoder.safetensors", metadata={"format": _FORMAT, "id": same})
        (folder / "encoder.json").write_text(json.dumps(about, indent=0), encoding="utf-8")

    @classmethod
    def load(cls, path: str | os.PathLike[str], reader: TextReader | None = None) -> TextEncoder:
        """Read what :meth:`save` wrote.

        Parameters
        ----------
        path : str or path
            The folder.
        reader : TextReader, optional
            Needed if the encoder had a splitter or key of your own.

        Raises
        ------
        FileNotFoundError
            If there is no such folder.
        ValueError
            If it holds no encoder, is damaged, or the reader has to be given.

        Examples
        --------
        >>> import tempfile
        >>> from gensim_distill.encoding.text_encoder import TextEncoder
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     TextEncoder(["rain"], [[1.0, 0.5]]).save(folder)
        ...     TextEncoder.load(folder).encode(["Rain."]).tolist()
        [[1.0, 0.5]]
        """
        folder = Path(path)
        if not (folder / "encoder.json").is_file():
            raise FileNotFoundError(
                f"{str(folder)!r} holds no encoder.json: give the folder that TextEncoder.save wrote."
            )
        try:
            about = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
            with safe_open(folder / "encoder.safetensors", framework="numpy") as file:
                header = file.metadata() or {}
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 no mapping
            if about["format"] != _FORMAT or header.get("id") != about["id"]:
                raise ValueError("its two files are not of one encoder of this version")
            names = about["word_splitter"], about["key"]
            if reader is None and "custom" not in names:
                reader = TextReader(_SPLITTERS[names[0]], _KEYS[names[1]])
            encoder = None if reader is None else cls(about["words"], arrays["table"], reader)
        except (KeyError, TypeError, ValueError, SafetensorError) as error:
            raise ValueError(f"{str(folder)!r} holds no whole text encoder ({error}).") from error
        if encoder is None:
            raise ValueError(
                f"The encoder in {str(folder)!r} had a splitter or key of its own, which is not stored: give it again, "
                "TextEncoder.load(path, reader=TextReader(...))."
            )
        encoder.weights, encoder.directions = arrays.get("weights"), arrays["directions"]
        encoder.settings = about["settings"]
        return encoder

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_lookup"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lookup = WordLookup({word: row for row, word in enumerate(self.words)}, self.reader)


def _name_of(function: Any, names: Mapping[str, Any]) -> str:
    return next((name for name, known in names.items() if known is function), "custom")
