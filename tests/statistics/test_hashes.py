"""Hashes of vocabularies and documents."""

from __future__ import annotations

from gensim_distill.statistics.hashes import hash_strings


def test_hashes_are_the_same_in_every_process() -> None:
    assert hash_strings(["a", "bä"]) == "8041908d7f9cd55e159491313bc7a5d9"
