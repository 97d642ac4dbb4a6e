"""The inner loops between R'G'B' and planes of codes, line by line.

numba compiles them once a machine; they hold no lock, so a thread a core scales.
Multiplications are not fused with additions: every machine makes the same codes.
Arrays are C-contiguous. A row of `weights` is three factors and an offset;
`nudges` are added to each pixel of a line before its fraction is cut off.
"""

from typing import Any, Final

import numpy as np

from answerprint.compiling import compiling

WHITE: Final = np.int32(65535)
"""Full-range R'G'B' of 16 bits that is 1.0."""

_compiled: Any = compiling(error_model="numpy")


@_compiled
def part_lines(rgb, weights, columns, rows, nudges, apart, peak, out):  # type: ignore[no-untyped-def]
    """Write the planes of R'G'B' one after the other into `out`, those after the first a sample a granule.

    `columns` and `rows` weigh the samples around each granule's first, 2 x step - 1
    of them. Plane n takes its nudges n x `apart` lines on.
    """
    _, height, width = rgb.shape
    across, down = (columns.size + 1) // 2, (rows.size + 1) // 2
    small, whole = width // across, across * down == 1
    sums, means = np.empty((3, width), np.float32), np.empty((3, small), np.float32)
    for y in range(height):
        for plane in range(weights.shape[0] if whole else 1):
            start = (plane * height + y) * width
            nudge = nudges[(y + plane * apart) % nudges.shape[0]]
            line = out[start : start + width]
            _mix(rgb[0, y], rgb[1, y], rgb[2, y], weights[plane], nudge, peak, line)
        if whole or y % down:
            continue
        for color in range(3):
            if down == 1:
                _thin(rgb[color, y], columns, means[color])
            else:
                _add(rgb[color], y, rows, sums[color])
                _thin(sums[color], columns, means[color])
        for plane in range(1, 3):
            row = (plane - 1) * (height // down) + y // down
            start = height * width + row * small
            nudge = nudges[(y // down + plane * apart) % nudges.shape[0]]
            line = out[start : start + small]
            _mix(means[0], means[1], means[2], weights[plane], nudge, peak, line)


@_compiled
def mix_planes(first, second, third, weights, out):  # type: ignore[no-untyped-def]
    """Write R'G'B' of 16 bits, weighted sums of three planes of one size."""
    half = np.full(first.shape[1], 0.5, np.float32)
    for y in range(first.shape[0]):
        for color in range(3):
            line = out[color, y]
            _mix(first[y], second[y], third[y], weights[color], half, WHITE, line)


@_compiled
def join_lines(luma, blue, red, columns, rows, weights, out):  # type: ignore[no-untyped-def]
    """Write R'G'B' of 16 bits of a part of a picture: `luma` of that part, and chroma of the whole.

    `columns` and `rows` are three arrays each: the samples of chroma before and
    after every pixel, and the share of the latter.
    """
    before, after, share = rows
    half = np.full(luma.shape[1], 0.5, np.float32)
    span = np.empty((2, blue.shape[1]), np.float32)
    wide = np.empty((2, luma.shape[1]), np.float32)
    first, last = columns[0][0], columns[1][-1] + 1
    for y in range(luma.shape[0]):
        one, other = before[y], after[y]
        _between(blue[one], blue[other], share[y], first, last, span[0])
        _between(red[one], red[other], share[y], first, last, span[1])
        for plane in range(2):
            _widen(span[plane], columns, wide[plane])
        for color in range(3):
            line = out[color, y]
            _mix(luma[y], wide[0], wide[1], weights[color], half, WHITE, line)


@_compiled
def _mix(first, second, third, weights, nudge, peak, out):  # type: ignore[no-untyped-def]
    a, b, c, offset = weights[0], weights[1], weights[2], weights[3]
    for x in range(out.size):
        total = a * np.float32(first[x]) + b * np.float32(second[x]) + c * np.float32(third[x])
        code = np.int32(total + (offset + nudge[x]))
        out[x] = min(max(code, np.int32(0)), peak)


@_compiled
def _add(plane, y, taps, out):  # type: ignore[no-untyped-def]
    out[:] = 0
    for tap in range(taps.size):
        weight = taps[tap]
        if weight != 0:
            line = plane[min(max(y + tap - taps.size // 2, 0), plane.shape[0] - 1)]
            for x in range(out.size):
                out[x] += weight * np.float32(line[x])


@_compiled
def _thin(line, taps, out):  # type: ignore[no-untyped-def]
    if taps.size == 3:  # the common one, in a form that compiles to vector instructions
        a, b, c = taps[0], taps[1], taps[2]
        out[0] = (a + b) * np.float32(line[0]) + c * np.float32(line[1])
        for x in range(1, out.size):
            near = a * np.float32(line[2 * x - 1]) + b * np.float32(line[2 * x])
            out[x] = near + c * np.float32(line[2 * x + 1])
        return
    reach = taps.size // 2
    for x in range(out.size):
        total = np.float32(0)
        for tap in range(taps.size):
            total += taps[tap] * np.float32(line[max(x * (reach + 1) + tap - reach, 0)])
        out[x] = total


@_compiled
def _between(one, other, share, first, last, out):  # type: ignore[no-untyped-def]
    for x in range(first, last):
        here = np.float32(one[x])
        out[x] = here + share * (np.float32(other[x]) - here)


@_compiled
def _widen(line, columns, out):  # type: ignore[no-untyped-def]
    before, after, share = columns
    for x in range(out.size):
        here = line[before[x]]
        out[x] = here + share[x] * (line[after[x]] - here)
