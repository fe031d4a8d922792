"""Export to the package's own folder of word vectors and a text encoder, which ``save_pretrained`` writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gensim.models import KeyedVectors

from gensim_distill._utils.training_folder import TEXT_ENCODER
from gensim_distill.encoding import TextEncoder
from gensim_distill.exports.data import ExportData, select_data
from gensim_distill.exports.exporter import Exporter
from gensim_distill.exports.provenance_file import write_config
from gensim_distill.vectors.quantization import VectorDtype
from gensim_distill.vectors.safetensors import VECTORS_FILE, save_safetensors


def _write(data: ExportData, path: Path, dtype: VectorDtype) -> None:
    assert isinstance(data.encoder, TextEncoder)  # as selected_encoder returns
    save_safetensors(path, data.words, data.vectors, data.counts, dtype=dtype)
    data.encoder.save(path / TEXT_ENCODER, dtype=dtype)
    write_config(path, data.provenance, words=len(data.words), vector_size=int(data.vectors.shape[1]))


def selected_encoder(exporter: Exporter, keyed: KeyedVectors, encoder: Any, **selection: Any) -> TextEncoder:
    """Return the text encoder that is written beside word vectors, reduced as they are.

    Parameters
    ----------
    exporter : Exporter
    keyed : KeyedVectors
        The word vectors.
    encoder : TextEncoder
    **selection
        Parameters of :func:`~gensim_distill.exports.data.select_data`.

    Returns
    -------
    TextEncoder
        The same object if all of it is selected.

    Raises
    ------
    TypeError
        If it is not a TextEncoder.
    """
    if not isinstance(encoder, TextEncoder):
        raise TypeError(f"encoder= is of type {type(encoder).__name__}, where a TextEncoder was expected.")
    chosen = select_data(exporter, keyed, encoder, **selection)  # in any case, since it checks the numbers
    if chosen.matrix is None and set(chosen.words) == set(encoder.words) and chosen.pieces == encoder.pieces:
        return encoder
    reduced = TextEncoder(
        chosen.words, chosen.vectors, encoder.reader, pieces=chosen.pieces, piece_table=chosen.piece_vectors
    )
    reduced.settings = encoder.settings
    return reduced


PRETRAINED = Exporter(
    "gensim-distill",
    "`DistilledVectors.from_pretrained` and `load_vectors`, or safetensors and JSON in any language",
    'from gensim_distill import DistilledVectors\n\nvectors = DistilledVectors.from_pretrained({path!r})\nvectors.encode(["a text", "another"])',
    _write,
    folder=True,
    marker_file=VECTORS_FILE,
    text_encoder=True,
    dtypes=("float32", "float16"),
    dtype_reason="the rows of the text encoder have no scales; 'safetensors' has int8 for word vectors",
    model_card=True,
    hub_library="gensim-distill",
    pipeline_tag="feature-extraction",
    tags=("word-vectors", "sentence-similarity"),
)
