"""MaxCLL and MaxFALL of decoded pictures (CTA-861.3), in one pass.

The light of a pixel is max(R, G, B) in linear cd/m2. PQ is monotone, so its
largest channel is found among code values and only a histogram's bins are
turned into light. HLG's system gamma needs all three channels of every pixel;
it is shown on a display of 1,000 cd/m2 with gamma 1.2 (BT.2100).

Chroma is brought to luma's size by linear interpolation, as a display does,
with the siting H.265 infers where a stream states none: on the left column of
luma's pair, between its rows. zscale means the same where it makes our
pictures. Another siting moved MaxCLL by up to 2 % and MaxFALL by up to 0.2 % on
real 4:2:0 clips.

Memory: one byte a pixel and two histograms; 24 bytes a frame for the light over time.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.codes import Codes, to_rgb_matrix
from answerprint.measure.light.maxrgb import Scale, Tables, hlg_tables, measure_rgb, measure_ycc
from answerprint.measured.light import Area, LightLevel
from answerprint.measured.movie import ColorTags

BLACK: Final = 0.02
"""Light in cd/m2 up to which a pixel may belong to a bar: 26 ten-bit codes of PQ, more than a codec's noise on black."""

ROBUST: Final = 0.9999
"""Share of a frame's pixels that may not be brighter than its robust peak."""

NOISY: Final = 0.02
"""Share of a row or column of a bar that may still be brighter than BLACK: ringing, never a picture."""

EDGE: Final = 0.5
"""Share of a row or column that has to be lit, sometime in the clip, within RING of where a bar ends.

A bar ends in a straight edge, as bars do; a night sky or a lamp on black does
not, and is all picture, unless the bar across from it is proven and it is as
dark for as far.
"""

RING: Final = 8
"""Rows or columns over which a codec smears the edge of a bar: one transform block of the smallest usual size."""

_BINS: Final = 65536
_NO_TABLES: Final = (np.zeros(0, np.float32), np.zeros(0, np.float32))
_Light = NDArray[np.float64]


