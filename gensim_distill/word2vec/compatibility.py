"""Settings of gensim's Word2Vec: which cannot work here, and which are without effect, said once and plainly."""

from __future__ import annotations

import logging
import numbers
from collections.abc import Mapping
from typing import Any

from gensim_distill._utils.validation import check_choice, check_whole

logger = logging.getLogger(__name__)

SOLVERS = ("one-pass", "sgd")

# What a program that was written for gensim may well give. The values are the defaults, of which nothing need be said.
_OF_GRADIENT_DESCENT: Mapping[str, Any] = {
    "alpha": 0.025,
    "min_alpha": 0.0001,
    "epochs": 5,
    "sample": 5e-6,
    "hs": 0,
    "negative": 10,
    "ns_exponent": 0.5,
}
_OF_SPEED: Mapping[str, Any] = {"workers": 3, "batch_words": 10_000}
_OF_THE_LOOP = ("_do_train_job", "_do_train_epoch", "_train_epoch", "_worker_loop", "_job_producer", "_raw_word_count")
_OF_INPUT_VECTORS: Mapping[str, Any] = {"sg": 0, "cbow_mean": 1}


def check_settings(solver: str, whitening: Any, null_word: Any, hs: Any, negative: Any) -> None:
    """Check those settings that are wrong whatever the teacher is.

    Raises
    ------
    ValueError
        With what to give instead.
    """
    if null_word:
        raise ValueError(
            f"null_word={null_word!r} would add a word to the vocabulary that stands in no text, to fill up windows that are laid "
            "end to end; contexts are means here and need no filling: leave it out."
        )
    check_choice("solver", solver, SOLVERS)
    if whitening is not None and not (isinstance(whitening, numbers.Real) and 0 <= float(whitening) <= 1):
        raise ValueError(f"whitening={whitening!r} must be a number between 0 (not at all) and 1.")
    if not hs and not negative:
        raise ValueError(
            "You must set either 'hs' or 'negative' to be positive: with both 0 nothing tells a word's contexts from others. "
            "Leave both out for negative sampling."
        )


def check_hooks(kind: type, ours: type) -> None:
    """Check that a subclass does not rely on parts of gensim's training loop, which the closed form does not have.

    Raises
    ------
    NotImplementedError
        With the methods that would never be called.
    """
    changed = [name for name in _OF_THE_LOOP if getattr(kind, name) is not getattr(ours, name)]
    if changed:
        raise NotImplementedError(
            f"{kind.__name__} overrides {', '.join(changed)}, of gensim's training loop, which the closed form does not have: change "
            "the corpus instead, for the teacher reads what train() is given, or take objective='x2static', solver='sgd'."
        )


def check_vector_size(vector_size: Any, width: int, default: int, hybrid_width: int) -> None:
    """Check that vectors can be so long.

    Parameters
    ----------
    vector_size : int or None
        As given by the user.
    width : int
        The most that teacher and objective give.
    default : int
        What None stands for.
    hybrid_width : int
        The most that the hybrid objective gives with this teacher.

    Raises
    ------
    ValueError
        With what to give instead.
    """
    if vector_size is None:
        return
    hybrid = f", objective='hybrid' for up to {hybrid_width}" if width < hybrid_width else ""
    check_whole(
        "vector_size",
        vector_size,
        1,
        width,
        f", the number of dimensions of this teacher and objective: use None for the default, {default}{hybrid}, or a larger teacher",
    )


def warn_ignored_options(solver: str, context: Any, given: Mapping[str, Any]) -> None:
    """Say which of gensim's settings have no effect with this solver and context, if others than the defaults are given.

    What would change the vectors in gensim is said as a warning, what would only change how fast they come as
    information: nearly every program gives `workers`.

    Parameters
    ----------
    solver : str
    context : Scope or None
        As given by the user.
    given : mapping of str to object
        The values of gensim's settings.

    Examples
    --------
    >>> import logging, sys
    >>> from gensim_distill.word2vec.compatibility import warn_ignored_options
    >>> logger = logging.getLogger("gensim_distill.word2vec.compatibility")
    >>> logger.addHandler(logging.StreamHandler(sys.stdout))
    >>> warn_ignored_options("sgd", "text", {"sg": 1, "epochs": 3})
    sg=1 has no effect: the teacher's context takes the place of input vectors, so there is neither skip-gram nor CBOW.
    """
    unused = _others(given, _OF_INPUT_VECTORS)
    if unused:
        logger.warning(
            "%s no effect: the teacher's context takes the place of input vectors, so there is neither skip-gram nor CBOW.",
            unused,
        )
    if context != "window":
        unused = _others(given, {"window": 5})
        if unused:
            logger.warning(
                "%s no effect: the teacher reads whole texts, and the context of a word is what context= says; with "
                "context='window' it is the words so many away.",
                unused,
            )
    if solver == "one-pass":
        unused = _others(given, _OF_GRADIENT_DESCENT)
        if unused:
            logger.warning(
                "%s no effect: the closed form takes one pass of sums, and needs no steps, noise words or epochs; for gradient "
                "descent, which does, give objective='x2static', solver='sgd'.",
                unused,
            )
        unused = _others(given, _OF_SPEED)
        if unused:
            logger.info("%s no effect: how the teacher's pass is spread over cores follows from its device.", unused)


def apply_train_arguments(model: Any, epochs: int | None, start_alpha: float | None, end_alpha: float | None) -> None:
    """Set what gensim's ``train()`` sets, and say once which of it has no effect on a training in closed form.

    What the model was made with is in its ``_reported_options``, since all was said of it then.
    """
    model.alpha, model.min_alpha = start_alpha or model.alpha, end_alpha or model.min_alpha
    model.epochs = epochs or model.epochs
    unused = _others({name: getattr(model, name) for name in model._reported_options}, model._reported_options)
    if unused:
        logger.warning(
            "%s no effect: train() in closed form reads the corpus once and adds to the statistics, without steps or a learning "
            "rate; to train in turns, give it other text each time, and to learn by steps objective='x2static', solver='sgd'.",
            unused,
        )
        model._reported_options = {}


def _others(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """Name what is given and not at its default, with the verb that goes with it."""
    if given.get("epochs") == 1:  # which is what is done
        given = {name: value for name, value in given.items() if name != "epochs"}
    named = [f"{name}={given[name]!r}" for name, default in defaults.items() if given.get(name, default) != default]
    return f"{', '.join(named)} {'have' if len(named) > 1 else 'has'}" if named else ""
