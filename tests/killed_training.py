"""A training that is killed again and again, by itself and from outside.

test_checkpoint.py runs it in a process of its own. torch is imported once: each run of the training is a fork,
which takes milliseconds.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", OMP_NUM_THREADS="1")

import numpy as np
import torch
from tiny import tiny_bert

from gensim_distill import DistilledWord2Vec
from gensim_distill.statistics import checkpoint
from gensim_distill.teachers import TransformerTeacher

WORDS = ["the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog", "cats", "sleep", "all", "day"]
CORPUS = [random.Random(number).choices(WORDS, k=3 + number % 9) for number in range(150)]

SOLVERS: dict[str, dict[str, Any]] = {
    "one-pass": {},
    "sgd": {"objective": "x2static", "solver": "sgd", "sample": 0, "epochs": 2, "workers": 1},
}


def start_training(
    teacher: Any, settings: dict[str, Any], folder: Path, result: Path, disturb: Callable[[], None]
) -> int:
    """Train in a forked process; return its id."""
    process = os.fork()
    if process:
        return process
    try:
        checkpoint.INTERVAL = checkpoint.INTERVAL_PER_WRITE_TIME = 0.0
        disturb()
        model = DistilledWord2Vec(
            CORPUS, teacher=teacher, min_count=1, cache_dir=folder, contexts_per_word=100, **settings
        )
        np.save(result, model.wv.vectors)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def kill_at_rename(number: int, before: bool) -> Callable[[], None]:
    """Return a function that makes its process kill itself just before or just after a file is renamed for the n-th time."""
    replace, calls = os.replace, iter(range(1, 1_000_000))

    def counted(source: Any, target: Any) -> None:
        last = next(calls) == number
        if not (last and before):
            replace(source, target)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)

    return lambda: setattr(os, "replace", counted)


def wait_for_end(process: int) -> bool:
    """Wait until a training ends; return whether it was completed, not killed."""
    _, status = os.waitpid(process, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if not killed and os.waitstatus_to_exitcode(status):
        raise SystemExit("a training ended with an error")
    return not killed


def main(folder: Path, kills: int, settings: dict[str, Any]) -> None:
    """Kill trainings, resume them, and compare the vectors with those of an uninterrupted training."""
    torch.set_num_threads(1)
    teacher = TransformerTeacher(*tiny_bert([" ".join(WORDS)]), device="cpu", dtype="float32", batch_tokens=2)
    list(teacher.read(["the fox"], [0]))  # so that forks inherit a process that is warmed up
    cache, result = folder / "cache", folder / "vectors.npy"
    start = time.monotonic()
    wait_for_end(start_training(teacher, settings, folder / "uninterrupted", result, lambda: None))
    duration = time.monotonic() - start
    expected = result.read_bytes()
    generator = random.Random(1)
    completed = at_random = at_renames = 0

    def compare() -> None:
        nonlocal completed
        if result.read_bytes() != expected:
            raise SystemExit("the vectors of an interrupted training differ")
        if left := [path.name for path in cache.iterdir() if path.name.startswith(".")]:
            raise SystemExit(f"temporary files of killed trainings are left: {left}")
        completed += 1
        result.unlink()
        shutil.rmtree(cache)

    for _ in range(kills):
        number, before = at_renames % 7 + 1, generator.random() < 0.5
        if wait_for_end(start_training(teacher, settings, cache, result, kill_at_rename(number, before))):
            compare()
        else:
            at_renames += 1
    while at_random < kills:
        process = start_training(teacher, settings, cache, result, lambda: None)
        time.sleep(generator.uniform(0, duration / 2))
        os.kill(process, signal.SIGKILL)
        if wait_for_end(process):
            compare()
        else:
            at_random += 1
    wait_for_end(start_training(teacher, settings, cache, result, lambda: None))
    compare()
    print(f"at_renames={at_renames} at_random={at_random} completed={completed} duration={duration:.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), SOLVERS[sys.argv[3]])
