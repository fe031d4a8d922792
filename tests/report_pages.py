"""Words, vectors and scores for the tests of the HTML report, and functions that read a report."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill.evaluation import Comparison, Score

#: Words that could end a script or run one, look like a template, a formula or bidirectional text, or break a layout.
HOSTILE = [
    "</script><script>window.hacked=1</script>",
    '<img src=x onerror="window.hacked=1">',
    "\"quotes\" and 'quotes' & <b>tags</b>",
    "{{ 7 * 7 }}",
    "$x_{1",
    "<!--",
    "שלום",
    "\u202egnirts",
    "👩‍👩‍👧‍👦",
    "line\nbreak\ttab\0nul",
    "\ud800",
    "long" * 2000,
    "é",
    "@word{safe}",
]
FAMILIES = ("music", "river", "money")
FIRST = {"music": "song", "river": "water", "money": "coin"}


def grouped_vectors(words: list[str], seed: int = 0, counts: bool = True) -> KeyedVectors:
    """Return vectors in three groups; consecutive words are in different groups."""
    rng = np.random.default_rng(seed)
    middles = np.eye(16)[: len(FAMILIES)] * 4
    made = KeyedVectors(16)
    made.add_vectors(words, (middles[np.arange(len(words)) % 3] + rng.normal(size=(len(words), 16))).astype(np.float32))
    if counts:
        made.expandos["count"] = np.array([10_000 // (rank + 1) + 3 for rank in range(len(words))])
    return made


PLAIN = [f"{FIRST[FAMILIES[i % 3]]}{i:03d}" for i in range(150)]
WORDS = [*PLAIN[:9], *HOSTILE, *PLAIN[9:]]

SCORES = Comparison(
    {
        "mine": {"simlex999": Score(0.5, 0.4, 0.6, 0.9, 900, 999), "hubness": Score(-0.25), "google": Score(np.nan)},
        "<i>theirs</i>": {"simlex999": Score(0.25, 0.1, 0.4, 0.9, 900, 999), "hubness": Score(2.0)},
    },
    {"mine": 5, "<i>theirs</i>": 7},
    5,
)


def data_in(path: Path) -> dict[str, Any]:
    """Return the data of a report."""
    text = path.read_text(encoding="utf-8")
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, flags=re.DOTALL)
    data_of_page: dict[str, Any] = json.loads(data)
    return data_of_page


def without_scripts(path: Path) -> str:
    """Return the HTML of a report without scripts and styles."""
    return re.sub(r"<(script|style)\b.*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def text_of(path: Path) -> str:
    """Return the visible text of a report, with single spaces."""
    return " ".join(re.sub(r"<[^>]*>", " ", without_scripts(path)).split())
