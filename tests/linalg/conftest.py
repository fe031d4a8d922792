"""Data that the tests of linear algebra share."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def vectors() -> np.ndarray:
    """Forty vectors of six dimensions, not centered, with directions of clearly different strength."""
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(6, 6)) * [5.0, 3.0, 2.0, 1.0, 0.5, 0.1]
    return rng.normal(size=(40, 6)) @ mixing.T + rng.normal(size=6)
