"""Contexts on disk, so that only the first epoch costs a teacher."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.contexts.scopes import ContextBatch


@dataclass(slots=True)
class TextContexts:
    """The words of one text that are in the vocabulary, with their contexts.

    Attributes
    ----------
    ordinal : int
        The number of the text in the store.
    raw_words : int
        How many words the text has, those outside the vocabulary included.
    words, rows : numpy.ndarray of int64, shape (n_examples,)
        Vocabulary index of each word and the row of its context in `contexts`.
    contexts : numpy.ndarray of float32, shape (n_contexts, width)
        Shared by many texts.
    """

    ordinal: int
    raw_words: int
    words: IntArray
    rows: IntArray
    contexts: np.ndarray

    def __len__(self) -> int:
        return self.raw_words


class ContextStore:
    """Keeps the contexts of a corpus in a file and gives them back text by text.

    Iterating gives a :class:`TextContexts` for each text, in the order of the corpus, as often as
    wanted; no more than one batch is in memory at a time. Without a file of its own it has one in a temporary
    folder, which is removed at the end of the ``with`` block.

    Parameters
    ----------
    folder : str or path, optional
        Where to make the temporary folder; the system's place for such by default. A context takes
        four bytes for each of its dimensions: with the scopes "text" and "sentence" there is one for
        each of these, with the others one for each word of the corpus.
    file : str or path, optional
        A file to keep them in instead, which stays; what it has already counts after :meth:`resume` alone.

    Attributes
    ----------
    transform : callable or None
        Applied to the contexts of a batch, float32 of shape (n, width), as they are read back.
    num_texts, num_words : int
        What has been added.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.contexts.scopes import ContextBatch
    >>> from gensim_distill.statistics.context_store import ContextStore
    >>> with ContextStore() as store:
    ...     store.add(ContextBatch(np.array([7, -1, 8]), np.array([0, 0, 0]), np.array([[0.5, 0.5]]), np.array([3])))
    ...     [(text.words.tolist(), text.contexts.tolist()) for text in store]
    [([7, 8], [[0.5, 0.5]])]
    """

    def __init__(self, folder: str | Path | None = None, *, file: str | Path | None = None) -> None:
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        if file is None:
            if folder is not None:
                Path(folder).mkdir(parents=True, exist_ok=True)
            self._temporary = tempfile.TemporaryDirectory(prefix="gensim-distill-", dir=folder)
            file = Path(self._temporary.name) / "batches.npy"
        self._path = Path(file)
        self._file: IO[bytes] | None = None
        self._checksum = 0
        self.transform: Callable[[np.ndarray], np.ndarray] | None = None
        self.num_texts = 0
        self.num_words = 0

    def __enter__(self) -> ContextStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, and remove it if it is a temporary one."""
        if self._file is not None:
            # What was not written yet belongs to nothing that is kept, and may find no room.
            with contextlib.suppress(OSError):
                self._file.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def add(self, batch: ContextBatch) -> None:
        """Append the contexts of some texts.

        Raises
        ------
        OSError
            If they cannot be written, because the disk is full for instance.
        """
        file = self._open()
        arrays = (
            batch.words.astype(np.int32),
            batch.rows.astype(np.int32),
            batch.text_lengths.astype(np.int32),
            np.ascontiguousarray(batch.contexts, dtype=np.float32),
        )
        try:
            for array in arrays:
                np.save(file, array, allow_pickle=False)
        except OSError as error:
            raise OSError(
                error.errno or errno.ENOSPC,
                f"The contexts of {self.num_texts} texts are in {str(self._path)!r}, and more cannot be written there "
                f"({error.strerror or error}): make room, or give another cache_dir",
            ) from error
        if self._temporary is None:
            self._checksum = _checksum(arrays, self._checksum)
        self.num_texts += len(batch.text_lengths)
        self.num_words += len(batch.words)

    @property
    def size(self) -> int:
        """How many bytes the file has."""
        return self._open().seek(0, os.SEEK_END)

    def state(self) -> dict[str, int]:
        """Bring to the disk what has been added, and give what :meth:`resume` needs to take it up again."""
        file = self._open()
        file.flush()
        os.fsync(file.fileno())
        return {
            "bytes": self.size,
            "checksum": self._checksum,
            "texts": self.num_texts,
            "words": self.num_words,
        }

    def resume(self, state: Mapping[str, int] | None) -> None:
        """Take up what the file had when it was in some state, None for nothing; what was added later is cut off.

        Raises
        ------
        ValueError
            If the file does not hold that any more; it stays as it is.
        """
        file = self._open()
        if state is None:
            file.truncate(0)
            self._checksum = self.num_texts = self.num_words = 0
        else:
            checksum = texts = 0
            try:
                file.seek(0)
                while file.tell() < state["bytes"]:
                    arrays = [np.load(file, allow_pickle=False) for _ in range(4)]
                    checksum, texts = _checksum(arrays, checksum), texts + len(arrays[2])
            except (ValueError, EOFError, OSError) as error:
                raise ValueError(f"{str(self._path)!r} is damaged ({error})") from error
            if (file.tell(), checksum, texts) != (state["bytes"], state["checksum"], state["texts"]):
                raise ValueError(f"{str(self._path)!r} is damaged: what it holds does not agree with its checksum")
            file.truncate(state["bytes"])
            self._checksum, self.num_texts, self.num_words = checksum, texts, state["words"]
        file.seek(0, os.SEEK_END)

    def remove(self) -> None:
        """Remove the file, which nothing belongs to."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._path.unlink(missing_ok=True)

    def _open(self) -> IO[bytes]:
        if self._file is None:
            self._path.touch()
            self._file = open(self._path, "r+b")  # noqa: SIM115 closed in __exit__
        return self._file

    def __iter__(self) -> Iterator[TextContexts]:
        self._open().flush()
        ordinal = 0
        with open(self._path, "rb") as file:
            while ordinal < self.num_texts:
                words, rows, lengths, contexts = (np.load(file, allow_pickle=False) for _ in range(4))
                if self.transform is not None:
                    contexts = np.ascontiguousarray(self.transform(contexts), dtype=np.float32)
                examples = (words >= 0) & (rows >= 0)
                ends = np.cumsum(lengths)
                for length, end in zip(lengths.tolist(), ends.tolist()):
                    text = slice(end - length, end)
                    chosen = examples[text]
                    yield TextContexts(
                        ordinal,
                        length,
                        words[text][chosen].astype(np.int64),
                        rows[text][chosen].astype(np.int64),
                        contexts,
                    )
                    ordinal += 1


def _checksum(arrays: Iterable[np.ndarray], before: int) -> int:
    for array in arrays:
        before = zlib.crc32(array.reshape(-1).view(np.uint8).data, before)
    return before
