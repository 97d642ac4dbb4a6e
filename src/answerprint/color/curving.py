"""The inner loop of transforms that are a matrix and a curve a channel: no lattice, and no branch.

As in `kernel`, a span of pixels goes through one simple loop after the other.
Those that read tables do nothing else, so that the others work on many pixels in
one instruction: a third of the time of doing it all in one loop.
"""

from typing import Final

import numpy as np

from answerprint.color.kernel import ONE, SPAN, compiled, light_of

STEP_SHIFT: Final = 17
"""Bits of a float's mantissa below the index of a table: 64 steps an octave."""

_HALF: Final = np.float32(0.5)
_WHITE: Final = np.float32(65535)
_BELOW: Final = np.int32((1 << STEP_SHIFT) - 1)
_LEAST_RISE: Final = np.float32(0.5)
_LEAST_SHARE: Final = np.float32(2.0**-11)
"""What tables are taken to rise by at least, in codes and as a share of a gain: where one is flat, rounding may lead elsewhere."""
_UNIT: Final = np.float32(2.0**-STEP_SHIFT)


@compiled
def show_by_curves(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    red, green, blue, light, matrix, weights, gains, curves, bias, top, doubts, out, missed
):
    """Show every pixel of three flat planes in `out`, (3, n), and return how many have to go the exact way.

    Those are named in `missed`, (n,), and what `out` holds of them means
    nothing. `light` turns stored 16-bit values to light. Tables are indexed by
    magnitude, `bias` to `top`; `gains` of one node are none. `doubts`, (4,), are what
    makes too much, of a table's rise over a step and a pixel's largest component,
    for a magnitude: of each axis, and of the luminance.
    """
    axes, most = np.empty((3, SPAN), np.float32), np.empty(SPAN, np.float32)
    lost, place = np.empty(SPAN, np.uint8), np.empty(SPAN, np.int32)
    size, low, rise = (
        np.empty(SPAN, np.float32),
        np.empty(SPAN, np.float32),
        np.empty(SPAN, np.float32),
    )
    count, pixels = 0, red.shape[0]
    for start in range(0, pixels, SPAN):
        end = min(start + SPAN, pixels)
        n = end - start
        _onto_axes(
            red[start:end], green[start:end], blue[start:end], light, matrix, top, axes, most, lost
        )
        if gains.size > 1:
            _luminance(axes, weights, size[:n])
            _into_table(size[:n], bias, top, place, size)
            _read(place[:n], gains, low, rise)
            _multiply(axes, place[:n], size, low, rise, doubts[3], most, lost)
        for channel in range(3):
            axis = axes[channel]
            _into_table(axis[:n], bias, top, place, size)
            _read(place[:n], curves[channel], low, rise)
            _along_curve(
                axis[:n], place, size, low, rise, curves[channel, 0], doubts[channel], most,
                out[channel, start:end], lost,
            )  # fmt: skip
        for p in range(n):
            missed[count] = start + p
            count += lost[p]
    return count


@compiled
def _onto_axes(red, green, blue, light, matrix, top, axes, most, lost):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Bring pixels to the axes and find their largest component; those past `top` are lost."""
    x, y, z = axes[0], axes[1], axes[2]
    m00, m01, m02 = matrix[0, 0], matrix[0, 1], matrix[0, 2]
    m10, m11, m12 = matrix[1, 0], matrix[1, 1], matrix[1, 2]
    m20, m21, m22 = matrix[2, 0], matrix[2, 1], matrix[2, 2]
    count, top = red.shape[0], np.float32(top)
    for p in range(count):
        x[p], y[p], z[p] = (
            light_of(red, light, p),
            light_of(green, light, p),
            light_of(blue, light, p),
        )
    for p in range(count):
        r, g, b = x[p], y[p], z[p]
        u = m00 * r + m01 * g + m02 * b
        v = m10 * r + m11 * g + m12 * b
        w = m20 * r + m21 * g + m22 * b
        most[p] = max(abs(r), abs(g), abs(b))
        lost[p] = np.uint8(max(abs(u), abs(v), abs(w)) > top)
        x[p], y[p], z[p] = u, v, w


@compiled
def _into_table(values, bias, top, place, size):  # type: ignore[no-untyped-def]
    """Find magnitudes, and where they lie in a table: its step, and below STEP_SHIFT how far in it."""
    first, bias, top = np.float32(bias).view(np.int32), np.float32(bias), np.float32(top)
    for p in range(values.shape[0]):
        magnitude = np.float32(min(abs(values[p]), top) + bias)
        size[p] = magnitude
        place[p] = np.int32(magnitude.view(np.int32) - first)


@compiled
def _read(place, table, low, rise):  # type: ignore[no-untyped-def]
    """Read where a step begins, and what it rises by."""
    for p in range(place.shape[0]):
        step = np.uint64(place[p] >> STEP_SHIFT)
        begin = table[step]
        low[p], rise[p] = begin, table[step + ONE] - begin


@compiled
def _along_curve(axis, place, size, low, rise, zero, doubt, most, codes, lost):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Turn values to codes, negative ones to `zero`; those to which rounding matters are lost."""
    for p in range(axis.shape[0]):
        code = low[p] + np.float32(place[p] & _BELOW) * _UNIT * rise[p]
        code = min(max(code if axis[p] > np.float32(0) else zero, np.float32(0)), _WHITE)
        codes[p] = np.uint16(np.int32(code + _HALF))
        steep = max(abs(rise[p]), _LEAST_RISE)
        lost[p] |= np.uint8(steep * most[p] * doubt > size[p])


@compiled
def _luminance(axes, weights, luminance):  # type: ignore[no-untyped-def]
    x, y, z = axes[0], axes[1], axes[2]
    red, green, blue = weights[0], weights[1], weights[2]
    for p in range(luminance.shape[0]):
        luminance[p] = red * x[p] + green * y[p] + blue * z[p]


@compiled
def _multiply(axes, place, size, low, rise, doubt, most, lost):  # type: ignore[no-untyped-def]
    """Multiply pixels, and what rounding may do to them, by a gain; those whose gain is in doubt are lost."""
    x, y, z = axes[0], axes[1], axes[2]
    for p in range(place.shape[0]):
        gain = low[p] + np.float32(place[p] & _BELOW) * _UNIT * rise[p]
        steep = max(abs(rise[p]), gain * _LEAST_SHARE)
        lost[p] |= np.uint8(steep * most[p] * doubt > size[p] * gain)
        x[p] *= gain
        y[p] *= gain
        z[p] *= gain
        most[p] *= gain
