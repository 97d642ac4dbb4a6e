"""The inner loop of baked transforms: pixels looked up in a lattice between its nodes.

numba compiles it once a machine; it holds no lock, so a thread a core scales.
A span of pixels goes through one simple loop after the other, none of which
branches on what it finds: a processor then waits for many nodes at once. Loops
that read tables do nothing else, so that the others are compiled to work on many
pixels in one instruction: a third of the time of finishing pixel by pixel.
"""

from typing import Any, Final

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from answerprint.compiling import compiling

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
SPAN: Final = 1024
"""Pixels that go through the loops together: what is known of them stays in the first cache."""

ONE, TWO, THREE = np.uint64(1), np.uint64(2), np.uint64(3)
"""Indices are unsigned throughout: signed ones are checked for counting from the end, at every look-up."""
_HALF: Final = np.float32(0.5)
_BELOW: Final = np.int32((1 << RAMP_SHIFT) - 1)
_UNIT: Final = np.float32(2.0**-RAMP_SHIFT)
_LARGEST: Final = np.float32(65504)
_INFINITE: Final = np.float32(np.inf)

compiled: Any = compiling(error_model="numpy", fastmath={"contract"})
_inlined: Any = compiling(error_model="numpy", inline="always")


@compiled
def look_up(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    red, green, blue, light, matrix, top, clamps, bias, ramp, table, side, cells, masks, out, missed
):
    """Look up every pixel of three flat planes into `out`, (3, n), and return how many have to go the exact way.

    Those are named in `missed`, (n,), and what `out` holds of them means
    nothing. `light` turns stored 16-bit values to light.
    """
    x, y, z, low, rise = (
        np.empty(SPAN, np.float32), np.empty(SPAN, np.float32), np.empty(SPAN, np.float32),
        np.empty(SPAN, np.float32), np.empty(SPAN, np.float32),
    )  # fmt: skip
    base, place, cell, fourth = (
        np.empty(SPAN, np.int32), np.empty(SPAN, np.int32), np.empty(SPAN, np.int32),
        np.empty(SPAN, np.int32),
    )  # fmt: skip
    fine, lost = np.empty(SPAN, np.bool_), np.empty(SPAN, np.bool_)
    count, pixels = 0, red.shape[0]
    for start in range(0, pixels, SPAN):
        end = min(start + SPAN, pixels)
        n = end - start
        _onto_axes(
            red[start:end], green[start:end], blue[start:end], light, matrix, top, clamps,
            x, y, z, lost,
        )  # fmt: skip
        for axis in (x, y, z):
            _along_ramp(axis[:n], bias, ramp, side, place, low, rise)
        _into_cells(x[:n], y[:n], z[:n], side, cells, place, cell)
        _into_parts(x[:n], y[:n], z[:n], side, cell, masks, place, base, fine, lost)
        _between_nodes(
            x[:n], y[:n], z[:n], base, fine, place, cell, fourth, side, table,
            out[0, start:end], out[1, start:end], out[2, start:end],
        )  # fmt: skip
        for p in range(n):
            missed[count] = start + p
            count += lost[p]
    return count


def light_of(plane: Any, light: Any, p: Any) -> Any:
    """Return the light of pixel `p` of a plane, by the table `light` where it stores 16-bit values."""
    raise NotImplementedError  # only its compiled forms are called


@overload(light_of, inline="always")
def _light_of_type(plane, light, p):  # type: ignore[no-untyped-def]  # noqa: ARG001
    if plane.dtype == types.uint16:
        return lambda plane, light, p: light[plane[p]]
    return lambda plane, light, p: _finite(plane[p])  # noqa: ARG005


@compiled
def _finite(value):  # type: ignore[no-untyped-def]
    """Return a float as a half can hold it where it is none: the largest for infinity, 0 for no number."""
    near = min(max(value, -_LARGEST), _LARGEST)
    whole = value if abs(value) < _INFINITE else near
    return whole if value == value else np.float32(0)  # noqa: PLR0124


