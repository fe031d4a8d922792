"""Types of gensim.models.translation_matrix: from the vectors of one language to those of another."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gensim import utils
from gensim.models.keyedvectors import KeyedVectors

class TranslationMatrix(utils.SaveLoad):
    source_word: tuple[str, ...] | None
    target_word: tuple[str, ...] | None
    source_lang_vec: KeyedVectors
    target_lang_vec: KeyedVectors
    random_state: np.random.RandomState
    translation_matrix: npt.NDArray[np.floating[Any]] | None

    def __init__(
        self,
        source_lang_vec: KeyedVectors,
        target_lang_vec: KeyedVectors,
        word_pairs: Sequence[tuple[str, str]] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None: ...
    def train(self, word_pairs: Sequence[tuple[str, str]]) -> None: ...
    def translate(
        self,
        source_words: str | list[str],
        topn: int = 5,
        gc: int = 0,
        sample_num: int | None = None,
        source_lang_vec: KeyedVectors | None = None,
        target_lang_vec: KeyedVectors | None = None,
    ) -> OrderedDict[str, list[str]]: ...
