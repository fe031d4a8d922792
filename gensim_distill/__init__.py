"""Static vectors of words and of whole texts, distilled from your own documents and a transformer, used like gensim's Word2Vec."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gensim_distill.corpus.reader import TextReader
    from gensim_distill.exports import DistilledVectors
    from gensim_distill.teachers import StateBatch, Teacher, load_teacher
    from gensim_distill.word2vec.model import DistilledWord2Vec

__version__ = "1.0.0"

__all__ = ["DistilledVectors", "DistilledWord2Vec", "StateBatch", "Teacher", "TextReader", "load_teacher"]

# Imported when first asked for: gensim and torch take seconds, and the help of the command line needs neither.
_MODULES = {
    "DistilledVectors": "gensim_distill.exports",
    "DistilledWord2Vec": "gensim_distill.word2vec.model",
    "StateBatch": "gensim_distill.teachers",
    "Teacher": "gensim_distill.teachers",
    "TextReader": "gensim_distill.corpus.reader",
    "load_teacher": "gensim_distill.teachers",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
