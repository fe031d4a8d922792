"""Reads a corpus once and keeps the teacher's states for every occurrence of a word on disk.

Experiments on which texts to read, how many, and what to make of the states then take seconds instead of
another reading. For n occurrences of words of the vocabulary, width d and m texts this needs 4nd + 4md bytes of
disk (13 GB for 8 million words at 384 dimensions).

Run: python benchmarks/states.py CORPUS TEACHER FOLDER [--lines N] [--min-count N]

CORPUS has a tokenized sentence a line and may be compressed; it is lower-cased. TEACHER is a hub name or a folder.
"""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter

import numpy as np
from corpus import Lines
from machine import machine
from tqdm import tqdm

from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.objectives import Hybrid
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.moments_file import load_moments, save_moments

_SLICE = 200_000  # occurrences added to moments at once


@dataclass
class States:
    """What :func:`read` kept.

    Attributes
    ----------
    views : dict of str to View
        The three views of the corpus that the hybrid keeps statistics of: "average", "top" and "around".
    words, counts : list of str, numpy.ndarray
        The vocabulary, and how often each of its words occurs in all texts.
    text_of, word_of : numpy.ndarray of int32, shape (n_occurrences,)
        The text and the word of each occurrence of a word of the vocabulary that the teacher read, in the order of the corpus.
    subwords, num_words : numpy.ndarray of int32, shape (n_texts,)
        How long each text is for the teacher, and in words.
    """

    folder: Path

    def __post_init__(self) -> None:
        about = json.loads((self.folder / "about.json").read_text(encoding="utf-8"))
        self.about: str = about["about"]
        self.words: list[str] = about["words"]
        self.width: int = about["width"]
        self.num_layers: int = about["num_layers"]
        self.counts = np.array(about["counts"])
        average, top, around, alone = Hybrid().views(self.num_layers)
        self.views = {"average": average, "top": top, "around": around, "alone": alone}
        self.text_of, self.word_of, self.subwords, self.num_words = (
            np.fromfile(self.folder / name, dtype=np.int32) for name in ("text_of", "word_of", "subwords", "num_words")
        )
        self.average, self.top = (
            np.memmap(self.folder / name, np.float16, "r").reshape(-1, self.width) for name in ("average", "top")
        )

    @cached_property
    def around(self) -> np.ndarray:
        """The mean state of each text, shape (n_texts, width)."""
        return np.fromfile(self.folder / "around", np.float32).reshape(-1, self.width)

    @cached_property
    def alone(self) -> dict[str, Moments]:
        """The moments of the words alone: for each layer, and for all."""
        return load_moments(self.folder / "alone.safetensors")[0]

    @cached_property
    def layers(self) -> dict[str, Moments]:
        """The moments of each layer of the states in context, over all texts."""
        return load_moments(self.folder / "layers.safetensors")[0]

    def vocabulary(self, num_texts: int, min_count: int = 5) -> np.ndarray:
        """Give the words that occur so often in the first texts, most frequent first."""
        counts = np.bincount(self.word_of[: np.searchsorted(self.text_of, num_texts)], minlength=len(self.words))
        order = np.argsort(-counts, kind="stable")
        return order[counts[order] >= min_count]

    def moments(self, texts: np.ndarray, vocabulary: np.ndarray) -> dict[str, Moments]:
        """Give the statistics that the hybrid would have of some texts, told by a mask over the first texts."""
        place = np.full(len(self.words), -1, dtype=np.int64)
        place[vocabulary] = np.arange(len(vocabulary))
        average, top, around, alone = self.views.values()
        found = {view.name: Moments(len(vocabulary), self.width, view.second_moment) for view in (average, top, around)}
        last = int(np.searchsorted(self.text_of, len(texts)))
        for start in range(0, last, _SLICE):
            part = slice(start, min(start + _SLICE, last))
            chosen = start + np.flatnonzero(texts[self.text_of[part]])
            words, rows = place[self.word_of[chosen]], np.arange(len(chosen))
            for view, states in ((average, self.average), (top, self.top)):
                if len(chosen):
                    contexts = states[chosen].astype(np.float32)
                    found[view.name].add(ContextBatch(words, rows, contexts, _nothing()))
        for start in range(0, len(texts), _SLICE):
            chosen = start + np.flatnonzero(texts[start : start + _SLICE])
            row = np.full(_SLICE, -1, dtype=np.int64)
            row[chosen - start] = np.arange(len(chosen))
            inside = slice(*np.searchsorted(self.text_of, [start, min(start + _SLICE, len(texts))]))
            rows = row[self.text_of[inside] - start]
            words = np.where(rows >= 0, place[self.word_of[inside]], -1)
            found[around.name].add(ContextBatch(words, rows, self.around[chosen], _nothing()))
        return found | {alone.name: self.of_alone(alone.name, vocabulary)}

    def of_alone(self, name: str, vocabulary: np.ndarray) -> Moments:
        """Give the statistics of some words alone, by the name of a view."""
        return rows_of(self.alone[name], vocabulary)


