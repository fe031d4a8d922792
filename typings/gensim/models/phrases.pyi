"""Types of gensim.models.phrases: words that belong together."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gensim import interfaces
from typing_extensions import Self

ENGLISH_CONNECTOR_WORDS: frozenset[str]

class _PhrasesTransformation(interfaces.TransformationABC):
    connector_words: frozenset[str]

    def __init__(self, connector_words: Iterable[str]) -> None: ...
    # Tokens for a sentence, and for sentences what gives them when it is read.
    def __getitem__(self, sentence: Iterable[str] | Iterable[Iterable[str]]) -> Any: ...
    def analyze_sentence(self, sentence: Iterable[str]) -> Iterator[tuple[str, float | None]]: ...
    def find_phrases(self, sentences: Iterable[Iterable[str]]) -> dict[str, float]: ...
    def score_candidate(
        self, word_a: str, word_b: str, in_between: list[str]
    ) -> tuple[str, float] | tuple[None, None]: ...
    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> Self: ...

class Phrases(_PhrasesTransformation):
    min_count: float
    threshold: float
    max_vocab_size: int
    vocab: dict[str, int]
    min_reduce: int
    delimiter: str
    progress_per: int
    scoring: Callable[..., float]
    corpus_word_count: int

    def __init__(
        self,
        sentences: Iterable[Iterable[str]] | None = None,
        min_count: float = 5,
        threshold: float = 10.0,
        max_vocab_size: int = 40000000,
        delimiter: str = "_",
        progress_per: int = 10000,
        scoring: str | Callable[..., float] = "default",
        connector_words: Iterable[str] = ...,
    ) -> None: ...
    def add_vocab(self, sentences: Iterable[Iterable[str]]) -> None: ...
    def export_phrases(self) -> dict[str, float]: ...
    def freeze(self) -> FrozenPhrases: ...

class FrozenPhrases(_PhrasesTransformation):
    min_count: float
    threshold: float
    delimiter: str
    scoring: Callable[..., float]
    phrasegrams: dict[str, float]

    def __init__(self, phrases_model: Phrases) -> None: ...

Phraser = FrozenPhrases
