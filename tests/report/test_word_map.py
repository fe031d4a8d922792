"""The map of the most frequent words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from platforms import needs_pipes
from report_pages import PLAIN, WORDS, grouped_vectors

from gensim_distill.report import WordMap, word_map, write_report
from gensim_distill.vectors.keyed import keyed_vectors


def test_neighbors_are_those_of_the_full_vectors(vectors: KeyedVectors, words: WordMap) -> None:
    for index in (0, 11, 77, len(words.words) - 1):
        expected = vectors.most_similar(words.words[index], topn=12)
        assert [words.words[other] for other in words.neighbors[index]] == [word for word, _ in expected]
        assert words.cosines[index] == pytest.approx([cosine for _, cosine in expected], abs=1e-5)


def test_words_with_similar_vectors_are_close(words: WordMap) -> None:
    groups = np.arange(len(WORDS)) % 3
    distances = np.linalg.norm(words.positions[:, None] - words.positions[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (groups[distances.argmin(axis=1)] == groups).mean() > 0.95
    for cluster in range(len(words.cluster_names)):
        assert np.bincount(groups[words.clusters == cluster]).max() / (words.clusters == cluster).sum() > 0.95
    assert len(words.cluster_names) >= 2


def test_the_most_frequent_words_are_selected(vectors: KeyedVectors) -> None:
    shuffled = np.random.default_rng(3).permutation(len(WORDS))
    mixed = KeyedVectors(16)
    mixed.add_vectors([WORDS[i] for i in shuffled], vectors.vectors[shuffled])
    mixed.expandos["count"] = vectors.expandos["count"][shuffled]
    some = word_map(mixed, max_words=30)
    by_count = vectors.expandos["count"]
    assert some.counts is not None
    assert some.counts.tolist() == sorted(by_count, reverse=True)[:30]
    assert some.words == [WORDS[i] for i in np.argsort(-by_count, kind="stable")[:30]]
    assert some.vocabulary_size == len(WORDS)


def test_zero_vectors_are_skipped_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    made = grouped_vectors(PLAIN[:40])
    made.vectors[[3, 5]] = 0
    some = word_map(made)
    assert (len(some.words), some.zero_vectors) == (38, 2)
    assert not {PLAIN[3], PLAIN[5]} & set(some.words)
    assert "2 of 40 words have a zero vector" in caplog.text


def test_the_same_seed_computes_the_same_map(vectors: KeyedVectors, words: WordMap) -> None:
    again = word_map(vectors, min_cluster_size=20)
    assert np.array_equal(again.positions, words.positions)
    assert np.array_equal(again.clusters, words.clusters)
    other = word_map(vectors, min_cluster_size=20, seed=2)
    assert not np.array_equal(other.positions, words.positions)
    assert np.array_equal(other.neighbors, words.neighbors)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_words": 9}, "max_words=9 must be a whole number from 10"),
        ({"max_words": True}, "max_words=True"),
        ({"neighbors": 0}, "neighbors=0"),
        ({"min_cluster_size": 1}, "min_cluster_size=1"),
        ({"seed": -1}, "seed=-1"),
        ({"min_distance": 2}, "min_distance=2"),
    ],
)
def test_invalid_parameters_raise(vectors: KeyedVectors, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        word_map(vectors, **options)


@pytest.mark.parametrize(
    "matrix", [np.ones((12, 3)), np.ones((12, 1)), np.arange(-6, 6).reshape(12, 1) + 0.5, np.eye(12)]
)
def test_vectors_without_two_directions_have_a_map(matrix: np.ndarray) -> None:
    positions = word_map(keyed_vectors([f"w{row}" for row in range(12)], matrix.astype(np.float32))).positions
    assert positions.shape == (12, 2) and np.isfinite(positions).all()


@pytest.mark.parametrize(("value", "message"), [(np.nan, "contain NaN or infinity"), (np.inf, "contain NaN or infinity"), (0, "have 0 words with a nonzero vector")])  # fmt: skip
def test_vectors_without_a_map_raise_before_the_scores(value: float, message: str, tmp_path: Path) -> None:
    vectors = keyed_vectors([f"w{row}" for row in range(12)], np.full((12, 3), value, dtype=np.float32))
    with pytest.raises(ValueError, match=message):
        write_report(vectors, tmp_path / "a.html", similarity=["no such data set"])
    with pytest.raises(ValueError, match=message):
        write_report(vectors, tmp_path / "a.html", scores=False)


@needs_pipes
def test_a_report_is_not_written_to_a_device(tmp_path: Path) -> None:
    import os

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for overwrite in (False, True):
        with pytest.raises(FileExistsError, match="is a device, a pipe or a socket"):
            write_report("none", pipe, overwrite=overwrite)
    link = tmp_path / "link.html"
    link.symlink_to(tmp_path / "mine.html")
    with pytest.raises(FileExistsError, match="exists: use another name"):
        write_report("none", link)
