"""The architecture: no import cycles, libraries that only some packages use, and the names in CONTRIBUTING.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "gensim_distill"
MODULES = sorted(PACKAGE.rglob("*.py"))

# The packages that may import a library, in functions too. import-linter checks the order of the packages themselves.
USERS = {
    "ray": {"distributed"},
    "transformers": {"teachers"},
    "sklearn": {"vectorizer", "evaluation", "report"},
    "matplotlib": {"evaluation", "report"},
    "bokeh": {"report"},
    "umap": {"report"},
    "jinja2": {"report"},
    "typer": {"cli"},
    "rich": {"cli"},
    "spacy": {"exports"},
    "model2vec": {"exports"},
    "datasets": {"cli"},
    "gensim.models.Word2Vec": {"word2vec", "encoding"},
}


def module_name(path: Path) -> str:
    """Return the dotted name of a module of the package."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(path: Path) -> Iterator[str]:
    """Yield the dotted name of everything that a module imports, by a statement or by a call with a constant name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)) and node.args:
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            first = node.args[0]
            if name in IMPORTING and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


IMPORTING = {"import_module", "needs"}
IMPORTS = {module_name(path): set(imported_names(path)) for path in MODULES}


@pytest.mark.parametrize("library", USERS)
def test_only_some_packages_use_a_library(library: str) -> None:
    users = {
        module.split(".")[1]
        for module, names in IMPORTS.items()
        if any(name == library or name.startswith(f"{library}.") for name in names)
    }
    assert users <= USERS[library]
    assert users, "no package uses it: remove it from the table"


def test_modules_import_each_other_without_cycles() -> None:
    graph = {
        module: {
            other
            for name in names
            for other in (name, name.rpartition(".")[0])
            if other in IMPORTS and other not in (module, "gensim_distill")
        }
        for module, names in IMPORTS.items()
    }
    # A module and its package's __init__ may need each other: the package re-exports the module.
    for module in graph:
        if (package := module.rpartition(".")[0]) in graph:
            graph[module].discard(package)
    assert len(list(TopologicalSorter(graph).static_order())) == len(IMPORTS)  # raises CycleError


CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_contributing_lists_every_package() -> None:
    listed = re.findall(r"^\| `(\w+)/` \|", CONTRIBUTING, flags=re.MULTILINE)
    assert sorted(listed) == sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def test_names_in_the_diagram_of_contributing_exist() -> None:
    steps = re.findall(r"^ +[│ ]*[├└]─ (?:[\w.]+ → )*([\w.]+).*?  (\w+/\w+\.py)", CONTRIBUTING, flags=re.MULTILINE)
    assert len(steps) > 12
    for name, module in steps:
        source = (PACKAGE / module).read_text(encoding="utf-8")
        last = name.rpartition(".")[2]
        assert re.search(rf"\b(?:def|class) {last}\b", source), f"{module} has no {name}"


def test_scripts_in_contributing_exist() -> None:
    measurements = CONTRIBUTING[CONTRIBUTING.index("## Measurements") :]
    listed = set(re.findall(r"^\| `((?:\w+/)?\w+\.py)` \|", measurements, flags=re.MULTILINE))
    folder = ROOT / "benchmarks"
    scripts = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if "__main__" in path.read_text(encoding="utf-8")
    }
    assert scripts
    assert listed == scripts
