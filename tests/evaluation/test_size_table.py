"""Scores of reduced vectors."""

from __future__ import annotations

from pathlib import Path

import pytest
from gensim.test.utils import datapath

from gensim_distill.evaluation import size_table, word_similarity
from gensim_distill.evaluation.size_table import as_markdown
from gensim_distill.exports import export
from gensim_distill.vectors import load_safetensors


def test_scores_are_those_of_the_exported_vectors(tmp_path: Path) -> None:
    source = datapath("euclidean_vectors.bin")
    rows = size_table(source, dimensions=[5, 500], dtypes=["float32", "int8"], analogies=None)
    assert [(row.dimensions, row.dtype) for row in rows] == [(10, "float32"), (10, "int8"), (5, "float32"), (5, "int8")]
    loaded = load_safetensors(export(source, tmp_path / "v", "safetensors", dimensions=5, dtype="int8"))
    assert rows[-1].scores["simlex999"] == word_similarity(loaded, "simlex999", resamples=1).spearman
    assert rows[0].megabytes == pytest.approx(len(loaded) * 10 * 4 / 1e6)


def test_markdown_has_a_row_for_each_size() -> None:
    rows = size_table(datapath("euclidean_vectors.bin"), dimensions=[], similarity=["simlex999"], analogies=None)
    lines = as_markdown(rows).splitlines()
    assert lines[:2] == ["| dimensions | dtype | MB | simlex999 |", "| ---: | --- | ---: | ---: |"]
    assert [line.split(" | ")[1] for line in lines[2:]] == ["float32", "float16", "int8"]
