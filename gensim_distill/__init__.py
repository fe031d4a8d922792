"""Static word vectors distilled from your own text and a transformer, as gensim ``KeyedVectors``."""

from gensim_distill.model import DistilledWord2Vec
from gensim_distill.teachers import StateBatch, Teacher, load_teacher
from gensim_distill.texts import TextReader

__version__ = "0.1.0.dev0"

__all__ = ["DistilledWord2Vec", "StateBatch", "Teacher", "TextReader", "load_teacher"]
