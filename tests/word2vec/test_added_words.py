"""Words added to the vocabulary by add_words()."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from oov_models import ONE_PASS, OWLS, SGD
from trained_models import Sentences, distill

from gensim_distill import DistilledWord2Vec
from gensim_distill.teachers import TransformerTeacher

ADDABLE = {name: settings for name, settings in (ONE_PASS | SGD).items() if not settings.get("hs")}

MORE = [["the", "fox", "sees", "a", "quick", "cat"], ["cats", "and", "hens", "sleep", "all", "day"]]


@pytest.mark.parametrize("kind", ADDABLE)
def test_added_words_are_queried_saved_and_trained_as_others(
    corpus: Sentences, teacher: TransformerTeacher, kind: str, tmp_path: Path
) -> None:
    model = distill(corpus, teacher, **ADDABLE[kind])
    model.wv.fill_norms()
    size, expected = len(model.wv), model.infer_vectors(["owl", "bear"], {"owl": OWLS})
    model.add_words(["owl", "bear"], {"owl": OWLS})
    assert model.wv.index_to_key[size:] == ["owl", "bear"]
    np.testing.assert_allclose(model.wv[["owl", "bear"]], expected, atol=1e-6)
    assert model.wv.get_vecattr("owl", "count") == 3
    assert model.wv.get_vecattr("bear", "count") == 1
    assert model.wv.get_vecattr("the", "count") == sum(text.count("the") for text in corpus)
    assert all(len(values) == len(model.wv) for values in model.wv.expandos.values())
    assert model.wv.most_similar("owl", topn=1)
    assert model.wv.doesnt_match(["owl", "bear", "the"])

    model.save(str(tmp_path / "model"))
    model.wv.save(str(tmp_path / "vectors"))
    assert KeyedVectors.load(str(tmp_path / "vectors")).index_to_key == model.wv.index_to_key
    loaded = DistilledWord2Vec.load(str(tmp_path / "model"))
    loaded.teacher = teacher
    for one in (model, loaded, copy.deepcopy(model)):
        one.build_vocab(MORE, update=True)
        one.train(MORE, total_examples=len(MORE), epochs=one.epochs)
        assert one.wv.vectors.shape == (len(one.wv), one.vector_size)
        assert np.isfinite(one.wv.vectors).all()
        one.add_words("wolf")
        assert one.infer_vector("deer", [["a", "deer", "and", "a", "wolf"]]).any()
    assert model.wv.index_to_key == loaded.wv.index_to_key
    np.testing.assert_allclose(loaded.wv.vectors, model.wv.vectors, atol=1e-5 * np.abs(model.wv.vectors).max())


@pytest.mark.parametrize("kind", ADDABLE)
def test_training_after_adding_words(corpus: Sentences, teacher: TransformerTeacher, kind: str) -> None:
    model = distill(corpus, teacher, **ADDABLE[kind])
    model.add_words({"owl": OWLS})
    before = model.wv["owl"].copy()
    model.train(OWLS * 5, total_examples=10, epochs=model.epochs)
    assert not np.allclose(model.wv["owl"], before)
    assert np.isfinite(model.wv.vectors).all()


def test_training_adds_to_the_statistics_of_added_words(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher, objective="aggregate")
    model.add_words({"owl": OWLS})
    more = [["the", "owl", "eats", "hens"]]
    model.build_vocab(more, update=True)
    model.train(more)
    at_once = distill([*corpus, *OWLS, *more], teacher, objective="aggregate")
    name = model.views[0].name
    ours, theirs = (m.learned.moments[name].sums[m.wv.key_to_index["owl"]] for m in (model, at_once))
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    assert model.wv.get_vecattr("owl", "count") == 4


@pytest.mark.parametrize("kind", ONE_PASS)
def test_words_added_without_contexts_are_inferred_again_until_they_occur(
    corpus: Sentences, teacher: TransformerTeacher, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    model = distill(corpus[:4], teacher, **ONE_PASS[kind])
    model.add_words(["owl", "bear"])
    model.build_vocab(corpus[4:], update=True)
    model.train(corpus[4:])
    assert "owl" not in caplog.text
    np.testing.assert_allclose(model.wv["owl"], model.infer_vector("owl"), atol=1e-5 * np.abs(model.wv.vectors).max())
    model.train(OWLS)
    assert model.learned.words_without_contexts == ("bear",)
    near = [word for word, _ in model.wv.similar_by_vector(model.infer_vector("owl", OWLS), topn=1)]
    assert near == ["owl"]


def test_adding_known_words_raises_and_adds_nothing(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher)
    size = len(model.wv)
    with pytest.raises(ValueError, match="^'fox' is in the vocabulary already: remove them from the list; train"):
        model.add_words(["owl", "fox"])
    with pytest.raises(ValueError, match="^'fox', 'dog' are in the vocabulary already"):
        model.add_words({"fox": OWLS[:1], "dog": OWLS})
    assert len(model.wv) == size == len(model.learned.moments[model.views[0].name].counts)


def test_adding_words_with_hierarchical_softmax_raises(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher, **SGD["sgd with hs"])
    with pytest.raises(NotImplementedError, match=r"add_words\(\) is not supported with hs=1, .* .*infer_vector\(\)"):
        model.add_words("owl")
