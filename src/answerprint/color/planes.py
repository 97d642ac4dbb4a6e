"""Display R'G'B' to the planes that encoders take, and back, in one pass over each picture.

Matrices and ranges are those of ITU-T H.273. Memory: the result, and a few lines.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.color.codes import Codes, from_rgb_matrix, to_rgb_matrix
from answerprint.color.dither import rounding
from answerprint.color.lines import WHITE, join_lines, mix_planes, part_lines
from answerprint.color.pixelformat import PixelFormat
from answerprint.order import Size

Siting = Literal["left", "topleft", "center"]
"""Where a chroma sample lies: on the left pixels of those it stands for and between their lines
(MPEG-2, H.264, HEVC), on the top left one (BT.2020 and 2100), or in the middle (JPEG)."""
Box = tuple[int, int, int, int]
"""Left, top, width and height of a part of a picture."""

_APART: Final = 21
"""Lines by which the patterns of Y', Cb and Cr are apart, so that they do not err together."""


def encode_planes(
    rgb: NDArray[np.uint16],
    format_: PixelFormat,
    matrix: str,
    range_: str,
    *,
    siting: Siting = "left",
    alpha: NDArray[np.uint16] | None = None,
    dither: bool = True,
    out: Codes | None = None,
) -> Codes:
    """Convert full-range R'G'B' of 16 bits, (3, h, w), to one raw picture of `format_`.

    Returns the codes flat, in the order of ffmpeg's rawvideo, uint8 for 8 bits
    and uint16 for more; into `out` where it is given. `matrix` is one of
    H.273's by ffmpeg's name, `gbr` for R'G'B' formats. Codes are within 0.51 of
    the exact values, and clipped to what their bits hold. Chroma is averaged by
    [1 2 1]/4 where it lies on a pixel and [1 1]/2 where it lies between; at
    edges the picture is repeated. `dither` is for 8 bits only: see
    `dither.rounding`. `alpha`, (h, w) of 16 bits and opaque where not given, is
    full-range in every format.

    Raises ValueError where the picture is not whole granules, `matrix` is not
    one of the format's, or `alpha` or `out` do not fit.
    """
    if rgb.ndim != 3 or rgb.shape[0] != 3 or rgb.dtype != np.uint16:
        raise ValueError(f"{rgb.dtype} of {rgb.shape} is no R'G'B' of 16 bits in three planes")
    size = (rgb.shape[2], rgb.shape[1])
    raw = _room(format_, size, out)
    weights = _encoding(format_, matrix, range_)
    planes = np.empty(len(weights) * size[0] * size[1], raw.dtype) if format_.packed else raw
    across, down = format_.granule
    part_lines(
        np.ascontiguousarray(rgb),
        weights,
        _taps(across, centered=siting == "center"),
        _taps(down, centered=siting != "topleft"),
        rounding(size[0], dither=dither and format_.bits == 8),
        0 if format_.rgb else _APART,
        np.int32(format_.peak),
        planes,
    )
    opaque = _alpha_codes(alpha, size, format_) if "A" in format_.components else None
    if format_.packed:
        _pack(planes, opaque, size, raw)
    elif opaque is not None:
        raw[-opaque.size :] = opaque.reshape(-1)
    return raw


def decode_planes(
    planes: Mapping[str, Codes],
    bits: int,
    matrix: str | None,
    range_: str,
    *,
    siting: Siting = "left",
    box: Box | None = None,
) -> NDArray[np.uint16]:
    """Convert planes of one picture, by component, to full-range R'G'B' of 16 bits, (3, h, w), clipped.

    Only `box` of the picture where it is given: what it costs is in its area.
    Chroma is interpolated linearly from where it lies. With `center` that is
    `codes.codes_to_rgb`, which takes chroma to lie in the middle. A picture of
    luma alone is grey, and a `matrix` we do not know counts as BT.709, as there.

    Raises ValueError where the planes do not belong together, or `box` reaches beyond the picture.
    """
    names = "YUV" if "U" in planes else "YYY" if "Y" in planes else "RGB"
    parts = [np.ascontiguousarray(planes[name]) for name in names]
    (height, width), small = parts[0].shape, parts[1].shape
    left, top, columns, rows = box or (0, 0, width, height)
    if not (0 <= left < left + columns <= width and 0 <= top < top + rows <= height):
        raise ValueError(f"box {box} is not inside {width}x{height}")
    across, down = _step(width, small[1]), _step(height, small[0])
    window = np.s_[top : top + rows, left : left + columns]
    out = np.empty((3, rows, columns), np.uint16)
    weights = _decoding(names, bits, matrix, range_)
    if (across, down) == (1, 1):
        mix_planes(*(np.ascontiguousarray(part[window]) for part in parts), weights, out)
        return out
    join_lines(
        np.ascontiguousarray(parts[0][window]),
        parts[1],
        parts[2],
        _between(left, columns, across, small[1], centered=siting == "center"),
        _between(top, rows, down, small[0], centered=siting != "topleft"),
        weights,
        out,
    )
    return out


