"""The tables of README and docs, filled from the files of results, and the plots beside them.

Between ``<!-- table: NAME -->`` and ``<!-- end -->`` a page has a table of ``benchmarks/page_tables.py``, or of a result
by ``PART / TABLE``; between ``<!-- conditions: PART -->`` and ``<!-- end -->`` a sentence on the conditions.

Run: python -m benchmarks.pages [--check]
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.common import argument_parser, header, line, shown_cell
from benchmarks.page_tables import TABLES, PageTable
from benchmarks.record import RESULTS, ROOT, Result

MARK = re.compile(r"<!-- (?P<kind>table|conditions): (?P<name>[^\n]+?) -->\n(?P<content>.*?)<!-- end -->", re.DOTALL)


@dataclass(frozen=True)
class Mark:
    """A marked place of a page.

    Attributes
    ----------
    kind : {"table", "conditions"}
    name : str
    content : str
        The text between the marks, without empty lines around it.
    """

    kind: str
    name: str
    content: str

    @property
    def table(self) -> PageTable:
        """The description of the table."""
        if self.name in TABLES:
            return TABLES[self.name]
        part, separator, table = self.name.partition(" / ")
        if not separator:
            raise ValueError(f"{self.name!r} is neither a table of benchmarks/page_tables.py nor PART / TABLE.")
        return PageTable(part, table)

    @property
    def part(self) -> str:
        """The part that has measured it."""
        return self.name if self.kind == "conditions" else self.table.part


@dataclass
class Results:
    """The results of a folder, read when they are needed."""

    folder: Path = RESULTS
    _read: dict[str, Result] = field(default_factory=dict)

    def __contains__(self, part: str) -> bool:
        return (self.folder / f"{part}.json").exists()

    def __getitem__(self, part: str) -> Result:
        if part not in self._read:
            self._read[part] = Result.load(self.folder / f"{part}.json")
        return self._read[part]


def pages() -> list[Path]:
    """Return the pages that may have marks."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def marks(text: str) -> Iterator[Mark]:
    """Yield the marked places of a page."""
    for found in MARK.finditer(text):
        yield Mark(found["kind"], found["name"], found["content"].strip())


def filled(text: str, results: Results) -> str:
    """Return a page with the content of all marks whose parts have a result."""

    def fill(found: re.Match[str]) -> str:
        [mark] = marks(found[0])
        if mark.part not in results:
            return found[0]
        return f"<!-- {mark.kind}: {mark.name} -->\n\n{shown(mark, results)}\n\n<!-- end -->"

    return MARK.sub(fill, text)


def shown(mark: Mark, results: Results) -> str:
    """Return the content of a mark by the results.

    Raises
    ------
    ValueError
        If its table, or a row or column of it, is not in the result.
    """
    return table(mark, results) if mark.kind == "table" else conditions(results[mark.part])


def table(mark: Mark, results: Results) -> str:
    """Return the table of a mark in Markdown."""
    wanted, found = mark.table, results[mark.part].tables
    if wanted.table not in found:
        raise ValueError(f"{mark.name!r}: the result of {mark.part!r} has no table {wanted.table!r}, but {[*found]}.")
    source = found[wanted.table]
    rows = {str(row[0]): row for row in source.rows}
    if len(rows) < len(source.rows) and wanted.rows is None:
        rows = {str(number): row for number, row in enumerate(source.rows)}
    formats = {**source.formats, **wanted.formats}
    names = wanted.rows or {name: shown_cell(row[0], formats.get(source.columns[0])) for name, row in rows.items()}
    columns = wanted.columns or {name: name for name in source.columns}
    for kind, asked, known in (("rows", names, rows), ("columns", columns, source.columns)):
        unknown = [name for name in asked if name not in known]
        if unknown:
            raise ValueError(f"{mark.name!r}: the table {wanted.table!r} has no {kind} {unknown}, but {[*known]}.")
    place = {name: number for number, name in enumerate(source.columns)}

    def text(row: str, column: str) -> str:
        return shown_cell(rows[row][place[column]], formats.get(column))

    lines = header(list(columns.values()))
    first, *others = columns
    best = {
        name: max((text(row, name) for row in rows if row not in wanted.apart and text(row, name) != "–"), default="")
        for name in wanted.best
        if name in columns
    }
    for row, name in names.items():
        cells = [
            f"**{text(row, other)}**"
            if text(row, other) == best.get(other) and row not in wanted.apart
            else text(row, other)
            for other in others
        ]
        lines.append(line([name if place[first] == 0 else text(row, first), *cells]))
    return "\n".join(lines)


def conditions(result: Result) -> str:
    """Return a sentence on the conditions of a result."""
    about = result.about
    named = ", ".join(f"{name} {version.partition('+')[0]}" for name, version in about["versions"].items())
    threads = f"{about['threads']} thread{'s' * (about['threads'] != 1)}"
    return (
        f"Measured on {about['date']} at commit {about['commit']} by `{about['command']}`, in "
        f"{max(1, round(about['seconds'] / 60))} min on {about['cores']} cores ({about['processor']}), {threads}, "
        f"{about['gpu'] or 'no GPU'}, with Python {about['python']}, {named}."
    )


def plots(results: Results) -> Iterator[tuple[Path, Path]]:
    """Yield each plot of the results, and its place in docs."""
    for path in sorted(results.folder.glob("*.json")):
        for plot in results[path.stem].plots:
            yield results.folder / plot, ROOT / "docs" / plot


def main(argv: list[str] | None = None) -> None:
    parser = argument_parser(__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; name the pages that would change")
    arguments = parser.parse_args(argv)
    results, changed = Results(), []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        new = filled(text, results)
        if new != text:
            changed.append(page.name)
            if not arguments.check:
                page.write_text(new, encoding="utf-8")
    for source, place in plots(results):
        if not place.exists() or place.read_bytes() != source.read_bytes():
            changed.append(place.name)
            if not arguments.check:
                shutil.copyfile(source, place)
    print(f"Changed: {', '.join(changed)}." if changed else "Nothing has changed.")
    if arguments.check and changed:
        sys.exit(1)


if __name__ == "__main__":
    main()
