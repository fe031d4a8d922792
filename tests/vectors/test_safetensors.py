"""The folder format of vectors in safetensors and words in JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gensim_distill.vectors import load_safetensors, save_safetensors
from gensim_distill.vectors.keyed import word_counts

WORDS = ["cat", "new york", "", "tab\t", "line\n", "half \ud83d", "日"]
VECTORS = np.random.default_rng(0).normal(size=(len(WORDS), 12)).astype(np.float32)


@pytest.mark.parametrize("counts", [None, np.arange(len(WORDS), 0, -1) * 10])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 0), ("float16", 2e-3), ("int8", 2e-2)])
def test_any_word_and_the_counts_are_kept(tmp_path: Path, dtype: Any, tolerance: float, counts: Any) -> None:
    save_safetensors(tmp_path, WORDS, VECTORS, counts, dtype=dtype)
    loaded = load_safetensors(tmp_path)
    assert loaded.index_to_key == WORDS
    assert loaded.vectors.dtype == np.float32
    assert_allclose(loaded.vectors, VECTORS, atol=tolerance)
    if counts is None:
        assert word_counts(loaded) is None
    else:
        assert_array_equal(word_counts(loaded), counts)


def test_damaged_folders_raise(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"it has no vectors\.safetensors"):
        load_safetensors(tmp_path)
    save_safetensors(tmp_path, WORDS, VECTORS)
    (tmp_path / "vocabulary.json").write_text('["cat"]', encoding="utf-8")
    with pytest.raises(ValueError, match="1 words.*7 vectors.*, which do not belong together"):
        load_safetensors(tmp_path)
    (tmp_path / "vocabulary.json").write_text('["cat"', encoding="utf-8")
    with pytest.raises(ValueError, match="is damaged"):
        load_safetensors(tmp_path)
    (tmp_path / "vocabulary.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="is not a list of words"):
        load_safetensors(tmp_path)
    (tmp_path / "vocabulary.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"it has no vocabulary\.json"):
        load_safetensors(tmp_path)
