"""A teacher that records which process reads which texts, and the environment in which Ray's workers can import it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from gensim_distill import StateBatch

# Ray's workers import the modules of the tests by name.
WORKER_ENVIRONMENT = {
    "PYTHONPATH": os.pathsep.join(
        filter(None, [str(Path(__file__).parent), str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    )
}


class RecordingTeacher:
    """A slow teacher that is not a transformer and appends a line with its process and the number of texts to a file."""

    width, num_layers = 4, 2

    def __init__(self, log: Path, exits: bool = False) -> None:
        self.log, self.exits = log, exits

    def read(self, texts: Any, layers: Any) -> Any:
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(f"{os.getpid()} {len(texts)}\n")
        if self.exits:
            os._exit(1)
        time.sleep(0.2)
        spans = [(i, k, k + 1) for i, text in enumerate(texts) for k in range(len(text))]
        ids, starts, ends = np.array(spans, dtype=np.int64).reshape(-1, 3).T
        letters = np.array([ord(character) for text in texts for character in text], dtype=np.float32)
        states = np.sin(letters[:, None] * np.arange(1, 5, dtype=np.float32))
        yield StateBatch(ids, starts, ends, [states * (layer + 1) for layer in layers])
