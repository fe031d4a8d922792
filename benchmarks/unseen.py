"""How near inferred vectors come to those that training would have given.

Trains twice on the same texts, the second time without some words, which are then inferred: from contexts, alone, and from
their characters; and, as a floor, as the mean of the words that are spelled most like them. The two trainings have
spaces of their own, which differ by a rotation and little else: vectors are compared after the rotation that brings
the words that both know nearest to each other (orthogonal Procrustes), and how near that is, is the first row.
The score of a way over word pairs is that of vectors of the whole training in which the hidden words have been exchanged.

Run: python benchmarks/unseen.py CORPUS TEACHER [--lines N] [--hidden N] [--tune]

CORPUS has a tokenized sentence a line and may be compressed; it is lower-cased. TEACHER is a hub name or a folder.
"""

from __future__ import annotations

import argparse
import functools
from collections import defaultdict
from time import perf_counter

import numpy as np
from corpus import Lines
from gensim import utils
from gensim.models import KeyedVectors
from gensim.models.fasttext import ft_ngram_hashes
from machine import machine
from scipy import linalg, sparse
from scipy.stats import spearmanr

from gensim_distill import DistilledWord2Vec, character_ngrams, induction
from gensim_distill.corpus.context_budget import ContextBudget
from gensim_distill.corpus.counting import CorpusWords
from gensim_distill.evaluation import read_pairs
from gensim_distill.linalg.rows import normalize

PAIRS = {"WS353": "wordsim353", "SimLex": "simlex999"}
NEIGHBOURS = 10
KNOWN = 100
SPACE = 2**24  # of hashes, of which hardly any two n-grams share one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("teacher")
    parser.add_argument("--lines", type=int, help="how many to read (default: all)")
    parser.add_argument("--hidden", type=int, default=2_000, help="how many words to hide (default: %(default)s)")
    parser.add_argument("--contexts", type=int, nargs="+", default=[1, 2, 4, 8, 20])
    parser.add_argument("--size", type=int, help="of the vectors (default: the teacher's)")
    parser.add_argument("--objective", default="hybrid")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tune", action="store_true", help="try penalties of the two regressions, by cosine alone")
    arguments = parser.parse_args()
    print(f"{machine()}\nteacher {arguments.teacher}, objective {arguments.objective}, seed {arguments.seed}")
    corpus = Lines(arguments.corpus, arguments.lines)
    settings = {"teacher": arguments.teacher, "objective": arguments.objective, "vector_size": arguments.size}

    whole = DistilledWord2Vec(corpus, **settings)
    generator = np.random.default_rng(arguments.seed)
    # The tokenizer of a teacher may make nothing of control characters and the like, which no way can then infer.
    candidates = [word for word in whole.wv.index_to_key if any(map(str.isalnum, word))]
    hidden = generator.choice(candidates, arguments.hidden, replace=False).tolist()
    shared = [word for word in whole.wv.index_to_key if word not in set(hidden)]
    without = DistilledWord2Vec(
        corpus,
        **settings,
        trim_rule=lambda word, *_: utils.RULE_DISCARD if word in set(hidden) else utils.RULE_DEFAULT,
    )
    print(f"{len(whole.wv)} words, {len(hidden)} of them hidden, {whole.vector_size} wide\n")

    known = generator.choice(sorted(set(candidates).difference(hidden)), KNOWN, replace=False).tolist()
    texts = texts_of(corpus, {*hidden, *known})
    print(
        "| known words, inferred by the model that has them | cosine to their vectors | of the worst tenth |\n|---|---:|---:|"
    )
    for name, contexts in {
        "from the texts that the teacher read of them": read_of(whole, corpus, texts, known),
        "from all their texts, at most 30": {word: some(texts[word], 30, generator) for word in known},
        "from 8 of them": {word: some(texts[word], 8, generator) for word in known},
        "without contexts": None,
    }.items():
        found = cosines(whole.infer_vectors(known, contexts), whole.wv[known])
        print(f"| {name} | {found.mean():.3f} | {np.quantile(found, 0.1):.3f} |", flush=True)

    rotation, _ = linalg.orthogonal_procrustes(without.wv[shared], whole.wv[shared])
    began = perf_counter()
    without.infer_vector(hidden[0])  # fits the regression
    print(f"\nregression from words alone: {perf_counter() - began:.1f} s")
    began = perf_counter()
    ngrams = without.to_fasttext()
    print(f"character n-grams: {perf_counter() - began:.1f} s, {ngrams.bucket} buckets")
    ways = {
        "mean of the words spelled most like it": lambda: spelled_alike(without.wv, hidden),
        "character n-grams, no teacher": lambda: np.array([ngrams[word] for word in hidden]),
        "without contexts": lambda: without.infer_vectors(hidden),
    }
    for number in arguments.contexts:
        chosen = {word: some(texts[word], number, generator) for word in hidden}
        ways[f"{number} contexts, or all there are"] = functools.partial(without.infer_vectors, chosen)

    print("\n| | cosine | of the worst tenth | length, to that of the true | " + " | ".join(PAIRS) + " | ms a word |")
    print("|---" * (5 + len(PAIRS)) + "|")
    same = cosines(without.wv[shared] @ rotation, whole.wv[shared])
    print(
        f"| words that both have | {same.mean():.3f} | {np.quantile(same, 0.1):.3f} | " + "| " * (2 + len(PAIRS)) + "|"
    )
    print("| the true vectors | | | | " + " | ".join(over_pairs(whole.wv, hidden, whole.wv[hidden])) + " | |")
    for name, way in ways.items():
        began = perf_counter()
        vectors = way() @ rotation
        seconds = perf_counter() - began
        found = cosines(vectors, whole.wv[hidden])
        length = np.median(np.linalg.norm(vectors, axis=1) / np.linalg.norm(whole.wv[hidden], axis=1))
        print(
            f"| {name} | {found.mean():.3f} | {np.quantile(found, 0.1):.3f} | {length:.2f} | "
            f"{' | '.join(over_pairs(whole.wv, hidden, vectors))} | {1_000 * seconds / len(hidden):.1f} |",
            flush=True,
        )
    if arguments.tune:
        tune(whole, without, hidden, rotation)


