"""What the evaluation takes: objects, files of every kind, whole or damaged, and the teacher itself."""

from __future__ import annotations

import bz2
import gzip
import logging
import lzma
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import FastText, KeyedVectors, Word2Vec
from gensim.models.fasttext import save_facebook_model
from gensim.test.utils import common_texts, datapath
from hypothesis import given, settings
from hypothesis import strategies as st

from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.reader import TextReader
from gensim_distill.evaluation import teacher_vectors
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.vectors import load_vectors
from gensim_distill.vectors.keyed import word_counts


@pytest.fixture
def vectors() -> KeyedVectors:
    rng = np.random.default_rng(0)
    made = KeyedVectors(4)
    made.add_vectors(["cat", "1", "naïve", "NaN", "\N{NO-BREAK SPACE}x"], rng.normal(size=(5, 4)).astype(np.float32))
    return made


def same(found: KeyedVectors, expected: KeyedVectors) -> None:
    assert found.index_to_key == expected.index_to_key
    assert found.key_to_index == expected.key_to_index
    np.testing.assert_allclose(found.vectors, expected.vectors, rtol=1e-6)


WRITERS: dict[str, Callable[[KeyedVectors, str], None]] = {
    "text": lambda wv, path: wv.save_word2vec_format(path),
    "binary": lambda wv, path: wv.save_word2vec_format(path, binary=True),
    "GloVe": lambda wv, path: wv.save_word2vec_format(path, write_header=False),
}
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("name", ["anything.dat", "misleading.gz"])
def test_kind_and_compression_are_told_by_the_content(
    kind: str, compression: str, name: str, vectors: KeyedVectors, tmp_path: Path
) -> None:
    plain, path = str(tmp_path / "plain"), tmp_path / name
    WRITERS[kind](vectors, plain)
    path.write_bytes(COMPRESSIONS[compression](Path(plain).read_bytes()))
    same(load_vectors(path), vectors)
    assert load_vectors(str(path), limit=2).index_to_key == ["cat", "1"]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_fasttext_models_make_vectors_of_unknown_words(compression: str, tmp_path: Path) -> None:
    model = FastText(common_texts, vector_size=6, min_count=1, bucket=50, epochs=1)
    save_facebook_model(model, str(tmp_path / "plain"))
    path = tmp_path / "model"
    path.write_bytes(COMPRESSIONS[compression]((tmp_path / "plain").read_bytes()))
    found = load_vectors(path)
    assert sorted(found.index_to_key) == sorted(model.wv.index_to_key)
    np.testing.assert_allclose(found["humans"], model.wv["humans"], rtol=1e-5)
    assert word_counts(found) is not None
    first = load_vectors(path, limit=3)
    assert first.index_to_key == found.index_to_key[:3]
    np.testing.assert_array_equal(word_counts(first), word_counts(found)[:3])


@pytest.mark.parametrize("name", ["lee_fasttext.vec", "crime-and-punishment.vec", "toy-model.vec"])
def test_the_files_of_gensim_are_read_as_gensim_reads_them(name: str) -> None:
    same(load_vectors(datapath(name)), KeyedVectors.load_word2vec_format(datapath(name)))


def test_words_of_glove_may_hold_spaces(tmp_path: Path) -> None:
    path = tmp_path / "glove.txt"
    path.write_text("the 0.5 1.5\n. . . 2.5 -1\nat name@domain.com 1 2\n7 3 4\n 5 6\n", encoding="utf-8")
    found = load_vectors(path)
    assert found.index_to_key == ["the", ". . .", "at name@domain.com", "7", ""]
    np.testing.assert_array_equal(found[". . ."], [2.5, -1])


def test_tabs_part_columns_as_well_as_spaces(tmp_path: Path) -> None:
    path = tmp_path / "tabs.tsv"
    path.write_text("new york\t1\t2\nrome\t3\t4\n", encoding="utf-8")
    assert load_vectors(path).index_to_key == ["new york", "rome"]


