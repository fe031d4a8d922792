"""Speed of the pass over the corpus, compared with plain loops of ``model(**batch)``.

On the same documents, in turns: the whole pass, which splits, tokenizes, reads, pools and adds to the statistics; loops
over its packed batches, with the model itself and with its fused kernels; and a loop over the usual batches, sorted by
length and padded to the longest. With --compile also with ``torch.compile``, the weights frozen into the graph, on packed
batches of the shape with most tokens. Then the time of each stage in a single thread.

Run: python -m benchmarks.speed.teacher_pass CORPUS TEACHER [--lines N] [--objective NAME] [--compile]
"""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import CodeType
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.common import Lines, MarkdownTable, corpus_parser, machine, timed
from gensim_distill import TextReader, load_teacher
from gensim_distill.contexts.pooling import SpanPool
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.objectives import OBJECTIVES, make_objective
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.teachers import TransformerTeacher

Batch = dict[str, torch.Tensor]

# The function of each stage: its code object, or the name of a built-in.
STAGES: dict[str, CodeType | str] = {
    "splitting into words": TextReader.text.__code__,
    "tokenizing": "<method 'encode_batch' of 'tokenizers.Tokenizer' objects>",
    "teacher": torch.nn.Module.__call__.__code__,
    "pooling": SpanPool.add.__code__,
    "adding to the statistics": CorpusStatistics.add.__code__,
}


def main(argv: list[str] | None = None) -> list[MarkdownTable]:
    parser = corpus_parser(__doc__, lines=40_000)
    parser.add_argument("--turn", type=int, default=20_000, help="documents per turn (default: %(default)s)")
    parser.add_argument("--objective", choices=list(OBJECTIVES), default="hybrid")
    parser.add_argument("--compile", action="store_true", help="measure torch.compile too; needs a C++ compiler")
    arguments = parser.parse_args(argv)

    teacher = load_teacher(arguments.teacher)
    assert isinstance(teacher, TransformerTeacher)
    documents = list(Lines(arguments.corpus, arguments.lines))
    counts = Counter(token for document in documents for token in document)
    frequent = (word for word, count in counts.most_common() if count >= 5)
    vocabulary = {word: index for index, word in enumerate(frequent)}
    views = [view for view in make_objective(arguments.objective).views(teacher.num_layers) if not view.isolated]
    statistics = CorpusStatistics.empty(views, len(vocabulary), teacher.width, list(vocabulary))

    def whole_pass(some: list[list[str]]) -> None:
        for contexts in read_contexts(some, TextReader(), teacher, views, vocabulary):
            statistics.add(contexts)

    seconds = dict.fromkeys(["plain loop, packed", "plain loop, padded", "fused loop, packed", "whole pass"], 0.0)
    subwords = packed_size = padded_size = operations = 0
    peak = 0.0
    whole_pass(documents[:500])  # warm-up
    for start in range(0, len(documents), arguments.turn):
        turn = documents[start : start + arguments.turn]
        with recorded_calls(type(teacher.model)) as calls:
            whole_pass(turn)
        fused, packed = calls[0][0], [batch for _, batch in calls]
        padded = padded_batches(teacher, turn)
        subwords += sum(int(batch["attention_mask"].sum()) for batch in padded)
        packed_size += sum(batch["input_ids"].numel() for batch in packed)
        padded_size += sum(batch["input_ids"].numel() for batch in padded)
        operations += count_operations(teacher.model, padded)
        peak = max(peak, matrix_peak(teacher))
        seconds["plain loop, packed"] += timed(run_batches, teacher.model, packed)
        seconds["plain loop, padded"] += timed(run_batches, teacher.model, padded)
        seconds["fused loop, packed"] += timed(run_batches, fused, packed)
        seconds["whole pass"] += timed(whole_pass, turn)

    words = sum(map(len, documents))
    print(
        f"{machine()}\n"
        f"teacher {arguments.teacher}: {teacher.dtype}, {teacher.device}, {teacher.batch_tokens} subwords per batch, "
        f"{teacher.concurrent_reads} threads\n"
        f"{len(documents)} documents, {words} words, {subwords} subwords, {operations / subwords / 1e6:.1f} MFLOP per "
        f"subword; padding {packed_size / subwords - 1:.1%} packed, {padded_size / subwords - 1:.1%} padded\n"
        f"objective {arguments.objective}, views {', '.join(statistics.moments)}\n"
        f"peak of a product of two matrices of 2,048 x 2,048: {peak / 1e9:.0f} GFLOP/s"
    )
    formats = {"seconds": ".1f", "words/s": ",.0f", "subwords/s": ",.0f", "of the peak": ".0%"}
    table = MarkdownTable("pass", *formats, formats=formats)
    for name, taken in seconds.items():
        table.row(name, taken, words / taken, subwords / taken, operations / taken / peak)
    relative = seconds["plain loop, packed"] / seconds["whole pass"]
    print(f"\nThe whole pass reads {relative:.1%} of the words per second of the plain loop over packed batches.")
    if arguments.compile:
        measure_compiled(arguments.teacher, teacher.model, fused, packed)
    measure_stages(lambda: whole_pass(documents[: arguments.turn]))
    return [table]


