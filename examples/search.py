"""Search: the texts nearest to a query, with the words that contribute most.

Run: python examples/search.py [QUERY ...]

The texts are 300 news articles that come with gensim; vectors are distilled from them, so that their words are known.
"""

import sys

from gensim.test.utils import datapath

from gensim_distill import DistilledWord2Vec
from gensim_distill.encoding import TextIndex


def main() -> None:
    queries = sys.argv[1:] or ["bushfires", "joblessness", "a victory on the pitch"]
    with open(datapath("lee_background.cor"), encoding="utf-8") as file:
        articles = file.read().splitlines()

    model = DistilledWord2Vec(articles, min_count=2)
    index = TextIndex(model.text_encoder, articles)
    for query, results in zip(queries, index.search(queries, topn=3)):
        print(query)
        for number, cosine in results:
            pairs = model.explain(query, articles[number]).top(3)
            print(f"  {cosine:.2f}  {articles[number][:70]}")
            print("        " + ", ".join(f"{word} ~ {other} {part:.2f}" for word, other, part in pairs))


if __name__ == "__main__":
    main()
