"""Texts per second on one core: the text encoder, gensim's get_mean_vector and model2vec, with the same vectors.

Texts of ten words from the corpus are encoded as lists of tokens and as raw strings. Of three passes the best counts,
in seconds of processor time over all threads. model2vec is measured if it is installed.

Run: python -m benchmarks.speed.text_encoder MODEL CORPUS [--texts N]

MODEL was written by DistilledWord2Vec.save. CORPUS has one tokenized document per line.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from benchmarks.common import Lines, MarkdownTable, argument_parser, machine
from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.encoding import TextEncoder

WORDS = 10


def split_texts(corpus: Lines) -> Iterator[list[str]]:
    """Yield consecutive texts of ten words."""
    for tokens in corpus:
        for start in range(0, len(tokens) - WORDS + 1, WORDS):
            yield tokens[start : start + WORDS]


def rate(encode: Callable[[list[Any]], Any], texts: list[Any]) -> str:
    """Measure texts per second of processor time, the best of three passes."""
    seconds = []
    for _ in range(3):
        start = process_time()
        encode(texts)
        seconds.append(process_time() - start)
    return f"{len(texts) / min(seconds):,.0f}"


def static_model(vectors: KeyedVectors) -> Any:
    """Convert vectors to a model of model2vec that splits at whitespace and knows the same words."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    words = {word: row for row, word in enumerate(vectors.index_to_key)} | {"[UNK]": len(vectors)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    table = np.vstack([vectors.vectors, np.zeros((1, vectors.vector_size), np.float32)])
    return StaticModel(table, tokenizer, config={"normalize": False})


def main() -> None:
    parser = argument_parser(__doc__)
    parser.add_argument("model")
    parser.add_argument("corpus")
    parser.add_argument("--texts", type=int, default=200_000)
    arguments = parser.parse_args()
    model = DistilledWord2Vec.load(arguments.model)
    tokens = list(itertools.islice(split_texts(Lines(arguments.corpus, None)), arguments.texts))
    strings = [" ".join(words) for words in tokens]
    encoder = model.text_encoder
    print(f"{machine()}\n{len(tokens)} texts of {WORDS} words; {len(model.wv)} words, {encoder.vector_size} dimensions")
    as_keys = [model.reader.keys(text) for text in strings[:100]]
    assert np.array_equal(encoder.encode(as_keys), encoder.encode(strings[:100]))
    # The slower encoders get a tenth of the texts.
    few_tokens, few_strings = tokens[: len(tokens) // 10], strings[: len(tokens) // 10]

    table = MarkdownTable("encoder", "texts per second")
    table.row("TextEncoder, lists of tokens", rate(encoder.encode, tokens))
    table.row("TextEncoder, strings", rate(encoder.encode, strings))
    # A word splitter that is not the default one disables the fast look-up of words in strings.
    own_splitter = TextReader(lambda text: model.reader.word_splitter(text))
    custom = TextEncoder.of(model.wv, "uniform", components=0, reader=own_splitter)
    table.row("TextEncoder, strings, custom word splitter", rate(custom.encode, few_strings))
    known = [[word for word in words if word in model.wv] or ["the"] for words in few_tokens]
    mean = model.wv.get_mean_vector
    loop = rate(lambda texts: np.stack([mean(text, pre_normalize=False) for text in texts]), known)
    table.row("gensim, get_mean_vector", loop)
    if importlib.util.find_spec("model2vec"):
        other = static_model(model.wv)
        encode = rate(lambda texts: other.encode(texts, use_multiprocessing=False), few_strings)
        table.row("model2vec, StaticModel.encode", encode)


if __name__ == "__main__":
    main()
