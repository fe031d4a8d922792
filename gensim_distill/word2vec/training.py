"""One training of a model: gensim's bookkeeping around a solver."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from timeit import default_timer
from typing import Any

import numpy as np
from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec

from gensim_distill._utils.garbage import freeze_existing_objects
from gensim_distill._utils.progress import progress_bar
from gensim_distill.corpus.documents import Document
from gensim_distill.oov.inference import WordInference
from gensim_distill.solvers.equal_contexts import warn_equal_contexts
from gensim_distill.solvers.gradient_descent import GradientDescent
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.solvers.one_pass import OnePassSolver
from gensim_distill.solvers.settings import SolverName
from gensim_distill.statistics.context_store import ContextStore, DocumentContexts
from gensim_distill.word2vec.alignment import align_rows
from gensim_distill.word2vec.changed_settings import check_changed_settings
from gensim_distill.word2vec.compatibility import apply_train_arguments, check_hooks, warn_loop_options
from gensim_distill.word2vec.gensim3_names import did_you_mean
from gensim_distill.word2vec.parameters import check_parameters
from gensim_distill.word2vec.placement import compute_vectors, place_vectors, replace_vectors, warn_untrained
from gensim_distill.word2vec.vocabulary import check_prepared


# The docstring is that of the method, which passes the solver and the parts of the model on.
# Underflow to zero is intended, even where numpy has been set to raise, as gensim's own script sets it.
@np.errstate(under="ignore")
def train(
    model: Word2Vec,
    solver: OnePassSolver | GradientDescent,
    learned: LearnedState,
    inference: WordInference,
    documents: Iterable[Document],
    *,
    total_examples: int | None,
    callbacks: Iterable[CallbackAny2Vec],
    reported_options: dict[str, Any],
    **options: Any,
) -> tuple[int, int]:
    """Read a corpus with the teacher, and update the vectors.

    With the one-pass solver the statistics of the corpus, and its sample of texts, are added to those of all earlier ones, so
    that training on two corpora in turn results in the vectors of training on both at once, if the teacher reads all
    documents (``contexts_per_word=None``); a training that fails leaves the model as it was.
    With ``solver="sgd"`` training continues from the present weights, and one that fails keeps the steps that it has taken,
    as in gensim.

    Parameters
    ----------
    corpus_iterable, corpus_file
        The corpus, as for the constructor. It is read once, so here it may be a generator.
    total_examples, total_words, epochs, start_alpha, end_alpha, word_count, queue_factor, report_delay, compute_loss
        As in :meth:`gensim.models.Word2Vec.train`, for ``solver="sgd"``. The one-pass solver uses `total_examples`
        only, for the progress bar, and requires none; a warning names others that have no effect.
    callbacks : iterable of gensim.models.callbacks.CallbackAny2Vec, optional
        Called as in gensim; the one-pass solver has one epoch.

    Returns
    -------
    (int, int)
        Words of the vocabulary trained on, and all words read.

    Raises
    ------
    RuntimeError
        If there is no vocabulary yet, the teacher of a loaded model is not found, or its statistics are missing.
    NotImplementedError
        If a subclass overrides parts of gensim's loop, which the one-pass solver does not have.
    TypeError
        If there is no such argument.
    """
    callbacks = tuple(callbacks or ())
    if isinstance(solver, GradientDescent):
        return train_by_gradient_descent(
            model, solver, documents, total_examples=total_examples, callbacks=callbacks, **options
        )
    epochs, alphas = options.pop("epochs"), (options.pop("start_alpha"), options.pop("end_alpha"))
    compute_loss = options.pop("compute_loss")
    apply_train_arguments(model, epochs, *alphas, reported_options)
    warn_loop_options(callbacks, model.epochs, compute_loss)
    model.compute_loss, model.running_training_loss = compute_loss, 0.0
    return train_in_one_pass(
        model, learned, solver, inference, documents, total_examples=total_examples, callbacks=callbacks
    )


def check(
    model: Word2Vec,
    base: type[Word2Vec],
    learned: LearnedState,
    solver: SolverName,
    options: Mapping[str, Any],
    unknown: Mapping[str, Any],
) -> None:
    """Check, before the teacher is loaded, that a model can be trained.

    Parameters
    ----------
    model : Word2Vec
    base : type
        The class of this package, of which the model may be a subclass.
    learned : LearnedState
        Its rows are moved to the words of the model, which may have been reordered.
    solver : {"one-pass", "sgd"}
    options : mapping of str to object
        The arguments of ``train()``.
    unknown : mapping of str to object
        Arguments that ``train()`` does not have.

    Raises
    ------
    TypeError
        If there are unknown arguments.
    ValueError
        If a number among the arguments or attributes is out of range, or the vocabulary has no counts.
    RuntimeError
        If there is no vocabulary yet, or the statistics were missing when the model was loaded.
    NotImplementedError
        If a subclass overrides parts of gensim's loop, and the solver is the one-pass solver.
    """
    by_gradient_descent = solver == "sgd"
    if not by_gradient_descent:
        check_hooks(type(model), base)
    if unknown and type(model)._train_epoch is base._train_epoch:
        wrong = min(unknown)
        raise TypeError(f"train() has no parameter {wrong!r}{did_you_mean(wrong, options)}")
    check_parameters({name: value for name, value in options.items() if value is not None})
    if not model.wv.key_to_index:
        raise RuntimeError("you must first build vocabulary before training the model")
    if not len(model.wv.vectors):
        raise RuntimeError("you must initialize vectors before training the model")
    check_prepared(model.wv)
    check_changed_settings(model)
    if by_gradient_descent:
        names = ("epochs", "total_examples", "total_words")
        model._check_training_sanity(**{name: options[name] for name in names})
    if learned.moments is None:
        raise RuntimeError(
            "The statistics of this model, saved beside it in a file that ends in .moments.safetensors, were missing when it was "
            "loaded, so it cannot be trained further: put that file beside the model and load it again."
        )
    align_rows(model, learned)


@freeze_existing_objects()
def train_in_one_pass(
    model: Word2Vec,
    learned: LearnedState,
    solver: OnePassSolver,
    inference: WordInference,
    documents: Iterable[Document],
    *,
    total_examples: int | None,
    callbacks: Sequence[CallbackAny2Vec],
) -> tuple[int, int]:
    """Train a model with the one-pass solver: one epoch, in which the statistics of the corpus are added to earlier ones.

    Parameters
    ----------
    model : Word2Vec
        Its vectors and counters are updated.
    learned : LearnedState
    solver : OnePassSolver
    inference : WordInference
        Places words that were added without contexts.
    documents : iterable of str or of lists of str
    total_examples : int or None
        The announced number of documents.
    callbacks : sequence of gensim.models.callbacks.CallbackAny2Vec

    Returns
    -------
    (int, int)
        Words of the vocabulary trained on, and all words read.
    """
    assert learned.moments is not None
    start = default_timer()
    for callback in callbacks:
        callback.on_train_begin(model)
    for callback in callbacks:
        callback.on_epoch_begin(model)

    # All is computed on copies and assigned last, so that a training that fails leaves the model as it was.
    statistics = solver.collect(
        documents, learned.moments, learned.texts, number=model.train_count + 1, expected=total_examples
    )
    state, vectors = learned.copy(), copy.copy(model.wv)
    state.moments, state.texts = statistics.moments, statistics.texts
    if statistics.documents:
        trained = solver.fit(state, model.vector_size)
        has_vector = np.any(trained, axis=1)
        vectors.vectors = compute_vectors(vectors, trained, state)
        del trained
        placed = inference.of(vectors, state).place_words_without_contexts()
        has_vector[placed] = True
        has_context = np.any([moments.counts > 0 for moments in statistics.moments.values()], axis=0)
        warn_untrained(vectors, ~has_vector & ~has_context, "have no context that the teacher could read")
        warn_untrained(vectors, ~has_vector & has_context, "have contexts that equal the mean of all words")
        if solver.settings.corpus_views:
            isolated_only = has_context & (state.context_counts(solver.settings.views, len(vectors)) == 0)
            isolated_only[placed] = False
            reason = "occur in no document that the teacher read"
            warn_untrained(vectors, isolated_only, reason, "have a vector from the word in isolation only")
        of_corpus = [statistics.moments[view.name] for view in solver.settings.word_views if not view.isolated]
        warn_equal_contexts(of_corpus, solver.settings.teacher)
        replace_vectors(model.wv, vectors.vectors)
    learned.assign(state)
    model.train_count += 1

    elapsed = default_timer() - start
    model.total_train_time += elapsed
    model.add_lifecycle_event(
        "train",
        msg=(
            f"{type(solver.objective).__name__} of {statistics.documents} passages, {statistics.raw_words} raw words "
            f"({statistics.trained_words} of the vocabulary), took {elapsed:.1f}s, "
            f"{statistics.raw_words / max(elapsed, 1e-9):.0f} words/s"
        ),
        documents=statistics.documents,
        words=statistics.raw_words,
        seconds=elapsed,
    )
    for callback in callbacks:
        callback.on_epoch_end(model)
    for callback in callbacks:
        callback.on_train_end(model)
    return statistics.trained_words, statistics.raw_words


@freeze_existing_objects()
def train_by_gradient_descent(
    model: Word2Vec,
    descent: GradientDescent,
    documents: Iterable[Document],
    *,
    total_examples: int | None,
    **options: Any,
) -> tuple[int, int]:
    """Train a model by gradient descent: the teacher fills a store of contexts, and gensim's ``train()`` loops over it.

    Parameters
    ----------
    model : Word2Vec
    descent : GradientDescent
        It takes the steps of the loop; see :func:`run_epoch`.
    documents : iterable of str or of lists of str
    total_examples : int or None
        The announced number of documents.
    **options
        The other arguments of :meth:`gensim.models.Word2Vec.train`.

    Returns
    -------
    (int, int)
        Words trained on, and all words read, over all epochs.
    """
    _make_writable(model)
    try:
        with descent.read(documents, expected=total_examples) as store:
            if total_examples is not None or descent.settings.contexts_per_word is not None:
                # The examples of gensim's loop are the passages that the teacher has read.
                total_examples, options["total_words"] = store.num_documents, None
            trained = Word2Vec.train(model, corpus_iterable=store, total_examples=total_examples, **options)
        reason = "were skipped whenever examples were drawn (with little text, use sample=0)"
        if len(model.wv) == 1:
            reason = "have no other word from which gradient descent could distinguish them"
        warn_untrained(model.wv, descent.finish(), reason)
        vars(model).pop("_gradient_descent", None)  # a cycle, which only a garbage collection would free
    finally:
        descent.close()
    return trained


def run_epoch(
    model: Word2Vec, descent: GradientDescent, store: ContextStore, epoch: int, **options: Any
) -> tuple[int, int, int]:
    """Run an epoch of gensim's loop over a store of contexts, and place the vectors that result.

    Parameters
    ----------
    model : Word2Vec
    descent : GradientDescent
    store : ContextStore
    epoch : int
        Counted from 0.
    **options
        The other arguments of gensim's ``_train_epoch``.

    Returns
    -------
    (int, int, int)
        Words trained on, all words, and jobs.

    Raises
    ------
    Exception
        The first that was raised in a thread of the loop.
    """
    descent.begin_epoch(epoch)
    loss = model.running_training_loss
    with progress_bar(f"Epoch {epoch + 1} of {model.epochs}", descent.settings.progress, store.num_documents) as bar:
        counts = Word2Vec._train_epoch(model, _iterate(store, descent, bar), cur_epoch=epoch, **options)
    if descent.errors:
        raise descent.errors[0]
    if model.compute_loss and counts[0]:
        descent.state.epoch_losses.append(float(model.running_training_loss - loss) / counts[0])
    # Callbacks at the end of an epoch see in wv what has been learned so far.
    place_vectors(model.wv, descent.vectors(), descent.state)
    return counts


def _make_writable(model: Word2Vec) -> None:
    """Copy weights that are read-only, as of a memory map: gensim's C code writes to them without a check."""
    for name in ("syn1neg", "syn1"):
        weights = vars(model).get(name)
        if weights is not None and not weights.flags.writeable:
            setattr(model, name, np.array(weights))


def _iterate(store: ContextStore, descent: GradientDescent, bar: Any) -> Iterator[DocumentContexts]:
    # gensim waits forever for a thread that dies, so errors are kept and raised after the epoch.
    try:
        for document in store:
            yield document
            bar.update()
    except Exception as error:
        descent.errors.append(error)
