"""A complete distillation without a network: ``make demo``.

Distills the default teacher, all-MiniLM-L6-v2, over the Lee background corpus that comes with gensim (300 news
articles), and compares the vectors with those of gensim's Word2Vec trained on the same text.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gensim.models import KeyedVectors, Word2Vec
from gensim.test.utils import datapath

from gensim_distill import DistilledWord2Vec

WORDS = ["government", "war", "doctor", "cricket", "money", "fire"]
SIZE = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("demo-vectors"), help="folder for the vectors")
    output: Path = parser.parse_args().output

    articles = Path(datapath("lee_background.cor")).read_text(encoding="utf-8").splitlines()
    print(f"Distilling {SIZE}-dimensional vectors from {len(articles)} news articles ...", flush=True)
    model = DistilledWord2Vec(articles, vector_size=SIZE, min_count=2, progress=True)
    print("Training gensim's Word2Vec on the same words (skip-gram, 20 epochs) ...", flush=True)
    words = [model.reader.keys(article) for article in articles]
    baseline = Word2Vec(words, vector_size=SIZE, min_count=2, sg=1, epochs=20, workers=1, seed=1)

    print(f"\nNearest neighbors, vocabulary of {len(model.wv):,} words\n")
    print(f"{'':12}{'distilled':52}Word2Vec")
    for word in WORDS:
        ours, theirs = (", ".join(near for near, _ in wv.most_similar(word, topn=4)) for wv in (model.wv, baseline.wv))
        print(f"{word:12}{ours:52}{theirs}")

    print("\nScores (coverage: the share of pairs or questions whose words are all in the vocabulary)\n")
    print(f"{'':32}{'coverage':>10}{'distilled':>12}{'Word2Vec':>12}")
    for name, score in (
        ("SimLex-999, Spearman", simlex),
        ("WordSim-353, Spearman", wordsim),
        ("Google analogies", analogies),
    ):
        (ours, covered), (theirs, _) = score(model.wv), score(baseline.wv)
        print(f"{name:32}{covered:>10.1%}{ours:>12.3f}{theirs:>12.3f}")

    output.mkdir(parents=True, exist_ok=True)
    text, keyed = output / "lee.word2vec.txt", output / "lee.kv"
    model.wv.save_word2vec_format(str(text))
    model.wv.save(str(keyed))
    print(f"\nWritten: {text.resolve()}  (word2vec text format)")
    print(f"         {keyed.resolve()}  (KeyedVectors.load)")


def simlex(wv: KeyedVectors) -> tuple[float, float]:
    return similarity(wv, "simlex999.txt")


def wordsim(wv: KeyedVectors) -> tuple[float, float]:
    return similarity(wv, "wordsim353.tsv")


def similarity(wv: KeyedVectors, name: str) -> tuple[float, float]:
    """Return Spearman's correlation with human judgment, and the coverage."""
    _, spearman, missing_percent = wv.evaluate_word_pairs(datapath(name))
    return spearman[0], 1 - missing_percent / 100


def analogies(wv: KeyedVectors) -> tuple[float, float]:
    """Return the accuracy on the covered questions, and the coverage."""
    accuracy, sections = wv.evaluate_word_analogies(datapath("questions-words.txt"))
    asked = sum(len(section["correct"]) + len(section["incorrect"]) for section in sections[:-1])
    with open(datapath("questions-words.txt"), encoding="utf-8") as file:
        questions = sum(not line.startswith(":") for line in file)
    return accuracy, asked / questions


if __name__ == "__main__":
    main()
