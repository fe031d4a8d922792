"""Checks of settings that the user may have assigned to the attributes of a model after its construction."""

from __future__ import annotations

import logging
import os
from typing import Any

from gensim_distill._utils.text import short
from gensim_distill._utils.validation import check_choice
from gensim_distill.objectives.construction import views_of
from gensim_distill.solvers.settings import SOLVERS
from gensim_distill.word2vec.parameters import check_attributes

logger = logging.getLogger(__name__)

# Attributes that gensim's loop and its C code use.
_USED_BY_STEPS = ("alpha", "min_alpha", "workers", "negative", "hs", "ns_exponent", "batch_words")


def check_changed_settings(model: Any) -> None:
    """Check the settings of a model before it is trained.

    Parameters
    ----------
    model : DistilledWord2Vec

    Raises
    ------
    ValueError, TypeError
        If one is invalid, or was changed and cannot be changed any more.
    """
    check_choice("solver", model.solver, SOLVERS)
    by_gradient_descent = model.solver == "sgd"
    if model.seed is None:
        raise ValueError("seed=None must be a whole number from 0 to 4294967295: only the constructor draws one.")
    check_attributes(model, ("seed", "progress", *(_USED_BY_STEPS if by_gradient_descent else ())))
    if model.cache_dir is not None and not isinstance(model.cache_dir, (str, os.PathLike)):
        raise TypeError(f"cache_dir={short(model.cache_dir)} must be the path of a folder.")
    if not callable(getattr(model.objective, "views", None)):
        raise TypeError(
            f"model.objective is {short(model.objective)}, where an object with the methods of Objective was expected: to train "
            "with another objective, construct a new model with objective=."
        )
    has_weights = not vars(model).keys().isdisjoint(("syn1neg", "syn1"))
    if len(model.wv) and has_weights != by_gradient_descent:
        raise ValueError(
            f"model.solver was changed to {model.solver!r} after the vocabulary was built: construct a new model with solver=."
        )
    if model.vector_size != model.wv.vector_size:
        raise ValueError(
            f"model.vector_size={short(model.vector_size)} was changed, and its vectors have {model.wv.vector_size} dimensions: "
            "construct a new model with vector_size=."
        )
    largest = model.objective.width(model.teacher_reference.width)
    if model.vector_size > largest:  # that of an earlier version had more
        raise ValueError(
            f"model.vector_size={model.vector_size} exceeds the {largest} dimensions of model.objective with this teacher: construct a "
            "new model with a smaller vector_size=."
        )
    views, current = tuple(model.views), views_of(model.objective, model.teacher_reference.num_layers)
    if views != current and views == tuple(view for view in current if not view.keeps_texts):
        logger.warning(
            "The statistics of this model have no texts, as it was saved by an earlier version: it goes on without a table of "
            "texts. Construct a new model to learn from the teacher's vectors of texts."
        )
    elif views != current:
        raise ValueError(
            "model.objective or model.views was changed after construction, and the statistics of the model are of other views: "
            "construct a new model with objective=."
        )
