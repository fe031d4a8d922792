"""Raw text compared with the same text as lists of tokens: words per second of each step, and whole trainings.

The tokens are the words and the punctuation, lowercased, so that the teacher reads as much as of the raw text. Both are measured in
turns, in seconds of processor time; the best turn counts. Each turn begins without caches. Only the words count, not the punctuation.
With a teacher, a model with defaults is trained on each, in seconds.

Run: python -m benchmarks.speed.raw_text CORPUS [--teacher TEACHER] [--lines N] [--turns N]

CORPUS has one raw document per line, maybe compressed.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from time import perf_counter, process_time
from typing import Any

from gensim import utils

from benchmarks.common import MarkdownTable, argument_parser, machine
from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.corpus.counting import WordCounts
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.word_lookup import WordLookup

TEXTS_AT_ONCE = 1_000


def raw_documents(path: str, limit: int | None) -> list[str]:
    """Read the first lines of a file."""
    with utils.open(path, "rb") as lines:
        return [utils.any2unicode(line).strip() for line in itertools.islice(lines, limit)]


def tokenized(string: str, reader: TextReader) -> list[str]:
    """Return the words and the punctuation of a string, lowercased."""
    text = reader.text(string)
    tokens: list[str] = []
    for end, start, key in zip([0, *text.ends], text.starts, text.keys):
        tokens += [*text.string[end:start].split(), key]
    return tokens + text.string[text.ends[-1] if text.ends else 0 :].split()


def steps(vocabulary: dict[str, int]) -> dict[str, Callable[[list[Document], TextReader], Any]]:
    """Return the steps from documents to words that a training or an encoder takes."""

    def look_up(documents: list[Document], reader: TextReader) -> None:
        lookup = WordLookup(vocabulary, reader)
        for start in range(0, len(documents), TEXTS_AT_ONCE):
            lookup.rows(documents[start : start + TEXTS_AT_ONCE])

    return {
        "vocabulary": lambda documents, reader: WordCounts().add(documents, reader),
        "words (TextReader.keys)": lambda documents, reader: [reader.keys(document) for document in documents],
        "spans (TextReader.text)": lambda documents, reader: [reader.text(document) for document in documents],
        "spans and sentences": lambda documents, reader: [
            reader.sentences(document, reader.text(document)) for document in documents
        ],
        "rows (WordLookup)": look_up,
    }


def seconds_in_turns(calls: Sequence[Callable[[], Any]], turns: int, clock: Callable[[], float]) -> list[float]:
    """Return the fewest seconds of each call over some turns."""
    best = [float("inf")] * len(calls)
    for _, (number, call) in itertools.product(range(turns), enumerate(calls)):
        start = clock()
        call()
        best[number] = min(best[number], clock() - start)
    return best


def main() -> None:
    parser = argument_parser(__doc__)
    parser.add_argument("corpus")
    parser.add_argument("--teacher", help="a name on the Hugging Face hub, or a folder")
    parser.add_argument("--lines", type=int, help="documents to read (default: all)")
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    raw = raw_documents(arguments.corpus, arguments.lines)
    reader = TextReader()
    tokens = [tokenized(document, reader) for document in raw]
    counts = WordCounts()
    counts.add(raw, reader)
    words = counts.total_words
    print(f"{machine()}\n{len(raw)} documents with {words} words, {len(counts.words)} different ones")
    vocabulary = {word: row for row, word in enumerate(counts.words)}
    table = MarkdownTable("step", "raw, million words/s", "tokens, million words/s", "time of raw / tokens")
    for name, step in steps(vocabulary).items():
        calls = [lambda texts=texts, step=step: step(texts, TextReader()) for texts in (raw, tokens)]
        of_raw, of_tokens = seconds_in_turns(calls, arguments.turns, process_time)
        table.row(name, f"{words / of_raw / 1e6:.2f}", f"{words / of_tokens / 1e6:.2f}", f"{of_raw / of_tokens:.2f}")
    if arguments.teacher:
        trained = [functools.partial(DistilledWord2Vec, texts, teacher=arguments.teacher) for texts in (raw, tokens)]
        of_raw, of_tokens = seconds_in_turns(trained, arguments.turns, perf_counter)
        print(
            f"whole training: {of_raw:.1f} s of raw text, {of_tokens:.1f} s of tokens, ratio {of_raw / of_tokens:.2f}"
        )


if __name__ == "__main__":
    main()
