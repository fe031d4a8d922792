"""Exact search among the vectors of texts."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias, overload

import numpy as np

from gensim_distill._utils.format_versions import format_version
from gensim_distill._utils.validation import check_choice, check_whole
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.validation import check_texts
from gensim_distill.encoding.encoder_files import reader_names
from gensim_distill.encoding.joining import join_batches
from gensim_distill.encoding.text_encoder import TextEncoder
from gensim_distill.linalg import largest, normalize
from gensim_distill.vectors.row_files import CHECKSUM, ROW_DTYPES, open_rows, row_hasher, write_rows

#: The number of a text in an index, in the order of the texts, and its cosine with the query.
Result: TypeAlias = tuple[int, float]

_FORMAT, _VERSION = "gensim-distill text index", 1
_BLOCK_BYTES = 1 << 24  # of vectors in float32
_QUERIES_AT_ONCE = 256
# More than float32 rounds; texts closer than this to the last result are compared in float64, so that equal texts have equal
# scores.
_ROUNDING = 1e-4
_LARGEST_COSINE = 1.01  # float16 rounds vectors


class TextIndex:
    """An index of texts by their vectors: the nearest texts of a query, by cosine.

    The search is exact: each query is compared with all vectors, in blocks. Only the vectors are stored, not the texts.

    Parameters
    ----------
    encoder : TextEncoder, str or path
        The encoder of the texts and of queries, or a folder for :meth:`TextEncoder.load`.
    texts : iterable of str or of lists of str
        The texts, which are read once; a generator is enough.
    dtype : {"float32", "float16"}, optional
        The dtype of the stored vectors. float16 needs half the memory, and changes cosines in the fourth digit at most.

    Attributes
    ----------
    encoder : TextEncoder
    vectors : numpy.ndarray, shape (n_texts, vector_size)
        The L2-normalized vectors; zeros for texts without a known word.
    metadata : dict of str to str
        The metadata of the file of a loaded index, among them the checksum of its vectors, which the first search compares.

    Raises
    ------
    ValueError, TypeError
        If the dtype or the encoder is invalid.

    Examples
    --------
    >>> from gensim_distill.encoding import TextEncoder, TextIndex
    >>> encoder = TextEncoder(["rain", "wet", "sun"], [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    >>> index = TextIndex(encoder, ["Sun", "Rain!", "The wet rain", "sun"])
    >>> [(number, round(score, 3)) for number, score in index.search("rain", topn=2)]
    [(1, 1.0), (2, 0.949)]
    >>> [[number for number, _ in found] for found in index.search(["wet", "sun"], topn=2)]
    [[2, 1], [0, 3]]
    """

    _checksum: str | None = None  # of the file, until it was compared

    def __init__(
        self,
        encoder: TextEncoder | str | os.PathLike[str],
        texts: Iterable[Document],
        *,
        dtype: Literal["float32", "float16"] = "float32",
    ) -> None:
        check_choice("dtype", dtype, ROW_DTYPES)
        self.encoder = encoder = _loaded(encoder)
        self.vectors = join_batches(_normalized(encoder, texts), texts, encoder.vector_size, dtype)
        self.metadata: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self.vectors)

    def __repr__(self) -> str:
        return f"TextIndex({len(self)} texts, vector_size={self.vectors.shape[1]}, dtype={self.vectors.dtype.name!r})"

    # --- searching -------------------------------------------------------------------------------

    @overload
    def search(self, queries: str, topn: int = 10) -> list[Result]: ...  # type: ignore[overload-overlap]

    @overload
    def search(self, queries: Iterable[Document], topn: int = 10) -> list[list[Result]]: ...

    def search(self, queries: str | Iterable[Document], topn: int = 10) -> list[Result] | list[list[Result]]:
        """Return the nearest texts of a query, or of several.

        Parameters
        ----------
        queries : str or iterable of str or of lists of str
            A raw string is one query. Pass a query of tokens in a list of queries: ``[["wet", "rain"]]``.
        topn : int, optional
            The number of results.

        Returns
        -------
        list of tuple of int and float, or a list of such lists
            The numbers of the texts, from 0, and their cosines, the largest first; equal ones in the order of the
            texts. A query without a known word, such as an empty one, has no results, and a warning is logged.

        Raises
        ------
        ValueError
            If `topn` is invalid, or the vectors of a loaded index are damaged, as their checksum shows.
        """
        check_whole("topn", topn, 1)
        vectors = normalize(self.encoder.encode([queries] if isinstance(queries, str) else queries).astype(np.float64))
        results: list[list[Result]] = []
        for start in range(0, len(vectors), _QUERIES_AT_ONCE):
            results += self._search(vectors[start : start + _QUERIES_AT_ONCE], topn)
        return results[0] if isinstance(queries, str) else results

    def _search(self, queries: np.ndarray, topn: int) -> list[list[Result]]:
        best = [(np.empty(0), np.empty(0, dtype=np.int64)) for _ in queries]
        with_words = np.flatnonzero(queries.any(axis=1))
        for start, block in self._blocks():
            scores = queries[with_words].astype(np.float32) @ block.T
            if scores.size and not np.abs(scores).max() <= _LARGEST_COSINE:
                raise self._damaged("its vectors are not L2-normalized")
            for number, row in zip(with_words, scores):
                best[number] = _merge(best[number], queries[number], block, row, start, topn)
        return [list(zip(ordinals.tolist(), values.tolist())) for values, ordinals in best]

    def _blocks(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the vectors in float32, block by block, each after the number of its first text.

        The first complete iteration over the vectors of a file compares their checksum, since loading does not read them.
        """
        size = max(_BLOCK_BYTES // (4 * max(self.vectors.shape[1], 1)), 1)
        hasher = None if self._checksum is None else row_hasher()
        for start in range(0, len(self.vectors), size):
            rows = self.vectors[start : start + size]
            if hasher is not None:
                hasher.update(np.ascontiguousarray(rows).data)
            yield start, np.asarray(rows, dtype=np.float32)
        if hasher is not None and hasher.hexdigest() != self._checksum:
            raise self._damaged("its checksum does not match")
        self._checksum = None

    def _damaged(self, reason: str) -> ValueError:
        path = getattr(self.vectors, "filename", None)
        named = "The index" if path is None else f"The index {str(path)!r}"
        return ValueError(f"{named} is damaged, {reason}: remove it, and build it again.")

    # --- saving and loading ----------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str], metadata: Mapping[str, str] | None = None) -> None:
        """Save the vectors in a safetensors file, which :meth:`load` memory-maps.

        Parameters
        ----------
        path : str or path
        metadata : mapping of str to str, optional
            Further metadata of the file.
        """
        _write(path, self.encoder, self.vectors.dtype.name, metadata, (block for _, block in self._blocks()))

    @classmethod
    def build(
        cls,
        path: str | os.PathLike[str],
        encoder: TextEncoder | str | os.PathLike[str],
        texts: Iterable[Document],
        *,
        dtype: Literal["float32", "float16"] = "float32",
        metadata: Mapping[str, str] | None = None,
    ) -> TextIndex:
        """Build an index in a file, for more vectors than memory can hold, and load it.

        Parameters
        ----------
        path : str or path
            The safetensors file; an existing one is replaced when the new one is complete.
        encoder, texts, dtype
            See :class:`TextIndex`.
        metadata : mapping of str to str, optional
            Further metadata of the file.

        Returns
        -------
        TextIndex

        Examples
        --------
        >>> import tempfile
        >>> from gensim_distill.encoding import TextEncoder, TextIndex
        >>> encoder = TextEncoder(["rain", "sun"], [[1.0, 0.0], [0.0, 1.0]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     index = TextIndex.build(f"{folder}/index.safetensors", encoder, (text for text in ["Rain", "Sun"]))
        ...     index.search("sun", topn=1)
        [(1, 1.0)]
        """
        check_choice("dtype", dtype, ROW_DTYPES)
        encoder = _loaded(encoder)
        _write(path, encoder, dtype, metadata, _normalized(encoder, texts))
        return cls.load(path, encoder)

    @classmethod
    def load(cls, path: str | os.PathLike[str], encoder: TextEncoder | str | os.PathLike[str]) -> TextIndex:
        """Load a saved index; its vectors are memory-mapped.

        Parameters
        ----------
        path : str or path
        encoder : TextEncoder, str or path
            The encoder that it was built with, or one with the same words, table and reader. One that is computed again from
            word vectors, as when a model of "x2static" or "aggregate" is loaded, has the same table on the same kind of
            processor only: for others save the encoder.

        Returns
        -------
        TextIndex

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        IsADirectoryError
            If the path is a folder.
        ValueError
            If the file is damaged, was written by a newer version, or was built with another encoder.
        """
        if os.path.isdir(path):
            raise IsADirectoryError(
                errno.EISDIR,
                "An index is loaded from the file that TextIndex.save has written, and this is a folder (in one of "
                "`gensim-distill search --save` the file is index.safetensors)",
                os.fspath(path),
            )
        encoder = _loaded(encoder)
        vectors, metadata = open_rows(path)
        if not format_version(metadata.get("format"), _FORMAT, _VERSION, path):
            raise ValueError(
                f"{os.fspath(path)!r} is not an index of texts: expected a file that TextIndex.save has written."
            )
        if metadata.get("encoder") != encoder_fingerprint(encoder) or vectors.shape[1] != encoder.vector_size:
            raise ValueError(
                f"The index {os.fspath(path)!r} was built with another text encoder, or with one that was computed from word vectors on "
                "another processor: load it with that one, saved by TextEncoder.save, or build it again."
            )
        index = cls.__new__(cls)
        index.encoder, index.vectors, index.metadata = encoder, vectors, metadata
        index._checksum = metadata.get(CHECKSUM)  # files of earlier versions have none
        return index


def encoder_fingerprint(encoder: TextEncoder) -> str:
    """Return a hash of all that the vectors of an encoder depend on: words, table and reader.

    Functions of a reader that this package does not know count as equal.
    """
    about = {
        "words": encoder.words,
        "pieces": encoder.pieces,
        "shape": encoder.rows.shape,
        **reader_names(encoder.reader),
    }
    digest = hashlib.blake2b(json.dumps(about).encode(), digest_size=16)
    digest.update(encoder.rows.data)
    return digest.hexdigest()


def _loaded(encoder: TextEncoder | str | os.PathLike[str]) -> TextEncoder:
    if isinstance(encoder, (str, os.PathLike)):
        return TextEncoder.load(encoder)
    if not isinstance(encoder, TextEncoder):
        raise TypeError(
            f"encoder is a {type(encoder).__name__}, where a TextEncoder or the path of one was expected: that of a model is model.text_encoder."
        )
    return encoder


def _normalized(encoder: TextEncoder, texts: Iterable[Document]) -> Iterator[np.ndarray]:
    check_texts(texts)
    return (normalize(batch, overwrite=True) for batch in encoder.encode_batches(texts))


def _write(
    path: str | os.PathLike[str],
    encoder: TextEncoder,
    dtype: str,
    metadata: Mapping[str, str] | None,
    batches: Iterable[np.ndarray],
) -> None:
    own = {"format": f"{_FORMAT} {_VERSION}", "encoder": encoder_fingerprint(encoder)}
    write_rows(path, "safetensors", encoder.vector_size, batches, dtype, {**(metadata or {}), **own})


def _merge(
    best: tuple[np.ndarray, np.ndarray],
    query: np.ndarray,
    block: np.ndarray,
    scores: np.ndarray,
    start: int,
    topn: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest cosines and their texts, among the best until now and those of a block."""
    values, ordinals = best
    worst = values[-1] if len(values) == topn else -np.inf
    if topn < len(scores):
        worst = max(worst, np.partition(scores, -topn)[-topn])
    candidates = np.flatnonzero(scores >= worst - _ROUNDING)
    exact = (block[candidates] * query).sum(axis=1)
    values, ordinals = np.concatenate([values, exact]), np.concatenate([ordinals, candidates + start])
    kept = largest(values, topn)
    return values[kept], ordinals[kept]
