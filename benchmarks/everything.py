"""The default budget against reading everything: the whole distillation, from the corpus to the vectors, and what they score.

Run: python benchmarks/everything.py CORPUS TEACHER [--lines N]

CORPUS has a tokenized sentence a line and may be compressed; it is lower-cased. TEACHER is a hub name or a folder.
"""

from __future__ import annotations

import argparse
from time import perf_counter
from typing import Any

from corpus import Lines
from machine import machine
from scores import MEASURES, scores

from gensim_distill import DistilledWord2Vec

SETTINGS: dict[str, dict[str, Any]] = {"default budget": {}, "everything": {"contexts_per_word": None}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("teacher")
    parser.add_argument("--lines", type=int, help="how many lines of the corpus (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"{machine()}\nteacher {arguments.teacher}, seed {arguments.seed}\n")
    print(
        f"| | words | words read | seconds | words/s | {' | '.join(MEASURES)} |\n|---|" + "---:|" * (4 + len(MEASURES))
    )
    seconds: dict[str, float] = {}
    for name, settings in SETTINGS.items():
        began = perf_counter()
        model = DistilledWord2Vec(
            Lines(arguments.corpus, arguments.lines), teacher=arguments.teacher, seed=arguments.seed, **settings
        )
        seconds[name] = perf_counter() - began
        read = next(event["words"] for event in model.lifecycle_events if event["event"] == "train")
        found = scores(model.wv.index_to_key, model.wv.vectors)
        print(
            f"| {name} | {model.corpus_total_words} | {read / model.corpus_total_words:.1%} | {seconds[name]:.1f} | "
            f"{model.corpus_total_words / seconds[name]:.0f} | {' | '.join(f'{found[m]:.3f}'.lstrip('0') for m in MEASURES)} |",
            flush=True,
        )
    print(f"\neverything takes {seconds['everything'] / seconds['default budget']:.1f} times as long")


if __name__ == "__main__":
    main()
