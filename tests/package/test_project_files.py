"""Workflows, hooks and other files of the project that are not run here agree with the Makefile and setup.cfg."""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import gensim_distill

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
MANIFEST = (ROOT / "MANIFEST.in").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([\w-]+):", MAKEFILE, flags=re.MULTILINE))
CONFIG = configparser.ConfigParser()
CONFIG.read(ROOT / "setup.cfg", encoding="utf-8")


def steps(path: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_are_pinned_and_call_targets_that_exist(path: Path) -> None:
    for step in steps(path):
        if "uses" in step:
            assert (
                re.search(r"@[0-9a-f]{40}$", step["uses"]) or step["uses"] == "pypa/gh-action-pypi-publish@release/v1"
            )
        assert set(re.findall(r"\bmake ([\w-]+)", step.get("run", ""))) <= TARGETS
    assert "permissions: {}" in path.read_text(encoding="utf-8")


def test_workflows_test_the_pythons_that_are_declared() -> None:
    tests = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8"))
    declared = re.findall(r"Python :: (3\.\d+)", CONFIG["metadata"]["classifiers"])
    assert tests["jobs"]["tests"]["strategy"]["matrix"]["python"] == declared
    assert CONFIG["options"]["python_requires"] == f">={declared[0]}"


def test_hooks_are_the_checks_of_make_lint() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    lint = re.search(r"^lint:.*\n((?:\t.*\n)+)", MAKEFILE, flags=re.MULTILINE)
    assert lint
    assert [hook["entry"] for hook in hooks] == re.findall(r"\$\(BIN\)/(.+)", lint[1])


def test_versions_of_tools_are_pinned() -> None:
    lines = (ROOT / "tools.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w-]+==[\w.]+", line) for line in lines)
    tools = {line.partition("==")[0] for line in lines}
    assert tools == set(re.findall(r"\$\(TOOLS\)/bin/([\w-]+)(?: |$)", MAKEFILE, flags=re.MULTILINE)) - {"python"}


@pytest.mark.parametrize("page", ["SECURITY.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md"])
def test_links_into_the_project_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for link, _, heading in (found.partition("#") for found in re.findall(r"\]\((?!https?://)([^)]+)\)", text)):
        target = ROOT / link
        assert target.exists(), link
        assert not heading or f"## {heading}" in target.read_text(encoding="utf-8").lower(), heading


def test_the_source_distribution_has_all_files_of_the_repository() -> None:
    # Its tests read pages, workflows and hooks.
    if not (ROOT / ".git").exists():
        pytest.skip("no repository")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tracked = {path.partition("/")[0] for path in listed.splitlines()}
    named = {word for line in MANIFEST.splitlines() if line.startswith(("include", "graft")) for word in line.split()}
    by_setuptools = {"LICENSE", "MANIFEST.in", "README.md", "gensim_distill", "pyproject.toml", "setup.cfg", "setup.py"}
    assert tracked - named - by_setuptools == {".ci"}


#: Of the operating system, missing on Windows: the tests of it are skipped there, with a reason.
POSIX = {"mkfifo", "symlink_to", "umask", "setrlimit", "fork", "SIGKILL", "SIGHUP", "preexec_fn"}
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


def test_tests_of_posix_are_skipped_elsewhere() -> None:
    for path in TESTS:
        content = path.read_text(encoding="utf-8")
        if "\npytestmark = " in content:
            continue
        for function in ast.parse(content).body:
            if not isinstance(function, ast.FunctionDef) or not function.name.startswith("test_"):
                continue
            names = {getattr(node, "attr", getattr(node, "arg", None)) for node in ast.walk(function)}
            skipped = re.search("needs_|importorskip|skipif", ast.unparse(function))
            assert skipped or not names & POSIX, f"{path}:{function.lineno}: {names & POSIX}"


def without_encoding(path: Path) -> list[str]:
    """Return the places that read or write text in the encoding of the system, which on Windows is not UTF-8."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or {"encoding", None} & {keyword.arg for keyword in node.keywords}:
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        modes = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
        if (
            (name == "read_text" and not node.args)
            or (name == "write_text" and len(node.args) == 1)
            or name == "TextIOWrapper"
            or (ast.unparse(node.func) == "open" and not any("b" in ast.unparse(mode) for mode in modes))
        ):
            found.append(f"{path}:{node.lineno}")
    return found


def test_text_files_have_an_encoding() -> None:
    # Ruff reports only those whose type it can infer.
    folders = ("gensim_distill", "tests", "benchmarks", "examples")
    assert not [
        place for folder in folders for path in (ROOT / folder).rglob("*.py") for place in without_encoding(path)
    ]


def test_the_version_is_the_same_everywhere() -> None:
    found = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    newest = re.search(
        r"^## ([\d.]+) - ([\d-]+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert newest is not None
    assert (found["version"], str(found["date-released"])) == newest.groups()
    assert newest[1] == gensim_distill.__version__
    assert (ROOT / "tests" / "data" / "formats" / newest[1].rpartition(".")[0]).is_dir()
