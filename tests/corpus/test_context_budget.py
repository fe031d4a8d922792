"""The choice of passages for the teacher: every word met about so often, whatever the order and the division."""

from __future__ import annotations

import itertools
import random
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.corpus.context_budget import ContextBudget
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.passage_batches import hash_passage
from gensim_distill.corpus.passages import PassageSizes, count_words, divide, divide_documents
from gensim_distill.teachers import TransformerTeacher

Texts = list[list[str]]

texts_of_any_words = st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=6), max_size=40)
budgets = st.integers(1, 20)
seeds = st.integers(0, 2**31)


def count(texts: Texts) -> Counter[str]:
    return Counter(word for text in texts for word in text)


def zipfian_texts(number: int, seed: int = 0) -> Texts:
    """Draw texts of words w0, w1, ... of falling frequency."""
    words = [f"w{i}" for i in range(60)]
    weights = [1 / (i + 1) for i in range(60)]
    draw = random.Random(seed)
    return [draw.choices(words, weights, k=draw.randint(1, 8)) for _ in range(number)]


def budget_for(texts: Texts, contexts_per_word: int, seed: int) -> ContextBudget:
    words = sorted(count(texts))
    budget = ContextBudget(contexts_per_word, {word: index for index, word in enumerate(words)}, seed)
    budget.scan(texts)
    return budget


def kept(budget: ContextBudget, documents: Sequence[Document]) -> list[bool]:
    """Return for each document whether it, or an equal one, is selected."""
    chosen = {read if isinstance(read, str) else tuple(read) for read in budget.select(documents)}
    return [(document if isinstance(document, str) else tuple(document)) in chosen for document in documents]


# --- the budget ------------------------------------------------------------------------------


def oracle(texts: Texts, contexts_per_word: int, numbers: dict[str, int]) -> set[str]:
    """Return the selected documents, computed in the simplest way: words select from the rarest to the most frequent."""
    distinct = {" ".join(text): text for text in texts}
    holding = {
        word: sorted((joined for joined, text in distinct.items() if word in text), key=numbers.__getitem__)
        for word in sorted(count(texts))
    }
    candidates = {joined for all_of_it in holding.values() for joined in all_of_it[: 2 * contexts_per_word]}
    of_candidates = {
        word: [joined for joined in all_of_it if joined in candidates] for word, all_of_it in holding.items()
    }
    chosen: set[str] = set()

    def lacking(word: str) -> int:
        return min(contexts_per_word, len(of_candidates[word])) - sum(word in distinct[joined] for joined in chosen)

    def gain(joined: str) -> Fraction:
        return Fraction(sum(lacking(word) > 0 for word in set(distinct[joined])), len(distinct[joined]) + 30)

    for word in sorted(of_candidates, key=lambda word: len(of_candidates[word])):
        if lacking(word) > 0:
            own = sorted((joined for joined in of_candidates[word] if joined not in chosen), key=gain, reverse=True)
            chosen.update(own[: lacking(word)])
    return chosen


@given(texts_of_any_words, budgets, seeds)
def test_selection_equals_slow_reference(texts: Texts, contexts_per_word: int, seed: int) -> None:
    budget = budget_for(texts, contexts_per_word, seed)
    numbers = {" ".join(text): hash_passage(text, b"%d" % seed) for text in texts}
    chosen = oracle(texts, contexts_per_word, numbers)
    assert {" ".join(text) for text in budget.select(texts)} == chosen


@given(texts_of_any_words, budgets, seeds)
def test_each_word_has_enough_documents_or_all(texts: Texts, contexts_per_word: int, seed: int) -> None:
    budget = budget_for(texts, contexts_per_word, seed)
    selected = list(budget.select(texts))
    for word in count(texts):
        holding = {tuple(text) for text in texts if word in text}
        assert sum(word in text for text in selected) >= min(len(holding), contexts_per_word)


@given(texts_of_any_words, budgets, seeds)
def test_first_of_equal_documents_is_selected(texts: Texts, contexts_per_word: int, seed: int) -> None:
    budget = budget_for(texts, contexts_per_word, seed)
    read = [next(i for i, text in enumerate(texts) if text is chosen) for chosen in budget.select(texts)]
    assert read == [i for i, keeps in enumerate(kept(budget, texts)) if keeps and texts[i] not in texts[:i]]
    assert len(read) == budget.num_selected


