"""The pages in docs/: their code runs, prints the shown output and raises the shown messages; their links exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import snippets
import threadpoolctl
from platforms import needs_bash

from gensim_distill import DistilledWord2Vec, load_teacher

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
BLOCKS = {name: snippets.blocks(page) for name, page in PAGES.items()}

# In a window of 1280 pixels; commands and messages are wrapped.
WIDEST_CODE = 94

# All code that is not run, by page. The page has the reason.
NOT_RUN = {
    "classification.md": ["it fits nine pipelines"],
    "from-model2vec.md": ["model2vec reads all 30,000 subwords of the teacher, which takes a quarter of a minute"],
    "from-paper.md": ["bert-base-uncased is on the hub"],
    "distributed-training.md": ["starts Ray", "needs a cluster", "needs a cluster"],
}


@lru_cache
def teacher_by_name(name: str, **options: Any) -> Any:
    """Load a teacher once: loading takes most of the time."""
    return load_teacher(name, **options)


class SharedModels:
    """DistilledWord2Vec for the how-to pages, which train the same model on the same articles: trained once."""

    def __init__(self) -> None:
        self.train = lru_cache(lambda documents, options: DistilledWord2Vec(list(documents), **dict(options)))

    def __call__(self, documents: list[str], **options: Any) -> DistilledWord2Vec:
        return self.train(tuple(documents), tuple(sorted(options.items())))


SHARED_MODELS = SharedModels()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Share teachers, and limit linear algebra to one thread, since the matrices are small."""

    def load(teacher: Any, **options: Any) -> Any:
        return (teacher_by_name if isinstance(teacher, str) else load_teacher)(teacher, **options)

    monkeypatch.setattr("gensim_distill.teachers.reference.load_teacher", load)
    with threadpoolctl.threadpool_limits(1):
        yield


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("page", [name for name, page in BLOCKS.items() if any(b.language == "python" for b in page)])
def test_code_of_a_page_runs_in_order(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if "articles = [line.strip() for line in file]" in PAGES[page]:
        monkeypatch.setattr("gensim_distill.DistilledWord2Vec", SHARED_MODELS)
    namespace: dict[str, Any] = {"__name__": "page"}
    for block in BLOCKS[page]:
        if block.language == "python" and block.not_run is None:
            snippets.run(block, namespace, f"docs/{page}")


def test_code_after_a_formula_is_run() -> None:
    page = "```{math}\nx\n```\n\n```python\nprint(1)\n```\n"
    assert [block.language for block in snippets.blocks(page)] == ["{math}", "python"]


def test_similar_outputs_have_most_words_in_common() -> None:
    [block] = snippets.blocks(
        "```python\nprint(text)\n```\n\n<!-- similar output -->\n```text\n35 bin, laden\n28 test\n```\n"
    )
    for text in ("35 bin, laden\n28 test\n", "28 test\n35 laden, bin", "35 laden bin 28 match", "35 laden bin 28"):
        snippets.run(block, {"text": text}, "page")
    for text in ("", "35 bin, attack 28 match", "35 laden bin 28 test and two more"):
        with pytest.raises(AssertionError, match="line 2 prints"):
            snippets.run(block, {"text": text}, "page")


def test_no_page_has_the_name_of_a_page_of_sphinx() -> None:
    assert not {"search.md", "genindex.md", "py-modindex.md"} & PAGES.keys()


@pytest.mark.parametrize("page", BLOCKS)
def test_code_is_narrow_enough_for_a_laptop(page: str) -> None:
    for block in BLOCKS[page]:
        for number, line in enumerate(block.code.splitlines(), block.line):
            assert block.language != "python" or len(line) <= WIDEST_CODE, f"line {number} has {len(line)} characters"


def test_code_that_is_not_run_has_a_reason() -> None:
    not_run = {
        name: [block.not_run for block in page if block.language == "python" and block.not_run is not None]
        for name, page in BLOCKS.items()
    }
    assert {name: reasons for name, reasons in not_run.items() if reasons} == NOT_RUN


COMMANDS = [(name, block) for name, page in BLOCKS.items() for block in page if block.run]


@needs_bash
@pytest.mark.parametrize(("page", "block"), COMMANDS, ids=[f"{name}:{block.line}" for name, block in COMMANDS])
def test_marked_commands_run(page: str, block: snippets.Block, tmp_path: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for command in re.findall(r"^\$ (.+)$", block.code, flags=re.MULTILINE):
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", ["troubleshooting.md"])
def test_every_message_is_raised_or_logged_by_its_code(page: str) -> None:
    quoted = re.findall(r"^```text\n", PAGES[page], flags=re.MULTILINE)
    checked = [mark for block in BLOCKS[page] for mark in block.expected]
    assert len(quoted) == len(checked) >= 20


@pytest.mark.parametrize("page", PAGES)
def test_links_to_pages_and_pictures_exist(page: str) -> None:
    for link in re.findall(r"\]\((?!https?://)([^)#]+)", PAGES[page]):
        assert (DOCS / link).exists(), link


def test_reference_has_every_public_package() -> None:
    reference = "\n".join(path.read_text(encoding="utf-8") for path in (DOCS / "api").glob("*.rst"))
    documented = set(re.findall(r"^\.\. automodule:: (\S+)$", reference, flags=re.MULTILINE))
    packages = {path.parent.name for path in (ROOT / "gensim_distill").glob("[a-z]*/__init__.py")} - {"cli"}
    assert {f"gensim_distill.{name}" for name in packages} <= documented
    assert {path.stem for path in (DOCS / "api").glob("*.rst")} == packages | {"index"}
