"""DistilledVectorizer: the contract of a scikit-learn transformer in pipelines, searches, clones and pickles."""

from __future__ import annotations

import inspect
import logging
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.utils import RULE_DEFAULT, RULE_KEEP
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted, validate_data
from text_tables import random_text_table

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.encoding import TextEncoder
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.vectorizer import DistilledVectorizer

TEXTS = [
    "The quick brown fox jumps over the lazy dog.",
    "The dog sleeps, the fox runs away!",
    "A lazy dog and a quick cat",
    "The cat sleeps all day; the dog barks at the cat",
    "Brown bears eat honey",
    "The quick fox eats hens",
] * 3
LABELS = ["dog", "dog", "cat", "cat", "bears", "bears"] * 3


@pytest.fixture
def vectors() -> KeyedVectors:
    """Return random vectors of the words of the texts, with counts."""
    words = sorted({word for text in TEXTS for word in text.lower().replace(".", "").split()})
    made = KeyedVectors(6)
    made.add_vectors(words, np.random.default_rng(0).standard_normal((len(words), 6)).astype(np.float32))
    for rank, word in enumerate(words):
        made.set_vecattr(word, "count", 5 + rank % 7)
    return made


DATA_FREE_CHECKS = [
    estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
    estimator_checks.check_estimator_cloneable,
    estimator_checks.check_estimator_repr,
    estimator_checks.check_estimator_tags_renamed,
    estimator_checks.check_get_params_invariance,
    estimator_checks.check_mixin_order,
    estimator_checks.check_no_attributes_set_in_init,
    estimator_checks.check_parameters_default_constructible,
    estimator_checks.check_set_params,
    estimator_checks.check_valid_tag_types,
]


@pytest.mark.parametrize("check", DATA_FREE_CHECKS, ids=lambda check: check.__name__)
def test_scikit_learn_checks_without_data(check: Any) -> None:
    check("DistilledVectorizer", DistilledVectorizer())