@given(texts_of_any_words, budgets, seeds, st.integers(0, 40), st.booleans())
def test_selection_does_not_depend_on_parts(
    texts: Texts, contexts_per_word: int, seed: int, cut: int, backwards: bool
) -> None:
    vocabulary = {word: index for index, word in enumerate(sorted(count(texts)))}
    whole, *parts = (ContextBudget(contexts_per_word, vocabulary, seed) for _ in range(3))
    whole.scan(texts)
    divided = [texts[:cut], texts[cut:]]
    for number, (part, budget) in enumerate(zip(divided, parts)):
        budget.scan(part, part=number)
    if backwards:
        parts.reverse()
    parts[0].merge(parts[1])
    read = [text for number, part in enumerate(divided) for text in parts[0].select(part, part=number)]
    assert read == list(whole.select(texts))


@given(texts_of_any_words, budgets, seeds, st.lists(st.integers(0, 40), max_size=4))
def test_merge_at_once_equals_one_by_one(texts: Texts, contexts_per_word: int, seed: int, cuts: list[int]) -> None:
    bounds = [0, *sorted(min(cut, len(texts)) for cut in cuts), len(texts)]
    divided = [texts[begin:end] for begin, end in itertools.pairwise(bounds)]
    vocabulary = {word: index for index, word in enumerate(sorted(count(texts)))}
    chosen = []
    for at_once in (True, False):
        first, *others = (ContextBudget(contexts_per_word, vocabulary, seed) for _ in divided)
        for number, (part, budget) in enumerate(zip(divided, [first, *others])):
            budget.scan(part, part=number)
        if at_once:
            first.merge(*others)
        else:
            for other in others:
                first.merge(other)
        chosen.append([list(first.select(part, part=number)) for number, part in enumerate(divided)])
    assert chosen[0] == chosen[1]


def test_merge_raises_for_different_budgets() -> None:
    ours = budget_for([["a"]], 1, seed=1)
    for other in (
        budget_for([["a"], ["b"]], 1, seed=1),
        budget_for([["a"]], 2, seed=1),
        budget_for([["a"]], 1, seed=2),
    ):
        with pytest.raises(ValueError, match="can be merged if"):
            ours.merge(other)


@given(texts_of_any_words, budgets, seeds, st.randoms(use_true_random=False))
def test_selection_does_not_depend_on_order(
    texts: Texts, contexts_per_word: int, seed: int, shuffler: random.Random
) -> None:
    shuffled = texts[:]
    shuffler.shuffle(shuffled)
    in_order, out_of_order = (budget_for(some, contexts_per_word, seed) for some in (texts, shuffled))
    assert kept(in_order, texts) == [tuple(text) in set(map(tuple, out_of_order.select(shuffled))) for text in texts]


