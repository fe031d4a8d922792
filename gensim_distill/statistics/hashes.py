"""Hashes of vocabularies and documents, equal in every process and on every machine."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable

import numpy as np

from gensim_distill.corpus.documents import Document, encode_document
from gensim_distill.corpus.reader import TextReader


def hash_strings(strings: Iterable[str]) -> str:
    """Return the hash of some strings in their order.

    Examples
    --------
    >>> from gensim_distill.statistics.hashes import hash_strings
    >>> hash_strings(["ab", "c"]) == hash_strings(["a", "bc"])
    False
    """
    digest = hashlib.blake2b(digest_size=16)
    for string in strings:
        encoded = string.encode("utf-8", "surrogatepass")
        digest.update(b"%d:%b" % (len(encoded), encoded))
    return digest.hexdigest()


def hash_words(words: Iterable[str]) -> np.ndarray:
    """Return a hash of each word, an array of uint64.

    Examples
    --------
    >>> from gensim_distill.statistics.hashes import hash_words
    >>> hash_words(["graph", "trees"]).tolist()
    [12236097586664538107, 12368241243261688455]
    """
    digests = [hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest() for word in words]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def extend_hash(before: bytes, document: Document) -> bytes:
    """Return the hash of a sequence of documents, from the hash of all but the last one and the last one.

    Parameters
    ----------
    before : bytes
        The hash of the documents before; empty if there are none.
    document : str or sequence of str
        The next document.

    Examples
    --------
    >>> from gensim_distill.statistics.hashes import extend_hash
    >>> extend_hash(b"", ["a", "b"]) == extend_hash(b"", ("a", "b"))
    True
    >>> extend_hash(b"", ["a"]) == extend_hash(b"", "a")
    False
    >>> extend_hash(extend_hash(b"", ["a"]), ["b"]) == extend_hash(extend_hash(b"", ["b"]), ["a"])
    False
    """
    # The prefix separates a string from no tokens.
    # One join and one hash per document: with a fast GPU every microsecond per word counts.
    content = (b"t" if isinstance(document, str) else b"w") + encode_document(document)
    return hashlib.blake2b(content, digest_size=16, key=before).digest()


def hash_documents(documents: Iterable[Document]) -> bytes:
    """Return the hash of some documents in their order; empty bytes for none.

    Examples
    --------
    >>> from gensim_distill.statistics.hashes import hash_documents
    >>> hash_documents([["a"], ["b"]]) == hash_documents([["b"], ["a"]])
    False
    """
    return functools.reduce(extend_hash, documents, b"")


def hash_corpus(documents: Iterable[Document], reader: TextReader) -> bytes:
    """Return the hash of some documents in their order, and of their words and sentences if a reader has functions of its own.

    Parameters
    ----------
    documents : iterable of str or of lists of str
        The corpus; it is streamed.
    reader : TextReader

    Examples
    --------
    >>> from gensim_distill import TextReader
    >>> from gensim_distill.statistics.hashes import hash_corpus
    >>> corpus = ["one two-three"]
    >>> hash_corpus(corpus, TextReader()) == hash_corpus(corpus, TextReader(word_splitter=str.split))
    False
    """
    # Two functions may have the same name and differ, as those of a loop do, so their results count.
    is_default = reader == TextReader(phrase_delimiter=reader.phrase_delimiter)
    current = b""
    for document in documents:
        current = extend_hash(current, document)
        if not is_default:
            text = reader.text(document)
            spans = (text.starts, text.ends, reader.sentences(document, text))
            current = extend_hash(current, [*text.keys, repr([list(part) for part in spans])])
    return current
