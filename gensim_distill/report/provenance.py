"""What is known of some vectors: what went into them, what was left out and why, how they were made."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.validation import is_whole
from gensim_distill.report.word_map import WordMap
from gensim_distill.vectors.keyed import word_counts
from gensim_distill.word2vec.model import DistilledWord2Vec

# What gensim says in the life of a model of the vocabulary: there is no other trace of it.
_WORDS_KEPT = re.compile(r"retains (\d+) unique words \(.*of original (\d+), drops (\d+)\)")
_OCCURRENCES_KEPT = re.compile(r"leaves (\d+) word corpus \(.*of original (\d+), drops (\d+)\)")
_ALWAYS = ("vector_size", "min_count", "max_vocab_size", "max_final_vocab", "seed")
_GRADIENT = ("epochs", "alpha", "min_alpha", "negative", "ns_exponent", "hs", "sample", "workers")
_NAMED = 20  # words that are named where something is said of some


@dataclass(frozen=True)
class Fact:
    """One line of a page.

    Attributes
    ----------
    what : str
        What it says something of.
    value : str
        A number or a name.
    why : str
        More about it, in a sentence or two; empty if there is no more to say.
    words : tuple of str
        Some of the words that it is about.
    """

    what: str
    value: str
    why: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What is known of some vectors; what is not known is not there.

    Attributes
    ----------
    went_in, left_out, teacher, settings : tuple of Fact
        Texts and words; what was skipped; the teacher; the parameters of the training.
    losses : tuple of float
        The mean loss of a word in each epoch.
    total_loss : float or None
        The loss of a training as a whole, where that of its epochs is not known.
    """

    went_in: tuple[Fact, ...]
    left_out: tuple[Fact, ...]
    teacher: tuple[Fact, ...]
    settings: tuple[Fact, ...]
    losses: tuple[float, ...] = ()
    total_loss: float | None = None


def facts_of(source: Any, vectors: KeyedVectors, found: WordMap) -> Facts:
    """Gather what a model, or a file, and its vectors tell.

    Parameters
    ----------
    source : DistilledWord2Vec, gensim model, KeyedVectors, str or path
    vectors : KeyedVectors
        Those of the source.
    found : WordMap
        Their map.

    Returns
    -------
    Facts

    Examples
    --------
    >>> from gensim.models import Word2Vec
    >>> from gensim.test.utils import common_texts
    >>> from gensim_distill.report.provenance import facts_of
    >>> from gensim_distill.report import word_map
    >>> model = Word2Vec(common_texts, vector_size=8, min_count=2)
    >>> facts = facts_of(model, model.wv, word_map(model))
    >>> [f"{fact.what}: {fact.value}" for fact in facts.went_in]
    ['Texts: 9', 'Words: 29', 'Different words: 12', 'Vocabulary: 12 words', 'Length of a vector: 8']
    """
    events = getattr(source, "lifecycle_events", None) or []
    losses = tuple(getattr(source, "epoch_losses", ()))
    total = float(getattr(source, "running_training_loss", 0.0) or 0.0)
    return Facts(
        went_in=tuple(_went_in(source, vectors, events)),
        left_out=tuple(_left_out(source, vectors, found, events)),
        teacher=tuple(_teacher(source)) if _is_distilled(source) else (),
        settings=tuple(_settings(source)),
        losses=losses,
        total_loss=total if getattr(source, "compute_loss", False) and total and not losses else None,
    )


def _went_in(source: Any, vectors: KeyedVectors, events: list[dict[str, Any]]) -> Iterable[Fact]:
    texts = int(getattr(source, "corpus_count", 0) or 0)
    words = int(getattr(source, "corpus_total_words", 0) or 0)
    later = sum(bool(event.get("update")) for event in events if event.get("event") == "build_vocab")
    in_turns = "Of the last part of the corpus: the vocabulary was made in several turns." if later else ""
    if texts:
        yield Fact("Texts", f"{texts:,}", in_turns)
    if words:
        yield Fact("Words", f"{words:,}", in_turns or "Occurrences, those of rare words included.")
    kept = _message(events, _WORDS_KEPT)
    if kept and not later:
        yield Fact("Different words", f"{kept[1]:,}")
    yield Fact("Vocabulary", f"{len(vectors):,} words")
    read = [event["documents"] for event in events if event.get("event") == "train" and "documents" in event]
    if read:
        times = f"In {len(read)} trainings." if len(read) > 1 else ""
        yield Fact("Texts read by the teacher", f"{sum(read):,}", times)
    yield Fact("Length of a vector", f"{vectors.vector_size:,}")
    if isinstance(source, (str, os.PathLike)):
        yield Fact("File", Path(source).name)
        if word_counts(vectors) is None:
            yield Fact("Counts", "unknown", "The file has none; its order is taken for that of frequency.")


