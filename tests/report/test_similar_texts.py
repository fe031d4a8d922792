"""The section of the HTML report with similar texts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from report_pages import text_of, without_scripts

from gensim_distill.encoding import TextEncoder
from gensim_distill.report import WordMap, write_report
from gensim_distill.report.similar_texts import MarkedPiece, similar_texts

WORDS = [f"w{number}" for number in range(30)]
ENCODER = TextEncoder(WORDS, np.random.default_rng(0).normal(size=(30, 6)))


def texts(number: int) -> list[str]:
    rng = np.random.default_rng(1)
    return [" ".join(rng.choice(WORDS, size=6)) for _ in range(number)]


def test_examples_have_their_nearest_texts_and_marks() -> None:
    corpus = texts(50)
    examples = similar_texts(ENCODER, iter([*corpus, *corpus, "w1", "unknown"]))
    assert len(examples) == 6 and len({example.text for example in examples}) == 6
    vectors = ENCODER.encode(corpus)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    for example in examples:
        cosines = vectors @ vectors[corpus.index(example.text)]
        expected = np.argsort(-cosines)[1:3]
        assert ["".join(piece.text for piece in near.pieces) for near in example.neighbors][:2] == [
            corpus[number] for number in expected
        ]
        for near in example.neighbors:
            assert max(piece.level for piece in near.pieces) == 4 and min(piece.level for piece in near.pieces) == 0
            assert near.pairs.count("–") == 3
    assert similar_texts(ENCODER, corpus, seed=1) == similar_texts(ENCODER, iter(corpus), seed=1)
    assert similar_texts(ENCODER, corpus, seed=1) != similar_texts(ENCODER, corpus, seed=2)


def test_large_corpora_are_sampled_and_long_texts_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gensim_distill.report.similar_texts._MOST_TEXTS", 20)
    monkeypatch.setattr("gensim_distill.report.similar_texts._MOST_CHARACTERS", 50)
    corpus = (f"{number:04} {text}" + " w1" * 100 for number, text in enumerate(texts(1_000)))
    found = [example.text for example in similar_texts(ENCODER, corpus)]
    assert len(found) == 6 and all(len(text) <= 50 for text in found)
    assert len({text[:2] for text in found}) > 2
    assert similar_texts(ENCODER, [["w1", "w2"] * 1_000, ["w1"] * 5])[0].neighbors


def test_texts_without_words_have_no_section(vectors: KeyedVectors, words: WordMap, tmp_path: Path) -> None:
    assert similar_texts(ENCODER, []) == similar_texts(ENCODER, ["unknown words only here", "w1 w2 w3 w4"]) == []
    page = write_report(vectors, tmp_path / "page.html", word_map=words, scores=False, texts=["nothing"])
    assert "Similar texts" not in text_of(page)


def test_the_page_has_marked_and_escaped_texts(vectors: KeyedVectors, words: WordMap, tmp_path: Path) -> None:
    hostile = ["song000 water001 song003 <script>window.hacked=1</script>", "song000 song003 song006 & water001 <b>"]
    page = write_report(vectors, tmp_path / "page.html", word_map=words, scores=False, texts=hostile)
    visible = without_scripts(page)
    assert "Similar texts" in text_of(page) and 'href="#texts"' in visible
    assert '<mark class="m4">' in visible
    assert "&lt;script&gt;window.hacked=1" in visible and "<b>" not in visible
    encoder = TextEncoder(["window.hacked", "script", "1"], np.ones((3, 2)))
    page = write_report(
        vectors,
        tmp_path / "b.html",
        word_map=words,
        scores=False,
        texts=[*hostile, hostile[0] + "!"],
        text_encoder=encoder,
    )
    assert '&lt;<mark class="m4">script</mark>&gt;' in without_scripts(page)


def test_weak_and_negative_words_are_not_marked() -> None:
    encoder = TextEncoder(["a", "b", "c"], [[1.0, 0.0], [-0.5, 0.0], [0.05, 1.0]])
    (example,) = similar_texts(encoder, ["a a a a", "a b c"])
    assert example.neighbors[0].pieces == [MarkedPiece("a", 4), MarkedPiece(" ", 0), MarkedPiece("b", 0), MarkedPiece(" ", 0), MarkedPiece("c", 0)]  # fmt: skip
