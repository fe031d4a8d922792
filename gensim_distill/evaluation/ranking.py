"""Rankings of documents for queries: by the cosines of text vectors, by BM25, and from runs."""

from __future__ import annotations

import array
import itertools
import math
import numbers
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from gensim_distill._utils.extras import needs
from gensim_distill._utils.validation import check_number
from gensim_distill.corpus.reader import TextReader
from gensim_distill.evaluation.collection import Collection
from gensim_distill.evaluation.retrieval_files import read_run_file
from gensim_distill.evaluation.text_sources import Encoder, encode_batches, encode_normalized, encoder_of
from gensim_distill.linalg import normalize

_QUERIES = 1_024  # compared with a batch of documents at once


class Ranker(Protocol):
    """A search: ranks the documents of a collection for each query."""

    def rank(self, collection: Collection, depth: int) -> Mapping[str, Mapping[str, float]]:
        """Return the scores of up to `depth` documents by their identifiers, by query; larger is better."""


@dataclass(frozen=True)
class Run:
    """The rankings of a search that was made elsewhere, to score it with :func:`retrieval`.

    Attributes
    ----------
    scores : mapping of str to mapping of str to float
        The scores of documents by their identifiers, by query; larger is better.

    Examples
    --------
    >>> from gensim_distill.evaluation import Collection, Run, retrieval
    >>> collection = Collection({"d1": "Rain.", "d2": "Taxes."}, {"q1": "weather"}, {"q1": {"d1": 1}})
    >>> retrieval(Run({"q1": {"d2": 3.5, "d1": 1.5}}), collection).mrr
    0.5
    """

    scores: Mapping[str, Mapping[str, float]]

    def __post_init__(self) -> None:
        valid = isinstance(self.scores, Mapping) and all(
            isinstance(row, Mapping) and all(map(_is_finite_number, row.values())) for row in self.scores.values()
        )
        if not valid:
            raise TypeError("scores must be a mapping such as {'query 1': {'document 7': 1.5}} with finite numbers.")

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Run:
        """Read a run in TREC's format.

        Parameters
        ----------
        path : str or path
            A plain or compressed file with six columns: query, ``Q0``, document, rank, score and name. As in trec_eval,
            documents are ranked by their scores, and by their identifiers if these are equal.

        Raises
        ------
        ValueError
            If a line is invalid or a document occurs twice for a query; the message names the line.
        """
        return cls(read_run_file(path))

    def rank(self, collection: Collection, depth: int) -> Mapping[str, Mapping[str, float]]:
        """Return the scores."""
        return self.scores


@dataclass(frozen=True)
class CosineSearch:
    """Search by the cosines of text vectors, exact.

    Parameters
    ----------
    encoder : object with ``encode``
    """

    encoder: Encoder

    def rank(self, collection: Collection, depth: int) -> dict[str, dict[str, float]]:
        """Return the cosines of the nearest documents of each query; none for queries whose vectors are zero.

        Raises
        ------
        ValueError
            If the documents have changed, or queries and documents have vectors of different dimensions.
        """
        queries = encode_normalized(self.encoder, list(collection.queries.values()))
        depth = min(depth, len(collection.identifiers))
        cosines = np.full((len(queries), depth), -np.inf, dtype=np.float32)
        places = np.zeros((len(queries), depth), dtype=np.int64)
        start = 0
        for vectors in encode_batches(self.encoder, collection.texts()):
            documents = normalize(vectors)
            if documents.shape[1] != queries.shape[1]:
                raise ValueError(
                    f"encode() returned vectors of {queries.shape[1]} dimensions for queries and of {documents.shape[1]} for "
                    "documents: expected the same number."
                )
            batch = np.arange(start, start + len(documents))
            start += len(documents)
            for first in range(0, len(queries), _QUERIES):
                part = slice(first, first + _QUERIES)
                scores = np.concatenate([cosines[part], queries[part] @ documents.T], axis=1)
                among = np.concatenate([places[part], np.broadcast_to(batch, (len(scores), len(batch)))], axis=1)
                best = np.argpartition(-scores, depth - 1, axis=1)[:, :depth]
                cosines[part] = np.take_along_axis(scores, best, axis=1)
                places[part] = np.take_along_axis(among, best, axis=1)
        names, has_vector = collection.identifiers, np.any(queries, axis=1).tolist()
        return {
            query: {names[place]: float(cosine) for place, cosine in zip(places[row], cosines[row]) if has_vector[row]}
            for row, query in enumerate(collection.queries)
        }


