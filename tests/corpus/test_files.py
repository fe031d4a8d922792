"""Kinds of corpora: iterables, files, readers of gensim, datasets; corpora that can be read once."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models.word2vec import LineSentence, PathLineSentences, Text8Corpus
from tiny import ListeningTeacher

from gensim_distill import TextReader

Sentences = list[list[str]]


def assert_same_words(a: Any, b: Any) -> None:
    """Check that two models have the same words, in order, with the same counts and the same vectors."""
    assert a.wv.index_to_key == b.wv.index_to_key
    assert a.wv.expandos["count"].tolist() == b.wv.expandos["count"].tolist()
    np.testing.assert_array_equal(a.wv.vectors, b.wv.vectors)


# --- kinds of corpora ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda corpus: tuple(tuple(sentence) for sentence in corpus),
        lambda corpus: [np.array(sentence) for sentence in corpus],
        lambda corpus: np.array([*corpus, None], dtype=object)[:-1],
        lambda corpus: dict(enumerate(corpus)).values(),
    ],
    ids=["tuples", "arrays of str", "array of lists", "values of a dict"],
)
def test_any_iterable_of_token_sequences_is_a_corpus(
    corpus: Sentences, distill: Any, change: Callable[[Sentences], Any]
) -> None:
    assert_same_words(distill(change(corpus)), distill(corpus))


def test_object_with_iter_is_a_corpus(corpus: Sentences, distill: Any) -> None:
    class Stream:
        def __iter__(self) -> Iterator[list[str]]:
            yield from corpus

    assert_same_words(distill(Stream()), distill(corpus))


def test_raw_strings_equal_their_tokens(distill: Any) -> None:
    strings = ["the dog sleeps", "a lazy dog and a quick cat"]
    assert_same_words(distill(strings), distill([string.split() for string in strings]))


def test_teacher_reads_case_and_punctuation_of_raw_strings(distill: Any, listener: ListeningTeacher) -> None:
    strings = ["The DOG sleeps!", "Is it a  lazy\tdog?"]
    model = distill(strings, teacher=listener)
    assert listener.heard == strings
    assert sorted(model.wv.key_to_index) == ["a", "dog", "is", "it", "lazy", "sleeps", "the"]


def test_corpus_of_tokens_and_raw_strings(distill: Any, listener: ListeningTeacher) -> None:
    model = distill([["The", "dog"], "The dog!", ("a", "new_york", "dog")], teacher=listener)
    assert listener.heard == ["The dog", "The dog!", "a new york dog"]
    assert {word: model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key} == {
        "dog": 3,
        "The": 1,
        "the": 1,
        "a": 1,
        "new_york": 1,
    }


def test_vocabulary_with_custom_splitter_and_key(distill: Any) -> None:
    model = distill(
        ["The-dog sleeps.", "the-Dog barks."],
        reader=TextReader(word_splitter=lambda s: re.findall(r"[\w-]+", s), key=str.upper),
    )
    assert model.wv.get_vecattr("THE-DOG", "count") == 2
    assert set(model.wv.key_to_index) == {"THE-DOG", "SLEEPS", "BARKS"}


COMPRESSORS = {"": open, ".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


def write_lines(path: Path, corpus: Sentences) -> Path:
    with COMPRESSORS[path.suffix if path.suffix in COMPRESSORS else ""](path, "wt", encoding="utf-8") as file:
        file.writelines(" ".join(sentence) + "\n" for sentence in corpus)
    return path


@pytest.mark.parametrize("suffix", [".txt", ".txt.gz", ".txt.bz2", ".txt.xz"])
@pytest.mark.parametrize("kind", [str, Path])
def test_corpus_file_equals_its_sentences(
    corpus: Sentences, distill: Any, tmp_path: Path, suffix: str, kind: Callable[[Path], Any]
) -> None:
    path = write_lines(tmp_path / f"corpus{suffix}", corpus)
    assert_same_words(distill(corpus_file=kind(path)), distill(corpus))


def test_corpus_file_equals_its_sentences_with_gradient_descent(
    corpus: Sentences, distill: Any, tmp_path: Path
) -> None:
    settings = {"objective": "x2static", "solver": "sgd", "workers": 1, "sample": 0, "alpha": 0.1}
    path = write_lines(tmp_path / "corpus.txt.gz", corpus)
    assert_same_words(distill(corpus_file=path, **settings), distill(corpus, **settings))


def test_corpus_file_in_separate_steps(corpus: Sentences, distill: Any, tmp_path: Path) -> None:
    path = str(write_lines(tmp_path / "corpus.txt", corpus))
    model = distill()
    model.build_vocab(corpus_file=path)
    assert model.train(corpus_file=path, total_words=model.corpus_total_words, epochs=1)[1] == sum(map(len, corpus))
    assert_same_words(model, distill(corpus))


def test_readers_of_gensim_are_corpora(corpus: Sentences, distill: Any, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    whole = write_lines(tmp_path / "whole.txt", corpus)
    write_lines(tmp_path / "parts" / "1.txt", corpus[:3])
    write_lines(tmp_path / "parts" / "2.txt.gz", corpus[3:])
    expected = distill(corpus)
    assert_same_words(distill(LineSentence(str(whole))), expected)
    assert_same_words(distill(PathLineSentences(str(tmp_path / "parts"))), expected)


def test_text8_corpus_is_read_in_windows(
    corpus: Sentences, distill: Any, tmp_path: Path, listener: ListeningTeacher
) -> None:
    running = [word for sentence in corpus * 3 for word in sentence]
    path = tmp_path / "text8"
    path.write_text(" ".join(running), encoding="utf-8")
    model = distill(Text8Corpus(str(path), max_sentence_length=90), teacher=listener)
    assert model.corpus_total_words == len(running)
    assert " ".join(listener.heard) == " ".join(running).replace("_", " ")
    assert len(listener.heard) > 1
    assert next(iter(model.learned.moments.values())).counts.tolist() == model.wv.expandos["count"].tolist()


def test_dataset_column_is_a_corpus(corpus: Sentences, distill: Any) -> None:
    datasets = pytest.importorskip("datasets")
    strings = [" ".join(sentence) for sentence in corpus]
    dataset = datasets.Dataset.from_dict({"text": strings, "tokens": corpus})
    assert_same_words(distill(dataset["text"]), distill(strings))
    assert_same_words(distill(dataset["tokens"]), distill(corpus))


def test_dataset_rows_raise(distill: Any) -> None:
    datasets = pytest.importorskip("datasets")
    with pytest.raises(TypeError, match=r"dict with the keys \['label', 'text'\].*pass the column of texts only"):
        distill(datasets.Dataset.from_dict({"text": ["a b"], "label": [1]}))


# --- corpora that can be read once ---------------------------------------------------------------


READ_ONCE: dict[str, Callable[[Sentences], Iterable[Any]]] = {
    "generator": lambda corpus: (sentence for sentence in corpus),
    "map": lambda corpus: map(list, corpus),
    "iterator": iter,
    "open file": lambda corpus: io.StringIO("\n".join(map(" ".join, corpus))),
    "csv reader": lambda corpus: csv.reader([" ".join(s) for s in corpus], delimiter=" "),
}


@pytest.mark.parametrize("kind", READ_ONCE)
def test_single_pass_corpus_raises_for_two_passes(corpus: Sentences, distill: Any, kind: str) -> None:
    with pytest.raises(TypeError, match=r"can't support 2 passes.*try a re-iterable"):
        distill(READ_ONCE[kind](corpus))


@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
@pytest.mark.parametrize("kind", READ_ONCE)
def test_single_pass_corpus_for_one_pass(corpus: Sentences, distill: Any, kind: str, solver: str) -> None:
    settings = {
        "objective": "x2static",
        "solver": solver,
        "workers": 1,
        "sample": 0,
        "alpha": 0.1,
        "reader": TextReader(key=str.lower),
    }
    expected = distill([" ".join(s) for s in corpus] if kind == "open file" else corpus, **settings)
    model = distill(**settings)
    model.build_vocab(READ_ONCE[kind](corpus))
    model.train(READ_ONCE[kind](corpus), total_examples=model.corpus_count, epochs=model.epochs)
    assert_same_words(model, expected)


def test_single_pass_documents_raise(corpus: Sentences, distill: Any) -> None:
    # Otherwise the vocabulary eats the tokens, and the teacher reads empty texts.
    with pytest.raises(TypeError, match="list"):
        distill([map(str.lower, sentence) for sentence in corpus])
