"""Whether torch.compile pays for a teacher: its layers as they are, with oneDNN's fused kernels, and compiled.

On one core, over the rows of 96 subwords that texts share, all of one shape. What is compiled has its weights frozen into
it. The three take turns; printed are subwords a second, how long compiling took, and how far the last states are from
those of the layers in float32.

Run: python benchmarks/compiled.py CORPUS TEACHER [--lines N] [--turns N]

CORPUS has a tokenized sentence a line and may be compressed; TEACHER is a hub name or a folder. Needs a C++ compiler.
"""

from __future__ import annotations

import argparse
from collections import Counter
from time import perf_counter
from typing import Any

import numpy as np
import torch
from corpus import Lines
from machine import machine
from torch._inductor import config as inductor

from gensim_distill import load_teacher
from gensim_distill.teachers import TransformerTeacher

Batch = dict[str, torch.Tensor]


@torch.inference_mode()
def read(model: Any, batches: list[Batch]) -> torch.Tensor:
    for batch in batches:
        states = model(**batch, output_hidden_states=True).hidden_states[-1]
    return states


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("teacher")
    parser.add_argument("--lines", type=int, default=5_000, help="how many lines of the corpus (default: %(default)s)")
    parser.add_argument("--turns", type=int, default=3, help="how often each is measured (default: %(default)s)")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    teacher = load_teacher(arguments.teacher, device="cpu")
    exact = load_teacher(arguments.teacher, device="cpu", dtype="float32")
    assert isinstance(teacher, TransformerTeacher) and isinstance(exact, TransformerTeacher)
    batches: list[Batch] = []
    hook = teacher._fused.register_forward_pre_hook(lambda _, __, given: batches.append(given), with_kwargs=True)
    for _ in teacher.read([" ".join(tokens) for tokens in Lines(arguments.corpus, arguments.lines)], [-1]):
        pass
    hook.remove()
    batches = [{k: v for k, v in batch.items() if isinstance(v, torch.Tensor)} for batch in batches]
    shape, _ = Counter(tuple(batch["input_ids"].shape) for batch in batches).most_common(1)[0]
    batches = [batch for batch in batches if tuple(batch["input_ids"].shape) == shape]
    subwords = sum(int((batch["input_ids"] != teacher._pad_id).sum()) for batch in batches)

    inductor.freezing = True
    compiled = torch.compile(teacher.model.eval(), dynamic=False)
    began = perf_counter()
    read(compiled, batches[:1])
    took_to_compile = perf_counter() - began
    sides = {"as it is": teacher.model, "fused": teacher._fused, "compiled": compiled}
    rates: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(arguments.turns):
        for side, model in sides.items():
            began = perf_counter()
            read(model, batches)
            rates[side].append(subwords / (perf_counter() - began))

    last = batches[-1] | {"attention_mask": batches[-1]["attention_mask"].float()}
    wanted = read(exact.model, [last])
    print(f"{machine()}\nteacher {arguments.teacher}: {teacher.dtype}; {len(batches)} batches of {shape}, one thread")
    print(f"compiling took {took_to_compile:.1f} s, or less than that where an earlier run had filled its cache")
    for side, model in sides.items():
        far = float((read(model, batches[-1:]).float() - wanted).norm() / wanted.norm())
        print(
            f"{side:10} median {np.median(rates[side]):8.0f} subwords/s, all {', '.join(f'{rate:.0f}' for rate in rates[side])}; "
            f"{np.median(rates[side]) / np.median(rates['as it is']):.2f} times; states off by {far:.4f}"
        )


if __name__ == "__main__":
    main()
