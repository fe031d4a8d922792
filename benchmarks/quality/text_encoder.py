"""Weightings and common components of the text encoder, on classification and text similarity.

Run: python -m benchmarks.quality.text_encoder --distill CORPUS TEACHER --task NAME FILE FILE [--task NAME FILE FILE ...]

A task is text classification: two files, one per label, with one text per
line. Similarity is judged on the 50 documents of Lee et al. that gensim ships, whose 300 background documents then
stand for the texts that an encoder is fitted on.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
from gensim.test.utils import datapath
from scipy.stats import pearsonr

from benchmarks.common import MarkdownTable, add_model, argument_parser, machine, model_of
from gensim_distill.encoding import TextEncoder
from gensim_distill.evaluation import classification
from gensim_distill.linalg import normalize

# Settings, and whether texts are passed to the encoder: for components, or for document frequencies.
SETTINGS: dict[str, tuple[dict[str, Any], bool]] = {
    "mean": ({"weighting": "uniform", "components": 0}, False),
    "mean, one removed": ({"weighting": "uniform", "components": 1}, False),
    "SIF, a=1e-3": ({"components": 0}, False),
    "SIF, a=1e-3, one removed": ({"components": 1}, False),
    "SIF, a=1e-3, three removed": ({"components": 3}, False),
    "SIF, a=1e-4": ({"a": 1e-4, "components": 0}, False),
    "SIF, a=1e-4, one removed": ({"a": 1e-4, "components": 1}, False),
    "mean, one of the texts removed": ({"weighting": "uniform", "components": 1}, True),
    "SIF, a=1e-3, one of the texts removed": ({"components": 1}, True),
    "SIF, a=1e-3, three of the texts removed": ({"components": 3}, True),
    "SIF, a=1e-4, one of the texts removed": ({"a": 1e-4, "components": 1}, True),
    "IDF": ({"weighting": "idf", "components": 0}, True),
    "IDF, one of the texts removed": ({"weighting": "idf", "components": 1}, True),
}


def main(argv: list[str] | None = None) -> list[MarkdownTable]:
    parser = argument_parser(__doc__)
    add_model(parser)
    parser.add_argument(
        "--task", nargs=3, action="append", required=True, metavar=("NAME", "FILE", "FILE"), dest="tasks"
    )
    arguments = parser.parse_args(argv)
    print(
        f"{machine()}\naccuracy of logistic regression, five folds; Pearson correlation on the documents of Lee et al."
    )
    model = model_of(arguments)
    documents, background = (
        Path(datapath(file)).read_text(encoding="latin-1").splitlines() for file in ("lee.cor", "lee_background.cor")
    )
    upper = np.triu_indices(len(documents), 1)
    judgments = np.loadtxt(datapath("similarities0-1.txt"))[upper]
    tasks = {}
    for name, *files in arguments.tasks:
        by_label = [Path(file).read_text(encoding="latin-1").lower().splitlines() for file in files]
        labels = [label for label, texts in enumerate(by_label) for _ in texts]
        tasks[name] = (list(itertools.chain(*by_label)), labels)

    table = MarkdownTable("encoder", *tasks, "similarity of stories")
    for name, (settings, fitted) in SETTINGS.items():
        cells = []
        for texts, labels in tasks.values():
            encoder = TextEncoder.of(model.wv, **settings, texts=texts if fitted else None, reader=model.reader)
            cells.append(classification(encoder.encode(texts), texts, labels).accuracy)
        encoder = TextEncoder.of(model.wv, **settings, texts=background if fitted else None, reader=model.reader)
        unit = normalize(encoder.encode(documents))
        cells.append(float(pearsonr((unit @ unit.T)[upper], judgments).statistic))
        table.row(name, *cells)
    return [table]


if __name__ == "__main__":
    main()
