"""Hashes of vocabularies and documents."""

from __future__ import annotations

from gensim_distill import TextReader
from gensim_distill.statistics.hashes import hash_corpus, hash_documents, hash_strings, hash_words


def test_hashes_are_the_same_in_every_process() -> None:
    assert hash_strings(["a", "bä"]) == "8041908d7f9cd55e159491313bc7a5d9"


def test_hashes_of_documents_tell_a_nul_inside_a_token_from_one_between_tokens() -> None:
    documents = [["a", "b"], ["a\0b"], "a\0b", "\0a\0b", ["", "a", "b"], "a b", [], ""]
    assert len({hash_documents([document]) for document in documents}) == len(documents)
    assert hash_documents([["it", "rains"], "It rains."]).hex() == "e2f996e5fab23d4eea9be74455be4dbe"


def test_lone_surrogates_have_hashes() -> None:
    assert hash_strings(["\ud800"]) != hash_strings(["\ud801"])
    assert len(set(hash_words(["\ud800", "\ud801"]).tolist())) == 2


def test_the_words_of_functions_of_a_reader_count() -> None:
    corpus = ["one two"]
    readers = [TextReader(word_splitter=splitter) for splitter in (str.split, lambda text: text.split()[:1])]
    assert hash_corpus(corpus, TextReader()) == hash_documents(corpus)
    assert len({hash_corpus(corpus, reader) for reader in [TextReader(), *readers]}) == 3
