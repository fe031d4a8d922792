"""Running cases in processes of their own, with limits of time and memory, and counting their outcomes."""

from __future__ import annotations

import collections
import contextlib
import json
import logging
import os
import re
import resource
import select
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from fuzzing.judge import digest, fault_of
from fuzzing.mutations import mutate
from fuzzing.reader import Reader

SECONDS = 20.0  # of one case
#: Memory that a case may take beyond twice of what its files need: buffers of decoders, arenas of the allocator.
ALLOWANCE = 64 << 20
_ADDRESSES = 8 << 30  # the growth of the address space at which allocation fails
_LARGEST_FILE = 512 << 20
_OUTCOMES = ("same", "error", "other", "failure")


@dataclass
class Result:
    """The outcomes of the cases of a reader.

    Attributes
    ----------
    name : str
    counts : collections.Counter of str
        By outcome: "same" content, "error" of ours, "other" content, "failure".
    failures : list of str
    others : collections.Counter of str
        Cases with other content by mutation.
    """

    name: str
    counts: collections.Counter[str] = field(default_factory=collections.Counter)
    failures: list[str] = field(default_factory=list)
    others: collections.Counter[str] = field(default_factory=collections.Counter)
    slowest: float = 0.0


def make_files(readers: list[Reader], root: Path) -> None:
    """Write the valid files of readers, in two variants, in a process of its own; its threads are not inherited by forks."""

    def make() -> None:
        for reader in readers:
            for variant in (0, 1):
                folder = _valid(root, reader, variant)
                folder.mkdir(parents=True)
                reader.make(folder, variant)

    pid = _fork(make, sys.stderr.fileno())
    if os.waitpid(pid, 0)[1]:
        raise RuntimeError("The valid files could not be written.")


def run_cases(reader: Reader, root: Path, seed: int, cases: range, keep: Path | None = None) -> Result:
    """Run cases of a reader.

    Parameters
    ----------
    reader : Reader
    root : pathlib.Path
        The folder of :func:`make_files`.
    seed : int
    cases : range
    keep : pathlib.Path, optional
        Where files that made a reader fail are kept.
    """
    result = Result(reader.name)
    first = cases.start
    while first < cases.stop:
        first = _run_until_killed(reader, root, seed, range(first, cases.stop), result, keep)
    return result


def _run_until_killed(reader: Reader, root: Path, seed: int, cases: range, result: Result, keep: Path | None) -> int:
    """Run cases in one process; return the number of the first that has not been run."""
    incoming, outgoing = os.pipe()
    pid = _fork(lambda: _work(reader, root, seed, cases, keep, outgoing), None)
    os.close(outgoing)
    current, mutation, text = cases.start - 1, "", b""
    problem = "ended the process"
    with open(incoming, "rb", buffering=0) as pipe:
        while True:
            ready, _, _ = select.select([pipe], [], [], SECONDS if current >= cases.start else 6 * SECONDS)
            if not ready:
                problem = f"took more than {SECONDS:.0f} seconds"
                os.kill(pid, signal.SIGKILL)
                break
            block = pipe.read(1 << 16)
            if not block:
                break
            *lines, text = (text + block).split(b"\n")
            for line in lines:
                message = json.loads(line)
                if "start" in message:
                    current, mutation = message["start"], message["mutation"]
                else:
                    _count(reader, seed, message, result)
    status = os.waitpid(pid, 0)[1]
    if status == 0:
        return cases.stop
    if problem == "ended the process":
        problem += f" by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f" with status {status >> 8}"
    if current < cases.start:
        result.counts["failure"] += 1
        result.failures.append(f"{reader.name}: reading the valid files {problem}")
        return cases.stop
    _count(
        reader,
        seed,
        {"case": current, "outcome": "failure", "about": problem, "mutation": mutation, "seconds": 0.0},
        result,
    )
    _keep(reader, root, seed, current, keep)
    return current + 1


def _count(reader: Reader, seed: int, message: dict[str, Any], result: Result) -> None:
    outcome = message["outcome"]
    result.counts[outcome] += 1
    result.slowest = max(result.slowest, message["seconds"])
    if outcome == "other":
        result.others[message["mutation"]] += 1
    if outcome == "failure":
        command = f"--reader {reader.name!r} --seed {seed} --case {message['case']}"
        result.failures.append(f"{reader.name}: {message['mutation']}: {message['about']}  [{command}]")


def _keep(reader: Reader, root: Path, seed: int, case: int, keep: Path | None) -> None:
    """Keep the damaged files of a case, as they were before the reader changed them."""
    if keep is not None:
        _copy(_before(root, reader), keep / f"{_name(reader)}-{seed}-{case}")


