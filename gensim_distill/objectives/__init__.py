"""Objectives: the computation of word vectors from the statistics of the corpus.

A new objective is one new module that implements :class:`~gensim_distill.objectives.protocol.Objective` and one line in
`OBJECTIVES`, in :mod:`gensim_distill.objectives.registry`; see docs/adding-an-objective.md.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from gensim_distill.objectives.registry import OBJECTIVES, ObjectiveName

if TYPE_CHECKING:
    from gensim_distill.objectives.aggregate import Aggregate
    from gensim_distill.objectives.construction import make_objective
    from gensim_distill.objectives.hybrid import Hybrid
    from gensim_distill.objectives.protocol import (
        FittedObjective,
        Objective,
        Projection,
        TextFit,
        TextObjective,
        default_budget,
        default_vector_size,
    )
    from gensim_distill.objectives.text import Text
    from gensim_distill.objectives.x2static import X2Static

__all__ = [
    "OBJECTIVES",
    "Aggregate",
    "FittedObjective",
    "Hybrid",
    "Objective",
    "ObjectiveName",
    "Projection",
    "Text",
    "TextFit",
    "TextObjective",
    "X2Static",
    "default_budget",
    "default_vector_size",
    "make_objective",
]

# Imported on first use: the command line needs only the names.
_MODULES = {
    "Aggregate": "aggregate",
    "FittedObjective": "protocol",
    "Hybrid": "hybrid",
    "Objective": "protocol",
    "Projection": "protocol",
    "Text": "text",
    "TextFit": "protocol",
    "TextObjective": "protocol",
    "X2Static": "x2static",
    "default_budget": "protocol",
    "default_vector_size": "protocol",
    "make_objective": "construction",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
