"""An objective defined by the user, from training to saving."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from reference import mean_contexts, project, raw_contexts

from gensim_distill import DistilledWord2Vec
from gensim_distill.contexts.views import View
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers import TransformerTeacher


class ConcatenatedMeans:
    """The mean hidden state of the word, concatenated with the mean of its context window."""

    def views(self, num_layers: int) -> list[View]:
        return [View((num_layers - 1,), "token"), View((0,), 3)]

    def width(self, teacher_width: int) -> int:
        return 2 * teacher_width

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        token, window = moments.values()
        return np.hstack([token.means(), window.means()])


def test_custom_objective_trains_updates_and_is_saved(
    corpus: list[list[str]], teacher: TransformerTeacher, tmp_path: Path
) -> None:
    model = DistilledWord2Vec(corpus[:5], min_count=2, teacher=teacher, objective=ConcatenatedMeans())
    assert model.wv.vectors.shape == (len(model.wv), 64)
    views: list[tuple[tuple[int, ...], str | int]] = [((3,), "token"), ((0,), 3)]
    expected = [mean_contexts(*raw_contexts(model, corpus[:5], *view)[:2]) for view in views]
    np.testing.assert_allclose(model.wv.vectors, np.hstack(expected), atol=1e-4)

    model.build_vocab(corpus[5:], update=True)
    model.train(corpus[5:], total_examples=3, epochs=1)
    words, contexts, _ = raw_contexts(model, corpus, (3,), "token")
    the = model.wv.key_to_index["the"]
    np.testing.assert_allclose(model.wv["the"][:32], mean_contexts(words, contexts)[the], atol=1e-4)

    model.save(str(tmp_path / "model"))
    loaded = DistilledWord2Vec.load(str(tmp_path / "model"))
    np.testing.assert_array_equal(loaded.wv.vectors, model.wv.vectors)
    assert isinstance(loaded.objective, ConcatenatedMeans)


def test_smaller_vector_size_projects_onto_principal_directions(
    corpus: list[list[str]], teacher: TransformerTeacher
) -> None:
    settings = {"min_count": 2, "teacher": teacher, "objective": ConcatenatedMeans()}
    full, small = DistilledWord2Vec(corpus, **settings), DistilledWord2Vec(corpus, **settings, vector_size=40)
    np.testing.assert_allclose(small.wv.vectors, project(full.wv.vectors.astype(np.float64), 40), atol=1e-3)


@pytest.mark.parametrize("vector_size", [0, 65, 1_000])
def test_vector_size_beyond_the_objective_raises(
    corpus: list[list[str]], teacher: TransformerTeacher, vector_size: int
) -> None:
    with pytest.raises(ValueError, match=r"from 1 to 64, .* omit it for the default, 64"):
        DistilledWord2Vec(corpus, vector_size=vector_size, teacher=teacher, objective=ConcatenatedMeans())
