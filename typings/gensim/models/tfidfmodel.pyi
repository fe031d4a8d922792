"""Types of gensim.models.tfidfmodel: weights of words in documents."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gensim import interfaces
from gensim.corpora.dictionary import Dictionary
from typing_extensions import Self

class TfidfModel(interfaces.TransformationABC):
    idfs: dict[int, float] | None
    dfs: dict[int, int]
    num_docs: int | None
    num_nnz: int | None
    smartirs: str | None

    def __init__(
        self,
        corpus: Iterable[Iterable[tuple[int, int]]] | None = None,
        id2word: Mapping[int, str] | None = None,
        dictionary: Dictionary | None = None,
        wlocal: Callable[[Any], Any] = ...,
        wglobal: Callable[[float, float], float] = ...,
        normalize: bool | Callable[[Any], Any] = True,
        smartirs: str | None = None,
        pivot: float | None = None,
        slope: float = 0.25,
    ) -> None: ...
    # Pairs of number and weight for a document, and for a corpus what gives them when it is read.
    def __getitem__(
        self, bow: Iterable[tuple[int, float]] | Iterable[Iterable[tuple[int, float]]], eps: float = 1e-12
    ) -> Any: ...
    def initialize(self, corpus: Iterable[Iterable[tuple[int, int]]]) -> None: ...
    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> Self: ...
