"""The files of a checkpoint in a folder: their names, the lock, disk space, and the newest file that is complete.

Their format is that of :mod:`gensim_distill.statistics.moments_file`, with a checksum of :mod:`gensim_distill.statistics.checksum`.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from filelock import FileLock, Timeout

from gensim_distill._utils.atomic import remove_unfinished
from gensim_distill._utils.folders import create_folder
from gensim_distill._utils.format_versions import NewerFormatError
from gensim_distill.statistics.context_store import ContextStore, is_context_file
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.statistics.fingerprint import differences

logger = logging.getLogger(__name__)

# The temporary files and folders of checkpoints.
_UNFINISHED = re.compile(r"\.(checkpoint-\d+\.safetensors)\.")


@dataclass
class CheckpointState:
    """The contents of a checkpoint.

    Attributes
    ----------
    statistics : CorpusStatistics
    complete : bool
        Whether the whole corpus has been processed, and all that follows.
    corpus_hash : bytes
        The hash of all documents, or shards, that have been processed.
    shards, corpus_documents : int
        Of a distributed corpus, the number of shards that have been processed, and of their documents.
    """

    statistics: CorpusStatistics
    complete: bool = False
    corpus_hash: bytes = b""
    shards: int = 0
    corpus_documents: int = 0


class CheckpointFiles:
    """The newest checkpoint of a training in a folder, and the one before it.

    Parameters
    ----------
    folder : str or path
        The folder; it is created if necessary.
    number : int
        The number of the training.

    Attributes
    ----------
    folder, path : str
        The folder, and the file of the newest checkpoint.
    """

    def __init__(self, folder: str | os.PathLike[str], number: int) -> None:
        self.folder = os.fspath(folder)
        self.path = os.path.join(self.folder, f"checkpoint-{number}.safetensors")
        self.contexts_path = os.path.join(self.folder, f"checkpoint-{number}.contexts")
        self._previous_path = f"{self.path}.previous"
        self._newest_is_damaged = False
        self._lock = FileLock(os.path.join(self.folder, "checkpoint.lock"))

    def lock(self) -> None:
        """Lock the folder.

        Raises
        ------
        RuntimeError
            If another process has locked it.
        OSError
            If the folder cannot be created or written.
        """
        try:
            if "\0" in self.folder:
                raise OSError(errno.EINVAL, "this is no name of a folder")
            create_folder(self.folder)
            if not os.access(self.folder, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            self._check_lock()
            self._lock.acquire(timeout=0)
        except Timeout:
            raise RuntimeError(
                f"cache_dir={self.folder!r} is in use by another training: wait until it ends, or use another cache_dir."
            ) from None
        except OSError as error:
            raise OSError(
                error.errno,
                f"cache_dir={self.folder!r} is not writable ({error.strerror}): use another cache_dir, or None",
            ) from error

    def _check_lock(self) -> None:
        """Check that the file of the lock is empty, since locking empties it."""
        path = self._lock.lock_file
        if os.path.lexists(path) and not (os.path.isfile(path) and os.path.getsize(path) == 0):
            raise FileExistsError(errno.EEXIST, f"{path!r} is not a lock of gensim-distill")

    def remove_unfinished(self) -> None:
        """Remove what killed processes left of checkpoints of any number; the folder must be locked."""
        for name in {found[1] for found in map(_UNFINISHED.match, os.listdir(self.folder)) if found}:
            remove_unfinished(os.path.join(self.folder, name))

    def unlock(self) -> None:
        """Unlock the folder."""
        self._lock.release()

    def existing(self) -> list[str]:
        """Return the paths of the checkpoints that exist, the newest first."""
        return [path for path in (self.path, self._previous_path) if os.path.exists(path)]

    def remove(self) -> None:
        """Delete the checkpoints, their contexts, what killed processes left of them, and the lock; no other file.

        Raises
        ------
        RuntimeError
            If another process has locked the folder.
        """
        self.lock()
        try:
            self.remove_unfinished()
            paths = [*self.existing(), *([self.contexts_path] if is_context_file(self.contexts_path) else [])]
            for path in filter(os.path.isfile, paths):
                os.unlink(path)
        finally:
            self.unlock()
        with contextlib.suppress(OSError):
            os.unlink(self._lock.lock_file)

    def check_disk_space(self, size: int, contexts_size: int, used: int) -> None:
        """Check that the disk has space for two checkpoints, a third one that is being written, and the contexts.

        Parameters
        ----------
        size, contexts_size : int
            The final size of a checkpoint and of the contexts, in bytes.
        used : int
            How many bytes the contexts use already.

        Raises
        ------
        OSError
            If the disk has too little space.
        """
        used += sum(os.path.getsize(path) for path in self.existing())
        missing = 3 * size + contexts_size - used - shutil.disk_usage(self.folder).free
        if missing > 0:
            contexts = f", and contexts, {megabytes(contexts_size)}" if contexts_size else ""
            raise OSError(
                errno.ENOSPC,
                f"The disk of cache_dir={self.folder!r} has too little space for checkpoints, which take three times "
                f"{megabytes(size)}{contexts}: free {megabytes(missing)}, use another cache_dir, or None",
            )

    def load(self, fingerprint: Mapping[str, Any], store: ContextStore | None) -> CheckpointState | None:
        """Load the newest checkpoint that is complete, and reset the store to its contexts.

        Returns
        -------
        CheckpointState or None
            None if there is no checkpoint.

        Raises
        ------
        ValueError
            If the checkpoint has another fingerprint, was written by a newer version, or all are damaged.
        """
        damaged: list[str] = []
        for path in self.existing():
            try:
                statistics, about = CorpusStatistics.load(path)
                saved_fingerprint = dict(about["fingerprint"])
                shards, corpus_documents = map(int, about.get("shards", [0, 0]))
                corpus_hash = bytes.fromhex(about["hash"])
                state = CheckpointState(statistics, bool(about["complete"]), corpus_hash, shards, corpus_documents)
            except NewerFormatError:
                raise
            except (ValueError, LookupError, TypeError) as error:
                damaged.append(f"{os.path.basename(path)} ({str(error).rstrip('.')})")
                continue
            differing = differences(saved_fingerprint, fingerprint)
            if differing:
                raise ValueError(
                    f"The checkpoint {path!r} was made with a different {', a different '.join(differing)}: use the same "
                    "settings, another cache_dir, or remove the file to start again."
                )
            try:
                if store is not None:
                    store.resume(about["contexts"])
            except (ValueError, LookupError, TypeError) as error:
                damaged.append(str(error))
                continue
            if damaged:
                self._newest_is_damaged = True
                logger.warning(
                    "The newest checkpoint in %r is damaged, %s: resuming from the previous one, after %i passages.",
                    self.folder,
                    damaged[0],
                    statistics.documents,
                )
            else:
                all_of_them = ", the whole corpus" if state.complete else ""
                logger.info("Resuming after %i passages%s, from %r.", statistics.documents, all_of_them, path)
            return state
        if damaged:
            raise ValueError(
                f"The checkpoint in {self.folder!r} is damaged and no previous one is complete: remove it to start again, or "
                f"use another cache_dir; {' and '.join(damaged)}."
            )
        if store is not None:
            store.resume(None)
        return None

    def save(self, state: CheckpointState, fingerprint: Mapping[str, Any], store: ContextStore | None) -> None:
        """Write a checkpoint; the newest one becomes the previous one, unless it is damaged.

        Raises
        ------
        OSError
            If it cannot be written; the existing files then remain.
        """
        state.statistics.save(
            self.path,
            previous=None if self._newest_is_damaged else self._previous_path,
            fingerprint=dict(fingerprint),
            hash=state.corpus_hash.hex(),
            complete=state.complete,
            shards=[state.shards, state.corpus_documents],
            **({} if store is None else {"contexts": store.state()}),
        )
        self._newest_is_damaged = False


def megabytes(size: int) -> str:
    """Return a number of bytes in megabytes, rounded up, for messages."""
    return f"{-(-size // 1_000_000):,} MB"