@compiled
def _onto_axes(red, green, blue, light, matrix, top, clamps, x, y, z, lost):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Bring pixels to the lattice's axes, clamped to 0..top; where that is not the transform's own way, they are lost."""
    top, zero = np.float32(top), np.float32(0)
    m00, m01, m02 = matrix[0, 0], matrix[0, 1], matrix[0, 2]
    m10, m11, m12 = matrix[1, 0], matrix[1, 1], matrix[1, 2]
    m20, m21, m22 = matrix[2, 0], matrix[2, 1], matrix[2, 2]
    for p in range(red.shape[0]):
        x[p], y[p], z[p] = (
            light_of(red, light, p),
            light_of(green, light, p),
            light_of(blue, light, p),
        )
    for p in range(red.shape[0]):
        r, g, b = x[p], y[p], z[p]
        u = m00 * r + m01 * g + m02 * b
        v = m10 * r + m11 * g + m12 * b
        w = m20 * r + m21 * g + m22 * b
        lost[p] = not (clamps or (zero <= min(u, v, w) and max(u, v, w) <= top))
        x[p], y[p], z[p] = (
            min(max(u, zero), top),
            min(max(v, zero), top),
            min(max(w, zero), top),
        )


@compiled
def _along_ramp(axis, bias, ramp, side, place, low, rise):  # type: ignore[no-untyped-def]
    """Replace values by where they lie along an axis, 0 to side - 1."""
    bias, scale = np.float32(bias), np.float32(side - 1)
    first = bias.view(np.int32)
    for p in range(axis.shape[0]):
        place[p] = np.int32(np.float32(axis[p] + bias).view(np.int32) - first)
    for p in range(axis.shape[0]):
        step = np.uint64(place[p] >> RAMP_SHIFT)
        begin = ramp[step]
        low[p], rise[p] = begin, ramp[step + ONE] - begin
    for p in range(axis.shape[0]):
        part = np.float32(place[p] & _BELOW) * _UNIT
        axis[p] = (low[p] + part * rise[p]) * scale


@compiled
def _into_cells(x, y, z, side, cells, place, cell):  # type: ignore[no-untyped-def]
    """Find the coarse cells that places lie in, and what stands for them."""
    last, along = np.int32(side - 2), np.int32(side - 1)
    for p in range(x.shape[0]):
        i, j, k = min(np.int32(x[p]), last), min(np.int32(y[p]), last), min(np.int32(z[p]), last)
        place[p] = (i * along + j) * along + k
    for p in range(x.shape[0]):
        cell[p] = cells[np.uint64(place[p])]


@compiled
def _into_parts(x, y, z, side, cell, masks, place, base, fine, lost):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Replace places by where they lie in their cell, or part of a refined one, and name the first node of it.

    `fine` says which lie in a part; what is not to be trusted is lost.
    """
    last, blocks = np.int32(side - 2), np.int32(side * side * side)
    across = np.int32(side)
    for p in range(x.shape[0]):
        u, v, w = x[p], y[p], z[p]
        i, j, k = min(np.int32(u), last), min(np.int32(v), last), min(np.int32(w), last)
        u, v, w = u - np.float32(i), v - np.float32(j), w - np.float32(k)
        refined = cell[p] >= 0
        block = max(cell[p], np.int32(0))
        edge = np.int32(FINE - 1) if refined else np.int32(0)
        parts = np.float32(edge + np.int32(1))
        u, v, w = u * parts, v * parts, w * parts
        a, b, c = min(np.int32(u), edge), min(np.int32(v), edge), min(np.int32(w), edge)
        x[p], y[p], z[p] = u - np.float32(a), v - np.float32(b), w - np.float32(c)
        coarse = (i * across + j) * across + k
        part = (a * np.int32(FINE + 1) + b) * np.int32(FINE + 1) + c
        base[p] = (blocks + block * np.int32(BLOCK) + part) if refined else coarse
        fine[p] = refined
        place[p] = (a * np.int32(FINE) + b) * np.int32(FINE) + c
    for p in range(x.shape[0]):
        mask = masks[np.uint64(max(cell[p], np.int32(0)))]
        marked = fine[p] & ((mask >> np.uint64(place[p])) & ONE != 0)
        lost[p] |= marked | (cell[p] == UNTRUSTED)


