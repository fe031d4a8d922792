"""Samples of a corpus, and extrapolation from them."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import write_lines

from gensim_distill.cli.corpus_files import Corpus, TextFiles
from gensim_distill.cli.throughput import Range, extrapolate_vocabulary, sample_corpus


def test_a_sample_covers_all_files_and_has_its_share(tmp_path: Path) -> None:
    files = [
        write_lines(tmp_path / f"{number}.txt", *(f"text {number} {line:05} {100 * '.'}" for line in range(10_000)))
        for number in range(4)
    ]
    sample = sample_corpus(Corpus([TextFiles(files)]), 8_000)
    assert len(sample.documents) == 8_000
    assert {str(document).split()[1] for document in sample.documents} == {"0", "1", "2", "3"}
    assert sample.share == pytest.approx(0.2, rel=0.1)
    assert sample_corpus(Corpus([TextFiles(files)]), 1_000_000).share == 1


@pytest.mark.parametrize("number", [1, 4, 5, 10**30])
def test_share_of_a_file_that_is_smaller_than_a_buffer(tmp_path: Path, number: int) -> None:
    file = write_lines(tmp_path / "text.txt", *(f"text {line}" for line in range(5)))
    sample = sample_corpus(Corpus([TextFiles([file])]), number)
    assert len(sample.documents) == min(number, 5) and sample.share == pytest.approx(min(number, 5) / 5)


def test_extrapolation_follows_heaps_law() -> None:
    def vocabulary(words: float) -> int:
        return round(10 * words**0.6)

    expected = extrapolate_vocabulary(vocabulary(10_000), vocabulary(5_000), share=0.01)
    assert expected.low < vocabulary(1_000_000)
    assert expected.high == pytest.approx(vocabulary(1_000_000), rel=0.02)


def test_arithmetic_of_ranges() -> None:
    assert Range(1, 2) + Range(1, 1) * 2 == Range(3, 4)
