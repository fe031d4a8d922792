"""Checkpoints of a pass over a corpus, from which an interrupted training resumes."""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any

from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.corpus.documents import Document
from gensim_distill.statistics.checkpoint_files import CheckpointFiles, CheckpointState, megabytes
from gensim_distill.statistics.context_store import ContextStore
from gensim_distill.statistics.corpus_statistics import CorpusStatistics, ShardStatistics
from gensim_distill.statistics.hashes import extend_hash
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextStore

logger = logging.getLogger(__name__)

#: Seconds between two checkpoints.
INTERVAL = 60.0
#: The interval is at least this multiple of the time that the last checkpoint took to write.
INTERVAL_PER_WRITE_TIME = 20.0


class Checkpoint:
    """Statistics of a corpus that are saved during the pass, so that an interrupted training can resume.

    A checkpoint is written at intervals, and when the ``with`` block ends with an exception. The previous one is
    kept, ``.previous``, so that one of the two is complete whenever the process ends. A damaged file is detected by
    its checksum. The folder is locked during the block.

    Parameters
    ----------
    statistics : CorpusStatistics
        Statistics of no documents.
    folder : str or path
        The folder of the checkpoint; it is created if necessary.
    number : int, optional
        The number of the training; each has its own files.
    fingerprint : mapping of str to Any, optional
        The inputs that determine the statistics; see :func:`~gensim_distill.statistics.fingerprint.fingerprint`.
    size : int, optional
        The approximate final size of the checkpoint, in bytes.
    contexts : int, optional
        The approximate final size of the contexts, in bytes, for gradient descent, which needs the contexts
        themselves; they are saved in a file of their own. By default only the statistics are saved.

    Attributes
    ----------
    statistics : CorpusStatistics
        The statistics of the documents so far.
    complete : bool
        Whether nothing remains to be read.
    shards : int
        Of a distributed corpus, the number of shards in the statistics.
    corpus_documents : int
        The number of documents of the corpus up to the last one in the statistics, those that the budget skips included.
    store : ContextStore or None
        The contexts, if they are saved; closed when the block ends.

    Raises
    ------
    ValueError
        On entering the block, if the checkpoint has another fingerprint, or is damaged and has no previous one.
    RuntimeError
        If another process uses the folder.
    OSError
        If the folder is not writable, or its disk has too little space.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> from gensim_distill.statistics.checkpoint import Checkpoint
    >>> from gensim_distill.contexts.scopes import ContextBatch
    >>> from gensim_distill.contexts.views import View
    >>> from gensim_distill.statistics.corpus_statistics import CorpusStatistics
    >>> view = View((0,), "token")
    >>> def contexts_of(document):
    ...     words, n = np.array([int(token) for token in document]), len(document)
    ...     return {view.name: ContextBatch(words, np.arange(n), np.ones((n, 3)), np.array([n]))}
    >>> folder = tempfile.TemporaryDirectory()
    >>> corpus = [["0", "1"], ["1"], ["0", "0"]]
    >>> try:
    ...     with Checkpoint(CorpusStatistics.empty([view], 2, 3), folder.name) as checkpoint:
    ...         for document in checkpoint.skip_processed(corpus):
    ...             if document == ["1"]:
    ...                 raise KeyboardInterrupt
    ...             checkpoint.add(contexts_of(document))
    ... except KeyboardInterrupt:
    ...     pass
    >>> with Checkpoint(CorpusStatistics.empty([view], 2, 3), folder.name) as checkpoint:
    ...     print(list(checkpoint.skip_processed(corpus)))
    [['1'], ['0', '0']]
    >>> folder.cleanup()
    """

    def __init__(
        self,
        statistics: CorpusStatistics,
        folder: str | os.PathLike[str],
        *,
        number: int = 1,
        fingerprint: Mapping[str, Any] | None = None,
        size: int = 0,
        contexts: int | None = None,
    ) -> None:
        self.statistics = statistics
        self.complete = False
        self.shards = self.corpus_documents = 0
        self._files = CheckpointFiles(folder, number)
        self._fingerprint = dict(fingerprint or {})
        self._size, self._contexts_size = size, contexts or 0
        self.store = None if contexts is None else ContextStore(file=self._files.contexts_path)
        # The hash of all documents, or shards, in the statistics, and those up to each document read ahead of them.
        self._corpus_hash = b""
        self._hashes_ahead: deque[bytes] = deque()
        self._consistent = True
        self._saved_documents = 0
        self._last_write_failed = False
        self._next_write = time.monotonic() + INTERVAL

    def __enter__(self) -> Checkpoint:
        self._files.lock()
        try:
            self._files.remove_unfinished()
            state = self._files.load(self._fingerprint, self.store)
            if state is not None:
                if self.statistics.texts is not None and state.statistics.texts is not None:
                    # Texts are added to the store that has the words of the vocabulary.
                    self.statistics.texts.merge(state.statistics.texts)
                    state.statistics.texts = self.statistics.texts
                self.statistics, self.complete, self._corpus_hash = state.statistics, state.complete, state.corpus_hash
                self.shards, self.corpus_documents = state.shards, state.corpus_documents
                self._saved_documents = state.statistics.documents
            if not self.complete:
                used = 0 if self.store is None else self.store.size
                self._files.check_disk_space(self._size, self._contexts_size, used)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is not None:
                self._write_if_new()
            nothing_saved = not self.statistics.documents and not self._files.existing()
            if self.store is not None and self._consistent and nothing_saved:
                self.store.remove()
            if error is not None and not self.complete:
                self._log_interruption()
        except Exception:  # the exception that ended the block is the one to raise
            logger.exception("The checkpoint %r could not be written.", self._files.path)
        finally:
            self._close()

    def _log_interruption(self) -> None:
        if self._saved_documents:
            logger.info(
                "Interrupted after %i passages, saved in %r: the same call resumes from there.",
                self._saved_documents,
                self._files.path,
            )
        else:
            logger.info("Interrupted before there was anything to save in %r.", self._files.folder)

    def _close(self) -> None:
        """Close the store and unlock the folder."""
        if self.store is not None:
            self.store.close()
        self._files.unlock()

    def skip_processed(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Yield those documents, or passages, of the corpus that are not in the statistics yet.

        Raises
        ------
        ValueError
            If the documents in the statistics were different ones; before the first document is yielded.
        """
        processed, number, current = self.statistics.documents, 0, b""
        for document in documents:
            if number == processed:
                self._check_corpus_hash(current)
            number += 1
            current = extend_hash(current, document)
            if number > processed:
                if self.complete:
                    raise self._different_corpus()
                self._hashes_ahead.append(current)
                yield document
        if number < processed:
            raise self._different_corpus()
        if number == processed:
            self._check_corpus_hash(current)

    def at_document(self, number: int) -> None:
        """Note the number of documents of the corpus up to those that are added next."""
        self.corpus_documents = number

    def add(self, contexts: Mapping[str, ContextBatch]) -> None:
        """Add the contexts of the next documents of :meth:`skip_processed`, and write a checkpoint if it is time."""
        # An interruption inside leaves the documents in some of the sums only.
        self._consistent = False
        before = self.statistics.documents
        if self.store is not None:
            for batch in contexts.values():
                self.store.add(batch)
        self.statistics.add(contexts)
        for _ in range(self.statistics.documents - before):
            self._corpus_hash = self._hashes_ahead.popleft()
        self._write_if_due()

    def check_shards(self, shard_hashes: Iterable[bytes]) -> None:
        """Check that these are the hashes of the shards in the statistics.

        Raises
        ------
        ValueError
            If they are not.
        """
        current, number = b"", 0
        for shard_hash in shard_hashes:
            current = extend_hash(current, shard_hash.hex())
            number += 1
        if number != self.shards:
            raise self._different_corpus()
        self._check_corpus_hash(current)

    def add_shard(self, shard: ShardStatistics) -> None:
        """Add the statistics of the next shard or shards, and write a checkpoint if it is time."""
        self._consistent = False
        self.statistics.merge(shard.statistics, shard.words)
        self.corpus_documents += shard.corpus_documents
        self.shards += len(shard.shard_hashes)
        for shard_hash in shard.shard_hashes:
            self._corpus_hash = extend_hash(self._corpus_hash, shard_hash.hex())
        self._write_if_due()

    def end_of_corpus(self) -> None:
        """Write a checkpoint if there are new statistics; afterwards the caller may change its moments."""
        self._write_if_new()
        self._consistent = False

    def finish(self, moments: dict[str, Moments], texts: TextStore | None = None) -> None:
        """Save the final moments and texts in place of those of the corpus, as a complete checkpoint."""
        self.statistics = replace(self.statistics, moments=moments, texts=texts)
        self.complete = True
        self._write()

    def _write_if_due(self) -> None:
        self._consistent = True
        if time.monotonic() >= self._next_write:
            self._write()

    def _write_if_new(self) -> None:
        if self._consistent and self.statistics.documents > self._saved_documents:
            self._write()

    def _write(self) -> None:
        """Write a checkpoint; log a failure and continue, since the pass matters more."""
        start = time.monotonic()
        state = CheckpointState(self.statistics, self.complete, self._corpus_hash, self.shards, self.corpus_documents)
        try:
            self._files.save(state, self._fingerprint, self.store)
        except OSError as error:
            if not self._last_write_failed:
                logger.warning(
                    "No checkpoint could be written: %s. Training continues, %s, and tries again later: free %s in %r.",
                    str(error).rstrip("."),
                    "the previous one is kept" if self._files.existing() else "without a checkpoint",
                    megabytes(max(self._size, 1)),
                    self._files.folder,
                )
            self._last_write_failed = True
        else:
            self._last_write_failed = False
            self._saved_documents = self.statistics.documents
        end = time.monotonic()
        self._next_write = end + max(INTERVAL, INTERVAL_PER_WRITE_TIME * (end - start))

    def _check_corpus_hash(self, current: bytes) -> None:
        if current != self._corpus_hash:
            raise self._different_corpus()

    def _different_corpus(self) -> ValueError:
        read = f"{self.shards} shards" if self.shards else f"{self.statistics.documents} passages"
        return ValueError(
            f"The checkpoint {self._files.path!r} was made with a different corpus, whose first {read} are not the same: use the "
            "same documents in the same order, another cache_dir, or remove the file to start again."
        )