@compiled
def _between_nodes(x, y, z, base, fine, second, third, fourth, side, table, red, green, blue):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Interpolate in the tetrahedron that holds (x, y, z): nodes in order of falling coordinates.

    Which order that is cannot be predicted, so it is found without a branch.
    """
    s0, s1, s2 = np.int32(side * side), np.int32(side), np.int32(1)
    f0, f1 = np.int32((FINE + 1) * (FINE + 1)), np.int32(FINE + 1)
    for p in range(x.shape[0]):
        u, v, w = x[p], y[p], z[p]
        inside = _mask(fine[p])
        d0, d1 = s0 ^ ((s0 ^ f0) & inside), s1 ^ ((s1 ^ f1) & inside)
        uv, vw, uw = _mask(u >= v), _mask(v >= w), _mask(u >= w)
        most = (d0 & uv & uw) | (d1 & ~uv & vw) | (s2 & ~uw & ~vw)
        least = (d0 & ~uv & ~uw) | (d1 & uv & ~vw) | (s2 & uw & vw)
        second[p] = base[p] + most
        third[p] = base[p] + d0 + d1 + s2 - least
        fourth[p] = base[p] + d0 + d1 + s2
        high, low = max(u, v, w), min(u, v, w)
        x[p], y[p], z[p] = high, max(min(u, v), min(max(u, v), w)), low
    for p in range(x.shape[0]):
        high, middle, low = x[p], y[p], z[p]
        wo, wa, wb = np.float32(1) - high, high - middle, middle - low
        o, a = np.uint64(base[p]) * THREE, np.uint64(second[p]) * THREE
        b, c = np.uint64(third[p]) * THREE, np.uint64(fourth[p]) * THREE
        red[p] = _weighed(table, o, a, b, c, wo, wa, wb, low)
        green[p] = _weighed(table, o + ONE, a + ONE, b + ONE, c + ONE, wo, wa, wb, low)
        blue[p] = _weighed(table, o + TWO, a + TWO, b + TWO, c + TWO, wo, wa, wb, low)


@_inlined
def _mask(true):  # type: ignore[no-untyped-def]
    return np.int32(0) - np.int32(true)


@_inlined
def _weighed(nodes, o, a, b, c, wo, wa, wb, wc):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    return np.uint16(
        wo * np.float32(nodes[o])
        + wa * np.float32(nodes[a])
        + wb * np.float32(nodes[b])
        + wc * np.float32(nodes[c])
        + _HALF
    )


@compiled
def gather(red, green, blue, light, where):  # type: ignore[no-untyped-def]
    """Return the light of the pixels at `where` as (n, 3)."""
    found = np.empty((where.shape[0], 3), np.float32)
    for n in range(where.shape[0]):
        p = where[n]
        found[n, 0] = light_of(red, light, p)
        found[n, 1] = light_of(green, light, p)
        found[n, 2] = light_of(blue, light, p)
    return found


@compiled
def scatter(shown, where, out):  # type: ignore[no-untyped-def]
    """Write display values in 0..1, (n, 3), to the pixels at `where` of `out`, (3, n), as 16-bit codes."""
    for n in range(where.shape[0]):
        for channel in range(3):
            value = min(max(shown[n, channel], np.float32(0)), np.float32(1))
            out[channel, where[n]] = np.uint16(value * np.float32(65535) + np.float32(0.5))
