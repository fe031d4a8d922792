"""Types of gensim.similarities.docsim: similarities of documents."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gensim import interfaces
from gensim.models.keyedvectors import KeyedVectors
from gensim.similarities.termsim import SparseTermSimilarityMatrix

class SoftCosineSimilarity(interfaces.SimilarityABC):
    similarity_matrix: SparseTermSimilarityMatrix
    corpus: list[list[tuple[int, float]]]

    def __init__(
        self,
        corpus: Iterable[Sequence[tuple[int, float]]],
        similarity_matrix: SparseTermSimilarityMatrix,
        num_best: int | None = None,
        chunksize: int = 256,
        normalized: bool | None = None,
        normalize_queries: bool = True,
        normalize_documents: bool = True,
    ) -> None: ...
    def __len__(self) -> int: ...
    def get_similarities(self, query: Any) -> npt.NDArray[np.floating[Any]]: ...

class WmdSimilarity(interfaces.SimilarityABC):
    corpus: Sequence[Sequence[str]]
    wv: KeyedVectors

    def __init__(
        self,
        corpus: Sequence[Sequence[str]],
        kv_model: KeyedVectors,
        num_best: int | None = None,
        chunksize: int = 256,
    ) -> None: ...
    def __len__(self) -> int: ...
    def get_similarities(
        self, query: list[str] | list[list[str]] | npt.NDArray[np.integer[Any]]
    ) -> npt.NDArray[np.floating[Any]]: ...
