"""RGB primaries and the matrices between them, computed from chromaticities by the standard formulas."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Chromaticities = tuple[float, ...]
"""Red, green, blue and white as CIE x, y pairs: eight numbers."""

AP0: Final = (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)
"""ACES2065-1 (SMPTE ST 2065-1)."""
AP1: Final = (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)
"""ACEScg (Academy S-2014-004)."""
REC709: Final = (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329)
"""ITU-R BT.709, which OpenEXR also means where a file says nothing."""
REC2020: Final = (0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329)
"""ITU-R BT.2020 and BT.2100."""
P3_D65: Final = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329)
"""SMPTE EG 432-1."""

XY_TOLERANCE: Final = 0.001
"""How near in x and y two chromaticities mean the same: OpenEXR's own tolerance for color interop ids."""

_NAMED: Final = {"AP0": AP0, "AP1": AP1, "Rec.709": REC709, "Rec.2020": REC2020, "P3-D65": P3_D65}
_BRADFORD: Final = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
"""Cone response matrix of the Bradford adaptation (Lam 1985), as ICC.1 uses it."""


def name_primaries(chromaticities: Sequence[float]) -> str | None:
    """Return the common name of a set of primaries, None where it is none of the known ones.

    >>> name_primaries((0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767))
    'AP0'
    """
    for name, known in _NAMED.items():
        if np.allclose(chromaticities, known, rtol=0, atol=XY_TOLERANCE):
            return name
    return None


@lru_cache(maxsize=64)
def rgb_to_rgb(source: Chromaticities, target: Chromaticities) -> NDArray[np.float64]:
    """Return the 3x3 matrix from linear RGB of `source` to linear RGB of `target`, white to white.

    Raises ValueError for chromaticities that span no color space.
    """
    adapted = _adapt(_white(source), _white(target))
    result: NDArray[np.float64] = np.linalg.inv(rgb_to_xyz(target)) @ adapted @ rgb_to_xyz(source)
    result.flags.writeable = False  # every caller shares the cached matrix
    return result


def rgb_to_xyz(chromaticities: Chromaticities) -> NDArray[np.float64]:
    """Return the 3x3 matrix from linear RGB to CIE XYZ with Y = 1 at white (SMPTE RP 177).

    Raises ValueError for chromaticities that span no color space.
    """
    try:
        columns = np.stack([_xyz(*chromaticities[i : i + 2]) for i in (0, 2, 4)], axis=1)
        result: NDArray[np.float64] = columns * np.linalg.solve(columns, _white(chromaticities))
    except (np.linalg.LinAlgError, ZeroDivisionError):
        raise ValueError(f"chromaticities {chromaticities} span no color space") from None
    return result


def adaptation(source: tuple[float, float], target: tuple[float, float]) -> NDArray[np.float64]:
    """Return the Bradford matrix on CIE XYZ that turns a white of chromaticity `source` into `target`."""
    return _adapt(_xyz(*source), _xyz(*target))


def _adapt(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    gains = (_BRADFORD @ target) / (_BRADFORD @ source)
    result: NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ np.diag(gains) @ _BRADFORD
    return result


def _white(chromaticities: Chromaticities) -> NDArray[np.float64]:
    return _xyz(chromaticities[6], chromaticities[7])


def _xyz(x: float, y: float) -> NDArray[np.float64]:
    # AP0's blue lies below the x axis, so Y = y and not Y = 1 keeps every primary finite.
    return np.array([x, y, 1 - x - y]) if y == 0 else np.array([x / y, 1.0, (1 - x - y) / y])
