"""``gensim-distill neighbors``."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import messages, run, run_json
from gensim.models import KeyedVectors


def test_neighbors_of_words_and_sums(trained: Path, trained_vectors: KeyedVectors) -> None:
    wv = trained_vectors
    found = run_json("neighbors", trained, "dog", "cat", "-n", "2")["queries"]
    assert [query["query"] for query in found] == ["dog", "cat"]
    assert [near["word"] for near in found[0]["neighbors"]] == [word for word, _ in wv.most_similar("dog", topn=2)]
    (found,) = run_json("neighbors", trained, "dog", "-", "dogs", "+", "cats")["queries"]
    expected = wv.most_similar(positive=["dog", "cats"], negative=["dogs"])
    assert [near["word"] for near in found["neighbors"]] == [word for word, _ in expected]
    assert "similarity" in run("neighbors", trained, "dog - dogs + cats").stdout
    unpickled = run_json("neighbors", trained, "dog", "-n", "2", "--unpickle")["queries"]
    assert [near["word"] for near in unpickled[0]["neighbors"]] == [word for word, _ in wv.most_similar("dog", topn=2)]


def test_unknown_words_are_named_with_similar_spellings(trained: Path) -> None:
    text = messages(run("neighbors", trained, "Sleep", "fox", "zzz", code=3))
    assert "'Sleep' (similar spelling: sleeps), 'zzz' are not among" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["cat", "+", "-", "dog"], "has two operators in a row"),
        (["cat dog + car"], "has no + or - before 'dog'"),
        (["cat", "+"], "ends in an operator"),
        (["- cat"], "has no positive word"),
    ],
)
def test_invalid_sums_raise(words: list[str], message: str, vector_file: Path) -> None:
    assert message in messages(run("neighbors", vector_file, "--", *words, code=2))
