"""Fixtures of the HTML report: vectors, their map, and a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from gensim.models import KeyedVectors
from report_pages import SCORES, WORDS, grouped_vectors

from gensim_distill.report import WordMap, word_map, write_report


@pytest.fixture(scope="session")
def vectors() -> KeyedVectors:
    return grouped_vectors(WORDS)


@pytest.fixture(scope="session")
def words(vectors: KeyedVectors) -> WordMap:
    return word_map(vectors, min_cluster_size=20)


@pytest.fixture(scope="session")
def page(vectors: KeyedVectors, words: WordMap, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "page.html"
    return write_report(vectors, path, word_map=words, name="mine", scores=SCORES, title="Of <b>words</b>")
