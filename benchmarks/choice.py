"""How much of a corpus a context budget leaves for the teacher, and how long choosing takes; no teacher is needed.

Run: python benchmarks/choice.py CORPUS [--lines N ...] [--budgets K ...]

CORPUS has a tokenized sentence a line and may be compressed; it is lower-cased.
"""

from __future__ import annotations

import argparse
from collections import Counter
from time import perf_counter

from corpus import Lines
from machine import machine

from gensim_distill.corpus.context_budget import ContextBudget


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("--lines", type=int, nargs="+", default=[None], help="sizes of the corpus (default: all)")
    parser.add_argument("--budgets", type=int, nargs="+", default=[4])
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"{machine()}\nseed {arguments.seed}\n")
    print("| texts | words | vocabulary | budget | texts read | words read | seconds to choose |\n|" + "---:|" * 7)
    for lines in arguments.lines:
        corpus = list(Lines(arguments.corpus, lines))
        counts = Counter(word for text in corpus for word in text)
        vocabulary = [word for word, count in counts.most_common() if count >= arguments.min_count]
        index = {word: place for place, word in enumerate(vocabulary)}
        words = counts.total()
        for budget in arguments.budgets:
            began = perf_counter()
            choice = ContextBudget(budget, index, arguments.seed)
            choice.scan(corpus)
            chosen = list(choice.select(corpus, list))
            took = perf_counter() - began
            read = sum(map(len, chosen))
            print(
                f"| {len(corpus)} | {words} | {len(index)} | {budget} | {len(chosen) / len(corpus):.1%} | {read / words:.1%} | "
                f"{took:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
