"""How a finished file compares with the pictures it was made from, frame by frame.

What was fed to the encoder is not kept whole: of every picture stay a thumbnail
of all of it and full-resolution luma tiles spread over it, in a file beside the
work. Memory is one frame; disk is 145 kB a frame.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.color.codes import Codes, codes_to_rgb, halved
from answerprint.color.light import luminance
from answerprint.color.planes import Box, decode_planes
from answerprint.measured.deliverable import Likeness
from answerprint.measured.movie import ColorTags
from answerprint.order import Size

TILE: Final = 64
"""Side of a luma tile in pixels: 16 of SSIM's windows fit without overlap in each direction."""
GRID: Final = 4
"""Tiles across and down."""
THUMB: Final = (64, 36)
"""Width and height of the thumbnail that identity and color are judged on."""
NOISE: Final = 0.3
"""Mean difference of thumbnails, in 8-bit codes, that rounding and coding leave of one and the same frame."""
CLEARLY: Final = 0.8
"""A neighbour fits clearly better at this share of the difference.

Measured on a grainy pan: the right frame fits better than its neighbours by 0.4
to 0.9 even at heavy compression; slipped by one, the neighbour does at 0.4 to 0.65.
"""
IDENTICAL: Final = 100.0
"""PSNR in dB that stands for no difference at all."""

_SSIM_C1, _SSIM_C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
"""Stabilising constants of SSIM (Wang et al. 2004) for 8-bit range."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What is kept of one picture: thumbnail (36, 64, 3) and luma tiles (n, side, side), both float32 in 8-bit codes."""

    thumb: NDArray[np.float32]
    tiles: NDArray[np.float32]


def sample(rgb: NDArray[np.uint16]) -> Sample:
    """Take the samples of a full-range 16-bit R'G'B' picture, (3, h, w)."""
    small = [cv2.resize(halved(plane, THUMB), THUMB, interpolation=cv2.INTER_AREA) for plane in rgb]
    cuts = [rgb[:, y : y + h, x : x + w] for x, y, w, h in tiles((rgb.shape[2], rgb.shape[1]))]
    return Sample(_eighth(cv2.merge(small)), _luma(cuts))


