"""Saved statistics: every changed bit is detected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gensim_distill.statistics.checksum import checksum
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.moments_file import load_moments


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    generator = np.random.default_rng(1)
    view = Moments(5, 3, second_moment=True)
    view.sums += generator.standard_normal((5, 3))
    view.counts += generator.integers(9, size=5)
    path = tmp_path_factory.mktemp("saved") / "statistics"
    CorpusStatistics({"view": view}, 7, 8, 9).save(path, fingerprint={"seed": 1})
    return path


@given(position=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_changed_bit_anywhere_is_detected(saved: Path, position: float, bit: int) -> None:
    whole = CorpusStatistics.load(saved)
    content = bytearray(saved.read_bytes())
    content[int(position * len(content))] ^= 1 << bit
    damaged = saved.with_name("damaged")
    damaged.write_bytes(content)
    try:
        statistics, about = CorpusStatistics.load(damaged)
    except ValueError as error:
        assert "damaged' " in str(error)
    else:  # white space, or the name of the checksum
        assert checksum(statistics.moments) == checksum(whole[0].moments)
        assert (vars(statistics) | {"moments": None}, about) == (vars(whole[0]) | {"moments": None}, whole[1])


def test_changed_bit_of_an_array_does_not_match_the_checksum(saved: Path) -> None:
    content = saved.read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    assert len(content) - begin == 8 * (5 * 3 + 5 + 5 + 3 + 1 + 9)
    damaged = saved.with_name("damaged")
    for position in range(begin, len(content)):
        damaged.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        with pytest.raises(ValueError, match="do not match its checksum"):
            load_moments(damaged)
