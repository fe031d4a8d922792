"""A page to look at: what went into some vectors, what they are worth, and a map of their words.

Needs ``pip install "gensim-distill[report]"``.

Examples
--------
>>> from gensim.test.utils import datapath
>>> from gensim_distill.report import word_map
>>> found = word_map(datapath("euclidean_vectors.bin"), max_words=100, seed=1)
>>> len(found.words), found.words[0]
(100, 'the')
"""

from gensim_distill.report.page import write_report
from gensim_distill.report.plots import plot_loss, plot_map
from gensim_distill.report.provenance import Fact, Facts
from gensim_distill.report.word_map import WordMap, word_map

__all__ = ["Fact", "Facts", "WordMap", "plot_loss", "plot_map", "word_map", "write_report"]
