"""Corpora that differ from pass to pass: an error that says what to do, or a warning with the share."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import CORPUS

from gensim_distill import DistilledWord2Vec
from gensim_distill.corpus.context_budget import ContextBudget

WORDS = sorted({word for document in CORPUS for word in document if word.isalpha()})[:30]
ONE_PASS: list[dict[str, Any]] = [
    {},
    {"objective": "aggregate"},
    {"objective": "x2static", "contexts_per_word": 3},
]
SGD: dict[str, Any] = {"objective": "x2static", "contexts_per_word": 3, "solver": "sgd", "sample": 0, "epochs": 1}
ALL = [*ONE_PASS, SGD]


def documents(number: int, seed: int = 0) -> list[list[str]]:
    draw = random.Random(seed)
    return [draw.choices(WORDS, k=8) for _ in range(number)]


class Passes:
    """A corpus with other documents in each pass; the last ones are repeated."""

    def __init__(self, *passes: Iterable[Any]) -> None:
        self.passes = list(passes)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.passes.pop(0) if len(self.passes) > 1 else self.passes[0])


def distill(corpus: Any, teacher: Any, **settings: Any) -> DistilledWord2Vec:
    return DistilledWord2Vec(corpus, teacher=teacher, min_count=1, workers=1, **settings)


def assert_differs(make: Callable[[], Any]) -> None:
    with pytest.raises(
        ValueError, match=r"^The corpus differs from pass to pass: of \d+ passages .*contexts_per_word=N"
    ):
        make()


@pytest.mark.parametrize("settings", ALL)
def test_random_walks_raise(teacher: Any, settings: dict[str, Any]) -> None:
    assert_differs(lambda: distill(Passes(*(documents(50, seed) for seed in range(3))), teacher, **settings))


@pytest.mark.parametrize("settings", [{}, {"objective": "x2static"}])
def test_random_walks_are_read_without_a_budget(
    teacher: Any, settings: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    corpus = Passes(*(documents(50, seed) for seed in range(3)))
    model = distill(corpus, teacher, **settings | {"contexts_per_word": None})
    assert model.learned.context_counts(model.views, len(model.wv)).min() > 0
    assert not caplog.text


@pytest.mark.parametrize("settings", ALL)
def test_some_changed_documents_are_logged_with_their_share(
    teacher: Any, settings: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    kept, others = documents(50), documents(50, seed=1)
    changed = [old if i % 2 else new for i, (old, new) in enumerate(zip(kept, others))]
    distill(Passes(kept, kept, changed), teacher, **settings)
    assert caplog.text.count("The corpus differs from pass to pass") == 1
    assert "%) that the context budget selected were missing" in caplog.text


@pytest.mark.parametrize("settings", ALL)
@pytest.mark.parametrize("passes", [1, 2])
def test_corpora_that_are_empty_in_a_later_pass_raise(teacher: Any, settings: dict[str, Any], passes: int) -> None:
    with pytest.raises(ValueError, match="pass a corpus"):
        distill(Passes(*[documents(50)] * passes, []), teacher, **settings)


@pytest.mark.parametrize("settings", [*ALL, {"contexts_per_word": None}])
def test_exhausted_iterators_raise(teacher: Any, settings: dict[str, Any]) -> None:
    once = iter(documents(50))
    with pytest.raises(ValueError, match="no documents in this pass, where 50 were expected"):
        distill(Passes(once), teacher, **settings)


@pytest.mark.parametrize("settings", [*ALL, {"contexts_per_word": None}])
def test_a_vocabulary_that_does_not_occur_again_raises(teacher: Any, settings: dict[str, Any]) -> None:
    other = [[word.upper() for word in document] for document in documents(50)]
    with pytest.raises(ValueError, match="none of the 30 words of the vocabulary"):
        distill(Passes(documents(50), other), teacher, **settings)


@pytest.mark.parametrize(("number", "share"), [(25, True), (80, False)])
def test_shorter_and_longer_corpora_are_logged(
    teacher: Any, number: int, share: bool, caplog: pytest.LogCaptureFixture
) -> None:
    distill(Passes(documents(50), documents(50), documents(number)), teacher)
    assert f"supplied example count ({number}) did not equal expected count (50)" in caplog.text
    assert ("differs from pass to pass" in caplog.text) == share


def test_corpora_that_differ_in_a_later_training_raise_and_change_nothing(teacher: Any) -> None:
    model = distill(documents(50), teacher)
    before = model.wv.vectors.copy()
    assert_differs(lambda: model.train(Passes(documents(50, 1), documents(50, 2))))
    np.testing.assert_array_equal(model.wv.vectors, before)
    assert model.train_count == 1


def test_later_training_without_known_words_is_logged(teacher: Any, caplog: pytest.LogCaptureFixture) -> None:
    model = distill(documents(50), teacher)
    assert model.train([["unknown", "words"]]) == (0, 0)
    assert "None of the 1 documents has a word of the vocabulary" in caplog.text


def test_a_file_that_changes_between_passes_raises(
    teacher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "live.txt"

    def write(seed: int) -> None:
        path.write_text("".join(f"{' '.join(document)}\n" for document in documents(50, seed)), encoding="utf-8")

    scan = ContextBudget.scan

    def scan_and_replace(self: ContextBudget, *args: Any, **settings: Any) -> None:
        scan(self, *args, **settings)
        write(seed=1)

    monkeypatch.setattr(ContextBudget, "scan", scan_and_replace)
    write(seed=0)
    assert_differs(lambda: distill(None, teacher, corpus_file=str(path)))


def test_resumed_checkpoints_count_their_documents(
    teacher: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        distill(documents(50), teacher, cache_dir=tmp_path)
    assert not caplog.text


def test_words_in_no_document_are_named(teacher: Any, caplog: pytest.LogCaptureFixture) -> None:
    model = DistilledWord2Vec(teacher=teacher, min_count=1)
    model.build_vocab([*documents(50), ["lone", "words"]])
    model.train(documents(50))
    assert "2 of 32 words occur in no document that the teacher read and have a vector from the word in isolation" in (
        caplog.text
    )
    assert "'lone'" in caplog.text
