"""Windows over the subwords of a text, for texts longer than one forward pass, and batches of similar lengths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gensim_distill._utils.arrays import IntArray

# On a GPU, windows that are padded are read in at least this many batches, unless these would be too small to use all of it.
_PADDED_BATCHES, _SMALLEST_BATCH = 8, 8_192


@dataclass(slots=True)
class Window:
    """Successive subwords of a text that are read in one forward pass.

    Attributes
    ----------
    text : int
        The index of the text in the list that is read.
    begin, end : int
        The subwords that are read, half-open.
    keep_begin, keep_end : int
        The subwords whose hidden states are kept, half-open; the others are context for them.
    """

    text: int
    begin: int
    end: int
    keep_begin: int
    keep_end: int

    def __len__(self) -> int:
        return self.end - self.begin


def split_windows(text: int, word_starts: IntArray, length: int, size: int) -> Iterator[Window]:
    """Split a long text into overlapping windows, in which each subword is kept once.

    Every kept subword has at least ``size // 8`` subwords of context on either side, as far as the text has them. The
    kept subwords end before a word where one begins near enough.

    Parameters
    ----------
    text : int
        The index of the text.
    word_starts : numpy.ndarray of int64
        The subwords that begin a word, in order.
    length, size : int
        The number of subwords of the text, and the largest of a window.

    Yields
    ------
    Window

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.teachers.windows import split_windows
    >>> [(w.begin, w.keep_begin, w.keep_end, w.end) for w in split_windows(0, np.arange(20), 20, 8)]
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
            # Move back to the start of a word, but at most by half a window: a "word" may be longer than that.
            before = word_starts[: np.searchsorted(word_starts, keep_end, side="right")]
            if len(before) and before[-1] > keep_begin + size // 2:
                keep_end = int(before[-1])
        yield Window(text, begin, min(keep_end + margin, length), keep_begin, keep_end)
        keep_begin = keep_end


def find_word_starts(text: str, starts: IntArray) -> IntArray:
    """Return the subwords that begin a word: those with whitespace before or at their first character.

    Parameters
    ----------
    text : str
    starts : numpy.ndarray of int64
        The first character of each subword.
    """
    return np.array(
        [
            i
            for i, start in enumerate(starts.tolist())
            if text[start : start + 1].isspace() or text[start - 1 : start].isspace()
        ],
        dtype=np.int64,
    )


def padded_batch_tokens(windows: Sequence[Window], batch_tokens: int, device_type: str) -> int:
    """Return the number of subwords of a padded batch: `batch_tokens`, and on a GPU less for few windows.

    A GPU has room for all windows in one batch, in which many would be padded to more than twice their length.

    Parameters
    ----------
    windows : sequence of Window
    batch_tokens : int
    device_type : str
        The type of the device, such as ``"cpu"``.
    """
    if device_type == "cpu":
        return batch_tokens
    return min(batch_tokens, max(sum(map(len, windows)) // _PADDED_BATCHES, _SMALLEST_BATCH))


def batch_windows(
    windows: Sequence[Window], extra: int, batch_tokens: int, *, padding: bool = True
) -> Iterator[list[Window]]:
    """Group windows of similar lengths into batches for padding.

    Parameters
    ----------
    windows : sequence of Window
    extra : int
        The number of special tokens that are added to each window.
    batch_tokens : int
        The largest number of subwords in a batch, padding included; a longer window is a batch of its own.
    padding : bool, optional
        Whether a batch may have windows of different lengths. By default it may.

    Yields
    ------
    list of Window
        The longest windows first, so that a batch that is too large for the device fails early.
    """
    batch: list[Window] = []
    for window in sorted(windows, key=len, reverse=True):
        is_full = (len(batch) + 1) * (len(batch[0]) + extra) > batch_tokens if batch else False
        if is_full or (batch and not padding and len(batch[0]) != len(window)):
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch
