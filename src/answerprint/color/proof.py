"""Proving a baked rendering against the exact one, on pictures and on a sweep of all colors there are.

The promise of a bake is an error of at most 2 ten-bit codes in any channel of
any pixel, and of at most 1 in the mean.
"""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.grading import Grading
from answerprint.color.lattice import TOLERANCE
from answerprint.color.primaries import AP0, REC2020, Chromaticities, rgb_to_rgb
from answerprint.color.rendering import WORTH, Rendering, rendering
from answerprint.color.tags import chromaticities
from answerprint.color.transfer import REFERENCE_WHITE, encode_pq, to_light
from answerprint.color.transforms import Colors, exact
from answerprint.color.views import view_named
from answerprint.measured.movie import ColorTags
from answerprint.progress import Progress, counted, silent
from answerprint.record import Record

MEAN_TOLERANCE: Final = 1.0
"""Largest mean error, in ten-bit codes; the largest of any pixel is lattice.TOLERANCE."""
BRIGHTEST: Final = 0.18 * 2.0**10
"""Where the sweep ends: ten stops above mid grey."""
DARKEST: Final = 0.18 * 2.0**-14
SWEEP: Final = 2_000_000
"""Colors of a sweep, where nothing else is asked."""

_AT_ONCE: Final = 1 << 16
"""Pixels shown in one go."""
_TEN_BIT: Final = 65535 / 1023
_SDR_WHITE: Final = 100.0
_LMS: Final = np.array([[1688, 2146, 262], [683, 2951, 462], [99, 309, 3688]]) / 4096
_ITP: Final = (
    np.array([[2048, 2048, 0], [0.5 * 6610, 0.5 * -13613, 0.5 * 7003], [17933, -17390, -543]])
    / 4096
)
"""ICtCp of BT.2100 with its second component halved, which makes it ITP (BT.2124)."""


@dataclass(frozen=True, slots=True)
class LinearPicture:
    """R, G and B planes of one shape, linear in `primaries`."""

    planes: Sequence[NDArray[np.generic]]
    primaries: Chromaticities = AP0


class Errors(Record):
    """How far baked pixels are from exact ones, and what either took."""

    pixels: int
    """How many were compared."""
    mean: float
    """Mean over pixels of the worst channel's error, in ten-bit codes; so are `most` and `largest`."""
    most: float
    """The error that 99 % of pixels keep to."""
    largest: float
    """The error of the worst pixel."""
    over: int
    """Pixels further off than 2 ten-bit codes."""
    delta_e: float
    """Mean color difference of BT.2124, in just noticeable differences."""
    largest_delta_e: float
    """The largest of them."""
    exact_share: float
    """Share of pixels that the baked rendering sent the exact way."""
    baked_seconds: float
    """Time the baked rendering takes a million pixels, its exact share included."""
    exact_seconds: float
    """The same of the exact rendering, on as many threads."""

    @property
    def hold(self) -> bool:
        """Whether they keep the promise."""
        return self.largest <= TOLERANCE and self.mean <= MEAN_TOLERANCE

    @property
    def ratio(self) -> float:
        """How many times as fast the baked rendering is."""
        return self.exact_seconds / self.baked_seconds


class Proof(Record):
    """A view's baked rendering, compared with the exact one."""

    grading: Grading
    threads: int
    """Threads that either rendering ran on."""
    pictures: Errors | None = None
    """What came out on pictures, None where there were none."""
    sweep: Errors | None = None
    """What came out on the sweep, None where none was asked."""

    @property
    def holds(self) -> bool:
        """Whether the promise is kept everywhere it was tried."""
        return all(errors.hold for errors in (self.pictures, self.sweep) if errors is not None)


def prove_view(
    grading: Grading,
    pictures: Iterable[LinearPicture] = (),
    *,
    sweep: int = SWEEP,
    threads: int | None = None,
    progress: Progress = silent,
) -> Proof:
    """Compare the baked rendering of `grading` with the exact one on `pictures` and on `sweep` random colors.

    Bakes it first where that was not done on this machine. The sweep is that of
    `swept`. Times are of both renderings on `threads` threads, one a core where
    none is given. Memory: one picture, and 100 MB. Raises as `rendering`.
    """
    baked = rendering(grading, WORTH, progress=progress)
    count = threads or _cores()
    with ThreadPoolExecutor(count, "prove") as pool:
        on_pictures = _Comparison(grading, baked, pool)
        for picture in counted(pictures, f"comparing pictures by {grading.view}", None, progress):
            on_pictures.add(picture)
        on_sweep = _Comparison(grading, baked, pool)
        for colors in swept(sweep):
            on_sweep.add(LinearPicture(list(colors)))
    return Proof(
        grading=grading, threads=count, pictures=on_pictures.errors(), sweep=on_sweep.errors()
    )


