"""Types of gensim.utils: saving and loading, pruning of vocabularies, opening of files."""

import os
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from typing import IO, Any, Final, TypeAlias, overload

import numpy as np
from _typeshed import OpenBinaryMode, OpenTextMode, SupportsWrite
from typing_extensions import Self

# Of a word, its count and min_count it gives one of RULE_DEFAULT, RULE_DISCARD and RULE_KEEP.
_TrimRule: TypeAlias = Callable[[str, int, int], int]

PICKLE_PROTOCOL: Final[int]
RULE_DEFAULT: Final = 0
RULE_DISCARD: Final = 1
RULE_KEEP: Final = 2

default_prng: np.random.Generator

class SaveLoad:
    lifecycle_events: list[dict[str, Any]] | None

    def add_lifecycle_event(self, event_name: str, log_level: int = 20, **event: Any) -> None: ...
    @classmethod
    def load(cls, fname: str, mmap: str | None = None) -> Self: ...
    def save(
        self,
        fname_or_handle: str | SupportsWrite[bytes],
        separately: list[str] | None = None,
        sep_limit: int = 10485760,
        ignore: Iterable[str] = ...,
        pickle_protocol: int = 4,
    ) -> None: ...
    def _load_specials(self, fname: str, mmap: str | None, compress: bool, subname: Callable[..., str]) -> None: ...
    def _save_specials(
        self,
        fname: str,
        separately: list[str] | None,
        sep_limit: int,
        ignore: Iterable[str],
        pickle_protocol: int,
        compress: bool,
        subname: Callable[..., str],
    ) -> list[tuple[Any, dict[str, Any]]]: ...
    def _smart_save(
        self,
        fname: str,
        separately: list[str] | None = None,
        sep_limit: int = 10485760,
        ignore: Iterable[str] = ...,
        pickle_protocol: int = 4,
    ) -> None: ...
    @staticmethod
    def _adapt_by_suffix(fname: str) -> tuple[bool, Callable[..., str]]: ...

# smart_open's; it has more settings, which differ with its version.
@overload
def open(
    uri: str | os.PathLike[str] | IO[bytes],
    mode: OpenTextMode = "r",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    closefd: bool = True,
    opener: Callable[[str, int], int] | None = None,
    compression: str = "infer_from_extension",
) -> IO[str]: ...
@overload
def open(
    uri: str | os.PathLike[str] | IO[bytes],
    mode: OpenBinaryMode,
    buffering: int = -1,
    encoding: None = None,
    errors: None = None,
    newline: None = None,
    closefd: bool = True,
    opener: Callable[[str, int], int] | None = None,
    compression: str = "infer_from_extension",
) -> IO[bytes]: ...
def any2unicode(text: str | bytes, encoding: str = "utf8", errors: str = "strict") -> str: ...
def any2utf8(text: str | bytes, errors: str = "strict", encoding: str = "utf8") -> bytes: ...

to_unicode = any2unicode
to_utf8 = any2utf8

def get_random_state(
    seed: int | np.integer[Any] | np.random.RandomState | None,
) -> np.random.RandomState: ...
def keep_vocab_item(word: str, count: int, min_count: int, trim_rule: _TrimRule | None = None) -> bool: ...
def pickle(obj: object, fname: str, protocol: int = 4) -> None: ...
def prune_vocab(vocab: MutableMapping[str, int], min_reduce: int, trim_rule: _TrimRule | None = None) -> int: ...
def simple_preprocess(doc: str | bytes, deacc: bool = False, min_len: int = 2, max_len: int = 15) -> list[str]: ...
def trim_vocab_by_freq(vocab: MutableMapping[str, int], topk: int, trim_rule: _TrimRule | None = None) -> None: ...
def unpickle(fname: str) -> Any: ...
def is_corpus(obj: object) -> tuple[bool, Any]: ...
def save_as_line_sentence(corpus: Iterable[Sequence[str]], filename: str) -> None: ...
