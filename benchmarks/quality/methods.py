"""The rows of the comparison: methods that learn vectors from a collection of texts, each by a function."""

from __future__ import annotations

import collections
import importlib.util
import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import torch
from gensim.models import FastText, KeyedVectors, Word2Vec

from benchmarks.common import errors_only
from benchmarks.quality.text_sets import Kind
from gensim_distill import DistilledWord2Vec, TextReader, load_teacher
from gensim_distill.corpus.documents import Document
from gensim_distill.encoding import TextEncoder
from gensim_distill.evaluation import BM25, TeacherEncoder, teacher_vectors
from gensim_distill.evaluation.ranking import Ranker
from gensim_distill.evaluation.text_sources import Encoder

GENSIM_SIZE = 300


@dataclass(frozen=True)
class Settings:
    """The settings that all methods share.

    Attributes
    ----------
    teacher : str
        A folder, or a name on the Hugging Face hub.
    vector_size : int or None
        The dimensions of distilled vectors, by default the teacher's.
    min_count, threads, seed : int
    """

    teacher: str
    vector_size: int | None = None
    min_count: int = 5
    threads: int = 2
    seed: int = 1


@dataclass(frozen=True)
class Learned:
    """The vectors that a method has learned, or its way to search.

    Attributes
    ----------
    words : KeyedVectors or None
        The vectors of the words of the collection with at least ``min_count`` occurrences.
    encoder : object with ``encode``, or None
        Computes the vectors of texts.
    ranker : object with ``rank``, or None
        Ranks documents, for methods without vectors.
    text_features : object, optional
        Passed to :func:`~gensim_distill.evaluation.classification` instead of the words.
    """

    words: KeyedVectors | None = None
    encoder: Encoder | None = None
    ranker: Ranker | None = None
    text_features: Any = None


Learn: TypeAlias = Callable[[Iterable[Document], Settings], Learned]


@dataclass(frozen=True)
class Method:
    """A row of the comparison.

    Attributes
    ----------
    learn : callable
        Learns from the documents of a collection.
    needs : tuple of str
        The modules that it needs beyond those of this package.
    kinds : tuple of str
        The kinds of collections that it can be judged on.
    optional : bool
        Whether the row is skipped unless it is named.
    """

    learn: Learn
    needs: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ("corpus", "classified", "searched")
    optional: bool = False

    @property
    def missing(self) -> list[str]:
        """The modules that are not installed."""
        return [name for name in self.needs if importlib.util.find_spec(name) is None]


