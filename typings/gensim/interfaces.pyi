"""Types of gensim.interfaces: what corpora, transformations and similarities have in common."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from gensim import utils

class CorpusABC(utils.SaveLoad):
    # What a document is depends on the corpus.
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...

class TransformedCorpus(CorpusABC):
    obj: TransformationABC
    corpus: Iterable[Any]
    chunksize: int | None

    def __init__(
        self, obj: TransformationABC, corpus: Iterable[Any], chunksize: int | None = None, **kwargs: Any
    ) -> None: ...
    def __getitem__(self, docno: int) -> Any: ...

class TransformationABC(utils.SaveLoad):
    # A document is transformed at once, a corpus when it is read.
    def __getitem__(self, vec: Any) -> Any: ...
    def _apply(self, corpus: Iterable[Any], chunksize: int | None = None, **kwargs: Any) -> TransformedCorpus: ...

class SimilarityABC(utils.SaveLoad):
    num_best: int | None
    normalize: bool
    chunksize: int

    def __init__(self, corpus: Iterable[Any]) -> None: ...
    def get_similarities(self, doc: Any) -> npt.NDArray[np.floating[Any]]: ...
    # A list of (document, similarity) with num_best, an array of all similarities without; one more of these around it
    # where a corpus is asked for.
    def __getitem__(self, query: Any) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
