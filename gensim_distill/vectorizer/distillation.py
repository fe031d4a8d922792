"""Distillation of the training texts of a vectorizer, whose statistics are kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.text import short
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.encoding import TextEncoder
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.statistics.cache import StatisticsCache, StatisticsFolder, StatisticsMemory
from gensim_distill.teachers import load_teacher, teacher_source
from gensim_distill.teachers.teacher_memory import KeptName
from gensim_distill.word2vec.model import DistilledWord2Vec

#: Parameters that are passed to the constructor of the model as they are.
MODEL_PARAMETERS = (
    "teacher",
    "objective",
    "vector_size",
    "context",
    "window",
    "layers",
    "whitening",
    "min_count",
    "max_vocab_size",
    "max_final_vocab",
    "contexts_per_word",
    "reader",
    "device",
    "dtype",
    "batch_tokens",
    "max_length",
    "revision",
    "trust_remote_code",
    "progress",
)
# Parameters of the model that options may not have, and what to pass instead.
_NOT_OPTIONS = {
    **{name: f"{name}=" for name in (*MODEL_PARAMETERS, "trim_rule", "cache_dir")},
    "seed": "random_state=",
    "sentences": "the texts to fit()",
    "corpus_file": "the texts to fit()",
}

#: The statistics of the latest training texts, which all vectorizers of this process without a `cache_dir` share.
statistics_memory = StatisticsMemory()


@dataclass(frozen=True)
class Source:
    """Word vectors with their reader, and all that their model has learned, or the learned rows that are stored with them."""

    vectors: KeyedVectors
    reader: TextReader
    learned: LearnedState | None = None
    stored: TextEncoder | None = None


def distill(
    texts: Iterable[Document],
    settings: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    trim_rule: Callable[[str, int, int], int] | None = None,
    cache_dir: Any = None,
    random_state: Any = None,
) -> Source:
    """Distill a model from texts, whose statistics are kept in a folder, or in `statistics_memory`.

    Parameters
    ----------
    texts : iterable of str or of lists of str
    settings, options : mapping of str to Any
        Parameters of the model: those of the vectorizer, and others.
    trim_rule, cache_dir, random_state
        Of the vectorizer.

    Raises
    ------
    ValueError, TypeError
        If one of them is wrong.
    """
    if not (isinstance(options, Mapping) and all(isinstance(name, str) for name in options)):
        raise TypeError(f"options={short(options)} must be a dict of parameters of DistilledWord2Vec by their names.")
    if misplaced := sorted(_NOT_OPTIONS.keys() & options.keys()):
        instead = ", ".join(_NOT_OPTIONS[name] for name in misplaced)
        raise ValueError(
            f"options={short(dict(options))}: instead of {', '.join(misplaced)} pass {instead} of the vectorizer."
        )
    cache, seed = _cache(cache_dir), _seed(random_state)
    teacher = settings["teacher"]
    if isinstance(teacher, str) or (isinstance(teacher, os.PathLike) and os.path.isdir(teacher)):
        settings = {**settings, "teacher": KeptName(os.fspath(teacher))}
    model: Any = DistilledWord2Vec(**settings, seed=seed, **options)
    model._statistics_cache = cache
    # The calls of gensim's constructor.
    model.build_vocab(texts, trim_rule=trim_rule)
    model.train(
        texts,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=model.epochs,
        start_alpha=model.alpha,
        end_alpha=model.min_alpha,
        compute_loss=model.compute_loss,
        callbacks=options.get("callbacks", ()),
    )
    return Source(model.wv, model.reader, model.learned)


def teacher_name(teacher: Any) -> str | None:
    """Return the name or path of a teacher, or of the model of a pair of a model and a tokenizer; None if it has neither."""
    source = teacher_source(load_teacher(teacher))
    return None if source is None else source[0]


def _cache(cache_dir: Any) -> StatisticsCache:
    if cache_dir is None:
        return statistics_memory
    if not isinstance(cache_dir, (str, os.PathLike)):
        raise TypeError(f"cache_dir={short(cache_dir)} must be the path of a folder.")
    return StatisticsFolder(cache_dir)


def _seed(random_state: Any) -> int:
    """Return a seed of a random state as in scikit-learn."""
    if isinstance(random_state, (int, np.integer)) and 0 <= random_state < 2**32:
        return int(random_state)
    from sklearn.utils import check_random_state

    try:
        return int(check_random_state(random_state).randint(2**31 - 1))
    except ValueError:
        raise ValueError(
            f"random_state={short(random_state)} must be a whole number from 0 to 4294967295, a numpy.random.RandomState, or None to "
            "draw one."
        ) from None
