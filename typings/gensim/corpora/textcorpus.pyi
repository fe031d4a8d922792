"""Types of gensim.corpora.textcorpus: corpora that are read from files of text."""

from collections.abc import Callable, Iterator
from typing import Any

from gensim import interfaces
from gensim.corpora.dictionary import Dictionary

class TextCorpus(interfaces.CorpusABC):
    # What getstream() reads: here what can be opened, and what it will in a subclass.
    input: Any
    metadata: bool
    character_filters: list[Callable[[str], str]]
    tokenizer: Callable[[str], list[str]]
    token_filters: list[Callable[[list[str]], list[str]]]
    length: int | None
    dictionary: Dictionary

    def __init__(
        self,
        input: Any = None,
        dictionary: Dictionary | None = None,
        metadata: bool = False,
        character_filters: list[Callable[[str], str]] | None = None,
        tokenizer: Callable[[str], list[str]] | None = None,
        token_filters: list[Callable[[list[str]], list[str]]] | None = None,
    ) -> None: ...
    def init_dictionary(self, dictionary: Dictionary | None) -> None: ...
    def getstream(self) -> Iterator[str]: ...
    def preprocess_text(self, text: str) -> list[str]: ...
    # With metadata a pair of the tokens and a tuple of what is known of them.
    def get_texts(self) -> Iterator[Any]: ...
    def sample_texts(self, n: int, seed: int | None = None, length: int | None = None) -> Iterator[Any]: ...
