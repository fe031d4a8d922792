"""Searches over parameters of DistilledVectorizer: the teacher reads each fold once, and warnings are logged once."""

from __future__ import annotations

import logging
import pickle
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.vectorizer import DistilledVectorizer, statistics_memory, teacher_memory
from gensim_distill.vectorizer.repeated_warnings import each_warning_once

TEXTS = [
    "The quick brown fox jumps over the lazy dog.",
    "The dog sleeps, the fox runs away!",
    "A lazy dog and a quick cat",
    "The cat sleeps all day; the dog barks at the cat",
    "Brown bears eat honey",
    "The quick fox eats hens",
]
TEXTS = [f"{text} {more}" for more in ("It barks.", "It eats honey.", "All sleep.", "It runs away.") for text in TEXTS]
LABELS = ["dog", "dog", "cat", "cat", "cat", "dog"] * 4
GRID = {
    "vectors__vector_size": [4, 8],
    "vectors__objective": ["hybrid", "text"],
    "vectors__weighting": ["learned", "sif"],
}
PROBE = "A naïve fox of Zürich, 7."  # by which teachers are identified


@pytest.fixture(autouse=True)
def _empty_memory() -> Iterator[None]:
    statistics_memory.clear()
    yield
    statistics_memory.clear()
    teacher_memory.clear()


@pytest.fixture
def listener(bert: tuple[Any, Any]) -> ListeningTeacher:
    return ListeningTeacher(*bert, device="cpu", dtype="float32")


def heard(listener: ListeningTeacher) -> list[str]:
    """Return what a teacher has read since the last call."""
    texts = [text for text in listener.heard if text != PROBE]
    listener.heard.clear()
    return texts


def search(vectorizer: DistilledVectorizer, grid: Any = None, **settings: Any) -> GridSearchCV:
    pipeline = Pipeline([("vectors", vectorizer), ("classifier", LogisticRegression())])
    made = GridSearchCV(pipeline, grid or GRID, cv=2, error_score="raise", refit=False, **settings)
    return made.fit(TEXTS, LABELS)


