"""Clustering of texts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from table_encoder import TableEncoder

from gensim_distill.evaluation import clustering

CORNERS = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def clusters(*sizes: int) -> tuple[TableEncoder, list[str], list[int]]:
    """Return texts around corners, and the number of the corner of each as its label."""
    random = np.random.default_rng(0)
    labels = [corner for corner, size in enumerate(sizes) for _ in range(size)]
    texts = [f"{number}" for number in range(len(labels))]
    # Lengths differ, so that clusters are right only for L2-normalized vectors.
    rows = [random.uniform(0.1, 9) * (np.array(CORNERS[label]) + random.normal(0, 0.05, 3)) for label in labels]
    return TableEncoder({text: row.tolist() for text, row in zip(texts, rows)}), texts, labels


def test_clusters_that_are_labels_score_one() -> None:
    encoder, texts, labels = clusters(20, 10, 15)
    found = max(clustering(encoder, texts, labels, runs=1, seed=seed).v_measure for seed in range(5))
    assert found == pytest.approx(1)


def test_the_v_measure_is_that_of_the_definition() -> None:
    # Two clusters that are easy to find; three labels, of which two share a cluster.
    encoder, texts, _ = clusters(4, 4)
    labels = ["a", "a", "b", "b", *["c"] * 4]
    found = clustering(encoder, texts, labels, clusters=2)
    entropy = -sum(share * math.log(share) for share in (0.25, 0.25, 0.5))
    homogeneity = 1 - 0.5 * math.log(2) / entropy
    assert (found.homogeneity, found.completeness) == (pytest.approx(homogeneity), pytest.approx(1))
    assert found.v_measure == pytest.approx(2 * homogeneity / (1 + homogeneity))
    assert (found.clusters, found.labels, found.texts, len(found.v_measures)) == (2, 3, 8, 5)


def test_runs_are_averaged_and_repeatable() -> None:
    encoder, texts, labels = clusters(20, 20, 20)
    labels = np.random.default_rng(2).permutation(labels).tolist()
    found = clustering(encoder, texts, labels, runs=3, seed=5)
    assert found == clustering(encoder, texts, labels, runs=3, seed=5)
    assert found.v_measure == pytest.approx(np.mean(found.v_measures)) and found.v_measure < 0.2


def test_texts_without_a_vector_are_counted_and_equal_vectors_are_no_error() -> None:
    found = clustering(TableEncoder({"a": [1.0, 0.0]}), ["x", "y", "z", "a"], [0, 0, 1, 2])
    assert found.without_vector == 3 and found.clusters == 3


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        ([0], {}, "There are 2 texts and 1 labels"),
        ([0, 0], {}, "nothing to cluster: expected texts with at least two distinct labels"),
        ([0, 1], {"clusters": 3}, "clusters=3 must be a whole number from 1 to 2"),
        ([0, 1], {"runs": 0}, "runs=0"),
    ],
)
def test_invalid_parameters_raise(labels: list[int], options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        clustering(TableEncoder({"a": [1.0]}), ["a", "b"], labels, **options)


@pytest.mark.parametrize("labels", [[None, "a"], [{}, "a"], [["a"], ["b", "c"]]])
def test_labels_of_other_types_raise(labels: list[Any]) -> None:
    with pytest.raises(TypeError, match="labels must be strings or numbers"):
        clustering(TableEncoder({"a": [1.0]}), ["a", "b"], labels)
