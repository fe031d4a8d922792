"""Comparison of several models."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import datapath

from gensim_distill import evaluation
from gensim_distill.encoding import TextEncoder
from gensim_distill.evaluation import (
    Collection,
    LabeledTexts,
    Run,
    Score,
    TeacherEncoder,
    analogies,
    classification,
    compare,
    hubness,
    isotropy,
    nearest_centroid,
    neighbor_overlap,
    retrieval,
    shared_pairs,
    teacher_text_vectors,
    teacher_vectors,
    text_similarity,
    word_similarity,
)
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.vectors import load_vectors

PATH = datapath("euclidean_vectors.bin")


TEXTS = [["good", "film"], ["bad", "film"]] * 6, ["+", "-"] * 6


@pytest.fixture(scope="module")
def models() -> dict[str, KeyedVectors]:
    """Return a complete vocabulary, and other vectors of nine words in ten."""
    whole = load_vectors(PATH)
    part = KeyedVectors(20)
    words = [word for place, word in enumerate(whole.index_to_key) if place % 10]
    part.add_vectors(words, np.random.default_rng(0).normal(size=(len(words), 20)).astype(np.float32))
    return {"whole": whole, "part": part}


def test_models_are_evaluated_on_their_shared_words(models: dict[str, KeyedVectors]) -> None:
    found = compare(models, resamples=50, seed=3)
    assert found.measures == [
        "simlex999", "wordsim353", "google", "google semantic", "google syntactic",
        "isotropy", "mean cosine", "hubness",
    ]  # fmt: skip
    same = shared_pairs(models, "simlex999")
    shared = models["part"].index_to_key
    for name, model in models.items():
        scores = found.scores[name]
        expected = word_similarity(model, same, resamples=50, seed=3)
        assert (scores["simlex999"].value, scores["simlex999"].low) == (expected.spearman, expected.low)
        assert (scores["simlex999"].used, scores["simlex999"].total) == (len(same), 999)
        assert scores["simlex999"].coverage == word_similarity(model, "simlex999", resamples=0).coverage
        asked = analogies(model, "google", words=shared)
        assert (scores["google"].value, scores["google"].used) == (asked.accuracy, asked.total)
        assert scores["google semantic"].value == asked.semantic
        assert scores["google"].coverage == analogies(model, "google").coverage
        own = KeyedVectors(model.vector_size)
        own.add_vectors(shared, model[shared])
        assert scores["isotropy"].value == pytest.approx(isotropy(own).partition)
        assert scores["hubness"].value == pytest.approx(hubness(own).skewness)
    assert found.shared == len(shared)
    assert found.scores["whole"]["simlex999"].coverage > found.scores["part"]["simlex999"].coverage


def test_models_can_be_evaluated_on_their_own_words(models: dict[str, KeyedVectors]) -> None:
    found = compare(models, same_words=False, analogies=(), geometry=False)
    for name, model in models.items():
        assert found.scores[name]["wordsim353"].value == word_similarity(model, "wordsim353").spearman
    assert found.shared is None
    assert found.scores["whole"]["wordsim353"].used != found.scores["part"]["wordsim353"].used


def test_classification_and_neighbors_match_their_functions(models: dict[str, KeyedVectors]) -> None:
    reference = models["whole"]
    found = compare(
        models, similarity=None, analogies=None, classification={"films": TEXTS}, neighbors=reference, geometry=False
    )
    assert found.measures == ["films", "neighbors"]
    shared = models["part"].index_to_key
    for name, model in models.items():
        task = classification(model, *TEXTS)
        assert found.scores[name]["films"] == Score(
            task.accuracy, task.low, task.high, task.coverage, 12, 12, "classification"
        )
        overlap = neighbor_overlap(model, reference, words=shared, most_frequent=None)
        assert found.scores[name]["neighbors"].value == overlap.overlap
    assert found.scores["whole"]["neighbors"].value == 1.0


@pytest.fixture(scope="module")
def text_tasks() -> dict[str, Any]:
    documents = {"a": "good film", "b": "bad film", "c": "love and war", "d": "the police"}
    collection = Collection(documents, {"q": "film", "r": "police"}, {"q": {"a": 1, "b": 2}, "r": {"d": 1}})
    texts = [f"{first} {second}" for first in ("good", "love", "police") for second in ("film", "war", "man", "house")]
    return {
        "retrieval": {"films": collection},
        "text_similarity": {"sts": [("good film", "bad film", 4), ("love", "police", 0), ("war", "good house", 1)]},
        "clustering": {"topics": (texts, [text.split()[0] for text in texts])},
        "centroid": {"topics": LabeledTexts(texts, [text.split()[0] for text in texts], [True, False] * 6)},
    }


def test_tasks_of_texts_match_their_functions(models: dict[str, KeyedVectors], text_tasks: dict[str, Any]) -> None:
    encoder = TextEncoder(["good", "film", "police"], np.eye(3).tolist())
    run = Run({"q": {"b": 2.0, "a": 1.0}})
    found = compare(
        {**models, "encoder": encoder, "run": run},
        similarity=["wordsim353"],
        analogies=(),
        geometry=False,
        resamples=20,
        seed=3,
        **text_tasks,
    )
    assert found.measures == [
        "wordsim353", "films nDCG@10", "films MRR@10", "films recall@100", "sts", "topics v-measure", "topics centroid",
    ]  # fmt: skip
    assert list(found.scores) == ["whole", "part", "encoder", "run", "BM25"]
    assert found.words == {"whole": 2747, "part": 2472, "encoder": None, "run": None, "BM25": None}
    assert found.shared == 2472
    for name, source in (("whole", models["whole"]), ("encoder", encoder)):
        scores = found.scores[name]
        search = retrieval(source, text_tasks["retrieval"]["films"], resamples=20, seed=3)
        assert scores["films nDCG@10"] == Score(search.ndcg, search.low, search.high, None, 2, 2, "nDCG")
        assert (scores["films MRR@10"].value, scores["films recall@100"].value) == (search.mrr, search.recall)
        similar = text_similarity(source, text_tasks["text_similarity"]["sts"], resamples=20, seed=3)
        assert (scores["sts"].value, scores["sts"].used) == (similar.spearman, 3)
        clusters = evaluation.clustering(source, *text_tasks["clustering"]["topics"], seed=3)
        assert scores["topics v-measure"].value == clusters.v_measure
        nearest = nearest_centroid(source, *text_tasks["centroid"]["topics"][:2], train=[True, False] * 6)
        assert (scores["topics centroid"].value, scores["topics centroid"].used) == (nearest.accuracy, 6)
    assert list(found.scores["encoder"]) == found.measures[1:]
    assert list(found.scores["run"]) == list(found.scores["BM25"]) == found.measures[1:4]
    assert found.scores["run"]["films nDCG@10"].value == 0.5
    assert found.scores["BM25"]["films recall@100"].value == 1


def test_without_measures_of_words_models_need_no_shared_words(
    teacher: TransformerTeacher, text_tasks: dict[str, Any]
) -> None:
    options: dict[str, Any] = {"similarity": (), "analogies": (), "geometry": False, "bm25": False}
    others = KeyedVectors(2)
    others.add_vectors(["zzyzx", "film"], [[1.0, 0.0], [0.5, 0.5]])
    found = compare({"teacher": teacher, "other": others}, retrieval=text_tasks["retrieval"], **options)
    assert found.words == {"teacher": None, "other": 2} and found.shared is None
    expected = retrieval(TeacherEncoder(teacher), text_tasks["retrieval"]["films"])
    assert found.scores["teacher"]["films nDCG@10"].value == expected.ndcg


@pytest.mark.parametrize(
    ("library", "task", "package"),
    [
        ("ir_measures", "retrieval", "ir-measures"),
        ("bm25s", "retrieval", "bm25s"),
        ("sklearn", "clustering", "scikit-learn"),
    ],
)
def test_missing_libraries_are_reported_before_the_evaluation(
    library: str, task: str, package: str, text_tasks: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Untouched:
        def encode(self, texts: Any) -> Any:
            raise AssertionError("evaluated already")

    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf'needs {package}: pip install "gensim-distill\[evaluation\]"'):
        compare({"model": Untouched()}, **{task: text_tasks[task]})


def test_a_model_is_evaluated_by_its_own_encoder(models: dict[str, KeyedVectors], text_tasks: dict[str, Any]) -> None:
    class Model:
        wv = models["whole"]
        text_encoder = TextEncoder(["film", "police"], np.eye(2).tolist())
        encode = text_encoder.encode

    options: dict[str, Any] = {"analogies": (), "geometry": False, "bm25": False}
    found = compare({"model": Model()}, retrieval=text_tasks["retrieval"], similarity=["wordsim353"], **options)
    assert found.scores["model"]["wordsim353"].value == word_similarity(models["whole"], "wordsim353").spearman
    expected = retrieval(Model.text_encoder, text_tasks["retrieval"]["films"])
    assert found.scores["model"]["films nDCG@10"].value == expected.ndcg


def test_a_teacher_is_compared_with_its_static_vectors(teacher: TransformerTeacher, corpus: list[list[str]]) -> None:
    words = ["the", "fox", "dog", "cat", "bears", "hens", "quick", "lazy"]
    static = teacher_vectors(teacher, words, corpus=corpus)
    pairs = [("fox", "dog", 5.0), ("cat", "hens", 3.0), ("bears", "quick", 1.0), ("the", "lazy", 0.0)]
    labels = ["dog" in text for text in corpus]
    found = compare(
        {"static": static, "teacher": teacher},
        similarity={"animals": pairs},
        analogies={},
        classification={"dogs": (corpus, labels)},
        neighbors=teacher,
    )
    isolated = teacher_vectors(teacher, words)
    assert found.scores["teacher"]["animals"].value == word_similarity(isolated, pairs).spearman
    assert found.scores["teacher"]["neighbors"].value == 1.0
    features = teacher_text_vectors(teacher, corpus)
    assert found.scores["teacher"]["dogs"].value == classification(features, corpus, labels).accuracy
    assert found.scores["teacher"]["dogs"].coverage is None
    assert found.scores["teacher"]["animals"].coverage is None  # it can read any word
    assert found.scores["static"]["animals"].coverage == 1.0
    assert list(found.scores) == ["static", "teacher"]
    only = compare({"teacher": teacher}, similarity={"animals": pairs}, analogies=(), geometry=False)
    assert only.words == {"teacher": 8}
    with pytest.raises(ValueError, match="no words for the teacher"):
        compare({"teacher": teacher}, similarity=(), analogies=())


def test_the_reference_of_neighbors_can_be_a_file(models: dict[str, KeyedVectors]) -> None:
    found = compare(models, similarity=(), analogies=(), neighbors=PATH, geometry=False, same_words=False)
    assert found.scores["whole"]["neighbors"].value == 1.0
    assert found.scores["part"]["neighbors"].value < 0.1


def test_files_are_named_without_endings(models: dict[str, KeyedVectors], tmp_path: Path) -> None:
    path = tmp_path / "mine.v1.tsv"
    path.write_text("love\tsex\t6\nking\tqueen\t8\nmoney\tcash\t9\n", encoding="utf-8")
    assert compare(models, similarity=path, analogies=(), geometry=False).measures == ["mine"]


def test_the_same_seed_gives_the_same_comparison(models: dict[str, KeyedVectors]) -> None:
    options: dict[str, Any] = {"similarity": ["wordsim353"], "analogies": (), "neighbors": models["part"]}
    assert compare(models, **options).json() == compare(models, **options).json()
    assert compare(models, seed=2, **options).json() != compare(models, **options).json()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"models": {}}, TypeError, "mapping of names to models"),
        ({"models": [PATH]}, TypeError, "mapping of names to models"),
        ({"similarity": [[("a", "b", 1.0)]]}, TypeError, "has no name"),
        ({"similarity": ["simlex999", "simlex999"]}, ValueError, "two data sets with the name 'simlex999'"),
        ({"similarity": {"google": "simlex999"}}, ValueError, "Two measures have the name 'google'"),
        ({"similarity": "simlex"}, FileNotFoundError, "'simlex999', 'wordsim353'"),
        ({"similarity": (), "classification": {"google": TEXTS}}, ValueError, "Two measures have the name 'google'"),
        ({"classification": {"films": 7}}, TypeError, "data set 'films' is of type int: expected \\(texts, labels\\)"),
        ({"retrieval": {"films": 7}}, TypeError, "collection 'films' is of type int: expected a Collection"),
        ({"models": {"a": 7}}, TypeError, "of type int: expected KeyedVectors"),
        ({"method": "max"}, ValueError, "method='max'"),
    ],
)
def test_invalid_arguments_raise(
    models: dict[str, KeyedVectors], options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        compare(**({"models": models, "geometry": False} | options))


def test_models_without_shared_words_raise(models: dict[str, KeyedVectors]) -> None:
    other = KeyedVectors(2)
    other.add_vectors(["zzyzx"], [[1.0, 0.0]])
    with pytest.raises(ValueError, match="share no word: set same_words=False"):
        compare({**models, "other": other})


def test_public_names_have_docstrings_with_examples() -> None:
    for name in evaluation.__all__:
        public = getattr(evaluation, name)
        docstring = inspect.getdoc(public) or ""
        assert docstring, name
        assert inspect.isclass(public) or ">>>" in docstring, name


def test_runs_without_a_collection_raise(models: dict[str, KeyedVectors]) -> None:
    with pytest.raises(ValueError, match="The model 'run' only ranks documents, .* use retrieval="):
        compare({**models, "run": Run({"q": {"d": 1.0}})}, similarity=[], analogies=[])