@dataclass(frozen=True)
class BM25:
    """Search by the words that query and document share: the usual baseline of retrieval, by the library bm25s.

    Parameters
    ----------
    k1, b : float, optional
        The saturation of the frequency of a word in a document, and the weight of the length of documents.
    reader : TextReader, optional
        Splits documents and queries into words. By default as for word vectors: at Unicode word boundaries, lowercased.
        There is no stemming, and there are no stop words.

    References
    ----------
    Stephen Robertson and Hugo Zaragoza. The Probabilistic Relevance Framework: BM25 and Beyond. Foundations
    and Trends in Information Retrieval, 2009.

    Examples
    --------
    >>> from gensim_distill.evaluation import BM25, Collection, retrieval
    >>> collection = Collection({"d1": "Rain.", "d2": "Taxes."}, {"q1": "heavy rain"}, {"q1": {"d1": 1}})
    >>> retrieval(BM25(), collection).ndcg
    1.0
    """

    k1: float = 1.5
    b: float = 0.75
    reader: TextReader = field(default_factory=TextReader)

    def __post_init__(self) -> None:
        check_number("k1", self.k1, 0, 100)
        check_number("b", self.b, 0, 1)

    def rank(self, collection: Collection, depth: int) -> dict[str, dict[str, float]]:
        """Return the scores of the documents that share a word with the query.

        Raises
        ------
        ImportError
            If bm25s is not installed.
        """
        bm25s = needs("bm25s", "BM25", "evaluation")
        vocabulary: dict[str, int] = {}
        documents = [
            array.array("i", [vocabulary.setdefault(word, len(vocabulary)) for word in self.reader.keys(text)])
            for text in collection.texts()
        ]
        if not vocabulary:
            return {query: {} for query in collection.queries}
        index = bm25s.BM25(k1=self.k1, b=self.b)
        index.index(bm25s.tokenization.Tokenized(documents, vocabulary), show_progress=False)
        names = collection.identifiers
        ranked: dict[str, dict[str, float]] = {}
        for query, text in collection.queries.items():
            words = [vocabulary[word] for word in self.reader.keys(text) if word in vocabulary]
            if not words:
                ranked[query] = {}
                continue
            scores = index.get_scores_from_ids(words)
            best = np.argsort(-scores, kind="stable")[:depth]
            ranked[query] = {names[place]: float(scores[place]) for place in best if scores[place] > 0}
        return ranked


def ranker_of(source: Any) -> Ranker:
    """Return a search: the source itself if it has a method ``rank``, else the search by its text vectors.

    Parameters
    ----------
    source : Run, BM25, or anything that :func:`encoder_of` takes

    Raises
    ------
    TypeError, ValueError
        If the source is invalid.
    """
    return source if ranks_documents(source) else CosineSearch(encoder_of(source))


def ranks_documents(source: Any) -> bool:
    """Return whether an object is a search of its own, not an encoder of texts."""
    return (
        callable(getattr(source, "rank", None))
        and not callable(getattr(source, "encode", None))
        and not hasattr(source, "wv")
        and not hasattr(source, "key_to_index")
    )


def _is_finite_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and math.isfinite(value)


def _best_first(scores: Mapping[str, float]) -> Iterator[str]:
    """Return documents by descending score, as trec_eval ranks them: equal scores by descending identifiers."""
    return iter(sorted(sorted(scores, reverse=True), key=scores.__getitem__, reverse=True))


def rankings_of(scores: Mapping[str, Mapping[str, float]], queries: Iterable[str], depth: int) -> dict[str, list[str]]:
    """Return the documents of each query, the best first.

    Parameters
    ----------
    scores : mapping of str to mapping of str to float
        See :meth:`Ranker.rank`.
    queries : iterable of str
    depth : int
        The largest number of documents per query.
    """
    return {query: list(itertools.islice(_best_first(scores.get(query, {})), depth)) for query in queries}
