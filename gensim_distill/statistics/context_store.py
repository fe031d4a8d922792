"""The contexts of a corpus on disk, for gradient descent: the teacher reads the corpus only once, whatever the epochs."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.folders import create_folder
from gensim_distill._utils.temporary_folders import locked_folder
from gensim_distill.contexts.scopes import ContextBatch

_PREFIX = "gensim-distill-contexts-"
_CHUNK = 1 << 20


def is_context_file(path: str | os.PathLike[str]) -> bool:
    """Return whether a file begins like one of a :class:`ContextStore`, or is empty."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(len(np.lib.format.MAGIC_PREFIX)) in (b"", np.lib.format.MAGIC_PREFIX)


@dataclass(slots=True)
class DocumentContexts:
    """The words of one document that are in the vocabulary, with their contexts.

    Attributes
    ----------
    ordinal : int
        The number of the document in the store, from 0; of successive documents without words the first one's.
    raw_words : int
        The number of words of the document, including those outside the vocabulary.
    words, rows : numpy.ndarray of int64, shape (n_examples,)
        The index of each word in the vocabulary, and the row of its context in `contexts`.
    contexts : numpy.ndarray of float32, shape (n_contexts, width)
        The contexts of a whole batch, shared by its documents.
    """

    ordinal: int
    raw_words: int
    words: IntArray
    rows: IntArray
    contexts: np.ndarray

    def __len__(self) -> int:
        return self.raw_words


