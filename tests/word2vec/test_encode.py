"""The text encoder of a model: its defaults, assigned encoders, changes of vectors, saving."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from reference import unit
from text_tables import random_text_table

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.encoding import TextEncoder
from gensim_distill.teachers import TransformerTeacher


@pytest.fixture
def model(corpus: list[list[str]], teacher: TransformerTeacher) -> DistilledWord2Vec:
    """Return a model of the shared corpus, whose objective learns no table of texts."""
    return DistilledWord2Vec(corpus, min_count=1, teacher=teacher, objective="x2static")


TEXTS = ["The quick brown fox!", ["the", "lazy", "dog"], "bears eat honey"]


def test_model_encodes_with_its_vectors_and_reader(corpus: list[list[str]], teacher: TransformerTeacher) -> None:
    reader = TextReader(word_splitter=str.split, key=str.lower)
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher, objective="x2static", reader=reader)
    expected = TextEncoder.of(model.wv, reader=TextReader(str.split, str.lower))
    np.testing.assert_array_equal(model.encode(TEXTS), expected.encode(TEXTS))
    np.testing.assert_array_equal(model.encode([["THE", "DOG"]]), expected.encode([["the", "dog"]]))
    assert model.text_encoder is model.text_encoder


def test_model_explains_the_cosine_of_its_vectors(model: DistilledWord2Vec) -> None:
    explanation = model.explain(TEXTS[0], TEXTS[1])
    query, text = unit(model.encode(TEXTS[:2]))
    assert explanation.similarity == pytest.approx(query @ text, abs=1e-5)
    assert explanation.text_words == TEXTS[1]
    assert model.explain.__doc__ == TextEncoder.explain.__doc__


def test_encoder_of_a_model_is_rebuilt_when_its_vectors_change(model: DistilledWord2Vec) -> None:
    before = model.text_encoder
    more = [["quick", "bears", "sleep", "and", "sleep"], ["bears", "sleep"]]
    model.build_vocab(more, update=True)
    model.train(more, total_examples=2, epochs=1)
    assert model.text_encoder is not before and "sleep" in model.text_encoder.words
    np.testing.assert_array_equal(model.encode(TEXTS), TextEncoder.of(model.wv, reader=model.reader).encode(TEXTS))
    model.wv.vectors *= 2
    np.testing.assert_array_equal(model.encode(TEXTS), TextEncoder.of(model.wv, reader=model.reader).encode(TEXTS))


def test_assigned_encoder_keeps_its_settings_when_the_vectors_change(model: DistilledWord2Vec) -> None:
    mine = TextEncoder.of(model.wv, "uniform", components=2, reader=model.reader)
    model.text_encoder = mine
    assert model.text_encoder is mine
    model.wv.vectors *= 2
    assert model.text_encoder.settings["weighting"] == "uniform" and model.text_encoder.settings["components"] == 2
    np.testing.assert_allclose(model.encode(TEXTS), 2 * mine.encode(TEXTS), rtol=1e-5)

    model.text_encoder = TextEncoder.of(model.wv, "idf", texts=TEXTS, reader=model.reader)
    model.wv.vectors *= 2
    with pytest.raises(RuntimeError, match="vectors have changed since the text encoder was"):
        model.encode(TEXTS)
    del model.text_encoder
    assert model.text_encoder.settings["weighting"] == "sif"


def test_assigning_an_encoder_of_other_vectors_raises(model: DistilledWord2Vec) -> None:
    stale = TextEncoder.of(model.wv)
    vectors = KeyedVectors(5)
    vectors.add_vectors(["cat"], np.ones((1, 5), dtype=np.float32))
    vectors.set_vecattr("cat", "count", 1)
    model.wv.vectors[3] += 1
    for other in (TextEncoder.of(vectors), TextEncoder(model.wv.index_to_key, model.wv.vectors), stale):
        with pytest.raises(ValueError, match="The text encoder was not"):
            model.text_encoder = other
    with pytest.raises(TypeError, match="text_encoder is a KeyedVectors"):
        model.text_encoder = vectors  # type: ignore[assignment]


def test_assigned_encoder_is_saved_with_the_model(model: DistilledWord2Vec, tmp_path: Path) -> None:
    size = len(pickle.dumps(model))
    model.text_encoder = TextEncoder.of(model.wv, "idf", texts=TEXTS, reader=TextReader(str.split, str.lower))
    expected = model.encode(TEXTS)
    model.save(str(tmp_path / "model"))
    loaded = DistilledWord2Vec.load(str(tmp_path / "model"))
    for twin in (loaded, pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert twin.text_encoder.settings == model.text_encoder.settings
        np.testing.assert_array_equal(twin.encode(TEXTS), expected)
    # The table can be computed from the vectors and is not stored.
    assert len(pickle.dumps(model)) < size + model.wv.vectors.nbytes / 2


@pytest.mark.parametrize(
    "settings",
    [{"vector_size": 1}, {"trim_rule": lambda word, *_: 2 if word == "cat" else 1}],
    ids=["dimension", "word"],
)
def test_texts_of_one_dimension_or_word_keep_their_vectors(corpus: Any, teacher: Any, settings: dict[str, Any]) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher, objective="x2static", **settings)
    found = model.encode([["cat"]])
    np.testing.assert_allclose(unit(found), unit(model.wv[["cat"]]), rtol=1e-5)


def test_encoder_of_one_word_has_the_default_when_there_are_more(corpus: Any, teacher: Any) -> None:
    model = DistilledWord2Vec([["cat"]], min_count=1, teacher=teacher, objective="x2static")
    assert model.encode([["cat"]]).any()
    model.build_vocab(corpus, update=True)
    model.train(corpus)
    np.testing.assert_array_equal(model.encode(corpus[:3]), TextEncoder.of(model.wv, components=1).encode(corpus[:3]))


def test_encode_needs_a_vector_for_each_word(corpus: Any, teacher: Any) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher, objective="x2static")
    model.wv.vectors = model.wv.vectors[:-3]
    with pytest.raises(ValueError, match=r"There are \d+ vectors for \d+ words"):
        model.encode(corpus[:3])
    with pytest.raises(ValueError, match=r"model.wv has vectors of shape"):
        model.infer_vector("owl")


# --- the table of texts that an objective has learned ----------------------------------------------


@pytest.fixture
def learned(model: DistilledWord2Vec) -> DistilledWord2Vec:
    """Return a model as if its objective had learned a table of texts, in which "the" has no row."""
    table = random_text_table(len(model.wv), 7, without=[model.wv.key_to_index["the"]])
    model.learned.text_table = table
    return model


PIECED = [*TEXTS, "Honeybears", ["unheard", "the"]]


def test_model_encodes_with_its_learned_table(learned: DistilledWord2Vec) -> None:
    encoder = learned.text_encoder
    assert "the" not in encoder.words and encoder.settings == {"weighting": "learned"}
    assert encoder.vector_size == 7 and encoder.reader is learned.reader
    expected = TextEncoder.from_text_table(learned.wv.index_to_key, learned.learned.text_table)  # type: ignore[arg-type]
    np.testing.assert_array_equal(learned.encode(PIECED), expected.encode(PIECED))
    assert learned.encode(PIECED).any(axis=1).all()
    assert learned.text_encoder is encoder
    assert learned.explain("honey", "Honeybears").similarity == pytest.approx(
        float(np.prod(unit(learned.encode(["honey", "honeybears"])), axis=0).sum())
    )


def test_encoder_of_the_learned_table_is_saved_and_copied(learned: DistilledWord2Vec, tmp_path: Path) -> None:
    expected = learned.encode(PIECED)
    learned.save(str(tmp_path / "model"))
    twins = [
        DistilledWord2Vec.load(str(tmp_path / "model")),
        pickle.loads(pickle.dumps(learned)),
        copy.deepcopy(learned),
        copy.copy(learned),
    ]
    for twin in twins:
        np.testing.assert_array_equal(twin.encode(PIECED), expected)
    twins[-1].text_encoder = TextEncoder.of(twins[-1].wv, reader=twins[-1].reader)
    np.testing.assert_array_equal(learned.encode(PIECED), expected)
    twins[-1].save(str(tmp_path / "model"))
    twin = DistilledWord2Vec.load(str(tmp_path / "model"))
    np.testing.assert_array_equal(twin.encode(PIECED), TextEncoder.of(twin.wv).encode(PIECED))
    del twin.text_encoder
    np.testing.assert_array_equal(twin.encode(PIECED), expected)


def test_encoder_follows_changes_of_the_vocabulary(learned: DistilledWord2Vec, corpus: list[list[str]]) -> None:
    expected = learned.encode(PIECED)
    order = np.argsort(learned.wv.index_to_key)
    learned.wv.vectors = learned.wv.vectors[order]
    learned.wv.index_to_key = [learned.wv.index_to_key[row] for row in order]
    learned.wv.key_to_index = {word: row for row, word in enumerate(learned.wv.index_to_key)}
    for values in learned.wv.expandos.values():
        values[:] = values[order]
    np.testing.assert_allclose(learned.encode(PIECED), expected, rtol=1e-6)
    learned.add_words(["honeybears"])  # has no row yet, and is read as pieces
    np.testing.assert_allclose(learned.encode(PIECED), expected, rtol=1e-6)
    learned.build_vocab([["unheard"]], update=True)
    np.testing.assert_allclose(learned.encode(PIECED), expected, rtol=1e-6)
    learned.build_vocab(corpus)  # forgets everything
    assert learned.text_encoder.settings["weighting"] == "sif"


def test_assigned_encoder_of_the_learned_table_has_its_own_reader(learned: DistilledWord2Vec) -> None:
    words, table = learned.learned.words, learned.learned.text_table
    assert words is not None and table is not None
    learned.text_encoder = TextEncoder.from_text_table(words, table, TextReader(str.split, str.lower))
    np.testing.assert_array_equal(learned.encode(["honey! bears"]), learned.encode([["honey!", "bears"]]))
    del learned.text_encoder
    np.testing.assert_array_equal(learned.encode(["honey! bears"]), learned.encode([["honey", "bears"]]))
    with pytest.raises(ValueError, match="nor from its learned table"):
        learned.text_encoder = TextEncoder.from_text_table(words, random_text_table(len(words), 7, seed=1))