def test_selection_does_not_depend_on_buffer_size(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = zipfian_texts(500)
    at_once = budget_for(texts, 3, seed=1)
    monkeypatch.setattr("gensim_distill.corpus.context_budget._BUFFERED_WORDS", 7)
    monkeypatch.setattr("gensim_distill.corpus.passage_batches._CHARACTERS", 100)
    piecewise = budget_for(texts, 3, seed=1)
    assert kept(at_once, texts) == kept(piecewise, texts)


# Documents with equal words, which a teacher that distinguishes case and punctuation does not read alike.
SPELLINGS = ["US stocks fell!", "us stocks fell", "Us Stocks fell.", "us stocks fell"]


@given(st.lists(st.sampled_from(SPELLINGS), min_size=1), budgets, seeds, st.integers(0, 8))
def test_documents_are_equal_if_the_teacher_reads_the_same(
    texts: list[str], contexts_per_word: int, seed: int, cut: int
) -> None:
    whole, *parts = (ContextBudget(contexts_per_word, {"us": 0, "stocks": 1, "fell": 2}, seed) for _ in range(3))
    whole.scan(texts)
    selected = list(whole.select(texts))
    assert len(selected) == len(set(selected)) == min(contexts_per_word, len(set(texts)))
    divided = [texts[cut:], texts[:cut]]
    for number, (part, budget) in enumerate(zip(divided, parts)):
        budget.scan(part, part=number)
    parts[0].merge(parts[1])
    assert {text for number, part in enumerate(divided) for text in parts[0].select(part, part=number)} == set(selected)


@pytest.mark.parametrize(
    ("reader", "documents", "distinct"),
    [
        (TextReader(key=str.lower), [["US", "stocks"], ["us", "stocks"], ("US", "stocks")], 2),
        (TextReader(key=lambda word: "x"), ["a b", "a c", "a b ", "\n\ta b"], 2),
        (TextReader(), ["\u200da b", " \u200da b", "a b"], 3),  # whitespace before a joiner belongs to the word
        (TextReader(), [["a\0b"], ["a", "b"], "\0a\0b", "a\0b", ["", "a", "b"], ["\0a", "b"]], 6),
        (TextReader(phrase_delimiter=None), [["new_york"], ["new york"], ["new", "york"]], 3),
        (TextReader(key=lambda word: word.replace("_", " ")), [["new_york"], ["new york"], ["new_york"]], 2),
        (TextReader(), [["it", "rains"], "it rains", "It rains", ["it", "rains"]], 3),
    ],
)
def test_equality_of_documents_depends_on_the_reader(
    reader: TextReader, documents: list[Document], distinct: int
) -> None:
    words = dict.fromkeys(key for document in documents for key in reader.keys(document))
    budget = ContextBudget(9, {word: row for row, word in enumerate(words)}, 1, reader)
    budget.scan(documents)
    assert len(list(budget.select(documents))) == budget.num_selected == distinct


def test_equal_documents_are_read_alike_whatever_the_whitespace_at_their_ends() -> None:
    documents = [" It rains.", "It rains. ", "It rains."]
    for order in (documents, documents[::-1]):
        for sizes in (None, PassageSizes(8), PassageSizes(8, 24)):
            budget = ContextBudget(2, {"rains": 0}, 1, sizes=sizes)
            budget.scan(order)
            assert list(budget.select(order)) == ["It rains."]


def raw_corpus(number: int, seed: int = 0) -> list[str]:
    """Draw raw documents of several sentences, of which some occur in several documents."""
    draw = random.Random(seed)
    sentences = [" ".join(text).capitalize() + "." for text in zipfian_texts(60, seed)]
    return [" ".join(draw.choices(sentences, k=draw.randint(1, 12))) for _ in range(number)]


@given(st.integers(0, 1000), budgets, st.integers(4, 20), st.integers(0, 20))
def test_passages_of_documents_are_selected_as_documents_of_their_own(
    seed: int, contexts_per_word: int, max_words: int, cut: int
) -> None:
    documents = raw_corpus(20, seed)
    reader = TextReader()
    passages = list(divide_documents(documents, reader, max_words))
    index = {f"w{i}": i for i in range(60)}
    whole = ContextBudget(contexts_per_word, index, 1, reader, PassageSizes(max_words))
    whole.scan(documents)
    selected = list(whole.select(documents))
    of_passages = ContextBudget(contexts_per_word, index, 1, reader)
    of_passages.scan(passages)
    assert selected == list(of_passages.select(passages))
    assert len(selected) == len(set(selected)) == whole.num_selected

    parts = [ContextBudget(contexts_per_word, index, 1, reader, PassageSizes(max_words)) for _ in range(2)]
    divided = [documents[:cut], documents[cut:]]
    for number, (part, budget) in enumerate(zip(divided, parts)):
        budget.scan(part, part=number)
    parts[1].merge(parts[0])
    assert [p for number, part in enumerate(divided) for p in parts[1].select(part, part=number)] == selected


@given(st.integers(0, 1000), budgets, st.integers(0, 40))
def test_longer_passages_are_selected_for_texts(seed: int, contexts_per_word: int, cut: int) -> None:
    documents, reader, sizes = raw_corpus(40, seed), TextReader(), PassageSizes(8, 24)
    index = {f"w{i}": i for i in range(60)}
    divided = [documents[:cut], documents[cut:]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gensim_distill.corpus.context_budget._WORDS_OF_TEXTS", 300)
        whole, *parts = (ContextBudget(contexts_per_word, index, 1, reader, sizes) for _ in range(3))
        whole.scan(documents)
        for number, (part, budget) in enumerate(zip(divided, parts)):
            budget.scan(part, part=number)
        parts[1].merge(parts[0])
        selected = list(whole.select(documents))
        assert [p for number, part in enumerate(divided) for p in parts[1].select(part, part=number)] == selected
        assert set(whole.select(documents[::-1])) <= set(selected)
    assert len(set(selected)) == len(selected) == whole.num_selected

    longer = [passage for passage in selected if count_words(passage) > 8]
    texts = [text for text in divide_documents(documents, reader, 24) if count_words(text) > 8]
    assert set(longer) <= set(texts)
    words = sum(map(count_words, divide_documents(documents, reader, None)))
    # Half as many from 2,400 words on.
    expected = sum(map(count_words, texts)) / words * float(np.interp(words, [300, 2400], [300, 150]))
    size = sum(map(count_words, longer))
    assert expected - 1 <= size <= expected + 24 or set(longer) == set(texts)

    # No passage is read a second time as a part of a longer one, and each word has its contexts.
    inside = {passage for text in longer for passage in divide(text, reader, 8)}
    elsewhere = {p for t in divide_documents(documents, reader, 24) if t not in longer for p in divide(t, reader, 8)}
    assert not (set(selected) - set(longer)) & (inside - elsewhere)
    occurrences = Counter(word for passage in inside | elsewhere for word in set(reader.keys(passage)))
    found = Counter(word for passage in selected for word in set(reader.keys(passage)))
    read = Counter(word for passage in {*inside, *selected} for word in set(reader.keys(passage)))
    assert all(read[word] + found[word] >= min(contexts_per_word, number) for word, number in occurrences.items())
    assert all(found[word] for word in occurrences)


@given(st.integers(0, 1000), budgets, st.randoms(use_true_random=False))
def test_passages_of_several_longer_ones_do_not_depend_on_order(
    seed: int, contexts_per_word: int, shuffler: random.Random
) -> None:
    documents = raw_corpus(40, seed)
    shuffled = documents[:]
    shuffler.shuffle(shuffled)
    chosen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gensim_distill.corpus.context_budget._WORDS_OF_TEXTS", 300)
        for order in (documents, shuffled):
            index = {f"w{i}": i for i in range(60)}
            budget = ContextBudget(contexts_per_word, index, 1, TextReader(), PassageSizes(8, 24))
            budget.scan(order)
            chosen.append(sorted(map(str, budget.select(order))))
    assert chosen[0] == chosen[1]


# Sentences with marks and joiners after whitespace, narrow spaces, letters without spaces and invisible characters.
SENTENCES = [
    "It rains. ",
    "The old man  snores, and bumped his head! ",
    "\u200dWhy \u0301so?\n\n",
    "Nobody knows 1\u202f000 of it. ",
    "\u4eca\u65e5\u306f\u96e8\u304c\u964d\u3063\u3066\u3044\u308b\u3002",
    " e.g.\x1cthis \ufeffco\u00adop. ",
]
strings = st.lists(st.sampled_from(SENTENCES), max_size=12).map("".join)
token_lists = st.lists(st.sampled_from(["rain", "a\0b", ".", "?!", "", "\u2026", "snow"]), max_size=30)


@given(st.lists(strings | token_lists, max_size=12), budgets, st.booleans())
def test_selection_equals_that_of_documents_divided_before(
    documents: list[Document], contexts_per_word: int, cut: bool
) -> None:
    reader = TextReader()
    index = {word: row for row, word in enumerate({key: 0 for document in documents for key in reader.keys(document)})}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gensim_distill.corpus.passages._WINDOW", 40 if cut else 1000)
        passages = list(divide_documents(documents, reader, 5))
        budget = ContextBudget(contexts_per_word, index, 1, reader, PassageSizes(5))
        budget.scan(documents)
        divided = ContextBudget(contexts_per_word, index, 1, reader)
        divided.scan(passages)
        selected = list(budget.select(documents))
        assert selected == list(divided.select(passages))
        assert len(selected) == budget.num_selected

        chosen = []
        for settings in ({}, {"context_budget._BUFFERED_WORDS": 9, "passage_batches._CHARACTERS": 200}):
            patch.setattr("gensim_distill.corpus.context_budget._WORDS_OF_TEXTS", 30)
            for name, value in settings.items():
                patch.setattr(f"gensim_distill.corpus.{name}", value)
            budget = ContextBudget(contexts_per_word, index, 1, reader, PassageSizes(5, 15))
            budget.scan(documents)
            chosen.append(list(budget.select(documents)))
            assert len(chosen[-1]) == budget.num_selected
        assert chosen[0] == chosen[1]

        # In another order the passages are searched for, and in changed documents too.
        found = list(budget.select([*documents[::-1], *documents]))
        assert sorted(map(repr, found)) == sorted(map(repr, chosen[0]))
        changed = ["It rains. " + text if isinstance(text, str) else ["snow", ".", *text] for text in documents]
        found = list(budget.select(changed))
        assert len(set(map(repr, found))) == len(found)
        assert {*map(repr, found)} <= {*map(repr, chosen[0])}


def test_a_selected_passage_that_moved_in_its_document_is_found() -> None:
    documents: list[Document] = ["An aardvark. " + "The the the. " * 9, ["an", "okapi", "."] + ["the", "the", "."] * 9]
    budget = ContextBudget(1, {"aardvark": 0, "okapi": 1}, 1, sizes=PassageSizes(4))
    budget.scan(documents)
    selected = list(budget.select(documents))
    assert len(selected) == 2
    moved: list[Document] = ["Oh, oh, oh, oh. " + str(documents[0]), ["oh", "oh", "oh", ".", *documents[1]]]
    assert list(budget.select(moved)) == selected


def test_wrong_tokens_of_a_scanned_corpus_raise() -> None:
    for document in (["a", 7], ["a"] * 50 + [7], ("a", None), {"a": 1}, 5, (token for token in "ab")):
        budget = ContextBudget(1, {"a": 0}, 1, sizes=PassageSizes(8, 24))
        with pytest.raises(TypeError, match="A document (has the token|is)"):
            budget.scan([["a"], document])  # type: ignore[list-item]


def test_documents_that_are_short_have_no_sample_of_texts() -> None:
    documents = zipfian_texts(400)
    index = {f"w{i}": i for i in range(60)}
    budgets_of = [ContextBudget(2, index, 1, sizes=sizes) for sizes in (PassageSizes(50), PassageSizes(50, 200))]
    for budget in budgets_of:
        budget.scan(documents)
    plain, with_texts = (list(budget.select(documents)) for budget in budgets_of)
    assert plain == with_texts
    assert len(plain) < 200


def test_only_documents_with_a_selected_passage_are_divided_again(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = ["the the the. The the. " * 20 + f"The end {i}." for i in range(30)] + [
        "An aardvark. " + "The the. " * 20
    ]
    budget = ContextBudget(1, {"the": 0, "aardvark": 1}, 1, sizes=PassageSizes(8))
    budget.scan(documents)
    divided: list[Document] = []

    def divide_and_note(document: Document, *settings: Any) -> Any:
        divided.append(document)
        return divide(document, *settings)

    monkeypatch.setattr("gensim_distill.corpus.context_budget.divide", divide_and_note)
    assert any("aardvark" in passage for passage in budget.select(documents))
    assert len(divided) <= 2


def test_passages_of_a_corpus_in_another_order_are_found(caplog: pytest.LogCaptureFixture) -> None:
    documents = raw_corpus(200)
    budget = ContextBudget(3, {f"w{i}": i for i in range(60)}, 1, sizes=PassageSizes(8))
    budget.scan(documents)
    shuffled = documents[:]
    random.Random(1).shuffle(shuffled)
    found = list(budget.select(shuffled))
    assert len(found) == len(set(found))
    assert len(found) > 0.9 * budget.num_selected
    assert set(found) <= set(budget.select(documents))
    assert not list(budget.select(["Another corpus."] * 200))


def test_memory_of_a_scan_does_not_depend_on_the_length_of_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gensim_distill.corpus.passage_batches._CHARACTERS", 20_000)
    monkeypatch.setattr("gensim_distill.corpus.passages._WINDOW", 4_000)

    def peak(documents: list[str]) -> int:
        budget = ContextBudget(4, {f"w{i}": i for i in range(60)}, 1, sizes=PassageSizes(64))
        tracemalloc.start()
        try:
            budget.scan(documents)
            assert sum(1 for _ in budget.select(documents))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    sentences = [" ".join(text).capitalize() + "." for text in zipfian_texts(8_000)]
    assert peak([" ".join(sentences)]) < 1.1 * peak(sentences)


def test_missing_passages_raise_or_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    budget = budget_for([[f"w{i}"] for i in range(20)], 1, seed=1)
    budget.check_found(20)
    assert not caplog.text
    budget.check_found(14)
    budget.check_found(2)
    assert [record.getMessage().partition(" that the")[0] for record in caplog.records] == [
        "The corpus differs from pass to pass: 6 of 20 passages (30%)",
        "The corpus differs from pass to pass: 18 of 20 passages (90%)",
    ]
    with pytest.raises(
        ValueError, match="of 20 passages .* the teacher found 1 in the next: .* contexts_per_word=None"
    ):
        budget.check_found(1)
    parts = [budget_for([[f"w{i}"] for i in range(20)], 1, seed=1) for _ in range(2)]
    parts[0].scan([["w0", "w1"]], part=3)
    parts[0].check_found(0, first_part=4)


@given(budgets, seeds)
def test_documents_without_known_words_are_not_selected(contexts_per_word: int, seed: int) -> None:
    budget = budget_for([["a"]], contexts_per_word, seed)
    budget.scan([[], ["unknown", "too"], "unknown", ""], part=1)
    assert not list(budget.select([[], ["unknown", "too"], "unknown", ""], part=1))


def test_selection_depends_on_seed() -> None:
    texts = zipfian_texts(2000)
    choices = [kept(budget_for(texts, 5, seed), texts) for seed in (1, 1, 2)]
    assert choices[0] == choices[1] != choices[2]


def test_words_share_documents() -> None:
    texts = zipfian_texts(1500)
    budget = budget_for(texts, 8, seed=1)
    assert sum(kept(budget, texts)) < 0.5 * 8 * len(count(texts))


def test_selection_is_spread_over_the_corpus() -> None:
    texts = [["word", f"unknown{i}"] for i in range(4000)]
    budget = ContextBudget(400, {"word": 0}, seed=1)
    budget.scan(texts)
    selected = kept(budget, texts)
    quarters = [sum(selected[start : start + 1000]) for start in range(0, 4000, 1000)]
    assert sum(quarters) == 400
    assert all(60 < number < 140 for number in quarters)


def test_selection_does_not_depend_on_vocabulary_order() -> None:
    texts = zipfian_texts(300)
    words = sorted(count(texts))
    choices = []
    for order in (words, words[::-1]):
        budget = ContextBudget(3, {word: index for index, word in enumerate(order)}, seed=1)
        budget.scan(texts)
        choices.append(kept(budget, texts))
    assert choices[0] == choices[1]


def test_any_unicode_can_be_selected() -> None:
    texts = [["猫", "\ud800", ""]]
    assert list(budget_for(texts, 1, seed=1).select(texts)) == texts


def test_any_integer_is_a_seed() -> None:
    for seed in (0, -1, 2**64, np.int64(7)):
        assert budget_for([["a"]], 1, seed).num_selected == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [0, -3, 2.5, True, "8"])
def test_invalid_budget_raises(wrong: Any) -> None:
    with pytest.raises(ValueError, match="must be a whole number from 1"):
        ContextBudget(wrong, {"a": 0}, seed=1)


# --- in the model ----------------------------------------------------------------------------


TEXTS = [list(text) for text in dict.fromkeys(map(tuple, zipfian_texts(250)))]  # of equal ones a budget reads one
SETTINGS: dict[str, Any] = {"min_count": 1, "objective": "aggregate"}


def test_no_budget_reads_all_documents(listener: ListeningTeacher) -> None:
    DistilledWord2Vec(TEXTS, teacher=listener, contexts_per_word=None, **SETTINGS)
    assert listener.heard == [" ".join(text) for text in TEXTS]


@pytest.mark.parametrize(
    ("settings", "budget"),
    [
        ({}, 4),
        ({"objective": "aggregate"}, 4),
        ({"objective": "x2static"}, None),
        ({"objective": "x2static", "solver": "sgd", "sample": 0, "epochs": 1}, None),
        ({"contexts_per_word": 7}, 7),
        ({"contexts_per_word": None}, None),
    ],
)
def test_default_budget_is_that_of_the_objective(
    listener: ListeningTeacher, settings: dict[str, Any], budget: int | None
) -> None:
    model = DistilledWord2Vec(TEXTS, teacher=listener, min_count=1, **settings)
    assert model.contexts_per_word == budget
    listened = sum(text in {" ".join(t) for t in TEXTS} for text in listener.heard)
    assert (listened < len(TEXTS)) == (budget is not None)


def test_single_pass_corpus_is_read_completely_without_explicit_budget(
    listener: ListeningTeacher,
) -> None:
    model = DistilledWord2Vec(teacher=listener, **SETTINGS)
    model.build_vocab(TEXTS)
    model.train(text for text in TEXTS)
    assert listener.heard == [" ".join(text) for text in TEXTS]


def test_budget_reads_less_but_every_word(listener: ListeningTeacher) -> None:
    model = DistilledWord2Vec(TEXTS, teacher=listener, contexts_per_word=3, **SETTINGS)
    assert len(listener.heard) < len(TEXTS) / 2
    met = Counter(" ".join(listener.heard).split())
    rare = [word for word in model.wv.index_to_key if model.wv.get_vecattr(word, "count") <= 3]
    assert rare
    assert all(met[word] == model.wv.get_vecattr(word, "count") for word in rare)
    assert all(met[word] >= 3 for word in model.wv.index_to_key if word not in rare)
    assert model.wv.expandos["count"].sum() == sum(map(len, TEXTS))  # the vocabulary is that of the whole


def test_budget_keeps_contexts_of_every_word(listener: ListeningTeacher) -> None:
    for seed in range(5):
        listener.heard.clear()
        model = DistilledWord2Vec(TEXTS, teacher=listener, contexts_per_word=1, seed=seed, **SETTINGS)
        met = set(" ".join(listener.heard).split())
        assert [word for word in model.wv.index_to_key if word not in met] == []


def test_budget_above_all_counts_reads_all_documents(teacher: TransformerTeacher) -> None:
    whole = DistilledWord2Vec(TEXTS, teacher=teacher, contexts_per_word=None, **SETTINGS)
    for budget in (10_000, np.int64(10**12), 10**30):
        model = DistilledWord2Vec(TEXTS, teacher=teacher, contexts_per_word=budget, **SETTINGS)
        np.testing.assert_array_equal(model.wv.vectors, whole.wv.vectors)


def test_vectors_depend_on_seed_not_on_order(teacher: TransformerTeacher) -> None:
    def distill(order: Texts, seed: int = 1) -> np.ndarray:
        model = DistilledWord2Vec(order, teacher=teacher, contexts_per_word=3, seed=seed, **SETTINGS)
        return np.array([model.wv[f"w{i}"] for i in range(40)])

    expected = distill(TEXTS)
    np.testing.assert_allclose(distill(TEXTS[::-1]), expected, atol=1e-4)
    assert np.abs(distill(TEXTS, seed=2) - expected).max() > 0.01


@pytest.mark.parametrize("objective", ["aggregate", "hybrid", "x2static"])
def test_vectors_of_equal_words_in_other_texts_do_not_depend_on_order(
    teacher: TransformerTeacher, objective: str
) -> None:
    texts = [" ".join(text) for text in TEXTS[:40]] + ["W1 w2, w3!", "w1 w2 w3", "w1; W2 w3", "w1 w2 w3"]
    moments = [
        DistilledWord2Vec(
            order, teacher=teacher, contexts_per_word=50, min_count=1, objective=objective
        ).learned.moments
        for order in (texts, texts[::-1])
    ]
    for one, other in zip(*(some.values() for some in moments)):
        assert one.total_count == other.total_count
        np.testing.assert_allclose(sorted(one.sums.sum(axis=1)), sorted(other.sums.sum(axis=1)), atol=1e-3)


def test_budget_raises_for_single_pass_corpus(teacher: TransformerTeacher) -> None:
    model = DistilledWord2Vec(teacher=teacher, contexts_per_word=3, **SETTINGS)
    model.build_vocab(TEXTS)
    with pytest.raises(TypeError, match="try a re-iterable"):
        model.train(text for text in TEXTS)


def test_budget_counts_raw_text_by_keys(listener: ListeningTeacher) -> None:
    # "The" and "the" are one frequent word, and only the text with "aardvark" has a rare one.
    strings = [f"The {'the ' * i}" for i in range(1, 60)] + ["the Aardvark"]
    DistilledWord2Vec(strings, teacher=listener, contexts_per_word=1, **SETTINGS)
    assert "the Aardvark" in listener.heard
    assert len(listener.heard) < 10


def test_gradient_descent_with_budget(listener: ListeningTeacher) -> None:
    settings = {"min_count": 1, "objective": "x2static", "solver": "sgd", "sample": 0, "workers": 1, "epochs": 2}
    model = DistilledWord2Vec(TEXTS, teacher=listener, contexts_per_word=3, **settings)
    words = sum(len(text.split()) for text in listener.heard)
    assert 0 < words < sum(map(len, TEXTS)) / 2
    trained, raw = model.train(TEXTS, total_examples=model.corpus_count, epochs=2)
    assert trained == raw == 2 * words
