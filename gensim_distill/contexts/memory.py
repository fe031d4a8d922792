"""The memory of a pass of the teacher."""

from __future__ import annotations

from collections.abc import Sequence

from gensim_distill.contexts.chunks import DEFAULT_BATCH_TOKENS, count_pooled_arrays, words_per_chunk
from gensim_distill.contexts.views import View
from gensim_distill.teachers.protocol import Teacher

# Arrays of a batch beside the hidden states of all layers: the intermediate results of a layer, and unused memory between.
_INTERMEDIATE_ARRAYS = 16


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
    pooled = 4 * width * count_pooled_arrays(views) * words_per_chunk(views, width, teacher)
    threads = getattr(teacher, "concurrent_reads", 1)
    # Each thread has a chunk, one chunk waits, and one is added to the statistics, with a centered copy.
    chunks = threads + 3
    layers = getattr(teacher, "num_layers", 1) + _INTERMEDIATE_ARRAYS
    batch = 4 * width * getattr(teacher, "batch_tokens", DEFAULT_BATCH_TOKENS) * layers
    return pooled * chunks + batch * threads
