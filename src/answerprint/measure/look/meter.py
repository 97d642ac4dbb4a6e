"""Look and light of one frame: what the checks of banding, blocks, blur, bars, range and gamut judge.

Fine detail, block edges and borders are looked at in the picture's own pixels,
on some of its lines; tones, gamut and banding on cells, averages of at least
320 on the longer side: 4x4 pixels at 1080p. That is a filter as R103 allows one,
and what a viewer sees of a plateau. Shadows of EXR are looked at on one pixel of
as many, as cells have no light under DARKEST. Memory: half a plane a frame.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.color.codes import Codes, from_rgb_matrix, to_rgb_matrix
from answerprint.color.primaries import REC709, Chromaticities
from answerprint.measure.look.banding import banding
from answerprint.measure.look.blocks import block_edges
from answerprint.measure.look.borders import black_bars, edge_lines
from answerprint.measure.look.cells import Cells, averaged_planes, inside, pixels_a_cell
from answerprint.measure.look.gamut import beyond_ap1, beyond_p3
from answerprint.measure.look.plateaus import plateaus
from answerprint.measure.look.tones import CODE, FULL, ZERO, survey, tones_of, value_of
from answerprint.measure.samples.halfloops import CELL, LARGEST
from answerprint.measure.samples.pixels import DARKEST, CellFrame
from answerprint.measured.look import FrameLook, Plateau
from answerprint.measured.movie import ColorTags
from answerprint.media.exr.door import Plane

HALF_CODE: Final = 26
"""Bit patterns of half floats that make an 8-bit code: a 39th of a stop, what a code is at mid-grey of BT.1886."""
SMALLEST: Final = 16
"""Side in pixels from which a frame of light is looked at: less has no patterns to tell."""

_FLOOR: Final = 0x2000
"""Bit pattern of 2^-7, under which a display shows next to nothing and a logarithm sees mountains."""
_NORMAL: Final = 0x0400
"""Bit pattern of 2^-14, the smallest normal half."""
_NEARLY_BLACK: Final = 0x1800
"""Bit pattern of 2^-9: black of an EXR, DWA's noise included."""


def look_at_codes(planes: Mapping[str, Codes], bits: int, tags: ColorTags) -> FrameLook:
    """Measure a movie's frame by its planes: Y, U and V (or Y alone), or G, B and R; `tags` are complete ones."""
    shown = {name: plane for name, plane in planes.items() if name != "A"}
    lead = shown["Y"] if "Y" in shown else shown["G"]
    unit = 1 << max(0, bits - 8)
    detail, blocks = block_edges(lead, unit)
    bars = black_bars(lead, (8 if tags.range == "pc" else 24) * unit)
    cells = averaged_planes(shown, bits)
    # Bars are no part of the picture whose tones and gradients are judged.
    active = inside(cells, bars.proven if bars else None)
    seen = FrameLook(
        detail=detail,
        blocks=blocks,
        banding=banding(
            active, active.planes[0], unit=active.unit, smallest=1.5 if bits <= 8 else 0.5
        ),
        bars=bars,
        lines=edge_lines(shown, unit),
    )
    return seen if bars is None else seen.model_copy(update=_colors(active, tags))


