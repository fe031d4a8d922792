"""Size and quality of exports to model2vec by the number of pieces of words and the dtype.

Distills from the training texts, and judges the exported models by the test texts: nearest centroid, and logistic regression
with C = 10 on L2-normalized vectors.

Run: python -m benchmarks.quality.export_pieces CLASSIFIED TEACHER [--pieces N ...]

CLASSIFIED has texts with labels and a split; see read_labeled_texts of gensim_distill.evaluation.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.common import MarkdownTable, argument_parser, machine
from benchmarks.quality.measures import judge_texts
from benchmarks.quality.text_sets import TextSource
from gensim_distill import DistilledWord2Vec
from gensim_distill.exports import export
from gensim_distill.vectors.quantization import VectorDtype

DTYPES: tuple[VectorDtype, ...] = ("float32", "float16")


def main(argv: list[str] | None = None) -> list[MarkdownTable]:
    parser = argument_parser(__doc__)
    parser.add_argument("classified")
    parser.add_argument("teacher")
    parser.add_argument("--pieces", type=int, nargs="+", default=[20_000, 10_000, 5_000])
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    from model2vec import StaticModel

    source = TextSource("texts", "classified", arguments.classified)
    model = DistilledWord2Vec(source.texts(), teacher=arguments.teacher, seed=arguments.seed, progress=False)
    encoder = model.text_encoder
    print(f"{machine()}\n{model.corpus_count} documents, vocabulary {len(model.wv)}, {len(encoder.pieces)} pieces")
    settings: dict[str, dict[str, Any]] = {
        "all": {},
        **{f"{number:,}": {"max_pieces": number} for number in arguments.pieces},
        "none": {"pieces": False},
    }
    formats = {f"MB, {dtype}": ".1f" for dtype in DTYPES}
    table = MarkdownTable("pieces", *formats, "nearest centroid", "logistic regression", formats=formats)
    for name, own in settings.items():
        sizes, found = [], {}
        for dtype in DTYPES:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(export(model, f"{folder}/model", "model2vec", dtype=dtype, **own))
                sizes.append(sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e6)
                if dtype == "float32":
                    found = judge_texts(StaticModel.from_pretrained(path), source, resamples=0, seed=arguments.seed)
        table.row(name, *sizes, found["texts centroid"].value, found["texts LR"].value)
    return [table]


if __name__ == "__main__":
    main()