class LightMeter:
    """Adds up the light of decoded frames of one size.

    `bits` is the depth of the code values and `tags` says what they mean; its
    transfer has to be PQ or HLG. A missing range is taken for narrow, of RGB
    planes for full. `active` is the picture inside its bars where that is known;
    otherwise it is found (see EDGE). On one core, a 1080p frame of 4:2:0 takes
    about 4 ms in PQ and 30 ms in HLG.
    """

    def __init__(self, bits: int, tags: ColorTags, *, active: Area | None = None) -> None:
        if not tags.hdr:
            raise ValueError(f"light in cd/m2 needs PQ or HLG, not {tags.transfer}")
        self._bits, self._tags, self._active = bits, tags, active
        self._hlg = tags.transfer == "arib-std-b67"
        self._tables: Tables = hlg_tables() if self._hlg else _NO_TABLES
        self._bins = bin_light(np.arange(_BINS) / (_BINS - 1), hlg=self._hlg)
        self._dark = np.float32(np.searchsorted(self._bins, BLACK) / (_BINS - 1))
        self._lit: NDArray[np.uint8] | None = None
        self._peaks: list[float] = []
        self._sums: list[float] = []
        self._robust: list[float] = []
        self._places: list[tuple[int, int]] = []

    def add(self, planes: Mapping[str, Codes]) -> None:
        """Measure the planes of one frame: Y, U and V (or Y alone), or G, B and R; alpha takes no part.

        Raises ValueError where a frame has another size than the first, or chroma
        that is neither as large as luma nor half of it.
        """
        range_ = self._tags.range or ("tv" if "Y" in planes else "pc")
        scale = _scale(self._bits, range_)
        if "Y" not in planes:
            self._add_rgb((planes["R"], planes["G"], planes["B"]), scale)
            return
        lit, counts = self._canvas(planes["Y"].shape), np.zeros(_BINS, np.uint32)
        peak = measure_ycc(
            (planes["Y"], *_chroma(planes, self._bits)),
            (scale, _chroma_scale(self._bits, range_)),
            to_rgb_matrix(self._tags.matrix),
            self._tables,
            self._dark,
            lit,
            counts,
        )
        self._take(peak, counts)

    def result(self) -> LightLevel:
        """Return the light of all frames. Raises ValueError where there was none."""
        if self._lit is None:
            raise ValueError("no frame was measured")
        active = self._active or active_picture(self._lit)
        pixels = active[2] * active[3]
        return LightLevel.of(
            peaks=tuple(self._peaks),
            # What bars add to a sum is under BLACK a pixel, and in practice nothing.
            means=tuple(round(total / pixels, 4) for total in self._sums),
            percentiles=tuple(self._robust),
            places=tuple(self._places),
            active=active,
        )

    def _add_rgb(self, planes: tuple[Codes, Codes, Codes], scale: Scale) -> None:
        lit, counts = self._canvas(planes[0].shape), np.zeros(_BINS, np.uint32)
        peak = measure_rgb(planes, scale, self._tables, self._dark, lit, counts)
        self._take(peak, counts)

    def _canvas(self, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        if self._lit is None:
            self._lit = np.zeros(shape, np.uint8)
        if self._lit.shape != shape:
            raise ValueError(f"a frame of {shape} after frames of {self._lit.shape}")
        return self._lit

    def _take(self, peak: tuple[np.float32, int, int], counts: NDArray[np.uint32]) -> None:
        signal, x, y = peak
        rank = int(np.ceil(ROBUST * counts.sum()))
        robust = self._bins[np.searchsorted(np.cumsum(counts), rank)]
        self._peaks.append(round(float(bin_light(np.array(signal), hlg=self._hlg)), 4))
        self._places.append((x, y))
        # Not a dot product: BLAS wakes threads for one, which go on waiting for more on every core.
        self._sums.append(float((counts * self._bins).sum()))
        self._robust.append(round(float(robust), 4))


def bin_light(signal: _Light, *, hlg: bool) -> _Light:
    """Return the light in cd/m2 of what the histogram counts, 0 to 1.

    For PQ that is its code value (SMPTE ST 2084), for HLG the fourth root of the
    light over 1,000 cd/m2, which has steps as fine in the dark.

    >>> round(float(bin_light(np.array(0.5806888), hlg=False)), 1)
    203.0
    """
    if hlg:
        return np.asarray(1000 * np.asarray(signal, np.float64) ** 4)
    # color.transfer works in single precision, which is 0.04 cd/m2 off at 1,000.
    power = np.asarray(signal, np.float64) ** (4096 / 2523 / 128)
    ratio = np.maximum(power - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * power)
    return np.asarray(10000 * ratio ** (16384 / 2610))


def active_picture(lit: NDArray[np.uint8]) -> Area:
    """Return left, top, width and height of the picture inside its bars; `lit` is 1 where any frame was.

    All of it where nothing was lit.
    """
    top, bottom = _bars(lit.mean(axis=1))
    left, right = _bars(lit.mean(axis=0))
    height, width = lit.shape
    return left, top, width - left - right, height - top - bottom


def _bars(shares: NDArray[np.float64]) -> tuple[int, int]:
    """Count the rows of the bars at either end, from how much of each row was lit."""
    first, last = _bar(shares), _bar(shares[::-1])
    # Bars come in pairs: beside one that is proven, as much black at the other end is one too.
    bar = max(first[0], last[0])
    enough = bar - min(RING, bar // 4)
    return tuple(proven or (bar if dark >= enough else 0) for proven, dark in (first, last))  # type: ignore[return-value]


def _bar(shares: NDArray[np.float64]) -> tuple[int, int]:
    """Return how many rows at the start are a bar, for their edge shows it, and how many are dark."""
    dark = int(np.argmax(shares > NOISY))
    steep = np.flatnonzero(shares[dark : dark + RING] >= EDGE)
    return dark + int(steep[0]) if dark and steep.size else 0, dark


def _scale(bits: int, range_: str) -> Scale:
    """Return zero and step of luma or R'G'B' (H.273)."""
    if range_ == "pc":
        return np.float32(0), np.float32(1 / ((1 << bits) - 1))
    return np.float32(16 << (bits - 8)), np.float32(1 / (219 << (bits - 8)))


def _chroma_scale(bits: int, range_: str) -> Scale:
    span = (1 << bits) - 1 if range_ == "pc" else 224 << (bits - 8)
    return np.float32(1 << (bits - 1)), np.float32(1 / span)


def _chroma(planes: Mapping[str, Codes], bits: int) -> tuple[Codes, Codes]:
    """Return the chroma planes; one neutral sample each where there is luma alone."""
    height, width = planes["Y"].shape
    if "U" not in planes:
        neutral = np.full((1, 1), 1 << (bits - 1), planes["Y"].dtype)
        return neutral, neutral
    rows, columns = planes["U"].shape
    if rows not in (height, -(-height // 2)) or columns not in (width, -(-width // 2)):
        raise ValueError(f"chroma of {columns}x{rows} for luma of {width}x{height}")
    return planes["U"], planes["V"]
