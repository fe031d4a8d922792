"""``gensim-distill estimate``: memory, time and disk of a training, before it begins."""

from __future__ import annotations

import inspect
import shutil
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from gensim_distill.cli.console import Debug, Json, Quiet, print_json, print_table, tell
from gensim_distill.cli.corpus_files import Corpus, open_corpus, remove_spooled
from gensim_distill.cli.run_config import Settings, all_options, collect
from gensim_distill.cli.throughput import Range, Speed, count, draw, grown, peak_memory, read_a_little

EXAMPLES = (
    "gensim-distill estimate reviews/ --texts file --teacher bert-base-uncased",
    "gensim-distill estimate corpus.txt.xz --tokenized --contexts-per-word none --count-texts 0",
)

_BYTES_PER_COUNTED_WORD = 200  # a string, a number, and their place in a dict
_BYTES_PER_NUMBER_AS_TEXT = 11

_OPTIONS: dict[str, tuple[Any, Any]] = {
    "count_texts": (
        Annotated[int, typer.Option(help="Count the words of so many texts; 0 counts them all.", min=0)],
        50_000,
    ),
    "probe_seconds": (Annotated[float, typer.Option(help="Let the teacher read for about so long.", min=0.0)], 5.0),
    "output": (
        Annotated[
            Path | None, typer.Option("--output", "-o", help="Where the result would go, to see whether it has room.")
        ],
        None,
    ),
    "quiet": (Quiet, False),
    "json": (Json, False),
    "debug": (Debug, False),
}


def parameters() -> list[inspect.Parameter]:
    """Give everything that the command takes."""
    return all_options(_OPTIONS)


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
    """Foretell how much memory, time and disk a training takes, from a short measured probe.

    It takes the options of train. Words are counted, the texts for the teacher chosen, and the teacher reads some of them; what
    these took is scaled up to the corpus, as a range.
    """
    settings = collect(options | {"output": output}, config)
    corpus = open_corpus(settings.run, quiet=quiet)
    try:
        about = foretell(settings, corpus, count_texts, probe_seconds, quiet)
    finally:
        remove_spooled(corpus)
    if json:
        print_json(about)
        return
    for title in ("corpus", "time", "memory", "disk"):
        rows = [[name.replace("_", " "), _shown(title, value)] for name, value in about[title].items()]
        print_table([title, "from - to"], rows)
    print("This supposes that:")
    for assumption in about["assumptions"]:
        print(f"- {assumption}")


