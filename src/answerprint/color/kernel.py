"""The inner loop of baked transforms: pixels looked up in a lattice between its nodes.

numba compiles it once a machine; it holds no lock, so a thread a core scales.
"""

from typing import Any, Final

import numpy as np
from numba import njit, types
from numba.extending import overload
from numpy.typing import NDArray

Plane = NDArray[np.uint16] | NDArray[np.float32]
"""One component, flat: 16-bit stored values that a table turns to light (half floats by their bits), or light itself."""

FINE: Final = 4
"""Parts that a refined cell is cut into along each axis."""
BLOCK: Final = (FINE + 1) ** 3
"""Nodes of a refined cell."""
UNTRUSTED: Final = -2
"""What stands for a coarse cell that is not looked up at all; -1 for one that is not refined."""
RAMP_SHIFT: Final = 17
"""Bits of a float's mantissa below the ramp's index: 64 steps an octave."""

ONE, TWO = np.uint64(1), np.uint64(2)
"""Indices are unsigned throughout: signed ones are checked for counting from the end, at every look-up."""

_compiled: Any = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
_inlined: Any = njit(cache=True, nogil=True, error_model="numpy", inline="always")


@_inlined
def _blend(nodes, base, s0, s1, s2, x, y, z):  # type: ignore[no-untyped-def]
    """Interpolate in the tetrahedron that holds (x, y, z): nodes in order of falling coordinates.

    Which order that is cannot be predicted, so it is found without a branch.
    """
    xy, yz, xz = _mask(x >= y), _mask(y >= z), _mask(x >= z)
    most = (s0 & xy & xz) | (s1 & ~xy & yz) | (s2 & ~xz & ~yz)
    least = (s0 & ~xy & ~xz) | (s1 & xy & ~yz) | (s2 & xz & yz)
    high, low = max(x, y, z), min(x, y, z)
    middle = max(min(x, y), min(max(x, y), z))
    c = base + s0 + s1 + s2
    a, b = base + most, c - least
    wo, wa, wb = np.float32(1) - high, high - middle, middle - low
    return (
        _weighed(nodes, base, a, b, c, wo, wa, wb, low),
        _weighed(nodes, base + ONE, a + ONE, b + ONE, c + ONE, wo, wa, wb, low),
        _weighed(nodes, base + TWO, a + TWO, b + TWO, c + TWO, wo, wa, wb, low),
    )


@_inlined
def _mask(true):  # type: ignore[no-untyped-def]
    return np.uint64(0) - np.uint64(true)


@_inlined
def _weighed(nodes, o, a, b, c, wo, wa, wb, wc):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    return np.uint16(
        wo * np.float32(nodes[o])
        + wa * np.float32(nodes[a])
        + wb * np.float32(nodes[b])
        + wc * np.float32(nodes[c])
        + np.float32(0.5)
    )


@_inlined
def _ramped(value, bias, first, ramp):  # type: ignore[no-untyped-def]
    bits = np.float32(value + bias).view(np.int32) - first
    step = np.uint64(bits >> RAMP_SHIFT)
    part = np.float32(bits & ((1 << RAMP_SHIFT) - 1)) * np.float32(1 / (1 << RAMP_SHIFT))
    low = ramp[step]
    return low + part * (ramp[step + ONE] - low)


def _light_of(plane: Any, light: Any, p: Any) -> Any:
    raise NotImplementedError  # only its compiled forms are called


@overload(_light_of, inline="always")
def _light_of_type(plane, light, p):  # type: ignore[no-untyped-def]  # noqa: ARG001
    if plane.dtype == types.uint16:
        return lambda plane, light, p: light[plane[p]]
    return lambda plane, light, p: plane[p]  # noqa: ARG005


