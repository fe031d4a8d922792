"""The choice of texts for the teacher: every word met about so often, whatever the order and the division."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gensim_distill import DistilledWord2Vec
from gensim_distill.sampling import RarityBudget
from gensim_distill.teachers import TransformerTeacher

Texts = list[list[str]]

texts_of_any_words = st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=6), max_size=40)
budgets = st.one_of(st.integers(1, 20), st.floats(0.1, 20.0))
seeds = st.integers(0, 2**31)


def count(texts: Texts) -> Counter[str]:
    return Counter(word for text in texts for word in text)


def zipfian_texts(number: int, seed: int = 0) -> Texts:
    """Draw texts of words w0, w1, ... of falling frequency."""
    words = [f"w{i}" for i in range(60)]
    weights = [1 / (i + 1) for i in range(60)]
    draw = random.Random(seed)
    return [draw.choices(words, weights, k=draw.randint(1, 8)) for _ in range(number)]


# --- the budget ------------------------------------------------------------------------------


@given(texts_of_any_words, budgets, seeds, st.randoms(use_true_random=False))
def test_the_choice_depends_neither_on_order_nor_on_division(
    texts: Texts, budget: float, seed: int, shuffler: random.Random
) -> None:
    counts = count(texts)
    in_order = RarityBudget(budget, counts, seed)
    kept = [text for text in texts if in_order.keeps(text)]

    shuffled = texts[:]
    shuffler.shuffle(shuffled)
    middle = len(shuffled) // 2
    kept_by_two = []
    for shard in (shuffled[:middle], shuffled[middle:]):
        worker = RarityBudget(budget, dict(reversed(counts.items())), seed)
        kept_by_two += [text for text in shard if worker.keeps(tuple(text))]
    assert sorted(kept_by_two) == sorted(kept)


@given(texts_of_any_words, budgets, seeds)
def test_every_text_with_a_rare_word_is_kept(texts: Texts, budget: float, seed: int) -> None:
    counts = count(texts)
    chooser = RarityBudget(budget, counts, seed)
    for text in texts:
        if any(counts[word] <= budget for word in text):
            assert chooser.keeps(text)


@given(texts_of_any_words, seeds)
def test_a_larger_budget_keeps_all_that_a_smaller_one_keeps(texts: Texts, seed: int) -> None:
    counts = count(texts)
    small, large = RarityBudget(2, counts, seed), RarityBudget(5, counts, seed)
    assert all(large.keeps(text) for text in texts if small.keeps(text))


@given(budgets, seeds)
def test_texts_without_a_word_of_the_vocabulary_are_not_read(budget: float, seed: int) -> None:
    chooser = RarityBudget(budget, {"a": 1}, seed)
    assert not chooser.keeps([])
    assert not chooser.keeps(["unknown", "too"])
    assert chooser.keeps(["unknown", "a"]) or budget < 1


def test_a_text_is_as_rare_as_its_rarest_known_word_wherever_it_stands() -> None:
    counts = {"rare": 1, "common": 10**9}
    chooser = RarityBudget(1, counts, seed=1)
    assert chooser.keeps(["common", "common", "unknown", "rare"])
    assert chooser.keeps(["rare", "common"])
    assert not chooser.keeps(["common", "unknown"])


def test_the_same_seed_makes_the_same_choice_and_another_seed_another() -> None:
    texts = zipfian_texts(2000)
    counts = count(texts)
    choices = [[RarityBudget(5, counts, seed).keeps(text) for text in texts] for seed in (1, 1, 2)]
    assert choices[0] == choices[1] != choices[2]


def test_every_word_is_met_about_as_often_as_asked_or_as_often_as_there_is() -> None:
    texts, budget = zipfian_texts(1500), 8
    counts = count(texts)
    runs = 150
    met = np.zeros((runs, len(counts)))
    for seed in range(runs):
        chooser = RarityBudget(budget, counts, seed)
        kept = count([text for text in texts if chooser.keeps(text)])
        met[seed] = [kept[word] for word in counts]
    wanted = np.array([min(number, budget) for number in counts.values()])
    error = met.std(axis=0) / np.sqrt(runs)
    assert (met.mean(axis=0) >= wanted - 4 * error - 1e-9).all()


@pytest.mark.parametrize(("number", "budget"), [(1000, 10), (1000, 0.5), (400, 300)])
def test_no_more_texts_are_read_than_are_needed(number: int, budget: float) -> None:
    # One word alone, in as many different texts: of these the budget, on average, is to be kept.
    texts = [["word", f"unknown{i}"] for i in range(number)]
    kept = [sum(map(RarityBudget(budget, {"word": number}, seed).keeps, texts)) for seed in range(100)]
    assert np.mean(kept) == pytest.approx(budget, abs=4 * np.sqrt(budget / 100))


def test_what_is_kept_is_spread_over_the_corpus() -> None:
    texts = [["word", f"unknown{i}"] for i in range(4000)]
    chooser = RarityBudget(400, {"word": 4000}, seed=1)
    quarters = [sum(map(chooser.keeps, texts[start : start + 1000])) for start in range(0, 4000, 1000)]
    assert all(60 < kept < 140 for kept in quarters)


def test_any_unicode_can_be_drawn() -> None:
    RarityBudget(1, {"猫": 5, "\ud800": 9}, seed=1).keeps(["猫", "\ud800", ""])


def test_any_integer_is_a_seed() -> None:
    for seed in (0, -1, 2**64, np.int64(7)):
        assert RarityBudget(1, {"a": 1}, seed).keeps(["a"])  # type: ignore[arg-type]


# --- in the model ----------------------------------------------------------------------------


class ListeningTeacher(TransformerTeacher):
    """A teacher that remembers what it was given to read."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.heard: list[str] = []

    def read(self, texts: Any, layers: Any) -> Any:
        self.heard += texts
        return super().read(texts, layers)


