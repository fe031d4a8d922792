"""gensim's own tests of Word2Vec, and the tables of those that do not pass with `DistilledWord2Vec`, each with the reason."""

from __future__ import annotations

import contextlib
import importlib
import logging
import sys
import types
import unittest
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest

# By name of a test: why what it expects is not so here, and what a user reads who does what it does.
NOT_SUPPORTED = {
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
NOT_SUPPORTED_WITH_SGD = {name: NOT_SUPPORTED[name] for name in ("test_build_vocab_warning", "test_scoring")}
_WEIGHTS = (
    "Output weights are as wide as the teacher's contexts; only wv is brought to vector_size.",
    "False is not true",
)
DIFFERENT_WITH_SGD = {
    "test_training": _WEIGHTS,
    "test_training_cbow": _WEIGHTS,
    "test_training_cbow_negative": _WEIGHTS,
    "test_training_from_file": _WEIGHTS,
    "test_training_sg_negative": _WEIGHTS,
}
WITH_SGD = [
    *NOT_SUPPORTED_WITH_SGD,
    *DIFFERENT_WITH_SGD,
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


def testfixtures_stub() -> types.ModuleType:
    """Give as much of testfixtures as gensim's tests use: `log_capture`, of which they take the text."""

    class Lines(list[str]):
        def __str__(self) -> str:
            return "\n".join(self)

    def log_capture() -> Callable[[Callable[..., None]], Callable[..., None]]:
        def decorate(test: Callable[..., None]) -> Callable[..., None]:
            @wraps(test)
            def run(self: unittest.TestCase) -> None:
                lines = Lines()
                with logged_messages(lines.append):
                    test(self, lines)

            del run.__wrapped__  # lest pytest take the lines for a fixture
            return run

        return decorate

    module = types.ModuleType("testfixtures")
    module.log_capture = log_capture  # type: ignore[attr-defined]
    return module


@contextlib.contextmanager
def logged_messages(add: Callable[[str], Any]) -> Iterator[None]:
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


def load_gensim_tests() -> types.ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        # Itself it would take the log away from all others, and it is one dependency more.
        patch.setitem(sys.modules, "testfixtures", testfixtures_stub())
        return importlib.import_module("gensim.test.test_word2vec")


TESTS = load_gensim_tests()
CASES = unittest.defaultTestLoader.loadTestsFromModule(TESTS)
NAMES = {test.id().rpartition(".")[2]: test for suite in CASES for test in suite}  # type: ignore[union-attr]
