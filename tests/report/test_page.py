"""The file of the report: its data, escaping, and invalid arguments."""

from __future__ import annotations

import base64
import os
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from report_pages import PLAIN, SCORES, data_in, grouped_vectors, without_scripts

from gensim_distill import report
from gensim_distill.report import WordMap, write_report


def test_the_page_has_words_neighbors_and_cosines(page: Path, words: WordMap) -> None:
    data = data_in(page)
    assert data["words"] == words.words
    packed = base64.b64decode(data["neighbors"]["base64"])
    assert data["neighbors"]["type"] == "uint16"
    assert np.array_equal(np.frombuffer(packed, "<u2").reshape(-1, 12), words.neighbors)
    cosines = base64.b64decode(data["cosines"]["base64"])
    assert np.frombuffer(cosines, "i1").reshape(-1, 12) / 100 == pytest.approx(words.cosines, abs=0.005 + 1e-6)


def test_words_and_names_are_escaped(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "window.hacked" in text  # the word is there ...
    assert "<script>window.hacked" not in text  # ... but as a word
    visible = without_scripts(page)
    assert "<img src=x" not in visible
    assert "<i>theirs</i>" not in visible
    assert "&lt;i&gt;theirs&lt;/i&gt;" in visible
    assert "Of &lt;b&gt;words&lt;/b&gt;" in visible
    scripts = re.findall(r"<script\b[^>]*>", text)
    assert scripts == ['<script type="application/json" id="data">', *["<script>"] * 4]


def test_the_page_is_self_contained(page: Path) -> None:
    visible = without_scripts(page)
    links = re.findall(r"\b(?:src|href|action)\s*=\s*[\"']?([^\s\"'>]+)", visible)
    assert {link[0] for link in links if link != "data:,"} == {"#"}
    for link in links:
        assert link == "data:," or f'id="{link[1:]}"' in visible
    assert "default-src 'none'" in page.read_text(encoding="utf-8")


def test_the_same_seed_writes_the_same_file(tmp_path: Path) -> None:
    source = grouped_vectors(PLAIN[:60])
    pages = [
        write_report(source, tmp_path / f"{number}.html", seed=seed, scores=False).read_bytes()
        for number, seed in enumerate((1, 1, 2))
    ]
    assert pages[0] == pages[1] != pages[2]


def test_an_existing_file_is_replaced_only_with_overwrite(
    vectors: KeyedVectors, words: WordMap, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match="exists: use another name, or overwrite=True"):
        write_report(vectors, path, word_map=words, scores=False)
    assert path.read_text(encoding="utf-8") == "mine"
    write_report(vectors, path, word_map=words, scores=False, overwrite=True)
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"path": "."}, FileExistsError, "is a folder: use the name of a file"),
        ({"path": "nowhere/page.html"}, FileNotFoundError, "There is no folder 'nowhere' for 'page.html'"),
        (
            {"source": grouped_vectors(PLAIN[:9])},
            ValueError,
            "have 9 words with a nonzero vector, and a map needs at least 10",
        ),
        ({"source": 7}, TypeError, "of type int: expected KeyedVectors"),
        ({"baselines": ["glove.txt"]}, TypeError, "baselines is of type list: expected a mapping"),
        (
            {"baselines": {"mine": "glove.txt"}, "name": "mine"},
            ValueError,
            "A baseline has the name of the vectors, 'mine'",
        ),
        ({"baselines": {"b": "glove.txt"}, "scores": False}, ValueError, "omit baselines"),
        ({"scores": SCORES, "analogies": ()}, ValueError, "analogies: these are for a new comparison"),
        ({"scores": "yes"}, TypeError, "scores is of type str"),
        ({"scores": SCORES, "name": "yours"}, ValueError, "no scores of 'yours'"),
    ],
)
def test_invalid_arguments_raise(
    vectors: KeyedVectors,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = {"source": vectors, "path": "page.html", "max_words": 30} | options
    with pytest.raises(error, match=message):
        write_report(**arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("module", "package"),
    [("jinja2", "jinja2"), ("bokeh.resources", "bokeh"), ("umap", "umap-learn"), ("sklearn.cluster", "scikit-learn")],
)
def test_without_a_library_the_error_names_the_extra(
    vectors: KeyedVectors, module: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf'{package}: pip install "gensim-distill\[report\]"'):
        write_report(vectors, tmp_path / "page.html", scores=False)


def test_public_names_have_docstrings_with_examples() -> None:
    for name in report.__all__:
        documentation = getattr(report, name).__doc__ or ""
        assert documentation, name
        assert isinstance(getattr(report, name), type) or ">>>" in documentation, name


def test_colors_of_text_have_contrast() -> None:
    css = (Path(report.__file__).parent / "parts" / "page.css").read_text(encoding="utf-8")

    def luminance(color: str) -> float:
        channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    schemes = [dict(re.findall(r"--(\w+): (#\w{6});", block)) for block in re.findall(r":root \{.*?\}", css, re.DOTALL)]
    assert len(schemes) == 2
    for scheme in schemes:
        for text in ("text", "soft", "accent"):
            for ground in ("page", "raised"):
                dark, light = sorted((luminance(scheme[text]), luminance(scheme[ground])))
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def test_a_folder_that_is_not_writable_raises_before_the_work(
    vectors: KeyedVectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError, match="is not writable: use another one"):
        write_report(vectors, tmp_path / "page.html")