class ContextStore:
    """A file with the contexts of a corpus, from which they are read back document by document.

    Iteration yields a :class:`DocumentContexts` for each document, in the order of the corpus, any number of times,
    with one batch in memory at a time. By default the file is in a temporary folder, which is removed at the end of
    the ``with`` block.

    Parameters
    ----------
    folder : str or path, optional
        The parent of the temporary folder; by default the system's. A context takes four bytes per dimension. The
        scopes "text" and "sentence" have one context per document or sentence, the others one per word.
    file : str or path, optional
        A permanent file to use instead. Its existing contents are used only after :meth:`resume`.

    Attributes
    ----------
    transform : callable or None
        A function applied to the contexts of each batch, float32 of shape (n, width), when they are read back.
    num_documents, num_words : int
        The number of documents and words in the store.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.contexts.scopes import ContextBatch
    >>> from gensim_distill.statistics.context_store import ContextStore
    >>> with ContextStore() as store:
    ...     store.add(ContextBatch(np.array([7, -1, 8]), np.array([0, 0, 0]), np.array([[0.5, 0.5]]), np.array([3])))
    ...     [(document.words.tolist(), document.contexts.tolist()) for document in store]
    [([7, 8], [[0.5, 0.5]])]
    """

    def __init__(self, folder: str | Path | None = None, *, file: str | Path | None = None) -> None:
        self._temporary: contextlib.ExitStack | None = None
        if file is None:
            parent = Path(tempfile.gettempdir() if folder is None else folder)
            create_folder(parent)
            self._temporary = contextlib.ExitStack()
            file = self._temporary.enter_context(locked_folder(parent, _PREFIX, mode=0o700)) / "batches.npy"
        self._path = Path(file)
        self._file: IO[bytes] | None = None
        self._checksum = 0
        self.transform: Callable[[np.ndarray], np.ndarray] | None = None
        self.num_documents = 0
        self.num_words = 0

    def __enter__(self) -> ContextStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; remove it if it is temporary."""
        if self._file is not None:
            # Unflushed data belongs to no checkpoint; flushing it may fail on a full disk.
            with contextlib.suppress(OSError):
                self._file.close()
        if self._temporary is not None:
            self._temporary.close()

    def add(self, batch: ContextBatch) -> None:
        """Append the contexts of some documents.

        Raises
        ------
        OSError
            If they cannot be written, for example because the disk is full.
        """
        file = self._open()
        arrays = (
            batch.words.astype(np.int32),
            batch.rows.astype(np.int32),
            batch.document_lengths.astype(np.int32),
            np.ascontiguousarray(batch.contexts, dtype=np.float32),
        )
        try:
            for array in arrays:
                self._write(file, array)
        except OSError as error:
            raise OSError(
                error.errno or errno.ENOSPC,
                f"{str(self._path)!r} has the contexts of {self.num_documents} documents, and more cannot be written "
                f"({error.strerror or error}): free disk space, or use another cache_dir",
            ) from error
        self.num_documents += len(batch.document_lengths)
        self.num_words += len(batch.words)

    def _write(self, file: IO[bytes], array: np.ndarray) -> None:
        """Append an array as ``numpy.save`` does, and include all its bytes, those of the header too, in the checksum."""
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
        for part in (header.getbuffer(), array.reshape(-1).view(np.uint8).data):
            file.write(part)
            if self._temporary is None:
                self._checksum = zlib.crc32(part, self._checksum)

    @property
    def size(self) -> int:
        """The size of the file in bytes."""
        return self._open().seek(0, os.SEEK_END)

    def state(self) -> dict[str, int]:
        """Sync the file to the disk; return its state, with a checksum, for :meth:`resume`."""
        file = self._open()
        file.flush()
        os.fsync(file.fileno())
        return {
            "bytes": self.size,
            "crc32": self._checksum,
            "texts": self.num_documents,
            "words": self.num_words,
        }

    def resume(self, state: Mapping[str, int] | None) -> None:
        """Reset the file to an earlier state; what was added later is removed.

        Parameters
        ----------
        state : mapping of str to int, or None
            A result of :meth:`state`; None removes everything.

        Raises
        ------
        ValueError
            If the file no longer matches the checksum of that state, or is of another program; it is not changed then.
        """
        file = self._open()
        if state is None:
            if not is_context_file(self._path):
                raise ValueError(
                    f"{str(self._path)!r} is not a file of contexts of gensim-distill: move it away, or use another cache_dir."
                )
            file.truncate(0)
            self._checksum = self.num_documents = self.num_words = 0
        else:
            # Nothing is parsed before the checksum has shown that these are the bytes that were written.
            checksum = remaining = 0
            try:
                remaining, expected = state["bytes"], state["crc32"]
                file.seek(0)
                while remaining and (chunk := file.read(min(remaining, _CHUNK))):
                    checksum, remaining = zlib.crc32(chunk, checksum), remaining - len(chunk)
            except KeyError:
                raise ValueError(f"{str(self._path)!r} was written by another version of gensim-distill") from None
            except OSError as error:
                raise ValueError(f"{str(self._path)!r} is damaged ({error})") from error
            if remaining or checksum != expected:
                raise ValueError(f"{str(self._path)!r} is damaged: its contents do not match its checksum")
            file.truncate(state["bytes"])
            self._checksum, self.num_documents, self.num_words = checksum, state["texts"], state["words"]
        file.seek(0, os.SEEK_END)

    def remove(self) -> None:
        """Remove the file, when no checkpoint refers to it."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._path.unlink(missing_ok=True)

    def _open(self) -> IO[bytes]:
        if self._file is None:
            self._path.touch()
            self._file = open(self._path, "r+b")  # noqa: SIM115 closed in close
        return self._file

    def __iter__(self) -> Iterator[DocumentContexts]:
        self._open().flush()
        ordinal = 0
        with open(self._path, "rb") as file:
            while ordinal < self.num_documents:
                words, rows, lengths, contexts = (np.load(file, allow_pickle=False) for _ in range(4))
                if self.transform is not None:
                    contexts = np.ascontiguousarray(self.transform(contexts), dtype=np.float32)
                examples = (words >= 0) & (rows >= 0)
                ends = np.cumsum(lengths)
                found: DocumentContexts | None = None
                for length, end in zip(lengths.tolist(), ends.tolist()):
                    # Successive documents without words are one object: gensim's loop collects any number of them.
                    if found is None or length or found.raw_words:
                        document = slice(end - length, end)
                        chosen = examples[document]
                        found = DocumentContexts(
                            ordinal,
                            length,
                            words[document][chosen].astype(np.int64),
                            rows[document][chosen].astype(np.int64),
                            contexts,
                        )
                    yield found
                    ordinal += 1
