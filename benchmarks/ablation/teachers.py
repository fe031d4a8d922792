"""The views of the default objective with several teachers, for words, from the same documents.

Run: python -m benchmarks.ablation.teachers CORPUS --teacher NAME FOLDER [--teacher NAME FOLDER ...] [--lines N]

CORPUS has one tokenized document per line; it is lowercased.
"""

from __future__ import annotations

from benchmarks.ablation.reading import Reading
from benchmarks.ablation.text_view import SIZE, views_and_hybrid
from benchmarks.common import MEASURES, Lines, MarkdownTable, argument_parser, machine, scores
from gensim_distill import load_teacher


def main(argv: list[str] | None = None) -> list[MarkdownTable]:
    parser = argument_parser(__doc__)
    parser.add_argument("corpus")
    parser.add_argument("--teacher", nargs=2, action="append", required=True, metavar=("NAME", "FOLDER"))
    parser.add_argument("--lines", type=int, default=20_000, help="documents to read (default: %(default)s)")
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    print(machine())
    tables, hybrids = [], []
    for name, folder in arguments.teacher:
        teacher = load_teacher(folder)
        reading = Reading(Lines(arguments.corpus, arguments.lines), teacher, arguments.min_count, arguments.seed)
        print(f"{name}: {reading}")
        table = MarkdownTable(name, *MEASURES)
        for view, vectors in views_and_hybrid(reading).items():
            found = scores(reading.words, vectors, SIZE)
            table.row(view, *found.values())
        tables.append(table)
        hybrids.append((name, teacher.num_layers - 1, teacher.width, *found.values()))
    together = MarkdownTable("teacher", "layers", "dimensions", *MEASURES, title="hybrid by teacher")
    for row in hybrids:
        together.row(*row)
    return [together, *tables]


if __name__ == "__main__":
    main()
