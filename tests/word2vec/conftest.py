"""A class that replaces gensim's Word2Vec in programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from gensim_programs import TeacherWord2Vec


@pytest.fixture
def word2vec_class(folder: Path, monkeypatch: pytest.MonkeyPatch) -> type[TeacherWord2Vec]:
    """DistilledWord2Vec with the tiny BERT as its default teacher."""
    monkeypatch.setattr(TeacherWord2Vec, "teachers", [str(folder)])
    return TeacherWord2Vec
