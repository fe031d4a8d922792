"""Invisible characters in raw text: which are parts of words, for the reader, for look-ups and for exported tokenizers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from gensim.models import KeyedVectors
from hypothesis import given
from hypothesis import strategies as st

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.corpus.splitting import split_sentences, split_words
from gensim_distill.corpus.word_lookup import WordLookup
from gensim_distill.exports.word_tokenizer import word_tokenizer

FORMATTING = "\u00ad\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2063\u2066\u2067\u2068\u2069\u206f\ufeff\ufff9\U000e0041"
AT_ENDS = "\u200b\u200c\u200d\ufe0f\ufe0e\u034f\u180e\u180b\u3164\U000e0100"
MALAYALAM = "അവന്\u200d"  # a joiner after a virama
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"

# Letters of several scripts, everything invisible, spaces, emoji.
_TEXT = st.lists(
    st.one_of(
        st.sampled_from([*"abc1é猫م നന്  \n\u00a0\u2009-_", "👩‍👧", "❤\ufe0f", "🇩🇪", SCOTLAND, MALAYALAM]),
        st.sampled_from([*FORMATTING, *AT_ENDS, "\u202f", "\u202f", "👩", "☃", "\u0301", "\u094d", "葛"]),
    ),
    max_size=10,
).map("".join)


def words_of(string: str, reader: TextReader | None = None) -> list[str]:
    return (reader or TextReader()).keys(string)


@pytest.mark.parametrize("character", [*FORMATTING, *AT_ENDS, "\u202f", "\u00a0", "\u2009"], ids=ascii)
def test_words_end_before_invisible_characters(character: str) -> None:
    for string in (f"Cat{character}", f"{character}Cat", f"{character}{character}cat{character} ", f"cat{character}!"):
        assert words_of(string) == ["cat"], ascii(string)
        assert words_of(string.strip("!"), TextReader(str.split)) == ["cat"], ascii(string)


@pytest.mark.parametrize("character", FORMATTING, ids=ascii)
def test_formatting_characters_do_not_make_words_differ(character: str) -> None:
    assert words_of(f"co{character}op {character} don't1{character}0") == ["coop", "don't10"]


@pytest.mark.parametrize(
    ("string", "words"),
    [
        ("vraiment\u202f? «\u202fOui\u202f», dit-il\u202f: non\u202f;", ["vraiment", "oui", "dit", "il", "non"]),
        ("10\u202f000\u202f€ et 1\u202f234\u202f567\u202fkm", ["10\u202f000", "et", "1\u202f234\u202f567", "km"]),
        ("un\u202fdeux 3\u202fmots x\u202f3", ["un", "deux", "3", "mots", "x", "3"]),
        ("می\u200cخواهم می\u200c", ["می\u200cخواهم", "می"]),
        (
            "👩\u200d👩\u200d👧 👍🏽 ❤\ufe0f 🇩🇪🇫🇷 1\ufe0f\u20e3",
            ["👩\u200d👩\u200d👧", "👍🏽", "❤\ufe0f", "🇩🇪", "🇫🇷", "1\ufe0f\u20e3"],
        ),
        ("👩\u200d ❤\ufe0f\u200d x", ["👩", "❤\ufe0f", "x"]),
        (f"{SCOTLAND} {MALAYALAM} {MALAYALAM}\u200c", [SCOTLAND, MALAYALAM, MALAYALAM]),
        ("葛\U000e0100 word\ufe0f", ["葛\U000e0100", "word"]),
        ("\u200fשלום\u200f, \u202bעולם\u202c.", ["שלום", "עולם"]),
        ("\u3164 \u200b \u200d \ufeff \u202f \ufe0f", []),
        ("\u0301b 🇩 🇪b", ["b", "🇩", "🇪", "b"]),
    ],
    ids=ascii,
)
def test_words_of_text_with_invisible_characters(string: str, words: list[str]) -> None:
    assert words_of(string) == words
    assert word_tokenizer(sorted(set(words))).encode(string).tokens == words


@given(st.lists(_TEXT, max_size=4))
@pytest.mark.parametrize(
    ("reader", "options"),
    [
        (TextReader(), {}),
        (TextReader(key=str), {"lowercase": False}),
        (TextReader(str.split), {"splitter": "whitespace"}),
        (TextReader(str.split, key=str), {"splitter": "whitespace", "lowercase": False}),
    ],
)
def test_reader_lookup_and_tokenizer_find_the_same_words(
    reader: TextReader, options: dict[str, Any], texts: list[str]
) -> None:
    expected = [reader.keys(text) for text in texts]
    words = sorted({word for keys in expected for word in keys})
    tokenizer = word_tokenizer(words, **options)
    assert [tokenizer.encode(text).tokens for text in texts] == expected
    rows, lengths = WordLookup({word: row for row, word in enumerate(words)}, reader).rows(texts)
    assert [words[row] for row in rows] == [word for keys in expected for word in keys]
    assert lengths.tolist() == [len(keys) for keys in expected]


@given(_TEXT)
@pytest.mark.parametrize("reader", [TextReader(), TextReader(str.split)])
def test_words_have_no_invisible_characters_outside(reader: TextReader, string: str) -> None:
    text = reader.text(string)
    for key, start, end in zip(text.keys, text.starts, text.ends):
        assert text.string[start:end].lower() == key
        assert key == key.strip()
        assert key[0] not in FORMATTING + AT_ENDS
        assert key[-1] not in FORMATTING + "\u200b\u200c\u034f\u180e\u3164"
        assert not set(key) & set(FORMATTING)


def test_tags_after_the_end_of_a_flag_are_removed() -> None:
    scotland = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    assert TextReader(str.split).keys(f"{scotland}\U000e0041a {scotland}") == [f"{scotland}a", scotland]


def test_tokens_are_not_changed() -> None:
    tokens = ["\ufeffthe", "co\u00adop", "cat\u200d", "\u200b", "10\u202f000"]
    assert TextReader().keys(tokens) == TextReader().text(tokens).keys == tokens


def test_custom_splitters_do_not_see_formatting_characters() -> None:
    reader = TextReader(lambda string: string.split(" "))
    assert reader.keys("\ufeffThe co\u00adop\u200f می\u200c  \u200b") == ["the", "coop", "می", ""]


def test_sentences_end_before_marks_of_direction() -> None:
    reader, string = TextReader(), "שלום.\u200f עולם."
    text = reader.text(string)
    assert [text.string[start:end].strip() for start, end in reader.sentences(string, text)] == ["שלום.", "עולם."]


def test_a_model_counts_words_with_invisible_characters_together(distill: Any, bert: Any) -> None:
    texts = ["\ufeffThe cat\u202f? The cat.", "the\u00ad cat\u200f sleeps", "\u2066the\u2069 c\u00adat\u200d sleeps"]
    model: DistilledWord2Vec = distill(texts, objective="aggregate")
    counts = {word: model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key}
    assert counts == {"the": 4, "cat": 4, "sleeps": 2}
    vectors = model.encode(["the cat", "\ufeffthe\u202fc\u00adat\u200f"])
    assert (vectors[0] == vectors[1]).all()
    assert isinstance(model.wv, KeyedVectors)


# --- time ----------------------------------------------------------------------------------------

_RUNS = [
    ".", "...'", "!。", "'", '"', "’", "1", "1,", " ", "\n ", "\n", "\u0301", "-", "_", "🇩", "🇩\u0301", "👩\u200d", "\u200d",
    "\u00ad", "\u200c", "\u202f", "\u202f1", "\ufe0f", "❤\ufe0f", "\U000e0041", SCOTLAND, "न\u094d\u200d", "a'", "Σ", "猫", "כ\"",
]  # fmt: skip


@pytest.mark.parametrize("run", _RUNS, ids=ascii)
def test_long_runs_take_linear_time(run: str) -> None:
    string = "a" + run * (40_000 // len(run)) + "b"
    reader = TextReader()
    tokenizer = word_tokenizer(["a"])
    steps: list[Callable[[str], object]] = [
        split_words,
        split_sentences,
        reader.text,
        lambda string: WordLookup({"a": 0}, reader).rows([string]),
        tokenizer.encode,
    ]
    for step in steps:
        began = time.process_time()
        step(string)
        assert time.process_time() - began < 2, step  # in quadratic time at least 3 seconds
