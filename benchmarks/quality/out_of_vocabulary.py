"""Inferred vectors of out-of-vocabulary words, compared with those that training would have learned.

Trains twice on the same documents, the second time without some words, which are then inferred: from contexts, from the
isolated word and from character n-grams. The baseline is the mean of the known words with the most similar spelling. The
vector spaces of the two trainings differ by little more than a rotation; vectors are compared after the rotation that
best maps the words of both models onto each other (orthogonal Procrustes). Its residual is the first row. For word
similarity, the vectors of the hidden words are replaced in the first model.

Run: python -m benchmarks.quality.out_of_vocabulary CORPUS TEACHER [--lines N] [--hidden N] [--tune]
"""

from __future__ import annotations

import argparse
import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from time import perf_counter
from typing import Any
from unittest import mock

import numpy as np
from gensim import utils
from gensim.models import KeyedVectors
from gensim.models.fasttext import ft_ngram_hashes
from scipy import linalg, sparse
from scipy.stats import spearmanr

from benchmarks.common import Lines, MarkdownTable, corpus_parser, machine
from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View, passage_sizes
from gensim_distill.corpus.context_budget import ContextBudget
from gensim_distill.evaluation import read_pairs
from gensim_distill.linalg import normalize
from gensim_distill.objectives import OBJECTIVES, regression
from gensim_distill.oov import character_ngrams
from gensim_distill.statistics.moments import Moments

DATASETS = {"WS353": "wordsim353", "SimLex": "simlex999"}
NEIGHBORS = 10  # words whose mean is the baseline
KNOWN = 100  # words of the vocabulary that are inferred too
HASHES = 2**24  # hardly any two n-grams share one
Documents = dict[str, list[Any]]


def main(argv: list[str] | None = None) -> list[MarkdownTable]:
    parser = corpus_parser(__doc__)
    parser.add_argument("--hidden", type=int, default=2_000, help="words to hide (default: %(default)s)")
    parser.add_argument("--contexts", type=int, nargs="+", default=[1, 2, 4, 8, 20])
    parser.add_argument("--vector-size", type=int, help="default: that of the objective")
    parser.add_argument("--objectives", choices=list(OBJECTIVES), nargs="+", default=["hybrid"], metavar="OBJECTIVE")
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--tune", action="store_true", help="compare penalties of both regressions by cosine")
    arguments = parser.parse_args(argv)
    print(f"{machine()}\nteacher {arguments.teacher}, seed {arguments.seed}")
    return [table for objective in arguments.objectives for table in compare(objective, arguments)]


def compare(objective: str, arguments: argparse.Namespace) -> list[MarkdownTable]:
    """Compare inferred vectors of an objective with trained ones."""
    corpus = Lines(arguments.corpus, arguments.lines)
    settings: dict[str, Any] = {
        "teacher": arguments.teacher,
        "objective": objective,
        "vector_size": arguments.vector_size,
        "min_count": arguments.min_count,
    }
    full = DistilledWord2Vec(corpus, **settings)
    generator = np.random.default_rng(arguments.seed)
    # Tokenizers drop control characters and the like, whose vectors no method can infer.
    candidates = [word for word in full.wv.index_to_key if any(map(str.isalnum, word))]
    hidden: list[str] = generator.choice(candidates, arguments.hidden, replace=False).tolist()
    discarded = set(hidden)
    reduced = DistilledWord2Vec(
        corpus,
        **settings,
        trim_rule=lambda word, *_: utils.RULE_DISCARD if word in discarded else utils.RULE_DEFAULT,
    )
    print(f"{len(full.wv)} words, {len(hidden)} of them hidden, {full.vector_size} dimensions")
    known: list[str] = generator.choice(sorted(set(candidates) - discarded), KNOWN, replace=False).tolist()
    documents = documents_of(corpus, {*hidden, *known})
    tables = [
        infer_known(objective, full, corpus, documents, known, generator),
        infer_hidden(objective, full, reduced, documents, hidden, arguments.contexts, generator),
    ]
    if arguments.tune:
        tables += [tune_isolated_words(full, reduced, hidden), tune_character_ngrams(full, reduced, hidden)]
    return tables


def infer_known(
    objective: str,
    model: DistilledWord2Vec,
    corpus: Lines,
    documents: Documents,
    words: list[str],
    generator: np.random.Generator,
) -> MarkdownTable:
    """Compare inferred vectors of words of the vocabulary with their own."""
    contexts = {
        "the documents that the teacher read for them": documents_read(model, corpus, documents, words),
        "all documents, at most 30": {word: sample(documents[word], 30, generator) for word in words},
        "8 documents": {word: sample(documents[word], 8, generator) for word in words},
        "no contexts": None,
    }
    title = f"{objective}, known words"
    table = MarkdownTable("known words, inferred from", "cosine to their vectors", "worst tenth", title=title)
    for name, given in contexts.items():
        found = cosines(model.infer_vectors(words, given), model.wv[words])
        table.row(name, float(found.mean()), float(np.quantile(found, 0.1)))
    return table


