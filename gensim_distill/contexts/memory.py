"""The memory of a pass of the teacher."""

from __future__ import annotations

from collections.abc import Sequence

from gensim_distill.contexts.chunks import DEFAULT_BATCH_TOKENS, words_per_chunk
from gensim_distill.contexts.views import View
from gensim_distill.teachers.protocol import Teacher

# Arrays of a batch beside the hidden states of all layers: the intermediate results of a layer, and unused memory between.
_INTERMEDIATE_ARRAYS = 10
# The same for documents that are not packed: their batches have many shapes, for each of which memory is allocated again.
_ARRAYS_OF_MANY_SHAPES = 30
# The mean number of words of documents from which most passages are longer than a packed sequence.
_LONG_DOCUMENT = 64
# Words per sentence or passage; a lower number only matters for corpora of shorter ones.
_WORDS_PER_SPAN = 8


def reading_memory(views: Sequence[View], width: int, teacher: Teacher | None, words_per_document: float = 0.0) -> int:
    """Estimate the memory of :func:`~gensim_distill.contexts.teacher_pass.read_contexts`, for a corpus of any length.

    Parameters
    ----------
    views : sequence of View
    width : int
        The number of dimensions of a hidden state.
    teacher : Teacher or None
        None for a teacher without optional members.
    words_per_document : float, optional
        The mean length of documents, if it is known.

    Returns
    -------
    int
        Bytes.
    """
    words = words_per_chunk(views, width, teacher)
    levels = [level for level, _ in {(view.level(), view.layers) for view in views}]
    rows = sum(words if level == "words" else words // _WORDS_PER_SPAN for level in levels)
    # Each thread has a chunk, one chunk waits, and one is added to the statistics, with a centered copy.
    chunks = getattr(teacher, "concurrent_reads", 1) + 3
    return 4 * width * rows * chunks + buffer_memory(width, teacher, words_per_document)


def buffer_memory(width: int, teacher: Teacher | None, words_per_document: float = 0.0) -> int:
    """Estimate the memory of the batches of a teacher, which is kept for later batches when a pass has ended.

    Parameters
    ----------
    width : int
        The number of dimensions of a hidden state.
    teacher : Teacher or None
        None for a teacher without optional members.
    words_per_document : float, optional
        The mean length of documents, if it is known.

    Returns
    -------
    int
        Bytes.
    """
    arrays = _ARRAYS_OF_MANY_SHAPES if words_per_document >= _LONG_DOCUMENT else _INTERMEDIATE_ARRAYS
    layers = getattr(teacher, "num_layers", 1) + arrays
    batch = 4 * width * getattr(teacher, "batch_tokens", DEFAULT_BATCH_TOKENS) * layers
    return int(batch * getattr(teacher, "concurrent_reads", 1))
