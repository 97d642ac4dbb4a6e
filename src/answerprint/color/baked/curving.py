"""The inner loop of transforms that are a matrix and a curve a channel: no lattice, and no branch.

As in `kernel`, a span of pixels goes through one simple loop after the other.
Those that read tables do nothing else, so that the others work on many pixels in
one instruction: a third of the time of doing it all in one loop. A step of a table and
what it rises by lie side by side, and are read at once.
"""

from typing import Final

import numpy as np

from answerprint.color.baked.stored import compiled, light_of, mix

STEP_SHIFT: Final = 17
"""Bits of a float's mantissa below the index of a table: 64 steps an octave."""
SPAN: Final = 512
"""Pixels that go through the loops together: what is known of them stays in the first cache."""

_HALF: Final = np.float32(0.5)
_WHITE: Final = np.float32(65535)
_BELOW: Final = np.int32((1 << STEP_SHIFT) - 1)
_LEAST_RISE: Final = np.float32(0.5)
_LEAST_SHARE: Final = np.float32(2.0**-11)
"""What tables are taken to rise by at least, in codes and as a share of a gain: where one is flat, rounding may lead elsewhere."""
_UNIT: Final = np.float32(2.0**-STEP_SHIFT)


@compiled
def show_by_curves(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    red, green, blue, light, matrix, to_axes, weights, gains, curves, bias, top, doubts, out, missed
):
    """Show every pixel of three flat planes in `out`, (3, n), and return how many have to go the exact way.

    Those are named in `missed`, (n,), and what `out` holds of them means
    nothing. `light` turns 16-bit codes to light, `matrix` brings that to the
    transform's input, and `to_axes` from there to its axes. Tables hold a step's value
    and what it rises by as one integer; they are indexed by
    magnitude, `bias` to `top`; `gains` of one node are none. `doubts`, (4,), are what
    makes too much, of a table's rise over a step and a pixel's largest component,
    for a magnitude: of each axis, and of the luminance; 0 where rounding is the same.
    """
    x, y, z, size, most = (
        np.empty(SPAN, np.float32), np.empty(SPAN, np.float32), np.empty(SPAN, np.float32),
        np.empty(SPAN, np.float32), np.empty(SPAN, np.float32),
    )  # fmt: skip
    lost, place, found = (
        np.empty(SPAN, np.uint8),
        np.empty(SPAN, np.int32),
        np.empty(SPAN, np.int64),
    )
    steps = found.view(np.float32)
    doubted, same = doubts.max() > 0, _changes_nothing(matrix)
    steepest = [_steepest(curves[channel]) for channel in range(3)]
    count, pixels = 0, red.shape[0]
    for start in range(0, pixels, SPAN):
        end = min(start + SPAN, pixels)
        n = end - start
        x, y, z = x[:n], y[:n], z[:n]
        light_of(red[start:end], light, x)
        light_of(green[start:end], light, y)
        light_of(blue[start:end], light, z)
        brightest = _largest(x, y, z, most) if doubted else np.float32(0)
        if not same:
            mix(matrix, x, y, z)
        mix(to_axes, x, y, z)
        any_lost = _too_bright(x, y, z, top, lost)
        if gains.size > 1:
            _luminance(x, y, z, weights, size)
            _read(size[:n], gains, bias, top, place, found)
            if doubts[3] > 0:
                any_lost |= _gain_in_doubt(size[:n], bias, place, steps, doubts[3], most, lost)
            brightest = _multiply(x, y, z, place, steps, most)
        for channel, axis in enumerate((x, y, z)):
            doubt = doubts[channel]
            if doubt > 0 and steepest[channel] * brightest * doubt > _magnitudes(axis, size):
                # Below 0, too, a curve tells how much rounding matters.
                _read(size[:n], curves[channel], bias, top, place, found)
                any_lost |= _in_doubt(size[:n], bias, steps, doubt, most, lost)
                _hold_at_zero(axis, curves[channel, 0], place, found)
            else:
                _read(axis, curves[channel], bias, top, place, found)
            _along_curve(place[:n], steps, out[channel, start:end])
        if any_lost:
            for p in range(n):
                missed[count] = start + p
                count += lost[p]
    return count


@compiled
def _changes_nothing(matrix):  # type: ignore[no-untyped-def]
    for row in range(3):
        for column in range(3):
            if matrix[row, column] != np.float32(row == column):
                return False
    return True


@compiled
def _steepest(table):  # type: ignore[no-untyped-def]
    """Return the most that a table rises by over a step, in doubt."""
    steps, most = table.view(np.float32), _LEAST_RISE
    for n in range(table.shape[0]):
        most = max(most, abs(steps[2 * n + 1]))
    return most


