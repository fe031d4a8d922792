"""The vectors of a model, as gensim's KeyedVectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors, Word2Vec
from gensim.test.utils import datapath
from saved_models import MORE, SETTINGS, assert_same_vectors, distill
from trained_models import Sentences

from gensim_distill import TextReader
from gensim_distill.teachers import TransformerTeacher


@pytest.mark.parametrize("kind", SETTINGS)
def test_wv_is_a_plain_keyed_vectors_in_float32(corpus: Sentences, teacher: Any, kind: str) -> None:
    model = distill(corpus, teacher, **SETTINGS[kind])
    assert type(model.wv) is KeyedVectors
    assert isinstance(model, Word2Vec)
    assert model.wv.vectors.dtype == np.float32
    assert model.wv.vectors.shape == (len(model.wv), model.vector_size)
    assert np.isfinite(model.wv.vectors).all()
    assert len(np.unique(model.wv.vectors, axis=0)) > 1


def test_queries_equal_numpy(corpus: Sentences, teacher: Any) -> None:
    wv = distill(corpus, teacher).wv
    unit = wv.vectors / np.linalg.norm(wv.vectors, axis=1, keepdims=True)
    cosine = unit @ unit.T
    dog, cat, fox = (wv.key_to_index[word] for word in ("dog", "cat", "fox"))

    assert wv.similarity("dog", "cat") == pytest.approx(cosine[dog, cat], abs=1e-5)
    assert wv.distance("dog", "cat") == pytest.approx(1 - cosine[dog, cat], abs=1e-5)
    np.testing.assert_allclose(wv.distances("dog"), 1 - cosine[dog], atol=1e-5)
    by_cosine = [wv.index_to_key[i] for i in np.argsort(-cosine[dog], kind="stable") if i != dog]
    assert [word for word, _ in wv.most_similar("dog", topn=5)] == by_cosine[:5]
    assert [word for word, _ in wv.similar_by_word("dog", topn=5)] == by_cosine[:5]
    assert wv.similar_by_vector(wv["dog"], topn=1)[0][0] == "dog"
    assert wv.rank("dog", by_cosine[2]) == 3
    assert set(wv.closer_than("dog", by_cosine[2])) == set(by_cosine[:2])
    assert wv.most_similar_to_given("dog", ["cat", "fox"]) == ("cat" if cosine[dog, cat] > cosine[dog, fox] else "fox")
    assert len(wv.most_similar(positive=["dog", "cat"], negative=["fox"], topn=3)) == 3
    assert len(wv.most_similar_cosmul(positive=["dog", "cat"], negative=["fox"], topn=3)) == 3
    three = unit[[dog, cat, fox]]
    odd = int(np.argmin(three @ three.mean(axis=0)))
    assert wv.doesnt_match(["dog", "cat", "fox"]) == ["dog", "cat", "fox"][odd]
    means = [wv.vectors[[dog, cat]].mean(axis=0), wv.vectors[[fox]].mean(axis=0)]
    expected = np.dot(*(mean / np.linalg.norm(mean) for mean in means))
    assert wv.n_similarity(["dog", "cat"], ["fox"]) == pytest.approx(expected, abs=1e-5)
    np.testing.assert_allclose(wv.get_mean_vector(["dog", "cat"]), unit[[dog, cat]].mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(wv.get_normed_vectors(), unit, atol=1e-6)
    assert "unseen" not in wv
    with pytest.raises(KeyError, match="unseen"):
        wv["unseen"]


def test_word_movers_distance(corpus: Sentences, teacher: Any) -> None:
    pytest.importorskip("ot")
    wv = distill(corpus, teacher).wv
    assert wv.wmdistance(["the", "dog"], ["the", "dog"]) == pytest.approx(0, abs=1e-6)
    assert wv.wmdistance(["the", "dog"], ["a", "fox"]) > 0


def test_evaluations_on_the_files_of_gensim(bert: tuple[Any, Any]) -> None:
    pairs = [
        line.split("\t")[:2]
        for line in Path(datapath("wordsim353.tsv")).read_text(encoding="utf-8").splitlines()
        if line[0] != "#"
    ]
    teacher = TransformerTeacher(*bert)
    wv = distill(
        [*pairs[:40], ["athens", "greece", "baghdad", "iraq"], ["berlin", "germany"]],
        teacher,
        reader=TextReader(key=str.lower),
    ).wv
    pearson, spearman, ratio_unknown = wv.evaluate_word_pairs(datapath("wordsim353.tsv"))
    assert -1 <= pearson[0] <= 1
    assert -1 <= spearman[0] <= 1
    assert 0 < ratio_unknown < 100
    score, sections = wv.evaluate_word_analogies(datapath("questions-words.txt"))
    assert 0 <= score <= 1
    asked = [question for kind in ("correct", "incorrect") for question in sections[-1][kind]]
    assert ("ATHENS", "GREECE", "BAGHDAD", "IRAQ") in asked


def test_queries_use_new_vectors_after_training(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher)
    model.wv.fill_norms()
    model.train(MORE)
    expected = model.wv["dog"] @ model.wv["cat"] / np.linalg.norm(model.wv["dog"]) / np.linalg.norm(model.wv["cat"])
    assert model.wv.similarity("dog", "cat") == pytest.approx(expected, abs=1e-5)
    assert dict(model.wv.most_similar("dog", topn=99))["cat"] == pytest.approx(expected, abs=1e-5)


# --- files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["vectors.txt", "vectors.bin", "vectors.txt.gz", "vectors.bin.gz"])
def test_word2vec_format_keeps_vectors_and_counts(corpus: Sentences, teacher: Any, tmp_path: Path, name: str) -> None:
    model = distill(corpus, teacher)
    path, counts = str(tmp_path / name), str(tmp_path / "counts")
    model.wv.save_word2vec_format(path, fvocab=counts, binary=".bin" in name)
    loaded = KeyedVectors.load_word2vec_format(path, fvocab=counts, binary=".bin" in name)
    assert_same_vectors(loaded, model)
    assert loaded.expandos["count"].tolist() == model.wv.expandos["count"].tolist()
    assert loaded.most_similar("dog") == model.wv.most_similar("dog")


@pytest.mark.parametrize("mmap", [None, "r"])
def test_saved_keyed_vectors_are_equal(corpus: Sentences, teacher: Any, tmp_path: Path, mmap: str | None) -> None:
    model = distill(corpus, teacher)
    path = str(tmp_path / "vectors.kv")
    model.wv.save(path, separately=["vectors"])
    loaded = KeyedVectors.load(path, mmap=mmap)
    assert isinstance(loaded.vectors, np.memmap) is (mmap == "r")
    assert_same_vectors(loaded, model)
    assert loaded.most_similar("dog") == model.wv.most_similar("dog")
    assert loaded.get_vecattr("dog", "count") == model.wv.get_vecattr("dog", "count")


def test_word2vec_format_keeps_words_of_all_scripts(teacher: Any, tmp_path: Path) -> None:
    model = distill([["猫", "e\u0301te\u0301", "שָׁלוֹם", "👩\u200d👩\u200d👧", "new_york", "a\u00a0b"]], teacher)
    path = str(tmp_path / "vectors.bin")
    model.wv.save_word2vec_format(path, binary=True)
    assert_same_vectors(KeyedVectors.load_word2vec_format(path, binary=True), model)
