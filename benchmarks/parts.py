"""The parts of the run that makes all published numbers: one line per part, and the inputs that they need."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LINE_COUNT = re.compile(r"\d+(_\d{3})+")  # numbers of documents in arguments, which --most-lines limits


@dataclass(frozen=True)
class Part:
    """A benchmark with its arguments.

    Attributes
    ----------
    name : str
        Of the file of results.
    module : str
        In the package ``benchmarks``.
    arguments : str
        ``{corpus}`` and the like stand for inputs, and ``{output}`` for a folder; numbers of documents have an
        underscore, as in ``60_000``.
    plots : tuple of str
        Files in the folder for output.
    long : bool
        Whether a limit of the number of documents does not shorten the part, so that trials skip it.
    """

    name: str
    module: str
    arguments: str
    plots: tuple[str, ...] = ()
    long: bool = False

    @property
    def inputs(self) -> list[str]:
        """The names of the inputs."""
        return [name for name in re.findall(r"{(\w+)}", self.arguments) if name != "output"]

    def command(self, inputs: Mapping[str, Sequence[str]], output: str, most_lines: int | None = None) -> list[str]:
        """Return the arguments with inputs in their places."""
        found: list[str] = []
        for word in self.arguments.split():
            if word.startswith("{output}"):
                found.append(word.replace("{output}", output))
            elif word.startswith("{"):
                found += inputs[word[1:-1]]
            elif LINE_COUNT.fullmatch(word):
                found.append(str(min(int(word), most_lines or int(word))))
            else:
                found.append(word)
        return found


# The inputs of parts, with their help. Each is a file, unless it is in one of the next constants.
INPUTS = {
    "corpus": "one tokenized document per line",
    "paragraphs": "one raw document per line",
    "teacher": "the teacher of most parts, a folder (default: all-MiniLM-L6-v2 of the extra demo)",
    "mlm": "a masked language model, a folder",
    "mpnet": "all-mpnet-base-v2, a folder",
    "e5": "multilingual-e5-small, a folder",
    "pairs": "pairs of texts, the sets STS 2014 and 2015",
    "requests": "CLINC150, texts with labels and a split",
    "abstracts": "Cranfield, documents and queries",
    "subjectivity": "texts of two labels",
    "polarity": "texts of two labels",
}
FOLDERS = {"teacher", "mlm", "mpnet", "e5"}
TWO_FILES = {"subjectivity", "polarity"}

_TEXTS = "--pairs {pairs} --classified CLINC150 {requests} --searched Cranfield {abstracts}"
_TASKS = "--task subjectivity {subjectivity} --task polarity {polarity}"
PARTS = (
    Part(
        "comparison",
        "quality.comparison",
        f"{{corpus}} {{teacher}} --lines 60_000 --seed 1 --threads 2 {_TASKS} {_TEXTS} "
        "--results {output}/measured.json --output {output}",
    ),
    Part(
        "text-view",
        "ablation.text_view",
        f"{{corpus}} {{teacher}} --lines 20_000 --sizes 60_000 --seed 1 {_TEXTS} --output {{output}}",
        tuple(f"hybrid-{name}.svg" for name in ("layers", "whitening", "texts", "dimensions", "sizes")),
    ),
    Part(
        "teachers",
        "ablation.teachers",
        "{corpus} --teacher all-MiniLM-L6-v2 {teacher} --teacher all-mpnet-base-v2 {mpnet} "
        "--teacher masked-language-model {mlm} --teacher multilingual-e5-small {e5} --lines 20_000 --seed 1",
    ),
    Part(
        "context-budget",
        "ablation.context_budget",
        "quality {corpus} {teacher} --lines 20_000 40_000 --budgets 1 2 4 10 --seed 1 --output {output}",
        ("budget.svg",),
    ),
    Part("selection", "ablation.context_budget", "selection {corpus} --lines 20_000 60_000 200_000 --seed 1"),
    Part("distillation", "ablation.context_budget", "distillation {corpus} {teacher} --lines 60_000 --seed 1"),
    Part(
        "passages",
        "ablation.passages",
        "{paragraphs} {teacher} --lines 2_000 --searched Cranfield {abstracts} --seed 1 --output {output}",
    ),
    Part(
        "out-of-vocabulary",
        "quality.out_of_vocabulary",
        "{corpus} {teacher} --lines 20_000 --hidden 1000 --contexts 1 2 4 8 --seed 1 --tune",
    ),
    Part(
        "out-of-vocabulary-objectives",
        "quality.out_of_vocabulary",
        "{corpus} {teacher} --objectives hybrid aggregate x2static --lines 8_000 --hidden 300 --contexts 1 8 --seed 1",
    ),
    Part("sizes", "quality.size_table", "{output}/vectors --distill {corpus} {teacher} --lines 10_000"),
    Part("pieces", "quality.export_pieces", "{requests} {teacher} --seed 1"),
    Part("weights", "quality.text_encoder", f"--distill {{corpus}} {{teacher}} --lines 10_000 {_TASKS}"),
    Part("teacher-pass", "speed.teacher_pass", "{corpus} {teacher} --lines 20_000 --seed 1"),
    Part(
        "encoding",
        "speed.text_encoder",
        "{corpus} --distill {corpus} {teacher} --lines 30_000 --min-count 5 --texts 100_000",
    ),
    Part("text-index", "speed.text_index", "--texts 100_000 1_000_000"),
    Part("distributed", "speed.distributed", "{corpus} {teacher} --lines 100_000 --workers 2 --seed 1"),
    Part(
        "memory",
        "speed.memory",
        "{corpus} {teacher} --lines 5_000 --times 1 4 --raw {paragraphs} --words 200_000 --seed 1",
    ),
    Part("html-report", "speed.html_report", "--words 20_000"),
    Part("scale", "speed.scale", "{corpus} {teacher} --vocabulary 40000 --vector-size 300 --seed 1", long=True),
    Part(
        "scale-vocabulary", "speed.scale", "{corpus} {teacher} --vocabulary 500000 --dimensions 128 --seed 1", long=True
    ),
    Part("large-vocabulary", "speed.large_vocabulary", "{corpus} {teacher} --seed 1", long=True),
)
