"""``gensim-distill evaluate`` and ``compare``."""

from __future__ import annotations

from pathlib import Path

import pytest
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


@pytest.mark.parametrize(
    ("option", "lines", "message"),
    [
        (
            "similarity",
            ["old\tnew\tA\t1.58", "cat\tdog\tN\t2", "a\tb\tN\t3"],
            "the first three columns of a file of --similarity",
        ),
        (
            "classification",
            ["body,label", "fox,a", "dog,b"],
            "has no column 'text' in its first line, which is ['body', 'label']",
        ),
        ("classification", ["text,stars", "fox,a", "dog,b"], "--classification 'text' and 'label' in its first line"),
        ("classification", ["text,label", "fox,a", "dog,b"], "--classification: There are 2 texts for 5 folds"),
        ("classification", ["text,label"], "found 0"),
        ("classification", ["text,label", *["fox,a"] * 9], "at least two distinct labels, found 1"),
        ("classification", ["text,label", *["fox,a"] * 9, "dog,b"], "have only one label"),
    ],
)
def test_messages_about_datasets_name_the_file_and_the_option(
    option: str, lines: list[str], message: str, trained: Path, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "dataset.csv", *lines)
    sets = {"similarity": "none", "analogies": "none"} | {option: str(path)}
    options = [word for name, value in sets.items() for word in (f"--{name}", value)]
    said = messages(run("evaluate", trained, *options, "--no-geometry", "--quiet", code=3))
    assert message in said and "dataset.csv" in said and "=" not in said and len(said.splitlines()) == 1
