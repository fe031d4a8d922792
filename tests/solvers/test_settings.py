"""Settings of solvers: budgets and objectives by name."""

from __future__ import annotations

from typing import Any

import pytest
from solver_inputs import WordTeacher

from gensim_distill import TextReader
from gensim_distill.objectives import Aggregate, Hybrid, X2Static
from gensim_distill.solvers.settings import PassSettings, SolverName, resolve_budget, resolve_objective


@pytest.mark.parametrize(
    ("budget", "objective", "solver", "expected"),
    [
        ("auto", Hybrid(), "one-pass", 4),
        ("auto", Aggregate(), "one-pass", 4),
        ("auto", X2Static(), "one-pass", None),
        ("auto", X2Static(), "sgd", None),
        (None, Hybrid(), "one-pass", None),
        (7, X2Static(), "sgd", 7),
    ],
)
def test_resolve_budget(budget: Any, objective: Any, solver: SolverName, expected: int | None) -> None:
    assert resolve_budget(budget, objective, solver) == expected


@pytest.mark.parametrize("budget", [0, -1, 1.5, "4", True])
def test_budget_that_is_not_a_positive_integer_raises(budget: Any) -> None:
    with pytest.raises(ValueError, match="contexts_per_word"):
        resolve_budget(budget, Hybrid(), "one-pass")


def test_objective_is_resolved_with_its_options() -> None:
    options: dict[str, Any] = {"context": "sentence", "layers": -1, "whitening": 0.25}
    made = resolve_objective("x2static", "one-pass", **options)
    assert isinstance(made, X2Static)
    assert made != resolve_objective("x2static", "one-pass", **options | {"whitening": 0.5})
    # Gradient descent whitens contexts, not means.
    assert resolve_objective("x2static", "sgd", **options) == resolve_objective(
        "x2static", "sgd", **options | {"whitening": 0.5}
    )


def test_gradient_descent_requires_x2static() -> None:
    with pytest.raises(ValueError, match="solver='sgd' is for objective='x2static'"):
        resolve_objective("hybrid", "sgd", context=None, layers=None, whitening=None)


def test_views_are_divided_into_corpus_and_isolated_views() -> None:
    views = tuple(Hybrid().views(4))
    settings = PassSettings(WordTeacher(), TextReader(), views)
    assert settings.corpus_views == tuple(view for view in views if not view.isolated)
    assert settings.isolated_views == tuple(view for view in views if view.isolated)
    assert len(settings.isolated_views) == 1
