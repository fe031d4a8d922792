"""Types of gensim.models.doc2vec_inner: the compiled kernels of Doc2Vec."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

# The kernel asks the model, and the vocabulary in it, for some attributes, whatever their classes are.
def train_document_dbow(
    model: Any,
    doc_words: Sequence[Any],
    doctag_indexes: Sequence[int] | npt.NDArray[np.integer[Any]],
    alpha: float,
    work: npt.NDArray[np.float32] | None = None,
    train_words: bool = False,
    learn_doctags: bool = True,
    learn_words: bool = True,
    learn_hidden: bool = True,
    word_vectors: npt.NDArray[np.float32] | None = None,
    words_lockf: npt.NDArray[np.float32] | None = None,
    doctag_vectors: npt.NDArray[np.float32] | None = None,
    doctags_lockf: npt.NDArray[np.float32] | None = None,
) -> int: ...
