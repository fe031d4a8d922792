"""Compatibility with gensim's Word2Vec: errors for options that are not supported, warnings for those without effect."""

from __future__ import annotations

import logging
import numbers
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec

from gensim_distill._utils.validation import check_whole, is_whole
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.validation import check_corpus
from gensim_distill.distributed.protocol import DistributedCorpus
from gensim_distill.solvers.settings import SOLVERS
from gensim_distill.statistics.context_store import ContextStore
from gensim_distill.word2vec.parameters import check_parameters

logger = logging.getLogger(__name__)

# gensim's options by what they control, with their defaults: a warning names only other values.
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
_OF_INPUT_VECTORS: Mapping[str, Any] = {"sg": 0, "cbow_mean": 1}
# The methods of gensim's training loop, which subclasses override to change it.
_LOOP_METHODS = ("_do_train_job", "_do_train_epoch", "_train_epoch", "_worker_loop", "_job_producer", "_raw_word_count")

#: Parameters of the constructor that are passed to gensim's constructor unchanged.
GENSIM_PARAMETERS = (
    "alpha",
    "window",
    "min_count",
    "max_vocab_size",
    "sample",
    "workers",
    "min_alpha",
    "sg",
    "hs",
    "negative",
    "ns_exponent",
    "cbow_mean",
    "hashfxn",
    "epochs",
    "trim_rule",
    "sorted_vocab",
    "batch_words",
    "compute_loss",
    "callbacks",
    "comment",
    "max_final_vocab",
    "shrink_windows",
)


