"""Damage the files that gensim-distill reads, at random, and check what each reader makes of them.

Every reader of files gets small valid files with one mutation: bits, bytes, chunks, lines, numbers or values of JSON that are
changed, truncation, a splice with other files, files that are exchanged. It must return the right result, or other content
where the format has no checksum, or raise one of our errors: one sentence that names the file. It may take 20 seconds, and
twice the memory that the files need plus 64 MB. Anything else is a failure, is printed with the options that repeat it, and
its files are kept.

Run from the root of the repository: python -m tests.fuzzing [--cases N] [--reader NAME] [--seed S] [--case I]
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

_TESTS = str(Path(__file__).resolve().parents[1])
# Imported before processes are forked, which then need not import them again.
_LIBRARIES = (
    "torch", "transformers", "gensim.models", "pyarrow.parquet", "datasets", "spacy", "scipy.stats", "tiny_models", "cli_runner",
    "random_moments", "gensim_distill.cli.app", "gensim_distill.cli.info", "gensim_distill.cli.corpus_files",
    "gensim_distill.evaluation", "gensim_distill.exports", "gensim_distill.encoding", "gensim_distill.report",
    "gensim_distill.teachers.transformer", "transformers.models.bert.modeling_bert", "transformers.models.gpt2.modeling_gpt2",
    "transformers.models.xlm_roberta.modeling_xlm_roberta",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzzing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=100, help="cases of each reader (default: 100)")
    parser.add_argument("--reader", action="append", help="only readers whose name contains this; can be repeated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="only this case, to repeat a failure; needs the name of one reader")
    parser.add_argument("--keep", type=Path, help="where files of failures are kept (default: a temporary folder)")
    parser.add_argument("--others", action="store_true", help="print the damage after which other content was accepted")
    parser.add_argument("--list", action="store_true", help="print the names of the readers")
    arguments = parser.parse_args()
    os.environ |= {"TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    if _TESTS not in sys.path:
        sys.path.insert(0, _TESTS)
    from fuzzing.corpus_readers import CORPUS_READERS
    from fuzzing.run import make_files, run_cases
    from fuzzing.training_readers import TRAINING_READERS
    from fuzzing.vector_readers import VECTOR_READERS

    readers = [*VECTOR_READERS, *CORPUS_READERS, *TRAINING_READERS]
    if arguments.reader:
        names = {reader.name for reader in readers}
        wanted = [{part} if part in names else {name for name in names if part in name} for part in arguments.reader]
        readers = [reader for reader in readers if any(reader.name in found for found in wanted)]
    if arguments.list or not readers:
        print("\n".join(reader.name for reader in readers) or "There is no such reader: see --list.")
        return
    for library in _LIBRARIES:
        importlib.import_module(library)
    cases = range(arguments.cases) if arguments.case is None else range(arguments.case, arguments.case + 1)
    keep = arguments.keep or Path(tempfile.gettempdir()) / "gensim-distill-fuzzing"
    failures = total = 0
    print(f"{'reader':42} {'same':>6} {'error':>6} {'other':>6} {'failed':>6} {'slowest':>8}")
    with tempfile.TemporaryDirectory(prefix="gensim-distill-fuzzing-") as folder:
        make_files(readers, Path(folder))
        start = perf_counter()
        for reader in readers:
            result = run_cases(reader, Path(folder), arguments.seed, cases, keep)
            counts = [result.counts[outcome] for outcome in ("same", "error", "other", "failure")]
            failures += counts[-1]
            total += sum(counts)
            numbers = " ".join(f"{count:>6}" for count in counts)
            print(f"{reader.name:42} {numbers} {result.slowest:>7.2f}s", flush=True)
            for damage, count in result.others.most_common() if arguments.others else ():
                print(f"  {count} x accepted: {damage}")
            for failure in result.failures:
                print(f"  FAILED {failure}", flush=True)
    print(
        f"{total:,} cases in {perf_counter() - start:.0f} s, {failures:,} failures{f'; their files are in {keep}' * bool(failures)}"
    )
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
