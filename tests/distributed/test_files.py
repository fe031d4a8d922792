"""Files by path, glob, folder and URI."""

from __future__ import annotations

from pathlib import Path

import pytest

from gensim_distill.distributed import RayCorpus


def test_uris_and_globs_find_files_sorted_by_name(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "sub/c.txt", "other.md", ".hidden.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"from {name}\n", encoding="utf-8")
    names = {
        f"{tmp_path}/*.txt": ["a.txt", "b.txt"],
        f"file://{tmp_path}/*.txt": ["a.txt", "b.txt"],
        f"file://{tmp_path}/**/*.txt": ["a.txt", "b.txt", "sub/c.txt"],
        f"file://{tmp_path}/{'**/' * 30}*.txt": ["a.txt", "b.txt", "sub/c.txt"],
        f"file://{tmp_path}/sub/": ["sub/c.txt"],
        f"file://{tmp_path}/b.txt": ["b.txt"],
        str(tmp_path): ["a.txt", "b.txt", "other.md"],
    }
    for source, found in names.items():
        assert list(RayCorpus(source, num_workers=2)) == [["from", name] for name in found], source
    assert list(RayCorpus([tmp_path / "b.txt", f"{tmp_path}/a*"], num_workers=2)) == [
        ["from", "b.txt"],
        ["from", "a.txt"],
    ]


pytest.importorskip("ray")


def test_missing_and_unsupported_files_raise(tmp_path: Path) -> None:
    for source, message in (
        (tmp_path / "gone.txt", "There is no file or folder .*gone.txt"),
        (f"{tmp_path}/*.text", r"\*.text. matches no files"),
        (tmp_path, "matches no files"),
        (f"file://{tmp_path}/gone.txt", "There is no file or folder .*gone.txt"),
        (f"file://{tmp_path}/gone/*.txt", "matches no files"),
    ):
        with pytest.raises(FileNotFoundError, match=message):
            RayCorpus(source)
    with pytest.raises(ValueError, match="cannot be opened"):
        RayCorpus("nowhere://bucket/*.txt")
    with pytest.raises(ValueError, match="is empty"):
        RayCorpus([])
    with pytest.raises(TypeError, match="ray.data.from_items"):
        RayCorpus([["the", "dog"]])
    with pytest.raises(TypeError, match="must be a path, glob or URI"):
        RayCorpus(3)
    (tmp_path / "a.zip").write_bytes(b"PK")
    with pytest.raises(ValueError, match="is not supported"):
        RayCorpus(tmp_path)
    for settings in ({"num_workers": 0}, {"shard_bytes": 0}, {"num_cpus": 0}):
        with pytest.raises(ValueError, match=next(iter(settings))):
            RayCorpus(__file__, **settings)
