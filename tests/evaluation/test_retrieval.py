"""Scores of retrieval, against values that are computed by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from table_encoder import TableEncoder

from gensim_distill.evaluation import BM25, Collection, Run, retrieval

DOCUMENTS = {f"d{number}": f"text {number}" for number in range(6)}


def collection(**judgments: dict[str, int]) -> Collection:
    return Collection(DOCUMENTS, {query: f"query {query}" for query in judgments}, judgments)


def run(**rankings: str) -> Run:
    """Return a run with the documents of each query, by their numbers, in this order."""
    return Run(
        {query: {f"d{name}": float(-rank) for rank, name in enumerate(names)} for query, names in rankings.items()}
    )


def test_scores_are_those_of_the_definitions() -> None:
    judged = collection(a={"d0": 2, "d1": 1, "d2": 0}, b={"d5": 1})
    found = retrieval(run(a="3014", b="012345"), judged, k=3, depth=4)
    ideal = 2 / math.log2(2) + 1 / math.log2(3)
    gains = 2 / math.log2(3) + 1 / math.log2(4)
    assert found.ndcg_by_query == {"a": pytest.approx(gains / ideal), "b": 0.0}
    assert found.ndcg == pytest.approx(gains / ideal / 2)
    assert found.mrr == pytest.approx(1 / 2 / 2)
    assert found.recall == pytest.approx((1 + 0) / 2)
    assert found.map == pytest.approx((1 / 2 + 2 / 3) / 2 / 2)
    assert (found.queries, found.queries_total, found.documents, found.missing_documents) == (2, 2, 6, 0)
    assert (found.k, found.depth) == (3, 4)


def test_a_document_beyond_the_cutoff_is_not_found() -> None:
    judged = collection(a={"d5": 1})
    assert retrieval(run(a="012345"), judged, k=5, depth=6).recall == 1
    found = retrieval(run(a="012345"), judged, k=5, depth=5)
    assert (found.ndcg, found.mrr, found.recall, found.map) == (0, 0, 0, 0)


def test_equal_scores_are_ranked_by_descending_identifiers_in_all_measures() -> None:
    judged = collection(a={"d3": 1})
    found = retrieval(Run({"a": {"d1": 1.0, "d3": 1.0, "d4": 1.0}}), judged, k=2, depth=2)
    assert found.mrr == 0.5 and found.ndcg == pytest.approx(1 / math.log2(3))


def test_a_query_without_ranked_documents_scores_zero() -> None:
    assert retrieval(run(a="0"), collection(a={"d0": 1}, b={"d1": 1})).ndcg == 0.5


def test_documents_with_negative_judgments_are_not_relevant() -> None:
    found = retrieval(run(a="10"), collection(a={"d0": 1, "d1": -2}))
    assert (found.mrr, found.recall) == (0.5, 1)


def test_the_search_is_exact_and_by_cosine_over_many_batches() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(10_000, 4)) * random.uniform(0.1, 10, size=(10_000, 1))
    documents = {f"d{row}": f"{row}" for row in range(9_990)}
    queries = {f"q{row}": f"{row}" for row in range(9_990, 10_000)}
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    nearest = (unit[9_990:] @ unit[:9_990].T).argmax(axis=1)
    judgments = {query: {f"d{row}": 1} for query, row in zip(queries, nearest)}
    encoder = TableEncoder({f"{row}": vector.tolist() for row, vector in enumerate(vectors)})
    found = retrieval(encoder, Collection(documents, queries, judgments))
    assert (found.ndcg, found.mrr) == (1, 1)


def test_the_document_with_the_identifier_of_the_query_can_be_ignored() -> None:
    texts = {"a": "one", "b": "two"}
    encoder = TableEncoder({"one": [1, 0], "two": [1, 1]})
    judged = Collection(texts, {"a": "one"}, {"a": {"b": 1}})
    assert retrieval(encoder, judged, k=1, depth=1).mrr == 0
    assert retrieval(encoder, judged, k=1, depth=1, exclude_same=True).mrr == 1


def test_bm25_ranks_rare_words_first_and_ignores_documents_without_a_word() -> None:
    documents = {"a": "the rain", "b": "the sun, the moon", "c": "the the the", "d": "nothing else"}
    judged = Collection(documents, {"q": "The Sun!", "r": "of"}, {"q": {"b": 1}, "r": {"a": 1}})
    ranked = BM25().rank(judged, 10)
    assert max(ranked["q"], key=ranked["q"].__getitem__) == "b" and "d" not in ranked["q"]
    assert ranked["r"] == {}
    assert retrieval(BM25(), judged).ndcg == 0.5
    # Robertson and Zaragoza's formula with Lucene's idf, for the only word that the query shares with b alone.
    idf, mean = math.log(1 + (4 - 1 + 0.5) / (1 + 0.5)), (2 + 4 + 3 + 2) / 4
    sun = BM25(k1=1.2, b=0.5).rank(Collection(documents, {"q": "sun"}, {"q": {"b": 1}}), 1)
    assert sun["q"]["b"] == pytest.approx(idf / (1 + 1.2 * (0.5 + 0.5 * 4 / mean)), rel=1e-4)


def test_a_query_repeats_its_words_in_bm25() -> None:
    documents = {"a": "rain sun", "b": "rain moon"}
    judged = Collection(documents, {"q": "sun moon moon"}, {"q": {"b": 1}})
    assert retrieval(BM25(), judged).mrr == 1


def test_the_interval_is_of_the_mean_over_queries_and_repeatable() -> None:
    judged = collection(**{f"q{number}": {"d0": 1} for number in range(30)})
    rankings = run(**{f"q{number}": "0" if number % 3 else "10" for number in range(30)})
    found = retrieval(rankings, judged, seed=4)
    assert found.low < found.ndcg < found.high
    assert retrieval(rankings, judged, seed=4) == found
    assert math.isnan(retrieval(rankings, judged, resamples=0).low)


def test_identifiers_may_have_any_characters() -> None:
    odd = ["a b", "\0", "\ud800", "日", "Q0\t1"]
    documents = {name: f"{place}" for place, name in enumerate(odd)}
    judged = Collection(
        documents, {name: f"{place}" for place, name in enumerate(odd)}, {name: {name: 1} for name in odd}
    )
    encoder = TableEncoder({f"{place}": row.tolist() for place, row in enumerate(np.eye(5))})
    assert retrieval(encoder, judged).mrr == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [({"k": 0}, "k=0"), ({"k": 20, "depth": 10}, "depth=10 must be a whole number from 20, at least k")],
)
def test_invalid_cutoffs_raise(options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        retrieval(run(a="0"), collection(a={"d0": 1}), **options)


def test_other_sources_raise() -> None:
    with pytest.raises(TypeError, match="of type int: expected"):
        retrieval(7, collection(a={"d0": 1}))
    with pytest.raises(ValueError, match="shape \\(2,\\) for 1 texts: expected one row per text"):
        retrieval(_Flat(), collection(a={"d0": 1}))
    with pytest.raises(ValueError, match="NaN or infinity"):
        retrieval(TableEncoder({"query a": [1, math.nan]}), collection(a={"d0": 1}))


class _Flat:
    def encode(self, texts: list[str]) -> list[float]:
        return [1.0, 2.0]


def test_queries_without_a_vector_find_nothing() -> None:
    judged = Collection({"d1": "x", "d2": "y"}, {"a": "x", "b": "unknown"}, {"a": {"d1": 1}, "b": {"d2": 1}})
    found = retrieval(TableEncoder({"x": [1.0, 0.0], "y": [0.0, 1.0]}), judged)
    assert found.ndcg_by_query == {"a": 1.0, "b": 0.0}


@pytest.mark.parametrize("source", [BM25(), TableEncoder({"text 0": [1.0], "query a": [1.0]})])
@pytest.mark.parametrize("later", [5, 7])
def test_documents_that_have_changed_raise(source: Any, later: int) -> None:
    class Documents:
        number = 6

        def __iter__(self) -> Iterator[tuple[str, str]]:
            return iter([(f"d{number}", f"text {number}") for number in range(self.number)])

    documents = Documents()
    judged = Collection(documents, {"a": "query a"}, {"a": {"d0": 1}})
    documents.number = later
    with pytest.raises(ValueError, match="The documents have changed since they were read first"):
        retrieval(source, judged)


@pytest.mark.parametrize("scores", [["d1"], {"a": ["d1"]}, {"a": {"d1": math.nan}}, {"a": {"d1": "1"}}])
def test_invalid_runs_raise(scores: Any) -> None:
    with pytest.raises(TypeError, match="scores must be a mapping such as"):
        Run(scores)


def test_vectors_of_queries_and_documents_have_the_same_dimensions() -> None:
    encoder = SimpleNamespace(encode=lambda texts: np.ones((len(texts), len(texts))))
    with pytest.raises(ValueError, match="vectors of 1 dimensions for queries and of 6 for documents"):
        retrieval(encoder, collection(a={"d0": 1}))