def _room(format_: PixelFormat, size: Size, out: Codes | None) -> Codes:
    count = format_.frame_bytes(size) // format_.dtype.itemsize
    if out is None:
        return np.empty(count, format_.dtype)
    if out.shape != (count,) or out.dtype != format_.dtype or not out.flags.c_contiguous:
        raise ValueError(f"out is not {count} flat codes of {format_.dtype.name}")
    return out


def _pack(planes: Codes, opaque: NDArray[Any] | None, size: Size, raw: Codes) -> None:
    each = [*planes.reshape(-1, size[1], size[0]), *([] if opaque is None else [opaque])]
    cv2.merge(each, raw.reshape(size[1], size[0], len(each)))


def _alpha_codes(
    alpha: NDArray[np.uint16] | None, size: Size, format_: PixelFormat
) -> NDArray[Any]:
    if alpha is None:
        return np.full(size[::-1], format_.peak, format_.dtype)
    if alpha.shape != size[::-1] or alpha.dtype != np.uint16:
        raise ValueError(f"{alpha.dtype} of {alpha.shape} is no alpha of 16 bits for {size}")
    codes = (alpha.astype(np.int64) * format_.peak + WHITE // 2) // WHITE
    return codes.astype(format_.dtype)


def _encoding(format_: PixelFormat, matrix: str, range_: str) -> NDArray[np.float32]:
    """Return, for each component but alpha, the weights of 16-bit R', G' and B', and an offset: (n, 4)."""
    colors = format_.components.rstrip("A")
    if format_.rgb:
        if matrix != "gbr":
            raise ValueError(f"{format_.name} has no matrix {matrix}, say gbr")
        rows = np.eye(3)[["RGB".index(color) for color in colors]]
    else:
        rows = from_rgb_matrix(matrix)[: len(colors)]
    spans, zeros = _scales(colors, format_.bits, range_)
    return np.column_stack([rows * (spans / WHITE)[:, None], zeros]).astype(np.float32)


@lru_cache(maxsize=32)
def _decoding(components: str, bits: int, matrix: str | None, range_: str) -> NDArray[np.float32]:
    """Return, for R', G' and B' of 16 bits, the weights of the codes of `components`, and an offset: (3, 4); not to be changed."""
    rows = to_rgb_matrix(matrix) if components == "YUV" else np.eye(3, dtype=np.float32)
    spans, zeros = _scales(components, bits, range_)
    weights = rows * (WHITE / spans)
    return np.column_stack([weights, -(weights @ zeros)]).astype(np.float32)


def _scales(
    components: str, bits: int, range_: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how many codes lie between 0 and 1 of each component, and the code of 0, as H.273 has them."""
    if range_ not in ("tv", "pc"):
        raise ValueError(f"range is tv or pc, not {range_}")
    step, peak = 1 << (bits - 8), (1 << bits) - 1
    light, difference = (219 * step, 16 * step), (224 * step, 128 * step)
    if range_ == "pc":
        light, difference = (peak, 0), (peak, 128 * step)
    pairs = [difference if component in "UV" else light for component in components]
    spans, zeros = np.array(pairs, np.float64).T
    return spans, zeros


def _taps(step: int, *, centered: bool) -> NDArray[np.float32]:
    """Return the weights of the 2 x step - 1 samples around the first of each `step`: a box or a triangle."""
    if centered:
        weights = [0] * (step - 1) + [step] * step
    else:
        weights = [step - abs(place) for place in range(1 - step, step)]
    return np.array(weights, np.float32) / np.float32(step * step)


def _step(full: int, small: int) -> int:
    """Return how many pixels share a sample of chroma, along one side."""
    for step in (1, 2, 4):
        if -(-full // step) == small:
            return step
    raise ValueError(f"{small} samples of chroma do not belong to {full} of luma")


@lru_cache(maxsize=256)
def _between(
    start: int, count: int, step: int, samples: int, *, centered: bool
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Return the samples of chroma before and after each of `count` pixels, and the share of the latter; not to be changed."""
    place = np.arange(start, start + count) / step
    if centered:
        place += 0.5 / step - 0.5
    before = np.floor(place)
    held = [np.clip(each, 0, samples - 1).astype(np.int32) for each in (before, before + 1)]
    return held[0], held[1], (place - before).astype(np.float32)
