"""Vectors of whole texts: how many a second on one core, and what weights and common components do to tasks.

Run: python benchmarks/encode.py MODEL [CORPUS] [--task NAME FILE FILE] [--texts N]

MODEL was written by DistilledWord2Vec.save. With CORPUS, which has a tokenized sentence a line, pieces of ten words of it are
encoded, as lists of tokens and as raw strings, by this package, by a loop over gensim's get_mean_vector and, if it is
installed, by model2vec on the same vectors; the best of three passes
counts, in seconds of processor time. A task is classification: one text a line, a file for
each of its two labels; with any task, similarity is judged too, by the 50 documents of Lee
et al. that gensim ships; their 300 other documents are the texts there.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from corpus import Lines
from gensim.models import KeyedVectors
from gensim.test.utils import datapath
from machine import machine
from scipy.stats import pearsonr

from gensim_distill import DistilledWord2Vec
from gensim_distill.encoding import TextEncoder
from gensim_distill.evaluation import classification

WORDS = 10
SETTINGS: dict[str, dict[str, Any]] = {
    "plain mean": {"weighting": "uniform", "components": 0},
    "plain mean, one removed": {"weighting": "uniform", "components": 1},
    "SIF, a=1e-3": {"components": 0},
    "SIF, a=1e-3, one removed": {"components": 1},
    "SIF, a=1e-3, three removed": {"components": 3},
    "SIF, a=1e-4": {"a": 1e-4, "components": 0},
    "SIF, a=1e-4, one removed": {"a": 1e-4, "components": 1},
    "IDF": {"weighting": "idf", "components": 0},
    "IDF, one removed": {"weighting": "idf", "components": 1},
}


def row_blocks(corpus: Lines, number: int) -> list[list[str]]:
    """Give the first so many pieces of ten words."""

    def cut() -> Iterator[list[str]]:
        for tokens in corpus:
            for start in range(0, len(tokens) - WORDS + 1, WORDS):
                yield tokens[start : start + WORDS]

    return list(itertools.islice(cut(), number))


def rate(encode: Callable[[list[Any]], Any], texts: list[Any]) -> float:
    """Give the texts a second of processor time, over all threads, of the best of three passes."""
    seconds = []
    for _ in range(3):
        began = process_time()
        encode(texts)
        seconds.append(process_time() - began)
    return len(texts) / min(seconds)


def model2vec_of(vectors: KeyedVectors) -> Any:
    """Give the same vectors as a model of model2vec, whose tokenizer splits at white space and knows the same words."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    words = {word: row for row, word in enumerate(vectors.index_to_key)} | {"[UNK]": len(vectors)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    table = np.vstack([vectors.vectors, np.zeros((1, vectors.vector_size), np.float32)])
    return StaticModel(table, tokenizer, config={"normalize": False})


def speed(model: DistilledWord2Vec, tokens: list[list[str]]) -> None:
    strings = [" ".join(piece) for piece in tokens]
    encoder = model.text_encoder
    print(
        f"\n{len(tokens)} texts of {WORDS} words, {len(model.wv)} words {encoder.vector_size} dimensions, texts a second on one core:"
    )
    print(f"  this package, lists of tokens   {rate(encoder.encode, tokens):>9,.0f}")
    print(f"  this package, raw strings       {rate(encoder.encode, strings):>9,.0f}")
    by_reader = [model.reader.keys(text) for text in strings[:100]]
    assert np.array_equal(encoder.encode(by_reader), encoder.encode(strings[:100]))
    few, few_strings = tokens[: len(tokens) // 10], strings[: len(tokens) // 10]
    slow = TextEncoder(encoder.words, encoder.table, type(model.reader)(lambda text: model.reader.word_splitter(text)))
    print(f"  the same, splitting each text   {rate(slow.encode, few_strings):>9,.0f}")
    mean = model.wv.get_mean_vector
    known = [[word for word in piece if word in model.wv] or ["the"] for piece in few]
    loop = rate(lambda texts: np.stack([mean(text, pre_normalize=False) for text in texts]), known)
    print(f"  gensim's get_mean_vector        {loop:>9,.0f}")
    if importlib.util.find_spec("model2vec"):
        other = model2vec_of(model.wv)
        encode = rate(lambda texts: other.encode(texts, use_multiprocessing=False), few_strings)
        print(f"  model2vec's StaticModel.encode  {encode:>9,.0f}")


def tasks(model: DistilledWord2Vec, given: list[list[str]]) -> None:
    documents, background = (
        Path(datapath(file)).read_text(encoding="latin-1").splitlines() for file in ("lee.cor", "lee_background.cor")
    )
    judged = np.loadtxt(datapath("similarities0-1.txt"))[np.triu_indices(len(documents), 1)]
    print(f"\n{'accuracy of logistic regression, five folds':<46}" + "".join(f"{name:>14}" for name, *_ in given))
    for source in ("vocabulary", "texts"):
        for name, settings in SETTINGS.items():
            if source == "texts" and not settings["components"] and settings.get("weighting") != "idf":
                continue
            if source == "vocabulary" and settings.get("weighting") == "idf":
                continue
            row = f"{name}{', of texts' if source == 'texts' and settings['components'] else ''}"
            scores = []
            for _, *files in given:
                by_label = [Path(file).read_text(encoding="latin-1").lower().splitlines() for file in files]
                texts = list(itertools.chain(*by_label))
                labels = np.repeat([0, 1], [len(part) for part in by_label])
                encoder = TextEncoder.of(
                    model.wv, **settings, texts=texts if source == "texts" else None, reader=model.reader
                )
                result = classification(encoder.encode(texts), texts, labels)
                scores.append(f"{result.accuracy:14.3f}")
            encoder = TextEncoder.of(
                model.wv, **settings, texts=background if source == "texts" else None, reader=model.reader
            )
            unit = encoder.encode(documents)
            unit /= np.linalg.norm(unit, axis=1, keepdims=True)
            similar = (unit @ unit.T)[np.triu_indices(len(documents), 1)]
            print(f"{row:<46}{''.join(scores)}   Lee: {pearsonr(similar, judged).statistic:.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("corpus", nargs="?")
    parser.add_argument("--task", nargs=3, action="append", default=[], metavar=("NAME", "FILE", "FILE"))
    parser.add_argument("--texts", type=int, default=200_000)
    settings = parser.parse_args()
    print(machine())
    model = DistilledWord2Vec.load(settings.model)
    if settings.corpus:
        speed(model, row_blocks(Lines(settings.corpus, None), settings.texts))
    if settings.task:
        tasks(model, settings.task)


if __name__ == "__main__":
    main()
