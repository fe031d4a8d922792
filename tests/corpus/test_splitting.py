"""Words and sentences of raw text, in many scripts."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gensim_distill import TextReader
from gensim_distill.corpus.splitting import split_sentences, split_words

FAMILY = "👩\u200d👩\u200d👧"

# Any characters, with difficult ones more often.
hard_text = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(list("aé_ '-.!?…。！？؟।॥\n\t\"”)»\u0301\u200b\u200d\ufe0f🇩🇪👍🏽猫กक्षि٣½")),
    ),
    max_size=60,
)
tokens = st.lists(st.text(alphabet=st.sampled_from("ab_é.!?…猫 \u200b"), max_size=6), max_size=12)


def words(string: str) -> list[str]:
    return [string[start:end] for start, end in split_words(string)]


def sentences(string: str) -> list[str]:
    return [string[start:end].strip() for start, end in split_sentences(string)]


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("string", "expected"),
    [
        ("Don't panic: 3.5 cafés, 1,000.50 €!", ["Don't", "panic", "3.5", "cafés", "1,000.50"]),
        ("l’homme et l'eau", ["l’homme", "et", "l'eau"]),
        ("an 'odd' 'one' ’ere 'tis d'accord", ["an", "odd", "one", "ere", "tis", "d'accord"]),
        ("(well-known) snake_case", ["well", "known", "snake_case"]),
        ("Straße, İstanbul; ﬁn", ["Straße", "İstanbul", "ﬁn"]),
        ("Привет, мир!", ["Привет", "мир"]),
        ("Καλημέρα κόσμε", ["Καλημέρα", "κόσμε"]),
        ("مَرْحَبًا بالعالم؟", ["مَرْحَبًا", "بالعالم"]),
        ("שָׁלוֹם, עולם", ["שָׁלוֹם", "עולם"]),
        ("हिन्दी में। क्षि", ["हिन्दी", "में", "क्षि"]),
        ("안녕하세요 세계", ["안녕하세요", "세계"]),
        ("我喜欢猫。", ["我", "喜", "欢", "猫"]),
        ("コーヒー店", ["コーヒー", "店"]),
        ("½ Ⅻ ٣", ["½", "Ⅻ", "٣"]),
    ],
)
def test_split_words_of_many_scripts(string: str, expected: list[str]) -> None:
    assert words(string) == expected


def test_combining_marks_stay_in_words() -> None:
    decomposed = unicodedata.normalize("NFD", "naïve cafés")
    assert words(decomposed) == decomposed.split()


def test_each_emoji_is_one_word() -> None:
    assert words(f"{FAMILY} and 🇩🇪🇫🇷, 👍🏽!") == [FAMILY, "and", "🇩🇪", "🇫🇷", "👍🏽"]


def test_zero_width_space_ends_a_word_but_joiner_does_not() -> None:
    assert words("one\u200btwo क्\u200dष") == ["one", "two", "क्\u200dष"]


@pytest.mark.parametrize("string", ["", " ", "\n\t", "...", "—!?", "\u200b\u200b", "\u0301"])
def test_strings_without_letters_digits_and_emoji_have_no_words(string: str) -> None:
    assert words(string) == []


@given(hard_text)
def test_word_spans_are_in_order_without_overlap(string: str) -> None:
    position = 0
    for start, end in split_words(string):
        assert position <= start < end <= len(string)
        position = end


@given(hard_text)
def test_all_letters_and_digits_are_in_words(string: str) -> None:
    covered = {i for start, end in split_words(string) for i in range(start, end)}
    assert [c for i, c in enumerate(string) if unicodedata.category(c)[0] in "LN" and i not in covered] == []


# --- sentences -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("string", "expected"),
    [
        ("It rained. We stayed! Why?", ["It rained.", "We stayed!", "Why?"]),
        ("Pi is 3.14 or so. Yes...", ["Pi is 3.14 or so.", "Yes..."]),
        ('He said "Go." Then he left.', ['He said "Go."', "Then he left."]),
        ("(It rained.) We stayed", ["(It rained.)", "We stayed"]),
        ("What?! No… Yes.", ["What?!", "No…", "Yes."]),
        ("A title\n\nThe text", ["A title", "The text"]),
        ("one line\nis no end", ["one line\nis no end"]),
        ("今日は。元気？はい", ["今日は。", "元気？", "はい"]),
        ("「はい。」と言う。", ["「はい。」", "と言う。"]),
        ("كيف حالك؟ بخير.", ["كيف حالك؟", "بخير."]),
        ("यह है। वह है॥", ["यह है।", "वह है॥"]),
        ("no end at all", ["no end at all"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_end_at_final_punctuation_and_empty_lines(string: str, expected: list[str]) -> None:
    assert sentences(string) == expected


@given(hard_text)
def test_sentences_are_in_order_and_have_all_text(string: str) -> None:
    spans = split_sentences(string)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    covered = {i for start, end in spans for i in range(start, end)}
    assert {i for i, c in enumerate(string) if not c.isspace()} <= covered <= set(range(len(string)))


@given(hard_text)
def test_each_word_begins_in_one_sentence(string: str) -> None:
    reader = TextReader()
    text = reader.text(string)
    bounds = reader.sentences(string, text)
    assert all(sum(begin <= start < end for begin, end in bounds) == 1 for start in text.starts)


def test_sentences_of_tokens_end_at_final_punctuation() -> None:
    reader = TextReader()
    item = ["Mr.", "X", "came", "?!", "He", "left", ".", "So"]
    text = reader.text(item)
    found = [text.string[start:end] for start, end in reader.sentences(item, text)]
    assert found == ["Mr. X came ?!", "He left .", "So"]


@given(tokens)
def test_each_token_is_in_one_sentence(item: list[str]) -> None:
    reader = TextReader()
    text = reader.text(item)
    bounds = reader.sentences(item, text)
    for start, end in zip(text.starts, text.ends):
        if end > start:
            assert sum(begin <= start and end <= stop for begin, stop in bounds) == 1