def test_of_a_word_that_is_twice_the_first_counts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "twice.txt"
    path.write_text("a 1 2\nb 3 4\na 5 6\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        found = load_vectors(path)
    np.testing.assert_array_equal(found.vectors, [[1, 2], [3, 4]])
    assert "1 words twice" in caplog.text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"3 2\na 1 2\nb 3 4\n", "promises 3 vectors, and it holds 2"),
        (b"2 2\na 1 2\nb 3\n", "damaged in line 3, which begins 'b 3'"),
        (b"a 1 2\nb 3 x\nc 5 6\nd 7 8\n", "damaged in line 2"),
        (b"0 300\n", "is empty"),
        (b"", "no file of word vectors"),
        (b"Dear diary,\ntoday I trained a model.\n", "no file of word vectors"),
        (b"PK\x03\x04\0\0\0\0zip", "no file of word vectors"),
        (b"999999999999 300\na \xff\xfe\xfd\xfc", "too short"),
        (b"2 2\na \xff\xff\x7f\x7f\xff\xff\x7f\x7fbb\xff\xff\x7f\x7f\xff\xff\x7f\x7f", "damaged"),
        (b"\xba\x16\x4f\x2f\x0c\0\0\0rest", "fastText's .bin files do, but is damaged"),
        (gzip.compress(b"2 2\na 1 2\nb 3 4\n" * 99, mtime=0)[:40], "cannot be decompressed"),
        (b"\xfd7zXZ\x00nonsense", "cannot be decompressed"),
    ],
)
def test_a_damaged_file_is_refused_in_one_sentence(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "damaged"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        load_vectors(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@settings(max_examples=150)
@given(st.sampled_from(list(WRITERS)), st.data())
def test_a_file_in_which_bytes_were_changed_or_lost_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    vectors = KeyedVectors(3)
    vectors.add_vectors(["cat", "dog", "über"], np.arange(9, dtype=np.float32).reshape(3, 3))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "vectors")
        WRITERS[kind](vectors, str(path))
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(0, 3))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        try:
            found = load_vectors(path)
        except ValueError as error:
            assert str(path) in str(error)
        else:
            assert found.vectors.shape == (len(found.index_to_key), found.vector_size)
            assert len(found.key_to_index) == len(found.index_to_key) > 0


