"""Proving a baked rendering against the exact one, on pictures and on a sweep of all colors there are.

The promise of a bake is an error of at most 2 ten-bit codes in any channel of
any pixel, and of at most 1 in the mean. What is compared here is fresh: none of
it was baked with. It is evidence, and the more of it the stronger: `doubt` says how
strong. From the worst of it others are tried uphill, where a fault would be.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.baking import cores_there
from answerprint.color.baked.lattice import TOLERANCE
from answerprint.color.baked.uphill import Found, climb
from answerprint.color.grading import Grading
from answerprint.color.itp import delta_e_itp
from answerprint.color.primaries import AP0, Chromaticities, rgb_to_rgb
from answerprint.color.rendering import WORTH, Rendering, half_light, rendering
from answerprint.color.transforms import Colors, exact
from answerprint.color.views import view_named
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
_WORST: Final = 32
"""Colors of each go from which others are tried."""
_UNLIKELY: Final = 3.0
"""Faults that were to be expected where none was found, with 95 % confidence: -ln 0.05 (the rule of three)."""
_TEN_BIT: Final = 65535 / 1023


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
    """Share of pixels that the baked rendering computed the exact way: of those of one color close together, one."""
    baked_seconds: float
    """Time the baked rendering takes a million pixels, its exact share included."""
    exact_seconds: float
    """The same of the exact rendering, on as many threads."""

    @property
    def hold(self) -> bool:
        """Whether they keep the promise."""
        return self.largest <= TOLERANCE and self.mean <= MEAN_TOLERANCE

    @property
    def doubt(self) -> float:
        """Share of pixels drawn alike that may be further off, with 95 % confidence, where none of these was."""
        return _UNLIKELY / self.pixels

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
    uphill: Errors | None = None
    """What came out uphill from the worst colors of both, None where there were none."""

    @property
    def holds(self) -> bool:
        """Whether the promise is kept everywhere it was tried; the mean of what was climbed to is nobody's."""
        tried = all(errors.hold for errors in (self.pictures, self.sweep) if errors is not None)
        return tried and (self.uphill is None or self.uphill.largest <= TOLERANCE)

    @property
    def compared(self) -> list[tuple[str, Errors]]:
        """What there is, by name."""
        named = ("pictures", self.pictures), ("sweep", self.sweep), ("uphill", self.uphill)
        return [(on, errors) for on, errors in named if errors is not None]


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
    count = threads or cores_there()
    with ThreadPoolExecutor(count, "prove") as pool:
        on_pictures = _Comparison(grading, baked, pool)
        for picture in counted(pictures, f"comparing pictures by {grading.view}", None, progress):
            on_pictures.add(picture)
        on_sweep = _Comparison(grading, baked, pool)
        for colors in swept(sweep):
            on_sweep.add(LinearPicture(list(colors)))
        uphill = _Comparison(grading, baked, pool)
        climb(uphill.add_colors, on_pictures.worst + on_sweep.worst)
    return Proof(
        grading=grading, threads=count, pictures=on_pictures.errors(), sweep=on_sweep.errors(),
        uphill=uphill.errors(),
    )  # fmt: skip


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
        self._exact = Rendering(exact(grading), grading, None, every=True)
        self._tags = view_named(grading.view).tags
        self._pool = pool
        self.worst: list[Found] = []
        self._errors = np.zeros(1 << 16, np.int64)
        self._delta_e = 0.0
        self._largest_delta_e = 0.0
        self._seconds = [0.0, 0.0]

    def add(self, picture: LinearPicture) -> NDArray[np.int32]:
        """Show a picture both ways, take in what differs, and return how far each pixel is off, in 16-bit codes."""
        parts = list(_parts(picture))
        if not self._errors.any():
            # What is compiled or read from disk at its first use is no pixel's time.
            for render in (self._baked, self._exact):
                render.show([plane[:16] for plane in parts[0].planes], picture.primaries)
            self._missed.colors = 0
        baked, exact = (self._timed(n, parts) for n in (0, 1))
        every = []
        for part, (off, delta_e) in zip(
            parts, self._pool.map(self._off, baked, exact), strict=True
        ):
            self._errors += np.bincount(off, minlength=1 << 16)
            self._delta_e += float(delta_e.sum())
            self._largest_delta_e = max(self._largest_delta_e, float(delta_e.max()))
            self.worst.append(_worst(part, off))
            every.append(off)
        return np.concatenate(every)

    def add_colors(self, colors: Colors) -> NDArray[np.int32]:
        """Do the same with colors of AP0, (n, 3)."""
        return self.add(LinearPicture([np.ascontiguousarray(colors[:, n]) for n in range(3)]))

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


def _worst(part: LinearPicture, off: NDArray[np.int32]) -> Found:
    """Return the colors of a picture that are furthest off."""
    where = np.argsort(-off, kind="stable")[:_WORST]
    halves = half_light()
    stored = [plane.reshape(-1)[where] for plane in part.planes]
    light = [halves[p.view(np.uint16)] if p.dtype == np.float16 else p for p in stored]
    colors = np.stack(light, axis=-1).astype(np.float64) @ rgb_to_rgb(part.primaries, AP0).T
    return off[where], colors