def infer_hidden(
    objective: str,
    full: DistilledWord2Vec,
    reduced: DistilledWord2Vec,
    documents: Documents,
    hidden: list[str],
    numbers: list[int],
    generator: np.random.Generator,
) -> MarkdownTable:
    """Compare inferred vectors of hidden words with those of the full model."""
    shared = [word for word in full.wv.index_to_key if word in reduced.wv]
    rotation = best_rotation(full, reduced)
    start = perf_counter()
    reduced.infer_vector(hidden[0])  # fits the regression
    print(f"\nregression from isolated words: {perf_counter() - start:.1f} s")
    start = perf_counter()
    ngrams = reduced.to_fasttext()
    print(f"character n-grams: {perf_counter() - start:.1f} s, {ngrams.bucket} buckets")
    methods: dict[str, Callable[[], np.ndarray]] = {
        "mean of the words with the most similar spelling": lambda: similar_spelling(reduced.wv, hidden),
        "character n-grams": lambda: np.array([ngrams[word] for word in hidden]),
        "without contexts": lambda: reduced.infer_vectors(hidden),
    }
    for number in numbers:
        contexts = {word: sample(documents[word], number, generator) for word in hidden}
        methods[f"{number} context{'s' * (number != 1)}"] = functools.partial(reduced.infer_vectors, hidden, contexts)

    formats = {"relative length": ".2f", "ms per word": ".1f"}
    scored = [f"{name}, {len(pairs_with(full.wv, hidden, data))} pairs" for name, data in DATASETS.items()]
    columns = ("cosine", "worst tenth", "relative length", *scored, "ms per word")
    title = f"{objective}, hidden words"
    table = MarkdownTable(f"`{objective}`, {full.vector_size} dimensions", *columns, title=title, formats=formats)
    same = cosines(reduced.wv[shared] @ rotation, full.wv[shared])
    table.row("words of both models", float(same.mean()), float(np.quantile(same, 0.1)), *[None] * (len(DATASETS) + 2))
    table.row("the true vectors", None, None, None, *similarity(full.wv, hidden, full.wv[hidden]), None)
    for name, infer in methods.items():
        start = perf_counter()
        vectors = infer() @ rotation
        milliseconds = 1_000 * (perf_counter() - start) / len(hidden)
        found = cosines(vectors, full.wv[hidden])
        length = float(np.median(np.linalg.norm(vectors, axis=1) / np.linalg.norm(full.wv[hidden], axis=1)))
        cells = [length, *similarity(full.wv, hidden, vectors), milliseconds]
        table.row(name, float(found.mean()), float(np.quantile(found, 0.1)), *cells)
    return table


def tune_isolated_words(full: DistilledWord2Vec, reduced: DistilledWord2Vec, hidden: list[str]) -> MarkdownTable:
    """Compare penalties of the regression from isolated words, over all layers of the teacher."""
    known, rotation = reduced.wv.index_to_key, best_rotation(full, reduced)
    of_known, of_hidden = (isolated_words(reduced, words) for words in (known, hidden))
    table = MarkdownTable("penalty, isolated words", "cosine without contexts")
    for penalty in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1):
        with mock.patch.object(regression, "PENALTY", penalty):
            used = np.ones(len(known), dtype=np.bool_)
            projection = regression.IsolatedWordProjection.fit(of_known, reduced.wv.vectors, used)
        inferred = projection.vectors(of_hidden) @ rotation
        table.row(str(penalty), float(cosines(inferred, full.wv[hidden]).mean()))
    return table


def tune_character_ngrams(full: DistilledWord2Vec, reduced: DistilledWord2Vec, hidden: list[str]) -> MarkdownTable:
    """Compare lengths, numbers of buckets and penalties of character n-grams."""
    rotation = best_rotation(full, reduced)
    formats = {"buckets": ",", "seconds": ".1f"}
    table = MarkdownTable("n-grams", "buckets", "penalty", "cosine", "seconds", formats=formats)
    for min_n, max_n in ((3, 6), (2, 5), (3, 5), (1, 6)):
        distinct = reduced.to_fasttext(min_n, max_n).bucket
        for share in (1, 0.5, 0.25):
            for penalty in (0.03, 0.1, 0.3, 1, 3) if (min_n, max_n, share) == (3, 6, 1) else (0.3,):
                start = perf_counter()
                with mock.patch.object(character_ngrams, "PENALTY", penalty):
                    fitted = reduced.to_fasttext(min_n, max_n, bucket=int(share * distinct))
                inferred = np.array([fitted[word] for word in hidden]) @ rotation
                cosine = float(cosines(inferred, full.wv[hidden]).mean())
                table.row(f"{min_n} to {max_n}", fitted.bucket, str(penalty), cosine, perf_counter() - start)
    return table


