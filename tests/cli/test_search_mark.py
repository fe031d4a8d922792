"""The advice to search a collection again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_runner import messages, run, write_lines

from gensim_distill.cli.search_mark import search_again


def mark(folder: Path, **about: Any) -> Path:
    write_lines(folder / "search.json", json.dumps({"format": "gensim-distill search 1", **about}))
    return folder


DIVISION = {
    "files": "5f",
    "corpus": ["my notes"],
    "pattern": "*",
    "tokenized": True,
    "texts": "file",
    "encoding": "utf-8",
}


@pytest.mark.parametrize(
    ("about", "command"),
    [
        (
            {"training": {"collection": DIVISION, "settings": {"min_count": 2, "functions": "a file with ..."}}},
            "'my notes' \"QUERY\" --tokenized --texts file --min-count 2 --functions FILE.py --save {}`",
        ),
        (
            {"training": None, "collection": DIVISION | {"tokenized": False}},
            "'my notes' \"QUERY\" --texts file --save {}`, and the --model of that search",
        ),
        ({"training": 3, "collection": [4]}, 'COLLECTION "QUERY" --save {}`, and the --model of that search'),
    ],
)
def test_the_command_has_the_options_of_the_search(tmp_path: Path, about: dict[str, Any], command: str) -> None:
    folder = mark(tmp_path / "index", **about)
    assert search_again(folder) == f"to search again, use `gensim-distill search {command.format(folder)}"


def test_the_folder_of_a_search_is_no_collection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mark(Path("index"), training={"collection": DIVISION, "settings": {}})
    write_lines(Path("index", "index.safetensors"), "")
    for place in ("index", "."):
        message = messages(run("search", place, "rain", code=3))
        assert (
            "has only files of a search, such as '" in message
            and ", and no corpus: use the folder of the texts; to search again, use" in message
        )
        assert message.endswith('"QUERY" --tokenized --texts file --save index`.')
