"""Export to text files, one word and its numbers per line, to word2vec's binary file, and to TensorBoard's projector."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TextIO

from gensim_distill._utils.progress import iter_with_progress, progress_bar
from gensim_distill.exports.data import ExportData
from gensim_distill.exports.exporter import EMPTY_OR_WHITE_SPACE, Exporter
from gensim_distill.vectors.quantization import VectorDtype, quantize

_DTYPES: tuple[VectorDtype, ...] = ("float32", "float16")
_NO_INT8 = "numbers are written as decimal digits, without scales (float16 has the shortest)"
_REASON = "are empty, contain whitespace, which separates the columns, or are not valid UTF-8"


def _write_lines(
    file: TextIO, data: ExportData, dtype: VectorDtype, separator: str = " ", with_words: bool = True
) -> None:
    """Write the shortest digits that parse to the same number in the dtype."""
    values, _ = quantize(data.vectors, dtype)
    lines = (separator.join(map(str, row)) for row in values)
    if with_words:
        lines = (f"{word}{separator}{line}" for word, line in zip(data.words, lines))
    with progress_bar("Export", data.progress, len(values), unit="word") as bar:
        file.writelines(f"{line}\n" for line in iter_with_progress(lines, bar))


def _write_with_header(data: ExportData, path: Path, dtype: VectorDtype) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"{len(data.words)} {data.vectors.shape[1]}\n")
        _write_lines(file, data, dtype)


def _write_without_header(data: ExportData, path: Path, dtype: VectorDtype) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        _write_lines(file, data, dtype)


def _write_projector(data: ExportData, path: Path, dtype: VectorDtype) -> None:
    with open(path / "vectors.tsv", "w", encoding="utf-8", newline="\n") as file:
        _write_lines(file, data, dtype, separator="\t", with_words=False)
    with open(path / "metadata.tsv", "w", encoding="utf-8", newline="\n") as file:
        if data.counts is None:  # a single column must not have a header
            file.writelines(f"{word}\n" for word in data.words)
        else:
            file.write("Word\tCount\n")
            file.writelines(f"{word}\t{count}\n" for word, count in zip(data.words, data.counts.tolist()))
    (path / "projector_config.pbtxt").write_text(
        'embeddings {\n  tensor_name: "word vectors"\n  tensor_path: "vectors.tsv"\n  metadata_path: "metadata.tsv"\n}\n',
        encoding="utf-8",
    )


def _write_binary(data: ExportData, path: Path, dtype: VectorDtype) -> None:
    # gensim would take some file names for addresses, and sort the words.
    with open(path, "wb") as file:
        file.write(b"%d %d\n" % data.vectors.shape)
        file.writelines(
            word.encode("utf-8") + b" " + row.tobytes()
            for word, row in zip(data.words, data.vectors.astype("<f4", copy=False))
        )


_GENSIM = "from gensim.models import KeyedVectors\n\nvectors = KeyedVectors.load_word2vec_format({path!r}%s)"

WORD2VEC_TEXT = Exporter(
    "word2vec",
    "gensim, spaCy and most others",
    _GENSIM % "",
    _write_with_header,
    suffix=".txt",
    dtypes=_DTYPES,
    dtype_reason=_NO_INT8,
    unwritable=EMPTY_OR_WHITE_SPACE,
    unwritable_reason=_REASON,
)
WORD2VEC_BINARY = Exporter(
    "word2vec-binary",
    "gensim and most others",
    _GENSIM % ", binary=True",
    _write_binary,
    suffix=".bin",
    dtype_reason="the format has only float32",
    unwritable=EMPTY_OR_WHITE_SPACE,
    unwritable_reason=_REASON,
)
GLOVE = Exporter(
    "glove",
    "readers of GloVe's text format",
    _GENSIM % ", no_header=True",
    _write_without_header,
    suffix=".txt",
    dtypes=_DTYPES,
    dtype_reason=_NO_INT8,
    unwritable=re.compile(f"^\ufeff|{EMPTY_OR_WHITE_SPACE.pattern}"),
    unwritable_reason="are empty, contain whitespace, which separates the columns, begin with a byte-order mark, or are not valid UTF-8",
)
FASTTEXT_TEXT = Exporter(
    "fasttext",
    "fastText (-pretrainedVectors), gensim, Flair and others",
    _GENSIM % "",
    _write_with_header,
    suffix=".vec",
    dtypes=_DTYPES,
    dtype_reason=_NO_INT8,
    unwritable=EMPTY_OR_WHITE_SPACE,
    unwritable_reason=_REASON,
)
TENSORBOARD = Exporter(
    "tensorboard",
    "TensorBoard's projector, and projector.tensorflow.org",
    "# tensorboard --logdir {path}",
    _write_projector,
    folder=True,
    marker_file="projector_config.pbtxt",
    dtypes=_DTYPES,
    dtype_reason=_NO_INT8,
    unwritable=re.compile("^\\s*$|[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029\0\ud800-\udfff]"),
    unwritable_reason="are empty, contain a tab or a line break, which separate columns and rows, or are not valid UTF-8",
)
