"""Files that are open or memory-mapped are neither replaced nor deleted: Windows does not allow it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_runner import run, write_lines
from open_files import guard_open_files

from gensim_distill import DistilledWord2Vec
from gensim_distill.cli.search_mark import MARK
from gensim_distill.encoding import TextIndex
from gensim_distill.exports import export

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs the list of open files in /proc")


@pytest.fixture
def as_on_windows(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    return guard_open_files(monkeypatch)


def test_guard_finds_open_and_memory_mapped_files(as_on_windows: list[str], tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("content", encoding="utf-8")
    with path.open("rb"), pytest.raises(PermissionError):
        path.unlink()
    path.unlink()
    assert as_on_windows == [f"unlink {path}"]


@pytest.mark.parametrize(
    "settings", [{}, {"objective": "x2static", "solver": "sgd", "sample": 0, "workers": 1, "epochs": 1}]
)
def test_training_saving_and_exports(
    settings: dict[str, Any], corpus: Any, teacher: Any, as_on_windows: list[str], tmp_path: Path
) -> None:
    for _ in range(2):  # the second time all files exist
        model = DistilledWord2Vec(
            corpus, teacher=teacher, min_count=1, progress=False, cache_dir=str(tmp_path / "cache"), **settings
        )
        model.save(str(tmp_path / "model"))
        model = DistilledWord2Vec.load(str(tmp_path / "model"))
        for format in ("word2vec-binary", "safetensors", "sentence-transformers"):
            export(model, tmp_path / format, format, overwrite=True)
        index = TextIndex.build(tmp_path / "index.safetensors", model.text_encoder, ["the fox", "the dog"])
        assert len(index) == 2
        del index
    assert as_on_windows == []


def test_search_replaces_an_index_of_other_texts(
    corpus: Any, teacher: Any, as_on_windows: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    DistilledWord2Vec(corpus, teacher=teacher, min_count=1, progress=False).save(str(tmp_path / "model"))
    texts = write_lines(tmp_path / "texts.txt", "the fox", "the dog")
    monkeypatch.chdir(tmp_path)
    command = ["search", texts, "fox", "--model", tmp_path / "model", "--unpickle", "--save", tmp_path / "saved"]
    run(*command)
    mark = tmp_path / "saved" / MARK
    about = json.loads(mark.read_text(encoding="utf-8"))
    mark.write_text(json.dumps(about | {"index": "of another time"}), encoding="utf-8")
    assert "or of another index" in run(*command).stderr
    assert as_on_windows == []
