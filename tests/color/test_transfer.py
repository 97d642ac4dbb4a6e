"""Encoding, the way back from light to codes."""

from typing import Any

import numpy as np
import pytest

from answerprint.color.transfer import (
    bt1886,
    encode_bt1886,
    encode_hlg,
    encode_pq,
    hlg,
    pq,
    srgb,
)

PAIRS = [(bt1886, encode_bt1886), (pq, encode_pq), (hlg, encode_hlg)]


@pytest.mark.parametrize(("decode", "encode"), PAIRS)
def test_encoding_undoes_decoding(decode: Any, encode: Any) -> None:
    codes = np.random.default_rng(1).random((2000, 3))
    codes[:2] = [0, 0, 0], [1, 1, 1]
    assert np.allclose(encode(decode(codes)), codes, atol=1e-6)
    single = codes.astype(np.float32)
    assert np.allclose(encode(decode(single)), codes, atol=3e-5)


@pytest.mark.parametrize("function", [srgb, *(function for pair in PAIRS for function in pair)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept(function: Any, dtype: Any) -> None:
    assert function(np.full((2, 3), 0.5, dtype)).dtype == dtype


@pytest.mark.parametrize(("nits", "code"), [(0.005, 0.0151), (100, 0.5081), (4000, 0.9026)])
def test_pq_is_as_exact_as_its_precision(nits: float, code: float) -> None:
    assert float(encode_pq(np.array([nits]))[0]) == pytest.approx(code, abs=5e-5)
    exact = encode_pq(np.array([nits]))
    assert float(pq(exact)[0]) == pytest.approx(nits, rel=1e-9)
    assert float(pq(exact.astype(np.float32))[0]) == pytest.approx(nits, rel=1e-4)


def test_light_that_hlg_cannot_carry_is_clipped() -> None:
    # Blue of 59 cd/m2 is already scene light of 1: what the OOTF makes of the brightest blue.
    light = np.array([[2000.0] * 3, [0, 0, 900.0], [-5.0] * 3])
    assert np.allclose(encode_hlg(light), [[1] * 3, [0, 0, 1], [0] * 3], atol=1e-4)
