"""Reading words in isolation."""

from __future__ import annotations

import numpy as np
import pytest
from solver_inputs import WIDTH, WordTeacher, count_vocabulary
from tiny import ListeningTeacher

from gensim_distill import TextReader
from gensim_distill.contexts.views import View
from gensim_distill.solvers.isolated_words import add_isolated_words, read_isolated_words, reader_of_words
from gensim_distill.solvers.settings import PassSettings
from gensim_distill.statistics.moments import Moments

VIEW = View((0, 1), "token", isolated=True)


def test_moments_are_the_hidden_states_of_single_words() -> None:
    index = {"fox": 0, "dog": 1, "cat": 2}
    moments = {VIEW.name: Moments(3, WIDTH)}
    read_isolated_words(["dog", "cat"], TextReader(), WordTeacher(), [VIEW], index, moments)
    assert moments[VIEW.name].counts.tolist() == [0, 1, 1]
    (batch,) = WordTeacher().read(["dog"], [0, 1])
    np.testing.assert_allclose(moments[VIEW.name].sums[1], np.mean(batch.states, axis=0)[0], atol=1e-6)


def test_phrases_are_read_as_their_parts(listener: ListeningTeacher) -> None:
    moments = {VIEW.name: Moments(1, listener.width)}
    read_isolated_words(["new_york"], TextReader(), listener, [VIEW], {"new_york": 0}, moments)
    assert listener.heard == ["new york"]
    assert moments[VIEW.name].counts.tolist() == [1]


def test_words_are_their_own_keys() -> None:
    reader = reader_of_words(TextReader(key=str.upper, word_splitter=list, phrase_delimiter="#"))
    assert reader.keys(["New#York"]) == ["New#York"]
    assert reader.phrase_delimiter == "#"


def test_known_words_are_not_read_again(corpus: list[list[str]], listener: ListeningTeacher) -> None:
    vocabulary = count_vocabulary(corpus)
    settings = PassSettings(listener, TextReader(), (VIEW,), progress=False)
    moments = {VIEW.name: Moments(len(vocabulary), listener.width)}
    moments[VIEW.name].counts[:-2] = 1
    add_isolated_words(moments, corpus, settings, vocabulary)
    assert listener.heard == list(vocabulary.words[-2:])
    assert moments[VIEW.name].counts.tolist() == [1] * len(vocabulary)


@pytest.mark.parametrize("views", [(), (View((1,), "token"),)])
def test_nothing_is_read_without_an_isolated_view(
    corpus: list[list[str]], listener: ListeningTeacher, views: tuple[View, ...]
) -> None:
    add_isolated_words({}, corpus, PassSettings(listener, TextReader(), views), count_vocabulary(corpus))
    assert listener.heard == []
