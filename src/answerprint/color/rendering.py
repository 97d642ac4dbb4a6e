"""Showing pictures: a grading made ready for many pictures, baked where that pays."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked import bakes
from answerprint.color.baked.axes import axes_of
from answerprint.color.baked.bakes import Bake
from answerprint.color.baked.baking import bake
from answerprint.color.baked.curves import Curves, shown_by_curves
from answerprint.color.baked.fitting import fitted
from answerprint.color.baked.lattice import Colors, looked_up
from answerprint.color.baked.stored import Plane, distinct, gather, scatter
from answerprint.color.between import Between
from answerprint.color.grading import Grading
from answerprint.color.primaries import AP0, Chromaticities, rgb_to_rgb
from answerprint.color.transforms import Exact, exact
from answerprint.measured.movie import ColorTags
from answerprint.progress import Progress, silent

WORTH: Final = 100_000_000
"""Pixels from which a transform is baked: what baking takes, at half a microsecond a pixel of the exact one.

It does not depend on what lies in the cache, so that the same work gives the same pictures everywhere.
"""


def half_light() -> NDArray[np.float32]:
    """Return light by the bits of a half float: 0 for what is no number, the largest for infinity."""
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float32)
    return np.nan_to_num(halves, nan=0.0, posinf=65504.0, neginf=-65504.0)


_AT_ONCE: Final = 1 << 15
"""Pixels that go the exact way together. Charts, ramps and rendered pictures repeat most of the colors among them."""
_NO_TABLE: Final = np.zeros(1, np.float32)
_CODE: Final = (np.arange(1 << 16) / 65535).astype(np.float32)


class Rendering:
    """A grading ready to show pictures: 16-bit full-range display R'G'B' of scene light.

    Safe to use from many threads. `bake` is None where every pixel goes the
    exact way. Pixels of one color that lie close together go it once, but where
    `every` one is asked to, as other programs do it.
    """

    def __init__(
        self,
        transform: Callable[[Colors], Colors],
        grading: Grading,
        bake: Bake | None,
        *,
        every: bool = False,
    ) -> None:
        self._exact = transform
        self._grading = grading
        self._every = every
        self.bake = bake

    def show(
        self, planes: Sequence[NDArray[np.generic]], primaries: Chromaticities
    ) -> NDArray[np.uint16]:
        """Show R, G and B planes of one shape, (h, w), linear in `primaries`: (3, h, w).

        Half floats are read by their bits; other types are taken as float32.
        Not-a-number is shown as 0, infinity as the largest half float.
        """
        flat = [_flat(plane) for plane in planes]
        matrix = self._grading.matrix(primaries)
        out = np.empty((3, flat[0].size), np.uint16)
        missed = show_baked(self.bake, flat, _NO_TABLE, matrix, out)
        _show_exactly(self._exact, flat, _NO_TABLE, matrix, missed, out, every=self._every)
        return out.reshape(3, *planes[0].shape)


class DisplayRendering:
    """Display pictures made for one kind of display brought to another, ready for many pictures."""

    def __init__(
        self, transform: Between, bake: Bake | None, light: NDArray[np.float32] = _CODE
    ) -> None:
        self._between = transform
        self.bake = bake
        self._light = light

    def show(self, rgb: NDArray[np.uint16]) -> NDArray[np.uint16]:
        """Convert full-range R'G'B' of 16 bits, (3, h, w)."""
        flat = list(np.ascontiguousarray(rgb).reshape(3, -1))
        out = np.empty((3, flat[0].size), np.uint16)
        missed = show_baked(self.bake, flat, self._light, np.eye(3), out)
        _show_exactly(self._between, flat, _CODE, np.eye(3), missed, out)
        return out.reshape(rgb.shape)


