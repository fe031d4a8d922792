"""The results of a comparison as one JSON file, and the table and plots that are made from this file alone.

Run: python -m benchmarks.quality.results RESULTS [--output FOLDER]
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.common import Cell, MarkdownTable, argument_parser
from gensim_distill._utils.atomic import replace_file
from gensim_distill.evaluation import Comparison, Score

COSTS = {"seconds": ".0f", "peak memory, MB": ",.0f", "texts/s": ",.0f"}  # columns and their formats
TEACHER = "teacher"  # the row that the others are compared with, not one of them


@dataclass(frozen=True)
class Measured:
    """One method on one collection.

    Attributes
    ----------
    row, collection : str
    dimensions, words : int or None
        Of the vectors; None for methods without.
    seconds : float
        The time of learning.
    peak_bytes : int
        The peak memory of the process up to then.
    texts_per_second : float or None
        The speed of encoding texts.
    scores : dict of str to Score
    """

    row: str
    collection: str
    dimensions: int | None
    words: int | None
    seconds: float
    peak_bytes: int
    texts_per_second: float | None
    scores: dict[str, Score]


@dataclass
class Results:
    """All measurements of a comparison, and their conditions.

    Attributes
    ----------
    about : dict
        The machine, versions, commit and settings.
    measured : list of Measured
    """

    about: dict[str, Any]
    measured: list[Measured] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path) -> Results:
        """Read results from a file."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        measured = [
            Measured(**(entry | {"scores": {name: Score(**score) for name, score in entry["scores"].items()}}))
            for entry in stored["measured"]
        ]
        return cls(stored["about"], measured)

    @classmethod
    def resume(cls, path: Path, about: dict[str, Any]) -> Results:
        """Read the measurements of an interrupted run, or begin with none.

        Raises
        ------
        ValueError
            If the file has results of another machine, commit or setting.
        """
        if not path.exists():
            return cls(about)
        found = cls.load(path)
        for name in sorted((found.about.keys() | about.keys()) - {"date"}):
            before, now = found.about.get(name), about.get(name)
            if before != now:
                raise ValueError(
                    f"{str(path)!r} was measured with {name} {before!r}, and this run has {now!r}: pass the same arguments to "
                    "resume it, or another path to --results."
                )
        return found

    def save(self, path: Path) -> None:
        """Write everything to a file, atomically."""
        text = json.dumps({"about": self.about, "measured": [asdict(entry) for entry in self.measured]}, indent=1)
        with replace_file(path) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")

    def has(self, row: str, collection: str) -> bool:
        """Return whether a method was measured on a collection."""
        return any((entry.row, entry.collection) == (row, collection) for entry in self.measured)

    def comparison(self) -> Comparison:
        """Return all scores by row."""
        scores: dict[str, dict[str, Score]] = {}
        words: dict[str, int] = {}
        for entry in self.measured:
            scores.setdefault(entry.row, {}).update(entry.scores)
            words.setdefault(entry.row, entry.words or 0)
        return Comparison(scores, words, None)

    def table(self) -> MarkdownTable:
        """Print scores, the best but for the teacher's in bold, and the costs on the first collection."""
        comparison = self.comparison()
        others = {row: scores for row, scores in comparison.scores.items() if row != TEACHER}
        best = Comparison(others, comparison.words, None).best
        measures = list(dict.fromkeys(self._measures()))
        table = MarkdownTable("vectors", *measures, "dimensions", *COSTS, title="quality", formats=COSTS)
        for row, scores in comparison.scores.items():
            cells = [scores[measure].value if measure in scores else None for measure in measures]
            table.row(row, *cells, *self._costs(row), bold=[name for name in measures if row in best(name)])
        return table

    def _measures(self) -> list[str]:
        """Return the names of all measures, by collection."""
        entries = sorted(self.measured, key=lambda entry: self.about["collections"].index(entry.collection))
        return [name for entry in entries for name in entry.scores]

    def _costs(self, row: str) -> list[Cell]:
        first = self.about["collections"][0]
        for entry in self.measured:
            if (entry.row, entry.collection) == (row, first):
                return [entry.dimensions, entry.seconds, entry.peak_bytes / 1e6, entry.texts_per_second]
        return [None] * 4

    def costs(self) -> MarkdownTable:
        """Print the costs on each collection."""
        table = MarkdownTable("vectors", "collection", "dimensions", "words", *COSTS, title="costs", formats=COSTS)
        for entry in self.measured:
            costs = [entry.seconds, entry.peak_bytes / 1e6, entry.texts_per_second]
            table.row(entry.row, entry.collection, entry.dimensions, entry.words, *costs)
        return table


def report(path: Path, output: Path) -> list[MarkdownTable]:
    """Write the tables and the plot of a file of results to a folder, and return the tables."""
    results = Results.load(path)
    about = "  \n".join(f"{name}: {_plain(value)}" for name, value in results.about.items())
    print(about)
    tables = [results.table(), results.costs()]
    output.mkdir(parents=True, exist_ok=True)
    lines = [about, *(line for table in tables for line in table.lines)]
    (output / "comparison.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    results.comparison().plot(output / "comparison.svg")
    return tables


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def main() -> None:
    parser = argument_parser(__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--output", type=Path, default=Path("comparison"), help="folder (default: %(default)s)")
    arguments = parser.parse_args()
    report(arguments.results, arguments.output)


if __name__ == "__main__":
    main()
