"""Types of gensim.similarities.annoy: approximate nearest neighbours."""

from typing import Any

import numpy.typing as npt
from gensim.models.keyedvectors import KeyedVectors
from gensim.models.word2vec import Word2Vec

class AnnoyIndexer:
    # Annoy's own, which has no types.
    index: Any
    labels: list[str] | None
    model: Word2Vec | KeyedVectors | None
    num_trees: int | None

    def __init__(self, model: Word2Vec | KeyedVectors | None = None, num_trees: int | None = None) -> None: ...
    def save(self, fname: str, protocol: int = 4) -> None: ...
    def load(self, fname: str) -> None: ...
    def most_similar(self, vector: npt.NDArray[Any], num_neighbors: int) -> list[tuple[str, float]]: ...
