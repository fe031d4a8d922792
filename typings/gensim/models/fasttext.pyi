"""Types of gensim.models.fasttext: vectors of words and of their n-grams."""

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gensim.models.callbacks import CallbackAny2Vec
from gensim.models.keyedvectors import KeyedVectors, _Key, _Vectors
from gensim.models.word2vec import Word2Vec, _DocumentedSentences
from gensim.utils import _TrimRule

class FastText(Word2Vec):
    wv: FastTextKeyedVectors
    callbacks: Iterable[CallbackAny2Vec]
    word_ngrams: int

    def __init__(
        self,
        sentences: _DocumentedSentences | None = None,
        corpus_file: str | None = None,
        sg: int = 0,
        hs: int = 0,
        vector_size: int = 100,
        alpha: float = 0.025,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        word_ngrams: int = 1,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int = 3,
        min_alpha: float = 0.0001,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Callable[[str], int] = ...,
        epochs: int = 5,
        null_word: int = 0,
        min_n: int = 3,
        max_n: int = 6,
        sorted_vocab: int = 1,
        bucket: int = 2000000,
        trim_rule: _TrimRule | None = None,
        batch_words: int = 10000,
        callbacks: Iterable[CallbackAny2Vec] = (),
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
    ) -> None: ...
    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> FastText: ...

class FastTextKeyedVectors(KeyedVectors):
    min_n: int
    max_n: int
    bucket: int
    # The slots of the n-grams of each word; None until they are needed.
    buckets_word: list[npt.NDArray[np.uint32]] | None
    vectors_vocab: _Vectors
    # None in one that was just made.
    vectors_ngrams: _Vectors
    vectors_vocab_lockf: npt.NDArray[np.float32]
    vectors_ngrams_lockf: npt.NDArray[np.float32]
    compatible_hash: bool

    def __init__(
        self,
        vector_size: int,
        min_n: int,
        max_n: int,
        bucket: int,
        count: int = 0,
        dtype: type[np.floating[Any]] | np.dtype[np.floating[Any]] = ...,
    ) -> None: ...
    def __contains__(self, word: _Key) -> bool: ...
    def get_vector(self, word: _Key, norm: bool = False) -> _Vectors: ...
    def get_sentence_vector(self, sentence: Sequence[_Key]) -> _Vectors: ...
    def adjust_vectors(self) -> None: ...
    def recalc_char_ngram_buckets(self) -> None: ...
    def init_post_load(self, fb_vectors: npt.NDArray[Any]) -> None: ...

def ft_ngram_hashes(word: str, minn: int, maxn: int, num_buckets: int) -> list[int]: ...
def load_facebook_model(path: str | os.PathLike[str], encoding: str = "utf-8") -> FastText: ...
def load_facebook_vectors(path: str | os.PathLike[str], encoding: str = "utf-8") -> FastTextKeyedVectors: ...
def save_facebook_model(
    model: FastText,
    path: str | os.PathLike[str],
    encoding: str = "utf-8",
    lr_update_rate: int = 100,
    word_ngrams: int = 1,
) -> None: ...
