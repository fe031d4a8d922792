"""``gensim-distill report``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_runner import messages, run, write_lines

from gensim_distill.cli.inputs import load_model
from gensim_distill.exports.stored_vectors import StoredVectors


def test_report_passes_vectors_and_baselines(
    vector_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []

    def write_report(source: Any, path: Path, *, baselines: Any, max_words: int, seed: int, **more: Any) -> None:
        calls.append((len(source), list(baselines), max_words, seed, more))
        Path(path).write_text("<html>", encoding="utf-8")

    monkeypatch.setattr("gensim_distill.report.write_report", write_report)
    page = tmp_path / "page.html"
    run("report", vector_file, "-o", page, "--baseline", f"other={vector_file}", "--max-words", "2", "--title", "Words")
    no_texts = {"texts": None, "text_encoder": None}
    assert calls == [(3, ["other"], 2, 1, {"name": "some", "title": "Words", "overwrite": False, **no_texts})]
    assert "exists already" in messages(run("report", vector_file, "-o", page, code=3))


def test_report_of_a_folder_has_the_provenance_of_the_model(trained: Path, tmp_path: Path) -> None:
    from gensim_distill.report import write_report
    from gensim_distill.report.model_facts import collect_facts
    from gensim_distill.report.word_map import word_map

    vectors, model = StoredVectors(trained), load_model(trained)
    found = word_map(model.wv)
    of_folder, of_model = collect_facts(vectors, vectors.wv, found), collect_facts(model, model.wv, found)
    assert of_folder.teacher == of_model.teacher and len(of_folder.teacher) == 3
    assert of_folder.corpus == of_model.corpus
    assert of_folder.excluded == of_model.excluded
    facts = {fact.name: fact for fact in of_folder.settings}
    assert facts["objective"].value == "hybrid" and facts["solver"].value == "one-pass"
    assert "With gensim 4" in facts["Created"].explanation
    for path in (trained, trained / "model"):
        page = write_report(
            path, tmp_path / f"{path.name}.html", word_map=found, scores=False, texts=["A fox.", "A dog."]
        )
        html = page.read_text(encoding="utf-8")
        assert "training by gensim-distill" in html and of_model.teacher[0].value in html


def test_report_passes_texts_and_their_encoder(
    trained: Path, text_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []

    def write_report(source: Any, path: Path, *, texts: Any, text_encoder: Any, **more: Any) -> None:
        calls.append((list(texts), text_encoder.words))
        Path(path).write_text("<html>", encoding="utf-8")

    monkeypatch.setattr("gensim_distill.report.write_report", write_report)
    monkeypatch.chdir(tmp_path)
    run("report", trained, "--corpus", text_file.parent, "--texts", "file")
    texts, words = calls[0]
    assert texts == [text_file.read_text(encoding="utf-8").strip()] and words == load_model(trained).wv.index_to_key
    settings = (trained / "settings.toml").read_text(encoding="utf-8")
    (trained / "settings.toml").write_text(settings.replace('texts = "line"', 'texts = "file"'), encoding="utf-8")
    run("report", trained, "--corpus", text_file, "--overwrite")
    run("report", trained, "--corpus", text_file, "--overwrite", "--texts", "line")
    assert [len(texts) for texts, _ in calls] == [1, 1, 5]  # as in the training, unless set
    assert "are for the texts of --corpus" in messages(run("report", trained, "-o", "b", "--texts", "file", code=2))
    assert "cannot be standard input" in messages(run("report", trained, "-o", "b", "--corpus", "-", code=2))
    assert "no such file" in messages(run("report", trained, "-o", "b", "--corpus", "none", code=3))


def test_report_passes_tasks_of_texts(
    trained_once: Path, vector_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []

    def write_report(source: Any, path: Path, **more: Any) -> None:
        calls.append(more)
        Path(path).write_text("<html>", encoding="utf-8")

    monkeypatch.setattr("gensim_distill.report.write_report", write_report)
    pairs = write_lines(tmp_path / "sts.tsv", "a fox\ta dog\t3", "cats\thens\t1")
    output = ["-o", tmp_path / "page.html"]
    run("report", trained_once, *output, "--text-similarity", pairs, "--no-bm25", "--baseline", f"other={vector_file}")
    (options,) = calls
    assert options["text_similarity"] == {"sts": {"": [("a fox", "a dog", 3.0), ("cats", "hens", 1.0)]}}
    assert options["bm25"] is False and options["retrieval"] == {}
    assert options["text_encoder"].words and options["texts"] is None
