"""Where a picture comes to lie in a deliverable: cropped, then scaled, then padded, in pixels as shown.

All arithmetic but `laid`. Sizes are of the upright picture: what turns a
picture happens before, and swaps its pixel aspect too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.resample import Box, Plane, resample
from answerprint.color.taps import Filter
from answerprint.deliverables.pictures.framing import (
    CropAspect,
    CropBox,
    CropEdges,
    Geometry,
    Pad,
    Scale,
    Scaling,
)
from answerprint.errors import UsageError
from answerprint.order import Size

SHAPE_KEPT: Final = Fraction(1, 100)
"""How far two aspects may be apart and still count as one: what rounding to whole chroma samples
does to a picture of 200 lines."""

LARGEST: Final = 65535
"""Pixels of the longest side of a picture, as `order.Pixels` has it."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one picture goes, and `notes` that say so in words.

    `crop` of `source` is brought to `scaled`, grown to `whole` by repeating its
    last column or row, and laid at `offset` on a black `canvas`.
    """

    source: Size
    crop: Box
    scaled: Size
    whole: Size
    offset: tuple[int, int]
    canvas: Size
    pixel_aspect: Fraction = Fraction(1)
    notes: tuple[str, ...] = ()

    @property
    def resamples(self) -> bool:
        """Whether pixels are computed anew, and not only chosen."""
        return self.scaled != self.crop[2:]

    @property
    def untouched(self) -> bool:
        """Whether the picture goes on as it is."""
        return self.crop == (0, 0, *self.source) and self.source == self.scaled == self.canvas


def place(
    geometry: Geometry,
    size: Size,
    granule: Size = (1, 1),
    pixel_aspect: Fraction = Fraction(1),
) -> Placement:
    """Work out where an upright picture of `size` goes.

    Without a scale nothing is resampled: what is no whole number of chroma
    samples (`granule`) grows by repeating its last column or row. A scaled
    size is rounded to the granule instead. Raises UsageError where the picture
    cannot be what is asked.
    """
    crop = _cropped(geometry, size, granule, pixel_aspect)
    exact, shape = _wanted(geometry, crop[2:], pixel_aspect)
    rounded = _rounded(exact[0], granule[0]), _rounded(exact[1], granule[1])
    scaled = crop[2:] if exact == (Fraction(crop[2]), Fraction(crop[3])) else rounded
    whole = whole_size(scaled, granule)
    canvas = _canvas(geometry.pad, whole, granule, shape)
    if max(canvas) > LARGEST:
        raise UsageError(f"{_x(canvas)} is larger than any picture", where="geometry")
    offset = _middle(canvas[0] - whole[0], granule[0]), _middle(canvas[1] - whole[1], granule[1])
    placement = Placement(size, crop, scaled, whole, offset, canvas, shape)
    return replace(placement, notes=tuple(_notes(geometry, placement, pixel_aspect)))


def whole_size(size: Size, granule: Size) -> Size:
    """Return `size` rounded up to whole chroma samples.

    >>> whole_size((853, 480), (2, 2))
    (854, 480)
    """
    return -(-size[0] // granule[0]) * granule[0], -(-size[1] // granule[1]) * granule[1]


def laid(planes: Sequence[Plane], placement: Placement, filter_: Filter) -> NDArray[Any]:
    """Return the planes of one R'G'B' picture, or of light, laid as `placement` says: (c, height, width).

    Values and types are those of `resample`; where nothing is resampled they
    are the planes' own. Bars are 0, black in both.
    """
    left, top, width, height = placement.crop
    picture: NDArray[Any]
    if placement.resamples:
        picture = resample(planes, placement.scaled, filter_=filter_, box=placement.crop)
    else:
        picture = np.stack([p[top : top + height, left : left + width] for p in planes])
    if placement.scaled != placement.whole:
        grown = [(0, w - s) for w, s in zip(placement.whole, placement.scaled, strict=True)]
        picture = np.pad(picture, [(0, 0), grown[1], grown[0]], mode="edge")
    if placement.whole == placement.canvas:
        return picture
    canvas = np.zeros((len(picture), placement.canvas[1], placement.canvas[0]), picture.dtype)
    x, y = placement.offset
    canvas[:, y : y + picture.shape[1], x : x + picture.shape[2]] = picture
    return canvas


def unframed(placement: Placement) -> Placement:
    """Return a placement without its bars: they are black in every display, so they are laid last."""
    return replace(placement, offset=(0, 0), canvas=placement.whole)


def framed(rgb: NDArray[np.uint16], placement: Placement) -> NDArray[np.uint16]:
    """Lay a picture, (3, h, w), on its canvas, among bars."""
    if placement.whole == placement.canvas:
        return rgb
    canvas = np.zeros((3, placement.canvas[1], placement.canvas[0]), np.uint16)
    x, y = placement.offset
    canvas[:, y : y + rgb.shape[1], x : x + rgb.shape[2]] = rgb
    return canvas


def _cropped(geometry: Geometry, size: Size, granule: Size, pixel_aspect: Fraction) -> Box:
    """Return what is left of the picture: what was asked for, and of that what a scale that fills shows."""
    scale = geometry.scale
    box = _crop_box(geometry.crop, size, (1, 1) if scale else granule, pixel_aspect)
    if scale is None or scale.how is not Scaling.FILL:
        return box
    assert scale.width is not None
    assert scale.height is not None
    aspect = Fraction(scale.width, scale.height)
    x, y, width, height = _of_aspect(aspect, box[2:], (1, 1), pixel_aspect)
    return box[0] + x, box[1] + y, width, height


def _crop_box(
    crop: CropBox | CropEdges | CropAspect | None, size: Size, granule: Size, pixel_aspect: Fraction
) -> Box:
    if isinstance(crop, CropAspect):
        return _of_aspect(crop.aspect, size, granule, pixel_aspect)
    box = (0, 0, *size)
    if isinstance(crop, CropEdges):
        width, height = size[0] - crop.left - crop.right, size[1] - crop.top - crop.bottom
        box = (crop.left, crop.top, width, height)
    elif isinstance(crop, CropBox):
        x = crop.x if crop.x is not None else (size[0] - crop.width) // 2
        y = crop.y if crop.y is not None else (size[1] - crop.height) // 2
        box = (x, y, crop.width, crop.height)
    x, y, width, height = box
    if min(width, height) < 1 or min(x, y) < 0 or x + width > size[0] or y + height > size[1]:
        raise UsageError(
            f"what is to be left of {_x(size)} is no part of it: {width}x{height} at {x},{y}",
            where="crop",
        )
    return box


def _of_aspect(aspect: Fraction, size: Size, granule: Size, pixel_aspect: Fraction) -> Box:
    """Return the largest part of an aspect, from the middle, its shorter side rounded to the granule."""
    width = min(size[0], _nearest(aspect * size[1] / pixel_aspect, granule[0]))
    height = min(size[1], _nearest(size[0] * pixel_aspect / aspect, granule[1]))
    return (size[0] - width) // 2, (size[1] - height) // 2, width, height


def _wanted(
    geometry: Geometry, size: Size, pixel_aspect: Fraction
) -> tuple[tuple[Fraction, Fraction], Fraction]:
    """Return the exact size the picture is to have, and the pixel aspect it then has."""
    scale, square = geometry.scale, Fraction(1)
    across, up = size[0] * pixel_aspect, Fraction(size[1])
    if scale is None or scale.factor is not None:
        factor = Fraction(1) if scale is None or scale.factor is None else scale.factor
        if geometry.square:
            return (across * factor, up * factor), square
        return (size[0] * factor, up * factor), pixel_aspect
    if scale.height is None:
        assert scale.width is not None
        return (Fraction(scale.width), scale.width * up / across), square
    if scale.width is None:
        return (scale.height * across / up, Fraction(scale.height)), square
    if scale.how in (Scaling.FIT, Scaling.ENLARGE):
        ratio = min(scale.width / across, scale.height / up)
        ratio = min(ratio, square) if scale.how is Scaling.FIT else ratio
        return (across * ratio, up * ratio), square
    if scale.how is Scaling.EXACT:
        _require_shape(across / up, scale.width, scale.height)
    return (Fraction(scale.width), Fraction(scale.height)), square


def _require_shape(shape: Fraction, width: int, height: int) -> None:
    if abs(shape * height / width - 1) > SHAPE_KEPT:
        raise UsageError(
            f"{width}x{height} would distort a picture of {float(shape):.3f}:1",
            where="scale",
            hint=f"say fit:, enlarge:, fill: or stretch:{width}x{height}",
        )


def _canvas(pad: Pad | None, whole: Size, granule: Size, pixel_aspect: Fraction) -> Size:
    """Return the size of the canvas around a picture that is whole granules itself."""
    if pad is None:
        return whole
    if pad.aspect is not None:
        width = _nearest(pad.aspect * whole[1] / pixel_aspect, granule[0])
        height = _nearest(whole[0] * pixel_aspect / pad.aspect, granule[1])
        return max(whole[0], width), max(whole[1], height)
    assert pad.width is not None
    assert pad.height is not None
    canvas = whole_size((pad.width, pad.height), granule)
    if canvas[0] < whole[0] or canvas[1] < whole[1]:
        raise UsageError(
            f"a picture of {_x(whole)} is larger than its canvas of {pad.width}x{pad.height}",
            where="pad",
            hint=f"add a scale such as fit:{pad.width}x{pad.height}",
        )
    return canvas


def _rounded(length: Fraction, grain: int) -> int:
    """Return a scaled length in whole grains: up where it is whole pixels, as a canvas of that size is."""
    return (
        whole_size((int(length), 1), (grain, 1))[0]
        if length == int(length)
        else _nearest(length, grain)
    )


def _nearest(length: Fraction, grain: int) -> int:
    """Return the nearest multiple of `grain`, the larger of two, and never none."""
    return max(1, int(length / grain + Fraction(1, 2))) * grain


def _middle(spare: int, grain: int) -> int:
    """Return where the middle begins, on a chroma sample."""
    return spare // 2 // grain * grain


def _notes(geometry: Geometry, placed: Placement, pixel_aspect: Fraction) -> Iterator[str]:
    """Say what is done to a picture, in the order it is done."""
    left, top, *_ = placed.crop
    cut, scaled, whole, canvas = placed.crop[2:], placed.scaled, placed.whole, placed.canvas
    if cut != placed.source:
        yield f"{_x(placed.source)} was cropped to {_x(cut)} at {left},{top}"
    if placed.resamples:
        yield f"{_x(cut)} was scaled to {_x(scaled)}"
    elif _smaller(cut, geometry.scale):
        assert geometry.scale is not None
        yield f"{_x(cut)} fits {geometry.scale.width}x{geometry.scale.height} and was not enlarged"
    if placed.pixel_aspect != pixel_aspect:
        yield f"pixels of {pixel_aspect.numerator}:{pixel_aspect.denominator} became square"
    shape = scaled[0] * placed.pixel_aspect / scaled[1] / (cut[0] * pixel_aspect / cut[1])
    if abs(shape - 1) >= Fraction(1, 1000):
        yield f"its shape became {abs(float(shape) - 1):.1%} {'wider' if shape > 1 else 'taller'}"
    if whole != scaled:
        yield f"{_x(scaled)} became {_x(whole)}: the last column or row is repeated"
    if canvas != whole:
        yield f"{_x(whole)} was padded to {_x(canvas)}{_bars(placed)}"


def _smaller(size: Size, scale: Scale | None) -> bool:
    """Tell whether a picture that was to fit could have been larger."""
    if scale is None or scale.how is not Scaling.FIT or not scale.width or not scale.height:
        return False
    return size[0] < scale.width and size[1] < scale.height


def _bars(placed: Placement) -> str:
    (x, y), (width, height), (across, up) = placed.offset, placed.whole, placed.canvas
    sides = {
        "columns left and": (x, across - width - x, "right"),
        "lines above and": (y, up - height - y, "below"),
    }
    said = (f"{a} {name} {b} {end}" for name, (a, b, end) in sides.items() if a or b)
    return ": black, " + ", ".join(said)


def _x(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