def _work(reader: Reader, root: Path, seed: int, cases: range, keep: Path | None, outgoing: int) -> None:
    """Run cases and write the outcome of each to a pipe."""

    def tell(**message: Any) -> None:
        os.write(outgoing, json.dumps(message).encode() + b"\n")

    folder, temporary = _case(root, reader), root / f"{_name(reader)}.tmp"
    temporary.mkdir(exist_ok=True)
    tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)
    right, needed = _valid_results(reader, root, folder)
    limit = _addresses() + _ADDRESSES
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, resource.RLIM_INFINITY))
    for case in cases:
        chance = Random(f"{seed} {reader.name} {case}")
        _copy(_valid(root, reader, 0), folder)
        mutation, size = mutate(folder, _valid(root, reader, 1), chance, reader.allowed)
        _copy(folder, _before(root, reader))
        tell(start=case, mutation=mutation)
        outcome, about, growth, seconds = _one(reader, folder, right)
        most = 2 * max(needed, size) + ALLOWANCE
        if growth > most:
            outcome, about = "failure", f"took {growth >> 20} MB of memory, of {most >> 20} allowed ({about})"
        left = [name for name in os.listdir(temporary) if not name.startswith("torchinductor")]  # a cache of torch
        if left:
            outcome, about = "failure", f"left {left[0]!r} in the temporary folder ({about})"
            shutil.rmtree(temporary)
            temporary.mkdir()
        if outcome == "failure":
            _keep(reader, root, seed, case, keep)
        tell(case=case, outcome=outcome, about=about, mutation=mutation, seconds=seconds)


def _valid_results(reader: Reader, root: Path, folder: Path) -> tuple[set[str], int]:
    """Return the hashes of right results, and the memory that reading the valid files takes."""
    right = set()
    _copy(_valid(root, reader, 0), folder)
    reader.read(folder)  # imports libraries
    _copy(_valid(root, reader, 0), folder)
    with _growth_of_memory() as growth:
        right.add(digest(reader.read(folder)))
    if reader.checked:  # files that are replaced by the valid ones of the other variant
        _copy(_valid(root, reader, 1), folder)
        right.add(digest(reader.read(folder)))
    if reader.also_right is not None:
        _copy(_valid(root, reader, 0), folder)
        reader.also_right(folder)
        right.add(digest(reader.read(folder)))
    return right, growth[0]


def _one(reader: Reader, folder: Path, right: set[str]) -> tuple[str, str, int, float]:
    """Read damaged files; return the outcome, a description, the growth of memory and the seconds."""
    from time import perf_counter

    start = perf_counter()
    with _growth_of_memory() as growth:
        try:
            found = reader.read(folder)
        except BaseException as error:
            fault = fault_of(error, folder)
            outcome, about = ("error", str(error)) if fault is None else ("failure", fault)
        else:
            same = digest(found) in right
            outcome, about = "same" if same else "failure" if reader.checked else "other", "other content is accepted"
            del found
    return outcome, about, growth[0], perf_counter() - start


# --- processes and memory ------------------------------------------------------------------------


def _fork(task: Callable[[], None], output: int | None) -> int:
    """Run a task in a fork of this process, without its output; return the id of the process."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        silent = os.open(os.devnull, os.O_RDWR)
        error_output = os.dup(2)
        for descriptor in (0, 1, 2):
            os.dup2(silent, descriptor)
        logging.disable(logging.CRITICAL)
        warnings.simplefilter("ignore")
        task()
        status = 0
    except BaseException:
        import traceback

        os.write(error_output, traceback.format_exc().encode())
    finally:
        os._exit(status)


@contextlib.contextmanager
def _growth_of_memory() -> Iterator[list[int]]:
    """Yield a list that gets the growth of the resident memory at its peak; zero where there is no /proc."""
    growth = [0]
    before = 0
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # the peak becomes the present size
        before = _status("VmRSS")
    try:
        yield growth
    finally:
        if before:
            growth[0] = max(0, _status("VmHWM") - before)


def _status(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"), re.MULTILINE)
    return int(found[1]) << 10 if found else 0


def _addresses() -> int:
    with contextlib.suppress(OSError):
        return _status("VmSize")
    return 64 << 30


# --- folders -------------------------------------------------------------------------------------


def _name(reader: Reader) -> str:
    return re.sub(r"[^\w.]+", "-", reader.name).strip("-.")


def _valid(root: Path, reader: Reader, variant: int) -> Path:
    return root / f"{_name(reader)}.valid{variant}"


def _case(root: Path, reader: Reader) -> Path:
    return root / f"{_name(reader)}.case"


def _before(root: Path, reader: Reader) -> Path:
    return root / f"{_name(reader)}.before"


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
