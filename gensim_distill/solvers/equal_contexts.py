"""A warning if the contexts of different words differ by no more than the rounding of the teacher."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import numpy as np

from gensim_distill.linalg import ROUNDING
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.protocol import Teacher

logger = logging.getLogger(__name__)

# Words whose mean contexts are compared.
_SAMPLE = slice(0, 2_048)
# The relative rounding of a hidden state by the dtype of the teacher.
_ROUNDING_OF = {"torch.bfloat16": 2.0**-8, "torch.float16": 2.0**-11}


def warn_equal_contexts(moments: Iterable[Moments], teacher: Teacher) -> None:
    """Log a warning if words differ in no view by more than the teacher rounds hidden states.

    Parameters
    ----------
    moments : iterable of Moments
        The statistics of the views of the corpus.
    teacher : Teacher
        Its `dtype`, if it has one, says how hidden states are rounded; float32 otherwise.
    """
    dtype = str(getattr(teacher, "dtype", "torch.float32"))
    spreads = [_relative_spread(own) for own in moments]
    if spreads and max(spreads) <= _ROUNDING_OF.get(dtype, ROUNDING):
        logger.warning(
            "The contexts of all words are equal up to the rounding of %s (they differ by %.2g of their length), so that "
            "the vectors of different words hold nothing of the corpus: add documents that differ, or use a teacher that "
            "knows their words.",
            dtype.removeprefix("torch."),
            max(spreads),
        )


def _relative_spread(moments: Moments) -> float:
    """Return the standard deviation of mean contexts over words, as a part of their mean length; inf for one word."""
    present = moments.counts[_SAMPLE] > 0
    if present.sum() < 2:
        return np.inf
    means = moments.means(_SAMPLE)[present]
    length = float(np.linalg.norm(means.mean(axis=0)))
    return float(np.sqrt(means.var(axis=0).sum())) / length if length else np.inf
