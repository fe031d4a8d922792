"""Training that is interrupted, for the tests of checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import CORPUS
from text_objective import KeepsTexts
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec
from gensim_distill.statistics.checksum import checksum
from gensim_distill.teachers import identity

# With batch_tokens=1, several chunks of about two documents each.
TEXTS = [list(text) for text in CORPUS * 3]
STRINGS = {" ".join(text).replace("_", " ") for text in TEXTS}
NEWEST, PREVIOUS = "checkpoint-1.safetensors", "checkpoint-1.safetensors.previous"


class Interrupting(ListeningTeacher):
    """A teacher that raises KeyboardInterrupt once it has read `last` texts."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.last = 1_000_000
        self.begins: list[int] = []

    def read(self, texts: Any, layers: Any) -> Any:
        if texts == [identity._PROBE]:
            return super(ListeningTeacher, self).read(texts, layers)
        self.begins.append(len(self.heard))
        if len(self.heard) >= self.last:
            raise KeyboardInterrupt
        return super().read(texts, layers)


def distill(corpus: Any, teacher: Any, **settings: Any) -> DistilledWord2Vec:
    return DistilledWord2Vec(
        corpus, teacher=teacher, **({"min_count": 1, "progress": False, "contexts_per_word": None} | settings)
    )


def interrupt(corpus: Any, teacher: Any, folder: Path, **settings: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        distill(corpus, teacher, cache_dir=folder, **settings)


def assert_identical(a: DistilledWord2Vec, b: DistilledWord2Vec) -> None:
    assert a.wv.index_to_key == b.wv.index_to_key
    assert a.wv.vectors.tobytes() == b.wv.vectors.tobytes()
    assert checksum(a.learned.moments or {}, a.learned.texts) == checksum(b.learned.moments or {}, b.learned.texts)
    assert a.train_count == b.train_count


SETTINGS: dict[str, dict[str, Any]] = {
    "hybrid": {},
    "aggregate": {"objective": "aggregate", "layers": [0, 2], "context": 2},
    "x2static": {"objective": "x2static", "context": "sentence"},
    "budget": {"contexts_per_word": 3},
    "texts": {"objective": KeepsTexts()},
    # One worker: more take their steps in the order in which they come to them.
    "gradient descent": {"objective": "x2static", "solver": "sgd", "sample": 0, "epochs": 2, "workers": 1},
}