def sample_planes(planes: Mapping[str, Codes], bits: int, tags: ColorTags, size: Size) -> Sample:
    """Take the samples of the top left `size` of a decoded picture, converting no more of it than they need."""
    shape = {name: plane.shape for name, plane in planes.items()}
    whole = shape["Y" if "Y" in planes else "G"]
    matrix, range_ = tags.matrix or "bt709", tags.range or ("tv" if "Y" in planes else "pc")
    cuts = [
        decode_planes(planes, bits, matrix, range_, siting="left", box=box) for box in tiles(size)
    ]
    inside = {
        name: plane[
            : -(-size[1] * shape[name][0] // whole[0]), : -(-size[0] * shape[name][1] // whole[1])
        ]
        for name, plane in planes.items()
    }
    small = np.clip(codes_to_rgb(inside, bits, tags, THUMB), 0, 1) * np.float32(255)
    return Sample(small, _luma(cuts))


def tiles(size: Size) -> list[Box]:
    """Return where the luma tiles of a picture lie: left, top, width and height of each."""
    side = min(TILE, *size)
    lefts = np.linspace(0, size[0] - side, GRID).astype(int)
    tops = np.linspace(0, size[1] - side, GRID).astype(int)
    return [(int(x), int(y), side, side) for y in tops for x in lefts]


def _luma(cuts: Sequence[NDArray[np.uint16]]) -> NDArray[np.float32]:
    """Return the luma of parts of one size, one under the other on the way: a call costs more than what it works on."""
    tall = luminance(_eighth(cv2.merge(list(np.concatenate(cuts, axis=1)))))
    return tall.reshape(len(cuts), *cuts[0].shape[1:])


def _eighth(rgb: NDArray[np.uint16]) -> NDArray[np.float32]:
    return np.asarray(rgb.astype(np.float32) / np.float32(257))


class Reference:
    """Samples of the pictures that were fed to encoders, in order, in a file that is gone when closed."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b")
        path.unlink()
        self._shape: tuple[int, ...] = ()
        self.frames = 0

    def add(self, taken: Sample) -> None:
        """Keep the samples of the next picture."""
        self._shape = taken.tiles.shape
        self._file.write((taken.thumb * 257).round().astype(np.uint16).tobytes())
        self._file.write((taken.tiles * 257).round().astype(np.uint16).tobytes())
        self.frames += 1

    def __getitem__(self, frame: int) -> Sample:
        thumb_size = THUMB[0] * THUMB[1] * 3
        size = thumb_size + int(np.prod(self._shape))
        self._file.seek(frame * size * 2)
        values = np.frombuffer(self._file.read(size * 2), np.uint16).astype(
            np.float32
        ) / np.float32(257)
        return Sample(
            values[:thumb_size].reshape(THUMB[1], THUMB[0], 3),
            values[thumb_size:].reshape(self._shape),
        )

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class _Frame:
    number: int
    psnr: float
    ssim: float
    color: float
    slipped: bool


def compare(reference: Reference, decoded: Iterable[Sample]) -> Likeness:
    """Compare samples of decoded pictures with the reference, one to one.

    Where their numbers differ only the common ones are compared.
    """
    return compare_some(reference, enumerate(decoded))


def compare_some(reference: Reference, decoded: Iterable[tuple[int, Sample]]) -> Likeness:
    """Compare samples of some decoded pictures, each with its number, with the reference.

    Those beyond its end are left out.
    """
    frames = list(_compared(reference, decoded))
    numbers = [frame.number for frame in frames] or [0]
    psnr = [round(frame.psnr, 2) for frame in frames] or [0.0]
    ssim = [round(frame.ssim, 4) for frame in frames] or [0.0]
    return Likeness(
        frames=len(frames),
        psnr=min(psnr),
        psnr_mean=round(sum(psnr) / len(psnr), 2),
        psnr_frame=numbers[psnr.index(min(psnr))],
        ssim=min(ssim),
        ssim_frame=numbers[ssim.index(min(ssim))],
        color=round(max((frame.color for frame in frames), default=255.0), 2),
        slipped=tuple(frame.number for frame in frames if frame.slipped),
    )


def psnr(reference: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the peak signal-to-noise ratio of 8-bit codes in dB, IDENTICAL where nothing differs."""
    error = float(np.mean(np.square(reference - other), dtype=np.float64))
    return IDENTICAL if error == 0 else min(IDENTICAL, 10 * np.log10(255**2 / error))


def ssim(reference: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the mean structural similarity of pictures of 8-bit codes, (n, h, w), by Wang et al. 2004 (11x11 Gaussian, 1.5)."""
    # As channels of one picture they are blurred in one call each.
    a, b = (np.ascontiguousarray(np.moveaxis(each, 0, 2)) for each in (reference, other))
    mean_a, mean_b = _blurred(a), _blurred(b)
    square_a, square_b, product = mean_a * mean_a, mean_b * mean_b, mean_a * mean_b
    variances = _blurred(a * a + b * b) - (square_a + square_b)
    both = _blurred(a * b) - product
    above = (2 * product + _SSIM_C1) * (2 * both + _SSIM_C2)
    below = (square_a + square_b + _SSIM_C1) * (variances + _SSIM_C2)
    return float(np.mean(above / below, dtype=np.float64))


def _compared(reference: Reference, decoded: Iterable[tuple[int, Sample]]) -> Iterator[_Frame]:
    for number, yours in decoded:
        if number >= reference.frames:
            return
        mine = reference[number]
        yield _Frame(
            number=number,
            psnr=psnr(mine.tiles, yours.tiles),
            ssim=ssim(mine.tiles, yours.tiles),
            color=float(np.abs(mine.thumb.mean((0, 1)) - yours.thumb.mean((0, 1))).max()),
            slipped=_slipped(reference, number, yours),
        )


def _slipped(reference: Reference, number: int, yours: Sample) -> bool:
    """Tell whether a neighbour of frame `number` fits clearly better; in a still clip none does."""
    own = _distance(reference[number], yours)
    near = [n for n in (number - 1, number + 1) if 0 <= n < reference.frames]
    return own > NOISE and any(_distance(reference[n], yours) < CLEARLY * own for n in near)


def _distance(one: Sample, other: Sample) -> float:
    return float(np.abs(one.thumb - other.thumb).mean())


def _blurred(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(values, (11, 11), 1.5)).reshape(values.shape)
