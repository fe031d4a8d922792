"""Types of gensim.similarities.termsim: similarities of words."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from gensim.corpora.dictionary import Dictionary
from gensim.models.keyedvectors import KeyedVectors
from gensim.models.tfidfmodel import TfidfModel
from gensim.utils import SaveLoad

class TermSimilarityIndex(SaveLoad):
    def most_similar(self, term: str, topn: int = 10) -> Iterable[tuple[str, float]]: ...

class WordEmbeddingSimilarityIndex(TermSimilarityIndex):
    keyedvectors: KeyedVectors
    threshold: float
    exponent: float
    kwargs: dict[str, Any]

    def __init__(
        self,
        keyedvectors: KeyedVectors,
        threshold: float = 0.0,
        exponent: float = 2.0,
        kwargs: dict[str, Any] | None = None,
    ) -> None: ...
    def most_similar(self, t1: str, topn: int = 10) -> Iterable[tuple[str, float]]: ...

class SparseTermSimilarityMatrix(SaveLoad):
    # A matrix of scipy.sparse.
    matrix: Any

    def __init__(
        self,
        source: Any,
        dictionary: Dictionary | None = None,
        tfidf: TfidfModel | None = None,
        symmetric: bool = True,
        dominant: bool = False,
        nonzero_limit: int | None = 100,
        dtype: type[np.floating[Any]] = ...,
    ) -> None: ...
    # A number for two documents, a matrix where one or both are corpora.
    def inner_product(
        self,
        X: Iterable[Any] | npt.NDArray[Any],
        Y: Iterable[Any] | npt.NDArray[Any],
        normalized: tuple[bool | str, bool | str] = (False, False),
    ) -> Any: ...
