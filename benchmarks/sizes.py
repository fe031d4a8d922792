"""What fewer dimensions and shorter numbers cost: similarity and analogies of some vectors at each size.

Run: python benchmarks/sizes.py VECTORS [--dimensions N ...] [--model CORPUS TEACHER [--lines N]]

VECTORS is a file of vectors or a folder of safetensors. With --model it is where to put those that are made of CORPUS, a
tokenized sentence a line, with TEACHER first.
"""

from __future__ import annotations

import argparse
import logging

from corpus import Lines
from machine import machine

from gensim_distill import DistilledWord2Vec
from gensim_distill.evaluation import size_table
from gensim_distill.evaluation.size_table import as_markdown
from gensim_distill.exports import export


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vectors")
    parser.add_argument("--dimensions", type=int, nargs="+", default=[256, 128, 64])
    parser.add_argument("--model", nargs=2, metavar=("CORPUS", "TEACHER"))
    parser.add_argument("--lines", type=int, default=10_000, help="how many lines of the corpus (default: %(default)s)")
    parser.add_argument("--min-count", type=int, default=2)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    print(machine())
    if arguments.model:
        corpus, teacher = arguments.model
        model = DistilledWord2Vec(Lines(corpus, arguments.lines), teacher=teacher, min_count=arguments.min_count)
        export(model, arguments.vectors, "safetensors", overwrite=True)
        print(f"{model.corpus_count} lines, {model.corpus_total_words} words, {len(model.wv)} in the vocabulary")
    print(as_markdown(size_table(arguments.vectors, dimensions=arguments.dimensions)))


if __name__ == "__main__":
    main()