@pytest.fixture
def listener(bert: tuple[Any, Any]) -> ListeningTeacher:
    return ListeningTeacher(*bert, device="cpu", dtype="float32")


TEXTS = zipfian_texts(250)
SETTINGS: dict[str, Any] = {"min_count": 1, "objective": "aggregate"}


def test_without_a_budget_the_teacher_reads_all(listener: ListeningTeacher) -> None:
    DistilledWord2Vec(TEXTS, teacher=listener, **SETTINGS)
    assert listener.heard == [" ".join(text) for text in TEXTS]


def test_with_a_budget_the_teacher_reads_less_and_still_meets_every_word(listener: ListeningTeacher) -> None:
    model = DistilledWord2Vec(TEXTS, teacher=listener, contexts_per_word=3, **SETTINGS)
    assert len(listener.heard) < len(TEXTS) / 2
    met = Counter(" ".join(listener.heard).split())
    rare = [word for word in model.wv.index_to_key if model.wv.get_vecattr(word, "count") <= 3]
    assert rare
    assert all(met[word] == model.wv.get_vecattr(word, "count") for word in rare)
    assert np.mean([met[word] for word in model.wv.index_to_key]) > 3
    assert model.wv.expandos["count"].sum() == sum(map(len, TEXTS))  # the vocabulary is that of the whole


def test_no_word_loses_all_of_its_contexts_to_the_budget(listener: ListeningTeacher) -> None:
    for seed in range(5):
        listener.heard.clear()
        model = DistilledWord2Vec(TEXTS, teacher=listener, contexts_per_word=1, seed=seed, **SETTINGS)
        met = set(" ".join(listener.heard).split())
        assert [word for word in model.wv.index_to_key if word not in met] == []


def test_a_budget_beyond_all_counts_reads_all(teacher: TransformerTeacher) -> None:
    whole = DistilledWord2Vec(TEXTS, teacher=teacher, **SETTINGS)
    for budget in (1e9, float("inf")):
        model = DistilledWord2Vec(TEXTS, teacher=teacher, contexts_per_word=budget, **SETTINGS)
        np.testing.assert_array_equal(model.wv.vectors, whole.wv.vectors)


def test_the_vectors_depend_on_the_seed_and_not_on_order_or_division(teacher: TransformerTeacher) -> None:
    def distil(order: Texts, parts: int = 1, seed: int = 1) -> np.ndarray:
        model = DistilledWord2Vec(teacher=teacher, contexts_per_word=3, seed=seed, **SETTINGS)
        model.build_vocab(order)
        for part in range(parts):
            model.train(order[part::parts])
        return np.array([model.wv[f"w{i}"] for i in range(40)])

    expected = distil(TEXTS)
    np.testing.assert_allclose(distil(TEXTS[::-1]), expected, atol=1e-4)
    np.testing.assert_allclose(distil(TEXTS, parts=3), expected, atol=1e-4)
    assert np.abs(distil(TEXTS, seed=2) - expected).max() > 0.01


def test_the_budget_counts_raw_text_by_its_keys(listener: ListeningTeacher) -> None:
    # "The" and "the" are one frequent word, and only the text with "aardvark" has a rare one.
    strings = [f"The {'!' * i} the" for i in range(1, 60)] + ["the Aardvark"]
    DistilledWord2Vec(strings, teacher=listener, contexts_per_word=1, **SETTINGS)
    assert "the Aardvark" in listener.heard
    assert len(listener.heard) < 10


def test_gradient_descent_trains_on_what_the_budget_leaves(listener: ListeningTeacher) -> None:
    settings = {"min_count": 1, "objective": "x2static", "solver": "sgd", "sample": 0, "workers": 1, "epochs": 2}
    model = DistilledWord2Vec(TEXTS, teacher=listener, contexts_per_word=3, **settings)
    words = sum(len(text.split()) for text in listener.heard)
    assert 0 < words < sum(map(len, TEXTS)) / 2
    trained, raw = model.train(TEXTS, total_examples=model.corpus_count, epochs=2)
    assert trained == raw == 2 * words
