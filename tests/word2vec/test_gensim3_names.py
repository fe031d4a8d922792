"""Names of gensim 3 raise an error that says what they are called today."""

from __future__ import annotations

from typing import Any

import pytest
from trained_models import Sentences, distill

from gensim_distill import DistilledWord2Vec


@pytest.mark.parametrize(
    ("method", "arguments", "old", "new"),
    [
        ("__init__", {"size": 100}, "size", "vector_size"),
        ("__init__", {"min_count": 1, "iter": 3}, "iter", "epochs"),
        ("__init__", {"corpus_iterable": [["a"]]}, "corpus_iterable", "sentences"),
        ("build_vocab", {"sentences": [["a"]]}, "sentences", "corpus_iterable"),
        ("train", {"sentences": [["a"]]}, "sentences", "corpus_iterable"),
        ("train", {"corpus_iterable": [["a"]], "iter": 3}, "iter", "epochs"),
    ],
    ids=str,
)
def test_parameters_of_gensim_3_name_the_new_ones(method: str, arguments: dict[str, Any], old: str, new: str) -> None:
    model = DistilledWord2Vec.__new__(DistilledWord2Vec)  # nothing is loaded before
    with pytest.raises(TypeError, match=rf"{method}\(\) has no parameter '{old}' in gensim 4: use {new}=\.$"):
        getattr(model, method)(**arguments)


def test_attributes_of_gensim_3_name_the_new_ones(corpus: Sentences, teacher: Any) -> None:
    model: Any = distill(corpus, teacher, objective="aggregate")
    for name, new in {
        "most_similar": r"model.wv.most_similar\(\)",
        "doesnt_match": r"model.wv.doesnt_match\(\)",
        "vocab": "model.wv.key_to_index",
        "index2word": "model.wv.index_to_key",
        "syn0": "model.wv.vectors",
        "iter": "model.epochs",
    }.items():
        assert not hasattr(model, name)
        with pytest.raises(AttributeError, match=rf"has no attribute '{name}' since gensim 4: use {new}\.$"):
            getattr(model, name)
    with pytest.raises(TypeError, match=r"use model.wv\['fox'\]\.$"):
        _ = model["fox"]
    with pytest.raises(TypeError, match=r"use 'fox' in model.wv\.$"):
        _ = "fox" in model
    # Those of the vectors have the hints of gensim.
    with pytest.raises(AttributeError, match="key_to_index"):
        _ = model.wv.vocab
    with pytest.raises(AttributeError, match="index_to_key"):
        _ = model.wv.index2word


def test_each_hint_names_what_there_is(corpus: Sentences, teacher: Any) -> None:
    from gensim_distill.word2vec.gensim3_names import missing_attribute

    model: Any = distill(corpus, teacher, objective="aggregate")
    for name in ("most_similar", "wmdistance", "accuracy", "syn0norm", "syn0_lockf", "index2entity", "size"):
        hint = str(missing_attribute("DistilledWord2Vec", name, "one-pass")).partition("use model.")[2]
        found = model
        for part in hint.rstrip(".").removesuffix("()").split("."):
            found = getattr(found, part)


@pytest.mark.parametrize(
    ("wrong", "end"),
    [("mincount", ": did you mean min_count=?"), ("vectorsize", ": did you mean vector_size=?"), ("xyz", ".")],
)
def test_misspelled_parameters_name_the_nearest(wrong: str, end: str) -> None:
    with pytest.raises(TypeError) as raised:
        DistilledWord2Vec([["a"]], **{wrong: 1})
    assert str(raised.value) == f"DistilledWord2Vec.__init__() has no parameter {wrong!r}{end}"


def test_misspelled_parameters_of_build_vocab_raise_before_the_corpus_is_read(teacher: Any) -> None:
    model = DistilledWord2Vec(teacher=teacher)
    corpus = iter([["fox", "owl"]])
    with pytest.raises(TypeError, match=r"build_vocab\(\) has no parameter 'mincount': did you mean min_count=\?$"):
        model.build_vocab(corpus, mincount=1)
    model.build_vocab(corpus, min_count=1)
    assert len(model.wv) == 2


def test_a_subclass_adds_parameters_to_build_vocab(corpus: Sentences, teacher: Any) -> None:
    class Limited(DistilledWord2Vec):
        def prepare_vocab(self, *args: Any, least: int = 1, **kwargs: Any) -> dict[str, int]:
            return super().prepare_vocab(*args, min_count=least, **kwargs)

    model = Limited(teacher=teacher)
    model.build_vocab(corpus, least=3)
    assert model.min_count == 3
