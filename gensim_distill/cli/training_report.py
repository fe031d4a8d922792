"""The report at the end of ``gensim-distill train``: the result, its size, ignored words, and a command to try."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gensim_distill.cli.run_config import RunConfig
from gensim_distill.cli.sizes import amount, format_bytes, pieces_advice, size_of

if TYPE_CHECKING:
    from gensim_distill.word2vec.model import DistilledWord2Vec

# Options that limit the vocabulary, apart from --min-count.
_FILTERS = ("max_final_vocab", "max_vocab_size", "trim_rule")
_SHORT = 4  # letters; shorter words are less often worth a look


def report_lines(
    folder: Path, model: DistilledWord2Vec, settings: RunConfig, files: Sequence[str], ignored: int
) -> list[str]:
    """Return the lines of a report on a finished training.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder.
    model : DistilledWord2Vec
    settings : RunConfig
    files : sequence of str
        The names of the files and folders that were written.
    ignored : int
        The number of words that were counted and are not in the vocabulary.
    """
    size = sum(size_of(folder / name) for name in files)
    lines = [
        f"Wrote vectors of {amount(len(model.wv), 'word')}, with {amount(model.vector_size, 'dimension')}, from "
        f"{amount(model.corpus_count, 'document')} to {str(folder)!r} ({format_bytes(size)})."
    ]
    table = model.learned.text_table
    pieces = 0 if table is None else table.piece_rows.nbytes
    # The rows are in the model and in the text encoder.
    if 2 * pieces > size // 2:
        lines.append(pieces_advice(folder, 2 * pieces))
    if ignored:
        others = [f"--{name.replace('_', '-')}" for name in _FILTERS if settings.model.get(name) is not None]
        reason = f" or by {', '.join(others)}" if others else ""
        lines.append(
            f"Ignored {amount(ignored, 'word')} with fewer than {model.min_count:,} occurrences (--min-count){reason}."
        )
    lines.append(
        f"Try: gensim-distill neighbors {shlex.quote(str(folder))} {shlex.quote(example_word(model))}",
    )
    return lines


def example_word(model: DistilledWord2Vec) -> str:
    """Return a frequent content word of a model.

    In sums over the words of a text, function words have short rows: of the words whose rows are longer than most, the most
    frequent one is returned, of at least four letters if there is one.
    """
    import numpy as np

    words = model.wv.index_to_key
    try:
        lengths = np.linalg.norm(model.text_encoder.table, axis=1)
    except ValueError:  # vectors that are not finite have no encoder
        lengths = np.zeros(len(words))
    weighty = (words[row] for row in np.flatnonzero(lengths >= np.median(lengths)))
    candidates = [word for word in weighty if word.isalpha()]
    return next((word for word in candidates if len(word) >= _SHORT), (candidates or words)[0])
