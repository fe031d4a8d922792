"""Vectors of character n-grams: their ridge regression, and their use in gensim and fastText."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.models.fasttext import (
    FastTextKeyedVectors,
    ft_ngram_hashes,
    load_facebook_model,
    load_facebook_vectors,
)
from sklearn.linear_model import Ridge

from gensim_distill import DistilledWord2Vec
from gensim_distill.exports import export
from gensim_distill.oov.character_ngrams import PENALTY, fit_character_ngrams
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.vectors.keyed import keyed_vectors

ROOTS = ["walk", "jump", "paint", "farm", "bak", "sing", "teach", "build", "work", "help"]
ENDINGS = ["", "er", "ing", "s", "ers", "ed"]


@pytest.fixture(scope="module")
def words() -> KeyedVectors:
    """Words whose vectors are the sums of a root and an ending, with counts; 40 dimensions take two blocks."""
    rng = np.random.default_rng(0)
    roots, endings = rng.normal(size=(len(ROOTS), 40)), rng.normal(size=(len(ENDINGS), 40))
    vectors = KeyedVectors(40)
    names = [root + ending for root in ROOTS for ending in ENDINGS]
    vectors.add_vectors(names, np.float32((roots[:, None] + endings[None]).reshape(-1, 40)))
    for rank, name in enumerate(names):
        vectors.set_vecattr(name, "count", 1_000 - rank)
    return vectors


def without(vectors: KeyedVectors, hidden: set[str]) -> KeyedVectors:
    """Return the vectors without some words, and without counts."""
    kept = [word for word in vectors.index_to_key if word not in hidden]
    rest = KeyedVectors(vectors.vector_size)
    rest.add_vectors(kept, vectors[kept])
    return rest


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_words_keep_their_vectors(words: KeyedVectors) -> None:
    fitted = fit_character_ngrams(words)
    assert fitted.index_to_key == words.index_to_key
    np.testing.assert_array_equal(fitted.vectors, words.vectors)
    np.testing.assert_array_equal(fitted["walker"], words["walker"])
    assert fitted.most_similar("walker") == words.most_similar("walker")
    assert fitted.get_vecattr("walk", "count") == 1_000


def test_gensim_computes_the_same_vectors(words: KeyedVectors) -> None:
    fitted = fit_character_ngrams(words)
    fitted.adjust_vectors()
    np.testing.assert_allclose(fitted.vectors, words.vectors, atol=1e-5)


@pytest.mark.parametrize(("lengths", "bucket"), [((3, 6), None), ((2, 4), 50)])
def test_ngrams_equal_the_ridge_regression_of_scikit_learn(
    words: KeyedVectors, lengths: tuple[int, int], bucket: int | None
) -> None:
    fitted = fit_character_ngrams(words, *lengths, bucket=bucket)
    rows = np.zeros((len(words), fitted.bucket))
    for row, word in zip(rows, words.index_to_key):
        hashes = ft_ngram_hashes(word, *lengths, fitted.bucket)
        np.add.at(row, hashes, 1 / len(hashes))
    penalty = PENALTY * (rows**2).sum() / len(rows)
    expected = Ridge(penalty, fit_intercept=False, tol=1e-10).fit(rows, words.vectors.astype(np.float64)).coef_.T
    np.testing.assert_allclose(fitted.vectors_ngrams, expected, atol=2e-3 * np.abs(expected).max())


def test_held_out_words_are_near_their_vectors(words: KeyedVectors) -> None:
    hidden = {"walking", "painter", "builders"}
    fitted = fit_character_ngrams(without(words, hidden))
    for word in hidden:
        assert cosine(fitted[word], words[word]) > 0.75
        assert word in [near for near, _ in words.similar_by_vector(fitted[word], topn=3)]


def test_default_number_of_buckets_is_that_of_the_ngrams(words: KeyedVectors) -> None:
    ngrams = {number for word in words.index_to_key for number in ft_ngram_hashes(word, 3, 6, 2**32)}
    assert fit_character_ngrams(words).bucket == len(ngrams)
    assert fit_character_ngrams(words, bucket=17).vectors_ngrams.shape == (17, 40)


def test_words_without_ngrams_keep_their_vectors(words: KeyedVectors) -> None:
    vectors = KeyedVectors(2)
    vectors.add_vectors(["a", "walk"], np.float32([[1, 2], [3, 4]]))
    fitted = fit_character_ngrams(vectors, min_n=4)
    fitted.adjust_vectors()
    np.testing.assert_allclose(fitted.vectors, [[1, 2], [3, 4]], atol=1e-5)
    only = KeyedVectors(2)
    only.add_vectors(["a"], np.float32([[1, 2]]))
    np.testing.assert_array_equal(fit_character_ngrams(only, min_n=4)["a"], [1, 2])


def test_gensim_saves_and_loads(words: KeyedVectors, tmp_path: Path) -> None:
    fitted = fit_character_ngrams(words)
    fitted.save(str(tmp_path / "vectors"))
    loaded = KeyedVectors.load(str(tmp_path / "vectors"))
    assert type(loaded) is FastTextKeyedVectors
    np.testing.assert_allclose(loaded.vectors, words.vectors, atol=1e-5)
    np.testing.assert_array_equal(loaded["unbuilding"], fitted["unbuilding"])


@pytest.mark.parametrize("counted", [True, False])
def test_fasttext_format_holds_the_same_vectors(words: KeyedVectors, tmp_path: Path, counted: bool) -> None:
    fitted = fit_character_ngrams(words if counted else without(words, set()))
    export(fitted, tmp_path / "vectors.bin", "fasttext-binary")
    for loaded in (
        load_facebook_vectors(str(tmp_path / "vectors.bin")),
        load_facebook_model(str(tmp_path / "vectors.bin")).wv,
    ):
        np.testing.assert_allclose(loaded[words.index_to_key], words.vectors, atol=1e-5)
        np.testing.assert_allclose(loaded["unbuilding"], fitted["unbuilding"], atol=1e-6)
        assert loaded.get_vecattr("walk", "count") == (1_000 if counted else 1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"min_n": 0}, "min_n=0 must be a whole number from 1"),
        ({"min_n": 4, "max_n": 3}, "max_n=3 must be a whole number from 4 to 2147483647, not below min_n"),
        ({"max_n": 5.0}, "max_n=5.0 must be"),
        ({"bucket": 0}, "bucket=0 must be a whole number from 1 to 2147483647, or None"),
        ({"max_n": 10**12}, "max_n=10{12} must be"),
        ({"bucket": 2**31}, "bucket=2147483648 must be"),
    ],
)
def test_values_out_of_range_raise(words: KeyedVectors, settings: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_character_ngrams(words, **settings)


def test_words_and_vectors_that_ngrams_cannot_have_raise(words: KeyedVectors) -> None:
    vectors = without(words, set())
    vectors.vectors[2] = np.nan
    with pytest.raises(ValueError, match="The vectors of 1 words, such as 'walking'.*contain NaN or infinity"):
        fit_character_ngrams(vectors)
    vectors = keyed_vectors(["a", "\ud800b"], np.eye(2, dtype=np.float32))
    with pytest.raises(ValueError, match=r"The word '\\ud800b' is not valid UTF-8, .* unwritable='skip'"):
        fit_character_ngrams(vectors)


def test_empty_vocabulary_raises() -> None:
    with pytest.raises(ValueError, match="There are no words to fit character n-grams to"):
        fit_character_ngrams(KeyedVectors(3))


def test_model_fits_its_own_vectors(corpus: list[list[str]], teacher: TransformerTeacher) -> None:
    model = DistilledWord2Vec(corpus, teacher=teacher, min_count=1, progress=False)
    fitted = model.to_fasttext(min_n=2, max_n=4, bucket=300)
    assert (fitted.min_n, fitted.max_n, fitted.bucket) == (2, 4, 300)
    np.testing.assert_array_equal(fitted[model.wv.index_to_key], model.wv.vectors)
    assert fitted["foxy"].any()
    fitted.vectors[0] = 0
    assert model.wv.vectors[0].any()


def test_counting_ngrams_ends_at_the_largest_number(words: KeyedVectors, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million words have tens of millions of n-grams, and a set of all would take gigabytes."""
    monkeypatch.setattr("gensim_distill.oov.character_ngrams._MAX_BUCKETS", 30)
    counted: list[str] = []
    monkeypatch.setattr(
        "gensim_distill.oov.character_ngrams.ft_ngram_hashes",
        lambda word, *rest: counted.append(word) or ft_ngram_hashes(word, *rest),
    )
    assert fit_character_ngrams(words).bucket == 30 and 0 < len(counted) < len(words)


def test_the_fit_shows_progress(
    words: KeyedVectors, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("gensim_distill._utils.progress._SECONDS_BETWEEN_LINES", 0.0)
    fit_character_ngrams(words, progress=None)
    assert "Character n-grams: 40 of 40 dimensions, 100%" in capsys.readouterr().err
    fit_character_ngrams(words)
    assert not capsys.readouterr().err
