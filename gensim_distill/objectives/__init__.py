"""Objectives: what the vectors are to be, given the contexts of the words.

A new objective is one new file here that fulfills :class:`~gensim_distill.objectives.protocol.Objective`
and one line in `OBJECTIVES`.
"""

from __future__ import annotations

import inspect
from typing import Any

from gensim_distill._utils.validation import check_choice
from gensim_distill.objectives.aggregate import Aggregate
from gensim_distill.objectives.hybrid import Hybrid
from gensim_distill.objectives.protocol import FittedObjective, Objective, Projection
from gensim_distill.objectives.x2static import X2Static

OBJECTIVES: dict[str, type[Any]] = {"hybrid": Hybrid, "x2static": X2Static, "aggregate": Aggregate}


def make_objective(objective: str | Objective, **settings: Any) -> Objective:
    """Make an objective by its name; an object that is one already is given back unchanged.

    Parameters
    ----------
    objective : str or Objective
    **settings
        For its constructor; those that are None are left at their defaults.

    Raises
    ------
    ValueError
        If there is no such objective, or it has no such setting.

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
                f"objective is {objective!r}: give one of {', '.join(map(repr, OBJECTIVES))}, or an object with the methods "
                "views, width and vectors."
            )
        if given:
            raise ValueError(
                f"{', '.join(given)} cannot be given beside an objective that is made already: set it there."
            )
        return objective
    check_choice("objective", objective, OBJECTIVES)
    kind = OBJECTIVES[objective]
    for name in given:
        if name not in inspect.signature(kind).parameters:
            raise ValueError(f"objective={objective!r} has no setting {name}: leave {name}= out.")
    made: Objective = kind(**given)
    return made


__all__ = [
    "OBJECTIVES",
    "Aggregate",
    "FittedObjective",
    "Hybrid",
    "Objective",
    "Projection",
    "X2Static",
    "make_objective",
]
