"""What may be a corpus, what may not, the vocabulary that comes of it, and settings that cannot work."""

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
from gensim import utils
from gensim.models import Word2Vec
from gensim.models.word2vec import LineSentence, PathLineSentences, Text8Corpus
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.teachers import TransformerTeacher

Sentences = list[list[str]]


@pytest.fixture
def distill(teacher: TransformerTeacher) -> Callable[..., DistilledWord2Vec]:
    """Make a model of means over the last layer, of every word."""

    def make(*args: Any, **settings: Any) -> DistilledWord2Vec:
        plain = {"min_count": 1, "teacher": teacher, "objective": "aggregate", "contexts_per_word": None}
        return DistilledWord2Vec(*args, **(plain | settings))

    return make


def assert_same_words(a: Any, b: Any) -> None:
    """Check that two models have the same words, in order, with the same counts and the same vectors."""
    assert a.wv.index_to_key == b.wv.index_to_key
    assert a.wv.expandos["count"].tolist() == b.wv.expandos["count"].tolist()
    np.testing.assert_array_equal(a.wv.vectors, b.wv.vectors)


# --- kinds of corpora ------------------------------------------------------------------------


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


# --- corpora that can be read once -----------------------------------------------------------

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


# --- what is no corpus -----------------------------------------------------------------------


@pytest.mark.parametrize("empty", [[], (), [[]], [[], ""], ["", " \n", "..."]])
def test_corpus_without_words_raises(distill: Any, empty: Any) -> None:
    with pytest.raises(RuntimeError, match=rf"has {len(empty)} documents and no words: pass documents"):
        distill(empty)


