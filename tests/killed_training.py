"""A training that is killed again and again, by itself or from outside: run by test_checkpoint.py in a process of its own.

torch is imported once; each life is a fork, which costs milliseconds.
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
SETTINGS = SOLVERS[sys.argv[3] if __name__ == "__main__" and len(sys.argv) > 3 else "one-pass"]


def life(teacher: Any, folder: Path, result: Path, disturb: Callable[[], None]) -> int:
    """Train in a process of its own; give its number."""
    process = os.fork()
    if process:
        return process
    try:
        checkpoint.INTERVAL = checkpoint.PAUSE = 0.0
        disturb()
        model = DistilledWord2Vec(
            CORPUS, teacher=teacher, min_count=1, cache_dir=folder, contexts_per_word=100, **SETTINGS
        )
        np.save(result, model.wv.vectors)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def dies_at_replace(number: int, before: bool) -> Callable[[], None]:
    """Make a life end just before or behind the so-manieth renaming of a file."""
    replace, calls = os.replace, iter(range(1, 1_000_000))

    def counted(source: Any, target: Any) -> None:
        last = next(calls) == number
        if not (last and before):
            replace(source, target)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)

    return lambda: setattr(os, "replace", counted)


def end_of(process: int) -> bool:
    """Wait for a life to end, and tell whether it came to its end by itself."""
    _, status = os.waitpid(process, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if not killed and os.waitstatus_to_exitcode(status):
        raise SystemExit("a life ended with an error")
    return not killed


def main(folder: Path, kills: int) -> None:
    torch.set_num_threads(1)
    teacher = TransformerTeacher(*tiny_bert([" ".join(WORDS)]), device="cpu", dtype="float32", batch_tokens=2)
    # What forks inherit is a process that has read something already.
    list(teacher.read(["the fox"], [0]))
    cache, result = folder / "cache", folder / "vectors.npy"
    start = time.monotonic()
    end_of(life(teacher, folder / "undisturbed", result, lambda: None))
    whole_time = time.monotonic() - start
    expected = result.read_bytes()
    chance = random.Random(1)
    done = at_random = in_write = 0

    def compare() -> None:
        nonlocal done
        if result.read_bytes() != expected:
            raise SystemExit("the vectors of an interrupted training are others")
        done += 1
        result.unlink()
        shutil.rmtree(cache)

    # Killed around each of the renamings of the first files, then at random ones.
    for _ in range(kills):
        number, before = in_write % 7 + 1, chance.random() < 0.5
        if end_of(life(teacher, cache, result, dies_at_replace(number, before))):
            compare()
        else:
            in_write += 1
    # Killed at a random moment.
    while at_random < kills:
        process = life(teacher, cache, result, lambda: None)
        time.sleep(chance.uniform(0, whole_time / 2))
        os.kill(process, signal.SIGKILL)
        if end_of(process):
            compare()
        else:
            at_random += 1
    end_of(life(teacher, cache, result, lambda: None))
    compare()
    print(f"in_write={in_write} at_random={at_random} done={done} whole_time={whole_time:.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
