"""The construction of objectives from their names, and of their views."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterable
from typing import Any, cast

from gensim_distill._utils.validation import check_choice
from gensim_distill.contexts.views import View
from gensim_distill.objectives.protocol import Objective
from gensim_distill.objectives.registry import OBJECTIVES, ObjectiveName
from gensim_distill.teachers.protocol import resolve_layers


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
    constructor = pkgutil.resolve_name(OBJECTIVES[cast(ObjectiveName, objective)])
    for name in given:
        if name not in inspect.signature(constructor).parameters:
            raise ValueError(f"objective={objective!r} has no setting {name}: remove {name}=.")
    made: Objective = constructor(**given)
    return made


def views_of(objective: Objective, num_layers: int) -> tuple[View, ...]:
    """Return the views of an objective for a teacher, and check them.

    Parameters
    ----------
    objective : Objective
    num_layers : int
        The number of layers of the teacher.

    Returns
    -------
    tuple of View

    Raises
    ------
    TypeError
        If the objective does not return views.
    ValueError
        If it returns none, two with the same name or two that keep texts, or the teacher lacks a layer.
    """
    name = type(objective).__name__
    returned: Any = objective.views(num_layers)
    views: list[Any] = list(returned) if isinstance(returned, Iterable) else [None]
    if not all(isinstance(view, View) for view in views):
        raise TypeError(f"{name}.views() returned {returned!r}: it must return a list of View objects.")
    if not views:
        raise ValueError(f"{name}.views() returned no view: the statistics of at least one are needed.")
    for view in views:
        resolve_layers(view.layers, num_layers)
    names = [view.name for view in views]
    if len(set(names)) < len(names):
        twice = next(view for view in names if names.count(view) > 1)
        raise ValueError(f"{name}.views() returned two views named {twice!r}: each must be a different one.")
    if sum(view.keeps_texts for view in views) > 1:
        raise ValueError(
            f"{name}.views() returned two views with the scope 'summary': there are texts of one view only."
        )
    return tuple(views)
