"""The tables of docs/word2vec-compatibility.md list every parameter and method of Word2Vec, and every test that fails."""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from pathlib import Path

import pytest
from gensim.models import Word2Vec
from gensim_test_cases import DIFFERENT, DIFFERENT_WITH_SGD, NAMES, NOT_SUPPORTED, SKIPPED_BY_GENSIM, WITH_SGD

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "word2vec-compatibility.md").read_text(encoding="utf-8")
ROWS = [line.strip("|").split("|") for line in re.sub(r"\\\|", "/", PAGE).splitlines() if line.startswith("| `")]
STATUSES = {"as in gensim", "adapted", "no effect", "not supported"}
METHODS = [name for name, member in inspect.getmembers(Word2Vec, inspect.isroutine) if not name.startswith("_")] + [
    "Word2Vec"
]


def documented() -> dict[str, set[str]]:
    """Return the parameters in the first column, by method."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in ROWS:
        for name, parameters in re.findall(r"`(\w+)\(([^)]*)\)`", row[0]):
            found[name] |= {parameter.strip() for parameter in parameters.split(",") if parameter.strip()}
    return found


@pytest.mark.parametrize("method", METHODS)
def test_tables_have_every_parameter_of_every_method(method: str) -> None:
    function = Word2Vec.__init__ if method == "Word2Vec" else getattr(Word2Vec, method)
    parameters = set(inspect.signature(function).parameters) - {"self"}
    assert method in documented()
    if method != "seeded_vector":  # a decorator hides its parameters in some versions
        assert parameters <= documented()[method]


def test_every_row_has_a_status() -> None:
    rows = [row for row in ROWS if "(" in row[0] or "`test_" in row[0]]
    assert len(rows) > 40
    for row in rows:
        assert row[1].strip() in STATUSES, row[0]


def test_tables_have_every_failing_test_of_gensim() -> None:
    first_column = " ".join(row[0] for row in ROWS)
    for name in NOT_SUPPORTED.keys() | DIFFERENT.keys():
        assert f"`{name}`" in first_column
    for name in DIFFERENT_WITH_SGD:
        assert f"`{name}`" in PAGE
    passing = len(NAMES) - len(NOT_SUPPORTED) - len(DIFFERENT) - len(SKIPPED_BY_GENSIM)
    assert f"Of its {len(NAMES)} tests (gensim 4.4) {passing} pass" in PAGE or "4.4" not in _version()
    assert f"With SGD, {len(WITH_SGD)} of them are run" in PAGE


def _version() -> str:
    import gensim

    return str(gensim.__version__)
