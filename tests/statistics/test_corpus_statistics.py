"""Statistics of parts of a corpus add up; every changed bit of saved ones is detected."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_moments import WIDTH, assert_close, random_batch

from gensim_distill.contexts.unknown_subwords import UnknownSubwords
from gensim_distill.contexts.views import View
from gensim_distill.statistics.checksum import checksum, checksum_of
from gensim_distill.statistics.corpus_statistics import CorpusStatistics, ShardStatistics
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.moments_file import load_moments

VIEWS = [View((0,), "token", second_moment=True), View((0,), "summary")]
WORDS = ["graph", "trees", "minors", "system", "user"]


def statistics_of(seeds: Sequence[int], known: Sequence[int], vocabulary: Sequence[int]) -> CorpusStatistics:
    """Return the statistics of random documents over some words, of which others than the known ones are replaced by -1."""
    statistics = CorpusStatistics.empty(VIEWS, len(vocabulary), WIDTH, [WORDS[word] for word in vocabulary])
    for seed in seeds:
        batch = random_batch(seed, occurrences=9)
        batch.words = np.where(np.isin(batch.words, known), np.searchsorted(vocabulary, batch.words), -1)
        statistics.add({view.name: batch for view in VIEWS})
    return statistics


def assert_same(one: CorpusStatistics, other: CorpusStatistics) -> None:
    numbers = [(part.documents, part.raw_words, part.trained_words) for part in (one, other)]
    assert numbers[0] == numbers[1]
    for name, moments in other.moments.items():
        assert_close(one.moments[name], moments)
    assert one.texts is not None and other.texts is not None
    for name, array in other.texts.to_arrays().items():
        np.testing.assert_array_equal(one.texts.to_arrays()[name], array)


def test_parts_merge_to_the_whole_and_load_as_saved(tmp_path: Path) -> None:
    every = range(5)
    merged, whole = (statistics_of(range(number), every, every) for number in (2, 6))
    merged.merge(statistics_of(range(2, 6), every, every))
    assert_same(merged, whole)
    assert (whole.documents, whole.raw_words) == (6, 54)
    assert 0 < whole.trained_words < 54
    whole.save(tmp_path / "file", seed=1)
    loaded, about = CorpusStatistics.load(tmp_path / "file")
    assert_same(loaded, whole)
    assert about == {"seed": 1}


def test_shards_with_parts_of_the_vocabulary_combine_to_the_whole() -> None:
    vocabularies, parts = ([0, 2, 4], [2, 3]), ([1, 2, 3], [4, 5])
    shards = [
        ShardStatistics(
            np.array(words), statistics_of(seeds, words, words), 7, (bytes(seeds),), UnknownSubwords(10, 1, {"x": None})
        )
        for words, seeds in zip(vocabularies, parts)
    ]
    combined = ShardStatistics.combine(shards)
    assert combined.words.tolist() == [0, 2, 3, 4]
    expected, other = (statistics_of(seeds, words, [0, 2, 3, 4]) for words, seeds in zip(vocabularies, parts))
    expected.merge(other)
    assert_same(combined.statistics, expected)
    assert combined.corpus_documents == 14
    assert combined.shard_hashes == (bytes([1, 2, 3]), bytes([4, 5]))
    assert (combined.unknown.subwords, combined.unknown.unknown, list(combined.unknown.words)) == (20, 2, ["x"])
    assert shards[0].statistics.documents == 3  # unchanged
    assert_same(ShardStatistics.combine(shards[:1]).statistics, shards[0].statistics)


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


def test_checksums_are_those_in_files_of_earlier_versions() -> None:
    array = np.array([[0, 1], [2, 3]], dtype="<i8")
    expected = hashlib.blake2b(b"a <i8 (2, 2)\n" + array.tobytes() + b"header", digest_size=16).hexdigest()
    assert checksum_of({"a": array}, "header") == expected
