"""Spearman's rank correlation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gensim_distill.evaluation.correlation import spearman


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=2, max_size=12))
def test_spearman_matches_scipy(values: list[tuple[int, int]]) -> None:
    first, second = np.array(values, dtype=float).T
    found = float(spearman(first[None], second[None])[0])
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(stats.spearmanr(first, second).statistic)