@compiled
def _largest(x, y, z, most):  # type: ignore[no-untyped-def]
    """Find the largest component of every pixel, and return that of all.

    By its bits, which are in order: the largest of integers is found many at a time, that of floats is not.
    """
    largest = np.int32(0)
    for p in range(x.shape[0]):
        most[p] = max(abs(x[p]), abs(y[p]), abs(z[p]))
        largest = max(largest, np.float32(most[p]).view(np.int32))
    return np.int32(largest).view(np.float32)


@compiled
def _too_bright(x, y, z, top, lost):  # type: ignore[no-untyped-def]
    """Say which pixels lie past `top`, and whether any does."""
    top, found = np.float32(top), np.uint8(0)
    for p in range(x.shape[0]):
        lost[p] = np.uint8(max(abs(x[p]), abs(y[p]), abs(z[p])) > top)
        found |= lost[p]
    return found > 0


@compiled
def _read(values, table, bias, top, place, found):  # type: ignore[no-untyped-def]
    """Find where values lie in a table, negative ones at 0, and read the step: where it begins, and what it rises by.

    `place` tells below STEP_SHIFT how far in the step they lie.
    """
    bias, top, least = np.float32(bias), np.float32(top), np.float32(bias).view(np.int32)
    for p in range(values.shape[0]):
        moved = np.float32(min(max(values[p], np.float32(0)), top) + bias)
        place[p] = np.int32(moved.view(np.int32) - least)
    for p in range(values.shape[0]):
        found[p] = table[np.uint64(place[p] >> STEP_SHIFT)]


@compiled
def _magnitudes(values, size):  # type: ignore[no-untyped-def]
    """Find magnitudes, and return the least."""
    least = np.float32(np.inf).view(np.int32)
    for p in range(values.shape[0]):
        size[p] = abs(values[p])
        least = min(least, np.float32(size[p]).view(np.int32))
    return np.int32(least).view(np.float32)


@compiled
def _along_curve(place, steps, codes):  # type: ignore[no-untyped-def]
    for p in range(place.shape[0]):
        code = steps[2 * p] + np.float32(place[p] & _BELOW) * _UNIT * steps[2 * p + 1]
        codes[p] = np.uint16(np.int32(min(max(code, np.float32(0)), _WHITE) + _HALF))


@compiled
def _in_doubt(size, bias, steps, doubt, most, lost):  # type: ignore[no-untyped-def]
    """Lose pixels to whose code rounding matters, and say whether there are any."""
    found, bias = np.uint8(0), np.float32(bias)
    for p in range(size.shape[0]):
        steep = max(abs(steps[2 * p + 1]), _LEAST_RISE)
        lost[p] |= np.uint8(steep * most[p] * doubt > size[p] + bias)
        found |= lost[p]
    return found > 0


@compiled
def _hold_at_zero(values, zero, place, found):  # type: ignore[no-untyped-def]
    """Put negative values where a table begins, whose first step is `zero`."""
    for p in range(values.shape[0]):
        found[p] = zero if values[p] < np.float32(0) else found[p]
        place[p] = np.int32(0) if values[p] < np.float32(0) else place[p]


@compiled
def _luminance(x, y, z, weights, luminance):  # type: ignore[no-untyped-def]
    red, green, blue = weights[0], weights[1], weights[2]
    for p in range(x.shape[0]):
        luminance[p] = abs(red * x[p] + green * y[p] + blue * z[p])


@compiled
def _gain_in_doubt(size, bias, place, steps, doubt, most, lost):  # type: ignore[no-untyped-def]
    """Lose pixels to whose gain rounding matters, and say whether there are any."""
    found, bias = np.uint8(0), np.float32(bias)
    for p in range(size.shape[0]):
        gain = steps[2 * p] + np.float32(place[p] & _BELOW) * _UNIT * steps[2 * p + 1]
        steep = max(abs(steps[2 * p + 1]), gain * _LEAST_SHARE)
        lost[p] |= np.uint8(steep * most[p] * doubt > (size[p] + bias) * gain)
        found |= lost[p]
    return found > 0


@compiled
def _multiply(x, y, z, place, steps, most):  # type: ignore[no-untyped-def]
    """Multiply pixels, and what rounding may do to them, by a gain; return the largest of the latter."""
    largest = np.int32(0)
    for p in range(x.shape[0]):
        gain = steps[2 * p] + np.float32(place[p] & _BELOW) * _UNIT * steps[2 * p + 1]
        x[p] *= gain
        y[p] *= gain
        z[p] *= gain
        most[p] = abs(most[p] * gain)
        largest = max(largest, np.float32(most[p]).view(np.int32))
    return np.int32(largest).view(np.float32)
