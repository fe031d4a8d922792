"""The cost of importing the package."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Each takes seconds to import; --help and saved vectors need none of them.
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
    """Return the top-level modules that code imports in a new interpreter."""
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
def test_import_of_the_package_is_light(code: str) -> None:
    assert modules_after(code).isdisjoint(HEAVY)


def test_transformer_teacher_imports_torch() -> None:
    assert "torch" in modules_after("from gensim_distill.teachers import TransformerTeacher")


def test_unknown_name_is_an_attribute_error() -> None:
    import gensim_distill.teachers

    with pytest.raises(AttributeError, match="no attribute 'TransformerTaecher'"):
        gensim_distill.teachers.TransformerTaecher  # noqa: B018
