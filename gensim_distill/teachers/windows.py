"""From token ids to what one forward pass reads: windows over long texts, batches of similar length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gensim_distill._utils.arrays import IntArray


@dataclass(slots=True)
class Window:
    """A run of a text's subwords that the teacher reads at once.

    Attributes
    ----------
    text : int
        The position of the text in the list that is being read.
    begin, end : int
        The subwords that are read.
    keep_begin, keep_end : int
        Those of them whose states are kept; the rest is there to be context for them.
    """

    text: int
    begin: int
    end: int
    keep_begin: int
    keep_end: int

    def __len__(self) -> int:
        return self.end - self.begin


def cut(text: int, word_starts: IntArray, length: int, size: int) -> Iterator[Window]:
    """Cut a text of `length` subwords into overlapping windows of at most `size`, each subword kept once.

    Every kept subword has at least ``size // 8`` subwords of context on either side, as far as the
    text has them. The kept runs end before a word where one begins near enough.

    Parameters
    ----------
    text : int
        The position of the text.
    word_starts : numpy.ndarray of int64
        The subwords, in order, in front of which the text may be cut.
    length, size : int
        Subwords in the text and in a window.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.teachers.windows import cut
    >>> [(w.begin, w.keep_begin, w.keep_end, w.end) for w in cut(0, np.arange(20), 20, 8)]
    [(0, 0, 7, 8), (6, 7, 13, 14), (12, 13, 20, 20)]
    """
    margin = size // 8
    keep_begin = 0
    while keep_begin < length:
        begin = max(0, keep_begin - margin)
        keep_end = begin + size - margin
        if begin + size >= length:
            keep_end = length
        else:
            # Go back to the start of a word, but no further than half a window: a "word" may be longer.
            before = word_starts[: np.searchsorted(word_starts, keep_end, side="right")]
            if len(before) and before[-1] > keep_begin + size // 2:
                keep_end = int(before[-1])
        yield Window(text, begin, min(keep_end + margin, length), keep_begin, keep_end)
        keep_begin = keep_end


def batches(windows: Sequence[Window], extra: int, batch_tokens: int) -> Iterator[list[Window]]:
    """Group windows of similar length into batches of at most `batch_tokens` subwords, padding included.

    Parameters
    ----------
    windows : sequence of Window
    extra : int
        Special tokens that are added to each window.
    batch_tokens : int
        Subwords in a batch; a longer window is a batch of its own.
    """
    # Longest first: if a batch does not fit the device, that shows at once.
    batch: list[Window] = []
    for window in sorted(windows, key=len, reverse=True):
        if batch and (len(batch) + 1) * (len(batch[0]) + extra) > batch_tokens:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch
