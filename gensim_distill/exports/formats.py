"""The registry of all formats."""

from __future__ import annotations

from gensim_distill.exports.exporter import Exporter
from gensim_distill.exports.fasttext_binary import FASTTEXT_BINARY
from gensim_distill.exports.pretrained_folder import PRETRAINED
from gensim_distill.exports.safetensors_folder import SAFETENSORS
from gensim_distill.exports.spacy_pipeline import SPACY
from gensim_distill.exports.static_models import MODEL2VEC, SENTENCE_TRANSFORMERS
from gensim_distill.exports.text_files import FASTTEXT_TEXT, GLOVE, TENSORBOARD, WORD2VEC_BINARY, WORD2VEC_TEXT

#: All formats by name. A new format is one module and one line here.
EXPORTERS: dict[str, Exporter] = {
    exporter.format: exporter
    for exporter in (
        WORD2VEC_TEXT,
        WORD2VEC_BINARY,
        GLOVE,
        FASTTEXT_TEXT,
        FASTTEXT_BINARY,
        SENTENCE_TRANSFORMERS,
        MODEL2VEC,
        SPACY,
        TENSORBOARD,
        SAFETENSORS,
        PRETRAINED,
    )
}
