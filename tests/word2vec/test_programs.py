"""Typical programs written for gensim's Word2Vec, with the class replaced."""

from __future__ import annotations

import copy
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors, Word2Vec
from gensim_programs import SOLVER_SETTINGS, EpochSaver, logged_warnings
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from trained_models import Sentences

from gensim_distill import DistilledWord2Vec

# --- random walks over a graph --------------------------------------------------------------------


def random_walks(seed: int = 0) -> Sentences:
    """Generate walks over two rings of five nodes that are joined by one edge."""
    neighbors = {node: [(node + 1) % 5 + node // 5 * 5, (node - 1) % 5 + node // 5 * 5] for node in range(10)}
    neighbors[0] = [*neighbors[0], 5]
    generator = random.Random(seed)
    found = []
    for start in list(neighbors) * 8:
        walk = [start]
        while len(walk) < 12:
            walk.append(generator.choice(neighbors[walk[-1]]))
        found.append([str(node) for node in walk])
    return found


def test_random_walks_as_in_node2vec(word2vec_class: Any, caplog: pytest.LogCaptureFixture) -> None:
    model = word2vec_class(
        random_walks(), vector_size=16, window=5, min_count=0, sg=1, hs=1, negative=0, workers=4, epochs=3, seed=42
    )
    assert sorted(model.wv.index_to_key, key=int) == [str(node) for node in range(10)]
    assert np.stack([model.wv[str(node)] for node in range(10)]).shape == (10, 16)
    assert model.wv.similarity("1", "2") <= 1
    # Each ignored option is logged once.
    messages = logged_warnings(caplog)
    assert len(messages) == 3
    assert "sg=1 has no effect" in messages[0]
    assert "epochs=3, hs=1, negative=0 have no effect" in messages[1]
    # The tokenizer of this teacher has no digits.
    assert re.search(r"does not know (\d+) of the \1 subwords", messages[2])


def test_walks_of_integers_raise(word2vec_class: Any) -> None:
    with pytest.raises(TypeError, match="convert the tokens to words, or to str, first"):
        word2vec_class([[1, 2, 3], [3, 2, 1]], min_count=0)


# --- corpora and settings --------------------------------------------------------------------


class CircularDocument:
    """Tokens with a length that are their own iterator and start again at the end, as in spec2vec."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.position = tokens, 0

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> CircularDocument:
        return self

    def __next__(self) -> str:
        if self.position == len(self.tokens):
            self.position = 0
            raise StopIteration
        self.position += 1
        return self.tokens[self.position - 1]


def test_documents_that_are_their_own_iterators(word2vec_class: Any, corpus: Sentences) -> None:
    model = word2vec_class([CircularDocument(tokens) for tokens in corpus], min_count=1)
    np.testing.assert_array_equal(model.wv.vectors, word2vec_class(corpus, min_count=1).wv.vectors)


@pytest.mark.parametrize("settings", SOLVER_SETTINGS, ids=str)
def test_seed_none_draws_a_seed(
    word2vec_class: Any, corpus: Sentences, tmp_path: Path, settings: dict[str, Any]
) -> None:
    model = word2vec_class(corpus, min_count=1, seed=None, cache_dir=tmp_path, **settings)
    assert isinstance(model.seed, int)
    again = word2vec_class(corpus, min_count=1, seed=model.seed, cache_dir=tmp_path, **settings)
    np.testing.assert_array_equal(again.wv.vectors, model.wv.vectors)


@pytest.mark.parametrize("settings", SOLVER_SETTINGS, ids=str)
def test_numpy_set_to_raise_errors_as_in_gensims_script(
    word2vec_class: Any, corpus: Sentences, settings: dict[str, Any]
) -> None:
    with np.errstate(all="raise"):
        vectors = word2vec_class(corpus, min_count=1, **settings).wv.vectors
    np.testing.assert_array_equal(vectors, word2vec_class(corpus, min_count=1, **settings).wv.vectors)


# --- wrappers for scikit-learn ---------------------------------------------------------------


class MeanVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Means of word vectors as features of texts, as in many programs."""

    def __init__(self, model_class: Any = Word2Vec, vector_size: int = 16, window: int = 5, min_count: int = 1) -> None:
        self.model_class = model_class
        self.vector_size = vector_size
        self.window = window
        self.min_count = min_count

    def fit(self, texts: Sentences, y: Any = None) -> MeanVectors:
        self.model_ = self.model_class(
            sentences=texts, vector_size=self.vector_size, window=self.window, min_count=self.min_count, workers=1
        )
        return self

    def transform(self, texts: Sentences) -> np.ndarray:
        known = self.model_.wv.key_to_index
        rows = []
        for text in texts:
            vectors = [self.model_.wv[word] for word in text if word in known]
            rows.append(np.mean(vectors or [np.zeros(self.model_.vector_size)], axis=0))
        return np.array(rows)


def test_wrapper_for_scikit_learn(word2vec_class: Any, corpus: Sentences) -> None:
    labels = ["dog" in text for text in corpus]
    pipeline = make_pipeline(MeanVectors(word2vec_class, vector_size=32), LogisticRegression(C=100))
    assert pipeline.fit(corpus, labels).score(corpus, labels) > 0.8
    assert pipeline.predict([["unheard", "of"]]).shape == (1,)
    # scikit-learn copies estimators.
    again = copy.deepcopy(pipeline)
    np.testing.assert_array_equal(again[0].transform(corpus), pipeline[0].transform(corpus))


# --- training by steps, with callbacks -------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"objective": "x2static", "solver": "sgd", "sample": 0}], ids=str)
def test_training_step_by_step_with_a_callback(
    word2vec_class: Any, corpus: Sentences, tmp_path: Path, settings: dict[str, Any]
) -> None:
    model = word2vec_class(min_count=1, workers=1, epochs=3, **settings)
    for progress_per in (3, 1e3, float("inf")):
        model.build_vocab(corpus, progress_per=progress_per)
    saver = EpochSaver(tmp_path)
    trained, raw = model.train(
        corpus, total_examples=model.corpus_count, epochs=model.epochs, compute_loss=True, callbacks=[saver]
    )
    epochs = 3 if settings else 1
    assert [line.split()[0] for line in saver.lines] == ["begin", *["epoch", "loss"] * epochs, "end"]
    assert raw == epochs * sum(map(len, corpus))
    assert 0 < trained <= raw
    losses = [float(line.split()[1]) for line in saver.lines if line.startswith("loss")]
    assert all(loss > 0 for loss in losses) if settings else losses == [0.0]
    # The model saved at the end of an epoch can be loaded and trained further.
    last = DistilledWord2Vec.load(str(tmp_path / f"{epochs}.model"))
    np.testing.assert_array_equal(last.wv.vectors, model.wv.vectors)
    last.train([["the", "dog", "runs"]], total_examples=1, epochs=1)
    assert np.isfinite(last.wv.vectors).all()


# --- saved models that are updated -----------------------------------------------------------


def test_saved_model_is_updated_and_saved_again(word2vec_class: Any, corpus: Sentences, tmp_path: Path) -> None:
    path = str(tmp_path / "word2vec.model")
    first = word2vec_class(corpus[:5], min_count=1)
    first.save(path)
    before = len(first.wv)
    model = word2vec_class.load(path)
    model.build_vocab(corpus[5:], update=True)
    model.train(corpus[5:], total_examples=len(corpus[5:]), epochs=1)
    model.save(path)
    assert len(word2vec_class.load(path).wv) > before
    model.wv.save_word2vec_format(str(tmp_path / "vectors.txt"), binary=False)
    vectors = KeyedVectors.load_word2vec_format(str(tmp_path / "vectors.txt"))
    assert vectors.most_similar("the", topn=1)[0][0] == model.wv.most_similar("the", topn=1)[0][0]
