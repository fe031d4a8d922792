"""The scores in the report."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from gensim.test.utils import datapath
from report_pages import text_of, without_scripts

from gensim_distill.encoding import TextEncoder
from gensim_distill.evaluation import Collection, compare
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
    # Correlations on an axis from 0 to 1; hubness on one from -0.5 to 2, a fifth of which is left of zero.
    assert [(float(left), float(width)) for left, width in bars] == [(0, 50), (0, 25), (10, 10), (20, 80)]


def test_bars_have_an_axis(page: Path) -> None:
    axes = re.findall(r'<tfoot class="axis".*?</tfoot>', without_scripts(page))
    ticks = [re.findall(r'style="left:([\d.]+)%">([^<]+)<', axis) for axis in axes]
    assert ticks[0] == [
        ("0.0", "0"),
        ("20.0", "0.2"),
        ("40.0", "0.4"),
        ("60.0", "0.6"),
        ("80.0", "0.8"),
        ("100.0", "1"),
    ]
    assert [label for _, label in ticks[1]] == ["−0.5", "0", "0.5", "1", "1.5", "2"]


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


def test_tasks_of_texts_are_explained_and_use_the_text_encoder(tmp_path: Path) -> None:
    source = datapath("euclidean_vectors.bin")
    encoder = TextEncoder(["rain", "tax"], [[1.0, 0.0], [0.0, 1.0]])
    judged = Collection({"a": "Rain.", "b": "A tax, and the people."}, {"q": "the people of rain"}, {"q": {"a": 1}})
    page = write_report(
        source,
        tmp_path / "a.html",
        max_words=50,
        name="mine",
        baselines={"words alone": source},
        text_encoder=encoder,
        similarity=["wordsim353"],
        analogies=(),
        geometry=False,
        retrieval={"weather": judged},
        text_similarity={"pairs": [("rain", "tax", 0.0), ("rain", "rain", 5.0), ("tax", "rain tax", 3.0)]},
    )
    text = text_of(page)
    assert "weather nDCG@10 Search: the gain of the first 10 documents" in text and "1 of 1 used" in text
    assert "pairs Similarity of texts: Spearman&#39;s correlation with human judgments. 3 of 3 used" in text
    assert "words that all of them have, in tasks of texts each on all of its own" in text
    assert "mine 1.000 (best) 1.000 to 1.000 words alone 0.631 0.631 to 0.631 BM25 0.631 0.631" in text
