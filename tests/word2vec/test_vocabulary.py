"""The vocabulary, compared with that of gensim's Word2Vec, and its checks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gensim import utils
from gensim.models import KeyedVectors, Word2Vec

from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.word2vec.vocabulary import check_counts, check_new_words, output_weights_of

Sentences = list[list[str]]


def assert_same_words(a: Any, b: Any) -> None:
    """Check that two models have the same words, in order, with the same counts and the same vectors."""
    assert a.wv.index_to_key == b.wv.index_to_key
    assert a.wv.expandos["count"].tolist() == b.wv.expandos["count"].tolist()
    np.testing.assert_array_equal(a.wv.vectors, b.wv.vectors)


def drop_the(word: str, count: int, min_count: int) -> int:
    return utils.RULE_DISCARD if word == "the" else utils.RULE_KEEP if word == "honey" else utils.RULE_DEFAULT


@pytest.mark.parametrize(
    "settings",
    [
        {"min_count": 1},
        {"min_count": 3},
        {"min_count": 1, "max_vocab_size": 12},
        {"min_count": 2, "max_final_vocab": 5},
        {"min_count": 1, "max_final_vocab": 1000},
        {"min_count": 2, "trim_rule": drop_the},
        {"min_count": 1, "sorted_vocab": 0},
    ],
    ids=lambda settings: ", ".join(settings),
)
@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_vocabulary_equals_gensims(corpus: Sentences, distill: Any, settings: dict[str, Any], solver: str) -> None:
    ours, gensims = distill(corpus, objective="x2static", solver=solver, **settings), Word2Vec(corpus, **settings)
    assert ours.wv.key_to_index == gensims.wv.key_to_index
    assert ours.wv.index_to_key == gensims.wv.index_to_key
    assert ours.wv.expandos["count"].tolist() == gensims.wv.expandos["count"].tolist()
    assert ours.effective_min_count == gensims.effective_min_count
    assert ours.corpus_count == gensims.corpus_count
    assert ours.corpus_total_words == gensims.corpus_total_words


def test_updated_vocabulary_equals_gensims(corpus: Sentences, distill: Any) -> None:
    ours, gensims = distill(corpus[:4], min_count=2), Word2Vec(corpus[:4], min_count=2)
    for model in (ours, gensims):
        model.build_vocab(corpus[4:], update=True)
    assert ours.wv.index_to_key == gensims.wv.index_to_key
    assert ours.wv.expandos["count"].tolist() == gensims.wv.expandos["count"].tolist()
    assert ours.wv.vectors.shape == (len(gensims.wv), 32)


@pytest.mark.parametrize(
    ("frequencies", "error", "message"),
    [
        (None, TypeError, "word_freq is of type NoneType, where a mapping"),
        ([("cat", 5)], TypeError, "word_freq is of type list, where a mapping"),
        ("cat", TypeError, "word_freq is of type str, where a mapping"),
        ({"cat": None}, ValueError, r"word_freq\['cat'\]=None must be a whole number from 0"),
        ({"cat": "5"}, ValueError, r"word_freq\['cat'\]='5' must be a whole number"),
        ({"cat": 1.5}, ValueError, r"word_freq\['cat'\]=1.5 must be a whole number"),
        ({"cat": float("nan")}, ValueError, "must be a whole number"),
        ({"cat": -5}, ValueError, "=-5 must be a whole number from 0"),
        ({"cat": 10**30}, ValueError, "must be a whole number from 0"),
    ],
)
def test_invalid_frequencies_raise(distill: Any, frequencies: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        distill().build_vocab_from_freq(frequencies)


def test_frequencies_may_be_numbers_of_numpy(distill: Any) -> None:
    model = distill(min_count=1)
    model.build_vocab_from_freq({"cat": np.int64(3), "dog": 2.0, "fox": np.float64(1)})
    assert model.wv.expandos["count"].tolist() == [3, 2, 1]


def test_build_vocab_from_freq(corpus: Sentences, distill: Any) -> None:
    frequencies = {"the": 100, "dog": 20, "rare": 1}
    ours, gensims = distill(min_count=2), Word2Vec(min_count=2)
    for model in (ours, gensims):
        model.build_vocab_from_freq(dict(frequencies), corpus_count=8)
    assert ours.wv.key_to_index == gensims.wv.key_to_index == {"the": 0, "dog": 1}
    expected = distill(corpus)
    ours.train(corpus)
    # Vectors are centered on the vocabulary, which has only two words here.
    np.testing.assert_allclose(
        ours.wv["the"] - ours.wv["dog"], expected.wv["the"] - expected.wv["dog"], rtol=1e-4, atol=1e-5
    )


def test_dry_run_reports_as_gensim(corpus: Sentences, distill: Any) -> None:
    settings = {"min_count": 1, "sample": 0.01}
    ours, gensims = distill(**settings), Word2Vec(**settings)
    for model in (ours, gensims):
        model.build_vocab(corpus, keep_raw_vocab=True)
    ours_report, gensims_report = (m.prepare_vocab(min_count=99, dry_run=True) for m in (ours, gensims))
    assert ours_report == gensims_report
    assert ours_report["num_retained_words"] == 0
    assert len(ours.wv) == len(gensims.wv) > 0


def test_reset_from_copies_vocabulary(corpus: Sentences, distill: Any) -> None:
    other = Word2Vec(corpus, min_count=1)
    model = distill()
    model.reset_from(other)
    model.train(corpus)
    assert_same_words(model, distill(corpus))


# --- checks and weights of new words ---------------------------------------------------------


@pytest.mark.parametrize(
    ("total_words", "documents", "single_word_documents", "message"),
    [
        (0, 3, 0, "The corpus has 3 documents and no words"),
        (3, 3, 3, "Each of the 3 documents is a string of one word"),
        (6, 3, 3, None),  # a script without spaces
        (1, 1, 1, None),
        (3, 3, 2, None),
    ],
)
def test_check_counts(total_words: int, documents: int, single_word_documents: int, message: str | None) -> None:
    if message is None:
        check_counts(total_words, documents, single_word_documents)
        return
    with pytest.raises(RuntimeError, match=message):
        check_counts(total_words, documents, single_word_documents)


def test_check_new_words() -> None:
    vectors = KeyedVectors(2)
    vectors.add_vectors(["fox"], np.ones((1, 2), dtype=np.float32))
    check_new_words(vectors, ["owl"], has_tree=False)
    with pytest.raises(ValueError, match="'fox' is in the vocabulary already"):
        check_new_words(vectors, ["owl", "fox"], has_tree=False)
    with pytest.raises(NotImplementedError, match="hs=1"):
        check_new_words(vectors, ["owl"], has_tree=True)


def test_new_output_weights_invert_the_projection() -> None:
    generator = np.random.default_rng(0)
    weights = generator.normal(size=(5, 4)).astype(np.float32)
    directions = np.linalg.qr(generator.normal(size=(4, 2)))[0].astype(np.float32)
    vectors = generator.normal(size=(2, 2)).astype(np.float32)
    grown = output_weights_of(vectors, LearnedState(directions=directions), weights)
    assert grown.dtype == np.float32
    np.testing.assert_array_equal(grown[:5], weights)
    np.testing.assert_allclose(grown[5:] @ directions, vectors, atol=1e-6)


def test_new_output_weights_have_the_mean_that_centering_removed() -> None:
    weights = np.array([[1, 2], [3, 4], [0, 0]], dtype=np.float32)  # the last word was never trained
    state = LearnedState(whitener=(np.eye(2), np.zeros(2)))
    grown = output_weights_of(np.array([[0.5, -0.5]], dtype=np.float32), state, weights)
    np.testing.assert_allclose(grown[3], [2.5, 2.5])


def test_a_vocabulary_of_few_words_is_logged(distill: Any, caplog: pytest.LogCaptureFixture) -> None:
    frequencies = {"rain": 10, **{f"w{number}": 4 for number in range(10)}}
    for settings, n_warnings in (
        ({"min_count": 5}, 1),
        ({"min_count": 4}, 0),
        ({"min_count": 1, "max_final_vocab": 1}, 0),  # few words on purpose
        ({"min_count": 5, "trim_rule": lambda *_: utils.RULE_KEEP}, 0),
    ):
        caplog.clear()
        rule = settings.pop("trim_rule", None)
        distill(**settings).build_vocab_from_freq(frequencies, trim_rule=rule)
        found = [record.getMessage() for record in caplog.records if "lower min_count" in record.getMessage()]
        assert len(found) == n_warnings
        if found:
            assert found[0].startswith("The vocabulary has 1 of 11 words, and min_count=5 ignores 80% of the corpus:")
