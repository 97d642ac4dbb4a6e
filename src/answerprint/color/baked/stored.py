"""The light of stored pixels, read many at a time: half floats by their bits, codes by a table, floats as they are.

Light is finite, as no display shows anything else: 0 for what is no number, the
largest half float for infinity.
"""

from typing import Any, Final

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from answerprint.compiling import compiling

Plane = NDArray[np.int16] | NDArray[np.uint16] | NDArray[np.float32]
"""One component, flat: half floats by their bits, 16-bit codes that a table turns to light, or light itself."""

compiled: Any = compiling(error_model="numpy", fastmath={"contract"})

_LARGEST: Final = np.float32(65504)
_INFINITE: Final = np.float32(np.inf)
_HALF_SHIFT: Final = np.int32(13)
_HALF_BIAS: Final = np.int32((127 - 15) << 23)
_DENORMAL: Final = np.int32(1 << 10)
_HALF_INFINITY: Final = np.int32(0x7C00)
_LEAST_NORMAL: Final = np.float32(2.0**-14)
_LOWEST: Final = np.float32(-3e38)
_ODD: Final = (np.uint32(0x9E3779B1), np.uint32(0x85EBCA77), np.uint32(0xC2B2AE3D))
"""Multipliers that spread what differs in few bits over all of them: xxhash's."""


def light_of(plane: Any, light: Any, found: Any) -> Any:
    """Write the light of a plane to `found`, by the table `light` where it stores codes."""
    raise NotImplementedError  # only its compiled forms are called


@overload(light_of, inline="always")
def _light_of_type(plane, light, found):  # type: ignore[no-untyped-def]  # noqa: ARG001
    if plane.dtype == types.uint16:
        return lambda plane, light, found: _of_codes(plane, light, found)  # noqa: PLW0108
    if plane.dtype == types.int16:
        return lambda plane, light, found: _of_halves(plane, found)  # noqa: ARG005
    return lambda plane, light, found: _of_floats(plane, found)  # noqa: ARG005


@compiled
def _of_codes(plane, light, found):  # type: ignore[no-untyped-def]
    for p in range(plane.shape[0]):
        found[p] = light[plane[p]]


@compiled
def _of_halves(plane, found):  # type: ignore[no-untyped-def]
    """Move a half's bits to where a float has them: no table of 256 kilobytes, and no branch."""
    for p in range(plane.shape[0]):
        bits = np.int32(plane[p])
        size = bits & np.int32(0x7FFF)
        denormal = size < _DENORMAL
        moved = np.int32((size << _HALF_SHIFT) + _HALF_BIAS)
        # A denormal is what its bits add to the least normal number.
        normal = moved.view(np.float32)
        more = np.int32(moved + np.int32(1 << 23)).view(np.float32) - _LEAST_NORMAL
        value = min(more if denormal else normal, _LARGEST)
        value = np.float32(0) if size > _HALF_INFINITY else value
        found[p] = -value if bits < 0 else value


@compiled
def _of_floats(plane, found):  # type: ignore[no-untyped-def]
    for p in range(plane.shape[0]):
        value = plane[p]
        near = min(max(value, -_LARGEST), _LARGEST)
        whole = value if abs(value) < _INFINITE else near
        found[p] = whole if value == value else np.float32(0)  # noqa: PLR0124


@compiled
def mix(matrix, x, y, z):  # type: ignore[no-untyped-def]
    """Bring colors to other axes in place: rounded products are added in the order of channels, as OpenColorIO does."""
    m00, m01, m02 = matrix[0, 0], matrix[0, 1], matrix[0, 2]
    m10, m11, m12 = matrix[1, 0], matrix[1, 1], matrix[1, 2]
    m20, m21, m22 = matrix[2, 0], matrix[2, 1], matrix[2, 2]
    for p in range(x.shape[0]):
        r, g, b = x[p], y[p], z[p]
        x[p] = _alone(m00 * r) + _alone(m01 * g) + _alone(m02 * b)
        y[p] = _alone(m10 * r) + _alone(m11 * g) + _alone(m12 * b)
        z[p] = _alone(m20 * r) + _alone(m21 * g) + _alone(m22 * b)


@compiled
def _alone(product):  # type: ignore[no-untyped-def]
    """Return a product rounded for itself: numba joins one with the sum it is part of, allowed to or not, but not past this."""
    return max(product, _LOWEST)


@compiled
def gather(red, green, blue, light, matrix, where):  # type: ignore[no-untyped-def]
    """Return the light of the pixels at `where` as (n, 3), brought to other axes by `matrix`, float32."""
    count = where.shape[0]
    found = np.empty((count, 3), np.float32)
    axis = np.empty((3, count), np.float32)
    light_of(red[where], light, axis[0])
    light_of(green[where], light, axis[1])
    light_of(blue[where], light, axis[2])
    mix(matrix, axis[0], axis[1], axis[2])
    for n in range(count):
        found[n, 0], found[n, 1], found[n, 2] = axis[0, n], axis[1, n], axis[2, n]
    return found


@compiled
def distinct(colors):  # type: ignore[no-untyped-def]
    """Return the distinct ones of colors, (n, 3), in the order they come in, and which of them each one is, (n,).

    A hash table of twice as many places: some ten nanoseconds a color.
    """
    count, places = colors.shape[0], 2
    while places < 2 * count:
        places *= 2
    last, held = np.uint32(places - 1), np.full(places, -1, np.int32)
    bits, kept = colors.view(np.uint32), np.empty_like(colors)
    firsts, which, found = np.empty(count, np.int32), np.empty(count, np.int32), 0
    for n in range(count):
        red, green, blue = bits[n, 0], bits[n, 1], bits[n, 2]
        mixed = np.uint32(red * _ODD[0]) ^ np.uint32(green * _ODD[1]) ^ np.uint32(blue * _ODD[2])
        place = (mixed ^ (mixed >> np.uint32(15))) & last
        while held[place] >= 0:
            same = firsts[held[place]]
            if bits[same, 0] == red and bits[same, 1] == green and bits[same, 2] == blue:
                break
            place = (place + np.uint32(1)) & last
        if held[place] < 0:
            held[place], firsts[found] = found, n
            kept[found] = colors[n]
            found += 1
        which[n] = held[place]
    return kept[:found], which


@compiled
def scatter(shown, which, where, out):  # type: ignore[no-untyped-def]
    """Write display values in 0..1 to the pixels at `where` of `out`, (3, n), as 16-bit codes: `shown[which[n]]` to each."""
    for n in range(where.shape[0]):
        for channel in range(3):
            value = min(max(shown[which[n], channel], np.float32(0)), np.float32(1))
            out[channel, where[n]] = np.uint16(value * np.float32(65535) + np.float32(0.5))
