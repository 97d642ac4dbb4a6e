"""The inner loop of baked transforms: pixels looked up in a lattice between its nodes.

numba compiles it once a machine; it holds no lock, so a thread a core scales.
A span of pixels goes through one simple loop after the other, none of which
branches on what it finds: a processor then waits for many nodes at once. Loops
that read tables do nothing else, so that the others are compiled to work on many
pixels in one instruction. What belongs together lies side by side in eight bytes, and is
read at once: a step of the ramp and what it rises by, a node and the mark of its part.
Half the time of reading each for itself.
"""

from typing import Final

import numpy as np

from answerprint.color.baked.stored import compiled, light_of, mix

FINE: Final = 4
"""Parts that a refined cell is cut into along each axis."""
BLOCK: Final = (FINE + 1) ** 3
"""Nodes of a refined cell."""
RAMP_SHIFT: Final = 17
"""Bits of a float's mantissa below the ramp's index: 64 steps an octave."""
SPAN: Final = 256
"""Pixels that go through the loops together: what is known of them stays in the first cache."""

_HALF: Final = np.float32(0.5)
_BELOW: Final = np.int32((1 << RAMP_SHIFT) - 1)
_UNIT: Final = np.float32(2.0**-RAMP_SHIFT)


@compiled
def look_up(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    red, green, blue, light, matrix, top, clamps, bias, ramp, table, side, cells, out, missed
):
    """Look up every pixel of three flat planes into `out`, (3, n), and return how many have to go the exact way.

    Those are named in `missed`, (n,), and what `out` holds of them means
    nothing. `light` turns stored 16-bit codes to light. `ramp` holds pairs of
    float32 and `table` four uint16 a node, each as one integer.
    """
    x, y, z = np.empty(SPAN, np.float32), np.empty(SPAN, np.float32), np.empty(SPAN, np.float32)
    place, cell, first, second, third, fourth = (
        np.empty(SPAN, np.int32), np.empty(SPAN, np.int32), np.empty(SPAN, np.int32),
        np.empty(SPAN, np.int32), np.empty(SPAN, np.int32), np.empty(SPAN, np.int32),
    )  # fmt: skip
    o, a, b, c = (
        np.empty(SPAN, np.int64), np.empty(SPAN, np.int64), np.empty(SPAN, np.int64),
        np.empty(SPAN, np.int64),
    )  # fmt: skip
    steps, nodes = o.view(np.float32), o.view(np.uint16)
    nodes_a, nodes_b, nodes_c = a.view(np.uint16), b.view(np.uint16), c.view(np.uint16)
    lost = np.empty(SPAN, np.uint8)
    count, pixels = 0, red.shape[0]
    for start in range(0, pixels, SPAN):
        end = min(start + SPAN, pixels)
        n = end - start
        x, y, z = x[:n], y[:n], z[:n]
        light_of(red[start:end], light, x)
        light_of(green[start:end], light, y)
        light_of(blue[start:end], light, z)
        mix(matrix, x, y, z)
        _clamp(x, y, z, top, clamps, lost)
        for axis in (x, y, z):
            _along_ramp(axis, bias, ramp, side, place, o, steps)
        _into_cells(x, y, z, side, cells, place, cell)
        _into_parts(x, y, z, side, cell, first)
        _in_order(x, y, z, side, cell, first, second, third, fourth)
        _read(first[:n], second, third, fourth, table, o, a, b, c)
        any_lost = _marked(nodes, lost[:n])
        _weigh(
            x, y, z, nodes, nodes_a, nodes_b, nodes_c,
            out[0, start:end], out[1, start:end], out[2, start:end],
        )  # fmt: skip
        if any_lost:
            for p in range(n):
                missed[count] = start + p
                count += lost[p]
    return count


@compiled
def _clamp(x, y, z, top, clamps, lost):  # type: ignore[no-untyped-def]
    """Clamp pixels to 0..top; where that is not the transform's own way, they are lost."""
    top, zero = np.float32(top), np.float32(0)
    for p in range(x.shape[0]):
        u, v, w = x[p], y[p], z[p]
        inside = zero <= min(u, v, w) and max(u, v, w) <= top
        lost[p] = np.uint8(not (clamps or inside))
        x[p], y[p], z[p] = min(max(u, zero), top), min(max(v, zero), top), min(max(w, zero), top)


@compiled
def _along_ramp(axis, bias, ramp, side, place, pairs, steps):  # type: ignore[no-untyped-def]
    """Replace values by where they lie along an axis, 0 to side - 1."""
    bias, scale = np.float32(bias), np.float32(side - 1)
    least = bias.view(np.int32)
    for p in range(axis.shape[0]):
        place[p] = np.int32(np.float32(axis[p] + bias).view(np.int32) - least)
    for p in range(axis.shape[0]):
        pairs[p] = ramp[np.uint64(place[p] >> RAMP_SHIFT)]
    for p in range(axis.shape[0]):
        part = np.float32(place[p] & _BELOW) * _UNIT
        axis[p] = (steps[2 * p] + part * steps[2 * p + 1]) * scale


