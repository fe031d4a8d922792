"""Caches of the statistics of corpora, so that a corpus that is trained on again is not read again."""

from __future__ import annotations

import copy
import errno
import hashlib
import json
import logging
import os
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

from filelock import FileLock, Timeout

from gensim_distill._utils.folders import create_folder
from gensim_distill._utils.validation import check_whole
from gensim_distill.statistics.corpus_statistics import CorpusStatistics

logger = logging.getLogger(__name__)


@runtime_checkable
class StatisticsCache(Protocol):
    """The protocol of caches: :class:`StatisticsMemory` and :class:`StatisticsFolder`."""

    def get(self, key: str, collect: Callable[[], CorpusStatistics]) -> CorpusStatistics:
        """Return the statistics with a key, which are collected if the cache does not have them.

        Parameters
        ----------
        key : str
            As returned by :func:`cache_key`.
        collect : callable
            Returns the statistics. It is called by one thread at a time for each key.

        Returns
        -------
        CorpusStatistics
            Its arrays are shared and must not be changed.
        """
        ...


def cache_key(fingerprint: Mapping[str, Any], teacher: Mapping[str, Any], corpus_hash: bytes) -> str:
    """Return the key of the statistics of a corpus.

    Parameters
    ----------
    fingerprint : mapping of str to Any
        The settings, see :func:`~gensim_distill.statistics.fingerprint.fingerprint`.
    teacher : mapping of str to Any
        The teacher, see ``teachers.exact_identity``. It replaces that of the fingerprint, which
        is compared with a tolerance.
    corpus_hash : bytes
        The documents, see ``statistics.hashes.hash_corpus``.

    Examples
    --------
    >>> from gensim_distill.statistics.cache import cache_key
    >>> cache_key({"seed": 1}, {"weights": "ab"}, b"corpus")
    'f1226e5e3c7929222bb71397a894efcd'
    """
    described = json.dumps(dict(fingerprint) | {"teacher": dict(teacher)}, sort_keys=True).encode()
    return hashlib.blake2b(described, digest_size=16, key=corpus_hash).hexdigest()


class StatisticsMemory:
    """Statistics of the latest corpora, in memory.

    Parameters
    ----------
    max_bytes : int, optional
        The largest size of all statistics, by default 1 GiB. Those that were not used for the longest time are dropped.

    Examples
    --------
    >>> from gensim_distill.contexts.views import View
    >>> from gensim_distill.statistics.cache import StatisticsMemory
    >>> from gensim_distill.statistics.corpus_statistics import CorpusStatistics
    >>> def collect():
    ...     print("collecting")
    ...     return CorpusStatistics.empty([View((0,), "token")], vocabulary_size=2, width=3)
    >>> memory = StatisticsMemory()
    >>> statistics = memory.get("a", collect)
    collecting
    >>> statistics = memory.get("a", collect)
    >>> memory.nbytes
    80
    >>> memory.clear()
    """

    def __init__(self, max_bytes: int = 2**30) -> None:
        self._max_bytes = check_whole("max_bytes", max_bytes, 0)
        self._entries: OrderedDict[str, CorpusStatistics] = OrderedDict()
        self._lock = threading.Lock()
        self._locks: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()

    @property
    def max_bytes(self) -> int:
        """The largest size of all statistics. A smaller one that is assigned drops statistics; 0 keeps none."""
        return self._max_bytes

    @max_bytes.setter
    def max_bytes(self, size: int) -> None:
        self._max_bytes = check_whole("max_bytes", size, 0)
        with self._lock:
            self._drop_oldest()

    @property
    def nbytes(self) -> int:
        """The present size of all statistics."""
        return sum(entry.nbytes for entry in list(self._entries.values()))

    def clear(self) -> None:
        """Drop all statistics."""
        with self._lock:
            self._entries.clear()

    def get(self, key: str, collect: Callable[[], CorpusStatistics]) -> CorpusStatistics:
        """Return the statistics with a key; see :meth:`StatisticsCache.get`."""
        with self._lock:
            of_key = self._locks.setdefault(key, threading.Lock())
        with of_key:
            with self._lock:
                found = self._entries.pop(key, None)
            if found is None:
                found = collect()
                if found.texts is not None:
                    found.texts.sample()  # sorts the texts, which threads must not do at the same time
            with self._lock:
                self._entries[key] = found
                self._drop_oldest()
        moments = {name: copy.copy(own) for name, own in found.moments.items()}
        return replace(found, moments=moments)

    def _drop_oldest(self) -> None:
        while self._entries and self.nbytes > self._max_bytes:
            self._entries.popitem(last=False)


class StatisticsFolder:
    """Statistics of corpora, in a folder that several processes may use at the same time.

    Nothing is ever removed: delete the folder, or files in it, when they are not needed any more.

    Parameters
    ----------
    path : str or path
        The folder; it is created if necessary.

    Raises
    ------
    OSError
        If the folder is not writable.

    Examples
    --------
    >>> import tempfile
    >>> from gensim_distill.contexts.views import View
    >>> from gensim_distill.statistics.cache import StatisticsFolder
    >>> from gensim_distill.statistics.corpus_statistics import CorpusStatistics
    >>> def collect():
    ...     print("collecting")
    ...     return CorpusStatistics.empty([View((0,), "token")], vocabulary_size=2, width=3)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = StatisticsFolder(folder).get("a", collect)
    ...     second = StatisticsFolder(folder).get("a", collect)
    collecting
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        try:
            if "\0" in self.path:
                raise OSError(errno.EINVAL, "this is no name of a folder")
            create_folder(self.path)
            if not os.access(self.path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            raise OSError(
                error.errno,
                f"cache_dir={self.path!r} is not writable ({error.strerror}): use another cache_dir, or None",
            ) from error

    def get(self, key: str, collect: Callable[[], CorpusStatistics]) -> CorpusStatistics:
        """Return the statistics with a key; see :meth:`StatisticsCache.get`. Another process that collects them is awaited."""
        path = os.path.join(self.path, f"statistics-{key}.safetensors")
        lock = FileLock(f"{path}.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            logger.info("Waiting for another process that has the teacher read the same texts: %r.", path)
            lock.acquire()
        except (OSError, NotImplementedError) as error:
            _log_not_saved(error)
            return collect()
        try:
            found = _load(path, key)
            if found is None:
                found = collect()
                _save(found, path, key)
            return found
        finally:
            lock.release()


def _load(path: str, key: str) -> CorpusStatistics | None:
    try:
        found, about = CorpusStatistics.load(path)
        if about.get("key") != key:
            raise ValueError(f"{path!r} holds other statistics than its name says.")
        return found
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        logger.warning("The teacher reads the texts again, since their statistics are damaged: %s", error)
        return None


def _save(statistics: CorpusStatistics, path: str, key: str) -> None:
    """Write statistics; log a failure and continue, since they are at hand."""
    try:
        statistics.save(path, key=key)
    except OSError as error:
        _log_not_saved(error)


def _log_not_saved(error: Exception) -> None:
    logger.warning("Statistics were not saved, so the same texts will be read again: %s", error)
