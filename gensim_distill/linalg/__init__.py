"""Linear algebra for word vectors: functions of plain NumPy arrays."""

from gensim_distill.linalg.largest import largest
from gensim_distill.linalg.principal_components import principal_directions, principal_directions_from_moment
from gensim_distill.linalg.ridge import ridge_weights
from gensim_distill.linalg.rows import (
    ROUNDING,
    build_in_blocks,
    center,
    clear_rounding,
    normalize,
    row_blocks,
    second_moment,
)
from gensim_distill.linalg.shrinkage import (
    estimate_shrinkage_factors,
    estimate_signal_variance,
    shrinkage_factors,
)
from gensim_distill.linalg.whitening import (
    effective_dimensions,
    inverse_power,
    whitening,
    whitening_exponent,
    whitening_transform,
)

__all__ = [
    "ROUNDING",
    "build_in_blocks",
    "center",
    "clear_rounding",
    "effective_dimensions",
    "estimate_shrinkage_factors",
    "estimate_signal_variance",
    "inverse_power",
    "largest",
    "normalize",
    "principal_directions",
    "principal_directions_from_moment",
    "ridge_weights",
    "row_blocks",
    "second_moment",
    "shrinkage_factors",
    "whitening",
    "whitening_exponent",
    "whitening_transform",
]
