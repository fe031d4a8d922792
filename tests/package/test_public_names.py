"""The public names and signatures, compared with those that are stored."""

from __future__ import annotations

import difflib

import pytest
from public_names import COMMAND, STORED, default, describe, signature


def test_public_names_and_signatures_are_those_that_are_stored() -> None:
    pytest.importorskip("typer")
    stored, found = STORED.read_text(encoding="utf-8").splitlines(), describe().splitlines()
    changed = [line for line in difflib.ndiff(stored, found) if line.startswith(("- ", "+ "))]
    assert not changed, (
        "public names or signatures have changed (- stored, + now): avoid what breaks programs of users, see docs/stability.md; "
        f"for an intended change run `{COMMAND}` and name it in CHANGELOG.md:\n" + "\n".join(changed)
    )


def test_a_signature_is_described_as_it_is_written() -> None:
    def function(a: list[int], /, b: str = "x", *, c=len, **others: object) -> None: ...

    assert signature(function) == "(a: list[int], b: str = 'x', *, c = len, **others: object) -> None"
    assert default([]) == "..."
