"""Objectives: the computation of word vectors from the statistics of the corpus.

A new objective is one new module that implements :class:`~gensim_distill.objectives.protocol.Objective` and one line in
`OBJECTIVES`; see docs/adding-an-objective.md.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal, TypeAlias, cast

from gensim_distill._utils.validation import check_choice
from gensim_distill.objectives.aggregate import Aggregate
from gensim_distill.objectives.hybrid import Hybrid
from gensim_distill.objectives.protocol import (
    FittedObjective,
    Objective,
    Projection,
    default_budget,
    default_vector_size,
)
from gensim_distill.objectives.x2static import X2Static

ObjectiveName: TypeAlias = Literal["hybrid", "x2static", "aggregate"]

#: The constructor of each objective by its name.
OBJECTIVES: dict[ObjectiveName, Callable[..., Objective]] = {
    "hybrid": Hybrid,
    "x2static": X2Static,
    "aggregate": Aggregate,
}


def make_objective(objective: str | Objective, **settings: Any) -> Objective:
    """Create an objective from its name.

    Parameters
    ----------
    objective : str or Objective
        A name in `OBJECTIVES`. An object is returned unchanged.
    **settings
        Arguments of the constructor. None selects its default.

    Returns
    -------
    Objective

    Raises
    ------
    TypeError
        If `objective` is an object that does not implement the protocol.
    ValueError
        If the name is unknown, the objective has no such setting, or an object is combined with settings.

    Examples
    --------
    >>> from gensim_distill.objectives import make_objective
    >>> make_objective("aggregate", layers=[0, 3], whitening=None)
    Aggregate(layers=[0, 3], context='token')
    """
    given = {name: value for name, value in settings.items() if value is not None}
    if not isinstance(objective, str):
        if isinstance(objective, type) or not isinstance(objective, Objective):
            raise TypeError(
                f"objective is {objective!r}: expected one of {', '.join(map(repr, OBJECTIVES))}, or an object with the methods views, width and "
                "vectors."
            )
        if given:
            raise ValueError(
                f"{', '.join(given)} cannot be combined with an objective object: set it in the constructor of the object."
            )
        return objective
    check_choice("objective", objective, OBJECTIVES)
    constructor = OBJECTIVES[cast(ObjectiveName, objective)]
    for name in given:
        if name not in inspect.signature(constructor).parameters:
            raise ValueError(f"objective={objective!r} has no setting {name}: remove {name}=.")
    return constructor(**given)


__all__ = [
    "OBJECTIVES",
    "Aggregate",
    "FittedObjective",
    "Hybrid",
    "Objective",
    "ObjectiveName",
    "Projection",
    "X2Static",
    "default_budget",
    "default_vector_size",
    "make_objective",
]
