"""How much of the teacher's speed is left when its states become statistics of words.

Compares, in turns on the same texts, a bare loop of ``model(**batch)`` over length-sorted batches made beforehand with the
whole pass: splitting, tokenising, reading, pooling and adding up.

Run: python benchmarks/teacher_pass.py CORPUS TEACHER [--lines N] [--objective NAME]

CORPUS has a tokenised sentence a line and may be compressed; TEACHER is a hub name or a folder.
"""

from __future__ import annotations

import argparse
import itertools
from collections import Counter
from time import perf_counter

import numpy as np
import torch
from gensim.models.word2vec import LineSentence
from machine import machine

from gensim_distill import TextReader, load_teacher
from gensim_distill.contexts import read_contexts
from gensim_distill.moments import Moments
from gensim_distill.objectives import OBJECTIVES, make_objective
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.teachers.windows import batches

Batch = tuple[torch.Tensor, torch.Tensor]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("teacher")
    parser.add_argument("--lines", type=int, default=20_000, help="how many lines of the corpus (default: %(default)s)")
    parser.add_argument(
        "--turn", type=int, default=2_000, help="lines that each side reads in turn (default: %(default)s)"
    )
    parser.add_argument("--objective", choices=sorted(OBJECTIVES), default="hybrid")
    arguments = parser.parse_args()

    teacher = load_teacher(arguments.teacher)
    assert isinstance(teacher, TransformerTeacher)
    texts = [
        [token.lower() for token in tokens]
        for tokens in itertools.islice(LineSentence(arguments.corpus), arguments.lines)
    ]
    counts = Counter(token for text in texts for token in text)
    vocabulary = {word: index for index, (word, count) in enumerate(counts.most_common()) if count >= 5}
    views = [view for view in make_objective(arguments.objective).views(teacher.num_layers) if not view.alone]
    moments = {view.name: Moments(len(vocabulary), teacher.width, view.second_moment) for view in views}
    reader = TextReader()

    seconds = {"bare loop": 0.0, "whole pass": 0.0}
    subwords = words = 0
    warm_up(teacher, texts[:200])
    for start in range(0, len(texts), arguments.turn):
        turn = texts[start : start + arguments.turn]
        prepared = prepare(teacher, [" ".join(text) for text in turn])
        subwords += sum(int(mask.sum()) for _, mask in prepared)
        words += sum(map(len, turn))

        began = perf_counter()
        bare_loop(teacher, prepared)
        seconds["bare loop"] += perf_counter() - began

        began = perf_counter()
        for contexts in read_contexts(turn, reader, teacher, views, vocabulary):
            for name, batch in contexts.items():
                moments[name].add(batch)
        seconds["whole pass"] += perf_counter() - began

    print(machine())
    print(f"teacher {arguments.teacher}: {teacher.dtype}, {teacher.device}, {teacher.batch_tokens} subwords a batch")
    print(
        f"{len(texts)} texts, {words} words, {subwords} subwords; objective {arguments.objective}, views {', '.join(moments)}"
    )
    for side, took in seconds.items():
        print(f"{side:12}{took:9.1f} s{words / took:11.0f} words/s{subwords / took:11.0f} subwords/s")
    print(
        f"the whole pass keeps {seconds['bare loop'] / seconds['whole pass']:.1%} of the words a second of the bare loop"
    )


def prepare(teacher: TransformerTeacher, strings: list[str]) -> list[Batch]:
    """Make the batches that the teacher makes of these texts."""
    ids, _, windows = teacher._tokenise(strings)
    prepared = []
    for batch in batches(windows, teacher.num_special_tokens, teacher.batch_tokens):
        rows = [np.concatenate([teacher._prefix, ids[w.text][w.begin : w.end], teacher._suffix]) for w in batch]
        padded = np.full((len(rows), max(map(len, rows))), teacher._pad_id)
        mask = np.zeros_like(padded)
        for number, row in enumerate(rows):
            padded[number, : len(row)], mask[number, : len(row)] = row, 1
        prepared.append((torch.from_numpy(padded).to(teacher.device), torch.from_numpy(mask).to(teacher.device)))
    return prepared


@torch.inference_mode()
def bare_loop(teacher: TransformerTeacher, prepared: list[Batch]) -> None:
    for input_ids, attention_mask in prepared:
        teacher.model(input_ids=input_ids, attention_mask=attention_mask)
    if teacher.device.type == "cuda":
        torch.cuda.synchronize()


def warm_up(teacher: TransformerTeacher, texts: list[list[str]]) -> None:
    bare_loop(teacher, prepare(teacher, [" ".join(text) for text in texts]))


if __name__ == "__main__":
    main()
