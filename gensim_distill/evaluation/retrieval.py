"""Retrieval: how well the documents that are relevant to a query are found."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gensim_distill._utils.extras import needs
from gensim_distill._utils.validation import check_whole
from gensim_distill.evaluation.collection import Collection, read_collection
from gensim_distill.evaluation.correlation import check_bootstrap
from gensim_distill.evaluation.ranking import ranker_of, rankings_of


@dataclass(frozen=True)
class RetrievalResult:
    """The result of :func:`retrieval`. All scores are means over the queries.

    Attributes
    ----------
    ndcg : float
        Normalized discounted cumulative gain of the first `k` documents. The gain is the relevance.
    mrr : float
        The reciprocal of the rank of the first relevant document, 0 if it is not among the first `k`.
    recall : float
        The share of the relevant documents that are among the first `depth`.
    map : float
        The average precision of the first `depth` documents.
    low, high : float
        The bootstrap confidence interval of `ndcg` over queries; NaN without resampling.
    confidence : float
        The level of the interval.
    k, depth : int
        The numbers of documents, as above.
    queries : int
        The number of queries with a relevant document, which were used.
    queries_total : int
        The number of all queries.
    documents : int
        The number of documents.
    missing_documents : int
        The number of relevant documents that are not in the collection.
    ndcg_by_query : dict of str to float
        The nDCG of each query.
    """

    ndcg: float
    mrr: float
    recall: float
    map: float
    low: float
    high: float
    confidence: float
    k: int
    depth: int
    queries: int
    queries_total: int
    documents: int
    missing_documents: int
    ndcg_by_query: Mapping[str, float]


def retrieval(
    source: Any,
    collection: Collection | str | os.PathLike[str],
    *,
    k: int = 10,
    depth: int = 100,
    exclude_same: bool = False,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 1,
) -> RetrievalResult:
    """Search the documents of a collection for each query, and compare the result with relevance judgments.

    The search is exact, by the cosines of the vectors of queries and documents. Scores are those of trec_eval, by
    the library ir-measures.

    Parameters
    ----------
    source : object with ``encode``, KeyedVectors, model with ``wv``, path, Teacher, BM25 or Run
        See :func:`encoder_of`; or a search of another kind.
    collection : Collection or path
        See :func:`read_collection` for a folder.
    k : int, optional
        The number of documents of nDCG and MRR.
    depth : int, optional
        The number of documents of recall and of average precision.
    exclude_same : bool, optional
        Whether to ignore a document with the identifier of the query, as BEIR does for collections whose queries are
        among the documents.
    confidence : float, optional
        The level of the interval.
    resamples : int, optional
        The number of bootstrap resamples of the queries; 0 for no interval.
    seed : int, optional
        The seed of resampling.

    Returns
    -------
    RetrievalResult

    Raises
    ------
    TypeError, ValueError
        If the source, the collection or a parameter is invalid.
    ImportError
        If ir-measures is not installed.

    References
    ----------
    Kalervo Järvelin and Jaana Kekäläinen. Cumulated Gain-Based Evaluation of IR Techniques. ACM Transactions on
    Information Systems, 2002.

    Examples
    --------
    >>> from gensim_distill.encoding import TextEncoder
    >>> from gensim_distill.evaluation import Collection, retrieval
    >>> encoder = TextEncoder(["rain", "weather", "taxes"], [[1.0, 0.2], [0.9, 0.4], [0.0, 1.0]])
    >>> collection = Collection({"d1": "Rain.", "d2": "Taxes."}, {"q1": "weather"}, {"q1": {"d1": 1}})
    >>> result = retrieval(encoder, collection)
    >>> result.ndcg, result.recall
    (1.0, 1.0)
    """
    check_whole("k", k, 1)
    check_whole("depth", depth, k, advice=", at least k")
    check_bootstrap(confidence, resamples)
    measures = needs("ir_measures", "retrieval", "evaluation")
    ranker = ranker_of(source)
    if not isinstance(collection, Collection):
        collection = read_collection(collection)
    ranked = rankings_of(ranker.rank(collection, depth + exclude_same), collection.queries, depth + exclude_same)
    if exclude_same:
        ranked = {query: [name for name in names if name != query][:depth] for query, names in ranked.items()}
    wanted = {
        "ndcg": measures.nDCG @ k,
        "mrr": measures.RR @ k,
        "recall": measures.R @ depth,
        "map": measures.AP @ depth,
    }
    scores = _scores(measures, wanted, collection.judgments, ranked)
    by_query = scores["ndcg"]
    low, high = _interval(np.array(list(by_query.values())), confidence, resamples, seed)
    return RetrievalResult(
        **{name: float(np.mean(list(values.values()))) for name, values in scores.items()},
        low=low,
        high=high,
        confidence=confidence,
        k=k,
        depth=depth,
        queries=len(collection.queries),
        queries_total=len(collection.queries) + collection.without_relevant,
        documents=len(collection.identifiers),
        missing_documents=collection.missing_documents,
        ndcg_by_query=by_query,
    )


def _scores(
    measures: Any,
    wanted: Mapping[str, Any],
    judgments: Mapping[str, Mapping[str, int]],
    ranked: Mapping[str, list[str]],
) -> dict[str, dict[str, float]]:
    """Return the score of each query, by measure; 0 for queries without ranked documents."""
    scores = {name: dict.fromkeys(ranked, 0.0) for name in wanted}
    names = {measure: name for name, measure in wanted.items()}
    # Ranks instead of scores, so that ties have the same order in all measures; and numbers instead of
    # identifiers, which may have characters that C does not take.
    queries = {f"{number}": query for number, query in enumerate(ranked)}
    found = [
        measures.ScoredDoc(number, document, -rank)
        for number, query in queries.items()
        for rank, document in enumerate(_numbered(judgments[query], ranked[query]))
    ]
    judged = [
        measures.Qrel(number, f"{place}", max(gain, 0))
        for number, query in queries.items()
        for place, gain in enumerate(judgments[query].values())
    ]
    for metric in measures.iter_calc(list(wanted.values()), judged, found):
        scores[names[metric.measure]][queries[metric.query_id]] = float(metric.value)
    return scores


def _numbered(judged: Mapping[str, int], ranked: list[str]) -> list[str]:
    """Return the place of each document among the judged ones, and another name for each other document."""
    places = {document: f"{place}" for place, document in enumerate(judged)}
    return [places.get(document, f"other {rank}") for rank, document in enumerate(ranked)]


def _interval(values: np.ndarray, confidence: float, resamples: int, seed: int) -> tuple[float, float]:
    """Return the bootstrap interval of a mean."""
    if not resamples:
        return math.nan, math.nan
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(len(values), size=len(values))].mean() for _ in range(resamples)]
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)
