"""Peak memory of trainings above the loaded teacher, measured and estimated.

Each case runs in its own process: the defaults on several sizes of a tokenized corpus with the same vocabulary, so that only
the corpus grows; the same without a context budget; the objective "text"; gradient descent; raw text (--raw), also joined
to long documents (--joined); and many different words (--words) with a random teacher of 32 dimensions.

Run: python -m benchmarks.speed.memory CORPUS TEACHER [--lines N] [--times N ...] [--raw FILE] [--joined N] [--words N] [--cases NAME ...]
"""

from __future__ import annotations

import itertools
import multiprocessing
import resource
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from gensim.utils import open as open_text
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from benchmarks.common import Lines, MarkdownTable, corpus_parser, machine
from gensim_distill import DistilledWord2Vec
from gensim_distill.corpus.counting import WordCounts

CASES: dict[str, dict[str, Any]] = {
    "default": {},
    "no budget": {"contexts_per_word": None},
    "text": {"objective": "text"},
    "sgd": {"objective": "x2static", "solver": "sgd", "epochs": 1},
    "raw": {},
    "long": {},
    "words": {"min_count": 1},
    "words, text": {"objective": "text", "min_count": 1},
    "words, sgd": {"objective": "x2static", "solver": "sgd", "epochs": 1, "min_count": 1},
}
SYLLABLES = [a + b + c for a in "bdfgklmnprstv" for b in "aeiou" for c in "nrs"]
WORDS_PER_DOCUMENT = 10


@dataclass
class RawText:
    """The first lines of a file as raw documents, some of them joined."""

    path: str
    limit: int
    joined: int = 1

    def __iter__(self) -> Iterator[str]:
        with open_text(self.path, "rt", encoding="utf-8") as file:
            lines = itertools.islice(file, self.limit)
            while part := list(itertools.islice(lines, self.joined)):
                yield "".join(part).rstrip("\n")


@dataclass
class ManyWords:
    """Short documents with a number of different words of three syllables, each twice."""

    number: int

    def __iter__(self) -> Iterator[list[str]]:
        for _ in range(2):
            words = map("".join, itertools.islice(itertools.product(SYLLABLES, repeat=3), self.number))
            while document := list(itertools.islice(words, WORDS_PER_DOCUMENT)):
                yield document


def save_small_teacher(folder: str) -> None:
    """Save a BERT of 32 dimensions with random weights, whose subwords are the syllables."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokens = [*special, *SYLLABLES, *(f"##{syllable}" for syllable in SYLLABLES)]
    tokenizer = Tokenizer(models.WordPiece({token: i for i, token in enumerate(tokens)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), special))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(tokens), hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=48
    )
    torch.manual_seed(0)
    BertModel(config).save_pretrained(folder)


def peak() -> float:
    """Return the peak memory of this process in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():  # where getrusage counts the memory of the process that started this one, too
        found = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:"))
        return int(found.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)


def resident() -> float:
    """Return the memory of this process in megabytes, or its peak where the system does not say."""
    status = Path("/proc/self/statm")
    if not status.exists():
        return peak()
    return int(status.read_text(encoding="utf-8").split()[1]) * resource.getpagesize() / 1e6


def measure(
    vocabulary: Iterable[Any], corpus: Iterable[Any], teacher: str, settings: dict[str, Any]
) -> dict[str, float]:
    """Train and save a model, and return its memory above the loaded teacher and the number of words read."""
    model = DistilledWord2Vec(teacher=teacher, progress=False, **settings)
    before = resident()
    model.build_vocab(vocabulary)
    _, words = model.train(corpus, total_examples=None if corpus is not vocabulary else model.corpus_count, epochs=1)
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model")
    highest = peak()
    if corpus is not vocabulary:  # the estimate is that of the corpus which was read
        counts = WordCounts()
        counts.add(corpus, model.reader)
        model.corpus_total_words, model.corpus_count = counts.total_words, counts.documents
    estimate = model.estimate_memory()["total"] / 1e6
    return {
        "vocabulary": len(model.wv), "words": words, "loaded": before, "peak": highest - before, "estimate": estimate
    }  # fmt: skip


def main(argv: Sequence[str] | None = None) -> list[MarkdownTable]:
    parser = corpus_parser(__doc__, lines=10_000)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 4], help="sizes of the default cases, as multiples")
    parser.add_argument("--raw", help="a text file with a paragraph per line")
    parser.add_argument("--joined", type=int, default=200, help="paragraphs of a long document (default: %(default)s)")
    parser.add_argument("--words", type=int, default=200_000, help="different words (default: %(default)s)")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    arguments = parser.parse_args(argv)
    print(f"{machine()}\nteacher {arguments.teacher}; memory in MB above the loaded teacher")
    columns = ["documents", "vocabulary", "words read", "loaded", "peak", "estimate", "estimate / peak"]
    formats = dict.fromkeys(columns[:3], ",") | dict.fromkeys(columns[3:6], ".0f") | {columns[6]: ".2f"}
    table = MarkdownTable("case", *columns, formats=formats)
    lines, raw = arguments.lines, arguments.raw
    with tempfile.TemporaryDirectory() as small:
        save_small_teacher(small)
        for name in arguments.cases:
            corpora: list[tuple[int, Any]]
            if name in ("raw", "long"):
                joined = arguments.joined if name == "long" else 1
                corpora = [(-(-lines // joined), RawText(raw, lines, joined))] if raw else []
            elif name.startswith("words"):
                corpora = [(-(-2 * arguments.words // WORDS_PER_DOCUMENT), ManyWords(arguments.words))]
            else:
                times = arguments.times if name in ("default", "no budget") else arguments.times[:1]
                corpora = [(lines * number, Lines(arguments.corpus, lines * number)) for number in times]
            for documents, corpus in corpora:
                settings = CASES[name] | {"seed": arguments.seed}
                teacher = small if name.startswith("words") else arguments.teacher
                with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
                    found = process.submit(measure, corpora[0][1], corpus, teacher, settings).result()
                cells = [found[key] for key in ("vocabulary", "words", "loaded", "peak", "estimate")]
                table.row(name, documents, *cells, found["estimate"] / found["peak"])
    return [table]


if __name__ == "__main__":
    main()
