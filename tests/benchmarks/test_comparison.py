"""The comparison of methods on tiny collections: scores, resuming, and the table made from the file of results."""

from __future__ import annotations

import importlib.util
import json
import lzma
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import tiny_bert

pytest.importorskip("resource", reason="the benchmark measures memory, for which Windows has other functions")
from benchmarks.quality import comparison
from benchmarks.quality.comparison import main, measure
from benchmarks.quality.methods import METHODS, Settings
from benchmarks.quality.results import Results, report
from benchmarks.quality.text_sets import TextSource

ANIMALS = ["the quick fox jumps over the lazy dog", "the lazy dog sleeps", "a quick cat eats", "the fox eats the cat"]
WEATHER = ["rain falls on the hills", "the sun shines again", "cold wind and rain", "snow falls on the cold hills"]
TEXTS = [f"{text} {more}" for text in ANIMALS + WEATHER for more in ("today", "again", "and again", "now", "never")]


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("teachers") / "tiny-bert"
    for part in tiny_bert(TEXTS):
        part.save_pretrained(path)
    return str(path)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One small file of each kind."""
    folder = tmp_path_factory.mktemp("sets")
    labels = ["weather" if "rain" in text or "falls" in text else "animals" for text in TEXTS]
    parts = ["test" if number % 3 == 2 else "train" for number in range(len(TEXTS))]
    contents = {
        "corpus": TEXTS,
        "positive": TEXTS[:20],
        "negative": TEXTS[20:],
        "similarity": ["cat,dog,9", "fox,dog,8", "rain,snow,7", "cat,rain,1", "sun,dog,2"],
        "pairs": [
            "set\tscore\ttext1\ttext2",
            *(f"{year}.a\t{n}\t{TEXTS[n]}\t{TEXTS[-n]}" for year in (2014, 2015) for n in range(4)),
        ],
        "classified": ["split\tlabel\ttext", *("\t".join(row) for row in zip(parts, labels, TEXTS))],
        "searched": [
            *(json.dumps({"document": str(number), "text": text}) for number, text in enumerate(TEXTS)),
            json.dumps({"query": "1", "text": "lazy dog", "relevant": ["0", "5"]}),
            json.dumps({"query": "2", "text": "no document is about this", "relevant": ["none"]}),
        ],
    }
    paths = {}
    for name, lines in contents.items():
        path = folder / f"{name}.xz"
        path.write_bytes(lzma.compress(("\n".join(lines) + "\n").encode()))
        paths[name] = str(path)
    return paths


@pytest.fixture(scope="module")
def collections(files: dict[str, str]) -> list[TextSource]:
    task = ("task", files["positive"], files["negative"])
    corpus = TextSource("corpus", "corpus", files["corpus"], None, [task], [files["pairs"]], [files["similarity"]])
    return [
        corpus,
        TextSource("requests", "classified", files["classified"]),
        TextSource("found", "searched", files["searched"]),
    ]


MEASURES = [{"similarity", "task", "STS 2014", "STS 2015"}, {"requests centroid", "requests LR"}, {"found nDCG@10"}]
ROWS = ["gensim CBOW", "BM25", "model2vec, own subwords", "aggregate", "hybrid", "teacher"]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_scores_and_costs_on_each_collection(row: str, collections: list[TextSource], teacher: str) -> None:
    method = METHODS[row]
    if method.missing:
        pytest.skip(f"needs {method.missing}")
    settings = Settings(teacher, min_count=2, threads=1)
    for collection, names in zip(collections, MEASURES):
        if collection.kind not in method.kinds:
            continue
        found = measure(row, collection, settings, words_size=20)
        assert found.scores.keys() == names
        assert all(np.isfinite(score.value) for score in found.scores.values())
        assert found.seconds > 0
        assert found.peak_bytes > 10**7


@pytest.mark.skipif(importlib.util.find_spec("tokenlearn") is None, reason="needs tokenlearn")
def test_tokenlearn_refines_a_static_model(collections: list[TextSource], teacher: str) -> None:
    settings = Settings(teacher, vector_size=8, min_count=2, threads=1)
    found = measure("model2vec, refined by tokenlearn", collections[1], settings, words_size=20)
    assert found.dimensions == 8
    assert found.scores["requests LR"].value > 0.5


def test_a_run_is_resumed_and_its_table_is_made_from_the_file(
    files: dict[str, str], teacher: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    results, output = tmp_path / "results.json", tmp_path / "tables"
    arguments = [files["corpus"], teacher, "--similarity", files["similarity"], "--analogies", "--min-count", "2"]
    arguments += ["--threads", "1", "--results", str(results), "--output", str(output), "--rows"]
    main([*arguments, "gensim CBOW"])
    measured = json.loads(results.read_text(encoding="utf-8"))
    assert measured["about"]["seed"] == 1
    assert [entry["row"] for entry in measured["measured"]] == ["gensim CBOW"]
    assert "| gensim CBOW | **" in (output / "comparison.md").read_text(encoding="utf-8")
    assert (output / "comparison.svg").stat().st_size > 1000

    asked: list[str] = []

    class InThisProcess:
        def __init__(self, *_: Any) -> None: ...

        def __enter__(self) -> InThisProcess:
            return self

        def __exit__(self, *_: Any) -> None: ...

        def submit(self, function: Any, row: str, *rest: Any) -> InThisProcess:
            asked.append(row)
            self.found = function(row, *rest)
            return self

        def result(self) -> Any:
            return self.found

    monkeypatch.setattr(comparison, "ProcessPoolExecutor", InThisProcess)
    main([*arguments, "aggregate", "gensim CBOW"])
    assert asked == ["aggregate"]
    assert [entry.row for entry in Results.load(results).measured] == ["gensim CBOW", "aggregate"]

    with pytest.raises(ValueError, match="was measured with seed 1, and this run has 2"):
        main([*arguments, "aggregate", "--seed", "2"])


def test_the_teacher_is_never_the_best(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    entry = {
        "collection": "a", "dimensions": 3, "words": 9, "seconds": 1.0, "peak_bytes": 1, "texts_per_second": None,
    }  # fmt: skip
    rows = [("hybrid", 0.5), ("teacher", 0.6)]
    measured = [entry | {"row": row, "scores": {"nDCG": {"value": value}}} for row, value in rows]
    results.write_text(json.dumps({"about": {"collections": ["a"]}, "measured": measured}), encoding="utf-8")
    report(results, tmp_path)
    table = (tmp_path / "comparison.md").read_text(encoding="utf-8")
    assert "| hybrid | **.500** |" in table
    assert "| teacher | .600 |" in table


def test_texts_without_a_split_cannot_be_distilled_from(tmp_path: Path) -> None:
    path = tmp_path / "requests.tsv"
    path.write_text("label\ttext\nweather\train\n", encoding="utf-8")
    with pytest.raises(ValueError, match="requests.tsv' has no column 'split'"):
        TextSource("requests", "classified", str(path)).texts()
