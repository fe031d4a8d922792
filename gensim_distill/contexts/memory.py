"""The memory of a pass of the teacher."""

from __future__ import annotations

from collections.abc import Sequence

from gensim_distill.contexts.chunks import DEFAULT_BATCH_TOKENS, words_per_chunk
from gensim_distill.contexts.views import View
from gensim_distill.teachers.protocol import Teacher

# Arrays of a batch beside the hidden states of all layers: the intermediate results of a layer, and unused memory between.
_INTERMEDIATE_ARRAYS = 16
# Words per sentence or passage; a lower number only matters for corpora of shorter ones.
_WORDS_PER_SPAN = 8


def reading_memory(views: Sequence[View], width: int, teacher: Teacher | None) -> int:
    """Estimate the memory of :func:`~gensim_distill.contexts.teacher_pass.read_contexts`, for a corpus of any length.

    Parameters
    ----------
    views : sequence of View
    width : int
        The number of dimensions of a hidden state.
    teacher : Teacher or None
        None for a teacher without optional members.

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
    return 4 * width * rows * chunks + buffer_memory(width, teacher)


def buffer_memory(width: int, teacher: Teacher | None) -> int:
    """Estimate the memory of the batches of a teacher, which is kept for later batches when a pass has ended.

    Parameters
    ----------
    width : int
        The number of dimensions of a hidden state.
    teacher : Teacher or None
        None for a teacher without optional members.

    Returns
    -------
    int
        Bytes.
    """
    layers = getattr(teacher, "num_layers", 1) + _INTERMEDIATE_ARRAYS
    batch = 4 * width * getattr(teacher, "batch_tokens", DEFAULT_BATCH_TOKENS) * layers
    return int(batch * getattr(teacher, "concurrent_reads", 1))
