"""Concatenated subwords against a loop over texts."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gensim_distill.teachers.encoded_texts import EncodedTexts
from gensim_distill.teachers.windows import Window


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 5), max_size=5), before=st.integers(0, 2), behind=st.integers(0, 2), data=st.data()
)
def test_windows_are_assembled_as_by_a_loop(lengths: list[int], before: int, behind: int, data: st.DataObject) -> None:
    rng = np.random.default_rng(len(lengths))
    ids = [rng.integers(0, 100, n) for n in lengths]
    offsets = [rng.integers(0, 100, (n, 2)) for n in lengths]
    encoded = EncodedTexts.concatenate(
        [SimpleNamespace(ids=i.tolist(), offsets=[tuple(o) for o in each.tolist()]) for i, each in zip(ids, offsets)]
    )
    texts = [text for text, length in enumerate(lengths) if length]
    windows = []
    for text in data.draw(st.permutations(texts)):
        begin = data.draw(st.integers(0, lengths[text] - 1))
        windows.append(Window(text, begin, lengths[text], begin, lengths[text]))
    if not windows:
        return
    prefix, suffix = np.arange(before), np.arange(behind) + 7
    found_ids, characters, found_lengths = encoded.assemble(windows, prefix, suffix)
    expected = [np.concatenate([prefix, ids[w.text][w.begin :], suffix]) for w in windows]
    np.testing.assert_array_equal(found_ids, np.concatenate(expected))
    np.testing.assert_array_equal(found_lengths, [len(each) for each in expected])
    none = [np.zeros((number, 2), np.int64) for number in (before, behind)]
    np.testing.assert_array_equal(
        characters, np.concatenate([part for w in windows for part in (none[0], offsets[w.text][w.begin :], none[1])])
    )
