"""Types of gensim.matutils: sorting, lengths, and arrays that are aligned in memory."""

from collections.abc import Iterable
from typing import Any, Literal, TypeVar, overload

import numpy as np
import numpy.typing as npt

_Scalar = TypeVar("_Scalar", bound=np.generic)

# With topn <= 0 it gives an empty list.
def argsort(x: npt.ArrayLike, topn: int | None = None, reverse: bool = False) -> npt.NDArray[np.intp]: ...
def cossim(vec1: Iterable[tuple[int, float]], vec2: Iterable[tuple[int, float]]) -> float: ...
def full2sparse(vec: npt.ArrayLike, eps: float = 1e-9) -> list[tuple[int, float]]: ...
@overload
def unitvec(
    vec: npt.NDArray[Any], norm: Literal["l1", "l2", "unique"] = "l2", return_norm: Literal[False] = False
) -> npt.NDArray[np.floating[Any]]: ...
@overload
def unitvec(
    vec: npt.NDArray[Any], norm: Literal["l1", "l2", "unique"] = "l2", *, return_norm: Literal[True]
) -> tuple[npt.NDArray[np.floating[Any]], float]: ...
@overload
def zeros_aligned(
    shape: int | tuple[int, ...], dtype: type[_Scalar], order: Literal["C", "F"] = "C", align: int = 128
) -> npt.NDArray[_Scalar]: ...
@overload
def zeros_aligned(
    shape: int | tuple[int, ...], dtype: npt.DTypeLike, order: Literal["C", "F"] = "C", align: int = 128
) -> npt.NDArray[Any]: ...