def foretell(settings: Settings, corpus: Corpus, count_texts: int, probe_seconds: float, quiet: bool) -> dict[str, Any]:
    """Measure, and give all that :func:`estimate` shows."""
    from gensim_distill import DistilledWord2Vec

    tell("Loading the teacher ...", quiet)
    start = time.perf_counter()
    model = DistilledWord2Vec(**(settings.constructor_arguments() | {"progress": False, "cache_dir": None}))
    loading = time.perf_counter() - start

    tell("Counting words ...", quiet)
    drawn = draw(corpus, count_texts or 50_000)
    items: Any = corpus if not count_texts else drawn.texts
    share = 1.0 if not count_texts else drawn.share
    counts = count(items, model.reader)
    if not counts.total:
        raise ValueError("The corpus has no words: give texts.")
    words = Range(counts.total, counts.total) * (1 / share)
    kept = [word for word, number in counts.words.most_common() if number >= model.min_count]
    half = sum(number >= model.min_count for number in counts.half.values())
    vocabulary = grown(len(kept), half, share)
    if model.max_final_vocab is not None:
        vocabulary = Range(min(vocabulary.low, model.max_final_vocab), min(vocabulary.high, model.max_final_vocab))
        kept = kept[: model.max_final_vocab]
    if not kept:
        raise ValueError(
            f"No word occurs {model.min_count} times among the {counts.texts:,} texts that were counted: lower --min-count, or raise "
            "--count-texts."
        )
    distinct = grown(len(counts.words), len(counts.half), share)
    index = {word: number for number, word in enumerate(kept)}

    tell("Choosing texts and letting the teacher read some ...", quiet)
    chosen, read, choosing = _choose(items, model, index, counts.total, share, vocabulary)
    in_corpus = [view for view in model._views if not view.isolated]
    speed = read_a_little(chosen or drawn.texts, model, in_corpus, index, probe_seconds)
    if speed is None:
        raise ValueError("The teacher could make nothing of these texts: give others, or another teacher.")
    alone = [view for view in model._views if view.isolated]
    words_alone = None
    if alone:
        some = [[word] for word in kept[:: max(1, len(kept) // 4_000)]]
        words_alone = read_a_little(some, model, alone, index, probe_seconds / 2)

    timing = {
        "loading": Range(loading, loading),
        "vocabulary": Range(counts.seconds, counts.seconds) * (1 / share),
        "choice_of_texts": Range(choosing, choosing) * (1 / share),
        "teacher": _over(read, speed),
        "words_alone": _over(vocabulary, words_alone),
    }
    timing["total"] = _sum(timing)
    memory = _memory(model, vocabulary, distinct)
    disk = _disk(model, settings, corpus, vocabulary, words, speed)
    return {
        "corpus": {
            "share_counted": share,
            "texts": Range(counts.texts, counts.texts) * (1 / share),
            "words": words,
            "vocabulary": vocabulary,
            "words_for_the_teacher": read,
            "words_per_second": speed.words_per_second,
        },
        "time": timing,
        "memory": memory,
        "disk": disk,
        "assumptions": _assumptions(model, counts.texts, share, disk, settings),
    }


def _choose(
    items: Any, model: Any, index: dict[str, int], total: int, share: float, vocabulary: Range
) -> tuple[list[Any], Range, float]:
    """Give some of the texts that the teacher would read, how many words all of them have, and how long the choice took."""
    if model.contexts_per_word is None:
        return [], Range(total, total) * (1 / share), 0.0
    from gensim_distill.corpus.context_budget import ContextBudget

    start = time.perf_counter()
    budget = ContextBudget(model.contexts_per_word, index, model.seed)
    budget.scan(map(model.reader.keys, items))
    chosen: list[Any] = []
    words = 0
    for item in budget.select(items, model.reader.keys):
        words += len(model.reader.keys(item))
        if len(chosen) < 20_000:
            chosen.append(item)
    # What is read grows as the vocabulary does; at the very most it stays the share of the text that it is here.
    at_most = words / share
    return chosen, Range(min(words * vocabulary.low / len(index), at_most), at_most), time.perf_counter() - start


def _memory(model: Any, vocabulary: Range, distinct: Range) -> dict[str, Range]:
    ends = [model.estimate_memory(max(1, round(size))) for size in (vocabulary.low, vocabulary.high)]
    # What reading takes for a time was in use during the probe as well, and so is perhaps counted already.
    working = Range(ends[0]["total"] - ends[0].get("temporary", 0), ends[1]["total"])
    counting = distinct * _BYTES_PER_COUNTED_WORD
    memory = {"counting": counting, "vectors_and_statistics": working}
    here = peak_memory()
    if here is not None:
        memory = {"program_and_teacher": Range(here, here), **memory}
    most = Range(max(counting.low, working.low), max(counting.high, working.high))
    memory["total"] = most if here is None else most + Range(here, here)
    return memory


def _disk(
    model: Any, settings: Settings, corpus: Corpus, vocabulary: Range, words: Range, speed: Speed
) -> dict[str, Range]:
    from gensim_distill.statistics.moments import Moments

    ends = [model.estimate_memory(max(1, round(size))) for size in (vocabulary.low, vocabulary.high)]
    vectors, moments = (Range(ends[0].get(name, 0), ends[1].get(name, 0)) for name in ("vectors", "moments"))
    weights = Range(*(end.get("syn1", 0) + end.get("syn1neg", 0) for end in ends))
    texts = (
        vocabulary * (model.vector_size * _BYTES_PER_NUMBER_AS_TEXT)
        if "word2vec" in settings.run["formats"]
        else Range(0, 0)
    )
    # By what it makes vectors of statistics, for words that come later; whatever the vocabulary is.
    width, views = model._teacher_shape[0], len(model._views)
    matrices = 4 * model.objective.width(width) * (views * width + model.vector_size) * hasattr(model, "_projection")
    # In the model and in word2vec's format, beside its statistics, which training on needs.
    result = (
        vectors * (3 if "kv" in settings.run["formats"] else 2) + moments + weights + texts + Range(matrices, matrices)
    )
    if model.solver == "sgd":
        # The contexts, and beside them their sums in checkpoints.
        sizes = [Moments.bytes_of(round(size), width, second_moment=True) for size in (vocabulary.low, vocabulary.high)]
        meanwhile = words * speed.bytes_per_word + Range(*sizes) * 3
    else:
        meanwhile = moments * 3
    if "-" in settings.run["corpus"]:
        meanwhile += Range(corpus.bytes, corpus.bytes)
    return {"result": result, "at_the_most_meanwhile": result + meanwhile}


def _assumptions(model: Any, texts: int, share: float, disk: dict[str, Range], settings: Settings) -> list[str]:
    teacher = model.teacher
    device = getattr(teacher, "device", None)
    said = [
        f"the {texts:,} texts that were counted, {share:.1%} of the corpus, are like the rest of it"
        if share < 1
        else f"all {texts:,} texts were counted, so the vocabulary is exact but for a --trim-rule",
        "the machine is as busy as it was during the probe, and the texts are read as fast as these were",
        "making the vectors at the end, which takes seconds to minutes, is not in the time",
        f"memory is that of this process{'' if device is None or device.type == 'cpu' else '; that of the GPU is not in it'}",
    ]
    if model.contexts_per_word is not None:
        said.append(f"the teacher reads each word in {model.contexts_per_word} texts, and equal texts once")
    if model.solver == "sgd":
        said.append("gradient descent itself, after the teacher, is not in the time")
    place = Path(settings.output or ".").absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    enough = "enough" if free >= disk["at_the_most_meanwhile"].high else "perhaps too little"
    said.append(f"the result goes to {str(place)!r}, where {_bytes(free)} are free: {enough}")
    return said


def _over(words: Range, speed: Speed | None) -> Range:
    if speed is None:
        return Range(0.0, 0.0)
    return Range(words.low / speed.words_per_second.high, words.high / speed.words_per_second.low)


def _sum(ranges: dict[str, Range]) -> Range:
    total = Range(0.0, 0.0)
    for value in ranges.values():
        total += value
    return total


def _shown(title: str, value: Any) -> str:
    if not isinstance(value, Range):
        return f"{value:.1%}"
    show = {"time": _seconds, "memory": _bytes, "disk": _bytes}.get(title, _number)
    low, high = show(value.low), show(value.high)
    return low if low == high else f"{low} - {high}"


def _number(value: float) -> str:
    return f"{round(value):,}"


def _bytes(size: float) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"


def _seconds(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
