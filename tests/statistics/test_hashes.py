"""Hashes of vocabularies and documents."""

from __future__ import annotations

from gensim_distill.statistics.hashes import hash_documents, hash_strings


def test_hashes_are_the_same_in_every_process() -> None:
    assert hash_strings(["a", "bä"]) == "8041908d7f9cd55e159491313bc7a5d9"


def test_hashes_of_documents_tell_a_nul_inside_a_token_from_one_between_tokens() -> None:
    documents = [["a", "b"], ["a\0b"], "a\0b", "\0a\0b", ["", "a", "b"], "a b", [], ""]
    assert len({hash_documents([document]) for document in documents}) == len(documents)
    assert hash_documents([["it", "rains"], "It rains."]).hex() == "e2f996e5fab23d4eea9be74455be4dbe"
