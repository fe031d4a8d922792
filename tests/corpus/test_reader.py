"""Items become texts: words and sentences in many scripts, tokens, phrases, keys."""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import Any

import pytest
from gensim.models import Phrases
from hypothesis import given
from hypothesis import strategies as st
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.corpus.splitting import lower, split_sentences, split_words

FAMILY = "👩\u200d👩\u200d👧"

# Any characters, with those that splitters stumble over made frequent.
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


def read_back(reader: TextReader, item: Any) -> list[str]:
    """Give what stands in the teacher's string at each word."""
    text = reader.text(item)
    return [text.string[start:end] for start, end in zip(text.starts, text.ends)]


# --- words -----------------------------------------------------------------------------------


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


# --- sentences -------------------------------------------------------------------------------


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


# --- splitters and keys of the user's own ----------------------------------------------------


def test_word_splitter_returns_strings_or_spans() -> None:
    def by_spans(string: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\S+", string)]

    string = " the dog sees the\tother dog "
    as_spans, as_strings = TextReader(word_splitter=by_spans), TextReader(word_splitter=str.split)
    assert as_spans.text(string) == as_strings.text(string)
    assert read_back(as_strings, string) == string.split()


def test_repeated_strings_have_successive_spans() -> None:
    text = TextReader(word_splitter=str.split).text("a cat a cat")
    assert text.starts == [0, 2, 6, 8]


def test_splitter_may_be_a_generator() -> None:
    reader = TextReader(word_splitter=lambda string: (match.span() for match in re.finditer("[a-z]+", string)))
    assert reader.keys("a bc, d") == ["a", "bc", "d"]


def test_sentence_splitter_returns_strings_or_spans() -> None:
    string = "One | two | one"
    reader = TextReader(sentence_splitter=lambda s: s.split(" | "))
    assert reader.sentences(string, reader.text(string)) == [(0, 3), (6, 9), (12, 15)]


def test_splitter_that_changes_words_raises() -> None:
    reader = TextReader(word_splitter=lambda string: string.lower().split())
    with pytest.raises(ValueError, match=r"word_splitter returned 'the'.*change case with key="):
        reader.keys("The dog")


def test_splitter_with_wrong_order_raises() -> None:
    reader = TextReader(word_splitter=lambda string: list(reversed(string.split())))
    with pytest.raises(ValueError, match="in order"):
        reader.keys("one two")


@pytest.mark.parametrize("spans", [[(4, 7), (0, 3)], [(0, 3), (2, 5)], [(0, 99)], [(-2, 3)], [(3, 2)]])
def test_invalid_spans_raise(spans: list[tuple[int, int]]) -> None:
    reader = TextReader(sentence_splitter=lambda string: spans)
    with pytest.raises(ValueError, match=r"sentence_splitter returned the span .* in order, without overlap"):
        reader.sentences("one two", reader.text("one two"))


def test_default_keys_of_raw_text_and_tokens() -> None:
    reader = TextReader()
    assert reader.keys("The DOG") == ["the", "dog"]
    assert reader.keys(["The", "DOG"]) == ["The", "DOG"]
    assert lower("ÄÖ") == "äö"


def test_custom_key_of_raw_text_and_tokens() -> None:
    reader = TextReader(key=str.casefold)
    assert reader.keys("Straße DOG") == reader.keys(["Straße", "DOG"]) == ["strasse", "dog"]


def test_key_does_not_change_text_for_the_teacher() -> None:
    reader = TextReader(key=str.upper)
    assert reader.text("The dog!").string == "The dog!"
    assert read_back(reader, "The dog!") == ["The", "dog"]
    assert reader.text(["The", "dog", "!"]).string == "The dog !"


def test_key_that_returns_no_string_raises() -> None:
    reader = TextReader(key=lambda word: None if word == "dog" else word)  # type: ignore[arg-type, return-value]
    with pytest.raises(TypeError, match=r"key\('dog'\) returned None: it must return the word's key as a string"):
        reader.keys("the dog")
    with pytest.raises(TypeError, match=r"key\('dog'\) returned None"):
        reader.text(["the", "dog"])


# --- tokens and phrases ----------------------------------------------------------------------


@given(tokens)
def test_tokens_are_at_their_spans(item: list[str]) -> None:
    reader = TextReader(phrase_delimiter=None)
    assert read_back(reader, item) == item


@given(tokens)
def test_token_spans_are_in_order_and_separate(item: list[str]) -> None:
    text = TextReader().text(item)
    assert all(end < start for end, start in zip(text.ends, text.starts[1:]))
    assert all(start <= end <= len(text.string) for start, end in zip(text.starts, text.ends))


@given(st.one_of(hard_text, tokens), st.sampled_from([None, str.casefold]), st.sampled_from(["_", None]))
def test_keys_equal_keys_of_text(item: Any, key: Any, delimiter: str | None) -> None:
    reader = TextReader(key=key, phrase_delimiter=delimiter)
    assert reader.keys(item) == reader.text(item).keys
    assert len(reader.text(item).starts) == len(reader.text(item).ends) == len(reader.keys(item))


def test_document_of_any_iterable_of_tokens() -> None:
    reader = TextReader()
    assert reader.keys(("a", "b")) == reader.keys({"a": 1, "b": 2}.keys()) == ["a", "b"]


def test_phrase_is_read_as_words_with_one_key() -> None:
    text = TextReader().text(["in", "new_york_city", "now"])
    assert text.string == "in new york city now"
    assert text.keys == ["in", "new_york_city", "now"]


@pytest.mark.parametrize("token", ["_", "__", "__init__", "_private", "trailing_", "a__b"])
def test_other_underscores_are_not_changed(token: str) -> None:
    assert read_back(TextReader(), ["see", token, "here"]) == ["see", token, "here"]


def test_phrase_delimiter_is_configurable() -> None:
    assert read_back(TextReader(phrase_delimiter="#"), ["new#york", "snake_case"]) == ["new york", "snake_case"]
    assert read_back(TextReader(phrase_delimiter=None), ["new_york"]) == ["new_york"]


def test_raw_text_has_no_phrases() -> None:
    assert read_back(TextReader(), "call new_york now") == ["call", "new_york", "now"]


@pytest.mark.parametrize("freeze", [False, True])
def test_phrases_of_gensim_are_words_of_the_model(bert: tuple[Any, Any], freeze: bool) -> None:
    plain = ["we like new york", "they saw new york too", "new york is far", "all foxes love york"]
    split = [sentence.split() for sentence in plain]
    phrases = Phrases(split, min_count=1, threshold=1)
    corpus = (phrases.freeze() if freeze else phrases)[split]
    teacher = ListeningTeacher(*bert)
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher, objective="aggregate", layers=0)

    assert model.wv.get_vecattr("new_york", "count") == 3
    assert teacher.heard == plain
