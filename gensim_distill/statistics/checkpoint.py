"""Keeping on disk what a pass over a corpus has gathered, so that it can be interrupted and go on."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any

from filelock import FileLock, Timeout

from gensim_distill._utils.atomic import remove_unfinished
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.corpus.documents import Document
from gensim_distill.statistics.context_store import ContextStore
from gensim_distill.statistics.corpus_statistics import CorpusStatistics, ShardStatistics
from gensim_distill.statistics.fingerprint import chain, differences
from gensim_distill.statistics.moments import Moments

logger = logging.getLogger(__name__)

#: Seconds between two checkpoints.
INTERVAL = 60.0
#: How many times as long as a checkpoint takes to write the pass goes on without another.
PAUSE = 20.0


class Checkpoint:
    """A reading that goes through a corpus and is kept in a file, from which it goes on after an interruption.

    The file is written every so often and when the ``with`` block is left by an exception. The one
    before it is kept beside it, ``.previous``, and whenever the process dies, one of the two is whole.
    While the block lasts, the folder is locked.

    Parameters
    ----------
    reading : CorpusStatistics
        One of nothing as yet.
    folder : str or path, optional
        Where to keep the file; it is made if need be. None keeps nothing.
    number : int, optional
        Readings with different numbers are kept in different files.
    fingerprint : mapping of str to Any, optional
        On what the reading depends; see :func:`~gensim_distill.statistics.fingerprint.fingerprint`.
    size : int, optional
        Provenance how many bytes the file will have at the end.
    contexts : int, optional
        If given, the contexts are kept too, in a file beside it, from which gradient descent can take its steps:
        about how many bytes that will have at the end.

    Attributes
    ----------
    reading : CorpusStatistics
        What has been gathered so far.
    complete : bool
        Whether nothing remains to be read.
    shards, corpus_documents : int
        Of a corpus that has workers of its own, how many of its shards are in the reading, and how many texts they
        have, those included that were not chosen.
    store : ContextStore or None
        The contexts, if they are kept; without a folder in a temporary place, until the block is left.

    Raises
    ------
    ValueError
        On entering the block, if the file is of another fingerprint, or cannot be used at all.
    RuntimeError
        If another process keeps a reading in the same folder.
    OSError
        If the folder cannot be written to, or has too little room.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> from gensim_distill.statistics.checkpoint import Checkpoint
    >>> from gensim_distill.contexts.scopes import ContextBatch
    >>> from gensim_distill.contexts.views import View
    >>> from gensim_distill.statistics.corpus_statistics import CorpusStatistics
    >>> view = View((0,), "token")
    >>> def contexts_of(text):
    ...     words = np.array([int(token) for token in text])
    ...     return {view.name: ContextBatch(words, np.arange(len(text)), np.ones((len(text), 3)), np.array([len(text)]))}
    >>> folder = tempfile.TemporaryDirectory()
    >>> corpus = [["0", "1"], ["1"], ["0", "0"]]
    >>> try:
    ...     with Checkpoint(CorpusStatistics.empty([view], 2, 3), folder.name) as checkpoint:
    ...         for text in checkpoint.skip_processed(corpus):
    ...             if text == ["1"]:
    ...                 raise KeyboardInterrupt
    ...             checkpoint.add(contexts_of(text))
    ... except KeyboardInterrupt:
    ...     pass
    >>> with Checkpoint(CorpusStatistics.empty([view], 2, 3), folder.name) as checkpoint:
    ...     print(list(checkpoint.skip_processed(corpus)))
    [['1'], ['0', '0']]
    >>> folder.cleanup()
    """

    def __init__(
        self,
        reading: CorpusStatistics,
        folder: str | os.PathLike[str] | None = None,
        *,
        number: int = 1,
        fingerprint: Mapping[str, Any] | None = None,
        size: int = 0,
        contexts: int | None = None,
    ) -> None:
        self.statistics = reading
        self.complete = False
        self.shards = self.corpus_documents = 0
        self._folder = None if folder is None else os.fspath(folder)
        self._path = os.path.join(self._folder or "", f"checkpoint-{number}.safetensors")
        self.store: ContextStore | None = None
        self._contexts_size = contexts or 0
        if contexts is not None:
            kept = os.path.join(self._folder or "", f"checkpoint-{number}.contexts")
            self.store = ContextStore(file=None if self._folder is None else kept)
        self._previous: str | None = f"{self._path}.previous"
        self._fingerprint = dict(fingerprint or {})
        self._size = size
        # A hash of all texts, or shards, that are in the reading, and those of the texts that have been handed out since.
        self._hash = b""
        self._ahead: deque[bytes] = deque()
        self._consistent = True
        self._written_texts = 0
        self._failing = False
        self._due = time.monotonic() + INTERVAL

    def __enter__(self) -> Checkpoint:
        if self._folder is None:
            return self
        self._lock = self._acquire(self._folder)
        try:
            remove_unfinished(self._path)
            self._resume()
            if not self.complete:
                self._check_room(self._folder)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is None:
            self._close()
            return
        try:
            if error is not None and self._consistent and self.statistics.documents > self._written_texts:
                self._write()
            if self.store is not None and self._consistent and not self._files() and not self.statistics.documents:
                self.store.remove()
            if error is not None and self._written_texts and not self.complete:
                logger.info(
                    "Broke off after %i texts, which are kept in %r: the same call again goes on from there.",
                    self._written_texts,
                    self._path,
                )
            elif error is not None and not self.complete:
                logger.info("Broke off before there was anything to keep in %r.", self._folder)
        except Exception:  # what broke off the pass is what the user is to see
            logger.exception("The checkpoint %r could not be written.", self._path)
        finally:
            self._close()

    def _close(self) -> None:
        """Close what is open, and let others have the folder."""
        if self.store is not None:
            self.store.close()
        if self._folder is not None:
            self._lock.release()

    def skip_processed(self, items: Iterable[Document]) -> Iterator[Document]:
        """Pass on those items of the corpus that are not in the reading yet.

        Raises
        ------
        ValueError
            If those that are in it were others; before any is passed on.
        """
        if self._folder is None:
            yield from items
            return
        place, number, current = self.statistics.documents, 0, b""
        for item in items:
            if number == place:
                self._check_hash(current)
            number += 1
            current = chain(current, item)
            if number > place:
                if self.complete:
                    raise self._other_corpus()
                self._ahead.append(current)
                yield item
        if number < place:
            raise self._other_corpus()
        if number == place:
            self._check_hash(current)

    def add(self, contexts: Mapping[str, ContextBatch]) -> None:
        """Add the contexts of the next texts that :meth:`skip_processed` has passed on, and write the file if it is time to."""
        # If this is interrupted, some sums have the texts and others do not.
        self._consistent = False
        before = self.statistics.documents
        if self.store is not None:
            for batch in contexts.values():
                self.store.add(batch)
        self.statistics.add(contexts)
        if self._folder is None:
            return
        for _ in range(self.statistics.documents - before):
            self._hash = self._ahead.popleft()
        self._added()

    def check_shards(self, hashes: Iterable[bytes]) -> None:
        """See whether these are the hashes of the shards that are in the reading.

        Raises
        ------
        ValueError
            If they were others.
        """
        current, number = b"", 0
        for of_shard in hashes:
            current = chain(current, of_shard.hex())
            number += 1
        if number != self.shards:
            raise self._other_corpus()
        self._check_hash(current)

    def add_shard(self, part: ShardStatistics) -> None:
        """Add what workers have gathered in the next shards, and write the file if it is time to."""
        self._consistent = False
        self.statistics.merge(part.statistics, part.words)
        self.corpus_documents += part.corpus_documents
        self.shards += len(part.shard_hashes)
        for of_shard in part.shard_hashes:
            self._hash = chain(self._hash, of_shard.hex())
        self._added()

    def _added(self) -> None:
        self._consistent = True
        if self._folder is not None and time.monotonic() >= self._due:
            self._write()

    def end_of_corpus(self) -> None:
        """Write the file, if the reading has grown; from here on its moments may be used for other sums."""
        if self._folder is not None and self.statistics.documents > self._written_texts:
            self._write()
        self._consistent = False

    def finish(self, moments: dict[str, Moments]) -> None:
        """Keep what a complete reading has led to, in place of its own moments."""
        self.statistics = replace(self.statistics, moments=moments)
        self.complete = True
        if self._folder is not None:
            self._write()

    def _acquire(self, folder: str) -> FileLock:
        lock = FileLock(os.path.join(folder, "checkpoint.lock"))
        try:
            os.makedirs(folder, exist_ok=True)
            if not os.access(folder, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            lock.acquire(timeout=0)
        except Timeout:
            raise RuntimeError(
                f"cache_dir={folder!r} is in use by another training: wait until it has ended, or give each its own cache_dir."
            ) from None
        except OSError as error:
            raise OSError(
                error.errno,
                f"cache_dir={folder!r} cannot be written to ({error.strerror}): give another cache_dir, or None",
            ) from error
        return lock

    def _resume(self) -> None:
        """Take up the newest reading that is whole."""
        damaged: list[str] = []
        for path in (self._path, f"{self._path}.previous"):
            try:
                reading, about = CorpusStatistics.load(path)
                known, complete = about["fingerprint"], bool(about["complete"])
                current, (shards, corpus_documents) = bytes.fromhex(about["hash"]), about.get("shards", [0, 0])
            except FileNotFoundError:
                continue
            except (ValueError, KeyError) as error:
                damaged.append(f"{os.path.basename(path)} ({str(error).rstrip('.')})")
                continue
            differing = differences(known, self._fingerprint)
            if differing:
                raise ValueError(
                    f"The checkpoint {path!r} was made with another {', another '.join(differing)}: give what it was made "
                    "with, or another cache_dir, or remove the file to begin anew."
                )
            try:
                if self.store is not None:
                    self.store.resume(about["contexts"])
            except ValueError as error:
                damaged.append(str(error))
                continue
            self.statistics, self.complete, self._hash = reading, complete, current
            self.shards, self.corpus_documents = shards, corpus_documents
            self._written_texts = reading.documents
            if damaged:
                logger.warning(
                    "The newest checkpoint in %r is damaged, %s: going on from the one before it, after %i texts.",
                    self._folder,
                    damaged[0],
                    reading.documents,
                )
                self._previous = None  # the next one takes the place of the damaged one, not of this
            else:
                logger.info("Going on after %i texts%s, from %r.", reading.documents, ", all" if complete else "", path)
            return
        if damaged:
            raise ValueError(
                f"The checkpoint in {self._folder!r} is damaged and none before it is whole: remove it to begin anew, or give "
                f"another cache_dir; {' and '.join(damaged)}."
            )
        if self.store is not None:
            self.store.resume(None)

    def _check_room(self, folder: str) -> None:
        """See whether there is room for two files and a third that is being written, and for the contexts."""
        there = sum(os.path.getsize(path) for path in self._files())
        if self.store is not None:
            there += self.store.size
        missing = 3 * self._size + self._contexts_size - there - shutil.disk_usage(folder).free
        if missing > 0:
            contexts = f", and contexts, {_megabytes(self._contexts_size)}" if self._contexts_size else ""
            raise OSError(
                errno.ENOSPC,
                f"The disk of cache_dir={folder!r} has too little room for checkpoints, which take three times "
                f"{_megabytes(self._size)}{contexts}: free {_megabytes(missing)}, give another cache_dir, or None",
            )

    def _files(self) -> list[str]:
        return [path for path in (self._path, f"{self._path}.previous") if os.path.exists(path)]

    def _write(self) -> None:
        """Write the file; if that fails, say so and go on, since what matters more is the pass."""
        start = time.monotonic()
        try:
            self.statistics.save(
                self._path,
                previous=self._previous,
                fingerprint=self._fingerprint,
                hash=self._hash.hex(),
                complete=self.complete,
                shards=[self.shards, self.corpus_documents],
                **({} if self.store is None else {"contexts": self.store.state()}),
            )
        except OSError as error:
            if not self._failing:
                logger.warning(
                    "No checkpoint could be made: %s. The pass goes on, %s, and tries again later: make room for %s in %r.",
                    str(error).rstrip("."),
                    "the one before it is kept" if self._files() else "without any",
                    _megabytes(max(self._size, 1)),
                    self._folder,
                )
            self._failing = True
        else:
            self._failing = False
            self._previous = f"{self._path}.previous"
            self._written_texts = self.statistics.documents
        end = time.monotonic()
        self._due = end + max(INTERVAL, PAUSE * (end - start))

    def _check_hash(self, current: bytes) -> None:
        if current != self._hash:
            raise self._other_corpus()

    def _other_corpus(self) -> ValueError:
        read = f"{self.shards} shards" if self.shards else f"{self.statistics.documents} texts"
        return ValueError(
            f"The checkpoint {self._path!r} was made with another corpus, whose first {read} were not these: "
            "give the same texts in the same order, or another cache_dir, or remove the file to begin anew."
        )


def _megabytes(size: int) -> str:
    return f"{-(-size // 1_000_000):,} MB"
