"""Check the package on a GPU in at most eight minutes: its tests there, the speed of the pass, and a whole distillation.

The parts, each in a process of its own with a time limit: the tests that need a GPU, the reading of LINES documents by
TEACHER, one with SECOND_TEACHER if it is passed, and the default distillation. A part that fails, or runs out of time, is
recorded with its error, and the others follow. The result is one JSON file.

Nothing is installed; libraries that are missing are named. On a machine without a GPU, --device cpu and a small corpus
run the same parts, except for the tests.

Run: python -m benchmarks.speed.gpu_check CORPUS TEACHER OUT.json [--second-teacher NAME] [--device cpu] [--lines N]
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).parents[2]
NEEDED = ("torch", "transformers", "gensim", "numpy", "scipy", "tqdm", "regex", "safetensors", "tokenizers")
#: The parts and the seconds that each may take: less than eight minutes in all.
PARTS = {"tests": 120, "pass": 130, "second pass": 130, "distillation": 90}
TESTS = ("tests/teachers/test_transformer.py", "tests/teachers/test_model_copies.py")
GPU_TESTS = "gpu"  # a part of the names of tests that are skipped without a GPU
PROFILED = 20_000  # documents of the profile, of which the time of each stage is taken
WARM_UP = 2_000  # documents


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    if options.part:
        PARTS_RUN[options.part](options)
        return 0
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(f"These libraries are missing: install {' '.join(missing)}, with a build of torch for the GPU.")
        return 1
    import torch

    if options.device.startswith("cuda") and not torch.cuda.is_available():
        print("torch sees no CUDA device here: install a CUDA build of torch, or pass --device cpu.")
        return 1
    report: dict[str, Any] = {
        "machine": describe_machine(options.device),
        "commit": commit(),
        "seed": options.seed,
        "corpus": os.path.basename(options.corpus),
        "lines": options.lines,
        "parts": {},
    }
    for part, limit in PARTS.items():
        report["parts"][part] = run_part(part, min(limit, options.limit or limit), options)
        # After each part, so that an interruption loses one part only.
        Path(options.out).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        print(part, json.dumps(report["parts"][part], indent=2), flush=True)
    return int(any(part["state"] in ("failed", "out of time") for part in report["parts"].values()))


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", help="a file with one tokenized document per line, maybe compressed")
    parser.add_argument("teacher", help="a folder with a transformer, such as all-MiniLM-L6-v2")
    parser.add_argument("out", help="the JSON file to write")
    parser.add_argument("--second-teacher", help="a larger one, such as all-mpnet-base-v2")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--lines", type=int, default=200_000, help="documents to read (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, help="seconds that each part may take at most")
    parser.add_argument("--part", choices=list(PARTS), help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def run_part(part: str, limit: float, options: argparse.Namespace) -> dict[str, Any]:
    """Run a part in a process of its own, and return its results or the reason why there are none."""
    if part == "second pass" and not options.second_teacher:
        return {"state": "skipped", "reason": "there is no --second-teacher"}
    if part == "tests" and (reason := reason_without_tests(options.device)):
        return {"state": "skipped", "reason": reason}
    start = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        command = [sys.executable, "-m", "benchmarks.speed.gpu_check", options.corpus, options.teacher, str(result)]
        for name in ("device", "lines", "seed"):
            command += [f"--{name}", str(getattr(options, name))]
        if options.second_teacher:
            command += ["--second-teacher", options.second_teacher]
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            # A session of its own, so that the processes that it starts end with it.
            process = subprocess.Popen(
                [*command, "--part", part], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
            try:
                code: int | None = process.wait(timeout=limit)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                code = None
            output.seek(0)
            tail = output.read()[-2_000:]
        found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}
    seconds = round(perf_counter() - start, 1)
    if code == 0:
        return {"state": "done", "seconds": seconds, **found}
    state = "out of time" if code is None else "failed"
    return {"state": state, "seconds": seconds, "limit": limit, "output": tail, **found}


def reason_without_tests(device: str) -> str | None:
    """Return why the tests cannot run, or None."""
    if not device.startswith("cuda"):
        return f"the tests need a GPU, not {device}"
    absent = [name for name in ("pytest", "hypothesis") if importlib.util.find_spec(name) is None]
    return f"install {' '.join(absent)}" if absent else None


def run_tests(options: argparse.Namespace) -> None:
    """Run the tests that are skipped without a GPU."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", GPU_TESTS, "-rf", *TESTS]
    if importlib.util.find_spec("xdist") is not None:
        command += ["-n", "0"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(run.stdout[-2_000:], run.stderr[-2_000:])
    counts = {kind: int(number) for number, kind in re.findall(r"(\d+) (passed|failed|skipped|error)", run.stdout)}
    write(options, {"tests": counts})
    if run.returncode or not counts.get("passed"):
        raise SystemExit(1)


def run_pass(options: argparse.Namespace) -> None:
    """Measure the pass of the teacher, whole and by stages."""
    measure_pass(options, options.teacher)


def run_second_pass(options: argparse.Namespace) -> None:
    """Measure the pass of the second teacher."""
    measure_pass(options, options.second_teacher)


def measure_pass(options: argparse.Namespace, name: str) -> None:
    """Read the corpus with a teacher: words per second, the share of the peak of the device, and the time of the stages."""
    import torch

    from benchmarks.common import Lines, timed
    from benchmarks.speed.teacher_pass import count_operations, matrix_peak, padded_batches
    from gensim_distill import TextReader, load_teacher
    from gensim_distill.contexts.teacher_pass import read_contexts
    from gensim_distill.objectives import make_objective
    from gensim_distill.statistics.corpus_statistics import CorpusStatistics
    from gensim_distill.teachers import TransformerTeacher

    teacher = load_teacher(name, device=options.device)
    assert isinstance(teacher, TransformerTeacher)
    documents = list(Lines(options.corpus, options.lines))
    vocabulary = {word: row for row, word in enumerate(dict.fromkeys(itertools.chain.from_iterable(documents)))}
    views = [view for view in make_objective("hybrid").views(teacher.num_layers) if not view.isolated]
    statistics = CorpusStatistics.empty(views, len(vocabulary), teacher.width, list(vocabulary))

    def read(some: list[list[str]]) -> None:
        for contexts in read_contexts(some, TextReader(), teacher, views, vocabulary):
            statistics.add(contexts)

    read(documents[:WARM_UP])
    found: dict[str, Any] = {
        "teacher": os.path.basename(os.path.normpath(name)),
        "dtype": str(teacher.dtype).removeprefix("torch."),
        "batch_tokens": teacher.batch_tokens,
        "concurrent_reads": teacher.concurrent_reads,
        "documents": len(documents),
        "words": sum(map(len, documents)),
    }
    if teacher.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(teacher.device)
    taken = timed(read, documents)
    found |= {"pass seconds": taken, "words per second": found["words"] / taken}
    if teacher.device.type == "cuda":
        found["peak memory of the device"] = torch.cuda.max_memory_allocated(teacher.device)
    write(options, found)  # what follows takes longer

    batches = padded_batches(teacher, documents[:PROFILED])
    subwords = sum(int(batch["attention_mask"].sum()) for batch in batches)
    operations = count_operations(teacher.model, batches) / subwords
    per_second = found["words per second"] * subwords / sum(map(len, documents[:PROFILED]))
    size = 8_192 if teacher.device.type == "cuda" else 1_024
    peak = matrix_peak(teacher, size)
    found |= {
        "subwords per second": per_second,
        "operations per subword": operations,
        "matrix peak": peak,
        "share of the peak": operations * per_second / peak,
    }
    write(options, found)
    found["stages"] = stages(lambda: read(documents[:PROFILED]), teacher.device.type)
    write(options, found)


def stages(work: Callable[[], None], device: str) -> dict[str, Any]:
    """Return the seconds of the stages in one thread, each waiting for the device, and the kernels with most time.

    As each stage waits for the device, the sum is more than the time of the pass, in which they overlap.
    """
    from unittest import mock

    import torch
    from torch.profiler import ProfilerActivity, profile

    from gensim_distill.contexts.pooling import SpanPool
    from gensim_distill.corpus.reader import TextReader
    from gensim_distill.statistics.corpus_statistics import CorpusStatistics
    from gensim_distill.teachers import TransformerTeacher, devices

    seconds: dict[str, float] = {}

    def timer(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if device == "cuda":
                torch.cuda.synchronize()
            start = perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                if device == "cuda":
                    torch.cuda.synchronize()
                seconds[stage] = seconds.get(stage, 0.0) + perf_counter() - start

        return call

    timed_functions: list[tuple[str, Any, str]] = [
        ("splitting", TextReader, "text"),
        ("tokenizing", TransformerTeacher, "_tokenize"),
        ("forward", TransformerTeacher, "_forward"),
        ("pooling", SpanPool, "add"),
        ("sums", CorpusStatistics, "add"),
        ("copies to the device", devices, "to_device"),
        ("copies to the host", devices, "to_host"),
    ]
    patches: list[Any] = [
        mock.patch.object(owner, name, timer(stage, getattr(owner, name))) for stage, owner, name in timed_functions
    ]
    patches.append(mock.patch.object(TransformerTeacher, "concurrent_reads", 1))
    for patch in patches:
        patch.start()
    try:
        start = perf_counter()
        work()
        seconds["whole"] = perf_counter() - start
    finally:
        mock.patch.stopall()
    activities = [ProfilerActivity.CUDA if device == "cuda" else ProfilerActivity.CPU]
    with profile(activities=activities) as profiler:
        work()
    key = "self_device_time_total" if device == "cuda" else "self_cpu_time_total"
    kernels = sorted(profiler.key_averages(), key=lambda event: -getattr(event, key, 0))[:15]
    return {
        "seconds": seconds,
        "kernels": [[event.key[:80], event.count, getattr(event, key, 0) / 1e6] for event in kernels],
    }


def run_distillation(options: argparse.Namespace) -> None:
    """Distill a model with the defaults, and measure it."""
    from benchmarks.common import Lines, scores, timed
    from gensim_distill import DistilledWord2Vec

    models: list[Any] = []
    documents = Lines(options.corpus, options.lines)

    def distill() -> None:
        models.append(DistilledWord2Vec(documents, teacher=options.teacher, device=options.device, seed=options.seed))

    found: dict[str, Any] = {"distillation seconds": timed(distill)}
    model = models[0]
    found |= {"words": len(model.wv), "dimensions": model.vector_size, "corpus words": model.corpus_total_words}
    write(options, found)
    with_scores = len(model.wv) >= 5_000  # fewer have too few words of the data sets
    write(options, found | (scores(model.wv.index_to_key, model.wv.vectors) if with_scores else {}))


def describe_machine(device: str) -> dict[str, Any]:
    """Return processor, device, memory and versions."""
    import torch

    from benchmarks.common import processor, versions

    found: dict[str, Any] = {
        "processor": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": versions(*NEEDED),
        "device": device,
    }
    if device.startswith("cuda"):
        properties = torch.cuda.get_device_properties(torch.device(device))
        found |= {"gpu": properties.name, "gpu memory": properties.total_memory, "cuda": torch.version.cuda}
    return found


def commit() -> str | None:
    """Return the commit of the checkout, None without git."""
    try:
        run = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return run.stdout.strip() or None


def write(options: argparse.Namespace, found: dict[str, Any]) -> None:
    """Write the results of a part so far."""
    Path(options.out).write_text(json.dumps(found), encoding="utf-8")


PARTS_RUN: dict[str, Callable[[argparse.Namespace], None]] = {
    "tests": run_tests,
    "pass": run_pass,
    "second pass": run_second_pass,
    "distillation": run_distillation,
}

if __name__ == "__main__":
    raise SystemExit(main())
