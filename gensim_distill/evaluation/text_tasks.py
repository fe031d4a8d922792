"""The tasks of texts in a comparison, and the scores of one model in them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gensim_distill._utils.extras import needs
from gensim_distill.evaluation.classification import ClassificationResult, classification
from gensim_distill.evaluation.clustering import clustering
from gensim_distill.evaluation.collection import Collection, read_collection
from gensim_distill.evaluation.comparison_table import Score
from gensim_distill.evaluation.labeled_texts import LabeledTexts
from gensim_distill.evaluation.nearest_centroid import nearest_centroid
from gensim_distill.evaluation.ranking import ranks_documents
from gensim_distill.evaluation.retrieval import retrieval
from gensim_distill.evaluation.text_similarity import TextPair, read_text_pairs, text_similarity
from gensim_distill.evaluation.text_sources import encoder_of, encodes_texts, is_teacher


@dataclass(frozen=True)
class TextTasks:
    """Data sets of texts by their names in a comparison.

    Attributes
    ----------
    retrieval : dict of str to Collection
    similarity : dict of str to dict of str to list of (str, str, float)
        The sets of pairs, see :func:`read_text_pairs`.
    clustering, classification, centroid : dict of str to LabeledTexts
        For :func:`clustering`, :func:`classification` and :func:`nearest_centroid`.
    """

    retrieval: dict[str, Collection]
    similarity: dict[str, dict[str, list[TextPair]]]
    clustering: dict[str, LabeledTexts]
    classification: dict[str, LabeledTexts]
    centroid: dict[str, LabeledTexts]

    @classmethod
    def read(
        cls,
        *,
        retrieval: Mapping[str, Any],
        text_similarity: Mapping[str, Any],
        clustering: Mapping[str, Any],
        classification: Mapping[str, Any],
        centroid: Mapping[str, Any],
    ) -> TextTasks:
        """Read and check data sets, see :func:`~gensim_distill.evaluation.compare`.

        Raises
        ------
        TypeError, ValueError
            If one is invalid.
        """
        return cls(
            {name: _collection(name, source) for name, source in retrieval.items()},
            {name: read_text_pairs(source) for name, source in text_similarity.items()},
            {name: _labeled(name, source) for name, source in clustering.items()},
            {name: _labeled(name, source) for name, source in classification.items()},
            {name: _labeled(name, source) for name, source in centroid.items()},
        )

    def check_libraries(self, bm25: bool) -> None:
        """Check, before any model is evaluated, that the libraries of the tasks are installed.

        Raises
        ------
        ImportError
            If one is not.
        """
        if self.retrieval:
            needs("ir_measures", "retrieval", "evaluation")
        if self.retrieval and bm25:
            needs("bm25s", "BM25", "evaluation")
        if self.clustering or self.classification:
            needs("sklearn", "clustering" if self.clustering else "classification", "evaluation")

    @property
    def names(self) -> list[str]:
        """The names of the measures."""
        names = [f"{name} {measure}" for name in self.retrieval for measure in ("nDCG@10", "MRR@10", "recall@100")]
        names += [*self.similarity, *(f"{name} v-measure" for name in self.clustering)]
        return [*names, *self.classification, *(f"{name} centroid" for name in self.centroid)]

    def scores(self, source: Any, vectors: Any, *, resamples: int, seed: int) -> dict[str, Score]:
        """Evaluate a model.

        Parameters
        ----------
        source : object
            The model as the user passed it.
        vectors : KeyedVectors or None
            Its word vectors, if it has some.
        resamples, seed
            See :func:`~gensim_distill.evaluation.compare`.

        Returns
        -------
        dict of str to Score
            By the name of the measure.
        """
        own = is_teacher(source) or encodes_texts(source) or ranks_documents(source)
        model = source if own or vectors is None else vectors
        scores: dict[str, Score] = {}
        ranks = ranks_documents(model)
        needs_encoder = self.similarity or self.clustering or self.centroid or self.retrieval
        encoder = encoder_of(model) if needs_encoder and not ranks else None
        for name, collection in self.retrieval.items():
            found = retrieval(model if ranks else encoder, collection, resamples=resamples, seed=seed)
            used = (found.queries, found.queries_total)
            scores[f"{name} nDCG@10"] = Score(found.ndcg, found.low, found.high, None, *used, task="nDCG")
            scores[f"{name} MRR@10"] = Score(found.mrr, None, None, None, *used, task="MRR")
            scores[f"{name} recall@100"] = Score(found.recall, None, None, None, *used, task="recall")
        if ranks:
            return scores
        for name, sets in self.similarity.items():
            pairs = text_similarity(encoder, sets, resamples=resamples, seed=seed, name=name)
            used = (pairs.pairs, pairs.pairs)
            scores[name] = Score(pairs.spearman, pairs.low, pairs.high, None, *used, task="text similarity")
        for name, labeled in self.clustering.items():
            clusters = clustering(encoder, labeled.texts, labeled.labels, seed=seed)
            used = (clusters.texts, clusters.texts)
            scores[f"{name} v-measure"] = Score(clusters.v_measure, None, None, None, *used, task="clustering")
        for name, labeled in self.classification.items():
            result = classification(model, labeled.texts, labeled.labels, train=labeled.train, seed=seed)
            scores[name] = _accuracy(result, "classification")
        for name, labeled in self.centroid.items():
            result = nearest_centroid(encoder, labeled.texts, labeled.labels, train=labeled.train, seed=seed)
            scores[f"{name} centroid"] = _accuracy(result, "centroid")
        return scores


def _accuracy(result: ClassificationResult, task: str) -> Score:
    return Score(result.accuracy, result.low, result.high, result.coverage, result.tested, result.texts, task=task)


def _collection(name: str, source: Any) -> Collection:
    if isinstance(source, Collection):
        return source
    if isinstance(source, (str, os.PathLike)):
        return read_collection(source)
    raise TypeError(
        f"The collection {name!r} is of type {type(source).__name__}: expected a Collection or the path of a folder."
    )


def _labeled(name: str, source: Any) -> LabeledTexts:
    if isinstance(source, Sequence) and not isinstance(source, str) and len(source) in (2, 3):
        return LabeledTexts(*source)
    raise TypeError(
        f"The data set {name!r} is of type {type(source).__name__}: expected (texts, labels) or a LabeledTexts, as "
        "read_labeled_texts returns it."
    )
