"""Time, memory and disk of a training, by the length of the corpus: what grows with it, and what only with the vocabulary.

Makes corpora of any length from one of sentences: each line joins halves of two random lines, so that lines differ, and
rare words are replaced by compounds of two words until the corpora have exactly the vocabulary that is asked for. Each
training runs in its own process. For each stage the table has the seconds of wall-clock time and of all cores, without
the stages that it contains, and the peak memory above the loaded teacher when it has ended.

With --dimensions the teacher is replaced by a BERT of two layers with random weights and the same tokenizer. It reads
quickly, so that the rest of the time is visible, and needs less memory for a large vocabulary.

Run: python -m benchmarks.speed.scale CORPUS TEACHER [--words N ...] [--vocabulary N] [--dimensions N] [--folder FOLDER]
"""

from __future__ import annotations

import json
import multiprocessing
import os
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import torch
from gensim.models.word2vec import LineSentence
from transformers import AutoTokenizer, BertConfig, BertModel

from benchmarks.common import MarkdownTable, corpus_parser, machine
from benchmarks.speed.memory import peak, resident
from benchmarks.speed.training_stages import CONCURRENT, STAGES, Clock
from gensim_distill import DistilledWord2Vec, load_teacher

COMMON_WORDS = 40_000  # of the corpus; other words of the vocabulary are compounds
RARE_SHARE = 0.08  # of the tokens are compounds
_LINES = 20_000  # of a block
_MEGABYTE = 1e6
_LEAST_SECONDS = 0.5  # of which a ratio says something


