"""Types of gensim.similarities, of which those by word vectors are used."""

from gensim.similarities.docsim import SoftCosineSimilarity as SoftCosineSimilarity
from gensim.similarities.docsim import WmdSimilarity as WmdSimilarity
from gensim.similarities.termsim import SparseTermSimilarityMatrix as SparseTermSimilarityMatrix
from gensim.similarities.termsim import TermSimilarityIndex as TermSimilarityIndex
from gensim.similarities.termsim import WordEmbeddingSimilarityIndex as WordEmbeddingSimilarityIndex
