"""The parts of the run that makes all published numbers: one line per part, and the inputs that they need."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LINE_COUNT = re.compile(r"\d+_\d{3}")  # numbers of documents in arguments, which --most-lines limits


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
    """

    name: str
    module: str
    arguments: str
    plots: tuple[str, ...] = ()

    @property
    def inputs(self) -> list[str]:
        """The names of the inputs."""
        return [name for name in re.findall(r"{(\w+)}", self.arguments) if name != "output"]

    def command(self, inputs: Mapping[str, Sequence[str]], output: str, most_lines: int | None = None) -> list[str]:
        """Return the arguments with inputs in their places."""
        found: list[str] = []
        for word in self.arguments.split():
            if word.startswith("{"):
                name = word[1:-1]
                found += [output] if name == "output" else inputs[name]
            elif LINE_COUNT.fullmatch(word):
                found.append(str(min(int(word), most_lines or int(word))))
            else:
                found.append(word)
        return found


# The inputs of parts, with their help. A file for each, unless it is in one of the next constants.
INPUTS = {
    "corpus": "one tokenized document per line",
    "paragraphs": "one raw document per line",
    "teacher": "the teacher of most parts, a folder (default: all-MiniLM-L6-v2 of the extra demo)",
    "pairs": "pairs of texts, the sets STS 2014 and 2015",
    "requests": "CLINC150, texts with labels and a split",
    "abstracts": "Cranfield, documents and queries",
    "subjectivity": "texts of two labels",
    "polarity": "texts of two labels",
}
FOLDERS = {"teacher"}
TWO_FILES = {"subjectivity", "polarity"}

_TEXTS = "--pairs {pairs} --classified CLINC150 {requests} --searched Cranfield {abstracts}"
_TASKS = "--task subjectivity {subjectivity} --task polarity {polarity}"
PARTS = (
    Part(
        "comparison",
        "quality.comparison",
        f"{{corpus}} {{teacher}} --lines 200_000 --seed 1 --threads 2 {_TASKS} {_TEXTS} "
        "--results {output}/measured.json --output {output}",
    ),
)
