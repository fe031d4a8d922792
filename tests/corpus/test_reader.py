"""Reading documents: splitters, keys, tokens and phrases."""

from __future__ import annotations

import re
from typing import Any

import pytest
from gensim.models import Phrases
from hypothesis import given
from hypothesis import strategies as st
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.corpus.splitting import lower, split_sentences

# Any characters, with difficult ones more often.
hard_text = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(list("aé_ '-.!?…。！？؟।॥\n\t\"”)»\u0301\u200b\u200d\ufe0f🇩🇪👍🏽猫กक्षि٣½")),
    ),
    max_size=60,
)
tokens = st.lists(st.text(alphabet=st.sampled_from("ab_é.!?…猫 \u200b"), max_size=6), max_size=12)


def sentences(string: str) -> list[str]:
    return [string[start:end].strip() for start, end in split_sentences(string)]


def read_back(reader: TextReader, item: Any) -> list[str]:
    """Return the text of each word in the teacher's string."""
    text = reader.text(item)
    return [text.string[start:end] for start, end in zip(text.starts, text.ends)]


# --- splitters and keys of the user's own --------------------------------------------------------


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


# --- tokens and phrases --------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "returned",
    [
        None,
        5,
        "the cat",
        b"the cat",
        [1],
        [None],
        [b"the"],
        [b"ab"],
        [(0, 1, 2)],
        [(0,)],
        [(0.5, 1.5)],
        [re.match("the", "the")],
    ],
    ids=repr,
)
@pytest.mark.parametrize("name", ["word_splitter", "sentence_splitter"])
def test_other_results_of_splitters_raise(name: str, returned: Any) -> None:
    reader = TextReader(**{name: lambda string: returned})
    with pytest.raises(
        TypeError, match=f"^{name} returned .*: it must return a list of substrings of the text"
    ) as error:
        reader.sentences("the cat", reader.text("the cat"))
    assert len(str(error.value)) < 250


@pytest.mark.parametrize(
    "settings",
    [
        {"word_splitter": None},
        {"word_splitter": "split"},
        {"key": "lower"},
        {"sentence_splitter": 5},
        {"phrase_delimiter": 5},
    ],
    ids=str,
)
def test_invalid_settings_of_a_reader_raise(settings: Any) -> None:
    with pytest.raises(TypeError, match=f"^{next(iter(settings))}=.* must be a "):
        TextReader(**settings)