class Trap:
    def __reduce__(self) -> Any:
        return print, ("a pickle was opened",)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_pickle_is_never_opened(
    protocol: int, compress: Callable[[bytes], bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "vectors.kv"
    path.write_bytes(compress(pickle.dumps([Trap()], protocol)))
    with pytest.raises(ValueError, match="KeyedVectors.load" if protocol >= 2 else "no file of word vectors"):
        load_vectors(path)
    assert capsys.readouterr().out == ""


def test_what_gensim_saves_is_refused_with_the_way_to_load_it(vectors: KeyedVectors, tmp_path: Path) -> None:
    vectors.save(str(tmp_path / "vectors.kv"))
    with pytest.raises(ValueError, match=r"load it yourself with KeyedVectors.load\(path\)"):
        load_vectors(tmp_path / "vectors.kv")


def test_objects_are_taken_as_they_are(vectors: KeyedVectors) -> None:
    model = Word2Vec(common_texts, vector_size=4, min_count=1, epochs=1)
    assert load_vectors(vectors) is vectors
    assert load_vectors(model) is model.wv
    first = load_vectors(model, limit=3)
    assert first.index_to_key == model.wv.index_to_key[:3]
    np.testing.assert_array_equal(word_counts(first), model.wv.expandos["count"][:3])


@pytest.mark.parametrize(
    ("source", "limit", "error", "message"),
    [
        (42, None, TypeError, "type int, where KeyedVectors"),
        (KeyedVectors(3), None, ValueError, "no words"),
        ("no-such-file.txt", None, FileNotFoundError, "no such file"),
        (".", None, FileNotFoundError, "is a folder"),
        ("no-such-file.txt", 0, ValueError, "limit=0"),
    ],
)
def test_what_is_none_of_these_is_refused(source: Any, limit: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        load_vectors(source, limit=limit)


def test_counts_that_gensim_makes_up_are_not_taken_for_counts(vectors: KeyedVectors, tmp_path: Path) -> None:
    for binary in (False, True):
        path = str(tmp_path / "vectors")
        vectors.save_word2vec_format(path, binary=binary)
        assert word_counts(KeyedVectors.load_word2vec_format(path, binary=binary)) is None
        assert word_counts(load_vectors(path)) is None
    model = Word2Vec(common_texts, vector_size=4, min_count=1, epochs=1)
    np.testing.assert_array_equal(word_counts(model.wv), model.wv.expandos["count"])


# --- the teacher itself ------------------------------------------------------------------------


def states(teacher: TransformerTeacher, texts: list[list[str]], words: list[str], layer: int) -> dict[str, list[Any]]:
    """Collect the state of each occurrence of each word."""
    view = View((layer,), "token")
    index = {word: place for place, word in enumerate(words)}
    found: dict[str, list[Any]] = {word: [] for word in words}
    for batches in read_contexts(texts, TextReader(), teacher, [view], index):
        batch = batches[view.name]
        for word, row in zip(batch.words, batch.rows):
            if word >= 0:
                found[words[word]].append(batch.contexts[row])
    return found


def test_words_alone_have_the_state_that_the_teacher_gives_them_alone(teacher: TransformerTeacher) -> None:
    words = ["fox", "dog", "Dog", "new_york", "fox"]
    found = teacher_vectors(teacher, words, layer=1, centered=False)
    assert found.index_to_key == ["fox", "dog", "Dog", "new_york"]
    assert word_counts(found) is None
    for word in found.index_to_key:
        (expected,) = states(teacher, [[word]], [word], 1)[word]
        np.testing.assert_allclose(found[word], expected, atol=1e-6)


def test_words_in_a_corpus_have_the_mean_over_their_contexts(
    teacher: TransformerTeacher, corpus: list[list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    words = ["fox", "the", "zebra", "cat"]
    with caplog.at_level(logging.WARNING):
        found = teacher_vectors(teacher, words, corpus=corpus, centered=False)
    assert "'zebra'" in caplog.text
    assert found.index_to_key == ["fox", "the", "cat"]
    for word, contexts in states(teacher, corpus, found.index_to_key, 3).items():
        np.testing.assert_allclose(found[word], np.mean(contexts, axis=0), atol=1e-5)
        assert found.get_vecattr(word, "count") == len(contexts)


def test_centered_vectors_differ_by_their_mean_alone(teacher: TransformerTeacher) -> None:
    words = ["fox", "dog", "cat", "hens"]
    plain, centered = (teacher_vectors(teacher, words, centered=centered).vectors for centered in (False, True))
    np.testing.assert_allclose(centered, plain - plain.mean(axis=0), atol=1e-5)


def test_a_budget_of_contexts_lets_the_teacher_read_less(listener: Any, corpus: list[list[str]]) -> None:
    found = teacher_vectors(listener, ["fox", "bears"], corpus=corpus, contexts_per_word=1)
    assert 1 <= len(listener.heard) <= 2
    assert found.index_to_key == ["fox", "bears"]
    assert found.get_vecattr("bears", "count") == 1


@pytest.mark.parametrize(
    ("words", "options", "error", "message"),
    [
        ("fox", {}, TypeError, "single string 'fox'"),
        ([], {}, ValueError, "none of the 0 words"),
        (["zebra"], {"corpus": [["fox"]]}, ValueError, "none of the 1 words in this corpus"),
        (["fox"], {"layer": 9}, ValueError, "no layer 9"),
        (["fox"], {"corpus": (t for t in [["fox"]]), "contexts_per_word": 1}, TypeError, "generator"),
    ],
)
def test_a_teacher_that_cannot_be_asked_so_says_why(
    teacher: TransformerTeacher, words: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        teacher_vectors(teacher, words, **options)