class Words:
    """The words of documents, as an iterable that can be read again."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents, self.reader = documents, TextReader()

    def __iter__(self) -> Iterator[list[str]]:
        return map(self.reader.keys, self.documents)

    def frequent(self, min_count: int) -> dict[str, int]:
        """Return the words with at least `min_count` occurrences and their counts, the most frequent first."""
        counts = collections.Counter(itertools.chain.from_iterable(self))
        return {word: count for word, count in counts.most_common() if count >= min_count}


def train_gensim(documents: Iterable[Document], settings: Settings, model: type[Any], **own: Any) -> Learned:
    """Train a model of gensim; texts have its SIF-weighted means without their common component."""
    trained = model(
        Words(documents),
        vector_size=GENSIM_SIZE,
        min_count=settings.min_count,
        workers=settings.threads,
        seed=settings.seed,
        **own,
    )
    return Learned(trained.wv, TextEncoder.of(trained.wv))


def distill(documents: Iterable[Document], settings: Settings, **own: Any) -> Learned:
    """Distill with this package."""
    model = DistilledWord2Vec(
        documents,
        teacher=settings.teacher,
        vector_size=settings.vector_size,
        min_count=settings.min_count,
        workers=settings.threads,
        seed=settings.seed,
        **own,
    )
    return Learned(model.wv, model.text_encoder)


def distill_with_model2vec(documents: Iterable[Document], settings: Settings, pass_vocabulary: bool) -> Learned:
    """Distill with model2vec."""
    words = Words(documents).frequent(settings.min_count)
    return of_static_model(_static_model(settings, list(words) if pass_vocabulary else None), words)


@errors_only("sentence_transformers")  # else it has a progress bar per batch
def refine_with_tokenlearn(documents: Iterable[Document], settings: Settings) -> Learned:
    """Distill with model2vec, then refine with tokenlearn on the same documents, with its functions and defaults.

    Unlike in its own command the dimensions are those of the other rows.
    """
    from sentence_transformers import SentenceTransformer
    from tokenlearn.featurize import featurize
    from tokenlearn.train import train_model
    from tokenlearn.utils import collect_means_and_texts, create_vocab

    torch.manual_seed(settings.seed)
    teacher = SentenceTransformer(settings.teacher, device="cpu")
    texts = [document if isinstance(document, str) else " ".join(document) for document in documents]
    with tempfile.TemporaryDirectory() as folder:
        rows = ({"text": text} for text in texts if text.strip())
        featurize(rows, teacher, folder, max_means=1_000_000, batch_size=32, text_key="text")
        texts, means = collect_means_and_texts(sorted(Path(folder).glob("*.json")))
    size = settings.vector_size or means.shape[1]
    static = _static_model(settings, create_vocab(texts), quantize_to="float32")
    refined = train_model(static, texts, means, pca_dims=size)
    return of_static_model(refined, Words(documents).frequent(settings.min_count))


@errors_only("model2vec")  # it warns of each word that is also a subword
def _static_model(settings: Settings, vocabulary: list[str] | None, **own: Any) -> Any:
    from model2vec.distill import distill

    return distill(settings.teacher, vocabulary=vocabulary, pca_dims=settings.vector_size or "auto", **own)


def of_static_model(static: Any, words: dict[str, int]) -> Learned:
    """Return the vectors of a model of model2vec for texts and for words with their counts."""
    vectors = KeyedVectors(static.dim)
    if words:
        vectors.add_vectors(list(words), static.encode(list(words)))
    for word, count in words.items():
        vectors.set_vecattr(word, "count", count)
    return Learned(vectors, static)


def search_by_bm25(documents: Iterable[Document], settings: Settings) -> Learned:
    """Return the search by BM25, which indexes documents when it ranks them."""
    return Learned(ranker=BM25())


def read_teacher(documents: Iterable[Document], settings: Settings) -> Learned:
    """Return the teacher's own vectors: of isolated words, centered, and of texts."""
    teacher = load_teacher(settings.teacher)
    words = Words(documents).frequent(settings.min_count)
    vectors = teacher_vectors(teacher, words)
    for word in vectors.index_to_key:
        vectors.set_vecattr(word, "count", words[word])
    return Learned(vectors, TeacherEncoder(teacher), text_features=teacher)


MODEL2VEC = ("model2vec", "skeletoken")
SGD: dict[str, Any] = {"objective": "x2static", "solver": "sgd", "whitening": 0.5, "alpha": 0.1, "epochs": 3}
METHODS: dict[str, Method] = {
    "gensim CBOW": Method(partial(train_gensim, model=Word2Vec, sg=0)),
    "gensim skip-gram": Method(partial(train_gensim, model=Word2Vec, sg=1)),
    "gensim FastText": Method(partial(train_gensim, model=FastText, sg=1)),
    "gensim skip-gram, negative 10": Method(partial(train_gensim, model=Word2Vec, sg=1, negative=10), optional=True),
    "BM25": Method(search_by_bm25, kinds=("searched",)),
    "model2vec, own subwords": Method(partial(distill_with_model2vec, pass_vocabulary=False), needs=MODEL2VEC),
    "model2vec, vocabulary of the texts": Method(
        partial(distill_with_model2vec, pass_vocabulary=True), needs=MODEL2VEC
    ),
    "model2vec, refined by tokenlearn": Method(
        refine_with_tokenlearn, needs=(*MODEL2VEC, "sentence_transformers", "tokenlearn")
    ),
    "x2static, sgd": Method(partial(distill, **SGD)),
    "x2static, closed form": Method(partial(distill, objective="x2static")),
    "aggregate": Method(partial(distill, objective="aggregate")),
    "aggregate, embedding layer": Method(partial(distill, objective="aggregate", layers=0), optional=True),
    "text": Method(partial(distill, objective="text")),
    "hybrid": Method(distill),
    "hybrid, no budget": Method(partial(distill, contexts_per_word=None), optional=True),
    "teacher": Method(read_teacher),
}
