"""Reads a corpus once and stores the hidden states of every occurrence of a word.

Experiments on the selection of documents and on the combination of hidden states then take seconds, without a teacher.
For n occurrences of words of the vocabulary, d dimensions and m documents the files take 4nd + 4md bytes (13 GB for 8
million words at 384 dimensions).

Run: python -m benchmarks.ablation.hidden_states CORPUS TEACHER FOLDER [--lines N] [--min-count N]
"""

from __future__ import annotations

import contextlib
import itertools
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter

import numpy as np
from tqdm import tqdm

from benchmarks.common import Lines, corpus_parser, machine
from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.objectives import Hybrid
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.moments_file import load_moments, save_moments

_SLICE = 200_000  # occurrences added to the statistics at a time
_NO_LENGTHS = np.empty(0, dtype=np.int64)  # Moments ignores the lengths of documents


@dataclass
class HiddenStates:
    """The stored hidden states of a corpus.

    Attributes
    ----------
    views : dict of str to View
        The views of :class:`~gensim_distill.objectives.Hybrid`: "all layers", "top layers", "closed form", "isolated".
    words, counts : list of str, numpy.ndarray
        The vocabulary and its counts.
    document_of, word_of : numpy.ndarray of int32, shape (occurrences,)
        The document and the word of each occurrence, in the order of the corpus.
    subwords, num_words : numpy.ndarray of int32, shape (documents,)
        The length of each document.
    all_layers, top_layers : numpy.ndarray of float16, shape (occurrences, d)
        The mean hidden state of each occurrence.
    """

    folder: Path

    def __post_init__(self) -> None:
        about = json.loads((self.folder / "about.json").read_text(encoding="utf-8"))
        self.about: str = about["about"]
        self.words: list[str] = about["words"]
        self.width: int = about["width"]
        self.counts = np.array(about["counts"])
        names = ("all layers", "top layers", "closed form", "isolated")
        of_words = [view for view in Hybrid().views(about["num_layers"]) if not view.keeps_texts]
        self.views = dict(zip(names, of_words))
        self.document_of, self.word_of, self.subwords, self.num_words = (
            np.fromfile(self.folder / name, dtype=np.int32)
            for name in ("document_of", "word_of", "subwords", "num_words")
        )
        self.all_layers, self.top_layers = (
            np.memmap(self.folder / name, np.float16, "r").reshape(-1, self.width)
            for name in ("all_layers", "top_layers")
        )

    @cached_property
    def document_means(self) -> np.ndarray:
        """The mean hidden state of each document, shape (documents, d)."""
        return np.fromfile(self.folder / "document_means", np.float32).reshape(-1, self.width)

    @cached_property
    def isolated(self) -> dict[str, Moments]:
        """The statistics of isolated words, for each layer and for all."""
        return load_moments(self.folder / "isolated.safetensors")[0]

    @cached_property
    def layers(self) -> dict[str, Moments]:
        """The statistics of words in context in each layer, over all documents."""
        return load_moments(self.folder / "layers.safetensors")[0]

    def vocabulary(self, num_documents: int, min_count: int = 5) -> np.ndarray:
        """Return the words with at least `min_count` occurrences in the first documents, the most frequent first."""
        last = np.searchsorted(self.document_of, num_documents)
        counts = np.bincount(self.word_of[:last], minlength=len(self.words))
        order = np.argsort(-counts, kind="stable")
        return order[counts[order] >= min_count]

    def moments(self, documents: np.ndarray, vocabulary: np.ndarray) -> dict[str, Moments]:
        """Compute the statistics that Hybrid would have of some documents.

        Parameters
        ----------
        documents : numpy.ndarray of bool
            Which of the first documents are read.
        vocabulary : numpy.ndarray of int64
            Indices of words.
        """
        index = np.full(len(self.words), -1, dtype=np.int64)
        index[vocabulary] = np.arange(len(vocabulary))
        all_layers, top_layers, closed_form, isolated = self.views.values()
        found = {
            view.name: Moments(len(vocabulary), self.width, view.second_moment)
            for view in (all_layers, top_layers, closed_form)
        }
        last = int(np.searchsorted(self.document_of, len(documents)))
        for start in range(0, last, _SLICE):
            part = slice(start, min(start + _SLICE, last))
            read = start + np.flatnonzero(documents[self.document_of[part]])
            words, rows = index[self.word_of[read]], np.arange(len(read))
            for view, states in ((all_layers, self.all_layers), (top_layers, self.top_layers)):
                if len(read):
                    contexts = states[read].astype(np.float32)
                    found[view.name].add(ContextBatch(words, rows, contexts, _NO_LENGTHS))
        for start in range(0, len(documents), _SLICE):
            read = start + np.flatnonzero(documents[start : start + _SLICE])
            row = np.full(_SLICE, -1, dtype=np.int64)
            row[read - start] = np.arange(len(read))
            inside = slice(*np.searchsorted(self.document_of, [start, min(start + _SLICE, len(documents))]))
            rows = row[self.document_of[inside] - start]
            words = np.where(rows >= 0, index[self.word_of[inside]], -1)
            found[closed_form.name].add(ContextBatch(words, rows, self.document_means[read], _NO_LENGTHS))
        return found | {isolated.name: select_words(self.isolated[isolated.name], vocabulary)}


