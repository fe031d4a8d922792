"""The language of sources and docs: imperative docstrings, the field's terms, and short modules in packages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "gensim_distill"
MODULES = sorted(PACKAGE.rglob("*.py"))
PROGRAMS = [*MODULES, *sorted((ROOT / "benchmarks").rglob("*.py")), *sorted((ROOT / "examples").glob("*.py"))]
TEST_MODULES = sorted(path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__).resolve())
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES += sorted((ROOT / "docs").rglob("*.rst"))

# Verbs that numpydoc's tradition does not begin a docstring with, and the ones to use.
NOT_IMPERATIVE = {
    "give": "Return, Yield",
    "gives": "Return, Yield",
    "tell": "Return whether, Report",
    "tells": "Return whether, Report",
    "say": "Return, Log, Print",
    "says": "Return, Log, Print",
    "let": "Allow, Set",
    "lets": "Allow, Set",
}

# Words that have no place in technical English, or that name a thing for which the field has a term; and what to write.
TERMS = {
    r"\blest\b": "so that ... not",
    r"\banew\b": "again",
    r"\bseldom(er)?\b": "rarely",
    r"\bparted by\b": "separated by",
    r"\b(by|drawn by) lot\b": "random",
    r"\blaid (side by side|beside|next to)\b": "concatenated",
    r"\b(brought to|vectors of|rows of) length one\b": "L2-normalized",
    r"\bmain directions?\b": "principal components",
    r"\bnumber formats?\b": "dtype",
    r"\b(can|could)(not| not)? be had\b": "is not supported, could not be downloaded",
    r"\bhad from the hub\b": "downloaded from the hub",
    r"\b(tell(?!\()|tells|told)\b": "report, return whether",
    r"\bso many\b": "the number",
    r"\bmanieth\b": "the n-th",
    r"\b(leave|leaves|leaving|left) (them |it |words |those )?out\b": "ignore, omit, skip",
    r"\bpass(es|ed)? over\b(?! (a|the|all|each|every|its) (corpus|corpora|documents|texts|contexts|shards?|data))": "ignore, skip",
    r"\brefus(e|es|ed|ing|al)\b": "raise an error, not supported",
    r"\b(words that were not there|unseen words?)\b": "out-of-vocabulary words",
    r"\b(words?|read|reads|reading) alone\b": "isolated words",
    r"\b\d+ wide\b|\bas wide as\b|\bwider than the teacher\b": "dimensions",
    r"\b(what|which) is around\b": "context",
    r"\b(go|goes|going|gone|went) on (with|from|where|to train)\b": "continue, resume",
    r"\bgoing on\b": "continuing",
    r"\bpage to look at\b": "HTML report",
    r"\bside by side\b": "concatenated, compared",
    r"\bmend(s|ing)?\b": "fix, solution",
    r"\blower-cas": "lowercase",
    r"(?-i:\bWhat [a-z])": "the noun as the subject of the sentence",
    r"\b(likeness|hitherto|foretell)\b": "similarity, until now, estimate",
    r"\b(more|fewer|other) than one machine\b": "distributed training",
    r"\bchoice of (texts|documents)\b": "context budget",
    r"\bclosed[- ]form solver\b|solver=.closed-form": 'solver="one-pass"',
}


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the docstring of a module and of all classes and functions in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            text = ast.get_docstring(node)
            if text:
                yield getattr(node, "lineno", 1), text


def relative(path: Path) -> str:
    """Return a path below the root of the project, as an id of a test."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*PROGRAMS, *TEST_MODULES], ids=relative)
def test_docstrings_begin_with_an_imperative(path: Path) -> None:
    wrong = {
        f"{relative(path)}:{line}": f"{text.split()[0]}: write {NOT_IMPERATIVE[text.split()[0].lower()]}"
        for line, text in docstrings(path)
        if text.split()[0].lower() in NOT_IMPERATIVE
    }
    assert not wrong


@pytest.mark.parametrize("path", [*PROGRAMS, *PAGES], ids=relative)
def test_text_uses_the_terms_of_the_field(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    wrong = {
        f"{relative(path)}:{number}": f"{match[0]}: write {instead}"
        for number, line in enumerate(lines, 1)
        for pattern, instead in TERMS.items()
        if (match := re.search(pattern, line, flags=re.IGNORECASE))
    }
    assert not wrong


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_modules_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_the_root_holds_packages_only() -> None:
    files = {path.name for path in PACKAGE.iterdir() if path.is_file()}
    assert files == {"__init__.py", "__main__.py", "py.typed"}
    folders = [path for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert all((folder / "__init__.py").is_file() for folder in folders)
