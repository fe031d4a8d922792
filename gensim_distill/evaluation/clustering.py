"""Clustering of texts: agreement of k-means clusters with labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gensim_distill._utils.extras import needs
from gensim_distill._utils.validation import check_whole
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.validation import list_texts
from gensim_distill.evaluation.folds import check_labels
from gensim_distill.evaluation.text_sources import encode_normalized, encoder_of


@dataclass(frozen=True)
class ClusteringResult:
    """The result of :func:`clustering`.

    Attributes
    ----------
    v_measure : float
        The harmonic mean of homogeneity and completeness; the mean over the runs, as are both of these.
    homogeneity : float
        1 if no cluster has texts of different labels, 0 if clusters say nothing about labels.
    completeness : float
        1 if all texts of each label are in one cluster.
    v_measures : tuple of float
        The v-measure of each run.
    clusters, labels, texts : int
        The number of clusters, of distinct labels and of texts.
    without_vector : int
        The number of texts whose vector is zero.
    """

    v_measure: float
    homogeneity: float
    completeness: float
    v_measures: tuple[float, ...]
    clusters: int
    labels: int
    texts: int
    without_vector: int


def clustering(
    source: Any,
    texts: Sequence[Document],
    labels: Sequence[Any],
    *,
    clusters: int | None = None,
    runs: int = 5,
    seed: int = 1,
) -> ClusteringResult:
    """Cluster L2-normalized text vectors by k-means, and compare the clusters with labels by the v-measure.

    Parameters
    ----------
    source : object with ``encode``, KeyedVectors, model with ``wv``, path or Teacher
        See :func:`encoder_of`.
    texts : sequence of str or of lists of str
    labels : sequence
        The label of each text, strings or numbers.
    clusters : int, optional
        The number of clusters, by default the number of distinct labels.
    runs : int, optional
        The number of runs of k-means, each from other initial centers, over which scores are averaged.
    seed : int, optional
        The seed of the initial centers.

    Returns
    -------
    ClusteringResult

    Raises
    ------
    TypeError, ValueError
        If the source, the texts, the labels or a parameter are invalid.
    ImportError
        If scikit-learn is not installed.

    References
    ----------
    Andrew Rosenberg and Julia Hirschberg. V-Measure: A Conditional Entropy-Based External Cluster
    Evaluation Measure. EMNLP 2007.

    Examples
    --------
    >>> from gensim_distill.encoding import TextEncoder
    >>> from gensim_distill.evaluation import clustering
    >>> encoder = TextEncoder(["rain", "snow", "tax"], [[1.0, 0.2], [0.9, 0.4], [0.0, 1.0]])
    >>> clustering(encoder, ["rain", "snow", "tax", "tax"], ["weather", "weather", "money", "money"]).v_measure
    1.0
    """
    texts = list_texts(texts)
    classes = check_labels(len(texts), labels, "cluster")
    number = int(classes.max()) + 1
    k = number if clusters is None else check_whole("clusters", clusters, 1, len(texts), " of the number of texts")
    check_whole("runs", runs, 1)
    cluster = needs("sklearn.cluster", "clustering", "evaluation")
    metrics = needs("sklearn.metrics", "clustering", "evaluation")
    vectors = encode_normalized(encoder_of(source), texts)
    scores = []
    for run in range(runs):
        # Vectors with fewer distinct values than clusters leave clusters empty, of which scikit-learn warns.
        means = cluster.KMeans(min(k, len(np.unique(vectors, axis=0))), n_init=1, random_state=seed + run)
        scores.append(metrics.homogeneity_completeness_v_measure(classes, means.fit_predict(vectors)))
    homogeneity, completeness, v_measure = map(float, np.mean(scores, axis=0))
    return ClusteringResult(
        v_measure=v_measure,
        homogeneity=homogeneity,
        completeness=completeness,
        v_measures=tuple(float(score[2]) for score in scores),
        clusters=k,
        labels=number,
        texts=len(texts),
        without_vector=int((~vectors.any(axis=1)).sum()),
    )
