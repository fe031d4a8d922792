"""Names of gensim 3 and misspelled parameters: errors that name the present ones."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, TypeVar

from gensim.models import Word2Vec

from gensim_distill.solvers.settings import SolverName

_Class = TypeVar("_Class", bound=type)

_SETTINGS = {"size": "vector_size", "iter": "epochs"}
# Parameters by the method that had them; some had other names in the constructor and in methods.
_PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "__init__": {**_SETTINGS, "corpus_iterable": "sentences"},
    "build_vocab": {"sentences": "corpus_iterable"},
    "train": {**_SETTINGS, "sentences": "corpus_iterable"},
}
# The method to which another passes the parameters that it does not list.
_PASSED_ON = {"build_vocab": "prepare_vocab"}
_OF_VECTORS = (
    "most_similar",
    "most_similar_cosmul",
    "similar_by_word",
    "similar_by_vector",
    "doesnt_match",
    "similarity",
    "n_similarity",
    "wmdistance",
    "evaluate_word_pairs",
)
_ATTRIBUTES: Mapping[str, str] = {
    **{name: f"model.wv.{name}()" for name in _OF_VECTORS},
    "accuracy": "model.wv.evaluate_word_analogies()",
    "vocab": "model.wv.key_to_index",
    "index2word": "model.wv.index_to_key",
    "index2entity": "model.wv.index_to_key",
    "syn0": "model.wv.vectors",
    "syn0norm": "model.wv.get_normed_vectors()",
    "syn0_lockf": "model.wv.vectors_lockf",
    "vectors": "model.wv.vectors",
    "size": "model.vector_size",
    "iter": "model.epochs",
    "vocabulary": "the attributes of the model itself",
    "trainables": "the attributes of the model itself",
}


def hints_for_old_names(cls: _Class) -> _Class:
    """Decorate a model class so that wrong parameters, ``model[word]`` and ``word in model`` raise an error with a hint."""
    for name, renamed in _PARAMETERS.items():
        setattr(cls, name, _with_hints(cls, name, renamed))

    def no_item(self: Any, word: Any) -> NoReturn:
        raise TypeError(f"The vectors are in model.wv since gensim 4: use model.wv[{word!r}].")

    def no_membership(self: Any, word: Any) -> NoReturn:
        raise TypeError(f"The words are in model.wv since gensim 4: use {word!r} in model.wv.")

    for name, method in {"__getitem__": no_item, "__contains__": no_membership}.items():
        setattr(cls, name, method)
    return cls


def missing_attribute(kind: str, name: str, solver: SolverName | None) -> AttributeError:
    """Return the error for an attribute that a model lacks, with a hint if gensim 3 or another solver has it.

    Examples
    --------
    >>> from gensim_distill.word2vec.gensim3_names import missing_attribute
    >>> missing_attribute("DistilledWord2Vec", "most_similar", "one-pass")
    AttributeError("'DistilledWord2Vec' object has no attribute 'most_similar' since gensim 4: use model.wv.most_similar().")
    """
    if name == "syn1" and solver == "one-pass":
        return AttributeError(
            "There is no syn1: the one-pass solver needs no tree of output weights; the vectors are wv.vectors, and for "
            "hierarchical softmax use objective='x2static', solver='sgd', hs=1, negative=0."
        )
    message = f"{kind!r} object has no attribute {name!r}"
    return AttributeError(f"{message} since gensim 4: use {_ATTRIBUTES[name]}." if name in _ATTRIBUTES else message)


def did_you_mean(wrong: str, names: Iterable[str]) -> str:
    """Return the hint at the parameter whose name is nearest to a wrong one, as the end of a sentence.

    Examples
    --------
    >>> from gensim_distill.word2vec.gensim3_names import did_you_mean
    >>> did_you_mean("mincount", ["min_count", "epochs"]), did_you_mean("color", ["min_count", "epochs"])
    (': did you mean min_count=?', '.')
    """
    near = difflib.get_close_matches(wrong, names, n=1)
    return f": did you mean {near[0]}=?" if near else "."


def _with_hints(cls: type, name: str, renamed: Mapping[str, str]) -> Callable[..., Any]:
    method, called = getattr(cls, name), _PASSED_ON.get(name, "")
    listed = dict(inspect.signature(method).parameters)
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in listed.values())
    if called:
        listed |= inspect.signature(getattr(Word2Vec, called)).parameters

    @functools.wraps(method)
    def run(*args: Any, **kwargs: Any) -> Any:
        if not kwargs.keys().isdisjoint(renamed):
            old = next(name for name in kwargs if name in renamed)
            raise TypeError(f"{method.__qualname__}() has no parameter {old!r} in gensim 4: use {renamed[old]}=.")
        # A subclass may have its own called method, with other parameters.
        is_known = getattr(type(args[0]), called) is getattr(cls, called) if called else not takes_any
        if is_known and not kwargs.keys() <= listed.keys():
            wrong = next(name for name in kwargs if name not in listed)
            raise TypeError(f"{method.__qualname__}() has no parameter {wrong!r}{did_you_mean(wrong, listed)}")
        return method(*args, **kwargs)

    return run
