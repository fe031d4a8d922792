"""What a page holds for its scripts: words as JSON, numbers as base64, nothing that could end a script."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from gensim_distill.report.clusters import centers, spread_colors
from gensim_distill.report.word_map import WordMap, shorten

#: How many colors page.js and plots.py have for clusters.
COLOURS = 10
_LONGEST = 24  # signs of a word in the name of a cluster


def data_of(found: WordMap, losses: Sequence[float] = ()) -> str:
    r"""Write all that the page shows into JSON that may stand in a ``<script>`` of HTML.

    Numbers are in little-endian binary: of a neighbor its number in 2 bytes (4 if there are more than
    65,535 words), of a cosine its hundredths in one.

    Parameters
    ----------
    found : WordMap
    losses : sequence of float, optional
        The loss of each epoch.

    Returns
    -------
    str
        Of ASCII characters, without ``<``, ``>`` and ``&``.

    Examples
    --------
    >>> from gensim_distill.report.payload import as_json
    >>> as_json(["</script>", "é"])
    '["\\u003c/script\\u003e","\\u00e9"]'
    """
    middles = centers(found.places, found.clusters)
    neighbor = np.uint16 if len(found.words) <= 65_535 else np.uint32
    data = {
        "words": found.words,
        "places": pack(found.places, np.float32),
        "counts": None if found.counts is None else pack(np.minimum(found.counts, 2**32 - 1), np.uint32),
        "neighbors": pack(found.neighbors, neighbor),
        "cosines": pack(np.rint(found.cosines * 100), np.int8),
        "per_word": int(found.neighbors.shape[1]),
        "clusters": pack(found.clusters, np.int16),
        "names": [[shorten(word, _LONGEST) for word in name] for name in found.names],
        "centers": pack(middles, np.float32),
        "colors": spread_colors(middles, COLOURS).tolist(),
        "sizes": np.bincount(found.clusters[found.clusters >= 0], minlength=len(found.names)).tolist(),
        "losses": [float(loss) for loss in losses],
    }
    return as_json(data)


def pack(numbers: np.ndarray, dtype: Any) -> dict[str, str]:
    """Give an array as the name of its type and its bytes in base64, row after row."""
    kind = np.dtype(dtype)
    values = np.ascontiguousarray(numbers, dtype=kind.newbyteorder("<"))
    return {"type": kind.name, "base64": base64.b64encode(values.tobytes()).decode("ascii")}


def as_json(data: Any) -> str:
    """Write JSON of ASCII characters that neither end nor begin a tag."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def csp_hash(script: str) -> str:
    """Give the source expression by which a content security policy allows this script and no other."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
