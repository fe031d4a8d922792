"""Files with a word and its numbers a line: word2vec's text, GloVe's and fastText's .vec; and the files of a projector."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TextIO

import numpy as np

from gensim_distill.exports.data import ExportData
from gensim_distill.exports.protocol import WHITE_SPACE, Exporter
from gensim_distill.exports.quantization import to_half
from gensim_distill.vectors.keyed import keyed_vectors

_DTYPES = ("float32", "float16")
_NO_INT8 = "numbers are written out in digits, to which a scale does not belong (float16 gives the shorter ones)"
_REASON = "are empty, hold white space, which parts the columns, or are no UTF-8"


def _write_lines(file: TextIO, material: ExportData, dtype: str, separator: str = " ", words: bool = True) -> None:
    """Write the shortest digits that give each number back exactly, in the type asked for."""
    values = to_half(material.vectors) if dtype == "float16" else material.vectors
    lines = (separator.join(map(str, row)) for row in values)
    if words:
        lines = (f"{word}{separator}{line}" for word, line in zip(material.words, lines))
    file.writelines(f"{line}\n" for line in lines)


def _write_with_header(material: ExportData, path: Path, dtype: str) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"{len(material.words)} {material.vectors.shape[1]}\n")
        _write_lines(file, material, dtype)


def _write_without_header(material: ExportData, path: Path, dtype: str) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        _write_lines(file, material, dtype)


def _write_projector(material: ExportData, path: Path, dtype: str) -> None:
    with open(path / "vectors.tsv", "w", encoding="utf-8", newline="\n") as file:
        _write_lines(file, material, dtype, separator="\t", words=False)
    with open(path / "metadata.tsv", "w", encoding="utf-8", newline="\n") as file:
        if material.counts is None:  # one column has no header
            file.writelines(f"{word}\n" for word in material.words)
        else:
            file.write("Word\tCount\n")
            file.writelines(f"{word}\t{count}\n" for word, count in zip(material.words, material.counts.tolist()))
    (path / "projector_config.pbtxt").write_text(
        'embeddings {\n  tensor_name: "word vectors"\n  tensor_path: "vectors.tsv"\n  metadata_path: "metadata.tsv"\n}\n',
        encoding="utf-8",
    )


def _write_binary(material: ExportData, path: Path, dtype: str) -> None:
    # gensim sorts by counts; these keep the order, which is right already.
    vectors = keyed_vectors(material.words, material.vectors, np.arange(len(material.words), 0, -1))
    vectors.save_word2vec_format(str(path), binary=True)


_GENSIM = "from gensim.models import KeyedVectors\n\nvectors = KeyedVectors.load_word2vec_format({path!r}%s)"

WORD2VEC_TEXT = Exporter(
    "word2vec",
    "gensim, spaCy and most others",
    _GENSIM % "",
    _write_with_header,
    suffix=".txt",
    dtypes=_DTYPES,
    other_dtypes=_NO_INT8,
    cannot_hold=WHITE_SPACE,
    reason=_REASON,
)
WORD2VEC_BINARY = Exporter(
    "word2vec-binary",
    "gensim and most others",
    _GENSIM % ", binary=True",
    _write_binary,
    suffix=".bin",
    other_dtypes="the format has float32 alone",
    cannot_hold=WHITE_SPACE,
    reason=_REASON,
)
GLOVE = Exporter(
    "glove",
    "what reads GloVe's text",
    _GENSIM % ", no_header=True",
    _write_without_header,
    suffix=".txt",
    dtypes=_DTYPES,
    other_dtypes=_NO_INT8,
    cannot_hold=WHITE_SPACE,
    reason=_REASON,
)
FASTTEXT_TEXT = Exporter(
    "fasttext",
    "fastText (-pretrainedVectors), gensim, Flair and others",
    _GENSIM % "",
    _write_with_header,
    suffix=".vec",
    dtypes=_DTYPES,
    other_dtypes=_NO_INT8,
    cannot_hold=WHITE_SPACE,
    reason=_REASON,
)
TENSORBOARD = Exporter(
    "tensorboard",
    "TensorBoard's projector, and projector.tensorflow.org",
    "# tensorboard --logdir {path}",
    _write_projector,
    folder=True,
    marker_file="projector_config.pbtxt",
    dtypes=_DTYPES,
    other_dtypes=_NO_INT8,
    cannot_hold=re.compile("^\\s*$|[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029\0\ud800-\udfff]"),
    reason="are empty, hold a tab or the end of a line, which part columns and rows, or are no UTF-8",
)
