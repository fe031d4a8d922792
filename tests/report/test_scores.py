"""The scores in the report."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from gensim.test.utils import datapath
from report_pages import text_of, without_scripts

from gensim_distill.evaluation import compare
from gensim_distill.report import write_report


def test_scores_have_intervals_and_baselines(page: Path) -> None:
    text = text_of(page)
    assert "SimLex-999" in text
    assert "900 of 999 used" in text
    assert "mine 0.500 (best) 0.400 to 0.600" in text
    assert "&lt;i&gt;theirs&lt;/i&gt; 0.250 0.100 to 0.400" in text
    assert "No score, since too few words are in the vocabulary: Google analogies." in text
    assert "evaluated on the 5 words that all of them have" in text
    bars = re.findall(r'class="fill" style="left:([\d.]+)%;width:([\d.]+)%"', without_scripts(page))
    # Correlations relative to 1; hubness from -0.25 to 2, a ninth of which is left of zero.
    assert [(float(left), float(width)) for left, width in bars] == [(0, 50), (0, 25), (0, 11.11), (11.11, 88.89)]


def test_scores_are_computed_by_default(tmp_path: Path) -> None:
    source = datapath("euclidean_vectors.bin")
    options: dict[str, Any] = {"similarity": ["wordsim353"], "analogies": (), "geometry": False}
    page = write_report(source, tmp_path / "a.html", max_words=50, baselines={"same": source}, **options)
    comparison = compare({"euclidean_vectors": source, "same": source}, **options)
    score = comparison.scores["same"]["wordsim353"]
    text = text_of(page)
    assert f"euclidean_vectors {score.value:.3f} (best) {score.low:.3f} to {score.high:.3f}" in text
    assert "File euclidean_vectors.bin" in text
    assert "Counts unknown" in text
    assert "The map shows the 50 most frequent words (max_words)" in text
