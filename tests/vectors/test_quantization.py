"""Smaller dtypes: float16, and int8 with one scale per row."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gensim_distill.vectors.quantization import dequantize, quantize, to_float16


@given(st.integers(0, 99), st.floats(1e-3, 1e3))
def test_int8_is_within_half_a_step(seed: int, scale: float) -> None:
    vectors = (np.random.default_rng(seed).normal(size=(7, 5)) * scale).astype(np.float32)
    vectors[2] = 0
    values, scales = quantize(vectors, "int8")
    assert values.dtype == np.int8
    assert scales is not None
    assert (np.abs(dequantize(values, scales) - vectors) <= 0.501 * scales[:, None]).all()
    assert not dequantize(values, scales)[2].any()


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_floats_have_no_scales(dtype: str) -> None:
    vectors = np.array([[1.5, -2.0]], dtype=np.float32)
    values, scales = quantize(vectors, dtype)  # type: ignore[arg-type]
    assert (values.dtype, scales) == (dtype, None)
    np.testing.assert_array_equal(dequantize(values, scales), vectors)


def test_numbers_beyond_float16_and_unknown_dtypes_raise() -> None:
    with pytest.raises(ValueError, match="float16 ends at 65504"):
        to_float16(np.array([[1e5]]))
    with pytest.raises(ValueError, match="dtype='int4' must be 'float32', 'float16' or 'int8'"):
        quantize(np.ones((1, 1)), "int4")  # type: ignore[arg-type]


def test_a_smaller_dtype_takes_no_further_copy_of_the_vectors() -> None:
    vectors = np.random.default_rng(0).normal(size=(20_000, 50)).astype(np.float32)
    for dtype, share in (("int8", 0.25), ("float16", 0.5)):
        tracemalloc.start()
        try:
            quantize(vectors, dtype)  # type: ignore[arg-type]
            assert tracemalloc.get_traced_memory()[1] < (share + 0.6) * vectors.nbytes
        finally:
            tracemalloc.stop()
    assert dequantize(vectors, None) is vectors
