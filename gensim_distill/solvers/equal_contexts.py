"""A warning if the contexts of different words differ by no more than the rounding of the teacher."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

import numpy as np

from gensim_distill.contexts.views import View
from gensim_distill.linalg import ROUNDING
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.protocol import Teacher

logger = logging.getLogger(__name__)

# Words whose mean contexts are compared.
_SAMPLE = slice(0, 2_048)
# The relative rounding of a hidden state by the dtype of the teacher.
_ROUNDING_OF = {"torch.bfloat16": 2.0**-8, "torch.float16": 2.0**-11}


def warn_equal_contexts(views: Iterable[View], moments: Mapping[str, Moments], teacher: Teacher) -> None:
    """Log a warning for each view in which words differ by no more than the teacher rounds hidden states.

    Parameters
    ----------
    views : iterable of View
        The views of the corpus.
    moments : mapping of str to Moments
        Their statistics.
    teacher : Teacher
        Its `dtype`, if it has one, says how hidden states are rounded; float32 otherwise.
    """
    dtype = str(getattr(teacher, "dtype", "torch.float32"))
    rounding = _ROUNDING_OF.get(dtype, ROUNDING)
    for view in views:
        own = moments[view.name]
        present = own.counts[_SAMPLE] > 0
        if present.sum() < 2:
            continue
        means = own.means(_SAMPLE)[present]
        length = float(np.linalg.norm(means.mean(axis=0)))
        spread = float(np.sqrt(means.var(axis=0).sum()))
        if spread <= rounding * length:
            logger.warning(
                "The contexts %r of different words are equal up to the rounding of %s (they differ by %.2g of their "
                "length), so that their vectors hold little of the corpus: add documents that differ, or use a teacher "
                "that knows their words.",
                view.name,
                dtype.removeprefix("torch."),
                spread / length,
            )
