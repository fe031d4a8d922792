"""Views: which contexts of a word are looked at, at which layers of the teacher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gensim_distill._utils.validation import is_whole

#: Which states the context of a word is the mean of: those of the word itself, of the words at most
#: so many away, of its sentence, or of its text.
Scope: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at the contexts of words, for which statistics are kept.

    Attributes
    ----------
    layers : tuple of int
        The teacher's layers; the mean over several is taken at the token.
    scope : {"token", "sentence", "text"} or int
        What the context of a word is the mean over; a number is the window on either side, the
        word itself included.
    second_moment : bool
        Whether the sum of outer products is kept too, from which the covariance of contexts comes.
    isolated : bool
        Whether the teacher reads the words of the vocabulary by themselves instead of the corpus.
    """

    layers: tuple[int, ...]
    scope: Scope
    second_moment: bool = False
    isolated: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "scope", check_scope(self.scope))  # a plain int, if it is a number

    @property
    def name(self) -> str:
        """What it is called among the statistics of a model: views that differ have different names."""
        reading = "isolated" if self.isolated else str(self.scope)
        layers = "+".join(map(str, self.layers))
        return f"{reading}.{layers}" + (".covariance" if self.second_moment else "")


def check_scope(scope: Scope) -> Scope:
    """Give back a valid scope, or say which there are.

    Raises
    ------
    ValueError
        If it is none of "token", "sentence", "text" and a number of words from 0.
    """
    if is_whole(scope) and scope >= 0:
        return int(scope)
    if scope in ("token", "sentence", "text"):
        return scope
    raise ValueError(
        f"context={scope!r} is not known: give 'token' (the word itself), a number of words on either side, 'window' "
        "(the number given as window=), 'sentence' or 'text'."
    )
