"""Statistics and output weights follow the words of ``wv``, which users reorder, extend and replace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from reference import unit
from saved_models import MORE, SETTINGS, distill, save_and_load

from gensim_distill import DistilledWord2Vec

Sentences = list[list[str]]

KINDS = ["hybrid", "aggregate", "x2static", "x2static by sgd, whitened"]


def reorder(vectors: KeyedVectors, order: np.ndarray) -> None:
    """Change the order of a vocabulary, or drop words, as programs do with the parts of KeyedVectors."""
    vectors.index_to_key = [vectors.index_to_key[row] for row in order]
    vectors.key_to_index = {word: row for row, word in enumerate(vectors.index_to_key)}
    vectors.vectors = vectors.vectors[order]
    for name, values in vectors.expandos.items():
        vectors.expandos[name] = values[order]
    vectors.norms = None


def shuffle(model: DistilledWord2Vec) -> None:
    reorder(model.wv, np.random.default_rng(0).permutation(len(model.wv)))


def sort(model: DistilledWord2Vec) -> None:
    model.wv.sort_by_descending_frequency()


def replace(model: DistilledWord2Vec) -> None:
    other = KeyedVectors(model.wv.vector_size)
    other.add_vectors(model.wv.index_to_key, model.wv.vectors)
    other.expandos = {name: values.copy() for name, values in model.wv.expandos.items()}
    reorder(other, np.arange(len(other))[::-1])
    model.wv = other


def train(model: DistilledWord2Vec, more: Sentences, update: bool) -> None:
    if update:
        model.build_vocab(more, update=True)
    model.train(more, total_examples=len(more), epochs=2)


def assert_same_by_word(a: DistilledWord2Vec, b: DistilledWord2Vec) -> None:
    assert set(a.wv.key_to_index) == set(b.wv.key_to_index)
    words = b.wv.index_to_key
    if a.solver == "sgd":  # steps and noise words depend on the order of the vocabulary
        cosines = (unit(a.wv[words]) * unit(b.wv[words])).sum(axis=1)
        assert cosines.min() > 0.9
    else:
        np.testing.assert_allclose(a.wv[words], b.wv[words], atol=2e-4)


@pytest.mark.parametrize("change", [sort, shuffle, replace])
@pytest.mark.parametrize("kind", ["hybrid", "x2static by sgd", "x2static by sgd with hs"])
def test_training_after_reordering_gives_each_word_its_own_vector(
    corpus: Sentences, teacher: Any, kind: str, change: Callable[[DistilledWord2Vec], None], tmp_path: Path
) -> None:
    settings = SETTINGS[kind] | {"sorted_vocab": 0}
    for update in (False,) if settings.get("hs") else (False, True):  # an update builds another tree
        changed, same = (distill(corpus, teacher, **settings) for _ in range(2))
        change(changed)
        assert changed.wv.index_to_key != same.wv.index_to_key
        for contexts in (None, [corpus[0], corpus[2]]):
            inferred = [model.infer_vector("lazy", contexts) for model in (changed, same)]
            np.testing.assert_allclose(*inferred, atol=1e-5)
        train(changed, MORE, update)
        train(same, MORE, update)
        assert_same_by_word(changed, same)


def test_output_weights_follow_their_words(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, **SETTINGS["x2static by sgd"], epochs=1)
    weights = dict(zip(model.wv.index_to_key, model.syn1neg))
    expected = dict(model.predict_output_word(["the", "cat"], topn=100))
    shuffle(model)
    predicted = dict(model.predict_output_word(["the", "cat"], topn=100))
    assert predicted == pytest.approx(expected, rel=1e-4)
    for word, row in zip(model.wv.index_to_key, model.syn1neg):
        np.testing.assert_array_equal(row, weights[word])
    table = model.cum_table.copy()
    model.make_cum_table()
    np.testing.assert_array_equal(model.cum_table, table)


@pytest.mark.parametrize("kind", KINDS)
def test_words_added_to_wv_are_trained(corpus: Sentences, teacher: Any, kind: str) -> None:
    model = distill(corpus, teacher, **SETTINGS[kind])
    before = {word: model.wv[word].copy() for word in model.wv.index_to_key}
    model.wv.add_vectors(["owl", "wolf"], np.ones((2, model.wv.vector_size), np.float32))
    model.train(MORE, total_examples=3, epochs=3)
    assert not np.allclose(model.wv["owl"], 1)
    if kind in ("aggregate", "x2static"):  # the hybrid reads the isolated word, and sgd draws it as noise
        assert np.array_equal(model.wv["wolf"], np.ones(model.wv.vector_size))
    assert np.isfinite(model.wv.vectors).all()
    if kind != "x2static by sgd, whitened":
        at_once = distill(corpus + MORE, teacher, **SETTINGS[kind], contexts_per_word=None)
        full = distill(corpus, teacher, **SETTINGS[kind], contexts_per_word=None)
        full.wv.add_vectors(["owl"], np.ones((1, model.wv.vector_size), np.float32))
        full.train(MORE)
        assert full.learned.moments is not None
        name = next(iter(full.learned.moments))
        for word in ("owl", "the"):
            own, other = (m.learned.moments[name].means()[m.wv.key_to_index[word]] for m in (full, at_once))
            np.testing.assert_allclose(own, other, atol=1e-5)
    assert before.keys() < set(model.wv.key_to_index)


@pytest.mark.parametrize("kind", KINDS)
def test_training_after_words_were_removed(corpus: Sentences, teacher: Any, kind: str) -> None:
    model = distill(corpus, teacher, **SETTINGS[kind])
    model.add_words(["wolf", "owl"])
    kept = np.array([row for row, word in enumerate(model.wv.index_to_key) if word not in ("cat", "the", "wolf")])
    counts = (
        {
            word: model.learned.context_counts(model.views, len(model.wv))[row]
            for word, row in model.wv.key_to_index.items()
        }
        if "sgd" not in kind
        else {}
    )
    reorder(model.wv, kept)
    train(model, MORE[:1], update=False)
    assert len(model.wv) == len(kept) == len(model.learned.words)
    assert "cat" not in model.wv
    assert np.isfinite(model.wv.vectors).all()
    for word, count in counts.items():
        if word in model.wv and word not in MORE[0]:
            assert model.learned.context_counts(model.views, len(model.wv))[model.wv.key_to_index[word]] == count
    train(model, MORE, update=True)
    assert "the" in model.wv


def test_hierarchical_softmax_with_other_words_raises(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, **SETTINGS["x2static by sgd with hs"], epochs=1)
    model.wv.add_vectors(["owl"], np.ones((1, 32), np.float32))
    with pytest.raises(ValueError, match="hs=1 has a tree over the vocabulary: add words by build_vocab"):
        model.train(MORE, total_examples=3, epochs=1)
    train(model, MORE, update=True)
    assert len(model.syn1) == len(model.wv)
    assert np.isfinite(model.wv.vectors).all()


def test_parts_of_wv_that_do_not_belong_together_raise(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher)
    vectors, counts = model.wv.vectors, model.wv.expandos["count"]
    model.wv.vectors = vectors[:, :5]
    with pytest.raises(
        ValueError, match=r"model.wv has vectors of shape \(\d+, 5\), where its \d+ words and vector_size=32"
    ):
        model.train(MORE)
    model.wv.vectors = vectors[:-1]
    word = model.wv.index_to_key.pop()
    with pytest.raises(ValueError, match=r"words of model.wv.index_to_key are not those of key_to_index"):
        model.train(MORE)
    del model.wv.key_to_index[word]
    with pytest.raises(ValueError, match=r"model.wv.expandos\['count'\] has \d+ values for \d+ words"):
        model.train(MORE)
    model.wv.expandos = {name: values[:-1] for name, values in model.wv.expandos.items()}
    model.train(MORE)
    assert len(counts) == len(model.learned.words) + 1


@pytest.mark.parametrize("kind", KINDS)
def test_inference_without_some_words_loses_none_of_their_statistics(
    corpus: Sentences, teacher: Any, kind: str
) -> None:
    model, same = (distill(corpus, teacher, **SETTINGS[kind]) for _ in range(2))
    whole = model.wv
    model.wv = KeyedVectors(whole.vector_size)
    model.wv.add_vectors(whole.index_to_key[3:1:-1], whole.vectors[3:1:-1])
    for contexts in (None, [corpus[0], corpus[2]]):
        assert np.isfinite(model.infer_vector("lazy", contexts)).all()
    if kind != "aggregate":
        with pytest.raises(RuntimeError, match="needs the counts of all words, which model.wv lacks"):
            model.predict_output_word([model.wv.index_to_key[0]])
    model.wv = whole
    for each in (model, same):
        train(each, MORE, update=True)
    np.testing.assert_array_equal(model.wv.vectors, same.wv.vectors)


@pytest.mark.parametrize("kind", ["hybrid", "x2static by sgd"])
def test_words_of_the_rows_are_saved(corpus: Sentences, teacher: Any, kind: str, tmp_path: Path) -> None:
    model = distill(corpus, teacher, **SETTINGS[kind])
    shuffle(model)
    loaded = save_and_load(model, tmp_path)
    loaded.teacher = teacher
    train(model, MORE, update=True)
    train(loaded, MORE, update=True)
    np.testing.assert_array_equal(loaded.wv.vectors, model.wv.vectors)


def test_model_saved_without_the_words_of_its_rows_is_loaded(corpus: Sentences, teacher: Any, tmp_path: Path) -> None:
    model = distill(corpus, teacher)
    del model.learned.__dict__["words"]
    loaded = save_and_load(model, tmp_path)
    assert loaded.learned.words == model.wv.index_to_key
    loaded.teacher = teacher
    shuffle(loaded)
    same = distill(corpus, teacher)
    train(loaded, MORE, update=True)
    train(same, MORE, update=True)
    assert_same_by_word(loaded, same)