@_compiled
def look_up(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    red, green, blue, light, matrix, top, clamps, bias, ramp, table, side, cells, masks, out, missed
):
    """Look up every pixel of three flat planes into `out`, (3, n), and return how many have to go the exact way.

    Those are named in `missed`, (n,), and `out` is left as it was there. `light`
    turns stored 16-bit values to light.
    """
    top, bias = np.float32(top), np.float32(bias)
    first = bias.view(np.int32)
    last, scale = np.int64(side - 2), np.float32(side - 1)
    zero, fine, edge = np.float32(0), np.float32(FINE), np.int64(FINE - 1)
    s0, s1, s2 = np.uint64(side * side * 3), np.uint64(side * 3), np.uint64(3)
    blocks = np.uint64(side * side * side * 3)
    f0, f1 = np.uint64((FINE + 1) * (FINE + 1) * 3), np.uint64((FINE + 1) * 3)
    m00, m01, m02 = matrix[0, 0], matrix[0, 1], matrix[0, 2]
    m10, m11, m12 = matrix[1, 0], matrix[1, 1], matrix[1, 2]
    m20, m21, m22 = matrix[2, 0], matrix[2, 1], matrix[2, 2]
    count = np.uint64(0)
    for p in range(np.uint64(red.shape[0])):
        r, g, b = _light_of(red, light, p), _light_of(green, light, p), _light_of(blue, light, p)
        x = m00 * r + m01 * g + m02 * b
        y = m10 * r + m11 * g + m12 * b
        z = m20 * r + m21 * g + m22 * b
        if clamps:
            x, y, z = min(max(x, zero), top), min(max(y, zero), top), min(max(z, zero), top)
        elif not (zero <= min(x, y, z) and max(x, y, z) <= top):
            missed[count] = p
            count += ONE
            continue
        x = _ramped(x, bias, first, ramp) * scale
        y = _ramped(y, bias, first, ramp) * scale
        z = _ramped(z, bias, first, ramp) * scale
        i, j, k = min(np.int64(x), last), min(np.int64(y), last), min(np.int64(z), last)
        x, y, z = x - np.float32(i), y - np.float32(j), z - np.float32(k)
        cell = cells[np.uint64((i * (side - 1) + j) * (side - 1) + k)]
        if cell == UNTRUSTED:
            missed[count] = p
            count += ONE
            continue
        base = np.uint64(((i * side + j) * side + k) * 3)
        d0, d1 = s0, s1
        if cell >= 0:
            x, y, z = x * fine, y * fine, z * fine
            i, j, k = np.int64(x), np.int64(y), np.int64(z)
            i, j, k = min(i, edge), min(j, edge), min(k, edge)
            if (masks[np.uint64(cell)] >> np.uint64((i * FINE + j) * FINE + k)) & ONE:
                missed[count] = p
                count += ONE
                continue
            x, y, z = x - np.float32(i), y - np.float32(j), z - np.float32(k)
            base = blocks + np.uint64((cell * BLOCK + (i * (FINE + 1) + j) * (FINE + 1) + k) * 3)
            d0, d1 = f0, f1
        shown = _blend(table, base, d0, d1, s2, x, y, z)
        out[0, p], out[1, p], out[2, p] = shown
    return count


@_compiled
def gather(red, green, blue, light, where):  # type: ignore[no-untyped-def]
    """Return the light of the pixels at `where` as (n, 3)."""
    found = np.empty((where.shape[0], 3), np.float32)
    for n in range(where.shape[0]):
        p = where[n]
        found[n, 0] = _light_of(red, light, p)
        found[n, 1] = _light_of(green, light, p)
        found[n, 2] = _light_of(blue, light, p)
    return found


@_compiled
def scatter(shown, where, out):  # type: ignore[no-untyped-def]
    """Write display values in 0..1, (n, 3), to the pixels at `where` of `out`, (3, n), as 16-bit codes."""
    for n in range(where.shape[0]):
        for channel in range(3):
            value = min(max(shown[n, channel], np.float32(0)), np.float32(1))
            out[channel, where[n]] = np.uint16(value * np.float32(65535) + np.float32(0.5))
