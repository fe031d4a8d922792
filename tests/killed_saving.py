"""Saves of a model over another one that are killed again and again; each leaves the old model or the new one.

test_persistence.py runs it in a process of its own. torch is imported once: each save is a fork, which takes milliseconds.
"""

from __future__ import annotations

import os
import random
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
from killed_training import CORPUS, WORDS, kill_at_rename, wait_for_end
from tiny import tiny_bert

from gensim_distill import DistilledWord2Vec
from gensim_distill.teachers import TransformerTeacher

MORE = [["the", "owl", "sees", "the", "fox"]]
#: Ways to divide a model into files.
DIVISIONS: list[dict[str, Any]] = [{}, {"sep_limit": 0}, {"sep_limit": 100}]


def start_saving(model: DistilledWord2Vec, path: Path, disturb: Callable[[], None], **division: Any) -> int:
    """Save a model in a forked process; return its id."""
    process = os.fork()
    if process:
        return process
    try:
        disturb()
        model.save(path, **division)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def vectors_after_training(model: DistilledWord2Vec, teacher: Any) -> bytes:
    model.teacher = teacher
    model.build_vocab(MORE, update=True)
    model.train(MORE, total_examples=1, epochs=model.epochs)
    return bytes(np.ascontiguousarray(model.wv.vectors).tobytes())


def main(folder: Path, kills: int) -> None:
    """Kill saves, and load and train the model that is found."""
    torch.set_num_threads(1)
    teacher = TransformerTeacher(*tiny_bert([" ".join(WORDS)]), device="cpu", dtype="float32")
    folder.mkdir(exist_ok=True)
    path, generator = folder / "model", random.Random(1)
    models = [
        DistilledWord2Vec(CORPUS[:size], teacher=teacher, min_count=1, objective="aggregate", contexts_per_word=None)
        for size in (40, 50)
    ]

    models[0].save(path)
    start = time.monotonic()
    models[0].save(path)
    duration = time.monotonic() - start
    expected = []
    for number, model in enumerate(models):
        model.save(folder / f"copy-{number}")
        expected.append(vectors_after_training(DistilledWord2Vec.load(folder / f"copy-{number}"), teacher))
    found, killed, completed = [0, 0], 0, 0
    while killed < 2 * kills:
        new = generator.randrange(2)
        division = generator.choice(DIVISIONS)
        if killed % 2:
            process = start_saving(models[new], path, lambda: None, **division)
            time.sleep(generator.uniform(0, duration))
            os.kill(process, signal.SIGKILL)
        else:
            disturb = kill_at_rename(killed // 2 % 9 + 1, generator.random() < 0.5)
            process = start_saving(models[new], path, disturb, **division)
        done = wait_for_end(process)
        killed, completed = killed + 1, completed + done
        loaded = DistilledWord2Vec.load(path, mmap=generator.choice([None, "r"]))
        now = vectors_after_training(loaded, teacher)
        if now not in expected:
            raise SystemExit("the model is neither the old nor the new one")
        if done and now != expected[new]:
            raise SystemExit("the model that was saved is not the new one")
        found[expected.index(now)] += 1
    models[0].save(path)
    left = sorted(file.name for file in folder.iterdir() if not file.name.startswith("copy-"))
    print(f"killed={killed - completed} completed={completed} found={found} left={left}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
