"""The commands by which pages, notebooks, docstrings and messages install the package and its extras."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIG = configparser.ConfigParser()
CONFIG.read(ROOT / "setup.cfg", encoding="utf-8")
EXTRAS = set(CONFIG["options.extras_require"])

# The first installation, in the clone. All other pages and messages extend an installation by an extra.
FIRST = 'pip install ".[cli,demo]"'
WITH_FIRST = ["README.md", "docs/index.md", "docs/tutorial.md"]
FILES = sorted(
    path
    for folder, pattern in (
        (".", "*.md"),
        ("docs", "**/*.md"),
        ("docs", "**/*.rst"),
        ("examples", "*"),
        ("gensim_distill", "**/*.py"),
        ("benchmarks", "**/*.py"),
    )
    for path in (ROOT / folder).glob(pattern)
    if path.is_file()
)
COMMAND = re.compile(
    r"""pip\s+install\s+(?:-\S+\s+)*["']?(?P<what>\.(?![\w/])\S*|-e\s+\.\S*|gensim[-_]distill[^\s`"']*)["']?"""
)


def commands() -> Iterator[tuple[str, str, str]]:
    """Yield the file, the command and the requirement of each command that installs the package."""
    for path in FILES:
        text = path.read_text(encoding="utf-8").replace('\\"', '"')
        for found in COMMAND.finditer(text):
            yield path.relative_to(ROOT).as_posix(), re.sub(r"\s+", " ", found[0]), found["what"]


def test_the_first_installation_is_the_same_everywhere() -> None:
    in_the_clone = [(name, command) for name, command, what in commands() if not what.startswith("gensim")]
    assert in_the_clone == [(name, FIRST) for name in WITH_FIRST]


def test_extras_are_installed_by_the_name_of_the_package() -> None:
    others = [(name, command, what) for name, command, what in commands() if what.startswith("gensim")]
    assert len(others) > 20
    for name, command, what in others:
        extras = re.fullmatch(r"gensim-distill\[(\{\w+\}|[a-z,]+)\]", what)
        assert extras, f"{name}: {command}"
        assert command.endswith(f'"{what}"'), f"{name}: {command} needs quotes, since shells expand brackets"
        if not extras[1].startswith("{"):
            assert set(extras[1].split(",")) <= EXTRAS, f"{name}: {command}"


def test_the_table_has_all_extras_but_those_of_developers() -> None:
    table = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/index.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert table == EXTRAS - {"docs", "benchmarks", "howto", "test", "dev"}
