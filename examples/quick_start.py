"""Quick start: distill vectors from a corpus and a teacher.

Run: python examples/quick_start.py [TEACHER]

TEACHER is a name on the Hugging Face hub or a folder; the default is all-MiniLM-L6-v2.
"""

import sys

from gensim.models.word2vec import LineSentence
from gensim.test.utils import datapath

from gensim_distill import DistilledWord2Vec


def main() -> None:
    options = {"teacher": sys.argv[1]} if len(sys.argv) > 1 else {}
    corpus = LineSentence(datapath("lee_background.cor"))

    model = DistilledWord2Vec(corpus, **options)
    print(model.wv.most_similar("government", topn=5))
    model.wv.save_word2vec_format("vectors.txt")


if __name__ == "__main__":
    main()
