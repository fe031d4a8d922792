"""Texts per second on one core: the text encoder, gensim's get_mean_vector and model2vec, with the same rows.

The encoder of the model is measured with its pieces of other words, if it has any, and without.

Texts of ten words from the corpus are encoded as lists of tokens and as raw strings. Of three passes the best counts,
in seconds of processor time over all threads. model2vec is measured if it is installed.

Run: python -m benchmarks.speed.text_encoder CORPUS --distill CORPUS TEACHER [--texts N]

CORPUS has one tokenized document per line.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable, Iterator
from functools import partial
from time import process_time
from typing import Any

import numpy as np

from benchmarks.common import Lines, MarkdownTable, add_model, argument_parser, machine, model_of
from gensim_distill import TextReader
from gensim_distill._utils.arrays import take_rows
from gensim_distill.encoding import TextEncoder
from gensim_distill.encoding.word_pieces import WordPieces

WORDS = 10


def split_texts(corpus: Lines) -> Iterator[list[str]]:
    """Yield consecutive texts of ten words."""
    for tokens in corpus:
        for start in range(0, len(tokens) - WORDS + 1, WORDS):
            yield tokens[start : start + WORDS]


def rate(encode: Callable[[list[Any]], Any], texts: list[Any]) -> float:
    """Measure texts per second of processor time, the best of three passes."""
    seconds = []
    for _ in range(3):
        start = process_time()
        encode(texts)
        seconds.append(process_time() - start)
    return len(texts) / min(seconds)


def static_model(encoder: TextEncoder) -> Any:
    """Convert an encoder to a model of model2vec that splits at whitespace and has the same words and pieces."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer, normalizers, pre_tokenizers

    division = WordPieces(encoder.words, encoder.pieces)
    tokenizer = Tokenizer(division.model)
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return StaticModel(take_rows(encoder.rows, division.token_rows), tokenizer, config={"normalize": False})


def main(argv: list[str] | None = None) -> list[MarkdownTable]:
    parser = argument_parser(__doc__)
    add_model(parser)
    parser.add_argument("corpus")
    parser.add_argument("--texts", type=int, default=200_000)
    arguments = parser.parse_args(argv)
    model = model_of(arguments)
    tokens = list(itertools.islice(split_texts(Lines(arguments.corpus, None)), arguments.texts))
    strings = [" ".join(words) for words in tokens]
    encoder = model.text_encoder
    encoders = {"": TextEncoder(encoder.words, encoder.table, encoder.reader)}
    if encoder.pieces:
        encoders[", with pieces"] = encoder
    words = set(encoder.words)
    unknown = np.mean([key not in words for text in strings for key in model.reader.keys(text)])
    print(f"{machine()}\n{len(tokens)} texts of {WORDS} words, {unknown:.1%} of them out-of-vocabulary; {encoder}")
    as_keys = [model.reader.keys(text) for text in strings[:100]]
    assert np.array_equal(encoder.encode(as_keys), encoder.encode(strings[:100]))
    # The slower encoders get a tenth of the texts.
    few_tokens, few_strings = tokens[: len(tokens) // 10], strings[: len(tokens) // 10]

    table = MarkdownTable("encoder", "texts per second", title="speed", formats={"texts per second": ",.0f"})
    for kind, its in encoders.items():
        table.row(f"TextEncoder, lists of tokens{kind}", rate(its.encode, tokens))
        table.row(f"TextEncoder, strings{kind}", rate(its.encode, strings))
    # A word splitter that is not the default one disables the fast look-up of words in strings.
    own_splitter = TextReader(lambda text: model.reader.word_splitter(text))
    custom = TextEncoder.of(model.wv, "uniform", components=0, reader=own_splitter)
    table.row("TextEncoder, strings, custom word splitter", rate(custom.encode, few_strings))
    known = [[word for word in words if word in model.wv] or ["the"] for words in few_tokens]
    mean = model.wv.get_mean_vector
    loop = rate(lambda texts: np.stack([mean(text, pre_normalize=False) for text in texts]), known)
    table.row("gensim, get_mean_vector", loop)
    if importlib.util.find_spec("model2vec"):
        for kind, its in encoders.items():
            encode = partial(static_model(its).encode, use_multiprocessing=False)
            table.row(f"model2vec, StaticModel.encode, strings{kind}", rate(encode, few_strings))
    return [table]


if __name__ == "__main__":
    main()
