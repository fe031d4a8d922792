"""``gensim-distill neighbors``."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import messages, run, run_json, write_lines
from gensim.models import KeyedVectors

from gensim_distill.cli.known_words import similar_spellings


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


def test_the_error_of_an_unknown_word_has_the_min_count_of_the_training(trained: Path, vector_file: Path) -> None:
    settings = trained / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    assert "\nmin_count = 1\n" in text
    assert "ignored" not in messages(run("neighbors", trained, "zzz", code=3))
    settings.write_text(text.replace("min_count = 1", "min_count = 4"), encoding="utf-8")
    advice = "words of these vectors. The training ignored words with fewer than 4 occurrences (--min-count)."
    assert advice in messages(run("neighbors", trained, "zzz", code=3))
    assert "ignored" not in messages(run("neighbors", vector_file, "zzz", code=3))


def test_similar_spellings_are_those_of_few_edits() -> None:
    words = ["the", "police", "polite", "policy", "polices", "officer", "go", "god", "dog"]
    assert similar_spellings("polcie", words) == ["police", "polite"]
    assert similar_spellings("Polic", words) == ["police", "policy", "polite"]
    assert similar_spellings("dgo", words) == ["go", "god", "dog"]
    assert similar_spellings("xyz", words) == []


def test_a_sum_without_spaces_is_explained(vector_file: Path) -> None:
    text = messages(run("neighbors", vector_file, "cat-dog+car", code=3))
    assert "'cat-dog+car' (for a sum put spaces around + and -: 'cat - dog + car') is not among" in text
    assert "for a sum" not in messages(run("neighbors", vector_file, "cat-tail", code=3))
    text = messages(run("neighbors", vector_file, "cat-dogs+xyz", code=3))
    assert "'cat - dogs + xyz', where 'dogs' (similar spelling: dog), 'xyz' is unknown)" in text


def test_words_are_found_as_in_the_texts_of_the_training(trained_once: Path, vector_file: Path) -> None:
    result = run("neighbors", trained_once, "Dog", "CAT - Fox")
    assert "'Dog' is 'dog' in the vocabulary of these vectors." in messages(result)
    found = run_json("neighbors", trained_once, "Dog", "CAT - Fox")["queries"]
    for query, lower in zip(found, run_json("neighbors", trained_once, "dog", "cat - fox")["queries"]):
        assert query["neighbors"] == lower["neighbors"]
    assert run_json("neighbors", trained_once, "Dog", "--unpickle")["queries"][0]["neighbors"] == found[0]["neighbors"]
    assert "for a sum" in messages(run("neighbors", trained_once, "Dog-Cat", code=3))
    assert "'Dog' (similar spelling: dog) is not" in messages(run("neighbors", vector_file, "Dog", code=3))
    assert "(known words in it, to pass one by one: 'lazy', 'fox')" in messages(
        run("neighbors", trained_once, "Lazy fox", code=3)
    )


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


@pytest.mark.parametrize(
    ("lines", "word", "message"),
    [
        (["cat 0 0", "dog 1 0"], "cat", "'cat' has a vector of zeros"),
        (["cat 1 0", "dog 1 0"], "cat - dog", "'cat - dog' is a sum of zeros"),
        (["cat 1 0", "dog nan 0"], "cat", "such as 'dog', contain NaN, infinity or"),
        (["cat 1 0", "dog inf 0"], "cat", "such as 'dog', contain NaN, infinity or"),
        (["cat 1 0", "dog 1e38 1e38"], "cat", "such as 'dog', contain NaN, infinity or"),
    ],
)
def test_vectors_without_neighbors_are_one_sentence(lines: list[str], word: str, message: str, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.vec", "2 2", *lines)
    assert message in messages(run("neighbors", file, word, code=3))


def test_zero_vectors_are_similar_to_nothing(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.vec", "3 2", "cat 1 0", "zero 0 0", "dog 1 1")
    (query,) = run_json("neighbors", file, "cat")["queries"]
    assert [(found["word"], found["similarity"]) for found in query["neighbors"]] == [("dog", 0.707107), ("zero", 0.0)]