def rows_of(moments: Moments, vocabulary: np.ndarray) -> Moments:
    """Give the statistics of some of the words."""
    some = Moments(len(vocabulary), moments.width)
    some.sums, some.counts, some.untokenizable = (
        array[vocabulary] for array in (moments.sums, moments.counts, moments.untokenizable)
    )
    some.total, some.total_count = moments.total, moments.total_count
    return some


def _nothing() -> np.ndarray:
    """Moments do not look at the lengths of texts."""
    return np.empty(0, dtype=np.int64)


def read(corpus: Lines, teacher_name: str, folder: Path, min_count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    teacher = load_teacher(teacher_name)
    model = DistilledWord2Vec(teacher=teacher, min_count=min_count)
    model.build_vocab(corpus)
    size, width, num_layers = len(model.wv), teacher.width, teacher.num_layers
    average, top, around, alone = Hybrid().views(num_layers)
    single = {layer: View((layer,), "token") for layer in range(num_layers)}
    layers = {view.name: Moments(size, width) for view in single.values()}
    texts = words = 0
    began = perf_counter()
    views = list({view.name: view for view in (average, top, around, *single.values())}.values())
    with contextlib.ExitStack() as stack:
        bar = stack.enter_context(tqdm(total=model.corpus_count, unit="text", mininterval=10))
        names = ("average", "top", "around", "text_of", "word_of", "num_words")
        files = {name: stack.enter_context(open(folder / name, "wb")) for name in names}
        for batches in read_contexts(corpus, model.reader, teacher, views, model.wv.key_to_index):
            for name, moments in layers.items():
                moments.add(batches[name])
            batch = batches[average.name]
            used = (batch.words >= 0) & (batch.rows >= 0)
            text_of = np.repeat(np.arange(texts, texts + len(batch.document_lengths)), batch.document_lengths)
            for name, array in (
                ("average", batch.contexts[batch.rows[used]].astype(np.float16)),
                ("top", batches[top.name].contexts[batch.rows[used]].astype(np.float16)),
                ("around", batches[around.name].contexts.astype(np.float32)),
                ("text_of", text_of[used].astype(np.int32)),
                ("word_of", batch.words[used].astype(np.int32)),
                ("num_words", batch.document_lengths.astype(np.int32)),
            ):
                array.tofile(files[name])
            texts += len(batch.document_lengths)
            words += len(batch.words)
            bar.update(len(batch.document_lengths))
    took = perf_counter() - began

    words_alone = [View((layer,), "token", isolated=True) for layer in range(num_layers)] + [alone]
    of_alone = {view.name: Moments(size, width) for view in words_alone}
    for batches in read_contexts(
        ([word] for word in model.wv.index_to_key), model.reader, teacher, words_alone, model.wv.key_to_index
    ):
        for name, batch in batches.items():
            of_alone[name].add(batch)
    save_moments(of_alone, folder / "alone.safetensors")
    save_moments(layers, folder / "layers.safetensors")
    tokenizer = teacher.tokenizer
    subwords = [
        len(ids)
        for part in _parts(corpus, 10_000)
        for ids in tokenizer([" ".join(tokens) for tokens in part])["input_ids"]
    ]
    np.array(subwords, dtype=np.int32).tofile(folder / "subwords")
    about = (
        f"{machine()}\nteacher {Path(teacher_name).name}, {texts} texts, {words} words, vocabulary {size} (min_count {min_count}); "
        f"read in {took:.0f} s ({words / took:.0f} words/s)"
    )
    counts = [model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key]
    kept = {"about": about, "words": model.wv.index_to_key, "counts": counts, "width": width, "num_layers": num_layers}
    (folder / "about.json").write_text(json.dumps(kept, default=int), encoding="utf-8")
    print(about)


def _parts(corpus: Lines, size: int) -> Iterator[Sequence[list[str]]]:
    part: list[list[str]] = []
    for tokens in corpus:
        part.append(tokens)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("teacher")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=int, help="how many lines of the corpus (default: all)")
    parser.add_argument("--min-count", type=int, default=5)
    arguments = parser.parse_args()
    read(Lines(arguments.corpus, arguments.lines), arguments.teacher, arguments.folder, arguments.min_count)


if __name__ == "__main__":
    main()
