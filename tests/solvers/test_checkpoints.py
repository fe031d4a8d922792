"""open_checkpoint: settings, vocabulary and number of a training decide whether a checkpoint is resumed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from solver_inputs import WordTeacher, count_vocabulary

from gensim_distill import TextReader
from gensim_distill.contexts.views import View
from gensim_distill.solvers.checkpoints import open_checkpoint
from gensim_distill.solvers.read_corpus import read_corpus
from gensim_distill.solvers.settings import PassSettings, Vocabulary
from gensim_distill.statistics.checkpoint import Checkpoint
from gensim_distill.statistics.corpus_statistics import CorpusStatistics

Sentences = list[list[str]]
VIEW = View((1,), "token")


@pytest.fixture
def settings(tmp_path: Path) -> PassSettings:
    return PassSettings(WordTeacher(), TextReader(), (VIEW,), cache_dir=str(tmp_path), progress=False)


def open_for(corpus: Sentences, settings: PassSettings, vocabulary: Vocabulary, **options: Any) -> Checkpoint:
    statistics = CorpusStatistics.empty([VIEW], len(vocabulary), settings.teacher.width)
    made: dict[str, Any] = {"number": 1, "earlier": {}, "solver": "one-pass"}
    return open_checkpoint(statistics, corpus, settings, vocabulary, **(made | options))


def complete(corpus: Sentences, settings: PassSettings, vocabulary: Vocabulary) -> None:
    """Write the checkpoint of a complete pass."""
    with open_for(corpus, settings, vocabulary) as checkpoint:
        skip = checkpoint.skip_processed
        for contexts in read_corpus(corpus, settings, [VIEW], vocabulary.index, skip=skip):
            checkpoint.add(contexts)
        checkpoint.end_of_corpus()
        checkpoint.finish(checkpoint.statistics.moments)


def test_complete_checkpoint_is_loaded(corpus: Sentences, settings: PassSettings) -> None:
    vocabulary = count_vocabulary(corpus)
    complete(corpus, settings, vocabulary)
    with open_for(corpus, settings, vocabulary) as checkpoint:
        assert checkpoint.complete
        assert checkpoint.statistics.documents == len(corpus)
        assert checkpoint.statistics.moments[VIEW.name].counts.sum() == sum(map(len, corpus))


def test_each_training_has_its_own_checkpoint(corpus: Sentences, settings: PassSettings) -> None:
    vocabulary = count_vocabulary(corpus)
    complete(corpus, settings, vocabulary)
    with open_for(corpus, settings, vocabulary, number=2) as checkpoint:
        assert not checkpoint.complete
        assert checkpoint.statistics.documents == 0


@pytest.mark.parametrize(
    ("budget", "changed"),
    [
        (None, {"contexts_per_word": 3}),
        (None, {"reader": TextReader(phrase_delimiter="#")}),
        (3, {"seed": 2}),
    ],
    ids=["budget", "reader", "seed"],
)
def test_checkpoint_of_other_settings_raises(
    corpus: Sentences, settings: PassSettings, budget: int | None, changed: dict[str, Any]
) -> None:
    vocabulary = count_vocabulary(corpus)
    settings = replace(settings, contexts_per_word=budget)
    complete(corpus, settings, vocabulary)
    with pytest.raises(ValueError, match="checkpoint"), open_for(corpus, replace(settings, **changed), vocabulary):
        pass


def test_seed_without_a_budget_does_not_matter(corpus: Sentences, settings: PassSettings) -> None:
    vocabulary = count_vocabulary(corpus)
    complete(corpus, settings, vocabulary)
    with open_for(corpus, replace(settings, seed=2), vocabulary) as checkpoint:
        assert checkpoint.complete


def test_checkpoint_of_another_vocabulary_raises(corpus: Sentences, settings: PassSettings) -> None:
    complete(corpus, settings, count_vocabulary(corpus))
    with pytest.raises(ValueError, match="checkpoint"), open_for(corpus, settings, count_vocabulary(corpus[:5])):
        pass
