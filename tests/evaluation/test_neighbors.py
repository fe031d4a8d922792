"""Nearest neighbors: overlap and hubs."""

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

from gensim_distill.evaluation import (
    hubness,
    neighbor_overlap,
    teacher_vectors,
)
from gensim_distill.teachers import TransformerTeacher

WORDS = [f"w{i}" for i in range(50)]


def random_vectors(seed: int = 0, words: list[str] = WORDS, vector_size: int = 6) -> KeyedVectors:
    made = KeyedVectors(vector_size)
    made.add_vectors(words, np.random.default_rng(seed).normal(size=(len(words), vector_size)).astype(np.float32))
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
def test_scaled_vectors_have_the_same_neighbors(seed: int, n: int, k: int) -> None:
    first, second = random_vectors(seed, WORDS[:n]), random_vectors(seed, WORDS[:n])
    second.vectors = second.vectors * np.float32(4.0)
    found = neighbor_overlap(first, second, k=k)
    assert found.overlap == 1.0
    assert found.k == min(k, n - 1)


def test_the_seed_selects_the_sample() -> None:
    first, second = random_vectors(), random_vectors(seed=1)
    found = [neighbor_overlap(first, second, k=5, sample=10, seed=seed) for seed in range(8)]
    assert found[3] == neighbor_overlap(first, second, k=5, sample=10, seed=3)
    assert len({result.overlap for result in found}) > 1
    assert found[0].sample == 10


def test_zero_vectors_and_other_words_are_ignored() -> None:
    first, second = random_vectors(), random_vectors(seed=1)
    second.vectors[4] = 0
    assert neighbor_overlap(first, second).words == 49
    assert neighbor_overlap(first, second, words=["w1", "w2", "w4", "other"]).words == 2
    assert neighbor_overlap(first, second, most_frequent=20).words == 19


def test_a_teacher_is_compared_by_isolated_words(teacher: TransformerTeacher) -> None:
    words = ["fox", "dog", "cat", "hens", "bears", "honey", "quick"]
    vectors = random_vectors(words=words)
    found = neighbor_overlap(vectors, teacher, k=3)
    assert found == neighbor_overlap(vectors, teacher_vectors(teacher, words), k=3)
    assert 0 < found.overlap < 1


def test_too_few_words_are_nan(caplog: pytest.LogCaptureFixture) -> None:
    found = neighbor_overlap(random_vectors(), random_vectors(words=["w1", "x"]))
    assert math.isnan(found.overlap)
    assert found.words == 1
    assert "share only 1 words" in caplog.text
    assert math.isnan(hubness(random_vectors(words=["a"])).skewness)
    assert math.isnan(neighbor_overlap(random_vectors(), random_vectors(), words=[]).overlap)


@pytest.mark.parametrize("block", [4096, 7])
def test_hubness_is_the_skewness_of_k_occurrences(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("gensim_distill.evaluation.neighbors"), "_BLOCK", block)
    vectors = random_vectors(vector_size=20)
    occurrences = dict.fromkeys(WORDS, 0)
    for word in WORDS:
        for other in neighbors(vectors, word, 4):
            occurrences[other] += 1
    counts = np.array(list(occurrences.values()))
    found = hubness(vectors, k=4, top=3)
    assert found.skewness == pytest.approx(stats.skew(counts))
    assert found.antihubs == pytest.approx((counts == 0).mean())
    assert [count for _, count in found.hubs] == sorted(counts, reverse=True)[:3]
    assert all(occurrences[word] == count for word, count in found.hubs)


def test_the_word_in_the_middle_is_a_hub() -> None:
    rows = np.concatenate([np.eye(20), np.full((1, 20), 1.0)])
    vectors = KeyedVectors(20)
    vectors.add_vectors([*WORDS[:20], "middle"], rows)
    found = hubness(vectors, k=1)
    assert found.hubs[0] == ("middle", 20)
    assert found.antihubs == 19 / 21
    assert found.skewness > 4


def test_hubness_of_few_words_and_zero_vectors() -> None:
    vectors = random_vectors(words=WORDS[:4])
    vectors.vectors[2] = 0
    found = hubness(vectors, k=10)
    assert (found.k, found.words, found.antihubs) == (2, 3, 0.0)
    assert math.isnan(found.skewness)  # all have the same k-occurrence
    assert hubness(random_vectors(), most_frequent=20).words == 20


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int64])
def test_other_dtypes(dtype: Any) -> None:
    vectors, other = random_vectors(), random_vectors()
    other.vectors = np.round(other.vectors * 1000).astype(dtype)
    assert neighbor_overlap(vectors, other, k=5).overlap > 0.95
    assert hubness(other).words == 50


def test_invalid_arguments_raise() -> None:
    vectors = random_vectors()
    for options in ({"k": 0}, {"k": 2.5}, {"sample": 0}):
        with pytest.raises(ValueError, match=r"(k|sample)="):
            neighbor_overlap(vectors, vectors, **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="k=0"):
        hubness(vectors, k=0)
    vectors.vectors[1] = np.inf
    with pytest.raises(ValueError, match="'w1', contain NaN or infinity"):
        hubness(vectors)
