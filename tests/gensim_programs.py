"""Parts of programs written for gensim, and the log lines that their authors see."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, ClassVar

import pytest
from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec

from gensim_distill import DistilledWord2Vec

SOLVER_SETTINGS: list[dict[str, Any]] = [
    {},
    {"objective": "aggregate"},
    {"objective": "x2static"},
    {"objective": "x2static", "solver": "sgd", "sample": 0, "workers": 1, "epochs": 2},
]


class TeacherWord2Vec(DistilledWord2Vec):
    """The replacement of Word2Vec in a program: DistilledWord2Vec with a default teacher."""

    teachers: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **({"teacher": self.teachers[-1]} | settings))


class EpochSaver(CallbackAny2Vec):
    """Records the loss of each epoch, and saves the model after it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.epoch = 0
        self.before = 0.0
        self.lines: list[str] = []

    def on_train_begin(self, model: Word2Vec) -> None:
        self.lines.append(f"begin {model}")

    def on_epoch_begin(self, model: Word2Vec) -> None:
        self.lines.append(f"epoch {self.epoch}")

    def on_epoch_end(self, model: Word2Vec) -> None:
        loss = model.get_latest_training_loss()
        self.lines.append(f"loss {loss - self.before:.2f}")
        self.before = loss
        self.epoch += 1
        model.save(str(self.folder / f"{self.epoch}.model"))

    def on_train_end(self, model: Word2Vec) -> None:
        self.lines.append("end")


def logged_warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