def display_rendering(
    source: ColorTags,
    target: ColorTags,
    pixels: int,
    *,
    exactly: bool = False,
    progress: Progress = silent,
) -> DisplayRendering | None:
    """Return what brings display pictures of `source` to a display of `target`; None where they are the same.

    HDR becomes SDR by BT.2446, SDR becomes HDR by BT.2408; PQ and HLG become
    each other, and SDR of other primaries is converted, in light. Only the first
    takes a bake.
    """
    between = Between.of(source, target)
    if between is None:
        return None
    if exactly or pixels < WORTH:
        return DisplayRendering(between, None)
    if (factored := between.factored()) is not None:
        return DisplayRendering(between, *factored)
    kept = _kept(between.key)
    if kept is None:
        with bakes.one_baker(between.key):
            kept = _kept(between.key)
            if kept is None:
                progress("baking a display conversion, once on this machine", 0, None)
                # Codes end at 1: nothing beyond is converted, which baking would try.
                bakes.keep(
                    between.key,
                    bake(lambda code: between(np.clip(code, 0, 1)), np.eye(3), 1.0, clamps=True),
                )
                kept = _kept(between.key)
    return DisplayRendering(between, kept)


def rendering(
    grading: Grading, pixels: int, *, exactly: bool = False, progress: Progress = silent
) -> Rendering:
    """Make a grading ready to show `pixels` in all: baked where that is worth it and `exactly` is not asked.

    A bake takes about a minute of a core once a machine, where a matrix and curves
    are not all of it, and is kept. Raises as `transforms.exact`.
    """
    transform = exact(grading)
    if exactly or pixels < WORTH:
        return Rendering(transform, grading, None)
    return Rendering(transform, grading, _bake(grading, transform, progress))


def _bake(grading: Grading, transform: Exact, progress: Progress) -> Bake:
    kept = _kept(transform.key)
    if kept is not None:
        return kept
    with bakes.one_baker(transform.key):
        kept = _kept(transform.key)
        if kept is not None:
            return kept
        progress(f"baking {grading.view}, once on this machine", 0, None)
        made: Bake | None = fitted(transform, transform.begins)
        if made is None:
            primaries, top, clamps = axes_of(transform)
            made = bake(transform, rgb_to_rgb(AP0, primaries), top, clamps=clamps)
        bakes.keep(transform.key, made)
    return _kept(transform.key) or made


_LOADED: Final[dict[str, Bake]] = {}


def _kept(key: str) -> Bake | None:
    """Return a bake of this process, or of this machine."""
    if key not in _LOADED and (kept := bakes.load(key)) is not None:
        _LOADED[key] = kept
    return _LOADED.get(key)


def show_baked(
    bake: Bake | None,
    flat: Sequence[Plane],
    light: NDArray[np.float32],
    matrix: NDArray[np.float64],
    out: NDArray[np.uint16],
) -> NDArray[np.int32]:
    """Show flat planes in `out` as far as they are baked, and return the indices of the other pixels."""
    if bake is None:
        return np.arange(flat[0].size, dtype=np.int32)
    if isinstance(bake, Curves):
        return shown_by_curves(bake, flat, light, matrix, out)
    return looked_up(bake, flat, light, matrix, out)


def _show_exactly(
    transform: Callable[[Colors], Colors],
    flat: Sequence[Plane],
    light: NDArray[np.float32],
    matrix: NDArray[np.float64],
    missed: NDArray[np.int32],
    out: NDArray[np.uint16],
    *,
    every: bool = False,
) -> None:
    """Show the pixels of `flat` planes that were missed in `out`: of each color among some thousand of them one, or `every` one."""
    brought = matrix.astype(np.float32)
    for some in np.array_split(missed, max(1, missed.size // _AT_ONCE)):
        if some.size:
            colors = gather(*flat, light, brought, some)
            which = np.arange(some.size, dtype=np.int32)
            if not every:
                colors, which = distinct(colors)
            scatter(transform(colors), which, some, out)


def _flat(plane: NDArray[np.generic]) -> Plane:
    whole = np.ascontiguousarray(plane).reshape(-1)
    if whole.dtype == np.float16:
        return whole.view(np.int16)
    return np.asarray(whole, np.float32)
