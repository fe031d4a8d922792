"""Saving and loading a model: gensim's own files, and beside them a safetensors file of statistics."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import pickle
import re
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from gensim_distill._utils.file_sets import member_path, replace_set
from gensim_distill._utils.format_versions import NewerFormatError
from gensim_distill._utils.text import first_line
from gensim_distill._utils.training_folder import model_path, training_of
from gensim_distill.corpus.reader import TextReader
from gensim_distill.objectives.protocol import Objective
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.word2vec.array_files import check_arrays, check_mmap
from gensim_distill.word2vec.gensim_log import renamed_files
from gensim_distill.word2vec.pickle_checksum import append_checksum, check_pickle

logger = logging.getLogger(__name__)

_STATISTICS = ".moments.safetensors"
# Arrays that gensim writes to files of their own if they are large.
_ARRAYS = ("wv.vectors", "wv.vectors_lockf", "wv.norms", "syn1neg", "syn1", "cum_table")
_COMPRESSED = (".gz", ".bz2")
# The bytes of the header of an array of few dimensions.
_HEADER = 128
# How often a file is read again that another process replaced while it was being read.
_ATTEMPTS = 5


def statistics_path(path: str) -> str:
    """Return the path of the statistics of a model that is saved at `path`."""
    return f"{path}{_STATISTICS}"


def local_path(place: Any) -> Any:
    """Return a path as a string that gensim takes for a local path; return anything else, such as a URL, unchanged."""
    if not isinstance(place, (str, bytes, os.PathLike)):
        return place
    path = os.path.expanduser(os.fsdecode(place))
    return path if "://" in path or ":" not in path else os.path.abspath(path)  # a:b would be taken for a URL


def check_picklable(reader: TextReader, objective: Objective) -> None:
    """Check that the functions of a model can be stored with it.

    Raises
    ------
    ValueError
        If one cannot; the message says what to do.
    """
    try:
        pickle.dumps((reader, objective))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ValueError(
            "The model cannot be saved, because word_splitter, key, sentence_splitter or objective cannot be "
            f"({error}): use functions defined by def in a module, not lambdas."
        ) from error


# The docstrings of save_model and load_model are those of the methods, which pass gensim's own on.
def save_model(model: Any, save: Callable[..., None], fname_or_handle: Any, *args: Any, **kwargs: Any) -> None:
    """Save the model, without its teacher; see :meth:`gensim.models.Word2Vec.save`.

    A file beside it that ends in ``.moments.safetensors`` has the statistics, for incremental training. All files are
    replaced together: after a crash they are those of the old model or of the new one.

    Parameters
    ----------
    fname_or_handle : str, path or file object
        Where to save the model. A file object, opened in binary mode, gets everything in one file.
    separately, sep_limit, ignore, pickle_protocol
        As in :meth:`gensim.utils.SaveLoad.save`.

    Raises
    ------
    OSError
        If a file cannot be written; the files of an earlier model are then unchanged.
    ValueError
        If a function of the reader, or the objective, cannot be stored.
    """
    check_picklable(model.reader, model.objective)
    place = local_path(fname_or_handle)
    if not isinstance(place, str):
        forget_separate_arrays(model)
    elif "://" not in place:
        check_folder(place)
    parts = [model, *(part for part in vars(model).values() if hasattr(part, "_save_specials"))]
    attributes = [(part, dict(vars(part))) for part in parts]
    try:
        save(place, *args, **kwargs)
    except BaseException as error:
        # gensim sets large arrays aside while it saves, and does not restore all of them after an error.
        for part, before in attributes:
            vars(part).update(before)
        # Pickling fails with one of several types, and since Python 3.13 without its name in the message.
        if not isinstance(error, (pickle.PicklingError, AttributeError, TypeError)) or not re.search(
            "pickle|local object", str(error)
        ):
            raise
        raise ValueError(
            f"The model cannot be saved, because one of its attributes cannot be ({first_line(error)}): use functions and "
            "classes that are defined in a module."
        ) from error


def check_folder(path: str) -> None:
    """Check that a file can be written at a path.

    Raises
    ------
    OSError
        If its folder is missing or not writable, or the path is a folder or no name.
    """
    if not path or "\0" in path:
        raise OSError(errno.EINVAL, "The model cannot be saved (this is no name of a file)", path)
    folder = os.path.dirname(os.path.realpath(path))
    if os.path.isdir(path):
        code, problem = errno.EISDIR, "it is a directory: add the name of a file"
    elif not os.path.isdir(folder):
        code, problem = errno.ENOENT, f"no such folder as {folder!r}: create it first"
    elif not os.access(folder, os.W_OK | os.X_OK):
        code, problem = errno.EACCES, f"the folder {folder!r} is not writable: use another one"
    else:
        return
    raise OSError(code, f"The model cannot be saved ({problem})", path)


@contextlib.contextmanager
def replaced_model(model: Any, place: Any) -> Iterator[str]:
    """Yield a temporary path to save a model to, and put all its files in place together at the end.

    Whenever the process ends, the files at `place` are those of the old model or those of the new one.

    Parameters
    ----------
    model : DistilledWord2Vec
    place : str
        A local path or a URL; for a URL it is yielded itself.

    Raises
    ------
    OSError
        If the model cannot be written; the old files are then unchanged.
    ValueError
        If a URL is given and there are statistics.
    TypeError
        If `place` is something else.
    """
    if not isinstance(place, str):
        raise TypeError(
            f"The model cannot be saved to this {type(place).__name__} ({first_line(sys.exc_info()[1] or TypeError())}): pass "
            "a path, or a file that is opened for writing in binary mode, and use functions defined by def in a module."
        )
    if "://" in place:
        if model.learned.moments:
            raise ValueError(
                f"The model cannot be saved to the URL {place!r}, since it has a second file of statistics: save it to a local "
                "path and copy both files, or pass a file object, such as smart_open.open(url, 'wb')."
            )
        yield place
        return
    endings = [f".{name}.{kind}" for name in _ARRAYS for kind in ("npy", "npz")]
    # Vectors that were saved on their own as "model.wv" have files with the names of ours.
    separate = os.path.exists(f"{place}.wv")
    model._files_id = uuid.uuid4().hex
    with replace_set(
        place,
        lambda: str(model._files_id),
        # Statistics that were missing when the model was loaded may still belong to it.
        obsolete=endings if model.learned.moments is None else [*endings, _STATISTICS],
        occupied=lambda ending: separate and ending.startswith(".wv."),
    ) as temporary:
        with renamed_files(str(temporary), place):
            yield str(temporary)
        if not place.endswith(_COMPRESSED):  # they have checksums of their own
            append_checksum(temporary)
    logger.info("saved %s", place)


def forget_separate_arrays(model: Any) -> None:
    """Forget which arrays an earlier ``save`` wrote to files of their own, before the model is saved as one file."""
    for part in (model, getattr(model, "wv", None)):
        for name in ("__numpys", "__scipys", "__ignoreds", "__recursive_saveloads"):
            getattr(part, "__dict__", {}).pop(name, None)


@contextlib.contextmanager
def statistics_apart(learned: LearnedState, path: str) -> Iterator[list[tuple[Any, dict[str, Any]]]]:
    """Write the statistics of a model that is being saved, and remove them from the state that gensim pickles.

    Parameters
    ----------
    learned : LearnedState
    path : str
        Where the model is saved.

    Yields
    ------
    list
        Attributes that gensim restores after pickling the model. If the block raises an error, it is restored at once.
    """
    moments, texts = learned.moments, learned.texts
    learned.statistics_missing = moments is None
    if not moments and texts is None:
        yield []
        return
    learned.save_statistics(statistics_path(path))
    learned.moments = learned.texts = None
    try:
        yield [(learned, {"moments": moments, "texts": texts})]
    except BaseException:
        learned.moments, learned.texts = moments, texts
        raise


def complete_attributes(model: Any) -> None:
    """Add the counts of words that were added to ``wv`` by its own methods, which gensim needs when it loads a model."""
    if hasattr(model.wv, "expandos"):  # models of older versions of gensim have none yet
        model.wv.allocate_vecattrs()


def array_path(model: Any, path: str, name_of: Callable[..., str]) -> Callable[..., str]:
    """Return a function like `name_of`, which names the file of an array, that finds the file of this very model."""

    def find(*parts: str) -> str:
        ending = name_of(*parts).removeprefix(path)
        found = member_path(path, os.path.basename(path) + ending, getattr(model, "_files_id", None))
        expected = getattr(model, "_array_files", {}).get(ending)
        if expected is not None and os.path.exists(found) and _start_and_size(found) != expected:
            raise ValueError(f"{found!r} is not the file that was saved with it")
        return found

    return find


def remember_arrays(model: Any, path: str) -> None:
    """Store the beginning and the size of the files of arrays in a model, before the model itself is pickled.

    Their header decides how the rest is read. The rest may change: arrays can be mapped for writing.
    """
    folder, name = os.path.split(path)
    files = os.listdir(folder or ".") if os.path.isdir(folder or ".") else []  # the path may be a URL
    endings = [file.removeprefix(name) for file in files if file.startswith(f"{name}.")]
    arrays = [ending for ending in endings if ending.endswith((".npy", ".npz"))]
    model._array_files = {ending: _start_and_size(path + ending) for ending in arrays}


def _start_and_size(path: str) -> tuple[bytes, int]:
    with open(path, "rb") as file:
        return file.read(_HEADER), os.path.getsize(path)


def load_statistics(model: Any, path: str, mmap: str | None = None) -> None:
    """Read the statistics beside a saved model, if it was saved with statistics and their file exists.

    If the arrays of the model are memory-mapped, those of the statistics are too.

    Models that earlier versions saved have no words of the rows of their statistics: they are those of the vocabulary.
    """
    learned = getattr(model, "learned", None)
    if learned is None:
        return
    statistics = member_path(path, os.path.basename(statistics_path(path)), getattr(model, "_files_id", None))
    if learned.moments is None and os.path.exists(statistics):
        try:
            learned.load_statistics(statistics, mapped=bool(mmap))
        except ValueError:
            # A model that was saved without statistics may lie beside those of an earlier one.
            if not learned.statistics_missing:
                raise
    if learned.words is None:
        learned.align(model.wv.index_to_key)


def load_model(
    load: Callable[..., Any], expected: type, fname: Any, mmap: str | None = None, *args: Any, **kwargs: Any
) -> Any:
    """Load a saved model, or one of gensim's own Word2Vec as that, with a warning.

    The file is unpickled, which runs code that it contains: load only files that you trust. Of a file from others take the
    vectors, in a format that :func:`gensim_distill.vectors.load_vectors` reads, which unpickles nothing.

    Parameters
    ----------
    fname : str or path
        The file that :meth:`save` has written.
    mmap : {"r", "r+", "c"}, optional
        As in :meth:`gensim.utils.SaveLoad.load`: with "r" large arrays stay on the disk, those of the statistics too.

    Returns
    -------
    DistilledWord2Vec

    Raises
    ------
    OSError
        If the file, or another one that belongs to it, cannot be read.
    ValueError
        If the file is damaged, was written by a newer version, or holds something else, or `mmap` is another mode.
    """
    check_mmap(mmap)
    path = local_path(fname)
    if not isinstance(path, str):
        raise TypeError(
            f"A model is loaded from the path of its file, not from a {type(fname).__name__}: pass the path, or use "
            "pickle.load for a file that was saved by save(file)."
        )
    if os.path.isdir(path):
        training = training_of(path)
        if training is not None and (own := model_path(training)).is_file():
            file = repr(str(own))
        else:
            file = "model/distilled.model in one of `gensim-distill train`"
        raise IsADirectoryError(
            errno.EISDIR,
            f"A model is loaded from the file that save() has written, and this is a folder: pass the file in it ({file})",
            path,
        )
    for attempt in range(1, _ATTEMPTS + 1):
        before = _version(path)
        try:
            check_pickle(path)
            model = load(path, mmap, *args, **{"rethrow": True} | kwargs)
            check_arrays(model)
        except Exception as error:
            if before != _version(path) and attempt < _ATTEMPTS:
                continue
            raise _loading_error(path, error) from error
        if before == _version(path) or attempt == _ATTEMPTS:
            break
    if not isinstance(model, expected):
        logger.warning(
            "%r holds a %s without a teacher, and is loaded as such: to distill vectors for its words, pass their counts to "
            "build_vocab_from_freq() of a new model.",
            path,
            type(model).__name__,
        )
    return model


def _version(path: str) -> tuple[int, int, int] | None:
    """Return numbers that differ once a file has been replaced."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _loading_error(path: str, error: Exception) -> Exception:
    """Return the error to raise for one that loading a file has raised, which may be any."""
    if isinstance(error, OSError) and error.errno is not None:
        if isinstance(error, FileNotFoundError) and os.path.exists(path):
            return FileNotFoundError(
                errno.ENOENT, f"{path!r} is a model with several files, and one is missing beside it", error.filename
            )
        return error
    if isinstance(error, AttributeError) and "can't be loaded by" in str(
        error
    ):  # from gensim, whose type of error stays
        return AttributeError(
            f"{path!r} holds no Word2Vec ({first_line(error)}): load it with the class that saved it."
        )
    if isinstance(error, NewerFormatError) or statistics_path(path) in str(error):  # its message is complete
        return error
    if isinstance(error, MemoryError):
        return MemoryError(f"{path!r} cannot be loaded: it needs more memory than there is, or is damaged.")
    return ValueError(
        f"{path!r} cannot be loaded as a model ({type(error).__name__}: {first_line(error)}): it is damaged, or is no model of "
        "this package or gensim, or a module with functions of yours that it uses cannot be imported."
    )
