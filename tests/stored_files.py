"""Small files in every format of the package: each release stores them, and each later version must read the same from them.

    python -m tests.stored_files 1.0

writes tests/data/formats/1.0 with the package of the checkout; files that are stored already are never written again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
from fuzzing.training_readers import TRAINING_READERS
from fuzzing.vector_readers import VECTOR_READERS

FOLDER = Path(__file__).resolve().parent / "data" / "formats"
CONTENT = "content.json"


def _read_statistics(folder: Path) -> Any:
    from gensim_distill.statistics.moments_file import load_statistics

    moments, texts, about = load_statistics(folder / "some.safetensors")
    assert texts is not None
    sample = texts.sample()
    return [_sums(moments), sample.words, sample.vectors, about]


def _read_checkpoint(folder: Path) -> Any:
    from gensim_distill.contexts.views import View
    from gensim_distill.statistics.checkpoint import Checkpoint
    from gensim_distill.statistics.corpus_statistics import CorpusStatistics

    statistics = CorpusStatistics.empty(
        [View((0,), "token"), View((0,), "summary")], 5, 3, [str(word) for word in range(5)]
    )
    with Checkpoint(
        statistics, folder / "cache", fingerprint={"teacher": "bert", "words": 5}, contexts=1_000
    ) as checkpoint:
        assert checkpoint.store is not None
        contexts = [[batch.words, batch.rows, batch.contexts] for batch in checkpoint.store]
        return [checkpoint.statistics.documents, _sums(checkpoint.statistics.moments), contexts]


def _sums(moments: Any) -> Any:
    return {view: [own.counts, own.sums] for view, own in moments.items()}


_READERS = {reader.name: reader for reader in [*TRAINING_READERS, *VECTOR_READERS]}
#: The formats, by the name of a folder: functions that write files into an empty folder, and that read them.
FORMATS: dict[str, tuple[Callable[[Path, int], None], Callable[[Path], Any]]] = {
    name.replace(" ", "-"): (_READERS[name].make, _READERS[name].read)
    for name in (
        "model",
        "model with arrays apart",
        "text encoder",
        "text encoder with pieces",
        "text index",
        "safetensors float32",
        "safetensors float16",
        "safetensors int8",
        "training",
        "pretrained folder",
    )
} | {
    "statistics": (_READERS["statistics"].make, _read_statistics),
    "checkpoint": (_READERS["checkpoint"].make, _read_checkpoint),
}


def plain(value: Any) -> Any:
    """Return nested sequences, mappings and arrays as values of JSON."""
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def assert_same(found: Any, expected: Any, where: str = "content") -> None:
    """Check that two values of JSON are equal, numbers up to rounding."""
    if isinstance(expected, dict):
        assert isinstance(found, dict) and found.keys() >= expected.keys(), where
        for name in expected:
            assert_same(found[name], expected[name], f"{where}.{name}")
    elif isinstance(expected, list):
        assert isinstance(found, list) and len(found) == len(expected), where
        for number, (one, other) in enumerate(zip(found, expected)):
            assert_same(one, other, f"{where}[{number}]")
    elif isinstance(expected, float):
        assert abs(found - expected) <= 1e-4 * max(1.0, abs(expected)), f"{where}: {found} instead of {expected}"
    else:
        assert found == expected, f"{where}: {found!r} instead of {expected!r}"


def main() -> None:
    """Write the files of a version."""
    for name, (make, read) in FORMATS.items():
        folder = FOLDER / sys.argv[1] / name
        if folder.exists():
            continue
        folder.mkdir(parents=True)
        make(folder, 0)
        content = plain(read(folder))
        (folder / CONTENT).write_text(json.dumps(content, ensure_ascii=True) + "\n", encoding="ascii")
        print(name, sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()), "bytes")


if __name__ == "__main__":
    main()
