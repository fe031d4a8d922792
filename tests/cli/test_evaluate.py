"""``gensim-distill evaluate`` and ``compare``."""

from __future__ import annotations

from pathlib import Path

from cli_runner import messages, run, run_json, write_lines
from gensim.models import KeyedVectors

from gensim_distill.evaluation import compare


def test_scores_are_those_of_the_library(
    trained: Path, trained_vectors: KeyedVectors, folder: Path, tmp_path: Path
) -> None:
    pairs = write_lines(tmp_path / "pairs.tsv", "dog\tcat\t8", "fox\tday\t1", "hens\tcats\t5", "dog\tnone\t3")
    options = ["--similarity", pairs, "--analogies", "none", "--no-geometry"]
    (scores,) = run_json("evaluate", trained, *options)["models"].values()
    expected = compare({"a": trained_vectors}, similarity=[pairs], analogies=[], geometry=False)
    assert scores["scores"]["pairs"]["value"] == expected.scores["a"]["pairs"].value
    assert scores["scores"]["pairs"]["used"] == 3
    plot = tmp_path / "scores.svg"
    models = [f"ours={trained}", trained / "vectors.bin", f"teacher={folder}"]
    result = run("compare", *models, *options, "--markdown", "--plot", plot)
    assert result.stdout.startswith("|  | ours | vectors | teacher |\n| --- | ---: | ---: | ---: |\n")
    assert plot.read_text(encoding="utf-8").startswith("<?xml")
    table = run("compare", *models, *options).stdout
    assert "pairs" in table and "All models are" in table
    failed = run("compare", *models, *options, "--plot", tmp_path / "x.docx", code=2)
    assert "has an unknown format" in messages(failed)
