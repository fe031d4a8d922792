"""Every format of the registry: what it writes loads again, and the documentation lists it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from gensim.models import FastText, KeyedVectors
from numpy.testing import assert_allclose

from gensim_distill.exports import EXPORTERS, Exporter, export

TOLERANCES = {"float32": 1e-5, "float16": 2e-3, "int8": 2e-2}
FORMATS = [
    pytest.param(exporter, dtype, id=f"{exporter.format}-{dtype}")
    for exporter in EXPORTERS.values()
    for dtype in exporter.dtypes
]


@pytest.fixture
def vectors(corpus: list[list[str]]) -> KeyedVectors:
    """Vectors with character n-grams, which all formats can be made from."""
    return FastText(corpus, vector_size=8, bucket=50, min_count=1, epochs=1, seed=1, workers=1).wv


@pytest.mark.parametrize(("exporter", "dtype"), FORMATS)
def test_the_load_code_loads_the_export(exporter: Exporter, dtype: Any, vectors: KeyedVectors, tmp_path: Path) -> None:
    path = export(vectors, tmp_path / f"v{exporter.suffix}", exporter.format, dtype=dtype)
    assert path.is_dir() == exporter.folder
    namespace: dict[str, Any] = {}
    exec(exporter.load_code.format(path=str(path)), namespace)
    loaded = namespace.get("vectors")
    if isinstance(loaded, KeyedVectors):
        assert sorted(loaded.index_to_key) == sorted(vectors.index_to_key)
        assert_allclose(loaded["fox"], vectors["fox"], atol=TOLERANCES[dtype])


@pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=EXPORTERS)
def test_an_export_can_be_overwritten(exporter: Exporter, vectors: KeyedVectors, tmp_path: Path) -> None:
    path = export(vectors, tmp_path / "v", exporter.format, max_words=3)
    before = path.stat().st_ctime_ns
    with pytest.raises(FileExistsError):
        export(vectors, path, exporter.format)
    export(vectors, path, exporter.format, max_words=3, overwrite=True)
    assert path.stat().st_ctime_ns > before


@pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=EXPORTERS)
def test_folders_with_a_model_card_name_their_origin(exporter: Exporter, vectors: KeyedVectors, tmp_path: Path) -> None:
    path = export(vectors, tmp_path / "v", exporter.format)
    assert (path / "README.md").is_file() == exporter.model_card


@pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=EXPORTERS)
def test_an_exporter_describes_itself(exporter: Exporter) -> None:
    assert exporter.library
    assert bool(exporter.suffix) != exporter.folder
    assert bool(exporter.marker_file) == exporter.folder
    assert exporter.folder or not exporter.model_card
    assert bool(exporter.unwritable) == bool(exporter.unwritable_reason)
    if exporter.unwritable is not None:
        assert exporter.unwritable.search("half \ud83d")
        assert not exporter.unwritable.search("word")


def test_the_documentation_has_a_row_for_each_format() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
    rows = re.findall(r'^\| `"([\w-]+)"` \|[^|]*\| ([\w, ]+) \|', page, flags=re.MULTILINE)
    assert rows == [(exporter.format, ", ".join(exporter.dtypes)) for exporter in EXPORTERS.values()]
