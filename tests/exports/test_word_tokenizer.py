"""The word-level tokenizer."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from gensim_distill import TextReader
from gensim_distill.exports.word_tokenizer import word_tokenizer

HARD_TEXTS = [
    "Don't panic: 3.5 cafés! I'd watch it. U.S.A. new_york e-mail 1,000.5 #tag http://x.y/z?q=1",
    "l'avion d'été 'axe' ''apple'' rock'n'roll ’Éa' (’u) ‘quoted’",
    "👩‍👩‍👧 🇩🇪🇫🇷 👍🏽 ☃️ x² ½ №5 a\u200db co\u00adop",
    "日本語テキスト カタカナ ไทย हिन्दी ׳א״ב ΟΔΥΣΣΕΥΣ ΣΑΣ İstanbul STRASSE e\u0301tude",
    "cafe\u0301 CAFE\u2060\u0301 \u1112\u1161\u11ab \u05e9\u05bc\u05c1 \u0915\u093c \u212b a\u0323\u0302 \u0301a",
    "foo\r\nbar  baz\tqux\x1cquux\x85end\u3000fin",
]


@pytest.mark.parametrize("text", HARD_TEXTS)
@pytest.mark.parametrize(
    ("reader", "options"),
    [
        (TextReader(), {}),
        (TextReader(key=str), {"lowercase": False}),
        (TextReader(str.split), {"splitter": "whitespace"}),
        (TextReader(str.split, key=str), {"splitter": "whitespace", "lowercase": False}),
    ],
)
def test_the_tokenizer_splits_like_the_reader(text: str, reader: TextReader, options: dict[str, Any]) -> None:
    keys = reader.keys(text)
    words = sorted(set(keys))
    tokens = word_tokenizer(words, **options).encode(text).tokens
    assert tokens == keys


def test_unreachable_words_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "gensim_distill"):
        word_tokenizer(["cat", ".", "Cat", "two words"])
    assert "3 of 4 words do not occur" in caplog.text


def test_words_are_checked_in_batches(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The encodings of all words of a large vocabulary would take gigabytes."""
    monkeypatch.setattr("gensim_distill.exports.word_tokenizer._BATCH", 2)
    with caplog.at_level(logging.INFO, "gensim_distill"):
        word_tokenizer(["rain", "two words", "sun", "Sun", "snow"])
    assert "2 of 5 words do not occur" in caplog.text and "such as 'two words', 'Sun'" in caplog.text
