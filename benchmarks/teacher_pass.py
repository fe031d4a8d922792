"""How much of the machine's and the teacher's speed is left when states become statistics of words.

Compares, in turns on the same texts, the whole pass, splitting, tokenizing, reading, pooling and adding up, with bare
loops of ``model(**batch)``: over the very batches that the teacher makes, with the model as it was loaded and with the
faster layers that the teacher has on some machines; and over what is usual, texts sorted by length and padded to the
longest of a batch. Then tells what each stage takes of one core.

Run: python benchmarks/teacher_pass.py CORPUS TEACHER [--lines N] [--objective NAME]

CORPUS has a tokenized sentence a line and may be compressed; it is lower-cased. TEACHER is a hub name or a folder.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import torch
from corpus import Lines
from machine import machine
from torch.utils.flop_counter import FlopCounterMode

from gensim_distill import TextReader, load_teacher
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.objectives import OBJECTIVES, make_objective
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.teachers import TransformerTeacher

Batch = dict[str, torch.Tensor]

# The functions in which the time of a stage is spent, those that they call included.
STAGES = {
    "splitting into words": ("texts.py", "text"),
    "tokenizing": ("transformer.py", "_tokenize"),
    "teacher": ("transformer.py", "_forward"),
    "pooling": ("pooling.py", "add"),
    "adding up": ("corpus_statistics.py", "add"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("teacher")
    parser.add_argument("--lines", type=int, default=40_000, help="how many lines of the corpus (default: %(default)s)")
    parser.add_argument(
        "--turn", type=int, default=20_000, help="lines that each side reads in turn (default: %(default)s)"
    )
    parser.add_argument("--objective", choices=sorted(OBJECTIVES), default="hybrid")
    arguments = parser.parse_args()

    teacher = load_teacher(arguments.teacher)
    assert isinstance(teacher, TransformerTeacher)
    texts = list(Lines(arguments.corpus, arguments.lines))
    counts = Counter(token for text in texts for token in text)
    vocabulary = {word: index for index, (word, count) in enumerate(counts.most_common()) if count >= 5}
    views = [view for view in make_objective(arguments.objective).views(teacher.num_layers) if not view.isolated]
    reading = CorpusStatistics.empty(views, len(vocabulary), teacher.width)

    def whole_pass(some: list[list[str]]) -> None:
        for contexts in read_contexts(some, TextReader(), teacher, views, vocabulary):
            reading.add(contexts)

    seconds = {"bare loop": 0.0, "bare loop, padded": 0.0, "bare loop, fused": 0.0, "whole pass": 0.0}
    subwords = padding = padding_of_usual = operations = 0
    peaks = []
    whole_pass(texts[:500])  # to be warm
    for start in range(0, len(texts), arguments.turn):
        turn = texts[start : start + arguments.turn]
        with recorded(teacher._fused) as batches:
            whole_pass(turn)
        shares_rows, teacher._packs_sequences = teacher._packs_sequences, False
        with recorded(teacher._fused) as padded:
            whole_pass(turn)
        teacher._packs_sequences = shares_rows
        subwords += sum(int((batch["input_ids"] != teacher._pad_id).sum()) for batch in batches)
        padding += sum(int((batch["input_ids"] == teacher._pad_id).sum()) for batch in batches)
        padding_of_usual += sum(int((batch["input_ids"] == teacher._pad_id).sum()) for batch in padded)
        operations += count_operations(teacher, padded)
        peaks.append(matrix_peak(teacher))
        seconds["bare loop"] += timed(lambda batches=batches: bare_loop(teacher.model, batches))
        seconds["bare loop, padded"] += timed(lambda batches=padded: bare_loop(teacher.model, batches))
        seconds["bare loop, fused"] += timed(lambda batches=batches: bare_loop(teacher._fused, batches))
        seconds["whole pass"] += timed(lambda turn=turn: whole_pass(turn))

    words, peak = sum(map(len, texts)), max(peaks)
    print(machine())
    print(
        f"teacher {arguments.teacher}: {teacher.dtype}, {teacher.device}, {teacher.batch_tokens} subwords a batch, "
        f"{teacher.concurrent_reads} readings at once\n"
        f"{len(texts)} texts, {words} words, {subwords} subwords, beside them {padding / subwords:.1%} padding; "
        f"padded to the longest of a batch {padding_of_usual / subwords:.1%}; {operations / subwords / 1e6:.1f} MFLOP a subword\n"
        f"objective {arguments.objective}, views {', '.join(reading.moments)}\n"
        f"peak of a product of two matrices of 2,048 x 2,048: {peak / 1e9:.0f} GFLOP/s"
    )
    for side, took in seconds.items():
        print(
            f"{side:18}{took:9.1f} s{words / took:11.0f} words/s{subwords / took:11.0f} subwords/s"
            f"{operations / took / peak:8.0%} of the peak"
        )
    print(
        f"the whole pass has {seconds['bare loop'] / seconds['whole pass']:.1%} of the words a second of the bare loop"
    )
    stages(lambda: whole_pass(texts[: arguments.turn]))


@contextmanager
def recorded(model: torch.nn.Module) -> Iterator[list[Batch]]:
    """Keep what the model is given to read."""
    batches: list[Batch] = []

    def keep(module: Any, positional: Any, named: dict[str, Any]) -> None:
        batches.append({name: value for name, value in named.items() if isinstance(value, torch.Tensor)})

    hook = model.register_forward_pre_hook(keep, with_kwargs=True)
    try:
        yield batches
    finally:
        hook.remove()


def timed(function: Any) -> float:
    began = perf_counter()
    function()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return perf_counter() - began


@torch.inference_mode()
def bare_loop(model: Any, batches: list[Batch]) -> None:
    for batch in batches:
        model(**batch)


@torch.inference_mode()
def count_operations(teacher: TransformerTeacher, batches: list[Batch]) -> int:
    """Count the floating-point operations that some batches take, by those of every tenth; padding takes none."""
    some = batches[::10]
    with FlopCounterMode(display=False) as counter:
        bare_loop(teacher.model, some)
    return int(
        counter.get_total_flops()
        * sum(int((batch["input_ids"] != teacher._pad_id).sum()) for batch in batches)
        / sum(batch["input_ids"].numel() for batch in some)
    )


@torch.inference_mode()
def matrix_peak(teacher: TransformerTeacher, size: int = 2_048, repetitions: int = 10, rounds: int = 10) -> float:
    """Measure the operations a second of a product of matrices in the teacher's number format, in the best of some rounds."""
    a, b = (torch.randn(size, size, dtype=teacher.dtype, device=teacher.device) for _ in range(2))
    result = a @ b

    def multiply() -> None:
        for _ in range(repetitions):
            torch.mm(a, b, out=result)

    return 2 * size**3 * repetitions / min(timed(multiply) for _ in range(rounds))


def stages(work: Any) -> None:
    """Print what each stage takes when one thread does all of them in turn."""
    threads, concurrent = torch.get_num_threads(), TransformerTeacher.concurrent_reads
    torch.set_num_threads(1)
    TransformerTeacher.concurrent_reads = 1  # type: ignore[assignment,method-assign]
    profile = cProfile.Profile()
    try:
        total = timed(lambda: profile.runcall(work))
    finally:
        torch.set_num_threads(threads)
        TransformerTeacher.concurrent_reads = concurrent  # type: ignore[method-assign]
    found = {
        (path.rpartition("/")[2], name): entry[3] for (path, _, name), entry in pstats.Stats(profile).stats.items()
    }  # type: ignore[attr-defined]
    took = {stage: found.get(function, 0.0) for stage, function in STAGES.items()}
    took["the rest"] = total - sum(took.values())
    print("\nof one core, in one thread:")
    for stage, part in took.items():
        print(f"{stage:22}{part:7.1f} s{part / total:8.1%}")


if __name__ == "__main__":
    main()
