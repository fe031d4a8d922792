"""Types of gensim.models, of which word vectors, phrases and what goes with them are used."""

from gensim.models.fasttext import FastText as FastText
from gensim.models.keyedvectors import KeyedVectors as KeyedVectors
from gensim.models.phrases import Phrases as Phrases
from gensim.models.tfidfmodel import TfidfModel as TfidfModel
from gensim.models.translation_matrix import TranslationMatrix as TranslationMatrix
from gensim.models.word2vec import FAST_VERSION as FAST_VERSION
from gensim.models.word2vec import Word2Vec as Word2Vec
