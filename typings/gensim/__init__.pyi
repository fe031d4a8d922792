"""Types of those parts of gensim 4.4 that are used here; gensim itself ships none."""

from gensim import corpora as corpora
from gensim import interfaces as interfaces
from gensim import matutils as matutils
from gensim import models as models
from gensim import similarities as similarities
from gensim import utils as utils

__version__: str
