"""Types of gensim.corpora, of which the dictionary and corpora of texts are used."""

from gensim.corpora.dictionary import Dictionary as Dictionary
from gensim.corpora.textcorpus import TextCorpus as TextCorpus
