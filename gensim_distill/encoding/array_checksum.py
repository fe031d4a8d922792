"""A checksum of whole arrays that is fast enough for every call of ``encode``."""

from __future__ import annotations

import zlib

import numpy as np

_COLUMNS = 4093  # of 8 bytes; a prime, so that the vectors of different words never have the same columns
_ROWS = 32  # summed at once
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def array_checksum(array: np.ndarray) -> tuple[str, int]:
    """Return a checksum of all bytes of an array, in the time of reading its memory once.

    The bytes are summed as integers of 64 bits, in a table of columns; sums of earlier rows are multiplied by an odd number,
    so that their order counts. A change of one element always changes the result.

    Parameters
    ----------
    array : numpy.ndarray

    Returns
    -------
    tuple of str and int
        The dtype, and the checksum of the sums and of the last bytes.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.encoding.array_checksum import array_checksum
    >>> numbers = np.arange(3.0)
    >>> array_checksum(numbers) == array_checksum(numbers.copy()), array_checksum(numbers) == array_checksum(-numbers)
    (True, False)
    """
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    whole = len(flat) // (8 * _COLUMNS) * 8 * _COLUMNS
    table = flat[:whole].view(np.uint64).reshape(-1, _COLUMNS)
    sums = np.zeros(_COLUMNS, dtype=np.uint64)
    for start in range(0, len(table), _ROWS):
        sums *= _FACTOR
        sums += np.add.reduce(table[start : start + _ROWS], axis=0)
    return array.dtype.str, zlib.crc32(flat[whole:].data, zlib.crc32(sums.data))
