"""`ModelFacts`: what the HTML report states about a model: corpus, vocabulary, exclusions, teacher and settings."""

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

# Messages of gensim's lifecycle events, the only record of the original vocabulary.
_WORDS_KEPT = re.compile(r"retains (\d+) unique words \(.*of original (\d+), drops (\d+)\)")
_OCCURRENCES_KEPT = re.compile(r"leaves (\d+) word corpus \(.*of original (\d+), drops (\d+)\)")
# The message of a training of this package.
_WORDS_READ = re.compile(r"(\d+) raw words")
_SETTINGS = ("vector_size", "min_count", "max_vocab_size", "max_final_vocab", "seed")
_TRAINING_SETTINGS = ("epochs", "alpha", "min_alpha", "negative", "ns_exponent", "hs", "sample", "workers")
_EXAMPLES = 20  # words listed per fact


@dataclass(frozen=True)
class Fact:
    """One line of the report.

    Attributes
    ----------
    name : str
    value : str
        A number or a name.
    explanation : str
        One or two sentences, or empty.
    words : tuple of str
        Examples of the words concerned.
    """

    name: str
    value: str
    explanation: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelFacts:
    """The known facts about some vectors; unknown facts are omitted.

    Attributes
    ----------
    corpus : tuple of Fact
        Documents, words and vocabulary.
    excluded : tuple of Fact
        Words and documents that were not used, and why.
    teacher : tuple of Fact
    settings : tuple of Fact
        The parameters of the training.
    losses : tuple of float
        The mean loss per word of each epoch.
    total_loss : float or None
        The loss of the whole training, if that of its epochs is not known.
    """

    corpus: tuple[Fact, ...]
    excluded: tuple[Fact, ...]
    teacher: tuple[Fact, ...]
    settings: tuple[Fact, ...]
    losses: tuple[float, ...] = ()
    total_loss: float | None = None


def collect_facts(source: Any, vectors: KeyedVectors, words: WordMap) -> ModelFacts:
    """Collect the facts about a model or file and its vectors.

    Parameters
    ----------
    source : DistilledWord2Vec, gensim model, KeyedVectors, str or path
    vectors : KeyedVectors
        The vectors of the source.
    words : WordMap
        The map of these vectors.

    Returns
    -------
    ModelFacts

    Examples
    --------
    >>> from gensim.models import Word2Vec
    >>> from gensim.test.utils import common_texts
    >>> from gensim_distill.report.model_facts import collect_facts
    >>> from gensim_distill.report import word_map
    >>> model = Word2Vec(common_texts, vector_size=8, min_count=2)
    >>> facts = collect_facts(model, model.wv, word_map(model))
    >>> [f"{fact.name}: {fact.value}" for fact in facts.corpus]
    ['Documents: 9', 'Words: 29', 'Distinct words: 12', 'Vocabulary: 12 words', 'Dimensions: 8']
    """
    events = getattr(source, "lifecycle_events", None) or []
    losses = tuple(getattr(getattr(source, "learned", None), "epoch_losses", ()))
    total = float(getattr(source, "running_training_loss", 0.0) or 0.0)
    return ModelFacts(
        corpus=tuple(_corpus(source, vectors, events)),
        excluded=tuple(_excluded(source, vectors, words, events)),
        teacher=tuple(_teacher(source)) if _is_distilled(source) else (),
        settings=tuple(_settings(source)),
        losses=losses,
        total_loss=total if getattr(source, "compute_loss", False) and total and not losses else None,
    )


def _corpus(source: Any, vectors: KeyedVectors, events: list[dict[str, Any]]) -> Iterable[Fact]:
    documents = int(getattr(source, "corpus_count", 0) or 0)
    words = int(getattr(source, "corpus_total_words", 0) or 0)
    later = sum(bool(event.get("update")) for event in events if event.get("event") == "build_vocab")
    last_update = "In the last update of the vocabulary." if later else ""
    if documents:
        yield Fact("Documents", f"{documents:,}", last_update)
    if words:
        yield Fact("Words", f"{words:,}", last_update or "All occurrences, rare words included.")
    kept = _message(events, _WORDS_KEPT)
    if kept and not later:
        yield Fact("Distinct words", f"{kept[1]:,}")
    yield Fact("Vocabulary", f"{len(vectors):,} words")
    read = [event["documents"] for event in events if event.get("event") == "train" and "documents" in event]
    if read:
        times = f"In {len(read)} trainings." if len(read) > 1 else ""
        yield Fact("Passages read by the teacher", f"{sum(read):,}", times)
    yield Fact("Dimensions", f"{vectors.vector_size:,}")
    if isinstance(source, (str, os.PathLike)):
        yield Fact("File", Path(source).name)
        if word_counts(vectors) is None:
            yield Fact("Counts", "unknown", "The file has none; the first words are taken as the most frequent.")