def test_empty_corpus_file_raises(distill: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    with pytest.raises(RuntimeError, match="no words: pass documents"):
        distill(corpus_file=tmp_path / "empty.txt")


def test_too_high_min_count_raises_with_highest_count(
    corpus: Sentences, distill: Any, listener: ListeningTeacher
) -> None:
    with pytest.raises(RuntimeError, match=r"'the', occurs 12 times, and min_count is 13: lower min_count"):
        distill(corpus, min_count=13, teacher=listener)
    assert listener.heard == []


def test_string_as_corpus_raises(distill: Any) -> None:
    with pytest.raises(TypeError, match=r"single string 'the dog sleeps'.*pass a list of documents"):
        distill("the dog sleeps")
    with pytest.raises(TypeError, match="single string"):
        distill(b"the dog sleeps")


def test_data_frame_or_dict_as_corpus_raises(distill: Any) -> None:
    pandas = pytest.importorskip("pandas")
    for table in (pandas.DataFrame({"text": ["a b", "b c"]}), {"first": "a b", "second": "b c"}):
        with pytest.raises(TypeError, match=r"pass the documents only, such as frame\['text'\]"):
            distill(table)


def test_data_frame_column_is_a_corpus(distill: Any) -> None:
    pandas = pytest.importorskip("pandas")
    assert distill(pandas.DataFrame({"text": ["the dog", "a fox"]})["text"]).corpus_total_words == 4


def test_path_as_corpus_raises(corpus: Sentences, distill: Any, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "corpus.txt", corpus)
    with pytest.raises(TypeError, match="pass its path as corpus_file=, if"):
        distill(str(path))
    with pytest.raises(TypeError, match="The corpus is a path: pass it as corpus_file="):
        distill(path)


@pytest.mark.parametrize(
    "tokens",
    ["the dog sleeps .", "the well-known dog sleeps", "the dog 's tail"],
    ids=["plain", "with a hyphen", "with a clitic"],
)
def test_tokens_of_one_document_as_corpus_raise(distill: Any, tokens: str) -> None:
    with pytest.raises(RuntimeError, match="pass a list of lists of tokens"):
        distill(tokens.split())


def test_short_raw_documents_are_accepted(distill: Any) -> None:
    assert len(distill(["dog", "lazy dog", "cat"]).wv) == 3
    assert len(distill(["lazy dog"]).wv) == 2


@pytest.mark.parametrize("neither", [3, None, object()])
def test_corpus_that_is_not_iterable_raises(distill: Any, neither: Any) -> None:
    with pytest.raises(TypeError, match=r"must be (an iterable|provided)"):
        distill().build_vocab(neither)


def test_corpus_and_file_raise_as_in_gensim(corpus: Sentences, distill: Any, tmp_path: Path) -> None:
    path = str(write_lines(tmp_path / "corpus.txt", corpus))
    both = "Both corpus_file and corpus_iterable must not be provided at the same time"
    with pytest.raises(TypeError, match=both):
        distill(corpus, path)
    model = distill(corpus)
    with pytest.raises(TypeError, match=both):
        model.build_vocab(corpus, path, update=True)
    with pytest.raises(TypeError, match=both):
        model.train(corpus, path)


def test_model_without_corpus_is_untrained(distill: Any) -> None:
    model = distill()
    assert len(model.wv) == 0
    for step in (model.build_vocab, model.train):
        with pytest.raises(TypeError, match="Either one of corpus_file or corpus_iterable value must be provided"):
            step()


@pytest.mark.parametrize("path", ["no/such/file.txt", ".", 7])
def test_invalid_corpus_file_raises(distill: Any, path: Any) -> None:
    with pytest.raises(TypeError, match="corpus_file must be a valid path to a file"):
        distill(corpus_file=path)


@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_training_without_vocabulary_raises_as_in_gensim(corpus: Sentences, distill: Any, solver: str) -> None:
    model = distill(objective="x2static", solver=solver)
    with pytest.raises(RuntimeError, match="you must first build vocabulary before training the model"):
        model.train(corpus, total_examples=len(corpus), epochs=1)


# --- what is no item -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (["the", 7], r"token 7 of type int.*str"),
        (["the", None], r"token None of type NoneType"),
        (["the", float("nan")], r"token nan of type float"),
        (["the", b"dog"], r"token b'dog' of type bytes"),
        ([["the", "dog"]], r"token \['the', 'dog'\] of type list"),
        (np.array([1, 2]), r"token (np.int64\()?1\)? of type int64"),
        (b"the dog", r"document is b'the dog' of type bytes.*decode bytes"),
        (None, r"document is None of type NoneType.*remove or fill in missing values"),
        (float("nan"), r"document is nan of type float.*missing values"),
        (5, r"document is 5 of type int"),
        ({"text": "the dog"}, r"dict with the keys \['text'\].*pass the column of texts only"),
    ],
)
def test_invalid_documents_raise_before_the_teacher_reads(
    corpus: Sentences, distill: Any, listener: ListeningTeacher, item: Any, message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        distill([*corpus, item], teacher=listener)
    assert listener.heard == []


@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_invalid_documents_raise_in_training(corpus: Sentences, distill: Any, solver: str) -> None:
    model = distill(corpus, objective="x2static", solver=solver)
    with pytest.raises(TypeError, match="remove or fill in missing values"):
        model.train([*corpus, None], total_examples=9, epochs=1)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"objective": "hybrid"},
        {"objective": "x2static", "context": "sentence"},
        {"objective": "x2static", "context": 2},
        {"objective": "x2static", "solver": "sgd", "sample": 0, "workers": 1},
    ],
    ids=str,
)
def test_empty_documents_are_counted_only(
    corpus: Sentences, distill: Any, settings: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    holes = [[], *corpus[:4], "", [], " ", *corpus[4:], ()]
    model, plain = distill(holes, **settings), distill(corpus, **settings)
    assert model.corpus_count == len(holes)
    assert model.corpus_total_words == plain.corpus_total_words
    assert model.wv.index_to_key == plain.wv.index_to_key
    # Gradient descent draws by the number of the text, and so by other numbers here.
    if model.solver == "one-pass":
        np.testing.assert_allclose(model.wv.vectors, plain.wv.vectors, atol=1e-5)
    assert "expected count" not in caplog.text
    assert "did not equal" not in caplog.text


@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_training_on_only_empty_documents_changes_nothing(corpus: Sentences, distill: Any, solver: str) -> None:
    model = distill(corpus, objective="x2static", solver=solver, sample=0, workers=1)
    before = model.wv.vectors.copy()
    assert model.train([[], "", []], total_examples=3, epochs=1) == (0, 0)
    np.testing.assert_allclose(model.wv.vectors, before, atol=1e-6)


def test_empty_token_is_counted_as_in_gensim(distill: Any, caplog: pytest.LogCaptureFixture) -> None:
    sentences = [["the", "", "dog"], ["", "cat"]]
    model = distill(sentences)
    assert model.wv.key_to_index == Word2Vec(sentences, min_count=1).wv.key_to_index
    assert re.search(r"1 of 4 words .*random vector.*: ''", caplog.text)


def test_any_unicode_has_vectors_or_a_warning(distill: Any, caplog: pytest.LogCaptureFixture) -> None:
    strings = ["我喜欢猫。 مرحبا", "שלום हिन्दी", "e\u0301te\u0301 👩\u200d👩\u200d👧", "the\u200bdog \ufeff", "naïve ǅ"]
    model = distill([*strings, ["\u200b", "the"]])
    assert model.corpus_count == 6
    assert np.isfinite(model.wv.vectors).all()
    assert "'\\u200b'" in caplog.text
    assert model.wv.get_vecattr("\u200b", "count") == 1


@pytest.mark.parametrize("item", ["the \ud800 dog", "the dog\udce9", ["the", "\ud800", "dog"]], ids=ascii)
def test_lone_surrogates_are_read_or_raise(corpus: Sentences, distill: Any, item: Any) -> None:
    # What files that were opened with errors="surrogateescape" are full of.
    try:
        model = distill([*corpus, item])
    except (TypeError, ValueError) as error:
        assert re.search("surrogate|decode|UTF-8", str(error)), error
    else:
        assert model.corpus_count == len(corpus) + 1


def test_no_warning_for_words_with_contexts(corpus: Sentences, distill: Any, caplog: pytest.LogCaptureFixture) -> None:
    # A vocabulary of one word, whose mean less the mean of all words is zero.
    model = distill(corpus, min_count=10)
    assert model.wv.index_to_key == ["the"]
    assert "context" not in caplog.text


# --- the vocabulary, beside gensim's own -----------------------------------------------------


def drop_the(word: str, count: int, min_count: int) -> int:
    return utils.RULE_DISCARD if word == "the" else utils.RULE_KEEP if word == "honey" else utils.RULE_DEFAULT


@pytest.mark.parametrize(
    "settings",
    [
        {"min_count": 1},
        {"min_count": 3},
        {"min_count": 1, "max_vocab_size": 12},
        {"min_count": 2, "max_final_vocab": 5},
        {"min_count": 1, "max_final_vocab": 1000},
        {"min_count": 2, "trim_rule": drop_the},
        {"min_count": 1, "sorted_vocab": 0},
    ],
    ids=lambda settings: ", ".join(settings),
)
@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_vocabulary_equals_gensims(corpus: Sentences, distill: Any, settings: dict[str, Any], solver: str) -> None:
    ours, gensims = distill(corpus, objective="x2static", solver=solver, **settings), Word2Vec(corpus, **settings)
    assert ours.wv.key_to_index == gensims.wv.key_to_index
    assert ours.wv.index_to_key == gensims.wv.index_to_key
    assert ours.wv.expandos["count"].tolist() == gensims.wv.expandos["count"].tolist()
    assert ours.effective_min_count == gensims.effective_min_count
    assert ours.corpus_count == gensims.corpus_count
    assert ours.corpus_total_words == gensims.corpus_total_words


def test_updated_vocabulary_equals_gensims(corpus: Sentences, distill: Any) -> None:
    ours, gensims = distill(corpus[:4], min_count=2), Word2Vec(corpus[:4], min_count=2)
    for model in (ours, gensims):
        model.build_vocab(corpus[4:], update=True)
    assert ours.wv.index_to_key == gensims.wv.index_to_key
    assert ours.wv.expandos["count"].tolist() == gensims.wv.expandos["count"].tolist()
    assert ours.wv.vectors.shape == (len(gensims.wv), 32)


def test_build_vocab_from_freq(corpus: Sentences, distill: Any) -> None:
    frequencies = {"the": 100, "dog": 20, "rare": 1}
    ours, gensims = distill(min_count=2), Word2Vec(min_count=2)
    for model in (ours, gensims):
        model.build_vocab_from_freq(dict(frequencies), corpus_count=8)
    assert ours.wv.key_to_index == gensims.wv.key_to_index == {"the": 0, "dog": 1}
    expected = distill(corpus)
    ours.train(corpus)
    # The mean over all words is taken away, and here these are two.
    np.testing.assert_allclose(
        ours.wv["the"] - ours.wv["dog"], expected.wv["the"] - expected.wv["dog"], rtol=1e-4, atol=1e-5
    )


def test_dry_run_reports_as_gensim(corpus: Sentences, distill: Any) -> None:
    settings = {"min_count": 1, "sample": 0.01}
    ours, gensims = distill(**settings), Word2Vec(**settings)
    for model in (ours, gensims):
        model.build_vocab(corpus, keep_raw_vocab=True)
    ours_report, gensims_report = (m.prepare_vocab(min_count=99, dry_run=True) for m in (ours, gensims))
    assert ours_report == gensims_report
    assert ours_report["num_retained_words"] == 0
    assert len(ours.wv) == len(gensims.wv) > 0


def test_reset_from_copies_vocabulary(corpus: Sentences, distill: Any) -> None:
    other = Word2Vec(corpus, min_count=1)
    model = distill()
    model.reset_from(other)
    model.train(corpus)
    assert_same_words(model, distill(corpus))


# --- settings that cannot work ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"null_word": 1}, "occurs in no document"),
        ({"hs": 0, "negative": 0}, "set either 'hs' or 'negative' to be positive"),
        ({"solver": "newton"}, "must be 'one-pass' or 'sgd'"),
        ({"solver": "sgd", "objective": "hybrid"}, "solver='sgd' is for objective='x2static'"),
        ({"solver": "sgd", "objective": "aggregate"}, "reached in one pass"),
        ({"objective": "skipgram"}, "objective='skipgram' must be 'hybrid', "),
        ({"objective": "aggregate", "whitening": 0.5}, "remove whitening="),
        ({"objective": "x2static", "whitening": 1.5}, "between 0"),
        ({"objective": "x2static", "whitening": -0.1}, "between 0"),
        ({"objective": "x2static", "whitening": float("nan")}, "between 0"),
        ({"context": "paragraph"}, "'sentence' or 'text'"),
        ({"context": -1}, "a number of words on either side"),
        ({"context": 1.5}, "a number of words on either side"),
        ({"context": True}, "a number of words on either side"),
        ({"context": "window", "window": -2}, "a number of words on either side"),
        ({"layers": 4}, "has no layer 4: it has 4, from 0 .* to 3"),
        ({"layers": [0, -5]}, "has no layer -5"),
        ({"layers": [3, -1]}, "different layers"),
        ({"layers": []}, "one or more different layers"),
        ({"vector_size": 97}, "from 1 to 96, the number of dimensions"),
        ({"vector_size": 0}, "from 1 to 96"),
        ({"vector_size": -5}, "from 1 to 96"),
        ({"contexts_per_word": 0}, "must be a whole number from 1"),
        ({"contexts_per_word": -3}, "must be a whole number from 1"),
        ({"contexts_per_word": "many"}, "must be a whole number from 1"),
        ({"contexts_per_word": True}, "must be a whole number from 1"),
        ({"contexts_per_word": float("nan")}, "must be a whole number from 1"),
        ({"objective": "x2static", "solver": "sgd", "negative": 0}, "set either 'hs' or 'negative' to be positive"),
        ({"objective": "x2static", "solver": "sgd", "epochs": 0}, "explicit epochs count"),
    ],
    ids=str,
)
def test_invalid_settings_raise_before_the_teacher_reads(
    corpus: Sentences, listener: ListeningTeacher, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        DistilledWord2Vec(corpus, min_count=1, teacher=listener, **settings)
    assert listener.heard == []


@pytest.mark.parametrize("layers", [True, [0.5], "last"])
def test_layers_of_wrong_type_raise(corpus: Sentences, listener: ListeningTeacher, layers: Any) -> None:
    with pytest.raises(TypeError, match="must be an integer or a list of integers"):
        DistilledWord2Vec(corpus, min_count=1, teacher=listener, layers=layers)
    assert listener.heard == []


def test_object_without_objective_methods_raises(corpus: Sentences, distill: Any) -> None:
    with pytest.raises(TypeError, match="or an object with the methods views"):
        distill(corpus, objective=object())
