"""Quality of vectors with fewer dimensions and in smaller dtypes.

Run: python -m benchmarks.quality.size_table VECTORS [--dimensions N ...] [--distill CORPUS TEACHER [--lines N]]

VECTORS is a file of vectors or a folder in the safetensors format. With --distill it is written first, from CORPUS, a
file with one tokenized document per line.
"""

from __future__ import annotations

import logging

from benchmarks.common import Lines, MarkdownTable, argument_parser, machine
from benchmarks.quality.measures import name_of
from gensim_distill import DistilledWord2Vec
from gensim_distill.evaluation import size_table
from gensim_distill.exports import export


def main(argv: list[str] | None = None) -> list[MarkdownTable]:
    parser = argument_parser(__doc__)
    parser.add_argument("vectors")
    parser.add_argument("--dimensions", type=int, nargs="+", default=[256, 128, 64])
    parser.add_argument("--distill", nargs=2, metavar=("CORPUS", "TEACHER"))
    parser.add_argument("--lines", type=int, default=10_000, help="documents to read (default: %(default)s)")
    parser.add_argument("--min-count", type=int, default=2)
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING)
    print(machine())
    if arguments.distill:
        corpus, teacher = arguments.distill
        model = DistilledWord2Vec(Lines(corpus, arguments.lines), teacher=teacher, min_count=arguments.min_count)
        export(model, arguments.vectors, "safetensors", overwrite=True)
        print(f"{model.corpus_count} documents, {model.corpus_total_words} words, vocabulary {len(model.wv)}")
    rows = size_table(arguments.vectors, dimensions=arguments.dimensions)
    table = MarkdownTable(
        "dimensions", "dtype", "MB", *map(name_of, rows[0].scores), title="sizes", formats={"MB": ".1f"}
    )
    for row in rows:
        table.row(row.dimensions, row.dtype, row.megabytes, *row.scores.values())
    return [table]


if __name__ == "__main__":
    main()
