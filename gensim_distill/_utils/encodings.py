"""The encoding of a text file by its byte-order mark."""

from __future__ import annotations

import codecs


def wide_encoding(start: bytes) -> str | None:
    r"""Return "UTF-32" or "UTF-16" if the first bytes of a file are its byte-order mark, else None.

    Parameters
    ----------
    start : bytes
        At least the first four bytes, if the file has as many.

    Returns
    -------
    str or None

    Examples
    --------
    >>> from gensim_distill._utils.encodings import wide_encoding
    >>> wide_encoding("rain".encode("utf-16")), wide_encoding("rain".encode("utf-32")), wide_encoding(b"rain")
    ('UTF-16', 'UTF-32', None)
    """
    # UTF-32 first, since one of its marks begins with that of UTF-16.
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "UTF-32"
    return "UTF-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else None
