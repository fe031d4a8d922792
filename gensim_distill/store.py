"""Contexts on disk, so that only the first epoch costs a teacher."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np

from gensim_distill.contexts import ContextBatch
from gensim_distill.teachers.base import IntArray


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
    """Keeps the contexts of a corpus in a temporary folder and gives them back text by text.

    Iterating gives a :class:`TextContexts` for each text, in the order of the corpus, as often as
    wanted; no more than one batch is in memory at a time. The folder is removed at the end of the
    ``with`` block.

    Parameters
    ----------
    folder : str or path, optional
        Where to make the temporary folder; the system's place for such by default. A context takes
        four bytes for each of its dimensions: with the scopes "text" and "sentence" there is one for
        each of these, with the others one for each word of the corpus.

    Attributes
    ----------
    transform : callable or None
        Applied to the contexts of a batch, float32 of shape (n, width), as they are read back.
    num_texts, num_words : int
        What has been added.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        if folder is not None:
            Path(folder).mkdir(parents=True, exist_ok=True)
        self._folder = tempfile.TemporaryDirectory(prefix="gensim-distill-", dir=folder)
        self._file = open(Path(self._folder.name) / "batches.npy", "w+b")  # noqa: SIM115 closed in __exit__
        self.transform: Callable[[np.ndarray], np.ndarray] | None = None
        self.num_texts = 0
        self.num_words = 0

    def __enter__(self) -> ContextStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._folder.cleanup()

    def add(self, batch: ContextBatch) -> None:
        """Append the contexts of some texts."""
        for array in (
            batch.words.astype(np.int32),
            batch.rows.astype(np.int32),
            batch.text_lengths.astype(np.int32),
            np.ascontiguousarray(batch.contexts, dtype=np.float32),
        ):
            np.save(self._file, array, allow_pickle=False)
        self.num_texts += len(batch.text_lengths)
        self.num_words += len(batch.words)

    def __iter__(self) -> Iterator[TextContexts]:
        self._file.flush()
        ordinal = 0
        with open(self._file.name, "rb") as file:
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
