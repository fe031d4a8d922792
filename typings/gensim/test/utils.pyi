"""Types of gensim.test.utils: small corpora, and where the files of test data are."""

from collections.abc import Iterator
from contextlib import AbstractContextManager

from gensim.corpora import Dictionary

module_path: str
common_texts: list[list[str]]
common_dictionary: Dictionary
common_corpus: list[list[tuple[int, int]]]
lee_corpus_list: list[list[str]]

class LeeCorpus:
    def __iter__(self) -> Iterator[list[str]]: ...

def datapath(fname: str) -> str: ...
def get_tmpfile(suffix: str) -> str: ...
def temporary_file(name: str = "") -> AbstractContextManager[str]: ...
