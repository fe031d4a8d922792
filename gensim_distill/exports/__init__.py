"""Vectors in the formats of other libraries: word2vec, GloVe, fastText, sentence-transformers, model2vec, spaCy and more.

Each export is loaded by the library that it is for, which then needs neither the teacher nor this
package. docs/exports.md shows how, and what is lost by smaller sizes.

Examples
--------
>>> from gensim_distill.exports import EXPORTERS
>>> EXPORTERS["spacy"].folder, EXPORTERS["glove"].suffix
(True, '.txt')
"""

from gensim_distill.exports.exporting import export
from gensim_distill.exports.formats import EXPORTERS
from gensim_distill.exports.hub import push_to_hub
from gensim_distill.exports.protocol import Exporter

__all__ = ["EXPORTERS", "Exporter", "export", "push_to_hub"]
