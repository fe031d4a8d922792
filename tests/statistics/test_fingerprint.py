"""A checkpoint of a different teacher, vocabulary, corpus or setting raises an error that names the difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import CORPUS
from interrupted_training import NEWEST, SETTINGS, TEXTS, assert_identical, distill, interrupt
from tiny import tiny_bert

from gensim_distill import DistilledWord2Vec, StateBatch, TextReader
from gensim_distill.contexts.views import View
from gensim_distill.statistics.fingerprint import differences, fingerprint


def shuffled_within() -> list[list[str]]:
    """Return documents with the same words and counts in a different order."""
    return TEXTS[:8] + [text[::-1] for text in TEXTS[8:]]


OTHERS: dict[str, tuple[str, dict[str, Any]]] = {
    "min_count": ("vocabulary: ", {"min_count": 4}),
    "key": ("vocabulary, a different corpus", {"reader": TextReader(key=str.upper), "corpus": TEXTS[1:]}),
    "one more document": ("corpus: ", {"corpus": [*TEXTS, []]}),
    "different documents": ("corpus, whose first", {"corpus": shuffled_within()}),
    "layers": ("objective, context or layers: ", {"layers": [1], "objective": "aggregate"}),
    "context": ("objective, context or layers: ", {"context": 3, "objective": "aggregate"}),
    "budget": (r"contexts_per_word \(then None, now 2\): ", {"contexts_per_word": 2}),
    "sentences": (
        "word_splitter, key, sentence_splitter or phrase_delimiter: ",
        {"reader": TextReader(sentence_splitter=lambda string: [(0, len(string))])},
    ),
    "phrases": (
        "word_splitter, key, sentence_splitter or phrase_delimiter: ",
        {"reader": TextReader(phrase_delimiter=None)},
    ),
    "dtype": (r"dtype \(then torch.float32, now torch.bfloat16\): ", {"teacher": {"dtype": "bfloat16"}}),
    "batches": (r"batch_tokens \(then 1, now 2\): ", {"teacher": {"batch_tokens": 2}}),
    "windows": (r"max_length \(then 64, now 32\): ", {"teacher": {"max_length": 32}}),
}


@pytest.mark.parametrize("finished", [False, True])
@pytest.mark.parametrize("kind", OTHERS)
def test_different_setting_raises_and_is_named(make_teacher: Any, tmp_path: Path, kind: str, finished: bool) -> None:
    named, settings = OTHERS[kind]
    settings = dict(settings)
    if finished:
        distill(TEXTS, make_teacher(), cache_dir=tmp_path)
    else:
        interrupt(TEXTS, make_teacher(15), tmp_path)
    teacher = make_teacher(**settings.pop("teacher", {}))
    kept = (tmp_path / NEWEST).read_bytes()
    with pytest.raises(
        ValueError, match=rf"^The checkpoint '.*{NEWEST}' was made with a different ({named})"
    ) as raised:
        distill(settings.pop("corpus", TEXTS), teacher, cache_dir=tmp_path, **settings)
    assert "another cache_dir, or remove the file" in str(raised.value)
    assert teacher.heard == []
    assert (tmp_path / NEWEST).read_bytes() == kept


def test_seed_matters_only_with_a_budget(make_teacher: Any, tmp_path: Path) -> None:
    interrupt(TEXTS, make_teacher(3), tmp_path / "all", seed=1)
    distill(TEXTS, make_teacher(), cache_dir=tmp_path / "all", seed=2)
    interrupt(TEXTS, make_teacher(3), tmp_path / "chosen", seed=1, contexts_per_word=2)
    with pytest.raises(ValueError, match=r"a different seed \(then 1, now 2\)"):
        distill(TEXTS, make_teacher(), cache_dir=tmp_path / "chosen", seed=2, contexts_per_word=2)


def test_different_weights_of_a_teacher_raise(make_teacher: Any, tmp_path: Path, bert: tuple[Any, Any]) -> None:
    interrupt(TEXTS, make_teacher(9), tmp_path)
    model, _ = tiny_bert([" ".join(text) for text in CORPUS])
    assert_identical(  # the same once more
        distill(TEXTS, make_teacher(parts=(model, bert[1])), cache_dir=tmp_path), distill(TEXTS, make_teacher())
    )
    with torch.no_grad():  # as if one matrix had been trained a little
        model.encoder.layer[1].output.dense.weight += 0.001
    with pytest.raises(ValueError, match="was made with a different teacher: "):
        distill(TEXTS, make_teacher(parts=(model, bert[1])), cache_dir=tmp_path)


class Letters:
    """A teacher without weights or name: the hidden state of a letter depends on its code point."""

    width, num_layers = 4, 1

    def __init__(self, step: float) -> None:
        self.step = step

    def read(self, texts: Any, layers: Any) -> Any:
        spans = [(i, k, k + 1) for i, text in enumerate(texts) for k in range(len(text))]
        ids, starts, ends = np.array(spans, dtype=np.int64).reshape(-1, 3).T
        letters = np.array([ord(text[k]) for text in texts for k in range(len(text))], dtype=np.float32)
        states = np.cos(self.step * letters[:, None] * np.arange(1, 5, dtype=np.float32))
        yield StateBatch(ids, starts, ends, [states for _ in layers])


def test_teacher_without_name_is_identified_by_its_hidden_states(tmp_path: Path) -> None:
    expected = distill(TEXTS, Letters(0.7), objective="aggregate", cache_dir=tmp_path)
    # On a different machine the last digits may differ.
    again = distill(TEXTS, Letters(0.7 + 1e-6), objective="aggregate", cache_dir=tmp_path)
    assert_identical(again, expected)
    with pytest.raises(ValueError, match="was made with a different teacher: "):
        distill(TEXTS, Letters(0.8), objective="aggregate", cache_dir=tmp_path)


def test_different_earlier_training_raises(make_teacher: Any, tmp_path: Path) -> None:
    def train(first: list[list[str]], teacher: Any) -> None:
        model = DistilledWord2Vec(teacher=teacher, min_count=1, contexts_per_word=None)
        model.build_vocab(TEXTS)
        model.train(first)
        model.cache_dir = str(tmp_path)
        model.train(TEXTS)

    with pytest.raises(KeyboardInterrupt):
        train(TEXTS[:4], make_teacher(50))  # 4 documents, the isolated words, and some more
    with pytest.raises(ValueError, match="was made with a different earlier training: "):
        train(TEXTS[:5], make_teacher())
    train(TEXTS[:4], make_teacher())


def test_different_solver_raises(make_teacher: Any, tmp_path: Path) -> None:
    distill(TEXTS, make_teacher(), cache_dir=tmp_path, objective="x2static")
    with pytest.raises(ValueError, match=r"a different solver \(then one-pass, now sgd\)"):
        distill(TEXTS, make_teacher(), cache_dir=tmp_path, **SETTINGS["gradient descent"])


def test_parts_have_the_names_of_earlier_checkpoints(make_teacher: Any) -> None:
    views = [View((0,), "token"), View((1,), "summary")]
    parts = fingerprint(
        teacher=make_teacher(),
        views=views,
        reader=TextReader(),
        words=["a"],
        corpus_size=(1, 2),
        contexts_per_word=3,
        seed=4,
        earlier={},
    )
    simple = {name: value for name, value in parts.items() if not isinstance(value, dict)}
    assert simple == {
        "version of gensim-distill": 6,
        "solver": "one-pass",
        "contexts_per_word": 3,
        "seed": 4,
        "shard_bytes": None,
        "pooling of texts": "mean",
        "dtype": "torch.float32",
        "batch_tokens": 1,
        "max_length": 64,
        "device": "cpu",
    }
    assert parts["corpus"] == {"size": [1, 2]}
    assert parts["objective, context or layers"] == {"views": sorted(view.name for view in views)}
    of_reader = parts["word_splitter, key, sentence_splitter or phrase_delimiter"]
    assert of_reader["names"] == ["split_words", "NoneType", "split_sentences"]
    assert of_reader["phrase_delimiter"] == TextReader().phrase_delimiter
    assert {name: sorted(value) for name, value in parts.items() if name not in simple and name != "teacher"} == {
        "objective, context or layers": ["views"],
        "vocabulary": ["words"],
        "corpus": ["size"],
        "word_splitter, key, sentence_splitter or phrase_delimiter": [
            "names",
            "phrase_delimiter",
            "sentences",
            "texts",
        ],
        "earlier training": ["moments"],
    }


def test_values_of_different_types_and_lengths_differ() -> None:
    for then, now in (({"a": 1}, 1), ([1], 1), ([1], [1, 2]), ({"a": 1}, {"b": 1}), (1.0, "1"), ([1.0], [1.06])):
        for value, other in ((then, now), (now, then)):
            assert len(differences({"teacher": value}, {"teacher": other})) == 1
    assert differences({"teacher": [0.0]}, {"teacher": [0.05]}) == []
