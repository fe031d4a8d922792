"""The ablations of the text view: their default is the package itself, and a run prints all tables."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.test.utils import datapath
from tiny import tiny_bert

from benchmarks.ablation.reading import PASSAGES, VIEWS, Reading, Variation
from benchmarks.ablation.text_view import main, predicted, whitened_as
from gensim_distill import DistilledWord2Vec
from gensim_distill.evaluation import read_pairs
from gensim_distill.linalg import normalize
from gensim_distill.teachers import TransformerTeacher

# Words of the data sets of gensim, so that there is something to score.
WORDS = [word.lower() for name in ("simlex999", "wordsim353") for pair in read_pairs(name)[:30] for word in pair[:2]]
WORDS += Path(datapath("questions-words.txt")).read_text(encoding="utf-8").lower().split("\n")[1].split()
DOCUMENTS_OF_WORDS = [
    " ".join(WORDS[(7 * number + 3 * place) % len(WORDS)] for place in range(9)).capitalize() + ". And this again."
    for number in range(150)
]


@pytest.fixture(scope="module")
def bert() -> tuple[Any, Any]:
    return tiny_bert(DOCUMENTS_OF_WORDS)


@pytest.fixture(scope="module")
def teacher(bert: tuple[Any, Any]) -> TransformerTeacher:
    return TransformerTeacher(*bert, device="cpu", dtype="float32")


@pytest.fixture(scope="module")
def reading(teacher: TransformerTeacher) -> Reading:
    return Reading(DOCUMENTS_OF_WORDS, teacher, min_count=2, seed=1)


def test_the_default_is_the_fit_of_the_package(reading: Reading, teacher: TransformerTeacher) -> None:
    model = DistilledWord2Vec(DOCUMENTS_OF_WORDS, teacher=teacher, min_count=2)
    assert model.learned.text_table is not None
    assert model.wv.index_to_key == reading.words
    table = reading.table(Variation())
    assert np.allclose(table.rows, model.learned.text_table.rows, atol=1e-4)
    assert table.pieces == model.learned.text_table.pieces
    assert np.allclose(reading.encoder(table).encode(DOCUMENTS_OF_WORDS), model.encode(DOCUMENTS_OF_WORDS), atol=1e-4)


def test_the_hybrid_is_the_prediction_from_its_views(reading: Reading) -> None:
    views = dict(zip(VIEWS, np.split(reading.predictors()(slice(None)), len(VIEWS), axis=1)))
    states = normalize(views["all layers"] + views["top layers"] + views["isolated"])
    whitened = whitened_as(reading.text_view(), states)
    vectors = predicted(views, np.hstack([whitened, reading.text_view()]))
    assert np.allclose(vectors, reading.hybrid().projection.vectors(reading.moments), atol=1e-4)


@pytest.mark.parametrize(
    "variation",
    [
        Variation(texts=PASSAGES),
        Variation(number=50),
        Variation(views=VIEWS[:2]),
        Variation(whitening=0.5),
        Variation(divisor=1.0),
        Variation(frequency=1e-3),
        Variation(penalty=0.5),
        Variation(specific=None),
        Variation(specific=0.1),
    ],
    ids=str,
)
def test_each_variation_changes_the_rows_and_nothing_else(reading: Reading, variation: Variation) -> None:
    before = reading.table(Variation()).rows
    assert not np.allclose(reading.table(variation).rows, before, atol=1e-3)
    assert np.array_equal(reading.table(Variation()).rows, before)


def test_sentences_can_be_read_as_documents(reading: Reading) -> None:
    assert reading.of_sentences().num_documents == 2 * reading.num_documents


def test_a_run_writes_all_tables_and_plots(
    bert: tuple[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.common.ANALOGIES", {"": [tuple(WORDS[-4:])]})
    monkeypatch.setattr("benchmarks.ablation.text_view.NUMBERS", (20, 50))
    for part in bert:
        part.save_pretrained(tmp_path / "teacher")
    corpus, searched, pairs = tmp_path / "corpus.txt", tmp_path / "searched.jsonl", tmp_path / "pairs.tsv"
    corpus.write_text("\n".join(DOCUMENTS_OF_WORDS), encoding="utf-8")
    documents = [json.dumps({"document": str(number), "text": text}) for number, text in enumerate(DOCUMENTS_OF_WORDS)]
    query = json.dumps({"query": "1", "text": DOCUMENTS_OF_WORDS[3], "relevant": ["3"]})
    searched.write_text("\n".join([*documents, query]), encoding="utf-8")
    rows = [f"2014.a\t{number}\t{DOCUMENTS_OF_WORDS[0]}\t{DOCUMENTS_OF_WORDS[number]}" for number in range(5)]
    pairs.write_text("\n".join(["set\tscore\ttext1\ttext2", *rows]), encoding="utf-8")

    output = tmp_path / "output"
    arguments = [str(corpus), str(tmp_path / "teacher"), "--pairs", str(pairs), "--searched", "found", str(searched)]
    main([*arguments, "--lines", "150", "--sizes", "100", "--min-count", "2", "--output", str(output)])
    written = (output / "text-view.md").read_text(encoding="utf-8")
    for title in (
        "Layers",
        "Vectors of texts",
        "Number of texts",
        "Whitening exponent",
        "Views of words",
        "100 documents",
    ):
        assert re.search(rf"^\*\*{title}", written, flags=re.MULTILINE), title
    assert "| nan |" not in written
    names = {path.name for path in output.glob("*.svg")}
    assert names == {f"hybrid-{name}.svg" for name in ("layers", "whitening", "texts", "dimensions", "sizes")}