def _excluded(source: Any, vectors: KeyedVectors, word_map: WordMap, events: list[dict[str, Any]]) -> Iterable[Fact]:
    trainings = [event for event in events if event.get("event") == "train"]
    vocabularies = [event for event in events if event.get("event") == "build_vocab"]
    kept, occurrences = _message(events, _WORDS_KEPT), _message(events, _OCCURRENCES_KEPT)
    if kept and len(vocabularies) == 1 and kept[2]:
        of = f"; {occurrences[2]:,} of {occurrences[1]:,} occurrences" if occurrences else ""
        least = getattr(source, "effective_min_count", None) or getattr(source, "min_count", None)
        yield Fact(
            "Rare words", f"{kept[2]:,} words", f"Fewer than {least} occurrences (min_count){of}. They have no vector."
        )
    if _is_distilled(source):
        if len(trainings) == len(vocabularies) == 1 and isinstance(source.contexts_per_word, int):
            words, read = int(source.corpus_total_words or 0), _WORDS_READ.search(str(trainings[0].get("msg", "")))
            if read and words > int(read[1]):
                yield Fact(
                    "Words not read",
                    f"{words - int(read[1]):,} of {words:,} words",
                    f"The teacher reads only enough passages for {source.contexts_per_word} contexts per word "
                    "(contexts_per_word), and equal passages once.",
                )
        if isinstance(source, DistilledWord2Vec):
            yield from _without_contexts(source)
    if word_map.zero_vectors:
        yield Fact("Zero vectors", f"{word_map.zero_vectors:,} words", "They have no position on the map.")
    shown = len(word_map.words) + word_map.zero_vectors
    if word_map.vocabulary_size > shown:
        yield Fact(
            "Not on the map",
            f"{word_map.vocabulary_size - shown:,} words",
            f"The map shows the {shown:,} most frequent words (max_words); neighbors are searched among them.",
        )


def _without_contexts(model: DistilledWord2Vec) -> Iterable[Fact]:
    """Yield facts about words that the tokenizer cannot represent, or that were never sampled."""
    words = model.learned.words or model.wv.index_to_key  # those of the rows, which wv may have in another order
    if model.learned.moments:
        untrained = ~np.any([view.counts > 0 for view in model.learned.moments.values()], axis=0)
        untokenizable = max(int(view.untokenizable.sum()) for view in model.learned.moments.values())
        reason = "The teacher has no hidden states for them. They keep a small random vector."
    elif model.solver == "sgd" and model.negative and hasattr(model, "syn1neg"):
        untrained, untokenizable = ~np.any(model.syn1neg, axis=1), 0
        reason = "They were never sampled (sample). They keep a small random vector."
    else:
        return
    rows = np.flatnonzero(untrained)
    if len(rows):
        yield Fact(
            "Words without contexts", f"{len(rows):,} words", reason, tuple(words[index] for index in rows[:_EXAMPLES])
        )
    if untokenizable:
        yield Fact(
            "Occurrences not read", f"{untokenizable:,}", "The teacher's tokenizer has no tokens for these characters."
        )


def _is_distilled(source: Any) -> bool:
    """Return whether a source is a distilled model, or a summary of one in the command line."""
    return getattr(source, "teacher_reference", None) is not None


def _teacher(model: Any) -> Iterable[Fact]:
    reference = model.teacher_reference
    source, width, layers = reference.source, reference.width, reference.num_layers
    if source is None:
        yield Fact("Teacher", "an object without a name")
    else:
        path = Path(source[0])
        # Not the whole path, since the report may be published.
        yield Fact("Teacher", "/".join(path.parts[-2:]) if path.is_absolute() else source[0])
    yield Fact("Dimensions of the hidden states", f"{width:,}")
    yield Fact("Layers", f"{layers}", "Including the embedding layer.")


def _settings(source: Any) -> Iterable[Fact]:
    kind = getattr(source, "kind", type(source).__name__)
    yield Fact("Kind", "vector file" if isinstance(source, (str, os.PathLike)) else kind)
    names: list[str] = []
    if _is_distilled(source):
        named = isinstance(source.objective, str)
        yield Fact("objective", source.objective if named else type(source.objective).__name__)
        yield from (Fact(name, _format(value)) for name, value in _parameters(source.objective))
        yield Fact("solver", source.solver)
        yield Fact("contexts_per_word", _format(source.contexts_per_word))
        names = [*_SETTINGS, *(_TRAINING_SETTINGS if source.solver == "sgd" else ())]
    elif hasattr(source, "wv"):
        names = [*_SETTINGS, "sg", "window", *_TRAINING_SETTINGS]
    for name in names:
        value = getattr(source, name, None)
        if value is not None:
            yield Fact(name, _format(value))
    created = [event for event in getattr(source, "lifecycle_events", None) or [] if event.get("event") == "created"]
    if created:
        version = created[0].get("gensim")
        yield Fact("Created", str(created[0].get("datetime", ""))[:10], f"With gensim {version}." if version else "")


def _parameters(objective: Any) -> Iterable[tuple[str, Any]]:
    if is_dataclass(objective):
        for field in fields(objective):
            yield field.name, getattr(objective, field.name)


def _format(value: Any) -> str:
    if value is None:
        return "all"
    if is_whole(value):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, (float, np.floating)) else str(value)


def _message(events: list[dict[str, Any]], pattern: re.Pattern[str]) -> tuple[int, int, int] | None:
    """Return the numbers in the last event whose message matches a pattern."""
    for event in reversed(events):
        numbers = pattern.search(str(event.get("msg", "")))
        if numbers:
            kept, original, dropped = map(int, numbers.groups())
            return kept, original, dropped
    return None
