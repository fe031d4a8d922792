"""Evaluate static vectors of words and texts: similarity, analogies, retrieval, clustering, classification, neighbors.

Functions of words take `KeyedVectors`, a model with ``wv``, or the path of a word2vec, GloVe or fastText
file. Functions of texts take these too, and everything with a method ``encode``; see :func:`encoder_of`. A
teacher is evaluated by its own vectors, see :func:`teacher_vectors` and :func:`teacher_text_vectors`.
Classification, clustering, retrieval, BM25 and plots need ``pip install "gensim-distill[evaluation]"``.

Examples
--------
>>> from gensim.test.utils import datapath
>>> from gensim_distill.evaluation import analogies, word_similarity
>>> from gensim_distill.vectors import load_vectors
>>> vectors = load_vectors(datapath("euclidean_vectors.bin"))
>>> result = word_similarity(vectors, "simlex999")
>>> f"{result.pairs_used} of {result.pairs_total} pairs"
'165 of 999 pairs'
>>> analogies(vectors, "google", most_frequent=1000).total
36
"""

from gensim_distill.evaluation.analogies import AnalogyResult, SectionResult, analogies
from gensim_distill.evaluation.classification import ClassificationResult, classification
from gensim_distill.evaluation.clustering import ClusteringResult, clustering
from gensim_distill.evaluation.collection import Collection, read_collection
from gensim_distill.evaluation.comparison import compare
from gensim_distill.evaluation.comparison_table import Comparison, Score
from gensim_distill.evaluation.datasets import read_pairs, read_questions
from gensim_distill.evaluation.isotropy import IsotropyResult, isotropy
from gensim_distill.evaluation.labeled_texts import LabeledTexts, read_labeled_texts, read_texts
from gensim_distill.evaluation.nearest_centroid import nearest_centroid
from gensim_distill.evaluation.neighbors import HubnessResult, OverlapResult, hubness, neighbor_overlap
from gensim_distill.evaluation.ranking import BM25, CosineSearch, Run
from gensim_distill.evaluation.retrieval import RetrievalResult, retrieval
from gensim_distill.evaluation.retrieval_files import TextFile, read_judgments
from gensim_distill.evaluation.similarity import (
    DifferenceResult,
    SimilarityResult,
    shared_pairs,
    similarity_difference,
    word_similarity,
)
from gensim_distill.evaluation.size_table import SizeRow, size_table
from gensim_distill.evaluation.teacher_vectors import teacher_vectors
from gensim_distill.evaluation.text_features import TextVectors, teacher_text_vectors, text_vectors
from gensim_distill.evaluation.text_similarity import (
    TextSetResult,
    TextSimilarityResult,
    read_text_pairs,
    text_similarity,
)
from gensim_distill.evaluation.text_sources import TeacherEncoder, encoder_of

__all__ = [
    "BM25",
    "AnalogyResult",
    "ClassificationResult",
    "ClusteringResult",
    "Collection",
    "Comparison",
    "CosineSearch",
    "DifferenceResult",
    "HubnessResult",
    "IsotropyResult",
    "LabeledTexts",
    "OverlapResult",
    "RetrievalResult",
    "Run",
    "Score",
    "SectionResult",
    "SimilarityResult",
    "SizeRow",
    "TeacherEncoder",
    "TextFile",
    "TextSetResult",
    "TextSimilarityResult",
    "TextVectors",
    "analogies",
    "classification",
    "clustering",
    "compare",
    "encoder_of",
    "hubness",
    "isotropy",
    "nearest_centroid",
    "neighbor_overlap",
    "read_collection",
    "read_judgments",
    "read_labeled_texts",
    "read_pairs",
    "read_questions",
    "read_text_pairs",
    "read_texts",
    "retrieval",
    "shared_pairs",
    "similarity_difference",
    "size_table",
    "teacher_text_vectors",
    "teacher_vectors",
    "text_similarity",
    "text_vectors",
    "word_similarity",
]
