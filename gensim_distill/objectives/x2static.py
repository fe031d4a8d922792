"""X2Static: CBOW with negative sampling in which the context comes from the teacher.

Gupta & Jaggi (ACL 2021) replace the averaged input vectors of CBOW by the teacher's context vector
c, so that only the vectors u of the target words are left to learn:

    L = - sum over occurrences [ log s(u_w . c) + sum over j <= negative of log s(-u_{w_j} . c) ]

This module has its closed form, which needs only moments; `negative_sampling.py` takes the
gradient steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gensim_distill.contexts.views import Scope, View
from gensim_distill.linalg.whitening import inverse_power
from gensim_distill.objectives.protocol import build_in_blocks
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.protocol import resolve_layers


@dataclass(frozen=True)
class X2Static:
    """The X2Static objective at its optimum under Gaussian contexts.

    The loss separates by word: each u_w is a logistic regression that tells contexts with w from
    others. If contexts are Gaussian with a shared covariance S, its optimum is linear discriminant
    analysis, u_w ~ S^-1 (m_w - m), where m_w is the mean context of w and m that of all. The inverse
    is tempered and regularized: u_w = (S + r I)^-whitening (m_w - m).

    Parameters
    ----------
    context : Scope, optional
        "text" is the paper's sentence variant if a text is a sentence, "sentence" its paragraph
        variant if a text is a paragraph.
    layers : int or sequence of int, optional
        The teacher's layer, the last one by default; of several the mean is taken.
    whitening : float, optional
        The exponent: between 0.25, enough for sentence transformers, and 0.5, which masked language
        models want, whose contexts are far from isotropic.

    Examples
    --------
    >>> from gensim_distill.objectives import X2Static
    >>> X2Static(context="sentence").views(num_layers=13)[0].layers
    (12,)
    """

    context: Scope = "text"
    layers: int | Sequence[int] = -1
    whitening: float = 0.5

    def views(self, num_layers: int) -> list[View]:
        """Give the one view of this objective; see :meth:`Objective.views`."""
        layers = resolve_layers(self.layers, num_layers)
        return [View(layers, self.context, second_moment=True)]

    def width(self, teacher_width: int) -> int:
        """Give the teacher's width; see :meth:`Objective.width`."""
        return teacher_width

    def fit(self, moments: Mapping[str, Moments]) -> X2StaticProjection:
        """Learn the mean and the covariance of contexts; see :meth:`FittedObjective.fit`."""
        (view,) = moments.values()
        return X2StaticProjection(Discriminant.fit(view, self.whitening))

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give the closed form; see :meth:`Objective.vectors`."""
        return self.fit(moments).vectors(moments)


@dataclass(frozen=True)
class Discriminant:
    """The closed form ``(S + r I)^-whitening (m_w - m)``.

    Attributes
    ----------
    mean : numpy.ndarray of float64, shape (width,)
        The mean of all contexts.
    matrix : numpy.ndarray of float64, shape (width, width)
        The tempered inverse of their covariance.
    noise : float
        The expected squared length of one context in the space of the closed form. A vector of a word with n
        contexts that say nothing of it has this squared length divided by n.
    """

    mean: np.ndarray
    matrix: np.ndarray
    noise: float

    @classmethod
    def fit(cls, moments: Moments, whitening: float) -> Discriminant:
        """Learn from all contexts of a corpus."""
        covariance = moments.covariance()
        matrix = inverse_power(covariance, whitening)
        return cls(moments.mean(), matrix, float(np.trace(matrix @ covariance @ matrix)))

    def vectors(self, moments: Moments, rows: slice = slice(None)) -> np.ndarray:
        """Give the closed form of some words; zeros for words without contexts."""
        return self.differences(moments, rows) @ self.matrix

    def differences(self, moments: Moments, rows: slice = slice(None)) -> np.ndarray:
        """Give the mean contexts of some words less the mean of all; zeros for words without contexts."""
        means = moments.means(rows)
        means -= self.mean
        means[moments.counts[rows] == 0] = 0.0
        return means


@dataclass(frozen=True)
class X2StaticProjection:
    """What :class:`X2Static` learns of a corpus; see :class:`Projection`."""

    closed_form: Discriminant

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give the vectors of some words; see :meth:`Projection.vectors`."""
        (view,) = moments.values()
        return build_in_blocks(lambda rows: self.closed_form.vectors(view, rows), view.vocabulary_size, view.width)


def closed_form(moments: Moments, whitening: float) -> np.ndarray:
    """Give ``(S + r I)^-whitening (m_w - m)`` for each word; zeros for words without contexts."""
    return Discriminant.fit(moments, whitening).vectors(moments)


def noise(moments: Moments, whitening: float) -> float:
    """Give the expected squared length of one context in the space of :func:`closed_form`."""
    return Discriminant.fit(moments, whitening).noise
