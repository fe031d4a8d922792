"""The facts about a model in the report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from gensim.models import Word2Vec
from gensim.test.utils import common_texts
from report_pages import PLAIN, data_in, grouped_vectors, text_of, without_scripts
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec
from gensim_distill.report import write_report
from gensim_distill.teachers import TransformerTeacher


def test_unknown_facts_are_omitted(tmp_path: Path) -> None:
    page = write_report(grouped_vectors(PLAIN[:30], counts=False), tmp_path / "page.html", scores=False)
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", without_scripts(page))
    assert headings == ["Map of the vocabulary", "Corpus and vocabulary", "Settings"]
    assert "Excluded" not in text_of(page)
    assert 'value="frequency"' in without_scripts(page)
    assert "rank" in text_of(page)
    assert data_in(page)["counts"] is None


def test_a_distilled_model_has_corpus_and_exclusions(
    listener: ListeningTeacher, corpus: list[list[str]], tmp_path: Path
) -> None:
    texts = [*corpus, *corpus, ["\u200b", "fox", "once"]]  # the tokenizer has no tokens for the first word
    model = DistilledWord2Vec(texts, teacher=listener, min_count=2, objective="aggregate", contexts_per_word=2, seed=5)
    text = text_of(write_report(model, tmp_path / "page.html", scores=False))
    words = [word for item in texts for word in item]
    rare = {word for word in words if words.count(word) < 2}
    assert f"Documents {len(texts)} " in text
    assert f"Words {len(words)} " in text
    assert f"Distinct words {len(set(words))} " in text
    assert f"Vocabulary {len(model.wv)} words" in text
    assert (
        f"Rare words {len(rare)} words Fewer than 2 occurrences (min_count); {len(rare)} of {len(words)} occurrences."
        in text
    )
    read = len(listener.heard)
    assert 0 < read <= len(corpus) + 1  # duplicates once
    assert f"Passages read by the teacher {read} " in text
    words_read = sum(len(item) for item in corpus if " ".join(item).replace("_", " ") in listener.heard)
    assert 0 < words_read < len(words)
    assert f"Words not read {len(words) - words_read} of {len(words)} words" in text
    assert "enough passages for 2 contexts per word" in text
    for fact in (
        "objective Aggregate",
        "solver one-pass",
        "contexts_per_word 2",
        "seed 5",
        "Dimensions of the hidden states 32",
    ):
        assert fact in text
    assert "Training loss" not in text


def test_words_without_contexts_are_named_and_escaped(
    teacher: TransformerTeacher, corpus: list[list[str]], tmp_path: Path
) -> None:
    model = DistilledWord2Vec([*corpus, ["fox", "\u200b"]], teacher=teacher, min_count=1, objective="aggregate")
    page = write_report(model, tmp_path / "page.html", scores=False)
    assert "Words without contexts 1 words The teacher has no hidden states for them." in text_of(page)
    assert '<bdi class="word">\u200b</bdi>' in without_scripts(page)
    assert "Occurrences not read 1 " in text_of(page)


def test_gradient_descent_has_a_loss_for_each_epoch(
    teacher: TransformerTeacher, corpus: list[list[str]], tmp_path: Path
) -> None:
    model = DistilledWord2Vec(
        corpus, teacher=teacher, min_count=1, objective="x2static", solver="sgd", sample=0, epochs=3, workers=1,
        compute_loss=True,
    )  # fmt: skip
    assert len(model.learned.epoch_losses) == 3
    words = sum(map(len, corpus))
    assert sum(model.learned.epoch_losses) * words == pytest.approx(model.get_latest_training_loss(), rel=1e-5)
    page = write_report(model, tmp_path / "page.html", scores=False)
    assert "Training loss Mean loss per word of each epoch." in text_of(page)
    for epoch, loss in enumerate(model.learned.epoch_losses, 1):
        assert f"{epoch} {loss:.4f}" in text_of(page)
    assert data_in(page)["losses"] == model.learned.epoch_losses
    model.save(str(tmp_path / "model"))
    assert DistilledWord2Vec.load(str(tmp_path / "model")).learned.epoch_losses == model.learned.epoch_losses
    model.build_vocab(corpus)
    assert model.learned.epoch_losses == []


def test_a_gensim_model_has_settings_and_its_total_loss(tmp_path: Path) -> None:
    model = Word2Vec(common_texts, min_count=1, vector_size=8, compute_loss=True, workers=1)
    text = text_of(write_report(model, tmp_path / "page.html", scores=False))
    assert "Kind Word2Vec" in text
    assert "window 5" in text
    assert f"{model.get_latest_training_loss():,.0f} summed over all epochs" in text
    assert "Documents 9" in text
    assert "Teacher" not in text
