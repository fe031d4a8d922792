"""Write vectors in the formats of other libraries: word2vec, GloVe, fastText, sentence-transformers, spaCy and more.

Each export is loaded by its own library, which then needs neither the teacher nor this package.
docs/exports.md shows how to load each format, and what smaller sizes cost.

Examples
--------
>>> from gensim_distill.exports import EXPORTERS
>>> EXPORTERS["spacy"].folder, EXPORTERS["glove"].suffix
(True, '.txt')
"""

from gensim_distill.exports.distilled_vectors import DistilledVectors
from gensim_distill.exports.exporter import Exporter
from gensim_distill.exports.exporting import export
from gensim_distill.exports.formats import EXPORTERS
from gensim_distill.exports.hub import push_to_hub

__all__ = ["EXPORTERS", "DistilledVectors", "Exporter", "export", "push_to_hub"]