def select_gensim_options(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of the constructor that are passed to gensim's constructor unchanged."""
    return {name: arguments[name] for name in GENSIM_PARAMETERS}


def check_options(options: Mapping[str, Any]) -> None:
    """Check the options that do not depend on the teacher, before it is loaded.

    Parameters
    ----------
    options : mapping of str to object
        The arguments of the constructor.

    Raises
    ------
    ValueError, TypeError
        If one is wrong; the message says what to pass.
    """
    if options["null_word"]:
        raise ValueError(
            f"null_word={options['null_word']!r} would add a word to the vocabulary that occurs in no document, to pad "
            "concatenated windows; contexts are means here and need no padding: remove it."
        )
    if options["solver"] not in SOLVERS:
        raise ValueError(f"solver={options['solver']!r} is not known: use {' or '.join(map(repr, SOLVERS))}.")
    whitening = options["whitening"]
    is_number = isinstance(whitening, numbers.Real) and not isinstance(whitening, bool)
    if whitening is not None and not (is_number and 0 <= whitening <= 1):
        raise ValueError(f"whitening={whitening!r} must be a number between 0 (none) and 1 (full).")
    loaded = not isinstance(
        options["teacher"], (str, os.PathLike)
    )  # then check_vector_size() names the largest size at once
    check_parameters({name: value for name, value in options.items() if not (loaded and name == "vector_size")})
    if not options["hs"] and not options["negative"]:
        raise ValueError(
            "You must set either 'hs' or 'negative' to be positive: with both 0 nothing distinguishes a word's contexts from "
            "others. Omit both for negative sampling."
        )
    layers, cache_dir = options["layers"], options["cache_dir"]
    for layer in layers if isinstance(layers, Iterable) and not isinstance(layers, str) else [layers]:
        if layers is not None and not is_whole(layer):
            raise TypeError(f"layers must be an integer or a list of integers, not {layer!r}.")
    if cache_dir is not None and not isinstance(cache_dir, (str, os.PathLike)):
        raise TypeError(f"cache_dir={cache_dir!r} must be the path of a folder.")


def check_hooks(subclass: type, base: type) -> None:
    """Check that a subclass does not override the training loop of gensim, which the one-pass solver does not have.

    Raises
    ------
    NotImplementedError
        If it does; the message names the methods, which would never be called.
    """
    changed = [name for name in _LOOP_METHODS if getattr(subclass, name) is not getattr(base, name)]
    if changed:
        raise NotImplementedError(
            f"{subclass.__name__} overrides {', '.join(changed)}, of gensim's training loop, which the one-pass solver does not "
            "have: change the corpus instead, since the teacher reads what train() is given, or use objective='x2static', "
            "solver='sgd'."
        )


def check_training_corpus(corpus_iterable: Any, corpus_file: Any, passes: int, solver: str) -> None:
    """Check that a corpus can be read as often as is needed: the teacher reads it once, however many epochs there are.

    Raises
    ------
    TypeError
        If it cannot; see :func:`~gensim_distill.corpus.validation.check_corpus`.
    ValueError
        If a distributed corpus is given to gradient descent.
    """
    if isinstance(corpus_iterable, ContextStore):  # gensim's loop iterates over the store
        return
    if solver == "sgd" and isinstance(corpus_iterable, DistributedCorpus):
        raise ValueError(
            "solver='sgd' takes one step after the other and cannot be divided among workers: omit solver= for the "
            "one-pass solver, or pass a corpus that is read here."
        )
    check_corpus(corpus_iterable, corpus_file, passes=min(passes, 2))


def check_vector_size(vector_size: Any, largest: int, default: int, largest_of_hybrid: int) -> None:
    """Check the dimensions of vectors.

    Parameters
    ----------
    vector_size : int or None
        As passed by the user.
    largest : int
        The dimensions that teacher and objective have.
    default : int
        The meaning of None.
    largest_of_hybrid : int
        The dimensions that the hybrid objective has with this teacher.

    Raises
    ------
    ValueError
        If there are not that many dimensions.
    """
    if vector_size is None:
        return
    more = f", objective='hybrid' for up to {largest_of_hybrid}" if largest < largest_of_hybrid else ""
    check_whole(
        "vector_size",
        vector_size,
        1,
        largest,
        f", the number of dimensions of this teacher and objective: omit it for the default, {default}{more}, or a larger teacher",
    )


def check_reader(reader: TextReader | None) -> TextReader:
    """Return a reader of documents, the default one for None.

    Raises
    ------
    TypeError
        If it is none.
    """
    if reader is None:
        return TextReader()
    if not isinstance(reader, TextReader):
        raise TypeError(
            f"reader is of type {type(reader).__name__}, where a TextReader was expected: "
            "wrap a function that splits words, reader=TextReader(word_splitter=...)."
        )
    return reader


def warn_ignored_options(solver: str, context: Any, given: Mapping[str, Any]) -> None:
    """Log which of gensim's options have no effect with this solver and context, if they are not at their defaults.

    Options that would change vectors in gensim are logged as warnings. Options that would only change the speed are
    logged as information, since nearly every program passes `workers`.

    Parameters
    ----------
    solver : {"one-pass", "sgd"}
    context : Scope or None
        As passed by the user.
    given : mapping of str to object
        The values of gensim's options.

    Examples
    --------
    >>> import logging, sys
    >>> from gensim_distill.word2vec.compatibility import warn_ignored_options
    >>> logger = logging.getLogger("gensim_distill.word2vec.compatibility")
    >>> logger.addHandler(logging.StreamHandler(sys.stdout))
    >>> warn_ignored_options("sgd", "text", {"sg": 1, "epochs": 3})
    sg=1 has no effect: the teacher's context replaces input vectors, so there is neither skip-gram nor CBOW.
    """
    ignored = _not_default(given, _OF_INPUT_VECTORS)
    if ignored:
        logger.warning(
            "%s no effect: the teacher's context replaces input vectors, so there is neither skip-gram nor CBOW.",
            ignored,
        )
    if context != "window":
        ignored = _not_default(given, {"window": 5})
        if ignored:
            logger.warning(
                "%s no effect: the context of a word is set by context=; with context='window' it is the words at most "
                "that many positions away.",
                ignored,
            )
    if solver == "one-pass":
        ignored = _not_default(given, _OF_GRADIENT_DESCENT)
        if ignored:
            logger.warning(
                "%s no effect: the one-pass solver sums statistics, without steps, noise words or epochs; for gradient "
                "descent use objective='x2static', solver='sgd'.",
                ignored,
            )
        ignored = _not_default(given, _OF_SPEED)
        if ignored:
            logger.info("%s no effect: the device decides how the teacher's pass is spread over cores.", ignored)


def apply_train_arguments(
    model: Word2Vec, epochs: int | None, start_alpha: float | None, end_alpha: float | None, reported: dict[str, Any]
) -> None:
    """Set the attributes that gensim's ``train()`` sets, and log once which have no effect on the one-pass solver.

    Parameters
    ----------
    model : Word2Vec
        Its `alpha`, `min_alpha` and `epochs` are set.
    epochs, start_alpha, end_alpha
        As passed to ``train()``.
    reported : dict of str to object
        The values passed to the constructor, whose warning has named them; emptied by the first warning of ``train()``.
    """
    model.alpha, model.min_alpha = start_alpha or model.alpha, end_alpha or model.min_alpha
    model.epochs = epochs or model.epochs
    ignored = _not_default({name: getattr(model, name) for name in reported}, reported)
    if ignored:
        logger.warning(
            "%s no effect: train() with the one-pass solver reads the corpus once and adds to the statistics, without steps or "
            "a learning rate; for incremental training pass other text each time, and for steps use objective='x2static', "
            "solver='sgd'.",
            ignored,
        )
        reported.clear()


# Of gensim: with it nobody has requested a number of epochs.
_DEFAULT_EPOCHS = 5


def warn_loop_options(callbacks: Sequence[CallbackAny2Vec], epochs: int, compute_loss: bool) -> None:
    """Log which features of gensim's loop the one-pass solver lacks, if they are used: epochs for callbacks, and a loss."""
    if callbacks and epochs not in (1, _DEFAULT_EPOCHS):
        logger.warning(
            "Callbacks are called for one epoch, not for %i: the one-pass solver has only one, so code for later epochs does not "
            "run. For epochs use objective='x2static', solver='sgd'.",
            epochs,
        )
    if compute_loss:
        logger.warning("compute_loss has no meaning here: the one-pass solver sums statistics, without a loss.")


def check_negative_sampling(negative: int) -> None:
    """Check that words can be predicted: with ``negative=0`` they cannot, as in gensim.

    Raises
    ------
    RuntimeError
        With ``negative=0``.
    """
    if not negative:
        raise RuntimeError(
            "predict_output_word() needs the direction that separates the contexts of a word from others, which negative=0 turns "
            "off, as in gensim: use negative > 0."
        )


def score(*args: Any, **kwargs: Any) -> NoReturn:
    """Raise an error: a document has no likelihood, since the teacher read every context with its word in it.

    Raises
    ------
    NotImplementedError
        Always.
    """
    raise NotImplementedError(
        "score() is the probability of a sentence, word by word, under CBOW or skip-gram; here the teacher has read each word "
        "together with its context, so that the product would be no probability: query the teacher, a language model, directly."
    )


def _not_default(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """Name the options that are not at their defaults, with the verb that follows."""
    if given.get("epochs") == 1:  # one pass is one epoch
        given = {name: value for name, value in given.items() if name != "epochs"}
    named = [f"{name}={given[name]!r}" for name, default in defaults.items() if given.get(name, default) != default]
    return f"{', '.join(named)} {'have' if len(named) > 1 else 'has'}" if named else ""
