"""The data of the HTML report: words as JSON, numbers as base64, safe inside a ``<script>``."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from gensim_distill.report.clusters import cluster_centers, spread_colors
from gensim_distill.report.word_map import WordMap, shorten

#: The number of cluster colors in page.js and plots.py.
N_COLORS = 10
_MAX_WORD_LENGTH = 24  # characters per word of a cluster name


def page_data(words: WordMap, losses: Sequence[float] = ()) -> str:
    r"""Return the data of a page as JSON that may be put into a ``<script>`` of HTML.

    Arrays are little-endian. A neighbor takes 2 bytes (4 if there are more than 65,535 words), a cosine,
    in hundredths, one byte.

    Parameters
    ----------
    words : WordMap
    losses : sequence of float, optional
        The loss of each epoch.

    Returns
    -------
    str
        ASCII, without ``<``, ``>`` and ``&``.
    """
    centers = cluster_centers(words.positions, words.clusters)
    in_clusters = words.clusters[words.clusters >= 0]
    data = {
        "words": words.words,
        "positions": encode_array(words.positions, np.float32),
        "counts": None if words.counts is None else encode_array(np.minimum(words.counts, 2**32 - 1), np.uint32),
        "neighbors": encode_array(words.neighbors, np.uint16 if len(words.words) <= 65_535 else np.uint32),
        "cosines": encode_array(np.rint(words.cosines * 100), np.int8),
        "per_word": int(words.neighbors.shape[1]),
        "clusters": encode_array(words.clusters, np.int16),
        "names": [[shorten(word, _MAX_WORD_LENGTH) for word in name] for name in words.cluster_names],
        "centers": encode_array(centers, np.float32),
        "colors": spread_colors(centers, N_COLORS).tolist(),
        "sizes": np.bincount(in_clusters, minlength=len(words.cluster_names)).tolist(),
        "losses": [float(loss) for loss in losses],
    }
    return script_json(data)


def encode_array(numbers: np.ndarray, dtype: Any) -> dict[str, str]:
    """Return an array as the name of its dtype and its little-endian bytes in base64, in C order."""
    kind = np.dtype(dtype)
    values = np.ascontiguousarray(numbers, dtype=kind.newbyteorder("<"))
    return {"type": kind.name, "base64": base64.b64encode(values.tobytes()).decode("ascii")}


def script_json(data: Any) -> str:
    r"""Return JSON in ASCII that cannot begin or end an HTML tag.

    Examples
    --------
    >>> from gensim_distill.report.payload import script_json
    >>> script_json(["</script>", "é"])
    '["\\u003c/script\\u003e","\\u00e9"]'
    """
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def csp_hash(script: str) -> str:
    """Return the source expression by which a content security policy allows exactly this script."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
