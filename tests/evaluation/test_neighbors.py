"""Neighbors, hubs and isotropy against plain loops over gensim and the formulas of the papers."""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gensim_distill.evaluation import hubness, isotropy, neighbor_overlap, teacher_vectors
from gensim_distill.teachers import TransformerTeacher

WORDS = [f"w{i}" for i in range(50)]


def random_vectors(seed: int = 0, words: list[str] = WORDS, width: int = 6) -> KeyedVectors:
    made = KeyedVectors(width)
    made.add_vectors(words, np.random.default_rng(seed).normal(size=(len(words), width)).astype(np.float32))
    return made


def restricted(vectors: KeyedVectors, words: list[str]) -> KeyedVectors:
    made = KeyedVectors(vectors.vector_size)
    made.add_vectors(words, vectors[words])
    return made


def neighbors(vectors: KeyedVectors, word: str, k: int) -> set[str]:
    return {other for other, _ in vectors.most_similar(word, topn=k)}


@pytest.mark.parametrize("block", [4096, 7, 3])
@pytest.mark.parametrize("k", [1, 5])
def test_overlap_is_the_mean_share_of_common_neighbors(k: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("gensim_distill.evaluation.neighbors"), "_BLOCK", block)
    first = random_vectors(words=WORDS[:40])
    second = random_vectors(seed=1, words=WORDS[::-1][:40])
    second.vectors[:, :3] += 2 * random_vectors(words=WORDS).vectors[::-1][:40, :3]
    shared = WORDS[10:40]
    ours, theirs = restricted(first, shared), restricted(second, shared)
    expected = np.mean([len(neighbors(ours, w, k) & neighbors(theirs, w, k)) / k for w in shared])
    found = neighbor_overlap(first, second, k=k)
    assert found.overlap == pytest.approx(expected)
    assert 0 < expected < 1
    assert (found.k, found.words, found.sample, found.expected) == (k, 30, 30, k / 29)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(2, 30), st.integers(1, 40))
def test_vectors_have_all_neighbors_in_common_with_themselves_at_any_scale(seed: int, n: int, k: int) -> None:
    first, second = random_vectors(seed, WORDS[:n]), random_vectors(seed, WORDS[:n])
    second.vectors = second.vectors * np.float32(4.0)
    found = neighbor_overlap(first, second, k=k)
    assert found.overlap == 1.0
    assert found.k == min(k, n - 1)


def test_a_sample_is_drawn_by_the_seed() -> None:
    first, second = random_vectors(), random_vectors(seed=1)
    found = [neighbor_overlap(first, second, k=5, sample=10, seed=seed) for seed in range(8)]
    assert found[3] == neighbor_overlap(first, second, k=5, sample=10, seed=3)
    assert len({result.overlap for result in found}) > 1
    assert found[0].sample == 10


def test_words_without_direction_and_words_that_are_not_wanted_are_left_out() -> None:
    first, second = random_vectors(), random_vectors(seed=1)
    second.vectors[4] = 0
    assert neighbor_overlap(first, second).words == 49
    assert neighbor_overlap(first, second, words=["w1", "w2", "w4", "other"]).words == 2
    assert neighbor_overlap(first, second, most_frequent=20).words == 19


def test_a_teacher_is_asked_for_the_words_alone(teacher: TransformerTeacher) -> None:
    words = ["fox", "dog", "cat", "hens", "bears", "honey", "quick"]
    vectors = random_vectors(words=words)
    found = neighbor_overlap(vectors, teacher, k=3)
    assert found == neighbor_overlap(vectors, teacher_vectors(teacher, words), k=3)
    assert 0 < found.overlap < 1


def test_too_few_words_give_nan(caplog: pytest.LogCaptureFixture) -> None:
    found = neighbor_overlap(random_vectors(), random_vectors(words=["w1", "x"]))
    assert math.isnan(found.overlap)
    assert found.words == 1
    assert "share 1 words" in caplog.text
    assert math.isnan(hubness(random_vectors(words=["a"])).skewness)
    assert math.isnan(isotropy(random_vectors(words=["a"])).partition)
    assert math.isnan(neighbor_overlap(random_vectors(), random_vectors(), words=[]).overlap)


