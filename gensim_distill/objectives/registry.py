"""The registry of objectives.

Classes are named by their paths, so that the command line knows the names of objectives without importing NumPy.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

ObjectiveName: TypeAlias = Literal["hybrid", "text", "x2static", "aggregate"]

#: The class of each objective by its name.
OBJECTIVES: dict[ObjectiveName, str] = {
    "hybrid": "gensim_distill.objectives.hybrid:Hybrid",
    "text": "gensim_distill.objectives.text:Text",
    "x2static": "gensim_distill.objectives.x2static:X2Static",
    "aggregate": "gensim_distill.objectives.aggregate:Aggregate",
}
