"""``gensim-distill estimate``: memory, time and disk space of a training."""

from __future__ import annotations

import inspect
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gensim_distill.cli.console import Debug, Json, Quiet, echo, print_json, print_line, print_table
from gensim_distill.cli.corpus_files import Corpus, find_corpus, remove_spooled
from gensim_distill.cli.no_words import no_words
from gensim_distill.cli.output_folder import check_output_folder
from gensim_distill.cli.own_files import own_files_of
from gensim_distill.cli.run_config import RunConfig, merge_settings, training_parameters
from gensim_distill.cli.sizes import format_bytes, pieces_advice
from gensim_distill.cli.throughput import (
    Range,
    Speed,
    count_words,
    extrapolate_vocabulary,
    measure_speed,
    peak_memory,
    sample_corpus,
)

if TYPE_CHECKING:
    from gensim_distill.corpus.documents import Document
    from gensim_distill.word2vec.model import DistilledWord2Vec

EXAMPLES = (
    "gensim-distill estimate reviews/ --texts file --teacher bert-base-uncased",
    "gensim-distill estimate corpus.txt.xz --tokenized --contexts-per-word none --count-texts 0",
)

_DEFAULT_COUNT = 50_000
_MAX_DOCUMENTS_TO_READ = 20_000
_MAX_ISOLATED_WORDS = 4_000
_BYTES_PER_COUNTED_WORD = 200  # a string, a number and their entry in a dict
_BYTES_PER_NUMBER_AS_TEXT = 11

_OPTIONS: dict[str, tuple[Any, Any]] = {
    "count_texts": (
        Annotated[
            int,
            typer.Option(
                help="Count the words of this many documents; 0 counts all.",
                min=0,
                metavar="N",
                rich_help_panel="Measurement",
            ),
        ],
        _DEFAULT_COUNT,
    ),
    "probe_seconds": (
        Annotated[
            float,
            typer.Option(
                help="Seconds to measure the teacher.",
                min=0.0,
                max=86_400.0,
                metavar="SECONDS",
                rich_help_panel="Measurement",
            ),
        ],
        5.0,
    ),
    "output": (
        Annotated[
            Path | None,
            typer.Option("--output", "-o", help="Output folder, for a check of its free disk space.", metavar="FOLDER"),
        ],
        None,
    ),
    "quiet": (Quiet, False),
    "json": (Json, False),
    "debug": (Debug, False),
}


def parameters() -> list[inspect.Parameter]:
    """Return the parameters of the command."""
    return training_parameters(_OPTIONS)


def estimate(
    *,
    config: Path | None,
    count_texts: int,
    probe_seconds: float,
    output: Path | None,
    quiet: bool,
    json: bool,
    debug: bool,
    **options: Any,
) -> None:
    """Estimate memory, time and disk space of a training by a short measurement.

    The options are those of train. Words of a sample are counted, the documents for the teacher selected, and the teacher reads
    some of them. The results are extrapolated to the corpus, as ranges.
    """
    settings = merge_settings(options | {"output": output}, config)
    if settings.output is not None:
        check_output_folder(Path(settings.output), settings.run["formats"], overwrite=True)
    corpus = find_corpus(settings.run, quiet=quiet, own=own_files_of(settings, config))
    try:
        about = estimate_training(settings, corpus, count_texts, probe_seconds, quiet)
    finally:
        remove_spooled(corpus)
    if json:
        print_json(about)
        return
    rows: list[list[str]] = []
    for title in ("corpus", "time", "memory", "disk"):
        rows += [["", ""]] if rows else []
        rows.append([f"[bold]{title}[/bold]", ""])
        rows += [[name.replace("_", " "), _format(title, value)] for name, value in about[title].items()]
    print_table(["", "estimate"], rows)
    print_line("Assumptions:")
    for assumption in about["assumptions"]:
        print_line(f"- {assumption}")
    disk = about["disk"]
    if disk["of_that_pieces_of_words"].low > disk["result"].high / 2:
        echo(pieces_advice(settings.output or "OUTPUT", disk["of_that_pieces_of_words"].high), quiet)


