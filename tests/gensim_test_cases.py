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

# By test: the reason, and a part of the message that a user gets.
NOT_SUPPORTED = {
    "test_build_vocab_warning": (
        "A raw string is a document, so strings need no warning; strings of one word each are the tokens of one document.",
        "pass a list of lists of tokens",
    ),
    "test_train_hs_and_neg": (
        "One pass uses neither, and logs that hs=1 has no effect. Both at 0 raise an error, as in gensim.",
        "hs=1, negative=5 have no effect",
    ),
    "test_train_warning": (
        "One pass has no learning rate.",
        "a learning rate",
    ),
    "test_compute_training_loss": (
        "One pass has no loss.",
        "compute_loss has no meaning here",
    ),
    "test_scoring": (
        "The teacher has read each word together with its context.",
        "the product would be no probability",
    ),
    "test_training": ("One pass has no weights of a Huffman tree.", "There is no syn1"),
    "test_training_from_file": ("One pass has no weights of a Huffman tree.", "There is no syn1"),
    "test_training_cbow": ("One pass has no weights of a Huffman tree.", "There is no syn1"),
}
# Different behavior without an error: the reason, and the failure of the test.
DIFFERENT = {
    "test_train_with_explicit_param": (
        "Without a learning rate, epochs and total_examples are optional.",
        "ValueError not raised",
    ),
    "test_persistence_word2vec_format": (
        "The hybrid's vectors are L2-normalized, which the test takes for a side effect.",
        "True is not false",
    ),
    "test_persistence_word2vec_format_non_binary": (
        "The hybrid's vectors are L2-normalized, which the test takes for a side effect.",
        "True is not false",
    ),
}
# The same with gradient descent, for the tests with small corpora.
NOT_SUPPORTED_WITH_SGD = {name: NOT_SUPPORTED[name] for name in ("test_build_vocab_warning", "test_scoring")}
_WEIGHTS = (
    "Output weights have the dimensions of the teacher; only wv has vector_size.",
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
# gensim itself skips it by default.
SKIPPED_BY_GENSIM = {"test_method_in_bulk"}


def testfixtures_stub() -> types.ModuleType:
    """Return a stub of testfixtures with `log_capture`, the only part that gensim's tests use."""

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

            del run.__wrapped__  # so that pytest does not take `lines` for a fixture
            return run

        return decorate

    module = types.ModuleType("testfixtures")
    module.log_capture = log_capture  # type: ignore[attr-defined]
    return module


@contextlib.contextmanager
def logged_messages(add: Callable[[str], Any]) -> Iterator[None]:
    """Pass the message of every record of level INFO or above to `add`."""

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
        # testfixtures itself would disable other log handlers, and would be one more dependency.
        patch.setitem(sys.modules, "testfixtures", testfixtures_stub())
        return importlib.import_module("gensim.test.test_word2vec")


TESTS = load_gensim_tests()
CASES = unittest.defaultTestLoader.loadTestsFromModule(TESTS)
NAMES = {test.id().rpartition(".")[2]: test for suite in CASES for test in suite}  # type: ignore[union-attr]
