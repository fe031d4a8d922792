"""Evaluate static word vectors: similarity, analogies, classification, neighbors, and comparisons of models.

All functions take `KeyedVectors`, a model with ``wv``, or the path of a word2vec, GloVe or fastText
file. A teacher is evaluated by its own vectors, see :func:`teacher_vectors` and
:func:`teacher_text_vectors`. Classification needs scikit-learn, and plots need matplotlib:
``pip install "gensim-distill[evaluation]"``.

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
from gensim_distill.evaluation.comparison import compare
from gensim_distill.evaluation.comparison_table import Comparison, Score
from gensim_distill.evaluation.datasets import read_pairs, read_questions, read_texts
from gensim_distill.evaluation.isotropy import IsotropyResult, isotropy
from gensim_distill.evaluation.neighbors import HubnessResult, OverlapResult, hubness, neighbor_overlap
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

__all__ = [
    "AnalogyResult",
    "ClassificationResult",
    "Comparison",
    "DifferenceResult",
    "HubnessResult",
    "IsotropyResult",
    "OverlapResult",
    "Score",
    "SectionResult",
    "SimilarityResult",
    "SizeRow",
    "TextVectors",
    "analogies",
    "classification",
    "compare",
    "hubness",
    "isotropy",
    "neighbor_overlap",
    "read_pairs",
    "read_questions",
    "read_texts",
    "shared_pairs",
    "similarity_difference",
    "size_table",
    "teacher_text_vectors",
    "teacher_vectors",
    "text_vectors",
    "word_similarity",
]
