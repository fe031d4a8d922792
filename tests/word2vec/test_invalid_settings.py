"""Error messages for invalid settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec
from gensim_distill.teachers import TransformerTeacher

Sentences = list[list[str]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"null_word": 1}, "occurs in no document"),
        ({"hs": 0, "negative": 0}, "set either 'hs' or 'negative' to be positive"),
        ({"solver": "newton"}, "use 'one-pass' or 'sgd'"),
        ({"solver": "sgd", "objective": "hybrid"}, "solver='sgd' is for objective='x2static'"),
        ({"solver": "sgd", "objective": "aggregate"}, "for objective='aggregate' omit solver="),
        ({"objective": "skipgram"}, "objective='skipgram' must be 'hybrid', "),
        ({"objective": "aggregate", "whitening": 0.5}, "remove whitening="),
        ({"objective": "x2static", "whitening": 1.5}, "between 0"),
        ({"objective": "x2static", "whitening": -0.1}, "between 0"),
        ({"objective": "x2static", "whitening": float("nan")}, "between 0"),
        ({"context": "paragraph"}, "'passage' or 'text'"),
        ({"context": -1}, "a number of words on either side"),
        ({"context": 1.5}, "a number of words on either side"),
        ({"context": True}, "a number of words on either side"),
        ({"context": "window", "window": -2}, "a number of words on either side"),
        ({"layers": 4}, "has no layer 4: it has 4, from 0 .* to 3"),
        ({"layers": [0, -5]}, "has no layer -5"),
        ({"layers": [3, -1]}, "different layers"),
        ({"layers": []}, "one or more different layers"),
        ({"vector_size": 65}, "from 1 to 64, the number of dimensions"),
        ({"vector_size": 0}, "from 1 to 64"),
        ({"vector_size": -5}, "from 1 to 64"),
        ({"contexts_per_word": 0}, "must be a whole number from 1"),
        ({"contexts_per_word": -3}, "must be a whole number from 1"),
        ({"contexts_per_word": "many"}, "must be a whole number from 1"),
        ({"contexts_per_word": True}, "must be a whole number from 1"),
        ({"contexts_per_word": float("nan")}, "must be a whole number from 1"),
        ({"objective": "x2static", "solver": "sgd", "negative": 0}, "set either 'hs' or 'negative' to be positive"),
        ({"objective": "x2static", "solver": "sgd", "epochs": 0}, "epochs=.* must be a whole number from 1"),
    ],
    ids=str,
)
def test_invalid_settings_raise_before_the_teacher_reads(
    corpus: Sentences, listener: ListeningTeacher, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        DistilledWord2Vec(corpus, min_count=1, teacher=listener, **settings)
    assert listener.heard == []


NAN, INF = float("nan"), float("inf")
#: Values of each number that are out of its range or of another kind.
WRONG_NUMBERS: dict[str, list[Any]] = {
    "alpha": [0, -0.1, NAN, INF, 1e308, 10**400, "0.1", True, None, np.float32("nan"), 1j, [0.1]],
    "min_alpha": [-1e-4, NAN, INF, -INF, 1e308, "0", False],
    "epochs": [0, -1, 2.5, NAN, INF, "5", True, 10**12, None],
    "workers": [0, -1, 1.5, NAN, "3", True, 10**9, None],
    "negative": [-1, 2.5, NAN, INF, "5", True, 10**9],
    "hs": [-1, 2, 0.5, NAN, "1", None],
    "sample": [-1e-5, NAN, INF, 1e308, "1e-5", True, None],
    "ns_exponent": [NAN, INF, -INF, 100, "0.5", None],
    "batch_words": [0, -1, 1.5, NAN, "10", 2**40],
    "window": [-1, 2.5, NAN, "5", True, 10**30],
    "min_count": [-1, 2.5, NAN, INF, "5", True, None],
    "max_vocab_size": [0, -1, 2.5, NAN, "5", True],
    "max_final_vocab": [0, -1, 2.5, NAN, INF, "5", True],
    "sorted_vocab": [2, -1, 0.5, "yes", None],
    "sg": [2, -1, NAN, "1", None],
    "cbow_mean": [2, -1, NAN, "1"],
    "compute_loss": [2, "yes", None],
    "shrink_windows": [2, "no", None],
    "seed": [-1, 2**32, 1.5, NAN, "1", True],
    "vector_size": [0, -1, 1.5, NAN, INF, "100", True],
    "whitening": [-0.1, 1.5, NAN, INF, "0.5", True],
    "contexts_per_word": [0, -1, 2.5, NAN, INF, "4", True],
    "batch_tokens": [0, -1, 2.5, NAN, "8", True, None],
    "max_length": [0, -1, 2.5, NAN, "8", True],
    "trust_remote_code": ["no", 2, None],
    "progress": ["yes", 2],
    "hashfxn": [None, "hash"],
    "trim_rule": ["rule", 1],
    "callbacks": [1, None],
    "cache_dir": [1, True, ["folder"]],
}


@pytest.mark.parametrize("name", WRONG_NUMBERS)
def test_wrong_numbers_raise_before_the_teacher_is_loaded(name: str) -> None:
    for value in WRONG_NUMBERS[name]:
        for solver in ({}, {"objective": "x2static", "solver": "sgd"}):
            with pytest.raises((ValueError, TypeError), match=rf"^{name}\b.* (must be|was expected)"):
                DistilledWord2Vec(teacher="no/such/teacher", **{name: value}, **solver)


def test_numbers_of_numpy_and_ends_of_ranges_are_valid(teacher: Any) -> None:
    numbers = {
        "alpha": np.float32(0.1), "min_alpha": 0, "epochs": np.int64(2), "workers": np.int16(1), "negative": np.uint8(5),
        "hs": np.bool_(False), "sample": np.float64(0), "ns_exponent": -1, "window": np.int32(0), "min_count": 0,
        "seed": np.uint32(2**32 - 1), "vector_size": np.int64(3), "sorted_vocab": True, "sg": False, "max_vocab_size": None,
    }  # fmt: skip
    DistilledWord2Vec(teacher=teacher, **numbers)
    DistilledWord2Vec(teacher=teacher, objective="x2static", solver="sgd", **numbers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("alpha", NAN), ("alpha", INF), ("alpha", 1e308), ("alpha", -0.1), ("min_alpha", NAN), ("workers", 0), ("workers", -1),
        ("workers", "1"), ("negative", -1), ("batch_words", 0), ("hs", 3), ("seed", -1),
    ],
)  # fmt: skip
def test_wrong_attributes_raise_before_the_teacher_reads(
    corpus: Sentences, listener: ListeningTeacher, name: str, value: Any
) -> None:
    model = DistilledWord2Vec(min_count=1, teacher=listener, objective="x2static", solver="sgd", sample=0)
    model.build_vocab(corpus)
    setattr(model, name, value)
    with pytest.raises(ValueError, match=f"^{name}=.* must be"):
        model.train(corpus, total_examples=len(corpus), epochs=1)
    assert listener.heard == []


@pytest.mark.parametrize(
    ("name", "value"), [("sample", NAN), ("ns_exponent", INF), ("negative", -1), ("min_count", "5"), ("hs", 2)]
)
def test_wrong_attributes_raise_when_the_vocabulary_is_built(
    corpus: Sentences, teacher: Any, name: str, value: Any
) -> None:
    model = DistilledWord2Vec(min_count=1, teacher=teacher)
    setattr(model, name, value)
    with pytest.raises(ValueError, match=f"^{name}=.* must be"):
        model.build_vocab(corpus)


@pytest.mark.parametrize("settings", [{}, {"objective": "x2static", "solver": "sgd"}], ids=str)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", -1), ("epochs", 0), ("epochs", 2.5), ("epochs", "2"), ("start_alpha", NAN), ("start_alpha", -1),
        ("end_alpha", INF), ("end_alpha", "0.1"), ("total_examples", -1), ("total_examples", 2.5), ("total_words", NAN),
        ("word_count", -1), ("queue_factor", 0), ("queue_factor", 1.5), ("report_delay", NAN), ("report_delay", "1"),
    ],
)  # fmt: skip
def test_wrong_arguments_of_train_raise_before_the_teacher_reads(
    corpus: Sentences, listener: ListeningTeacher, settings: dict[str, Any], name: str, value: Any
) -> None:
    model = DistilledWord2Vec(min_count=1, teacher=listener, **settings)
    model.build_vocab(corpus)
    with pytest.raises(ValueError, match=f"^{name}=.* must be"):
        model.train(corpus, **{"total_examples": len(corpus), "epochs": 1, name: value})
    assert listener.heard == []


def test_missing_epochs_of_gradient_descent_raise_before_the_teacher_is_loaded(
    corpus: Sentences, teacher: Any, folder: Path, tmp_path: Path
) -> None:
    model = DistilledWord2Vec(min_count=1, teacher=str(folder), objective="x2static", solver="sgd")
    model.build_vocab(corpus)
    model.save(str(tmp_path / "model"))
    loaded = DistilledWord2Vec.load(str(tmp_path / "model"))
    with pytest.raises(ValueError, match="explicit epochs count"):
        loaded.train(corpus, total_examples=len(corpus))
    with pytest.raises(ValueError, match="total_examples or total_words"):
        loaded.train(corpus, epochs=1)
    with pytest.raises(TypeError, match=r"train\(\) has no parameter 'epoch': did you mean epochs=\?"):
        loaded.train(corpus, total_examples=len(corpus), epochs=1, epoch=1)
    assert loaded.teacher_reference.loaded is None


@pytest.mark.parametrize("size", [1e25, 1e38, np.nan, np.inf])
def test_hidden_states_beyond_float32_raise(corpus: Sentences, bert: tuple[Any, Any], size: float) -> None:
    class Overflowing(TransformerTeacher):
        def read(self, texts: Any, layers: Any) -> Any:
            for batch in super().read(texts, layers):
                batch.states = [state * size for state in batch.states]
                yield batch

    teacher = Overflowing(*bert, device="cpu", dtype="float32")
    for settings in ({}, {"objective": "x2static", "solver": "sgd", "sample": 0, "workers": 1}):
        with pytest.raises(ValueError, match=r"hidden states that are (not finite|NaN, infinite or larger than 1e10)"):
            DistilledWord2Vec(corpus, min_count=1, teacher=teacher, **settings)


@pytest.mark.parametrize("layers", [True, [0.5], "last"])
def test_layers_of_wrong_type_raise(corpus: Sentences, listener: ListeningTeacher, layers: Any) -> None:
    with pytest.raises(TypeError, match="must be an integer or a list of integers"):
        DistilledWord2Vec(corpus, min_count=1, teacher=listener, layers=layers)
    assert listener.heard == []


def test_object_without_objective_methods_raises(corpus: Sentences, distill: Any) -> None:
    with pytest.raises(TypeError, match="or an object with the methods views"):
        distill(corpus, objective=object())


def test_the_name_of_a_layer_is_no_list_of_letters(teacher: Any) -> None:
    with pytest.raises(TypeError, match=r"layers must be an integer or a list of integers, not 'last'\."):
        DistilledWord2Vec(min_count=1, teacher=teacher, layers="last")
