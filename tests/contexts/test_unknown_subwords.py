"""Subwords that the teacher's tokenizer does not know are counted, and one warning names words with them."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
from tiny_models import tiny

from gensim_distill import DistilledWord2Vec, StateBatch, TextReader
from gensim_distill.contexts.unknown_subwords import UnknownSubwords
from gensim_distill.teachers import TransformerTeacher

AMHARIC = ["ሰላም ለሁሉም ሰዎች", "የኢትዮጵያ ሕዝብ ሰላም", "አዲስ አበባ ዋና ከተማ"]
EVERY_OBJECTIVE: list[dict[str, Any]] = [
    {},
    {"objective": "aggregate"},
    {"objective": "x2static"},
    {"objective": "x2static", "solver": "sgd", "sample": 0, "epochs": 1},
]


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "unknown_subwords" in record.name]


def distill(corpus: Any, teacher: Any, **settings: Any) -> DistilledWord2Vec:
    return DistilledWord2Vec(corpus, teacher=teacher, min_count=1, workers=1, **settings)


@pytest.mark.parametrize("settings", EVERY_OBJECTIVE)
@pytest.mark.parametrize("tokens", [False, True])
def test_unreadable_script_is_logged_once(
    teacher: TransformerTeacher, settings: dict[str, Any], tokens: bool, caplog: pytest.LogCaptureFixture
) -> None:
    distill([text.split() if tokens else text for text in AMHARIC], teacher, **settings)
    [message] = warnings_of(caplog)
    assert "does not know 10 of the 10 subwords that it has read (100%), as in '" in message
    assert "'ሰላም'" in message


def test_share_of_unknown_subwords_is_logged(
    teacher: TransformerTeacher, corpus: list[list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    known = [["the", "dog", "sleeps"]] * 8
    distill([*known, AMHARIC[2].split(), AMHARIC[0].split()[:2]], teacher, contexts_per_word=None)
    [message] = warnings_of(caplog)
    assert "(20%), as in 'አዲስ', 'አበባ', 'ዋና', 'ከተማ', 'ሰላም', 'ለሁሉም'" in message
    caplog.clear()
    distill([*known * 50, ["the", "ሰላም"]], teacher, contexts_per_word=None, objective="aggregate")
    assert not warnings_of(caplog)


@pytest.mark.parametrize(
    ("family", "warned"), [("bert", True), ("xlm-roberta", True), ("t5", True), ("albert", True), ("gpt2", False)]
)
def test_unknown_subwords_of_every_kind_of_tokenizer(
    family: str, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    teacher = TransformerTeacher(*tiny(family), device="cpu", dtype="float32")
    distill(AMHARIC, teacher, objective="aggregate")
    assert bool(warnings_of(caplog)) == warned
    if warned:
        assert "'ሰላም'" in warnings_of(caplog)[0]


def test_inferred_words_that_are_unknown_are_logged(
    teacher: TransformerTeacher, corpus: list[list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    model = distill(corpus, teacher)
    model.infer_vectors([*{word for document in corpus for word in document}, "foxy"])
    assert not warnings_of(caplog)
    model.infer_vectors([*{word for document in corpus for word in document}, "ሰላም"])
    assert "as in 'ሰላም'" in warnings_of(caplog)[0]
    caplog.clear()
    model.infer_vector("ሰላም", [["the", "ሰላም", "sleeps"]])
    assert len(warnings_of(caplog)) == 1
    caplog.clear()
    model.encode(["ሰላም cats"])
    assert not warnings_of(caplog)


def test_large_share_is_logged_in_the_middle_of_a_pass(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    found = UnknownSubwords(subwords=9_999, unknown=9_999)
    found.warn_early()
    assert not warnings_of(caplog)
    found = UnknownSubwords(subwords=10_000, unknown=999)
    found.warn_early()
    assert not warnings_of(caplog)
    found.merge(UnknownSubwords(subwords=10, unknown=10, words={"x": None}))
    found.warn_early()
    found.next_pass()
    found.merge(UnknownSubwords(subwords=10, unknown=10, words={"x": None}))
    found.warn()
    assert len(warnings_of(caplog)) == 1


def test_long_words_are_shortened(teacher: TransformerTeacher, caplog: pytest.LogCaptureFixture) -> None:
    distill([["ሰላም" * 10_000]], teacher, objective="x2static")
    assert len(warnings_of(caplog)[0]) < 500


def test_words_are_named_by_the_characters_that_they_share() -> None:
    [text, other] = map(TextReader().text, ["Ab ©© Cd", "ef"])
    spans = np.array([(0, 0, 2), (0, 3, 5), (0, 5, 7), (1, 0, 1), (0, 0, 0)])
    batch = StateBatch(*spans.T, [], unknown=np.array([True, True, True, False, True]))
    found = UnknownSubwords()
    assert list(found.count([batch], [text, other])) == [batch]
    assert (found.subwords, found.unknown) == (4, 3)
    assert list(found.words) == ["ab", "©", "cd"] or list(found.words) == ["ab", "©©", "cd"]


def test_teachers_that_report_nothing_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    found = UnknownSubwords()
    empty = np.zeros(0, dtype=np.int64)
    list(found.count([StateBatch(empty, empty, empty, [])], []))
    found.warn(share=0)
    assert not caplog.text