# --- hubs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [4096, 7])
def test_hubness_is_the_skewness_of_k_occurrences(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("gensim_distill.evaluation.neighbors"), "_BLOCK", block)
    vectors = random_vectors(width=20)
    served = dict.fromkeys(WORDS, 0)
    for word in WORDS:
        for other in neighbors(vectors, word, 4):
            served[other] += 1
    counts = np.array(list(served.values()))
    found = hubness(vectors, k=4, top=3)
    assert found.skewness == pytest.approx(stats.skew(counts))
    assert found.isolated == pytest.approx((counts == 0).mean())
    assert [count for _, count in found.hubs] == sorted(counts, reverse=True)[:3]
    assert all(served[word] == count for word, count in found.hubs)


def test_a_word_between_all_others_is_their_hub() -> None:
    rows = np.concatenate([np.eye(20), np.full((1, 20), 1.0)])
    vectors = KeyedVectors(20)
    vectors.add_vectors([*WORDS[:20], "middle"], rows)
    found = hubness(vectors, k=1)
    assert found.hubs[0] == ("middle", 20)
    assert found.isolated == 19 / 21
    assert found.skewness > 4


def test_a_vocabulary_smaller_than_k_and_vectors_without_direction_are_no_hindrance() -> None:
    vectors = random_vectors(words=WORDS[:4])
    vectors.vectors[2] = 0
    found = hubness(vectors, k=10)
    assert (found.k, found.words, found.isolated) == (2, 3, 0.0)
    assert math.isnan(found.skewness)  # each serves both others
    assert hubness(random_vectors(), most_frequent=20).words == 20


# --- isotropy -----------------------------------------------------------------------------------


@pytest.mark.parametrize("unit_length", [True, False])
def test_isotropy_is_the_formula_of_the_paper(unit_length: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = random_vectors()
    vectors.vectors += 0.7
    module = importlib.import_module("gensim_distill.evaluation.isotropy")
    unit = vectors.get_normed_vectors().astype(np.float64)
    rows = unit if unit_length else vectors.vectors.astype(np.float64)
    _, directions = np.linalg.eigh(rows.T @ rows)
    partition = [np.exp(rows @ (sign * c)).sum() for c in directions.T for sign in (1, -1)]
    cosines = unit @ unit.T
    variances = np.linalg.eigvalsh(np.cov(unit.T, bias=True))
    for block in (4096, 7):
        monkeypatch.setattr(module, "_BLOCK", block)
        found = isotropy(vectors, unit_length=unit_length)
        assert found.partition == pytest.approx(min(partition) / max(partition), rel=1e-5)
        assert found.mean_cosine == pytest.approx(cosines[~np.eye(50, dtype=bool)].mean(), rel=1e-5)
        assert found.effective_dimension == pytest.approx(variances.sum() ** 2 / (variances**2).sum(), rel=1e-5)
        assert (found.width, found.words) == (6, 50)


def test_vectors_that_share_a_direction_are_less_isotropic() -> None:
    vectors = random_vectors()
    even = isotropy(vectors)
    vectors.vectors += 3
    shifted = isotropy(vectors)
    assert shifted.partition < even.partition
    assert shifted.mean_cosine > 0.8 > abs(even.mean_cosine)


def test_scale_counts_only_if_vectors_are_taken_as_they_are() -> None:
    vectors, large = random_vectors(), random_vectors()
    large.vectors = large.vectors * np.float32(300)
    assert isotropy(large).partition == pytest.approx(isotropy(vectors).partition)
    raw = isotropy(large, unit_length=False).partition
    assert 0 <= raw < isotropy(vectors, unit_length=False).partition


def test_equal_vectors_have_no_dimension() -> None:
    vectors = random_vectors()
    vectors.vectors[:] = 1
    found = isotropy(vectors)
    assert found.effective_dimension == 0
    assert found.mean_cosine == pytest.approx(1)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int64])
def test_other_number_formats_work(dtype: Any) -> None:
    vectors, other = random_vectors(), random_vectors()
    other.vectors = np.round(other.vectors * 1000).astype(dtype)
    assert neighbor_overlap(vectors, other, k=5).overlap > 0.95
    assert isotropy(other).partition == pytest.approx(isotropy(vectors).partition, abs=0.01)
    assert isotropy(other, unit_length=False).partition >= 0
    assert hubness(other).words == 50


def test_bad_settings_are_refused() -> None:
    vectors = random_vectors()
    for options in ({"k": 0}, {"k": 2.5}, {"sample": 0}):
        with pytest.raises(ValueError, match=r"(k|sample)="):
            neighbor_overlap(vectors, vectors, **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="k=0"):
        hubness(vectors, k=0)
    vectors.vectors[1] = np.inf
    for measure in (isotropy, hubness):
        with pytest.raises(ValueError, match="'w1', contain NaN or infinity"):
            measure(vectors)
