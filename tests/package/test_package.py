"""The package as a whole: contents of the wheel, documentation, and the constructor."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from installed_wheel import Installation, check_commands, check_place_and_version

import gensim_distill
from gensim_distill import DistilledWord2Vec

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel that is built from the source distribution, as `python -m build` does."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_the_installed_wheel_works_without_the_sources(wheel: Path, tmp_path: Path) -> None:
    installed = Installation(wheel, tmp_path)
    check_place_and_version(installed)
    check_commands(installed)


def test_wheel_has_every_module_and_py_typed(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    package = ROOT / "gensim_distill"
    for module in [*package.rglob("*.py"), *(package / "report" / "parts").iterdir()]:
        assert module.relative_to(ROOT).as_posix() in names
    assert "gensim_distill/py.typed" in names
    assert not any(name.startswith(("tests/", "benchmarks/", "examples/")) for name in names)
    (metadata,) = (name for name in names if name.endswith("METADATA"))
    text = zipfile.ZipFile(wheel).read(metadata).decode("utf-8")
    assert "Description-Content-Type: text/markdown" in text
    assert "## Search in your own files" in text
    assert not re.search(r"\]\((?!https?://)", text)  # PyPI has no other file of the repository


def test_links_on_pypi_point_to_the_repository() -> None:
    readme = "![Map](docs/report.png) [Tutorial](docs/tutorial.md) [gensim](https://example.org)"
    # In a process of its own: setuptools cannot be imported after a library that imports the distutils of Python.
    code = "import json, setup, sys; print(json.dumps([setup.description(sys.argv[1], url) for url in (sys.argv[2], None)]))"
    done = subprocess.run(
        [sys.executable, "-c", code, readme, "https://example.org/p/"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        "![Map](https://example.org/p/raw/HEAD/docs/report.png) [Tutorial](https://example.org/p/blob/HEAD/docs/tutorial.md) "
        "[gensim](https://example.org)",
        " Tutorial [gensim](https://example.org)",
    ]


def test_public_names_have_docstrings_with_examples() -> None:
    for name in gensim_distill.__all__:
        docstring = inspect.getdoc(getattr(gensim_distill, name)) or ""
        assert docstring, name
        if name != "StateBatch":  # shown in the example of Teacher
            assert ">>>" in docstring, name


def test_constructor_keeps_the_names_and_order_of_gensim() -> None:
    from gensim.models import Word2Vec

    theirs = list(inspect.signature(Word2Vec.__init__).parameters)
    ours = inspect.signature(DistilledWord2Vec.__init__).parameters
    assert list(ours)[: len(theirs)] == theirs
    assert all(p.kind is p.KEYWORD_ONLY for name, p in ours.items() if name not in theirs)
