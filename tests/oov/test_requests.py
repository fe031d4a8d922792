"""Checks of words and their contexts."""

from __future__ import annotations

from typing import Any

import pytest
from oov_models import OWLS
from trained_models import Sentences, distill

from gensim_distill import TextReader
from gensim_distill.oov.requests import check_contexts, name_words, words_and_contexts
from gensim_distill.teachers import TransformerTeacher

UNREAD = "\u200b"  # BERT's normalizer deletes zero-width spaces


@pytest.mark.parametrize(
    ("words", "contexts", "error", "message"),
    [
        (
            ["owl"],
            OWLS[0][0],
            TypeError,
            "contexts is the single string 'the', so that each of its characters would be a text: pass a list",
        ),
        (["owl"], {"owl": "the owl"}, TypeError, "contexts of 'owl' is the single string 'the owl'"),
        (["owl"], [], ValueError, "contexts is empty: pass documents that contain the word"),
        (["owl"], {"owl": []}, ValueError, "contexts of 'owl' is empty"),
        (["owl"], {"owls": OWLS}, ValueError, "contexts has documents for 'owls', which is not among the words"),
        (["owl"], [[3]], TypeError, "has the token 3 of type int"),
        (["owl", "bear"], OWLS, ValueError, "^'bear' is in none of the contexts: add documents that contain them"),
        (
            ["owl"],
            [*OWLS, ["a", "bat"]],
            ValueError,
            "Context 2 does not contain any of the words: .* 'a', 'bat'; pass",
        ),
        (["owl", ""], None, TypeError, "A word is '', where a string of one character or more was expected"),
        (["owl", 3], None, TypeError, "A word is 3"),
        (["owl", "bat", "owl"], None, ValueError, "'owl' occurs twice"),
        ({"owl": OWLS}, OWLS, TypeError, "mapping of words to their contexts already: omit contexts"),
        ([UNREAD], None, ValueError, "tokenizer drops every character of '\\\\u200b': remove words"),
        ([UNREAD], [["the", UNREAD]], ValueError, "tokenizer drops every character of '\\\\u200b'"),
    ],
)
def test_invalid_words_and_contexts_raise(
    corpus: Sentences, teacher: TransformerTeacher, words: Any, contexts: Any, error: Any, message: str
) -> None:
    model = distill(corpus, teacher, objective="aggregate")
    with pytest.raises(error, match=message):
        model.infer_vectors(words, contexts)
    with pytest.raises(error, match=message):
        model.add_words(words, contexts)


@pytest.mark.parametrize(
    ("words", "contexts"),
    [
        (["x" * 10_000], {"x" * 10_000: ["the cat"]}),
        (["x" * 10_000], {"y" * 10_000: ["the cat"]}),
        (["x" * 10_000] * 2, None),
        (["x" * 10_000, "owl"], [["owl"]]),
        (["\u200b" * 10_000], None),
        (["owl"], ["y" * 10_000]),
    ],
)
def test_long_words_are_shortened_in_errors(
    corpus: Sentences, teacher: TransformerTeacher, words: Any, contexts: Any
) -> None:
    model = distill(corpus, teacher, objective="aggregate")
    with pytest.raises(ValueError, match=r"\.\.\.") as raised:
        model.add_words(words, contexts)
    assert len(str(raised.value)) < 400


def test_words_are_returned_with_their_contexts() -> None:
    assert words_and_contexts("owl", None) == (["owl"], None)
    assert words_and_contexts(iter(["owl", "bear"]), OWLS) == (["owl", "bear"], OWLS)
    mapping = {"owl": OWLS, "bear": []}
    words, contexts = words_and_contexts(mapping, None)
    assert words == ["owl", "bear"]
    assert contexts is mapping


def test_check_contexts_returns_documents_and_owners() -> None:
    reader = TextReader()
    assert check_contexts(["owl"], None, reader) == ([], None)
    assert check_contexts(["owl"], iter(OWLS), reader) == (OWLS, None)
    documents, owners = check_contexts(["owl", "bear", "bat"], {"bat": ["A bat."], "owl": OWLS}, reader)
    assert documents == [*OWLS, "A bat."]
    assert owners is not None
    assert owners.tolist() == [0, 0, 2]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["owl"], "'owl' is"),
        (["owl", "bat"], "'owl', 'bat' are"),
        (list("abcdefg"), "'a', 'b', 'c', 'd', 'e' and 2 more are"),
    ],
)
def test_name_words(words: list[str], expected: str) -> None:
    assert name_words(words) == expected


@pytest.mark.parametrize("words", [None, 5, 1.5, True, b"owl", object(), "", [""], ["owl", None], [["owl"]], [5]])
def test_words_of_other_types_raise_one_sentence(words: Any) -> None:
    with pytest.raises(TypeError, match="where a (word|string)"):
        words_and_contexts(words, None)
