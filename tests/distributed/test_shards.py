"""Every document is in exactly one shard."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path
from typing import Any

import pytest
from gensim.models.word2vec import LineSentence

from gensim_distill.distributed import RayCorpus
from gensim_distill.distributed.actor_pool import ActorPool

pytest.importorskip("ray")


def test_every_line_is_in_exactly_one_shard(file: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.txt"
    odd.write_text("één\n\n  \nzwei drei\r\n" + "x " * 11_000 + "\nlast", encoding="utf-8")
    for path in (file, odd):
        expected = list(LineSentence(str(path)))
        for shard_bytes in (7, 16, 20_000) if path == odd else (50, 777):
            corpus = RayCorpus(path, shard_bytes=shard_bytes, num_workers=2)
            assert list(corpus) == expected


def test_line_ends_and_byte_order_marks(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for end in ("\n", "\r\n", "\r"):
        path.write_bytes(f"\ufeffone two{end}\ufeffthree{end}{end}four five".encode())
        for shard_bytes in (5, 1000):
            corpus = RayCorpus(path, shard_bytes=shard_bytes, num_workers=2)
            assert list(corpus) == [["one", "two"], ["three"], ["four", "five"]]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be", "latin-1"])
def test_other_encodings_raise(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("the cat\nein größerer Hund".encode(encoding))
    with pytest.raises(ValueError, match=r"a.txt' is not (a text file, or not in UTF-8|text in UTF-8): .*at byte \d+"):
        list(RayCorpus(path, num_workers=2))


@pytest.mark.parametrize("name", ["a.txt.gz", "a.txt.xz"])
def test_compressed_files_are_divided_into_shards(pool: ActorPool, file: Path, tmp_path: Path, name: str) -> None:
    opener: Any = gzip.open if name.endswith("gz") else lzma.open
    text = file.read_bytes()
    for part, path in ((text[: len(text) // 2], name), (text[len(text) // 2 :], "b" + name)):
        with opener(tmp_path / path, "wb") as out:
            out.write(part)
    corpus = RayCorpus(tmp_path / f"*{name}", num_workers=2, shard_bytes=150)
    assert len(corpus.shards()) > 4
    # A line that is split over two files is two documents, as in gensim.
    expected = [*LineSentence(str(tmp_path / name)), *LineSentence(str(tmp_path / f"b{name}"))]
    assert list(corpus) == expected