def estimate_training(
    config: RunConfig, corpus: Corpus, count_texts: int, probe_seconds: float, quiet: bool
) -> dict[str, Any]:
    """Measure a training.

    Parameters
    ----------
    config : RunConfig
    corpus : Corpus
    count_texts : int
        Number of documents to count; 0 for all.
    probe_seconds : float
        Seconds to measure the teacher.
    quiet : bool

    Returns
    -------
    dict of str to Any
        `corpus`, `time`, `memory` and `disk`, each a dict of ranges, and a list of `assumptions`.

    Raises
    ------
    CommandError
        If there are no words.
    ValueError
        If the teacher cannot read the documents.
    """
    from gensim_distill import DistilledWord2Vec

    echo("Loading the teacher ...", quiet)
    start = time.perf_counter()
    model = DistilledWord2Vec(**(config.constructor_arguments() | {"progress": False, "cache_dir": None}))
    loading = time.perf_counter() - start
    process = peak_memory()  # without the memory of the measurement, which is like that of the training

    echo("Counting words ...", quiet)
    sample = sample_corpus(corpus, count_texts or _DEFAULT_COUNT)
    documents: Iterable[Document] = corpus if not count_texts else sample.documents
    share = 1.0 if not count_texts else sample.share
    counts = count_words(documents, model.reader)
    if not counts.n_words:
        raise no_words(corpus)
    words = Range(counts.n_words, counts.n_words) * (1 / share)
    kept = [word for word, number in counts.words.most_common() if number >= model.min_count]
    half = sum(number >= model.min_count for number in counts.half.values())
    vocabulary = extrapolate_vocabulary(len(kept), half, share)
    if model.max_final_vocab is not None:
        vocabulary = Range(min(vocabulary.low, model.max_final_vocab), min(vocabulary.high, model.max_final_vocab))
        kept = kept[: model.max_final_vocab]
    if not kept:
        raise ValueError(
            f"No word occurs {model.min_count} times in the {counts.n_documents:,} documents counted: lower --min-count"
            f"{', or raise --count-texts' if share < 1 else ''}."
        )
    distinct = extrapolate_vocabulary(len(counts.words), len(counts.half), share)
    rows = {word: row for row, word in enumerate(kept)}

    echo("Selecting documents and measuring the teacher ...", quiet)
    selected, words_to_read, seconds_to_select = _select(documents, model, rows, counts.n_words, share, vocabulary)
    model.corpus_total_words = round(words_to_read.high)  # bounds the texts in estimate_memory()
    model.corpus_count = round(counts.n_documents * words_to_read.high / counts.n_words)
    views = model.objective.views(model.teacher.num_layers)
    in_corpus = [view for view in views if not view.isolated]
    speed = measure_speed(selected or sample.documents, model, in_corpus, rows, probe_seconds)
    if speed is None:
        raise ValueError(
            "The teacher has no hidden states for these documents: use other documents, or another teacher."
        )
    isolated = [view for view in views if view.isolated]
    speed_isolated = None
    if isolated:
        some_words = [[word] for word in kept[:: max(1, len(kept) // _MAX_ISOLATED_WORDS)]]
        speed_isolated = measure_speed(some_words, model, isolated, rows, probe_seconds / 2)

    timing = {
        "loading": Range(loading, loading),
        "vocabulary": Range(counts.seconds, counts.seconds) * (1 / share),
        "context_budget": Range(seconds_to_select, seconds_to_select) * (1 / share),
        "teacher": _duration(words_to_read, speed),
        "isolated_words": _duration(vocabulary, speed_isolated),
    }
    timing["total"] = _sum(timing)
    memory = _memory(model, vocabulary, distinct, process)
    disk = _disk(model, config, corpus, vocabulary, words, speed)
    return {
        "corpus": {
            "share_counted": share,
            "documents": Range(counts.n_documents, counts.n_documents) * (1 / share),
            "words": words,
            "vocabulary": vocabulary,
            "words_for_the_teacher": words_to_read,
            "words_per_second": speed.words_per_second,
        },
        "time": timing,
        "memory": memory,
        "disk": disk,
        "assumptions": _assumptions(model, counts.n_documents, words, share, disk, config),
    }


def _select(
    documents: Iterable[Document],
    model: DistilledWord2Vec,
    rows: dict[str, int],
    n_words: int,
    share: float,
    vocabulary: Range,
) -> tuple[list[Document], Range, float]:
    """Return some of the passages for the teacher, the words of all of them in the corpus, and the seconds it took."""
    if model.contexts_per_word is None:
        return [], Range(n_words, n_words) * (1 / share), 0.0
    from gensim_distill.contexts.views import passage_sizes
    from gensim_distill.corpus.context_budget import ContextBudget

    start = time.perf_counter()
    sizes = passage_sizes(view for view in model.views if not view.isolated)
    budget = ContextBudget(model.contexts_per_word, rows, model.seed, model.reader, sizes)
    budget.scan(documents)
    selected: list[Document] = []
    words = 0
    for document in budget.select(documents):
        words += len(model.reader.keys(document))
        if len(selected) < _MAX_DOCUMENTS_TO_READ:
            selected.append(document)
    # The words to read grow with the vocabulary, at most in proportion to the corpus.
    at_most = words / share
    return selected, Range(min(words * vocabulary.low / len(rows), at_most), at_most), time.perf_counter() - start


def _memory(model: DistilledWord2Vec, vocabulary: Range, distinct: Range, process: int | None) -> dict[str, Range]:
    ends = [model.estimate_memory(max(1, round(size))) for size in (vocabulary.low, vocabulary.high)]
    working = Range(ends[0]["total"], ends[1]["total"])
    counting = distinct * _BYTES_PER_COUNTED_WORD
    memory = {"counting": counting, "vectors_and_statistics": working}
    if process is not None:
        memory = {"program_and_teacher": Range(process, process), **memory}
    most = Range(max(counting.low, working.low), max(counting.high, working.high))
    memory["total"] = most if process is None else most + Range(process, process)
    return memory


def _disk(
    model: DistilledWord2Vec, config: RunConfig, corpus: Corpus, vocabulary: Range, words: Range, speed: Speed
) -> dict[str, Range]:
    from gensim_distill.statistics.moments import Moments

    ends = [model.estimate_memory(max(1, round(size))) for size in (vocabulary.low, vocabulary.high)]
    vectors, moments, texts, table = (
        Range(ends[0].get(name, 0), ends[1].get(name, 0)) for name in ("vectors", "moments", "texts", "text_table")
    )
    statistics = moments + texts
    weights = Range(*(end.get("syn1", 0) + end.get("syn1neg", 0) for end in ends))
    text_format = (
        vocabulary * (model.vector_size * _BYTES_PER_NUMBER_AS_TEXT)
        if "word2vec" in config.run["formats"]
        else Range(0, 0)
    )
    # The projection for out-of-vocabulary words, which does not depend on the vocabulary.
    width = model.teacher.width
    n_views = sum(not view.keeps_texts for view in model.objective.views(model.teacher.num_layers))
    projection = 4 * model.objective.width(width) * (n_views * width + model.vector_size)
    # Vectors are in the model and in word2vec's format.
    copies = 3 if "kv" in config.run["formats"] else 2
    encoder = table if table.high else vectors
    of_words = vocabulary * (4 * width)
    # In the model and in the text encoder; at most all subwords of the teacher.
    pieces = Range(0, 0) if not table.high else Range(table.low - of_words.low, table.high - of_words.high) * 2
    result = vectors * copies + statistics + table + encoder + weights + text_format + Range(projection, projection)
    if model.solver == "sgd":
        # The contexts, and checkpoints of their sums.
        sizes = [Moments.bytes_of(round(size), width, second_moment=True) for size in (vocabulary.low, vocabulary.high)]
        temporary = words * speed.bytes_per_word + Range(*sizes) * 3
    else:
        temporary = statistics * 3
    if "-" in config.run["corpus"]:
        temporary += Range(corpus.bytes, corpus.bytes)
    return {"result": result, "of_that_pieces_of_words": pieces, "peak": result + temporary}


def _assumptions(
    model: DistilledWord2Vec, n_documents: int, words: Range, share: float, disk: dict[str, Range], config: RunConfig
) -> list[str]:
    device = getattr(model.teacher, "device", None)
    assumptions = [
        f"the {n_documents:,} documents counted, {share:.1%} of the corpus, are representative of the rest"
        if share < 1
        else f"all {n_documents:,} documents were counted, so the vocabulary is exact, except for a --trim-rule",
        "the machine is as busy as during the measurement, and all documents are read at the measured speed",
        "the time excludes the computation of vectors from statistics, which takes seconds to minutes",
        f"memory is that of this process{'' if device is None or device.type == 'cpu' else ', without that of the GPU'}",
    ]
    if model.contexts_per_word is not None:
        every = model.contexts_per_word > words.high
        passages = "all passages" if every else f"{model.contexts_per_word} passages per word"
        assumptions.append(f"the teacher reads {passages}, and duplicate passages once")
    if model.solver == "sgd":
        assumptions.append("the time excludes gradient descent, after the teacher")
    place = Path(config.output or ".").absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    enough = "enough" if free >= disk["peak"].high else "possibly too little"
    assumptions.append(f"the result is written to {str(place)!r}, where {format_bytes(free)} are free: {enough}")
    return assumptions


def _duration(words: Range, speed: Speed | None) -> Range:
    if speed is None:
        return Range(0.0, 0.0)
    return Range(words.low / speed.words_per_second.high, words.high / speed.words_per_second.low)


def _sum(ranges: dict[str, Range]) -> Range:
    total = Range(0.0, 0.0)
    for value in ranges.values():
        total += value
    return total


def _format(title: str, value: Range | float) -> str:
    """Return a range as text; a single number if its ends look equal."""
    if not isinstance(value, Range):
        return f"{value:.1%}"
    show = {"time": _format_seconds, "memory": format_bytes, "disk": format_bytes}.get(title, _format_number)
    low, high = show(value.low), show(value.high)
    return low if low == high else f"{low} to {high}"


def _format_number(value: float) -> str:
    return f"{round(value):,}"


def _format_seconds(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