def _left_out(source: Any, vectors: KeyedVectors, found: WordMap, events: list[dict[str, Any]]) -> Iterable[Fact]:
    trainings = [event for event in events if event.get("event") == "train"]
    vocabularies = [event for event in events if event.get("event") == "build_vocab"]
    kept, occurrences = _message(events, _WORDS_KEPT), _message(events, _OCCURRENCES_KEPT)
    if kept and len(vocabularies) == 1 and kept[2]:
        of = f"; {occurrences[2]:,} of {occurrences[1]:,} occurrences" if occurrences else ""
        least = getattr(source, "effective_min_count", None) or getattr(source, "min_count", None)
        yield Fact(
            "Rare words", f"{kept[2]:,} words", f"Met fewer than {least} times (min_count){of}. They have no vector."
        )
    if _is_distilled(source):
        if len(trainings) == len(vocabularies) == 1 and isinstance(source.contexts_per_word, int):
            texts = int(source.corpus_count or 0)
            unread = texts - int(trainings[0].get("documents", texts))
            if unread > 0:
                yield Fact(
                    "Texts not read",
                    f"{unread:,} texts",
                    f"The teacher reads until every word is met in {source.contexts_per_word} texts, where there are so many, "
                    "and of equal texts one (contexts_per_word).",
                )
        if isinstance(source, DistilledWord2Vec):
            yield from _without_contexts(source)
    if found.without_direction:
        yield Fact(
            "Vectors of zeros", f"{found.without_direction:,} words", "They have no direction and no place here."
        )
    shown = len(found.words) + found.without_direction
    if found.vocabulary > shown:
        yield Fact(
            "Not on the map",
            f"{found.vocabulary - shown:,} words",
            f"The map shows the {shown:,} most frequent ones (max_words); neighbors are sought among them.",
        )


def _without_contexts(model: DistilledWord2Vec) -> Iterable[Fact]:
    """Tell of words that the teacher could make nothing of, or that were never drawn."""
    words = model.wv.index_to_key
    if model.learned.moments:
        untrained = ~np.any([view.counts > 0 for view in model.learned.moments.values()], axis=0)
        untokenizable = max(int(view.untokenizable.sum()) for view in model.learned.moments.values())
        why = "The teacher could make nothing of them. They keep a small random vector."
    elif model.solver == "sgd" and model.negative and hasattr(model, "syn1neg"):
        untrained, untokenizable = ~np.any(model.syn1neg, axis=1), 0
        why = "Left out whenever examples were drawn (sample). They keep a small random vector."
    else:
        return
    named = np.flatnonzero(untrained)
    if len(named):
        yield Fact(
            "Words without contexts", f"{len(named):,} words", why, tuple(words[index] for index in named[:_NAMED])
        )
    if untokenizable:
        yield Fact(
            "Occurrences not read", f"{untokenizable:,}", "The teacher's tokenizer makes nothing of these characters."
        )


def _is_distilled(source: Any) -> bool:
    """Tell whether a model is one of ours, or what the command line has kept of one."""
    return getattr(source, "teacher_reference", None) is not None


def _teacher(model: Any) -> Iterable[Fact]:
    reference = model.teacher_reference
    source, width, layers = reference.source, reference.width, reference.num_layers
    if source is None:
        yield Fact("Teacher", "an object without a name")
    else:
        path = Path(source[0])
        # Of a folder here the end is enough; where it lies is nobody's business but the user's.
        yield Fact("Teacher", "/".join(path.parts[-2:]) if path.is_absolute() else source[0])
    yield Fact("Width of its states", f"{width:,}")
    yield Fact("Layers", f"{layers}", "The embedding layer included.")


def _settings(source: Any) -> Iterable[Fact]:
    kind = getattr(source, "kind", type(source).__name__)
    yield Fact("Kind", "file of vectors" if isinstance(source, (str, os.PathLike)) else kind)
    names: list[str] = []
    if _is_distilled(source):
        named = isinstance(source.objective, str)
        yield Fact("objective", source.objective if named else type(source.objective).__name__)
        yield from (Fact(name, _written(value)) for name, value in _parameters(source.objective))
        yield Fact("solver", source.solver)
        yield Fact("contexts_per_word", _written(source.contexts_per_word))
        names = [*_ALWAYS, *(_GRADIENT if source.solver == "sgd" else ())]
    elif hasattr(source, "wv"):
        names = [*_ALWAYS, "sg", "window", *_GRADIENT]
    for name in names:
        value = getattr(source, name, None)
        if value is not None:
            yield Fact(name, _written(value))
    created = [event for event in getattr(source, "lifecycle_events", None) or [] if event.get("event") == "created"]
    if created:
        version = created[0].get("gensim")
        yield Fact("Made", str(created[0].get("datetime", ""))[:10], f"With gensim {version}." if version else "")


def _parameters(objective: Any) -> Iterable[tuple[str, Any]]:
    if is_dataclass(objective):
        for field in fields(objective):
            yield field.name, getattr(objective, field.name)


def _written(value: Any) -> str:
    if value is None:
        return "all"
    if is_whole(value):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, (float, np.floating)) else str(value)


def _message(events: list[dict[str, Any]], pattern: re.Pattern[str]) -> tuple[int, int, int] | None:
    """Give the numbers of the last event that says something of this kind."""
    for event in reversed(events):
        numbers = pattern.search(str(event.get("msg", "")))
        if numbers:
            kept, original, dropped = map(int, numbers.groups())
            return kept, original, dropped
    return None
