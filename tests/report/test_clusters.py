"""Clusters of words on the map, and their names."""

from __future__ import annotations

import numpy as np

from gensim_distill.report.clusters import find_clusters, name_clusters


def test_clusters_are_numbered_by_size_without_sparse_regions() -> None:
    rng = np.random.default_rng(0)
    small, large = rng.normal(size=(30, 2)), rng.normal(size=(60, 2)) + 50
    distant = np.array([[500.0, 500.0]])
    clusters = find_clusters(np.concatenate([small, large, distant]), min_size=20)
    assert set(clusters[:30]) <= {1, -1}
    assert set(clusters[30:90]) <= {0, -1}
    assert clusters[90] == -1


def test_names_skip_forms_of_a_word_and_punctuation() -> None:
    words = [",", "job", "jobs", "Working", "works", "pay", "far"]
    vectors = np.eye(2, dtype=np.float32)[[0, 0, 0, 0, 0, 0, 1]]
    assert name_clusters(words, vectors, np.array([0, 0, 0, 0, 0, 0, -1])) == [("job", "Working", "pay")]