class NumberVectorizer(DistilledVectorizer):
    """A vectorizer of rows of numbers, the only input of scikit-learn's own checks."""

    def fit(self, X: Any, y: Any = None) -> NumberVectorizer:
        X = validate_data(self, X, dtype=float)
        words = [f"{column}:{digit}" for column in range(X.shape[1]) for digit in range(5)]
        self.model = KeyedVectors(4)
        self.model.add_vectors(words, np.random.default_rng(0).standard_normal((len(words), 4)).astype(np.float32))
        super().fit(_texts(X))
        self.model = None
        return self

    def transform(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        return super().transform(_texts(validate_data(self, X, reset=False, dtype=float)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = False, True
        return tags


def _texts(X: np.ndarray) -> list[list[str]]:
    return [[f"{column}:{int(np.floor(value)) % 5}" for column, value in enumerate(row)] for row in X]


@parametrize_with_checks([NumberVectorizer(weighting="uniform"), NumberVectorizer(weighting="idf", components=0)])
def test_scikit_learn_checks_on_numbers(estimator: Any, check: Any) -> None:
    check(estimator)


def test_transformer_contract_on_texts(vectors: KeyedVectors) -> None:
    # The checks of scikit-learn, which use matrices of numbers, on texts.
    vectorizer = DistilledVectorizer(model=vectors)
    with pytest.raises(NotFittedError):
        vectorizer.transform(TEXTS)
    before = dict(vectorizer.get_params())
    assert vectorizer.fit(TEXTS) is vectorizer
    assert vectorizer.get_params() == before
    found = vectorizer.transform(TEXTS)
    assert found.shape == (len(TEXTS), 6) and found.dtype == np.float32
    np.testing.assert_array_equal(clone(vectorizer).fit_transform(TEXTS), found)
    np.testing.assert_array_equal(vectorizer.fit(TEXTS).transform(TEXTS), found)
    np.testing.assert_allclose(np.concatenate([vectorizer.transform([text]) for text in TEXTS]), found, rtol=1e-6)
    order = np.random.default_rng(1).permutation(len(TEXTS))
    np.testing.assert_array_equal(vectorizer.transform([TEXTS[i] for i in order]), found[order])
    np.testing.assert_array_equal(vectorizer.transform(np.array(TEXTS, dtype=object)), found)
    np.testing.assert_array_equal(vectorizer.transform(tuple(TEXTS)), found)


def test_tags() -> None:
    tags = DistilledVectorizer().__sklearn_tags__()
    assert tags.input_tags.string and not tags.input_tags.two_d_array


def test_fit_distills_the_vectors_of_a_model(teacher: TransformerTeacher) -> None:
    vectorizer = DistilledVectorizer(teacher, min_count=2, vector_size=8, random_state=3).fit(TEXTS)
    model = DistilledWord2Vec(TEXTS, teacher=teacher, min_count=2, vector_size=8, seed=3)
    assert vectorizer.vectors_.index_to_key == model.wv.index_to_key
    np.testing.assert_array_equal(vectorizer.vectors_.vectors, model.wv.vectors)
    expected = model.encode(["A quick dog", "Nothing known"])
    np.testing.assert_array_equal(vectorizer.transform(["A quick dog", "Nothing known"]), expected)
    assert not expected[1].any()


def test_the_rows_are_learned_unless_a_weighting_is_set(teacher: TransformerTeacher) -> None:
    model = DistilledWord2Vec(TEXTS, teacher=teacher, min_count=1, vector_size=8, objective="x2static")
    texts = ["A quick dog", "catfoxes"]
    weighted = TextEncoder.of(model.wv).encode(texts)
    np.testing.assert_array_equal(DistilledVectorizer(model=model).fit(TEXTS).transform(texts), weighted)
    model.learned.text_table = random_text_table(len(model.wv), 7)
    learned = TextEncoder.from_text_table(model.wv.index_to_key, model.learned.text_table).encode(texts)
    assert learned.any(axis=1).all()
    for settings in ({}, {"weighting": "learned"}):
        fitted = DistilledVectorizer(model=model, **settings).fit(TEXTS)
        np.testing.assert_array_equal(fitted.transform(texts), learned)
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).transform(texts), learned)
        assert len(fitted.get_feature_names_out()) == 7
    for settings in ({"weighting": "sif"}, {"a": 1e-3}, {"components": 1}):
        np.testing.assert_array_equal(
            DistilledVectorizer(model=model, **settings).fit(TEXTS).transform(texts), weighted
        )
    uniform = TextEncoder.of(model.wv, "uniform").encode(texts)
    found = DistilledVectorizer(model=model, weighting="uniform").fit(TEXTS).transform(texts)
    np.testing.assert_array_equal(found, uniform)


def test_options_reach_the_model(teacher: TransformerTeacher) -> None:
    options = {"solver": "sgd", "epochs": 2, "sample": 0}
    fitted = DistilledVectorizer(teacher, objective="x2static", max_final_vocab=5, options=options).fit(TEXTS)
    model = DistilledWord2Vec(TEXTS, teacher=teacher, objective="x2static", max_final_vocab=5, **options)
    assert fitted.vectors_.index_to_key == model.wv.index_to_key and len(model.wv) <= 5
    for wrong, message in (
        ({"min_count": 1}, "instead of min_count pass min_count= of the vectorizer"),
        ({"seed": 1}, "instead of seed pass random_state= of the vectorizer"),
        ({"sentences": TEXTS}, r"instead of sentences pass the texts to fit\(\) of the vectorizer"),
    ):
        with pytest.raises(ValueError, match=message):
            DistilledVectorizer(teacher, options=wrong).fit(TEXTS)


@pytest.mark.parametrize("wrong", [["sample"], "sample", {1: 2}])
def test_options_must_be_a_dict_of_parameters(wrong: Any, teacher: TransformerTeacher) -> None:
    with pytest.raises(TypeError, match=r"options=.* must be a dict of parameters of DistilledWord2Vec by their names"):
        DistilledVectorizer(teacher, options=wrong).fit(TEXTS)


def test_parameters_of_the_model_are_parameters_of_the_vectorizer(teacher: TransformerTeacher) -> None:
    of_model = inspect.signature(DistilledWord2Vec).parameters
    of_vectorizer = inspect.signature(DistilledVectorizer).parameters
    named = {name for name, parameter in of_model.items() if parameter.kind is inspect.Parameter.KEYWORD_ONLY}
    named |= {"vector_size", "window", "min_count", "max_vocab_size", "max_final_vocab", "trim_rule"}
    for name in named - {"solver"}:
        assert of_vectorizer[name].default == of_model[name].default, name
    settings = {"layers": [0], "whitening": None, "max_final_vocab": 4, "objective": "aggregate", "min_count": 1}
    fitted = clone(DistilledVectorizer(teacher)).set_params(**settings).fit(TEXTS)
    model = DistilledWord2Vec(TEXTS, teacher=teacher, **settings)
    np.testing.assert_array_equal(fitted.vectors_.vectors, model.wv.vectors)
    kept = DistilledVectorizer(teacher, min_count=9, trim_rule=_keep_bears).fit(TEXTS)
    assert "bears" in kept.vectors_ and "honey" not in kept.vectors_


def _keep_bears(word: str, count: int, min_count: int) -> int:
    return RULE_KEEP if word == "bears" else RULE_DEFAULT


@pytest.mark.parametrize("state", [4, np.int64(4), np.random.RandomState(2), None])
def test_random_state_is_that_of_scikit_learn(state: Any, teacher: TransformerTeacher) -> None:
    fitted = DistilledVectorizer(teacher, min_count=1, objective="aggregate", random_state=state).fit(TEXTS)
    assert len(fitted.vectors_)


@pytest.mark.parametrize("state", [-1, 2**32, "x", 0.5, np.random.default_rng(0)])
def test_fit_raises_for_a_wrong_random_state(state: Any, teacher: TransformerTeacher) -> None:
    with pytest.raises(ValueError, match="random_state=.* must be a whole number from 0 to 4294967295"):
        DistilledVectorizer(teacher, random_state=state).fit(TEXTS)


def test_pipeline_and_grid_search(vectors: KeyedVectors) -> None:
    pipeline = Pipeline([("vectors", DistilledVectorizer(model=vectors)), ("classifier", LogisticRegression(C=100))])
    grid = {"vectors__weighting": ["sif", "idf", "uniform"], "vectors__components": [0, 2]}
    search = GridSearchCV(pipeline, grid, cv=3, error_score="raise").fit(TEXTS, LABELS)
    assert len(search.cv_results_["params"]) == 6
    assert search.best_score_ > 0.9
    assert search.predict(["the quick fox eats hens"]).tolist() == ["bears"]
    # All fits share the same vectors.
    assert search.best_estimator_["vectors"].model is vectors


def test_feature_names_and_set_output(vectors: KeyedVectors) -> None:
    pandas = pytest.importorskip("pandas")
    vectorizer = DistilledVectorizer(model=vectors).set_output(transform="pandas").fit(TEXTS)
    names = [f"distilledvectorizer{i}" for i in range(6)]
    assert vectorizer.get_feature_names_out().tolist() == names
    series = pandas.Series(TEXTS, index=range(100, 100 + len(TEXTS)))
    frame = clone(vectorizer).fit_transform(series)
    assert list(frame.columns) == names and frame.index.tolist() == series.index.tolist()


def test_clone_shares_teacher_and_model_and_copies_the_rest(teacher: TransformerTeacher, vectors: KeyedVectors) -> None:
    options = {"layers": [0]}
    original = DistilledVectorizer(teacher, model=vectors, options=options, components=2).fit(TEXTS)
    twin = clone(original)
    assert twin.teacher is teacher and twin.model is vectors
    assert twin.options == options and twin.options is not options
    assert twin.components == 2
    assert not hasattr(twin, "encoder_")


def test_pickled_pipeline_has_no_teacher(bert: tuple[Any, Any]) -> None:
    pipeline = make_pipeline(DistilledVectorizer(bert, min_count=1, vector_size=8), LogisticRegression())
    pipeline.fit(TEXTS, LABELS)
    stored = pickle.dumps(pipeline)
    assert b"torch" not in stored and b"transformers" not in stored
    weights = sum(parameter.numel() * parameter.element_size() for parameter in bert[0].parameters())
    assert len(stored) < weights / 2
    loaded = pickle.loads(stored)
    np.testing.assert_array_equal(loaded[0].transform(TEXTS), pipeline[0].transform(TEXTS))
    assert loaded.predict(TEXTS).tolist() == pipeline.predict(TEXTS).tolist()
    assert pipeline[0].teacher is bert  # the original keeps its teacher
    with pytest.raises(ValueError, match="teacher=None: a teacher without a name or path is not kept in a pickle"):
        loaded.fit(TEXTS, LABELS)


def test_pickle_keeps_the_name_of_the_teacher_or_an_unfitted_teacher(folder: Path, bert: tuple[Any, Any]) -> None:
    from gensim_distill import load_teacher

    fitted = DistilledVectorizer(load_teacher(folder, dtype="float32", device="cpu"), min_count=1).fit(TEXTS)
    loaded = pickle.loads(pickle.dumps(fitted))
    assert loaded.teacher == str(folder)
    assert loaded.fit(TEXTS).transform(TEXTS).shape == (len(TEXTS), 32)
    # The parameters are those of the next fit.
    assert pickle.loads(pickle.dumps(fitted.set_params(teacher=bert))).teacher is None
    another = DistilledVectorizer(bert, min_count=1).fit(TEXTS).set_params(teacher=load_teacher(folder))
    assert pickle.loads(pickle.dumps(another)).teacher == str(folder)
    # The processes of a grid search only have the pickle.
    unfitted = pickle.loads(pickle.dumps(DistilledVectorizer(bert, min_count=1, vector_size=8)))
    assert unfitted.fit(TEXTS).transform(TEXTS).shape == (len(TEXTS), 8)


def test_model_may_be_a_model_vectors_or_a_file(tmp_path: Path, teacher: TransformerTeacher) -> None:
    tokens = [text.lower().split() for text in TEXTS]
    model = DistilledWord2Vec(tokens, teacher=teacher, min_count=1, reader=TextReader(key=str.upper))
    by_model = DistilledVectorizer(model=model, components=0).fit(TEXTS)
    np.testing.assert_array_equal(
        by_model.transform(["brown bears"]),
        TextEncoder.of(model.wv, components=0, reader=model.reader).encode([["brown", "bears"]]),
    )
    with pytest.raises(ValueError, match="reader= cannot be combined with a model"):
        DistilledVectorizer(model=model, reader=TextReader(key=str.lower)).fit(TEXTS)
    model.wv.save_word2vec_format(str(tmp_path / "vectors.txt"))
    # The file has no counts, which components need.
    settings = {"weighting": "idf", "components": 0, "reader": TextReader(key=str.upper)}
    by_file = DistilledVectorizer(model=tmp_path / "vectors.txt", **settings).fit(TEXTS)
    by_wv = DistilledVectorizer(model=model.wv, **settings).fit(TEXTS)
    np.testing.assert_allclose(by_file.transform(TEXTS), by_wv.transform(TEXTS), atol=1e-5)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("one text", "single string 'one text'"),
        (np.array([["a", "b"], ["c", "d"]]), r"array of shape \(2, 2\)"),
        ((text for text in TEXTS), "can be read once"),
        ({"text": TEXTS}, "whose items are its keys"),
        ([1.5, 2.5], "1.5 of type float"),
        (["utterly", "unknown"], "no word that has a vector"),
    ],
)
def test_fit_raises_for_invalid_texts(texts: Any, message: str, vectors: KeyedVectors) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        DistilledVectorizer(model=vectors, weighting="idf").fit(texts)
    if message != "no word that has a vector":
        with pytest.raises((TypeError, ValueError), match=message):
            DistilledVectorizer(model=vectors).fit(texts)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weighting": "tfidf"}, "must be 'learned', 'sif', 'idf' or 'uniform'"),
        ({"weighting": "learned"}, "there are no rows that were learned from the teacher's vectors of texts"),
        ({"weighting": "learned", "a": 1e-3}, "a= and components= have no effect on learned rows"),
        ({"weighting": "learned", "components": 1}, "a= and components= have no effect on learned rows"),
        ({"a": 0}, "a=0 must be a positive number"),
        ({"components": -1}, "components=-1 must be a whole number from 0"),
        ({"components": 6}, "from 0 to 5 for vectors of 6 dimensions"),
    ],
)
def test_fit_raises_for_invalid_parameters(settings: Any, message: str, vectors: KeyedVectors) -> None:
    with pytest.raises(ValueError, match=message):
        DistilledVectorizer(model=vectors, **settings).fit(TEXTS)


def test_parameters_of_the_distillation_have_no_effect_with_a_model(
    vectors: KeyedVectors, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ValueError, match="vector_size=50 has no effect with model=, whose vectors have 6 dimensions"):
        DistilledVectorizer(model=vectors, vector_size=50).fit(TEXTS)
    with caplog.at_level(logging.WARNING):
        DistilledVectorizer(model=vectors, vector_size=6).fit(TEXTS)
        assert "no effect" not in caplog.text
        DistilledVectorizer("other", model=vectors, min_count=2, options={"layers": [0]}, random_state=3).fit(TEXTS)
    assert "so teacher=, min_count=, options=, random_state= has no effect" in caplog.text
