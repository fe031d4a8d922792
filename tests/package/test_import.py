"""What importing the package brings with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Seconds to import, each of them; a command's --help or the use of saved vectors needs none.
HEAVY = (
    "torch",
    "transformers",
    "tokenizers",
    "sklearn",
    "matplotlib",
    "ray",
    "sentence_transformers",
    "huggingface_hub",
)


def modules_after(code: str) -> set[str]:
    """Run some code in a fresh interpreter and give the top-level modules that it has imported."""
    report = f"{code}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import gensim_distill",
        "from gensim_distill import DistilledWord2Vec, StateBatch, Teacher, TextReader, load_teacher",
        "from gensim_distill.teachers import Teacher, resolve_layers",
    ],
)
def test_importing_the_package_imports_nothing_heavy(code: str) -> None:
    assert modules_after(code).isdisjoint(HEAVY)


def test_the_transformer_is_imported_when_it_is_asked_for() -> None:
    assert "torch" in modules_after("from gensim_distill.teachers import TransformerTeacher")


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    import gensim_distill.teachers

    with pytest.raises(AttributeError, match="no attribute 'TransformerTaecher'"):
        gensim_distill.teachers.TransformerTaecher  # noqa: B018
