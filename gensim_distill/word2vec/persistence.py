"""Saving a model: gensim's own files, and beside them a safetensors file of statistics."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gensim_distill.corpus.reader import TextReader
from gensim_distill.objectives.protocol import Objective
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.solvers.settings import SolverName

logger = logging.getLogger(__name__)


def statistics_path(path: str) -> str:
    """Return the path of the statistics of a model that is saved at `path`."""
    return f"{path}.moments.safetensors"


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
    moments = learned.moments
    if not moments:
        yield []
        return
    learned.save_statistics(statistics_path(path))
    learned.moments = None
    try:
        yield [(learned, {"moments": moments})]
    except BaseException:
        learned.moments = moments
        raise


def load_statistics(learned: LearnedState, path: str) -> None:
    """Read the statistics beside a saved model, if it was saved with statistics and their file exists."""
    if learned.moments is None and os.path.exists(statistics_path(path)):
        learned.load_statistics(statistics_path(path))


def check_loaded(model: Any, expected: type, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Return a loaded model; log a warning if it is of another class, such as gensim's own Word2Vec."""
    if not isinstance(model, expected):
        logger.warning(
            "%r holds a %s without a teacher, and is loaded as such: to distill vectors for its words, pass their counts to "
            "build_vocab_from_freq() of a new model.",
            args[0] if args else kwargs.get("fname"),
            type(model).__name__,
        )
    return model


def missing_attribute(kind: str, name: str, solver: SolverName | None) -> AttributeError:
    """Return the error for an attribute that a model lacks; for ``syn1`` it names the solver that has it."""
    if name == "syn1" and solver == "one-pass":
        return AttributeError(
            "There is no syn1: the one-pass solver needs no tree of output weights; the vectors are wv.vectors, and for "
            "hierarchical softmax use objective='x2static', solver='sgd', hs=1, negative=0."
        )
    return AttributeError(f"{kind!r} object has no attribute {name!r}")