def look_at_light(
    picture: tuple[Plane, ...], frame: CellFrame, chromaticities: Chromaticities | None
) -> FrameLook:
    """Measure an EXR frame by its picture planes and what was measured of their cells."""
    lead = _patterns(picture[len(picture) // 2])
    if min(lead.shape) < SMALLEST:
        return FrameLook()
    detail, blocks = block_edges(lead, HALF_CODE, _FLOOR)
    bars = black_bars(lead, _NEARLY_BLACK)
    cells = Cells(tuple(plane.averages for plane in frame.planes), HALF_CODE, CELL)
    widths = bars.proven if bars else None
    active = inside(cells, widths)
    every = pixels_a_cell(max(lead.shape))
    thinned = inside(_thinned(picture, frame, every), widths)
    # Cells of a small picture are too few to follow a gradient and an outline by.
    graded = active if every >= cells.pixels else thinned
    smooth = np.asarray(cv2.max(graded.planes[len(graded.planes) // 2], _FLOOR))
    bright, _ = plateaus(_highest(graded.planes), HALF_CODE, coded=False)
    _, dark = plateaus(_codes_of_patterns().take(_highest(thinned.planes)), CODE, coded=False)
    gamut = beyond_ap1(active.planes, DARKEST, chromaticities or REC709)
    return FrameLook(
        detail=detail,
        blocks=blocks,
        banding=banding(graded, smooth, unit=HALF_CODE, smallest=1.5),
        bars=bars,
        lines=edge_lines({"G": lead}, HALF_CODE, _FLOOR),
        clipped=_placed(bright, graded, _light_of(bright.level)) if bright else None,
        crushed=_placed(dark, thinned, _light_shown(dark.level)) if dark else None,
        gamut=gamut.model_copy(update={"at": active.pixel(gamut.at)}) if gamut else None,
    )


def _colors(cells: Cells, tags: ColorTags) -> dict[str, Any]:
    """Return the fields of a FrameLook that need R', G' and B'."""
    if tags.matrix != "gbr" and not _linear_matrix(tags.matrix):
        return {}
    planes = cells.three
    scale, chroma = cells.scales(full=tags.range == "pc")
    matrix = to_rgb_matrix(tags.matrix)
    high, low, signal = survey(planes, scale, chroma, matrix)
    bright, dark = plateaus(high, CODE)
    # Light is clipped in R'G'B' or, by an editor's or a codec's limiter, in luma; dark luma is no black.
    limited, _ = plateaus(planes[0], cells.unit)
    found: dict[str, Any] = {
        "signal": signal.model_copy(update={"at": cells.pixel(signal.at)}),
        "tones": tones_of(high, low, tags.transfer if tags.hdr else None),
        "clipped": _larger(bright, limited, cells, scale),
        "crushed": _placed(dark, cells, value_of(dark.level)) if dark else None,
    }
    if tags.hdr and tags.primaries == "bt2020" and chroma:
        gamut = beyond_p3(planes, scale, chroma, matrix, hlg=tags.transfer == "arib-std-b67")
        found["gamut"] = gamut.model_copy(update={"at": cells.pixel(gamut.at)})
    return found


def _larger(
    brightest: Plateau | None, luma: Plateau | None, cells: Cells, scale: tuple[float, float]
) -> Plateau | None:
    """Return the larger plateau of the brightest channel's and luma's, its level as a signal."""
    if luma is not None and (brightest is None or luma.share > brightest.share):
        return _placed(luma, cells, round((luma.level - scale[0]) * scale[1], 4))
    return _placed(brightest, cells, value_of(brightest.level)) if brightest else None


def _placed(found: Plateau, cells: Cells, level: float) -> Plateau:
    return found.model_copy(update={"at": cells.pixel(found.at), "level": level})


def _light_of(pattern: float) -> float:
    light = float(np.array([round(pattern)], np.uint16).view(np.float16)[0]) - DARKEST
    return float(f"{max(light, 0.0):.4g}")


def _thinned(picture: tuple[Plane, ...], frame: CellFrame, every: int) -> Cells:
    """Return the bit patterns of one pixel of `every` x `every`, none negative nor over the largest half, in place of cells."""
    if every == CELL and not any(side % CELL for side in picture[0].shape):
        return Cells(tuple(plane.corners for plane in frame.planes), HALF_CODE, every)
    seen = (_patterns(plane[::every, ::every]).clip(0, LARGEST) for plane in picture)
    return Cells(tuple(patterns.view(np.uint16) for patterns in seen), HALF_CODE, every)


@cache
def _codes_of_patterns() -> NDArray[np.uint16]:
    """Return the BT.1886 signal of light by its bit pattern, ZERO for black and ZERO + FULL for 1.

    What is below the smallest normal half is black: DWA leaves as much of a zero.
    """
    light = np.arange(LARGEST + 1, dtype=np.uint16).view(np.float16).astype(np.float32)
    light[:_NORMAL] = 0
    codes = np.minimum(ZERO + FULL * light ** np.float32(1 / 2.4), 65535)
    return np.asarray(codes, np.uint16)


def _light_shown(stored: float) -> float:
    """Return the light that a value of `_codes_of_patterns` stands for."""
    light = max(value_of(stored), 0.0) ** 2.4
    return float(f"{light:.3g}") if light >= 2.0**-14 else 0.0


def _highest(planes: tuple[NDArray[np.uint16], ...]) -> NDArray[np.uint16]:
    high = planes[0]
    for plane in planes[1:]:
        high = cv2.max(high, plane)
    return high


def _patterns(plane: Plane) -> NDArray[np.int16]:
    with np.errstate(over="ignore", invalid="ignore"):
        return plane.astype(np.float16, copy=False).view(np.int16)


def _linear_matrix(name: str | None) -> bool:
    try:
        from_rgb_matrix(name or "bt709")
    except ValueError:
        return False
    return True