@contextmanager
def recorded_calls(model_class: type[Any]) -> Iterator[list[tuple[Any, Batch]]]:
    """Record the module and the tensors of each call of a model of some class."""
    calls: list[tuple[Any, Batch]] = []
    forward = model_class.forward

    def record(self: Any, *args: Any, **kwargs: Any) -> Any:
        calls.append((self, {name: value for name, value in kwargs.items() if isinstance(value, torch.Tensor)}))
        return forward(self, *args, **kwargs)

    with mock.patch.object(model_class, "forward", record):
        yield calls


def padded_batches(teacher: TransformerTeacher, documents: Sequence[Sequence[str]]) -> list[Batch]:
    """Tokenize documents into batches as usual: sorted by length, padded to the longest."""
    encoded = teacher.tokenizer(
        [" ".join(tokens) for tokens in documents], truncation=True, max_length=teacher.max_length
    )["input_ids"]
    encoded.sort(key=len, reverse=True)
    batches, start = [], 0
    while start < len(encoded):
        size = max(teacher.batch_tokens // len(encoded[start]), 1)
        rows = [torch.tensor(ids) for ids in encoded[start : start + size]]
        ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
        mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(row) for row in rows], batch_first=True)
        batches.append({"input_ids": ids.to(teacher.device), "attention_mask": mask.to(teacher.device)})
        start += size
    return batches


@torch.inference_mode()
def run_batches(model: Any, batches: list[Batch]) -> None:
    """Run a model on batches, one after the other."""
    for batch in batches:
        model(**batch)


@torch.inference_mode()
def count_operations(model: Any, batches: list[Batch]) -> int:
    """Estimate the floating-point operations without padding, from those of every tenth batch."""
    sample = batches[::10]
    with FlopCounterMode(display=False) as counter:
        run_batches(model, sample)
    subwords = sum(int(batch["attention_mask"].sum()) for batch in batches)
    return int(counter.get_total_flops() * subwords / sum(batch["input_ids"].numel() for batch in sample))


@torch.inference_mode()
def matrix_peak(teacher: TransformerTeacher, size: int = 2_048, repetitions: int = 10, rounds: int = 10) -> float:
    """Measure the operations per second of matrix products in the dtype of the teacher, the best of some rounds."""
    a, b = (torch.randn(size, size, dtype=teacher.dtype, device=teacher.device) for _ in range(2))
    result = a @ b

    def multiply() -> None:
        for _ in range(repetitions):
            torch.mm(a, b, out=result)

    return 2 * size**3 * repetitions / min(timed(multiply) for _ in range(rounds))


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit torch to one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def measure_compiled(teacher: str, model: Any, fused: Any, batches: list[Batch], turns: int = 3) -> None:
    """Compare the model itself, its fused kernels and torch.compile in one thread, and their errors to float32."""
    from torch._inductor import config as inductor

    tokens_of: Counter[tuple[int, ...]] = Counter()
    for batch in batches:
        tokens_of[tuple(batch["input_ids"].shape)] += batch["input_ids"].numel()
    shape, tokens = tokens_of.most_common(1)[0]
    batches = [batch for batch in batches if tuple(batch["input_ids"].shape) == shape]
    exact = load_teacher(teacher, device="cpu", dtype="float32")
    assert isinstance(exact, TransformerTeacher)

    @torch.inference_mode()
    def last_states(some_model: Any, batch: Batch) -> torch.Tensor:
        states: torch.Tensor = some_model(**batch).last_hidden_state
        return states.float()

    with one_thread(), mock.patch.object(inductor, "freezing", True):
        compiled = torch.compile(model.eval(), dynamic=False)
        compilation = timed(last_states, compiled, batches[0])
        variants = {"model": model, "fused kernels": fused, "torch.compile": compiled}
        seconds: dict[str, list[float]] = {name: [] for name in variants}
        for _ in range(turns):
            for name, variant in variants.items():
                seconds[name].append(timed(run_batches, variant, batches))
        batch = batches[-1]
        expected = last_states(exact.model, batch | {"attention_mask": batch["attention_mask"].float()})
        errors = {
            name: float((last_states(variant, batch) - expected).norm() / expected.norm())
            for name, variant in variants.items()
        }
    print(
        f"\n{len(batches)} batches of shape {shape}, one thread; compilation took {compilation:.1f} s (less if cached)"
    )
    table = MarkdownTable("", "tokens/s, padding included", "relative", "error to float32")
    medians = {name: float(np.median(taken)) for name, taken in seconds.items()}
    for name, median in medians.items():
        table.row(name, f"{tokens / median:.0f}", f"{medians['model'] / median:.2f}", f"{errors[name]:.4f}")


def measure_stages(work: Callable[[], None]) -> None:
    """Print the time of each stage when one thread runs all of them."""
    profile = cProfile.Profile()
    with one_thread(), mock.patch.object(TransformerTeacher, "concurrent_reads", 1):
        total = timed(profile.runcall, work)
    cumulative = {key: entry[3] for key, entry in pstats.Stats(profile).stats.items()}  # type: ignore[attr-defined]
    seconds = {}
    for stage, function in STAGES.items():
        key = (
            ("~", 0, function)
            if isinstance(function, str)
            else (function.co_filename, function.co_firstlineno, function.co_name)
        )
        seconds[stage] = cumulative.get(key, 0.0)
    seconds["the rest"] = total - sum(seconds.values())
    table = MarkdownTable("stage, one thread", "seconds", "share")
    for stage, taken in seconds.items():
        table.row(stage, f"{taken:.1f}", f"{taken / total:.1%}")


if __name__ == "__main__":
    main()
