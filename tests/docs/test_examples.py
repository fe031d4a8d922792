"""Every program in examples/ runs, with the real teacher."""

from __future__ import annotations

import ast
import re
import runpy
import subprocess
import sys
from pathlib import Path

import gensim.test.utils
import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import datapath

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = [
    "The storm hit the coast on Monday. Many houses lost their roofs! Was anybody hurt?",
    "The roofs were mended by Friday. The storm had passed, and the coast was calm.",
    "Houses on the coast are built for storms. Their roofs are not.",
] * 3


class Run:
    """A function that runs a program in this process, since a new one takes seconds to import everything, and on less text.

    The corpus of gensim has the first 60 words of each of its first 120 articles.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys
        corpus = folder / "short.cor"
        with open(datapath("lee_background.cor"), encoding="utf-8") as file:
            lines = [" ".join(line.split(" ")[:60]) for line in file]
        corpus.write_text("\n".join(lines[:120]) + "\n", encoding="utf-8")
        monkeypatch.setattr(
            gensim.test.utils, "datapath", lambda name: str(corpus) if name == "lee_background.cor" else datapath(name)
        )
        monkeypatch.chdir(folder)

    def __call__(self, script: str, *arguments: object) -> str:
        self.monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
        runpy.run_path(str(EXAMPLES / script), run_name="__main__")
        return self.capsys.readouterr().out


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    return Run(monkeypatch, capsys, tmp_path)


def demo_in_the_readme() -> str:
    """Return the part of the output of the demo that the README shows."""
    found = re.search(r"^\$ make test\n```\n+```text\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    assert found
    return found.group(1)


def assert_similar_tables(page: str, shown: str) -> None:
    """Check rows of words and scores of a page against the output; the last digits depend on the machine."""
    rows = {re.split(r"\s{2,}", line)[0]: re.split(r"\s{2,}", line)[1:] for line in shown.splitlines()}
    for name, *cells in (re.split(r"\s{2,}", line) for line in page.splitlines() if line[:1].strip()):
        for cell, was in zip(cells, rows[name], strict=True):
            if re.fullmatch(r"[\d.]+%?", cell):
                assert float(cell.rstrip("%")) == pytest.approx(float(was.rstrip("%")), abs=0.02), (name, cell, was)
            else:
                assert len(set(cell.split(", ")) & set(was.split(", "))) >= len(cell.split(", ")) // 2, (
                    name,
                    cell,
                    was,
                )


def test_demo(tmp_path: Path) -> None:
    command = [sys.executable, EXAMPLES / "demo.py", "--output", tmp_path / "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    for expected in ("government", "SimLex-999", "WordSim-353", "Google analogies", "coverage", "Word2Vec"):
        assert expected in shown
    assert_similar_tables(demo_in_the_readme(), shown)
    text = KeyedVectors.load_word2vec_format(str(tmp_path / "out" / "lee.word2vec.txt"))
    keyed = KeyedVectors.load(str(tmp_path / "out" / "lee.kv"))
    assert text.index_to_key == keyed.index_to_key
    assert str(tmp_path / "out" / "lee.kv") in shown
    # Neighbors have similar meanings.
    neighbors = {near for near, _ in keyed.most_similar("war", topn=10)}
    assert neighbors & {"battle", "conflict", "fighting", "combat", "military"}


def test_quick_start(run: Run, tmp_path: Path) -> None:
    found = ast.literal_eval(re.sub(r"np\.float\d+\((.*?)\)", r"\1", run("quick_start.py")))
    assert len(found) == 5
    assert (tmp_path / "vectors.txt").is_file()


def test_search(run: Run) -> None:
    shown = run("search.py", "joblessness")
    assert len(re.findall(r"^  \d\.\d\d  ", shown, flags=re.MULTILINE)) == 3
    assert "joblessness ~ " in shown  # a word of no article


@pytest.mark.parametrize("suffix", ["txt", "txt.gz"])
def test_raw_text(run: Run, tmp_path: Path, suffix: str) -> None:
    from gensim import utils

    with utils.open(str(tmp_path / f"reviews.{suffix}"), "wt", encoding="utf-8") as file:
        file.write("\n".join(TEXTS))
    shown = run("raw_text.py", tmp_path / f"reviews.{suffix}")
    assert "'The'" in shown  # the second model keeps case


def test_paper(run: Run, tmp_path: Path) -> None:
    paragraphs = tmp_path / "paragraphs.txt"
    spaced = [text.replace(".", " .").replace("!", " !").replace("?", " ?").lower() for text in TEXTS]
    with open(datapath("lee_background.cor"), encoding="utf-8") as file:
        paragraphs.write_text("\n".join(spaced + file.read().splitlines()[:20]), encoding="utf-8")
    assert run("paper.py", paragraphs).count("DistilledWord2Vec<") == 2


def test_incremental_training_equals_training_at_once(run: Run) -> None:
    first, second = (
        dict(ast.literal_eval(line.partition(":")[2].strip())) for line in run("incremental_training.py").splitlines()
    )
    assert list(first) == list(second)
    # Rounding depends on the batches if the teacher uses bfloat16.
    assert list(first.values()) == pytest.approx(list(second.values()), abs=0.01)