@pytest.mark.parametrize("on_disk", [False, True])
@pytest.mark.parametrize("backend", ["sequential", "threading"])
def test_the_teacher_reads_each_fold_once(
    backend: str, on_disk: bool, tmp_path: Path, listener: ListeningTeacher
) -> None:
    vectorizer = DistilledVectorizer(listener, min_count=1, cache_dir=tmp_path / "kept" if on_disk else None)
    for start in (0, 1):
        vectorizer.fit([text for i, text in enumerate(TEXTS) if i // 12 == start])
    of_two_folds = len(heard(listener))
    assert of_two_folds
    statistics_memory.clear()
    with joblib.parallel_backend(backend, n_jobs=2):
        found = search(clone(vectorizer).set_params(cache_dir=tmp_path / "other" if on_disk else None))
    assert len(found.cv_results_["params"]) == 8
    assert 0 < len(heard(listener)) <= of_two_folds
    search(DistilledVectorizer(listener, min_count=1, cache_dir=tmp_path / "other" if on_disk else None))
    assert heard(listener) == []


@pytest.mark.parametrize("on_disk", [False, True])
@pytest.mark.parametrize("objective", ["hybrid", "text", "aggregate", "x2static"])
def test_kept_statistics_give_the_same_vectors(
    objective: str, on_disk: bool, tmp_path: Path, listener: ListeningTeacher
) -> None:
    settings: dict[str, Any] = {"objective": objective, "min_count": 1, "vector_size": 8}
    model = DistilledWord2Vec(TEXTS, teacher=listener, **settings)
    vectorizer = DistilledVectorizer(listener, **settings, cache_dir=tmp_path if on_disk else None)
    for _ in range(3):
        np.testing.assert_array_equal(vectorizer.fit(TEXTS).vectors_.vectors, model.wv.vectors)
        np.testing.assert_array_equal(vectorizer.transform(TEXTS), model.encode(TEXTS))


def test_statistics_depend_on_texts_teacher_reader_and_settings(
    listener: ListeningTeacher, bert: tuple[Any, Any]
) -> None:
    base = DistilledVectorizer(listener, min_count=1, objective="aggregate").fit(TEXTS)
    assert heard(listener)
    assert not heard(clone(base).set_params(vector_size=4).fit(TEXTS) and listener)
    for changed in (
        {"min_count": 5},
        {"layers": [0]},
        {"contexts_per_word": 1},
        {"contexts_per_word": None},
        {"random_state": 7},
        {"context": "sentence"},
        {"reader": TextReader(word_splitter=str.split)},
        {"reader": TextReader(key=lambda word: word)},
        {"reader": TextReader(key=lambda word: "dog" if word == "fox" else word)},
    ):
        clone(base).set_params(**changed).fit(TEXTS)
        assert heard(listener), changed
    base.fit([*TEXTS[:-1], "The quick fox eats dogs"])
    assert heard(listener)
    other = ListeningTeacher(*bert, device="cpu", dtype="bfloat16")
    clone(base).set_params(teacher=other).fit(TEXTS)
    assert heard(other)


class PlainTeacher:
    """A teacher without a digest of its weights."""

    def __init__(self, teacher: ListeningTeacher) -> None:
        self.teacher, self.width, self.num_layers = teacher, teacher.width, teacher.num_layers

    def read(self, texts: Any, layers: Any) -> Any:
        return self.teacher.read(texts, layers)


def test_statistics_of_a_teacher_without_a_digest_are_not_kept(listener: ListeningTeacher) -> None:
    vectorizer = DistilledVectorizer(PlainTeacher(listener), min_count=1, objective="aggregate")
    for _ in range(2):
        vectorizer.fit(TEXTS)
        assert heard(listener)


def test_memory_is_bounded_and_can_be_cleared(listener: ListeningTeacher, monkeypatch: pytest.MonkeyPatch) -> None:
    vectorizer = DistilledVectorizer(listener, min_count=1, objective="aggregate").fit(TEXTS)
    assert 0 < statistics_memory.nbytes <= statistics_memory.max_bytes
    statistics_memory.clear()
    assert statistics_memory.nbytes == 0
    heard(listener)
    monkeypatch.setattr(statistics_memory, "max_bytes", 0)
    for _ in range(2):
        vectorizer.fit(TEXTS)
        assert heard(listener)
    assert statistics_memory.nbytes == 0


@pytest.mark.parametrize(("folder", "error"), [(3, TypeError), ("file", OSError), ("a\0b", OSError)])
def test_fit_raises_for_a_wrong_cache_dir(
    folder: Any, error: type[Exception], tmp_path: Path, listener: ListeningTeacher
) -> None:
    (tmp_path / "file").touch()
    cache_dir = tmp_path / folder if folder == "file" else folder
    with pytest.raises(error, match="cache_dir="):
        DistilledVectorizer(listener, min_count=1, cache_dir=cache_dir).fit(TEXTS)


def test_a_warning_is_logged_once_in_a_search(listener: ListeningTeacher, caplog: pytest.LogCaptureFixture) -> None:
    vectorizer = DistilledVectorizer(listener, min_count=1, objective="aggregate", window=3)
    with caplog.at_level(logging.WARNING):
        search(vectorizer, {"vectors__window": [3, 4], "vectors__vector_size": [4, 8]})
        assert [record.getMessage()[:22] for record in caplog.records] == ["window=3 has no effect"]
        caplog.clear()
        for _ in range(2):  # the user's own calls are not those of a search
            vectorizer.fit(TEXTS)
        assert [record.getMessage()[:22] for record in caplog.records] == ["window=3 has no effect"] * 2


def test_each_kind_of_warning_is_logged_in_a_search(
    listener: ListeningTeacher, caplog: pytest.LogCaptureFixture
) -> None:
    model = DistilledWord2Vec(TEXTS, teacher=listener, min_count=1, objective="aggregate")
    twin = clone(DistilledVectorizer(model=model, min_count=2))
    with caplog.at_level(logging.WARNING):
        twin.fit(TEXTS).transform(["xyzzy"])
        twin.fit(TEXTS).transform(["xyzzy", "zzz"])
        clone(twin).fit(TEXTS)
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 2
    assert "so min_count= has no effect" in messages[0] and "no known word" in messages[1]


def test_warnings_of_other_threads_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("gensim_distill.vectorizer")
    filters = [list(handler.filters) for handler in logging.getLogger().handlers]
    inside, logged = threading.Event(), threading.Event()

    def fit(lineage: str) -> None:
        with each_warning_once(lineage):
            inside.set()
            logged.wait(10)
            for number in range(2):
                logger.warning("%s has %i words", lineage, number)

    other = threading.Thread(target=fit, args=["b"])
    other.start()
    assert inside.wait(10)
    with caplog.at_level(logging.WARNING), pytest.raises(ValueError, match="fails"), each_warning_once("a"):
        logger.warning("%s has %i words", "a", 0)
        logged.set()
        other.join()
        raise ValueError("it fails")
    assert [record.getMessage() for record in caplog.records] == ["a has 0 words", "b has 0 words"]
    assert [list(handler.filters) for handler in logging.getLogger().handlers] == filters


def test_a_named_teacher_is_loaded_once_for_successive_fits(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(folder, tmp_path / "teacher")
    loads: list[Any] = []
    load = teacher_memory.get

    def counted(name: Any, options: Any, own: Any) -> Any:
        return load(name, options, lambda *args: loads.append(args) or own(*args))

    monkeypatch.setattr(teacher_memory, "get", counted)
    vectorizer = DistilledVectorizer(str(copy), min_count=1, objective="aggregate", dtype="float32", vector_size=4)
    search(vectorizer, {"vectors__weighting": ["sif", "idf"]})
    assert len(loads) == 1
    vectorizer.set_params(teacher=copy).fit(TEXTS)
    assert len(loads) == 1
    (copy / "config.json").touch()
    expected = vectorizer.fit(TEXTS).vectors_.vectors
    assert len(loads) == 2
    clone(vectorizer).set_params(dtype="bfloat16").fit(TEXTS)
    assert len(loads) == 3
    teacher_memory.clear()
    assert (vectorizer.fit(TEXTS).vectors_.vectors == expected).all()
    assert len(loads) == 4
    assert b"KeptName" not in pickle.dumps(vectorizer)
