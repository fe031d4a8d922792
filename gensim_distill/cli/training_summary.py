"""The summary of a training: what was read, the vectors, and what happened."""

from __future__ import annotations

import logging
import platform
import sys
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import gensim_distill
from gensim_distill._utils.training_folder import FORMAT, VERSION
from gensim_distill.cli.corpus_files import Corpus
from gensim_distill.cli.run_config import RunConfig

if TYPE_CHECKING:
    from gensim_distill.word2vec.model import DistilledWord2Vec


def summarize(
    model: DistilledWord2Vec,
    settings: RunConfig,
    corpus: Corpus,
    started: float,
    warnings: list[str],
    files: list[str],
    ignored: int,
) -> dict[str, Any]:
    """Return the summary of a training, for JSON.

    Parameters
    ----------
    model : DistilledWord2Vec
    settings : RunConfig
    corpus : Corpus
    started : float
        When it began, in seconds.
    warnings, files : list of str
        The warnings, and the names of the files that were written.
    ignored : int
        The number of words that were counted and are not in the vocabulary.
    """
    import gensim
    import numpy

    moments = next(iter((model.learned.moments or {}).values()), None)
    return {
        "format": f"{FORMAT} {VERSION}",
        "version": gensim_distill.__version__,
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "seconds": round(time.time() - started, 1),
        "seconds_training": round(model.total_train_time, 1),
        "corpus": {
            "documents": model.corpus_count,
            "words": model.corpus_total_words,
            "empty_documents": corpus.empty,
            "files": len(corpus.paths),
            "bytes": corpus.bytes,
            "state": corpus.state(),
        },
        "vectors": {
            "words": len(model.wv),
            "ignored_words": ignored,
            "vector_size": model.vector_size,
            "contexts_read": None if moments is None else int(moments.counts.sum()),
        },
        "teacher": {
            "name": model.teacher_reference.name,
            "width": model.teacher.width,
            "layers": model.teacher.num_layers,
        },
        "objective": type(model.objective).__name__.lower(),
        "solver": model.solver,
        "contexts_per_word": model.contexts_per_word,
        "loss": float(model.running_training_loss) if settings.model.get("compute_loss") else None,
        "warnings": warnings,
        "events": [
            {key: event[key] for key in ("event", "msg", "datetime", "gensim", "documents") if key in event}
            for event in model.lifecycle_events or ()
        ],
        "files": files,
        "made_with": {
            "python": platform.python_version(),
            "platform": platform.platform(),
            "gensim": gensim.__version__,
            "numpy": numpy.__version__,
            **{name: sys.modules[name].__version__ for name in ("torch", "transformers") if name in sys.modules},
        },
    }


class CollectedWarnings(logging.Handler):
    """A handler that collects the warnings of a training for its summary."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message of a record."""
        self.messages.append(record.getMessage())

    def __enter__(self) -> None:
        logging.getLogger("gensim_distill").addHandler(self)
        logging.getLogger("gensim").addHandler(self)

    def __exit__(self, *error: object) -> None:
        logging.getLogger("gensim_distill").removeHandler(self)
        logging.getLogger("gensim").removeHandler(self)
