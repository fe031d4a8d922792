"""The model card of an export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huggingface_hub import ModelCard
from small_vectors import random_vectors

from gensim_distill import DistilledWord2Vec
from gensim_distill.exports import export


def test_the_card_has_settings_scores_and_license(teacher: Any, corpus: list[list[str]], tmp_path: Path) -> None:
    model = DistilledWord2Vec(corpus, teacher=teacher, min_count=2)
    path = export(
        model,
        tmp_path / "my-vectors",
        "safetensors",
        dtype="float16",
        license="cc-by-4.0",
        languages=["en"],
        scores={"SimLex-999": 0.5314, "pairs | used": 12},
    )
    card = ModelCard.load(path / "README.md")
    data = card.data.to_dict()
    assert data["license"] == "cc-by-4.0"
    assert data["language"] == ["en"]
    assert "base_model" not in data  # a teacher without a name on the hub
    words = sum(map(len, corpus))
    for expected in (
        "# my-vectors",
        "load_vectors('my-vectors')",
        "| made by | DistilledWord2Vec |",
        f"| documents in the corpus | {len(corpus)} |",
        f"| words in the corpus | {words} |",
        f"| words with a vector | {len(model.wv)} |",
        "| dtype | float16 |",
        "| SimLex-999 | 0.531 |",
        "| pairs \\| used | 12 |",
        "| min_count | 2 |",
        "Hybrid(",
        "Published under cc-by-4.0.",
        "the license of the teacher"
        if model.teacher_reference.name
        else "the license of the model from which they were distilled",
        "arXiv",
        "2106.04302",
    ):
        assert expected in card.content, expected


def test_the_card_names_the_teacher_without_its_path(folder: Path, corpus: list[list[str]], tmp_path: Path) -> None:
    model = DistilledWord2Vec(corpus, teacher=folder, min_count=1, device="cpu", dtype="float32")
    content = (export(model, tmp_path / "v", "safetensors") / "README.md").read_text(encoding="utf-8")
    assert "| teacher | tiny-bert |" in content
    assert str(folder.parent) not in content
    assert "base_model" not in content
    model.teacher_reference.source = ("some/teacher", {})  # as for a teacher from the hub
    content = (export(model, tmp_path / "w", "safetensors") / "README.md").read_text(encoding="utf-8")
    assert "base_model: some/teacher" in content


def test_the_card_of_vectors_without_a_model_omits_the_unknown(tmp_path: Path) -> None:
    content = (export(random_vectors(counts=False), tmp_path / "v", "safetensors") / "README.md").read_text(
        encoding="utf-8"
    )
    assert "No license was named" in content
    assert "in the corpus" not in content
    assert "## Settings" not in content
    assert "## Scores" not in content


def test_the_card_has_the_language_of_the_pipeline(tmp_path: Path) -> None:
    path = export(random_vectors(), tmp_path / "pipeline", "spacy", language="de")
    assert ModelCard.load(path / "README.md").data.language == ["de"]


def test_names_and_scores_are_no_html_in_the_card(tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>\n\n# [a](javascript:b)"
    path = export(
        random_vectors(), tmp_path / "<script>x", "safetensors", license="mit", scores={hostile: hostile, "b": 0.5}
    )
    content = (path / "README.md").read_text(encoding="utf-8")
    prose = content.split("---\n", 2)[2].replace("load_vectors('<script>x')", "")
    assert "<script" not in prose and "<img" not in prose and "](" not in prose.replace("\\](", "")
    assert "\n# [a" not in prose and "&lt;img src=x onerror=alert(1)&gt;" in prose
