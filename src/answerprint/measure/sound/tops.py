"""Tops of waves: whether they are cut off at full scale, at a level of their own, or were before a lossy codec.

A cut wave stands still at one level, which it enters and leaves at a slope; a round one
eases into its top. What a lossy codec makes of cut tops is uneven, but these
stay near the level of the cut, so that levels pile up there (as in Eaton and
Naylor, "Detection of clipping in coded speech signals", EUSIPCO 2013).

Memory: a histogram of some hundred bins.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measured.heard import FULL_SCALE, FullScaleRun

Wave = NDArray[np.float32]
Run = tuple[int, int]
"""First sample, and how many."""

_LEAST_RUN: Final = 3
_MOST_RUNS: Final = 32
_LEVEL: Final = 1e-4
"""Share of a peak within which samples stand at one level, beside the rounding of 16 bits."""
_ROUNDED: Final = 1.5 / 32768
_SLOPE: Final = 4.0
"""How many times that a sample beside a cut top lies lower: beside a round top of 3 samples or more it is 1.8 times at most."""
_QUIET: Final = 0.01
"""Peak of -40 dBFS under which rounding alone makes flat tops."""

_PER_OCTAVE: Final = 48
_FLOOR_OCTAVES, _ABOVE_OCTAVES = 7, 3
_BINS: Final = (_FLOOR_OCTAVES + _ABOVE_OCTAVES) * _PER_OCTAVE
_PILE: Final = 5
"""Bins of a pile: 0.6 dB, over which a codec at 128 kbit/s spreads most cut tops."""
_UNDER: Final = 6
"""Bins under it that it is compared with."""
_REACH: Final = 24
"""Bins from the top down in which a pile is sought: half of full amplitude."""
_SHARE: Final = 2e-4
"""Share of all samples that a pile holds at least: ten milliseconds of a minute."""
_COUNTED: Final = (100, 20_000)
"""Samples in a pile, and of the sound above -42 dBFS, that say enough: half a second at 48 kHz."""


class Runs:
    """Runs of at least three samples that stand at a level or beyond; the longest are kept."""

    def __init__(self) -> None:
        self.samples = 0
        self.runs: list[Run] = []
        self._open: Run = (0, 0)

    def add(self, mask: NDArray[np.bool_], at: int) -> None:
        """Take the next block, which begins with sample `at`."""
        runs = runs_of(mask)
        if not len(runs) or runs[0, 0] > 0:
            self.close()
        lasting = runs[:, 1] - runs[:, 0] >= _LEAST_RUN
        for start, stop in runs[lasting | (runs[:, 0] == 0) | (runs[:, 1] == len(mask))].tolist():
            if start or not self._open[1]:
                self._open = (at + start, stop - start)
            else:
                self._open = (self._open[0], self._open[1] + stop)
            if stop < len(mask):
                self.close()

    def close(self) -> None:
        """Take the run that goes on from block to block as finished."""
        if self._open[1] >= _LEAST_RUN:
            self.keep(self._open)
        self._open = (0, 0)

    def keep(self, run: Run) -> None:
        """Count a run and keep it among the longest."""
        self.samples += run[1]
        self.runs.append(run)
        if len(self.runs) >= 8 * _MOST_RUNS:
            self._shorten()

    def _shorten(self) -> None:
        self.runs = sorted(self.runs, key=lambda each: -each[1])[:_MOST_RUNS]

    def timed(self, start: float, rate: int) -> tuple[FullScaleRun, ...]:
        """Return the runs in order of time, in seconds from a clock on which the sound starts at `start`."""
        self._shorten()
        return tuple(
            FullScaleRun(start=round(start + first / rate, 5), samples=length)
            for first, length in sorted(self.runs)
        )


class Tops:
    """What the tops of one channel's waves show, block by block."""

    def __init__(self) -> None:
        self.full = Runs()
        self.flat = Runs()
        self.peak = 0.0
        self._bins = np.zeros(_BINS, np.int64)

    def add(self, magnitude: Wave, at: int) -> None:
        """Take the magnitudes of the next block, which begins with sample `at`."""
        highest = float(magnitude.max(initial=0.0))
        if highest >= FULL_SCALE:
            self.full.add(magnitude >= FULL_SCALE, at)
        else:
            self.full.close()
        self._level(magnitude, highest, at)
        self._count(magnitude)

    def pile(self) -> tuple[float, float]:
        """Return how many times as dense levels are at the fullest pile near the top as under it, and its level.

        0 where there is none. A sine of one amplitude comes to 2.6, and so
        does what is made of it; music, limited or not, to 2.2 at most.
        """
        counts, total = self._bins, int(self._bins.sum())
        best = (0.0, 0.0)
        if total < _COUNTED[1]:
            return best
        least = max(_COUNTED[0], _SHARE * total)
        # Above this bin lie fewer samples than a pile has: what a codec threw there is not the top.
        ending = np.flatnonzero(np.cumsum(counts[::-1])[::-1] >= least)
        top = min(int(ending[-1]) + _PILE, _BINS) - 1 if ending.size else 0
        for last in range(top, max(top - _REACH, _PILE + _UNDER), -1):
            low = last + 1 - _PILE
            here, under = int(counts[low : last + 1].sum()), int(counts[low - _UNDER : low].sum())
            if here >= least:
                dense = here / _PILE / max(under / _UNDER, 1.0)
                best = max(best, (dense, 2.0 ** ((low + _PILE / 2) / _PER_OCTAVE - _FLOOR_OCTAVES)))
        return best

    def _level(self, magnitude: Wave, highest: float, at: int) -> None:
        """Find flat tops at the highest level so far; a higher one makes those before it ordinary."""
        near = _near(highest)
        if highest - near > self.peak:
            self.flat = Runs()
        self.peak = max(self.peak, highest)
        level = self.peak - _near(self.peak)
        if highest < max(level, _QUIET):
            return
        runs = runs_of(magnitude >= level)
        runs = runs[runs[:, 1] - runs[:, 0] >= _LEAST_RUN]
        ahead = magnitude[np.maximum(runs[:, 0] - 1, 0)]
        behind = magnitude[np.minimum(runs[:, 1], len(magnitude) - 1)]
        sloping = self.peak - np.minimum(ahead, behind) > _SLOPE * _near(self.peak)
        for start, stop in runs[sloping].tolist():
            self.flat.keep((at + start, stop - start))

    def _count(self, magnitude: Wave) -> None:
        heard = magnitude[magnitude >= 2.0**-_FLOOR_OCTAVES]
        places = ((np.log2(heard) + _FLOOR_OCTAVES) * _PER_OCTAVE).astype(np.int64)
        self._bins += np.bincount(np.minimum(places, _BINS - 1), minlength=_BINS)


def runs_of(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return where runs of True begin and end, (runs, 2)."""
    return np.flatnonzero(np.diff(mask, prepend=False, append=False)).reshape(-1, 2)


def _near(level: float) -> float:
    return _LEVEL * level + _ROUNDED
