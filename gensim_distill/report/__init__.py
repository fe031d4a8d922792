"""Write an HTML report: the origin of some vectors, their scores, and a map of their words.

Needs ``pip install "gensim-distill[report]"``.

Examples
--------
>>> from gensim.test.utils import datapath
>>> from gensim_distill.report import word_map
>>> words = word_map(datapath("euclidean_vectors.bin"), max_words=100, seed=1).words
>>> len(words), words[0]
(100, 'the')
"""

from gensim_distill.report.model_facts import Fact, ModelFacts
from gensim_distill.report.page import write_report
from gensim_distill.report.plots import plot_loss, plot_map
from gensim_distill.report.word_map import WordMap, word_map

__all__ = ["Fact", "ModelFacts", "WordMap", "plot_loss", "plot_map", "word_map", "write_report"]