def isolated_words(model: DistilledWord2Vec, words: list[str]) -> Moments:
    """Compute the statistics of isolated words over all layers of the teacher."""
    teacher = model.teacher
    view = View(tuple(range(teacher.num_layers)), "token", isolated=True)
    index = {word: row for row, word in enumerate(words)}
    moments = Moments(len(words), teacher.width)
    for batches in read_contexts([[word] for word in words], TextReader(), teacher, [view], index):
        moments.add(batches[view.name])
    return moments


def best_rotation(full: DistilledWord2Vec, reduced: DistilledWord2Vec) -> np.ndarray:
    """Compute the rotation that best maps the vectors of the reduced model onto those of the full model."""
    shared = [word for word in full.wv.index_to_key if word in reduced.wv]
    rotation: np.ndarray = linalg.orthogonal_procrustes(reduced.wv[shared], full.wv[shared])[0]
    return rotation


def documents_of(corpus: Iterable[Any], words: set[str]) -> Documents:
    """Collect the documents with each word."""
    found = defaultdict(list)
    for document in corpus:
        for word in words.intersection(document):
            found[word].append(document)
    return found


def sample(documents: list[list[str]], number: int, generator: np.random.Generator) -> list[list[str]]:
    """Sample documents without replacement, in their order."""
    rows = generator.choice(len(documents), min(number, len(documents)), replace=False)
    return [documents[row] for row in sorted(rows)]


def documents_read(model: DistilledWord2Vec, corpus: Lines, documents: Documents, words: list[str]) -> Documents:
    """Return the documents with each word that the context budget selected for the training."""
    if model.contexts_per_word is None:
        return {word: documents[word] for word in words}
    sizes = passage_sizes(view for view in model.views if not view.isolated)
    budget = ContextBudget(model.contexts_per_word, model.wv.key_to_index, model.seed, model.reader, sizes)
    budget.scan(corpus)
    return documents_of(budget.select(corpus), set(words))


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Compute the cosine similarity of corresponding rows."""
    similarities: np.ndarray = (normalize(left) * normalize(right)).sum(axis=1)
    return similarities


def similar_spelling(vectors: KeyedVectors, words: list[str]) -> np.ndarray:
    """Compute for each word the mean of the known words with the highest Jaccard index of character n-grams."""
    known, wanted = (ngram_sets(some) for some in (vectors.index_to_key, words))
    shared = (wanted @ known.T).toarray()
    union = wanted.sum(axis=1)[:, None] + known.sum(axis=1)[None] - shared
    nearest = np.argsort(-shared / union, axis=1, kind="stable")[:, :NEIGHBORS]
    means: np.ndarray = vectors.vectors[nearest].mean(axis=1)
    return means


def ngram_sets(words: list[str]) -> Any:
    """Build a sparse matrix of the distinct character n-grams of each word, of one to six characters."""
    hashes = [np.unique(ft_ngram_hashes(word, 1, 6, HASHES)) for word in words]
    bounds = np.cumsum([0, *map(len, hashes)])
    columns = np.concatenate(hashes).astype(np.int64)
    return sparse.csr_array((np.ones(len(columns), np.float32), columns, bounds), shape=(len(words), HASHES))


def pairs_with(vectors: KeyedVectors, hidden: Collection[str], name: str) -> list[tuple[str, str, float]]:
    """Return the word pairs of a data set with a hidden word whose words are both in a vocabulary."""
    return [
        (first, second, score)
        for first, second, score in read_pairs(name)
        if first in vectors and second in vectors and (first in hidden or second in hidden)
    ]


def similarity(vectors: KeyedVectors, hidden: list[str], replacement: np.ndarray) -> list[float | None]:
    """Score word pairs with a hidden word, whose vectors are replaced."""
    replaced = dict(zip(hidden, replacement))
    cells: list[float | None] = []
    for name in DATASETS.values():
        pairs = pairs_with(vectors, replaced, name)
        if len(pairs) < 3:
            cells.append(None)
            continue
        first_words, second_words, judgments = zip(*pairs)
        left, right = (
            np.array([replaced[word] if word in replaced else vectors[word] for word in words])
            for words in (first_words, second_words)
        )
        cells.append(float(spearmanr(judgments, cosines(left, right)).statistic))
    return cells


if __name__ == "__main__":
    main()