def swept(count: int, *, seed: int = 2124) -> Iterator[NDArray[np.float32]]:
    """Yield `count` colors over all of AP0, black to ten stops above mid grey, as (3, n), the same every time.

    A third each are spread evenly in stops, evenly in light, and between the
    two; one in sixteen is a grey.
    """
    for place, start in enumerate(range(0, count, 1 << 18)):
        random = np.random.default_rng([seed, place])
        spread = random.random((3, min(1 << 18, count - start)))
        spread[:, ::16] = spread[0, ::16]
        stops = DARKEST * (BRIGHTEST / DARKEST) ** spread
        kinds = stops, BRIGHTEST * spread, BRIGHTEST * spread**6
        which = np.arange(spread.shape[1]) % len(kinds)
        yield np.choose(which, kinds).astype(np.float32)


def delta_e_itp(
    shown: NDArray[np.uint16], other: NDArray[np.uint16], tags: ColorTags
) -> NDArray[np.float64]:
    """Return the color difference of full-range R'G'B' of 16 bits, (3, n) each, on the display that `tags` name.

    By Recommendation ITU-R BT.2124-0 (annex 1): 720 times the distance in ITP,
    so that 1 is just noticeable. SDR is taken for shown with a white of 100 cd/m2.
    """
    first, second = (_itp(codes, tags) for codes in (shown, other))
    result: NDArray[np.float64] = 720 * np.sqrt(np.square(first - second).sum(axis=1))
    return result


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Counted:
    """An exact transform that counts its colors."""

    def __init__(self, grading: Grading) -> None:
        self._exact = exact(grading)
        self._lock = Lock()
        self.colors = 0

    def __call__(self, colors: Colors) -> Colors:
        with self._lock:
            self.colors += len(colors)
        return self._exact(colors)


class _Comparison:
    """Both renderings of pictures, and what they differ by, summed up."""

    def __init__(self, grading: Grading, baked: Rendering, pool: Executor) -> None:
        self._missed = _Counted(grading)
        self._baked = Rendering(self._missed, grading, baked.bake)
        self._exact = rendering(grading, 0, exactly=True)
        self._tags = view_named(grading.view).tags
        self._pool = pool
        self._errors = np.zeros(1 << 16, np.int64)
        self._delta_e = 0.0
        self._largest_delta_e = 0.0
        self._seconds = [0.0, 0.0]

    def add(self, picture: LinearPicture) -> None:
        """Show a picture both ways and take in what differs."""
        parts = list(_parts(picture))
        if not self._errors.any():
            # What is compiled or read from disk at its first use is no pixel's time.
            for render in (self._baked, self._exact):
                render.show([plane[:16] for plane in parts[0].planes], picture.primaries)
            self._missed.colors = 0
        baked, exact = (self._timed(n, parts) for n in (0, 1))
        for off, delta_e in self._pool.map(self._off, baked, exact):
            self._errors += np.bincount(off, minlength=1 << 16)
            self._delta_e += float(delta_e.sum())
            self._largest_delta_e = max(self._largest_delta_e, float(delta_e.max()))

    def errors(self) -> Errors | None:
        """Return what came out of all pictures, None where there was none."""
        pixels = int(self._errors.sum())
        if not pixels:
            return None
        codes = np.arange(1 << 16) / _TEN_BIT
        below = np.cumsum(self._errors)
        return Errors(
            pixels=pixels,
            mean=float(self._errors @ codes / pixels),
            most=float(codes[np.searchsorted(below, 0.99 * pixels)]),
            largest=float(codes[np.flatnonzero(self._errors)[-1]]),
            over=int(self._errors[codes > TOLERANCE].sum()),
            delta_e=self._delta_e / pixels,
            largest_delta_e=self._largest_delta_e,
            exact_share=self._missed.colors / pixels,
            baked_seconds=self._seconds[0] / pixels * 1e6,
            exact_seconds=self._seconds[1] / pixels * 1e6,
        )

    def _timed(self, which: int, parts: list[LinearPicture]) -> list[NDArray[np.uint16]]:
        show = (self._baked, self._exact)[which].show
        start = time.perf_counter()
        shown = list(self._pool.map(lambda part: show(part.planes, part.primaries), parts))
        self._seconds[which] += time.perf_counter() - start
        return shown

    def _off(
        self, baked: NDArray[np.uint16], exact: NDArray[np.uint16]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        off = np.abs(baked.astype(np.int32) - exact).max(axis=0)
        return off, delta_e_itp(baked, exact, self._tags)


def _parts(picture: LinearPicture) -> Iterator[LinearPicture]:
    flat = [np.ascontiguousarray(plane).reshape(-1) for plane in picture.planes]
    for start in range(0, flat[0].size, _AT_ONCE):
        planes = [plane[start : start + _AT_ONCE] for plane in flat]
        yield LinearPicture(planes, picture.primaries)


def _itp(codes: NDArray[np.uint16], tags: ColorTags) -> NDArray[np.float64]:
    white = REFERENCE_WHITE if tags.hdr else _SDR_WHITE
    light = white * to_light(codes.T / 65535, tags.transfer)
    wide = np.maximum(light @ rgb_to_rgb(chromaticities(tags), REC2020).T, 0)
    result: NDArray[np.float64] = encode_pq(wide @ _LMS.T) @ _ITP.T
    return result
