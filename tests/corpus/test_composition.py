"""Letters with marks, as one character and as several."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.corpus.word_lookup import WordLookup

# French, German, Vietnamese, Korean, Hindi, Hebrew, Greek, the sign of Angstrom, and a joiner between letter and mark.
WORDS = ["café", "über", "tiếng", "한국어", "क़लम", "שּׁלום", "άνθρωπος", "\u212b", "cafe\u2060\u0301"]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_both_forms_of_a_word_are_the_same(word: str, form: str) -> None:
    string = f"the {unicodedata.normalize(form, word)} sleeps"
    [_, key, _] = TextReader().keys(string)
    assert key == unicodedata.normalize("NFC", word.replace("\u2060", "")).lower()
    for reader in (TextReader(), TextReader(str.split), TextReader(key=str.upper)):
        expected = reader.keys(f"the {word} sleeps")
        assert reader.keys(string) == expected
        rows, _ = WordLookup({key: row for row, key in enumerate(expected)}, reader).rows([string])
        assert rows.tolist() == [0, 1, 2]


def test_the_teacher_reads_composed_letters(listener: ListeningTeacher) -> None:
    texts = ["The café is quick.", "A lazy café sleeps."]
    model = DistilledWord2Vec(
        [texts[0], unicodedata.normalize("NFD", texts[1])], min_count=1, teacher=listener, contexts_per_word=None
    )
    assert model.wv.get_vecattr("café", "count") == 2
    assert set(texts) <= set(listener.heard)
    np.testing.assert_array_equal(model.encode(["cafe\u0301"]), model.encode(["café"]))


def test_tokens_are_not_changed() -> None:
    assert TextReader().keys(["cafe\u0301", "café"]) == ["cafe\u0301", "café"]
