"""X2Static: CBOW with negative sampling, with contexts computed by the teacher.

Gupta & Jaggi (ACL 2021) replace the averaged input vectors of CBOW by the teacher's context vector c, so that only
the vectors u of the target words are learned::

    L = - sum over occurrences [ log s(u_w . c) + sum over j <= negative of log s(-u_{w_j} . c) ]

This module has its closed form. :class:`~gensim_distill.solvers.negative_sampling.NegativeSampling` optimizes the loss
by gradient descent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gensim_distill.contexts.views import Scope, View
from gensim_distill.linalg import build_in_blocks
from gensim_distill.objectives.discriminant import Discriminant
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.protocol import resolve_layers


@dataclass(frozen=True)
class X2Static:
    """The optimum of the X2Static loss under Gaussian contexts.

    The loss separates by word: each u_w is a logistic regression that separates contexts with w from all others. If
    contexts are Gaussian with a shared covariance S, the optimum is linear discriminant analysis,
    u_w ~ S^-1 (m_w - m), where m_w is the mean context of w and m the mean of all contexts. The inverse is regularized
    and tempered by an exponent: u_w = (S + r I)^-whitening (m_w - m).

    Parameters
    ----------
    context : Scope, optional
        The scope of a context, by default "passage". "text" is the sentence variant of the paper if documents are
        sentences; "sentence" is its paragraph variant if documents are paragraphs.
    layers : int or sequence of int, optional
        The layer of the teacher, by default the last. Hidden states of several layers are averaged.
    whitening : float, optional
        The exponent, by default 0.5. 0.25 is enough for sentence transformers. Masked language models, whose contexts
        are far from isotropic, need 0.5.

    Examples
    --------
    >>> from gensim_distill.objectives import X2Static
    >>> X2Static(context="sentence").views(num_layers=13)[0].layers
    (12,)
    """

    context: Scope = "passage"
    layers: int | Sequence[int] = -1
    whitening: float = 0.5

    def views(self, num_layers: int) -> list[View]:
        """Return the only view; see :meth:`Objective.views`."""
        layers = resolve_layers(self.layers, num_layers)
        return [View(layers, self.context, second_moment=True)]

    def width(self, teacher_width: int) -> int:
        """Return the dimensions of the teacher; see :meth:`Objective.width`."""
        return teacher_width

    def fit(self, moments: Mapping[str, Moments]) -> X2StaticProjection:
        """Compute the mean and the whitening matrix of contexts; see :meth:`FittedObjective.fit`."""
        (view,) = moments.values()
        return X2StaticProjection(Discriminant.fit(view, self.whitening))

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Compute the closed form; see :meth:`Objective.vectors`."""
        return self.fit(moments).vectors(moments)


@dataclass(frozen=True)
class X2StaticProjection:
    """The learned state of :class:`X2Static`; see :class:`Projection`.

    Attributes
    ----------
    discriminant : Discriminant
    """

    discriminant: Discriminant

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Compute the vectors of any words; see :meth:`Projection.vectors`."""
        (view,) = moments.values()
        return build_in_blocks(lambda rows: self.discriminant.vectors(view, rows), view.vocabulary_size, view.width)
