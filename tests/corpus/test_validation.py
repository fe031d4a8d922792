"""Error messages for invalid corpora and documents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim import utils
from gensim.models import Word2Vec
from gensim_programs import logged_warnings
from tiny import ListeningTeacher

from gensim_distill.corpus.validation import check_corpus

Sentences = list[list[str]]


# --- invalid corpora ---------------------------------------------------------------------------


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
    path = tmp_path / "corpus.txt"
    utils.save_as_line_sentence(corpus, str(path))
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
    path = str(tmp_path / "corpus.txt")
    utils.save_as_line_sentence(corpus, path)
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


# --- invalid documents -----------------------------------------------------------------------------


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


def test_the_only_word_of_a_vocabulary_has_contexts(
    corpus: Sentences, distill: Any, caplog: pytest.LogCaptureFixture
) -> None:
    # Its mean less the mean of all words is zero, which is not the same as a word without contexts.
    model = distill(corpus, min_count=10)
    assert model.wv.index_to_key == ["the"]
    of_vocabulary, message = logged_warnings(caplog)
    assert "min_count=10 ignores" in of_vocabulary
    assert message.startswith("1 of 1 words have contexts that equal the mean of all words")


def test_names_of_files_as_documents_raise(tmp_path: Path) -> None:
    names = [str(tmp_path / f"{number}.txt") for number in range(3)]
    for name in names:
        Path(name).write_text("the fox", encoding="utf-8")
    with pytest.raises(ValueError, match=r"The documents are names of files, such as .*0\.txt.*: pass their contents"):
        check_corpus(names, None, 2)
    check_corpus([*names, "the fox"], None, 2)
    check_corpus(["the\0fox", "x" * 10_000], None, 2)