@compiled
def _into_cells(x, y, z, side, cells, place, cell):  # type: ignore[no-untyped-def]
    """Find what stands for the coarse cells that places lie in."""
    last, along = np.int32(side - 2), np.int32(side - 1)
    for p in range(x.shape[0]):
        i, j, k = min(np.int32(x[p]), last), min(np.int32(y[p]), last), min(np.int32(z[p]), last)
        place[p] = (i * along + j) * along + k
    for p in range(x.shape[0]):
        cell[p] = cells[np.uint64(place[p])]


@compiled
def _into_parts(x, y, z, side, cell, first):  # type: ignore[no-untyped-def]
    """Replace places by where they lie in their cell, or part of a refined one, and name the first node of it."""
    last, blocks = np.int32(side - 2), np.int32(side * side * side)
    across, within = np.int32(side), np.int32(FINE + 1)
    for p in range(x.shape[0]):
        u, v, w = x[p], y[p], z[p]
        i, j, k = min(np.int32(u), last), min(np.int32(v), last), min(np.int32(w), last)
        u, v, w = u - np.float32(i), v - np.float32(j), w - np.float32(k)
        refined = cell[p] >= 0
        edge = np.int32(FINE - 1) if refined else np.int32(0)
        parts = np.float32(edge + np.int32(1))
        u, v, w = u * parts, v * parts, w * parts
        a, b, c = min(np.int32(u), edge), min(np.int32(v), edge), min(np.int32(w), edge)
        x[p], y[p], z[p] = u - np.float32(a), v - np.float32(b), w - np.float32(c)
        coarse = (i * across + j) * across + k
        fine = blocks + cell[p] * np.int32(BLOCK) + (a * within + b) * within + c
        first[p] = fine if refined else coarse


@compiled
def _in_order(x, y, z, side, cell, first, second, third, fourth):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Name the nodes of the tetrahedron that holds (x, y, z), and put coordinates in falling order, as they are gone along."""
    coarse_i, coarse_j, k = np.int32(side * side), np.int32(side), np.int32(1)
    fine_i, fine_j = np.int32((FINE + 1) * (FINE + 1)), np.int32(FINE + 1)
    for p in range(x.shape[0]):
        u, v, w = x[p], y[p], z[p]
        i = fine_i if cell[p] >= 0 else coarse_i
        j = fine_j if cell[p] >= 0 else coarse_j
        uv, vw, uw = u >= v, v >= w, u >= w
        most = i if uv and uw else (j if vw else k)
        most = k if not uw and not vw else most
        least = k if uw and vw else (j if uv else i)
        least = i if not uv and not uw else least
        second[p] = first[p] + most
        third[p] = first[p] + i + j + k - least
        fourth[p] = first[p] + i + j + k
        x[p], y[p], z[p] = max(u, v, w), max(min(u, v), min(max(u, v), w)), min(u, v, w)


@compiled
def _read(first, second, third, fourth, table, o, a, b, c):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Read nodes. Indices are unsigned: signed ones are checked for counting from the end, every time."""
    for p in range(first.shape[0]):
        o[p], a[p] = table[np.uint64(first[p])], table[np.uint64(second[p])]
        b[p], c[p] = table[np.uint64(third[p])], table[np.uint64(fourth[p])]


@compiled
def _marked(nodes, lost):  # type: ignore[no-untyped-def]
    """Lose pixels in marked parts, and say whether any is lost."""
    found = np.uint8(0)
    for p in range(lost.shape[0]):
        lost[p] |= np.uint8(nodes[4 * p + 3])
        found |= lost[p]
    return found > 0


@compiled
def _weigh(x, y, z, o, a, b, c, red, green, blue):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Interpolate between nodes, each four numbers, by coordinates in falling order."""
    for p in range(x.shape[0]):
        wc, n = z[p], 4 * p
        wo, wa, wb = np.float32(1) - x[p], x[p] - y[p], y[p] - wc
        red[p] = _sum(wo, o[n], wa, a[n], wb, b[n], wc, c[n])
        green[p] = _sum(wo, o[n + 1], wa, a[n + 1], wb, b[n + 1], wc, c[n + 1])
        blue[p] = _sum(wo, o[n + 2], wa, a[n + 2], wb, b[n + 2], wc, c[n + 2])


@compiled
def _sum(wo, o, wa, a, wb, b, wc, c):  # type: ignore[no-untyped-def]
    code = wo * np.float32(o) + wa * np.float32(a) + wb * np.float32(b) + wc * np.float32(c)
    return np.uint16(np.int32(code + _HALF))