def tune(whole: DistilledWord2Vec, without: DistilledWord2Vec, hidden: list[str], rotation: np.ndarray) -> None:
    print("\n| penalty | cosine without contexts |\n|---:|---:|")
    for penalty in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1):
        induction._PENALTY = penalty
        without._isolated_projection = None
        print(
            f"| {penalty} | {cosines(without.infer_vectors(hidden) @ rotation, whole.wv[hidden]).mean():.3f} |",
            flush=True,
        )
    print("\n| n-grams | buckets | penalty | cosine | seconds |\n|---|---:|---:|---:|---:|")
    for lengths in ((3, 6), (2, 5), (3, 5), (1, 6)):
        all_of_them = without.to_fasttext(*lengths).bucket
        for share in (1, 0.5, 0.25):
            for penalty in (0.03, 0.1, 0.3, 1, 3) if (lengths, share) == ((3, 6), 1) else (0.3,):
                character_ngrams._PENALTY = penalty
                began = perf_counter()
                vectors = without.to_fasttext(*lengths, bucket=int(share * all_of_them))
                inferred = np.array([vectors[word] for word in hidden])
                print(
                    f"| {lengths[0]} to {lengths[1]} | {vectors.bucket} | {penalty} | "
                    f"{cosines(inferred @ rotation, whole.wv[hidden]).mean():.3f} | {perf_counter() - began:.1f} |",
                    flush=True,
                )


def texts_of(corpus: Lines, words: set[str]) -> dict[str, list[list[str]]]:
    texts = defaultdict(list)
    for text in corpus:
        for word in words.intersection(text):
            texts[word].append(text)
    return texts


def some(texts: list[list[str]], number: int, generator: np.random.Generator) -> list[list[str]]:
    chosen = generator.choice(len(texts), min(number, len(texts)), replace=False)
    return [texts[place] for place in sorted(chosen)]


def read_of(
    model: DistilledWord2Vec, corpus: Lines, texts: dict[str, list[list[str]]], words: list[str]
) -> dict[str, list[list[str]]]:
    """Give of the texts of each word those that the budget chose, of equal ones one, as the training does."""
    if model.contexts_per_word is None:
        return {word: texts[word] for word in words}
    budget = ContextBudget(model.contexts_per_word, model.wv.key_to_index, model.seed)
    budget.scan(CorpusWords(corpus, model.reader, False))
    return {word: list(budget.select(texts[word], model.reader.keys)) for word in words}


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return (normalize(left) * normalize(right)).sum(axis=1)


def spelled_alike(vectors: KeyedVectors, words: list[str]) -> np.ndarray:
    """Give for each word the mean of those known words that share most of its character n-grams."""
    known, wanted = (grams_of(some_words) for some_words in (vectors.index_to_key, words))
    shared = (wanted @ known.T).toarray()
    either = wanted.sum(axis=1)[:, None] + known.sum(axis=1)[None] - shared
    nearest = np.argsort(-shared / either, axis=1, kind="stable")[:, :NEIGHBOURS]
    means: np.ndarray = vectors.vectors[nearest].mean(axis=1)
    return means


def grams_of(words: list[str]) -> sparse.csr_array:
    hashes = [np.unique(ft_ngram_hashes(word, 1, 6, SPACE)) for word in words]
    bounds = np.cumsum([0, *map(len, hashes)])
    columns = np.concatenate(hashes).astype(np.int64)
    return sparse.csr_array((np.ones(len(columns), np.float32), columns, bounds), shape=(len(words), SPACE))


def over_pairs(vectors: KeyedVectors, hidden: list[str], replaced: np.ndarray) -> list[str]:
    """Score word pairs with a hidden word, whose vectors are replaced."""
    place = dict(zip(hidden, replaced))
    cells = []
    for name in PAIRS.values():
        pairs = [
            (first, second, score)
            for first, second, score in read_pairs(name)
            if first in vectors and second in vectors and (first in place or second in place)
        ]
        if len(pairs) < 3:
            cells.append("–")
            continue
        left, right = (np.array([place.get(w, vectors[w]) for w in words]) for words in list(zip(*pairs))[:2])
        human = [score for *_, score in pairs]
        cells.append(f"{spearmanr(human, cosines(left, right)).statistic:.3f} ({len(pairs)} pairs)")
    return cells


if __name__ == "__main__":
    main()
