"""Similarity of texts."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr
from table_encoder import TableEncoder

from gensim_distill.encoding import TextEncoder
from gensim_distill.evaluation import compare, read_text_pairs, text_similarity
from gensim_distill.vectors.keyed import keyed_vectors

PAIRS = [("a", "b", 3.0), ("b", "c", 1.0), ("a", "c", 2.0), ("c", "d", 5.0), ("a", "d", 0.0)]


@pytest.fixture
def encoder() -> TableEncoder:
    rows = np.random.default_rng(1).normal(size=(4, 3))
    return TableEncoder(dict(zip("abcd", rows.tolist())))


def test_the_score_is_the_correlation_of_cosines(encoder: TableEncoder) -> None:
    def cosine(a: str, b: str) -> float:
        left, right = (np.array(encoder.vectors[text]) for text in (a, b))
        return float(left @ right / np.linalg.norm(left) / np.linalg.norm(right))

    expected = spearmanr([cosine(a, b) for a, b, _ in PAIRS], [score for *_, score in PAIRS]).statistic
    found = text_similarity(encoder, PAIRS)
    assert found.spearman == pytest.approx(expected)
    assert found.low <= found.spearman <= found.high
    assert (found.pairs, found.without_vector, len(found.sets)) == (5, 0, 1)
    assert text_similarity(encoder, PAIRS) == found


def test_sets_are_averaged(encoder: TableEncoder) -> None:
    reverse = [(a, b, -score) for a, b, score in PAIRS]
    alone = text_similarity(encoder, PAIRS).spearman
    found = text_similarity(encoder, {"first": PAIRS, "second": reverse, "third": PAIRS})
    assert [(item.name, item.pairs) for item in found.sets] == [("first", 5), ("second", 5), ("third", 5)]
    assert found.spearman == pytest.approx(alone / 3)


def test_texts_without_a_vector_have_cosine_zero_and_are_counted(encoder: TableEncoder) -> None:
    found = text_similarity(encoder, [*PAIRS, ("a", "unknown", 1.0)])
    assert found.without_vector == 1 and not math.isnan(found.spearman)


def test_too_few_pairs_have_no_score(encoder: TableEncoder) -> None:
    found = text_similarity(encoder, PAIRS[:2])
    assert math.isnan(found.spearman) and math.isnan(found.low) and "too few" in found.sets[0].note


ROWS = [("news", 4.5, "It rains.", 'He said "no", then left.'), ("tweets", 0.0, "x", "")]
EXPECTED = {
    "news": [("It rains.", 'He said "no", then left.', 4.5)],
    "tweets": [("x", "", 0.0)],
}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("sets.tsv", "set\tscore\ttext1\ttext2\n" + "".join("\t".join(map(str, row)) + "\n" for row in ROWS), EXPECTED),
        (
            "sts.csv",
            'Sentence1,Sentence2,Score,Dataset\nIt rains.,"He said ""no"", then left.",4.5,news\nx,,0,tweets\n',
            EXPECTED,
        ),
        (
            "sts.jsonl",
            "".join(json.dumps(dict(zip(("set", "score", "sentence1", "sentence2"), row))) + "\n" for row in ROWS),
            EXPECTED,
        ),
        ("plain.tsv", "a b\tc\t1\nd\te\t2\n", {"": [("a b", "c", 1.0), ("d", "e", 2.0)]}),
        ("header.tsv", "text1\ttext2\tsimilarity\nd\te\t2\n", {"": [("d", "e", 2.0)]}),
    ],
)
def test_pairs_are_read_from_tables_and_json(
    name: str, content: str, expected: dict[str, list[tuple[str, str, float]]], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert read_text_pairs(path) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text1\ttext2\tset\na\tb\tc\n", "has no column 'score' in its first line"),
        ("text1\ttext2\tscore\na\tb\tmuch\n", "line 2: .* expected two texts and a score, a finite number"),
        ("text1\ttext2\tscore\na\tb\n", "line 2: 2 columns; expected 'first' in the column 0"),
        ("a\tb\t1\nc\td\tinf\n", "line 2"),
        ('{"text1": "a", "text2": "b", "score": true}\n', "line 1: .*True"),
        ('{"text1": "a", "text2": ["b"], "score": 1}\n', "line 1: "),
        ('{"text1": "a", "text2": "b"}\n', "has no column 'score' in line 1, whose keys are"),
        ("", "is empty"),
        ("text1\ttext2\tscore\n", "has no pairs of texts"),
    ],
)
def test_damaged_pairs_raise(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message) as raised:
        read_text_pairs(path)
    assert str(path) in str(raised.value)


def test_sets_without_correlation_are_named_in_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    encoder = TextEncoder(["rain", "snow"], [[1.0, 0.2], [0.9, 0.4]])
    few = [("rain", "snow", 1.0)]
    compare(
        {"a": encoder}, text_similarity={"sts": {"news": few, "web": few}}, similarity=[], analogies=[], geometry=False
    )
    assert caplog.messages == [
        "No correlation for sts news, sts web: 1 pair is too few for a correlation, which needs at least 3 pairs with vectors."
    ]


def test_word_pairs_without_correlation_are_named(caplog: pytest.LogCaptureFixture) -> None:
    vectors = keyed_vectors(["rain", "snow"], np.eye(2, dtype=np.float32))
    compare({"a": vectors}, similarity={"tiny": [("rain", "snow", 1.0)]}, analogies=[], geometry=False)
    assert [message.partition(":")[0] for message in caplog.messages] == ["No correlation for tiny"]
