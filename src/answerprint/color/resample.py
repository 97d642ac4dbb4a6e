"""Pictures brought to another size: separable filters, widened where a picture shrinks so that nothing aliases.

Sizes map edge to edge: output sample i lies at (i + 1/2) in/out − 1/2, so that
nothing moves by half a pixel. numba compiles the inner loop once a machine; it
holds no lock, so a thread a core scales. No fused multiplications: every
machine makes the same picture.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.taps import Filter, taps
from answerprint.compiling import compiling
from answerprint.order import Size

Plane = NDArray[np.uint16] | NDArray[np.float16] | NDArray[np.float32]
"""One component of a picture, (h, w): full-range display codes of 16 bits, or light."""
Box = tuple[int, int, int, int]
"""Left, top, width and height of a part of a picture, in pixels."""

_LANES: Final = 16
"""Output lines worked on side by side: a cache line of floats, and one register of the widest processors."""
_CODE, _HALF, _FLOAT = 0, 1, 2
_BRIGHTEST: Final = 65504.0
"""Largest half float, which infinite light is filtered as."""

_compiled: Any = compiling(error_model="numpy")


def resample(
    planes: Sequence[Plane],
    size: Size,
    *,
    filter_: Filter,
    box: Box | None = None,
) -> NDArray[np.uint16] | NDArray[np.float32]:
    """Bring `box` of every plane, all of it where None, to `size`: (c, height, width).

    Planes have one shape and one type. Display codes (uint16) come back as
    rounded and clipped uint16, light (float16 or float32) as float32, computed
    in float32 either way. Light that is not a number counts as 0 and infinite
    light as ±65504. Nothing outside `box` has a say. An axis that keeps its size
    is passed on as it is.

    Memory: the result and some 60 lines, more where a picture shrinks a lot.
    Raises ValueError for planes that differ or are of another type, and for a
    box that is empty or reaches outside.
    """
    first = planes[0]
    left, top, width, height = box or (0, 0, first.shape[1], first.shape[0])
    _require(planes, (left, top, width, height))
    across, down = taps(width, size[0], filter_.kernel), taps(height, size[1], filter_.kernel)
    codes = first.dtype == np.uint16
    result = np.empty((len(planes), size[1], size[0]), np.uint16 if codes else np.float32)
    for plane, out in zip(planes, result, strict=True):
        bits, kind = _as_bits(plane)
        _filter_plane(
            bits, kind, (left, top), width, down.arrays, across.arrays, filter_.bounded, out
        )
    return result


def _require(planes: Sequence[Plane], box: Box) -> None:
    height, width = planes[0].shape
    left, top, across, down = box
    if any(p.shape != (height, width) or p.dtype != planes[0].dtype for p in planes):
        raise ValueError("planes of one picture have one shape and one type")
    if planes[0].dtype not in (np.uint16, np.float16, np.float32):
        raise ValueError(f"planes are uint16, float16 or float32, not {planes[0].dtype}")
    if min(across, down) < 1 or min(left, top) < 0 or left + across > width or top + down > height:
        raise ValueError(f"{across}x{down}+{left}+{top} is no part of {width}x{height}")


def _as_bits(plane: Plane) -> tuple[NDArray[np.uint16] | NDArray[np.uint32], int]:
    """Return the stored bits of a plane, and what they mean: numba knows no half floats on a processor."""
    whole = np.ascontiguousarray(plane)
    if whole.dtype == np.float32:
        return whole.view(np.uint32), _FLOAT
    return whole.view(np.uint16), _CODE if whole.dtype == np.uint16 else _HALF


@_compiled
def _read_line(bits, kind, y, left, line):  # type: ignore[no-untyped-def]
    """Turn one line of stored bits to floats that can be filtered."""
    if kind == _CODE:
        for x in range(line.shape[0]):
            line[x] = np.float32(bits[y, left + x])
    elif kind == _HALF:
        # A half's bits, moved to where a float has them, are that float times 2^-112; what is
        # not finite comes out as 65536 and more.
        for x in range(line.shape[0]):
            half = np.int32(bits[y, left + x])
            size = np.int32((half & 0x7FFF) << 13).view(np.float32) * np.float32(2.0**112)
            size = np.float32(0) if size > np.float32(65536) else min(size, np.float32(_BRIGHTEST))
            line[x] = -size if half & 0x8000 else size
    else:
        for x in range(line.shape[0]):
            value = np.uint32(bits[y, left + x]).view(np.float32)
            value = value if value == value else np.float32(0)  # noqa: PLR0124  not a number
            if abs(value) == np.float32(np.inf):
                value = np.float32(_BRIGHTEST) if value > 0 else np.float32(-_BRIGHTEST)
            line[x] = value


@_compiled
def _mix_lines(ring, start, weights, lobe, bounded, line, low, high):  # type: ignore[no-untyped-def]
    """Weigh the lines of one output line; four at a time, because every visit to `line` costs."""
    depth, count = ring.shape[0], weights.shape[0]
    first, w = ring[start % depth], weights[0]
    for x in range(line.shape[0]):
        line[x] = w * first[x]
    whole = 1 + (count - 1) // 4 * 4
    for k in range(1, whole, 4):
        a, b = ring[(start + k) % depth], ring[(start + k + 1) % depth]
        c, d = ring[(start + k + 2) % depth], ring[(start + k + 3) % depth]
        wa, wb, wc, wd = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        for x in range(line.shape[0]):
            line[x] += (wa * a[x] + wb * b[x]) + (wc * c[x] + wd * d[x])
    for k in range(whole, count):
        a, wa = ring[(start + k) % depth], weights[k]
        for x in range(line.shape[0]):
            line[x] += wa * a[x]
    if bounded:
        first = ring[lobe[0] % depth]
        low[:] = first
        high[:] = first
        for n in range(lobe[0] + 1, lobe[1] + 1):
            a = ring[n % depth]
            for x in range(line.shape[0]):
                low[x] = min(low[x], a[x])
                high[x] = max(high[x], a[x])
        for x in range(line.shape[0]):
            line[x] = min(max(line[x], low[x]), high[x])


@_compiled
def _mix_columns(turned, across, bounded, mixed):  # type: ignore[no-untyped-def]
    """Weigh the columns of `_LANES` lines at once: `turned` and `mixed` are (x, line)."""
    starts, weights, lobes = across
    low, high = np.empty(_LANES, np.float32), np.empty(_LANES, np.float32)
    for i in range(mixed.shape[0]):
        start = starts[i]
        for n in range(_LANES):
            mixed[i, n] = weights[i, 0] * turned[start, n]
        for k in range(1, weights.shape[1]):
            w = weights[i, k]
            for n in range(_LANES):
                mixed[i, n] += w * turned[start + k, n]
        if bounded:
            for n in range(_LANES):
                low[n] = high[n] = turned[lobes[i, 0], n]
            for x in range(lobes[i, 0] + 1, lobes[i, 1] + 1):
                for n in range(_LANES):
                    low[n] = min(low[n], turned[x, n])
                    high[n] = max(high[n], turned[x, n])
            for n in range(_LANES):
                mixed[i, n] = min(max(mixed[i, n], low[n]), high[n])


@_compiled
def _filter_plane(bits, kind, corner, width, down, across, bounded, out):  # type: ignore[no-untyped-def]
    """Filter one plane into `out`: down the columns first, then along `_LANES` of the lines so made."""
    left, top = corner
    starts, weights, lobes = down
    depth = weights.shape[1]
    ring = np.empty((depth, width), np.float32)
    lines = np.zeros((_LANES, width), np.float32)
    low, high = np.empty(width, np.float32), np.empty(width, np.float32)
    turned = np.empty((width, _LANES), np.float32)
    mixed = np.empty((out.shape[1], _LANES), np.float32)
    ready = 0
    for y in range(0, out.shape[0], _LANES):
        used = min(_LANES, out.shape[0] - y)
        for n in range(used):
            start = starts[y + n]
            ready = max(ready, start)
            while ready < start + depth:
                _read_line(bits, kind, top + ready, left, ring[ready % depth])
                ready += 1
            _mix_lines(ring, start, weights[y + n], lobes[y + n], bounded, lines[n], low, high)
        for x in range(width):
            for n in range(_LANES):
                turned[x, n] = lines[n, x]
        _mix_columns(turned, across, bounded, mixed)
        for n in range(used):
            for x in range(out.shape[1]):
                out[y + n, x] = _stored(mixed[x, n], kind)


@_compiled
def _stored(value, kind):  # type: ignore[no-untyped-def]
    if kind == _CODE:
        return min(max(value, np.float32(0)), np.float32(65535)) + np.float32(0.5)
    return value