def select_words(moments: Moments, vocabulary: np.ndarray) -> Moments:
    """Return the statistics of some words."""
    selected = Moments(len(vocabulary), moments.width)
    selected.sums, selected.counts, selected.untokenizable = (
        array[vocabulary] for array in (moments.sums, moments.counts, moments.untokenizable)
    )
    selected.total, selected.total_count = moments.total, moments.total_count
    return selected


def store(corpus: Lines, teacher_name: str, folder: Path, min_count: int) -> None:
    """Read a corpus and write its hidden states to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    teacher = load_teacher(teacher_name)
    model = DistilledWord2Vec(teacher=teacher, min_count=min_count)
    model.build_vocab(corpus)
    vocabulary = model.wv.key_to_index
    size, width, num_layers = len(vocabulary), teacher.width, teacher.num_layers
    all_layers, top_layers, closed_form, isolated, _ = Hybrid().views(num_layers)
    single_layers = [View((layer,), "token") for layer in range(num_layers)]
    layers = {view.name: Moments(size, width) for view in single_layers}
    documents = words = 0
    start = perf_counter()
    views = list({view.name: view for view in (all_layers, top_layers, closed_form, *single_layers)}.values())
    with contextlib.ExitStack() as stack:
        bar = stack.enter_context(tqdm(total=model.corpus_count, unit="document", mininterval=10))
        names = ("all_layers", "top_layers", "document_means", "document_of", "word_of", "num_words")
        files = {name: stack.enter_context(open(folder / name, "wb")) for name in names}
        for batches in read_contexts(corpus, model.reader, teacher, views, vocabulary):
            for name, moments in layers.items():
                moments.add(batches[name])
            batch = batches[all_layers.name]
            used = (batch.words >= 0) & (batch.rows >= 0)
            document_of = np.repeat(np.arange(len(batch.document_lengths)) + documents, batch.document_lengths)
            arrays: dict[str, np.ndarray] = {
                "all_layers": batch.contexts[batch.rows[used]].astype(np.float16),
                "top_layers": batches[top_layers.name].contexts[batch.rows[used]].astype(np.float16),
                "document_means": batches[closed_form.name].contexts.astype(np.float32),
                "document_of": document_of[used].astype(np.int32),
                "word_of": batch.words[used].astype(np.int32),
                "num_words": batch.document_lengths.astype(np.int32),
            }
            for name, array in arrays.items():
                array.tofile(files[name])
            documents += len(batch.document_lengths)
            words += len(batch.words)
            bar.update(len(batch.document_lengths))
    seconds = perf_counter() - start

    isolated_views = [*(View((layer,), "token", isolated=True) for layer in range(num_layers)), isolated]
    of_isolated = {view.name: Moments(size, width) for view in isolated_views}
    isolated_words = ([word] for word in vocabulary)
    for batches in read_contexts(isolated_words, model.reader, teacher, isolated_views, vocabulary):
        for name, batch in batches.items():
            of_isolated[name].add(batch)
    save_moments(of_isolated, folder / "isolated.safetensors")
    save_moments(layers, folder / "layers.safetensors")
    count_subwords(corpus, teacher_name).tofile(folder / "subwords")
    about = (
        f"{machine()}\nteacher {Path(teacher_name).name}, {documents} documents, {words} words, vocabulary {size} "
        f"(min_count {min_count}); read in {seconds:.0f} s ({words / seconds:.0f} words/s)"
    )
    counts = [model.wv.get_vecattr(word, "count") for word in vocabulary]
    stored = {"about": about, "words": list(vocabulary), "counts": counts, "width": width, "num_layers": num_layers}
    (folder / "about.json").write_text(json.dumps(stored, default=int), encoding="utf-8")
    print(about)


def count_subwords(corpus: Lines, teacher_name: str) -> np.ndarray:
    """Count the subwords of each document."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(teacher_name)
    documents = iter(corpus)
    counts: list[int] = []
    while part := [" ".join(tokens) for tokens in itertools.islice(documents, 10_000)]:
        counts += map(len, tokenizer(part)["input_ids"])
    return np.array(counts, dtype=np.int32)


def main() -> None:
    parser = corpus_parser(__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--min-count", type=int, default=5)
    arguments = parser.parse_args()
    store(Lines(arguments.corpus, arguments.lines), arguments.teacher, arguments.folder, arguments.min_count)


if __name__ == "__main__":
    main()
