"""The vectors that ``gensim-distill train`` writes: what their formats can hold, and the files, read back."""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.atomic import replace_file
from gensim_distill._utils.training_folder import MODEL, TEXT_ENCODER, VECTORS, VOCABULARY, model_path
from gensim_distill.cli.errors import CommandError, options_of_format, usage_error
from gensim_distill.cli.output_folder import OWN_FORMATS, export_name
from gensim_distill.corpus.reader import TextReader
from gensim_distill.encoding import TextEncoder
from gensim_distill.exports import EXPORTERS, export
from gensim_distill.exports.exporter import EMPTY_OR_WHITE_SPACE
from gensim_distill.vectors.keyed import keyed_vectors
from gensim_distill.vectors.training_vectors import load_training_vectors

if TYPE_CHECKING:
    from gensim_distill.word2vec.model import DistilledWord2Vec

logger = logging.getLogger(__name__)

_SPACED_NUMBER = re.compile(r"[\d.,'’]+(?:[\u202f\u00a0\u2009][\d.,'’]+)+\D?")
_NAMED = 5  # words named in a message


def check_formats(formats: Sequence[str], reader: TextReader | None = None) -> None:
    """Check, before a training, that its vectors can be exported: write a few in each format.

    Parameters
    ----------
    formats : sequence of str
    reader : TextReader, optional
        That of the training, whose words a format of text vectors must be able to find.

    Raises
    ------
    CommandError
        If a format is unknown, or does not take the vectors of a training.
    ImportError
        If a library that writes a format is not installed.
    """
    exported = [name for name in formats if name not in OWN_FORMATS]
    for name in exported:
        if name not in EXPORTERS:
            known = ", ".join(dict.fromkeys([*OWN_FORMATS, *EXPORTERS]))
            raise usage_error(f"--formats {name!r} is unknown: use {known}.")
    some = keyed_vectors(["a", "b", "c"], np.eye(3, dtype=np.float32), counts=[4, 2, 1])
    with tempfile.TemporaryDirectory(prefix="gensim-distill-") as folder:
        for name in exported:
            encoder = TextEncoder.of(some, reader=reader) if EXPORTERS[name].text_vectors else None
            try:
                export(some, Path(folder) / export_name(name), name, encoder=encoder)
            except (ValueError, TypeError) as error:
                reason = options_of_format(str(error).rstrip("."), EXPORTERS[name].options)
                raise usage_error(
                    f"--formats {name!r} does not take the vectors of this training without options ({reason}): omit it, and use "
                    "`gensim-distill export` after the training."
                ) from error


def check_words(words: Sequence[str], formats: Sequence[str]) -> None:
    """Check, before the teacher reads, which words the formats can hold, and warn of others.

    Raises
    ------
    CommandError
        If a format can hold none of them.
    """
    apart = [word for word in words if EMPTY_OR_WHITE_SPACE.search(word)]
    named = ", ".join(map(ascii, apart[:_NAMED])) + (", ..." if len(apart) > _NAMED else "")
    reason = "are empty, contain whitespace, which separates words and numbers, or are not valid UTF-8"
    if apart and len(apart) == len(words):
        raise CommandError(
            f"{VECTORS} can hold none of the {len(words):,} words, since they {reason}: {named}: correct the tokens of the "
            "corpus, or use another --word-splitter or --key."
        )
    if apart:
        # Numbers with narrow spaces, as 10 000 in French, are usual: nothing is wrong with them.
        level = logging.INFO if all(map(_SPACED_NUMBER.fullmatch, apart)) else logging.WARNING
        logger.log(
            level,
            "%s cannot hold words that %s; only the model has the vectors of %i of %i words: %s",
            VECTORS, reason, len(apart), len(words), named,
        )  # fmt: skip
    for name in formats:
        pattern = None if name in OWN_FORMATS else EXPORTERS[name].unwritable
        if pattern is not None and all(map(pattern.search, words)):
            raise CommandError(f"--formats {name!r} can hold none of the words: it has no words that {reason}.")


def write_result(folder: Path, model: DistilledWord2Vec, formats: Sequence[str]) -> list[str]:
    """Write the vectors and the model of a training, and read the vectors back.

    Returns
    -------
    list of str
        The names of the files and folders.

    Raises
    ------
    CommandError
        If the vectors that are read back are different.
    """
    vectors = _writable(model.wv)
    folder = folder.absolute()  # gensim takes "~" in a relative path for the home folder, and "a:" for a scheme
    with replace_file(folder / VECTORS) as binary, replace_file(folder / VOCABULARY) as counts:
        vectors.save_word2vec_format(str(binary), fvocab=str(counts), binary=True)
    _check_written(folder, vectors)
    written = [VECTORS, VOCABULARY]
    if "word2vec" in formats:
        with replace_file(folder / OWN_FORMATS["word2vec"][0]) as text:
            vectors.save_word2vec_format(str(text))
        written += OWN_FORMATS["word2vec"]
    if "kv" in formats:
        model.wv.save(str(folder / OWN_FORMATS["kv"][0]))
        written.append(OWN_FORMATS["kv"][0])
    (folder / MODEL).mkdir(exist_ok=True)
    model.save(str(model_path(folder)))
    written.append(MODEL)
    if _write_encoder(folder / TEXT_ENCODER, model):
        written.append(TEXT_ENCODER)
    for name in formats:
        if name not in OWN_FORMATS:
            export(model, folder / export_name(name), name, overwrite=True, unwritable="skip")
            written.append(export_name(name))
    return written


def _write_encoder(folder: Path, model: DistilledWord2Vec) -> bool:
    """Write the text encoder of a model, which commands load without unpickling; return whether there is one."""
    try:
        encoder = model.text_encoder
    except ValueError as error:  # vectors that are not finite, after gradient descent with too large steps
        logger.warning("The model has no text encoder, so %r is not written: %s", folder.name, error)
        shutil.rmtree(folder, ignore_errors=True)  # of an earlier training
        return False
    encoder.save(folder)
    return True


def _writable(vectors: KeyedVectors) -> KeyedVectors:
    """Return the words that word2vec's formats can hold; the same object if those are all."""
    rows = [row for row, word in enumerate(vectors.index_to_key) if not EMPTY_OR_WHITE_SPACE.search(word)]
    if len(rows) == len(vectors):
        return vectors
    words = [vectors.index_to_key[row] for row in rows]
    return keyed_vectors(words, vectors.vectors[rows], vectors.expandos["count"][rows])


def _check_written(folder: Path, vectors: KeyedVectors) -> None:
    found: Any = load_training_vectors(folder)
    index = [vectors.key_to_index.get(word, -1) for word in found.index_to_key]
    same = len(found) == len(vectors) and min(index) >= 0
    if not same or not np.array_equal(found.vectors, vectors.vectors[index], equal_nan=True):
        raise CommandError(
            f"{str(folder / VECTORS)!r} was written, and what is read back is different: check the disk, and run the same "
            "command again."
        )
