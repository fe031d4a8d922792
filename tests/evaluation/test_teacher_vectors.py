"""The teacher's own vectors of isolated words and of words in a corpus."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest

from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.reader import TextReader
from gensim_distill.evaluation import teacher_vectors
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.vectors.keyed import word_counts


def hidden_states(
    teacher: TransformerTeacher, texts: list[list[str]], words: list[str], layer: int
) -> dict[str, list[Any]]:
    """Collect the hidden state of each occurrence of each word."""
    view = View((layer,), "token")
    index = {word: place for place, word in enumerate(words)}
    found: dict[str, list[Any]] = {word: [] for word in words}
    for batches in read_contexts(texts, TextReader(), teacher, [view], index):
        batch = batches[view.name]
        for word, row in zip(batch.words, batch.rows):
            if word >= 0:
                found[words[word]].append(batch.contexts[row])
    return found


def test_isolated_words_have_the_teachers_hidden_states(teacher: TransformerTeacher) -> None:
    words = ["fox", "dog", "Dog", "new_york", "fox"]
    found = teacher_vectors(teacher, words, layer=1, centered=False)
    assert found.index_to_key == ["fox", "dog", "Dog", "new_york"]
    assert word_counts(found) is None
    for word in found.index_to_key:
        (expected,) = hidden_states(teacher, [[word]], [word], 1)[word]
        np.testing.assert_allclose(found[word], expected, atol=1e-6)


def test_words_in_a_corpus_have_the_mean_of_their_contexts(
    teacher: TransformerTeacher, corpus: list[list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    words = ["fox", "the", "zebra", "cat"]
    with caplog.at_level(logging.WARNING):
        found = teacher_vectors(teacher, words, corpus=corpus, centered=False)
    assert "'zebra'" in caplog.text
    assert found.index_to_key == ["fox", "the", "cat"]
    for word, contexts in hidden_states(teacher, corpus, found.index_to_key, 3).items():
        np.testing.assert_allclose(found[word], np.mean(contexts, axis=0), atol=1e-5)
        assert found.get_vecattr(word, "count") == len(contexts)


def test_centering_subtracts_the_mean(teacher: TransformerTeacher) -> None:
    words = ["fox", "dog", "cat", "hens"]
    plain, centered = (teacher_vectors(teacher, words, centered=centered).vectors for centered in (False, True))
    np.testing.assert_allclose(centered, plain - plain.mean(axis=0), atol=1e-5)


def test_a_context_budget_limits_what_the_teacher_reads(listener: Any, corpus: list[list[str]]) -> None:
    found = teacher_vectors(listener, ["fox", "bears"], corpus=corpus, contexts_per_word=1)
    assert 1 <= len(listener.heard) <= 2
    assert found.index_to_key == ["fox", "bears"]
    assert found.get_vecattr("bears", "count") == 1


@pytest.mark.parametrize(
    ("words", "options", "error", "message"),
    [
        ("fox", {}, TypeError, "single string 'fox'"),
        ([], {}, ValueError, "none of the 0 words"),
        (["zebra"], {"corpus": [["fox"]]}, ValueError, "none of the 1 words in this corpus"),
        (["fox"], {"layer": 9}, ValueError, "no layer 9"),
        (["fox"], {"corpus": (t for t in [["fox"]]), "contexts_per_word": 1}, TypeError, "generator"),
    ],
)
def test_invalid_arguments_raise(
    teacher: TransformerTeacher, words: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        teacher_vectors(teacher, words, **options)
