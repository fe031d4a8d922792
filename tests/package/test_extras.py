"""Each extra alone, in an environment that has nothing else but the requirements of the package, and the package without extras."""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bare_environment import ROOT, declared, distributions, link_packages, run_with
from packaging.requirements import Requirement
from platforms import needs_links

pytestmark = needs_links

CONFIG = configparser.ConfigParser()
CONFIG.read(ROOT / "setup.cfg", encoding="utf-8")
DECLARED = dict(CONFIG["options"]) | dict(CONFIG["options.extras_require"])
SENTENCES = "the quick brown fox jumps over the lazy dog\nthe dog sleeps all day\nthe fox and the cat run away\n" * 4

CORE = """
import sys
from gensim_distill import DistilledWord2Vec
from gensim_distill.evaluation import word_similarity
from gensim_distill.exports import export

corpus = [line.split() for line in open("corpus.txt", encoding="utf-8")]
model = DistilledWord2Vec(corpus, teacher=sys.argv[1], min_count=1, progress=False)
model.save("model")
model = DistilledWord2Vec.load("model")
assert model.encode(["the fox"]).shape == (1, model.vector_size)
word_similarity(model.wv, [("fox", "dog", 3.0), ("cat", "day", 1.0), ("cat", "dog", 2.5)])
for format in ("word2vec", "fasttext-binary", "sentence-transformers", "tensorboard", "safetensors"):
    export(model, f"exported-{format}", format)
"""

MISSING = """
import os
from gensim.models import KeyedVectors
from gensim_distill import evaluation, exports

vectors = KeyedVectors.load_word2vec_format("exported-word2vec")
documents, queries = {"a": "the fox", "b": "a cat"}, {"q": "fox"}
collection = evaluation.Collection(documents, queries, {"q": {"a": 1}})

def vectorizer():
    import gensim_distill.vectorizer

def report():
    from gensim_distill.report import write_report
    write_report(vectors, "report.html")

def ray():
    from gensim_distill.distributed import RayCorpus
    RayCorpus("corpus.txt")

calls = {
    "evaluation": [
        lambda: evaluation.classification(vectors, ["the fox", "a cat"] * 9, [0, 1] * 9),
        lambda: evaluation.clustering(vectors, ["the fox", "a cat"] * 9, [0, 1] * 9),
        lambda: evaluation.retrieval(vectors, collection),
        lambda: evaluation.compare({"a": vectors}).plot(),
    ],
    "sklearn": [vectorizer],
    "export": [lambda: exports.export(vectors, "m", "model2vec"), lambda: exports.export(vectors, "s", "spacy")],
    "report": [report],
    "ray": [ray],
}
for extra, functions in calls.items():
    for function in functions:
        try:
            function()
        except ImportError as error:
            print(extra, error)
        else:
            print(extra, "has all it needs")
"""

EXTRAS: dict[str, str] = {
    "evaluation": """
from gensim.models import KeyedVectors
from gensim_distill import evaluation

vectors = KeyedVectors.load_word2vec_format("exported-word2vec")
texts, labels = ["the quick fox", "the lazy dog"] * 10, ["fox", "dog"] * 10
evaluation.classification(vectors, texts, labels)
evaluation.clustering(vectors, texts, labels)
collection = evaluation.Collection({"a": "the fox", "b": "the dog"}, {"q": "fox"}, {"q": {"a": 1}})
comparison = evaluation.compare({"words": vectors}, retrieval={"small": collection}, bm25=True)
comparison.plot("plot.png")
""",
    "sklearn": """
import sys
from gensim_distill.vectorizer import DistilledVectorizer

texts = open("corpus.txt", encoding="utf-8").read().splitlines()
assert len(DistilledVectorizer(teacher=sys.argv[1], min_count=1).fit_transform(texts)) == len(texts)
""",
    "export": """
from gensim.models import KeyedVectors
from gensim_distill.exports import export

vectors = KeyedVectors.load_word2vec_format("exported-word2vec")
export(vectors, "exported-model2vec", "model2vec")
export(vectors, "exported-spacy", "spacy")
""",
    "report": """
from gensim.models import KeyedVectors
from gensim_distill.report import write_report

write_report(KeyedVectors.load_word2vec_format("exported-word2vec"), "report.html")
""",
    "ray": """
from gensim_distill.distributed import RayCorpus

assert len(list(RayCorpus("corpus.txt"))) == 12
""",
    "demo": """
from gensim_distill.teachers import load_teacher

assert load_teacher("sentence-transformers/all-MiniLM-L6-v2").width == 384
""",
}

Environment = Callable[..., Path]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus, in which the programs run one after another."""
    path = tmp_path_factory.mktemp("programs")
    (path / "corpus.txt").write_text(SENTENCES, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A function that makes an environment with the requirements of the package and of extras."""

    def make(*extras: str) -> Path:
        path = tmp_path_factory.mktemp("environments") / "packages"
        link_packages(path, distributions(declared(DECLARED, extras)).values())
        return path

    return make


@pytest.fixture(scope="module")
def teacher_folder(bert: tuple[object, object], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("teachers") / "tiny-bert"
    for part in bert:
        part.save_pretrained(path)  # type: ignore[attr-defined]
    return str(path)


@pytest.fixture(scope="module")
def trained(environment: Environment, folder: Path, teacher_folder: str) -> Path:
    """The folder after the package without extras has trained and exported there."""
    run_with(environment(), "-c", CORE, teacher_folder, cwd=folder)
    return folder


def test_package_without_extras_trains_and_exports(trained: Path) -> None:
    assert (trained / "exported-sentence-transformers" / "modules.json").is_file()
    assert "## How to load" in (trained / "exported-safetensors" / "README.md").read_text(encoding="utf-8")


def test_without_extras_errors_name_them(environment: Environment, trained: Path) -> None:
    for line in run_with(environment(), "-c", MISSING, cwd=trained).splitlines():
        extra, message = line.split(" ", 1)
        assert re.fullmatch(rf'.+ needs \S+: pip install "gensim-distill\[{extra}]"\.', message), line


@pytest.mark.parametrize("extra", EXTRAS)
def test_extra_alone_has_all_it_needs(extra: str, environment: Environment, trained: Path, teacher_folder: str) -> None:
    run_with(environment(extra), "-c", EXTRAS[extra], teacher_folder, cwd=trained)


def test_command_line_alone_has_all_it_needs(environment: Environment, trained: Path, teacher_folder: str) -> None:
    command = ["-m", "gensim_distill"]
    packages = environment("cli")
    little = ["--min-count", "1", "--quiet"]
    run_with(packages, *command, "train", "corpus.txt", "--teacher", teacher_folder, *little, "-o", "out", cwd=trained)
    assert "similarity" in run_with(packages, *command, "neighbors", "out", "fox", cwd=trained)


def test_all_requirements_have_lower_bounds() -> None:
    for group, lines in DECLARED.items():
        for line in lines.splitlines():
            if group in ("install_requires", *CONFIG["options.extras_require"]) and line and not line.startswith("#"):
                requirement = Requirement(line)
                assert requirement.name == "gensim-distill" or any(
                    bound.operator in (">=", "==") for bound in requirement.specifier
                ), f"{group}: {line}"
