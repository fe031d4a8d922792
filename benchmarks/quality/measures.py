"""The scores of the vectors that a method has learned from a source, on the data sets of this source."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.common import ANALOGY_WORDS, reduced
from benchmarks.quality.methods import Learned
from benchmarks.quality.text_sets import TextSource, read_two_classes
from gensim_distill.corpus.documents import Document
from gensim_distill.evaluation import (
    Score,
    analogies,
    classification,
    nearest_centroid,
    retrieval,
    text_similarity,
    word_similarity,
)
from gensim_distill.evaluation.text_sources import Encoder
from gensim_distill.vectors.keyed import keyed_vectors

NAMES = {"simlex999": "SimLex-999", "wordsim353": "WordSim-353", "google": "analogies"}
TOP = 10  # documents of nDCG
C = 10.0  # of logistic regression


def judge(learned: Learned, source: TextSource, words_size: int, seed: int) -> tuple[dict[str, Score], float | None]:
    """Compute the scores, and the number of texts encoded per second.

    Parameters
    ----------
    learned : Learned
    source : TextSource
        The texts that it was learned from, and the data sets.
    words_size : int
        The dimensions to which vectors of words are reduced by principal components, if they have more.
    seed : int
        Of confidence intervals and folds.
    """
    if learned.encoder is None:
        return judge_texts(learned.ranker, source, seed=seed), None
    encoder = TimedEncoder(learned.encoder)
    scores = judge_words(learned, source, words_size, seed) if source.kind == "corpus" else {}
    scores |= judge_texts(encoder, source, seed=seed)
    return scores, encoder.texts_per_second


class TimedEncoder:
    """Measures the time that an encoder takes."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.texts, self.seconds = 0, 0.0

    def encode(self, texts: Iterable[Document]) -> Any:
        listed = list(texts)
        start = perf_counter()
        vectors = self._encoder.encode(listed)
        self.seconds += perf_counter() - start
        self.texts += len(listed)
        return vectors

    @property
    def texts_per_second(self) -> float | None:
        """The speed so far; None if nothing was encoded."""
        return self.texts / self.seconds if self.texts else None


def judge_words(learned: Learned, source: TextSource, size: int, seed: int) -> dict[str, Score]:
    """Score the vectors of words: similarity, analogies, classification by the SIF-weighted means of texts."""
    assert learned.words is not None
    words = learned.words
    vectors = keyed_vectors(
        words.index_to_key, reduced(words.vectors, size).astype(np.float32), words.expandos.get("count")
    )
    scores = {}
    for name in source.similarity:
        similar = word_similarity(vectors, name, seed=seed)
        scores[name_of(name)] = Score(
            similar.spearman, similar.low, similar.high, None, similar.pairs_used, similar.pairs_total
        )
    for name in source.questions:
        solved = analogies(vectors, name, most_frequent=ANALOGY_WORDS)
        scores[name_of(name)] = Score(solved.accuracy, used=solved.total)
    for task, *files in source.tasks:
        texts, labels = read_two_classes(files)
        found = classification(learned.text_features or vectors, texts, labels, seed=seed)
        scores[task] = Score(found.accuracy, found.low, found.high, found.coverage, found.tested, found.texts)
    return scores


def name_of(path: str) -> str:
    """Return the name of a data set in tables: of those of gensim, or of a file."""
    return NAMES.get(path, Path(path).name.partition(".")[0])


def judge_texts(
    encoder: Any, source: TextSource, *, resamples: int = 1000, regression: bool = True, seed: int = 1
) -> dict[str, Score]:
    """Score vectors of texts.

    Parameters
    ----------
    encoder : object with ``encode``, or a search for a source of the kind "searched"
    source : TextSource
    resamples : int, optional
        For confidence intervals; 0 for none.
    regression : bool, optional
        Whether to classify by logistic regression too, with C = 10 on L2-normalized vectors.
    seed : int, optional
    """
    name = source.name
    if source.kind == "searched":
        ranked = retrieval(encoder, source.collection(), k=TOP, resamples=resamples, seed=seed)
        score = Score(ranked.ndcg, ranked.low, ranked.high, None, ranked.queries, ranked.queries_total)
        return {f"{name} nDCG@{TOP}": score}
    if source.kind == "corpus":
        scores = {}
        for year, sets in source.text_pairs().items():
            pairs = text_similarity(encoder, sets, resamples=resamples, seed=seed)
            scores[f"STS {year}"] = Score(pairs.spearman, pairs.low, pairs.high, None, pairs.pairs)
        return scores
    texts, labels, train = source.labeled()
    found = {"centroid": nearest_centroid(encoder, texts, labels, train=train)}
    if regression:
        found["LR"] = classification(encoder, texts, labels, train=train, penalty=C, scale="unit")
    return {
        f"{name} {kind}": Score(result.accuracy, result.low, result.high, None, result.tested)
        for kind, result in found.items()
    }
