"""Views: which contexts of the words are computed, at which layers of the teacher."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from gensim_distill._utils.validation import is_whole
from gensim_distill.corpus import passages
from gensim_distill.corpus.passages import PassageSizes

#: The hidden states over which the context of a word is the mean: those of the word itself, of a number of words on
#: either side, of its sentence, of its passage, or of its document.
Scope: TypeAlias = Literal["token", "sentence", "passage", "text"] | int
#: The scopes of views. "summary" is no value of an objective's `context`: the spans of which the teacher has a text vector.
ViewScope: TypeAlias = Scope | Literal["summary"]


@dataclass(frozen=True, slots=True)
class View:
    """The contexts of words with one scope at some layers, for which statistics are collected.

    Attributes
    ----------
    layers : tuple of int
        The teacher's layers, from 0 (the embeddings), over which the mean is taken at each subword.
    scope : {"token", "sentence", "passage", "text", "summary"} or int
        The hidden states over which the context is the mean: of the word itself, its sentence, its passage or its document;
        a number is the number of words on either side of the word, which is included. With "summary" the context is the vector
        of a text as the teacher pools it (:class:`~gensim_distill.teachers.text_head.TextHead`): the mean of each sentence,
        since sentences are the texts of which most are in a corpus; or the first or the last subword of the passage, such as
        ``[CLS]``, which no sentence inside it has. The teacher reads passages
        (:mod:`~gensim_distill.corpus.passages`) unless one of the views has the scope "text".
    second_moment : bool
        Whether the sum of outer products of the contexts, from which their covariance follows, is collected too.
    isolated : bool
        Whether the teacher reads the words of the vocabulary in isolation instead of the corpus.

    Examples
    --------
    >>> from gensim_distill.contexts.views import View
    >>> View((11, 12), "sentence", second_moment=True).name
    'sentence.11+12.covariance'
    """

    layers: tuple[int, ...]
    scope: ViewScope
    second_moment: bool = False
    isolated: bool = False

    def __post_init__(self) -> None:
        # Lists become tuples, and numpy integers become int.
        object.__setattr__(self, "layers", _check_layers(self.layers))
        if self.scope != "summary":
            object.__setattr__(self, "scope", check_scope(self.scope))
        elif self.second_moment or self.isolated:
            raise ValueError(
                "A view with the scope 'summary' keeps the texts of a corpus themselves: use neither second_moment nor isolated."
            )

    @property
    def name(self) -> str:
        """The name of the view's statistics; different views have different names."""
        read = "isolated" if self.isolated else str(self.scope)
        layers = "+".join(map(str, self.layers))
        return f"{read}.{layers}" + (".covariance" if self.second_moment else "")

    @property
    def keeps_texts(self) -> bool:
        """Whether texts are kept in a :class:`~gensim_distill.statistics.text_store.TextStore` instead of statistics of words."""
        return self.scope == "summary"

    def level(self, pooling: str = "mean") -> str:
        """Return the spans over which hidden states are pooled: "words", "sentences" or "texts"; windows are means over words.

        Parameters
        ----------
        pooling : {"mean", "first", "last"}, optional
            How the teacher pools a text. With the scope "summary" and another pooling than the mean, the level is
            "first subwords" or "last subwords", of the texts that the teacher reads.
        """
        if self.scope == "summary" and pooling != "mean":
            return f"{pooling} subwords"
        if self.scope in ("passage", "text"):
            return "texts"
        return "sentences" if self.scope in ("sentence", "summary") else "words"


def passage_sizes(views: Iterable[View]) -> PassageSizes:
    """Return the largest numbers of words of the passages that the teacher reads for some views.

    Parameters
    ----------
    views : iterable of View

    Returns
    -------
    PassageSizes
        Of whole documents if one of the views has the scope "text".

    Examples
    --------
    >>> from gensim_distill.contexts.views import View, passage_sizes
    >>> passage_sizes([View((6,), "token"), View((6,), "passage")])
    PassageSizes(words=32, texts=None)
    >>> passage_sizes([View((6,), "token"), View((6,), "summary")])
    PassageSizes(words=32, texts=128)
    >>> passage_sizes([View((6,), "token"), View((6,), "text")])
    PassageSizes(words=None, texts=None)
    """
    given = list(views)
    if any(view.scope == "text" for view in given):
        return PassageSizes(None)
    texts = passages.TEXT_WORDS if any(view.keeps_texts for view in given) else None
    return PassageSizes(passages.PASSAGE_WORDS, texts)


def _check_layers(layers: object) -> tuple[int, ...]:
    """Check the layers of a view, and return them as a tuple."""
    listed = list(layers) if isinstance(layers, Iterable) else [layers]
    whole = tuple(int(layer) for layer in listed if is_whole(layer))
    if not listed or len(whole) < len(listed) or min(whole) < 0:
        raise ValueError(
            f"layers={layers!r} of a view must be one or more integers from 0, such as (6,) or (0, 12): count layers from the "
            "first, and the last one is num_layers - 1."
        )
    return whole


def check_scope(scope: object) -> Scope:
    """Check a scope, and return it; numpy integers become int.

    Parameters
    ----------
    scope : object

    Returns
    -------
    {"token", "sentence", "passage", "text"} or int

    Raises
    ------
    ValueError
        If it is neither one of these names nor a number of words from 0.
    """
    if is_whole(scope) and scope >= 0:
        return int(scope)
    if scope == "token" or scope == "sentence" or scope == "passage" or scope == "text":
        return scope
    raise ValueError(
        f"context={scope!r} is not supported: use 'token' (the word itself), a number of words on either side, 'window' "
        "(the number passed as window=), 'sentence', 'passage' or 'text'."
    )
