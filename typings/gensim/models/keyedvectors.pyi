"""Types of gensim.models.keyedvectors: words and their vectors."""

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeAlias, TypedDict, TypeVar, overload

import numpy as np
import numpy.typing as npt
from gensim import utils
from gensim.similarities.annoy import AnnoyIndexer
from typing_extensions import Self, deprecated

# float32, unless another type was asked for when they were made or read.
_Vectors: TypeAlias = npt.NDArray[np.floating[Any]]
_Key: TypeAlias = str | int | np.integer[Any]
_Weighted: TypeAlias = _Key | npt.NDArray[Any] | tuple[_Key | npt.NDArray[Any], float]
_ManyVectors: TypeAlias = npt.NDArray[Any] | list[npt.NDArray[Any]] | list[list[float]]

_KeyT = TypeVar("_KeyT", bound=_Key)

class _AnalogySection(TypedDict):
    section: str
    correct: list[tuple[str, str, str, str]]
    incorrect: list[tuple[str, str, str, str]]

class KeyedVectors(utils.SaveLoad):
    vector_size: int
    # Slots that wait for add_vector() hold None.
    index_to_key: list[str]
    key_to_index: dict[str, int]
    next_index: int
    vectors: _Vectors
    # None until they are needed.
    norms: _Vectors | None
    # Only in the vectors of a model.
    vectors_lockf: npt.NDArray[np.float32]
    expandos: dict[str, npt.NDArray[Any]]
    mapfile_path: str | None

    def __init__(
        self,
        vector_size: int,
        count: int = 0,
        dtype: type[np.floating[Any]] | np.dtype[np.floating[Any]] = ...,
        mapfile_path: str | None = None,
    ) -> None: ...
    def __len__(self) -> int: ...
    def __contains__(self, key: _Key) -> bool: ...
    def __getitem__(self, key_or_keys: _Key | Iterable[_Key]) -> _Vectors: ...
    def __setitem__(self, keys: _Key | list[str] | list[int], weights: _ManyVectors) -> None: ...

    # Keys, their vectors and attributes.
    def add_vector(self, key: str, vector: npt.ArrayLike) -> int: ...
    def add_vectors(
        self,
        keys: str | Sequence[str],
        weights: _ManyVectors,
        extras: dict[str, npt.NDArray[Any]] | None = None,
        replace: bool = False,
    ) -> None: ...
    def allocate_vecattrs(
        self, attrs: Iterable[str] | None = None, types: Iterable[npt.DTypeLike] | None = None
    ) -> None: ...
    def get_index(self, key: _Key, default: int | None = None) -> int: ...
    def has_index_for(self, key: _Key) -> bool: ...
    def get_vecattr(self, key: _Key, attr: str) -> Any: ...
    def set_vecattr(self, key: _Key, attr: str, val: object) -> None: ...
    def get_vector(self, key: _Key, norm: bool = False) -> _Vectors: ...
    def get_mean_vector(
        self,
        keys: Sequence[_Key | npt.NDArray[Any]] | npt.NDArray[Any],
        weights: list[float] | npt.NDArray[Any] | None = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> _Vectors: ...
    def get_normed_vectors(self) -> _Vectors: ...
    def fill_norms(self, force: bool = False) -> None: ...
    def resize_vectors(self, seed: int = 0) -> None: ...
    def sort_by_descending_frequency(self) -> None: ...
    def unit_normalize_all(self) -> None: ...
    def vectors_for_all(
        self, keys: Iterable[str], allow_inference: bool = True, copy_vecattrs: bool = False
    ) -> KeyedVectors: ...

    # Similarities.
    @overload
    def most_similar(
        self,
        positive: _Key | npt.NDArray[Any] | Iterable[_Weighted] | None = None,
        negative: _Key | npt.NDArray[Any] | Iterable[_Weighted] | None = None,
        topn: int = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: AnnoyIndexer | None = None,
    ) -> list[tuple[str, float]]: ...
    @overload
    def most_similar(
        self,
        positive: _Key | npt.NDArray[Any] | Iterable[_Weighted] | None = None,
        negative: _Key | npt.NDArray[Any] | Iterable[_Weighted] | None = None,
        *,
        topn: None,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: AnnoyIndexer | None = None,
    ) -> _Vectors: ...
    @overload
    def most_similar_cosmul(
        self,
        positive: str | list[str] | list[npt.NDArray[Any]] | None = None,
        negative: str | list[str] | list[npt.NDArray[Any]] | None = None,
        topn: int = 10,
        restrict_vocab: int | None = None,
    ) -> list[tuple[str, float]]: ...
    @overload
    def most_similar_cosmul(
        self,
        positive: str | list[str] | list[npt.NDArray[Any]] | None = None,
        negative: str | list[str] | list[npt.NDArray[Any]] | None = None,
        *,
        topn: None,
        restrict_vocab: int | None = None,
    ) -> _Vectors: ...
    @overload
    def similar_by_key(
        self, key: _Key, topn: int = 10, restrict_vocab: int | None = None
    ) -> list[tuple[str, float]]: ...
    @overload
    def similar_by_key(self, key: _Key, topn: None, restrict_vocab: int | None = None) -> _Vectors: ...
    @overload
    def similar_by_vector(
        self, vector: npt.NDArray[Any], topn: int = 10, restrict_vocab: int | None = None
    ) -> list[tuple[str, float]]: ...
    @overload
    def similar_by_vector(
        self, vector: npt.NDArray[Any], topn: None, restrict_vocab: int | None = None
    ) -> _Vectors: ...
    @overload
    def similar_by_word(
        self, word: _Key, topn: int = 10, restrict_vocab: int | None = None
    ) -> list[tuple[str, float]]: ...
    @overload
    def similar_by_word(self, word: _Key, topn: None, restrict_vocab: int | None = None) -> _Vectors: ...
    def closer_than(self, key1: _Key, key2: _Key) -> list[str]: ...
    @staticmethod
    def cosine_similarities(vector_1: npt.ArrayLike, vectors_all: npt.NDArray[Any]) -> _Vectors: ...
    def distance(self, w1: _Key, w2: _Key) -> np.floating[Any]: ...
    def distances(self, word_or_vector: _Key | npt.NDArray[Any], other_words: Collection[_Key] = ()) -> _Vectors: ...
    def doesnt_match(self, words: Collection[str]) -> str: ...
    def most_similar_to_given(self, key1: _Key, keys_list: Sequence[_KeyT]) -> _KeyT: ...
    def n_similarity(self, ws1: Sequence[_Key], ws2: Sequence[_Key]) -> np.floating[Any]: ...
    def rank(self, key1: _Key, key2: _Key) -> int: ...
    def rank_by_centrality(
        self, words: Collection[str], use_norm: bool = True
    ) -> list[tuple[np.floating[Any], str]]: ...
    def relative_cosine_similarity(self, wa: str, wb: str, topn: int = 10) -> np.floating[Any]: ...
    def similarity(self, w1: _Key, w2: _Key) -> np.floating[Any]: ...
    def wmdistance(self, document1: Sequence[str], document2: Sequence[str], norm: bool = True) -> float: ...

    # Evaluation.
    def evaluate_word_analogies(
        self,
        analogies: str,
        restrict_vocab: int | None = 300000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> tuple[float, list[_AnalogySection]]: ...
    # Of Pearson's and Spearman's correlation each also the p-value; and how many pairs in a hundred are unknown.
    def evaluate_word_pairs(
        self,
        pairs: str,
        delimiter: str = "\t",
        encoding: str = "utf8",
        restrict_vocab: int | None = 300000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[tuple[float, float], tuple[float, float], float]: ...

    # Files of other programs.
    def intersect_word2vec_format(
        self,
        fname: str | os.PathLike[str],
        lockf: float = 0.0,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> None: ...
    @classmethod
    def load_word2vec_format(
        cls,
        fname: str | os.PathLike[str],
        fvocab: str | os.PathLike[str] | None = None,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
        limit: int | None = None,
        datatype: type[np.floating[Any]] = ...,
        no_header: bool = False,
    ) -> Self: ...
    def save_word2vec_format(
        self,
        fname: str | os.PathLike[str],
        fvocab: str | os.PathLike[str] | None = None,
        binary: bool = False,
        total_vec: int | None = None,
        write_header: bool = True,
        prefix: str = "",
        append: bool = False,
        sort_attr: str = "count",
    ) -> None: ...

    # Names of earlier versions.
    @deprecated("Use fill_norms() instead.")
    def init_sims(self, replace: bool = False) -> None: ...
    @deprecated("Use get_vector instead.")
    def word_vec(self, key: _Key, norm: bool = False) -> _Vectors: ...
    @deprecated("Use closer_than instead.")
    def words_closer_than(self, word1: _Key, word2: _Key) -> list[str]: ...

def prep_vectors(
    target_shape: tuple[int, int],
    prior_vectors: npt.NDArray[Any] | None = None,
    seed: int = 0,
    dtype: npt.DTypeLike = ...,
) -> npt.NDArray[Any]: ...
def pseudorandom_weak_vector(
    size: int, seed_string: str | None = None, hashfxn: Callable[[str], int] = ...
) -> npt.NDArray[np.float32]: ...
