"""The scores of what a method has learned from a collection, on the data sets of this collection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from scipy.stats import spearmanr

from benchmarks.common import ANALOGY_WORDS, reduced
from benchmarks.quality.methods import Learned
from benchmarks.quality.text_sets import Collection, Search, TextPairs, read_text_pairs, read_two_classes
from gensim_distill.evaluation import Score, analogies, classification, word_similarity
from gensim_distill.linalg import normalize
from gensim_distill.vectors.keyed import keyed_vectors

NAMES = {"simlex999": "SimLex-999", "wordsim353": "WordSim-353", "google": "analogies"}
TOP = 10  # documents


def judge(
    learned: Learned, collection: Collection, words_size: int, seed: int
) -> tuple[dict[str, Score], float | None]:
    """Compute the scores, and the number of texts encoded per second.

    Parameters
    ----------
    learned : Learned
    collection : Collection
        The texts that it was learned from, and the data sets.
    words_size : int
        The dimensions to which vectors of words are reduced by principal components, if they have more.
    seed : int
        Of confidence intervals and folds.
    """
    encoder = TimedEncoder(learned)
    if collection.kind == "corpus":
        scores = judge_words(learned, collection, words_size, seed)
        for path in collection.pairs:
            scores |= judge_pairs(encoder, read_text_pairs(path))
    elif collection.kind == "classified":
        scores = judge_classified(encoder, collection)
    else:
        scores = judge_search(learned, encoder, collection)
    return scores, encoder.texts_per_second


class TimedEncoder:
    """Encodes texts to L2-normalized vectors and measures the time that this takes."""

    def __init__(self, learned: Learned) -> None:
        self._encode = learned.encode
        self.texts, self.seconds = 0, 0.0

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        assert self._encode is not None
        start = perf_counter()
        vectors = self._encode(texts)
        self.seconds += perf_counter() - start
        self.texts += len(texts)
        unit: np.ndarray = normalize(np.asarray(vectors, dtype=np.float32))
        return unit

    @property
    def texts_per_second(self) -> float | None:
        """The speed so far; None if nothing was encoded."""
        return self.texts / self.seconds if self.texts else None


def judge_words(learned: Learned, collection: Collection, size: int, seed: int) -> dict[str, Score]:
    """Score the vectors of words: similarity, analogies, classification by the SIF-weighted means of texts."""
    assert learned.words is not None
    words = learned.words
    vectors = keyed_vectors(
        words.index_to_key, reduced(words.vectors, size).astype(np.float32), words.expandos.get("count")
    )
    scores = {}
    for name in collection.similarity:
        similar = word_similarity(vectors, name, seed=seed)
        scores[name_of(name)] = Score(
            similar.spearman, similar.low, similar.high, None, similar.pairs_used, similar.pairs_total
        )
    for name in collection.questions:
        solved = analogies(vectors, name, most_frequent=ANALOGY_WORDS)
        scores[name_of(name)] = Score(solved.accuracy, used=solved.total)
    for task, *files in collection.tasks:
        data = read_two_classes(files)
        found = classification(learned.text_features or vectors, data.texts, data.labels, seed=seed)
        scores[task] = Score(found.accuracy, found.low, found.high, found.coverage, found.tested, found.texts)
    return scores


def name_of(source: str) -> str:
    """Return the name of a data set in tables: of those of gensim, or of a file."""
    return NAMES.get(source, Path(source).name.partition(".")[0])


def judge_pairs(encode: TimedEncoder, pairs: TextPairs) -> dict[str, Score]:
    """Score the cosines of pairs of texts: Spearman's correlation in each set, and the mean over the sets of a year."""
    cosines = np.einsum("ij,ij->i", encode(pairs.first), encode(pairs.second))
    sets, scores = np.array(pairs.sets), np.array(pairs.scores)
    by_year: dict[str, list[float]] = {}
    for name in dict.fromkeys(pairs.sets):
        found = spearmanr(cosines[sets == name], scores[sets == name]).statistic
        by_year.setdefault(name.partition(".")[0], []).append(float(found))
    return {f"STS {year}": Score(float(np.mean(values))) for year, values in by_year.items()}


def judge_classified(encode: TimedEncoder, collection: Collection) -> dict[str, Score]:
    """Score the vectors of texts by the nearest centroid of a label and by logistic regression, C = 10."""
    from sklearn.linear_model import LogisticRegression

    train, test = collection.split("train"), collection.split("test")
    known, tested = encode(train.texts), encode(test.texts)
    names, labels = np.unique(train.labels, return_inverse=True)
    centroids = np.zeros((len(names), known.shape[1]))
    np.add.at(centroids, labels, known)
    nearest = names[(tested @ normalize(centroids).T).argmax(axis=1)]
    regression = LogisticRegression(C=10, max_iter=1000).fit(known, train.labels)
    return {
        f"{collection.name} centroid": Score(float(np.mean(nearest == np.array(test.labels)))),
        f"{collection.name} LR": Score(float(regression.score(tested, test.labels))),
    }


def judge_search(learned: Learned, encode: TimedEncoder, collection: Collection) -> dict[str, Score]:
    """Score the ranking of documents: nDCG over the first 10, with equal gain for all relevant documents."""
    data = collection.search()
    if learned.search is not None:
        relevance = learned.search(data.queries)
    else:
        relevance = encode(data.queries) @ encode(data.documents).T
    return {f"{collection.name} nDCG@{TOP}": Score(mean_ndcg(relevance, data))}


def mean_ndcg(scores: np.ndarray, data: Search) -> float:
    """Compute the mean nDCG of queries, given the score of each document for each query."""
    discounts = 1 / np.log2(np.arange(TOP) + 2)
    values = []
    for row, relevant in zip(scores, data.relevant):
        first = np.argsort(-row, kind="stable")[:TOP]
        gain = np.isin(first, relevant) @ discounts[: len(first)]
        values.append(gain / discounts[: len(relevant)].sum())
    return float(np.mean(values))