@dataclass
class Source:
    """The lines of a corpus as arrays, from which longer corpora are made.

    Attributes
    ----------
    tokens : numpy.ndarray of int32
        The number of each token's word, or -1 for words that are not common.
    ends : numpy.ndarray of int64
        The end of each line.
    common : list of str
        The common words, the most frequent first.
    """

    tokens: np.ndarray
    ends: np.ndarray
    common: list[str]

    @classmethod
    def read(cls, path: str, limit: int | None, common_words: int) -> Source:
        """Read a tokenized corpus, lowercased."""
        number: dict[str, int] = {}
        tokens: list[np.ndarray] = []
        counts: Counter[int] = Counter()
        for line in LineSentence(path, limit=limit):
            found = [number.setdefault(token.lower(), len(number)) for token in line]
            counts.update(found)
            tokens.append(np.array(found, dtype=np.int32))
        words = list(number)
        common = [found for found, _ in counts.most_common(common_words)]
        renumbered = np.full(len(words), -1, dtype=np.int32)
        renumbered[common] = np.arange(len(common))
        ends = np.cumsum([len(line) for line in tokens])
        return cls(renumbered[np.concatenate(tokens)], ends, [words[found] for found in common])

    def vocabulary(self, size: int) -> list[str]:
        """Return the common words, and compounds up to that size."""
        return [*self.common, *compounds(self.common, size - len(self.common))]

    def lines(self, words: int, vocabulary: int, seed: int) -> Iterator[list[str]]:
        """Yield lines with about `words` words in all, and a vocabulary of that size, if they are long enough."""
        rng = np.random.default_rng(seed)
        names = np.array(self.vocabulary(vocabulary), dtype=object)
        lengths = np.diff(self.ends, prepend=0)
        others, used, written = len(names) - len(self.common), 0, 0
        while written < words:
            first, second = rng.integers(0, len(lengths), (2, _LINES))
            # The first half of one line, and the second half of another.
            first_sizes, second_sizes = -(-lengths[first] // 2), lengths[second] // 2
            starts = np.column_stack([self.ends[first] - lengths[first], self.ends[second] - second_sizes]).ravel()
            sizes = np.column_stack([first_sizes, second_sizes]).ravel()
            before = np.cumsum(sizes) - sizes
            found = self.tokens[np.repeat(starts - before, sizes) + np.arange(sizes.sum())]
            rare = found < 0
            if others > 0:
                rare |= rng.random(len(found)) < RARE_SHARE - rare.mean()
                numbers = np.arange(used, used + np.count_nonzero(rare)) % others
                found[rare] = len(self.common) + numbers
                used += len(numbers)
            else:
                found[rare] = rng.integers(0, len(self.common), np.count_nonzero(rare))
            tokens = names[found].tolist()
            end = 0
            for size in (first_sizes + second_sizes).tolist():
                yield tokens[end : end + size]
                end += size
                written += size
                if written >= words:
                    return


def compounds(words: Sequence[str], number: int) -> list[str]:
    """Make up words from two others, the same each time; most tokenizers divide them into known subwords."""
    alphabetic = [word for word in words if word.isascii() and word.isalpha() and len(word) > 3]
    known, step = set(words), 0
    made: dict[str, None] = {}
    while len(made) < number:
        step += 1
        for place, word in enumerate(alphabetic):
            compound = word + alphabetic[(place * 7 + step * 101) % len(alphabetic)]
            if compound not in known:
                made[compound] = None
                if len(made) == number:
                    break
    # Neighbors in the list would share their first words.
    order = np.random.default_rng(0).permutation(len(made))
    listed = list(made)
    return [listed[place] for place in order.tolist()]


def write_corpus(path: Path, lines: Iterator[list[str]]) -> tuple[int, int]:
    """Write a corpus, and return the number of its documents and words."""
    documents = words = 0
    with open(path, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(" ".join(line) + "\n")
            documents += 1
            words += len(line)
    return documents, words


def save_random_teacher(folder: str, tokenizer: str, dimensions: int) -> None:
    """Save a BERT of two layers with random weights and the tokenizer of another teacher."""
    shared = AutoTokenizer.from_pretrained(tokenizer)
    shared.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(shared), hidden_size=dimensions, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=2 * dimensions,
    )  # fmt: skip
    torch.manual_seed(0)
    BertModel(config).save_pretrained(folder)


class StageClock(Clock):
    """The time of stages, with the peak memory at their ends."""

    def __init__(self) -> None:
        super().__init__()
        self.peaks: dict[str, float] = {}

    def _add(self, stage: str, outer: str | None, wall: float, cores: float) -> None:
        super()._add(stage, outer, wall, cores)
        self.peaks[stage] = peak()


class DiskWatch(threading.Thread):
    """The largest size of a folder, looked at every second."""

    def __init__(self, folder: str) -> None:
        super().__init__(daemon=True)
        self.folder, self.largest = folder, 0
        self._end = threading.Event()

    def run(self) -> None:
        while not self._end.wait(1.0):
            self.largest = max(self.largest, size_of(self.folder))

    def stop(self) -> int:
        """Return the largest size in bytes."""
        self._end.set()
        self.join()
        return max(self.largest, size_of(self.folder))


def size_of(folder: str | Path) -> int:
    """Return the bytes of all files of a folder."""
    total = 0
    for place, _, files in os.walk(folder):
        for file in files:
            try:
                total += os.lstat(os.path.join(place, file)).st_size
            except OSError:  # removed meanwhile
                continue
    return total


def train(corpus: str, teacher_path: str, vector_size: int | None, seed: int, folder: str) -> dict[str, Any]:
    """Train and save a model in this process, and return the cost of each stage."""
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    teacher = load_teacher(teacher_path)
    clock = StageClock()
    for stage, (module, name) in STAGES.items():
        if module:
            clock.watch(stage, module, name)
    disk = DiskWatch(folder)
    disk.start()
    before = resident()
    wall, cores = perf_counter(), process_time()

    def run() -> DistilledWord2Vec:
        model = DistilledWord2Vec(
            corpus_file=corpus, teacher=teacher, vector_size=vector_size, min_count=1, seed=seed, progress=False
        )
        model.save(f"{folder}/model")
        return model

    model = clock.timed("the rest", run)()
    return {
        "stages": {
            stage: [clock.wall.get(stage, 0.0), clock.cores[stage], clock.peaks.get(stage, before) - before]
            for stage in STAGES
            if stage in clock.cores
        },
        "all": [perf_counter() - wall, process_time() - cores, peak() - before],
        "loaded": before,
        "estimate": model.estimate_memory()["total"] / _MEGABYTE,
        "vocabulary": len(model.wv),
        "documents": model.corpus_count,
        "words": model.corpus_total_words,
        "temporary": (disk.stop() - size_of(folder)) / _MEGABYTE,
        "saved": size_of(folder) / _MEGABYTE,
        "corpus": os.path.getsize(corpus) / _MEGABYTE,
    }


def print_tables(runs: Sequence[dict[str, Any]]) -> list[MarkdownTable]:
    """Print the stages of trainings, each compared with the first one."""
    names = [f"{run['words'] / 1e6:.1f} M words" for run in runs]
    kinds = {"wall": ",.1f", "cores": ",.1f", "MB": ",.0f"}
    columns = {f"{name}, {kind}": form for name in names for kind, form in kinds.items()}
    ratios = {f"{name} / first, {kind}": ".1f" for name in names[1:] for kind in ("wall", "cores")}
    table = MarkdownTable("stage, seconds", *columns, *ratios, title="stages", formats=columns | ratios)
    for stage in [*STAGES, "all"]:
        found = [run["all"] if stage == "all" else run["stages"].get(stage, [0.0, 0.0, 0.0]) for run in runs]
        if not any(cores for _, cores, _ in found):
            continue
        # The time of a stage that runs beside others is theirs.
        hidden = {0} if stage in CONCURRENT else set()
        costs = [None if kind in hidden else value for run in found for kind, value in enumerate(run)]
        growth = [
            None if kind in hidden or found[0][kind] < _LEAST_SECONDS else run[kind] / found[0][kind]
            for run in found[1:]
            for kind in range(2)
        ]
        table.row(stage, *costs, *growth)
    others = MarkdownTable("training", *names, title="trainings", formats=dict.fromkeys(names, ",.0f"))
    for key in ("documents", "words", "vocabulary"):
        others.row(key, *(run[key] for run in runs))
    for key in ("loaded", "estimate", "corpus", "temporary", "saved"):
        others.row(f"{key}, MB", *(run[key] for run in runs))
    return [table, others]


def main(argv: Sequence[str] | None = None) -> list[MarkdownTable]:
    parser = corpus_parser(__doc__)
    parser.add_argument("--words", type=int, nargs="+", default=[8_400_000, 84_000_000], help="lengths of the corpora")
    parser.add_argument("--vocabulary", type=int, default=500_000, help="words of the vocabulary (default: 500000)")
    parser.add_argument(
        "--dimensions", type=int, help="of a small teacher with random weights; default: TEACHER itself"
    )
    parser.add_argument("--vector-size", type=int, help="dimensions of the vectors; default: those of the objective")
    parser.add_argument("--folder", help="for corpora and models, some gigabytes; default: a temporary one")
    parser.add_argument("--out", help="a file for the figures as JSON")
    arguments = parser.parse_args(argv)
    about = machine()
    print(f"{about}\nteacher {arguments.teacher}, dimensions {arguments.dimensions or 'of the teacher'}", flush=True)
    runs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        teacher = arguments.teacher
        if arguments.dimensions:
            teacher = f"{folder}/teacher"
            save_random_teacher(teacher, arguments.teacher, arguments.dimensions)
        source = Source.read(arguments.corpus, arguments.lines, min(COMMON_WORDS, arguments.vocabulary))
        for words in arguments.words:
            corpus = Path(folder, "corpus.txt")
            start = perf_counter()
            write_corpus(corpus, source.lines(words, arguments.vocabulary, arguments.seed))
            print(f"{words:,} words written in {perf_counter() - start:.0f} s", flush=True)
            with (
                tempfile.TemporaryDirectory(dir=folder) as place,
                ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process,
            ):
                run = process.submit(train, str(corpus), teacher, arguments.vector_size, arguments.seed, place).result()
            runs.append(run)
            print(f"{words:,} words: {run['all'][0]:.0f} s, {run['all'][1]:.0f} s of all cores", flush=True)
            if arguments.out:
                Path(arguments.out).write_text(json.dumps({"machine": about, "runs": runs}, indent=1), encoding="utf-8")
    return print_tables(runs)


if __name__ == "__main__":
    main()
