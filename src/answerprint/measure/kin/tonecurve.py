"""The view that relates two renderings of the same pictures, fitted from the pictures alone."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.float32]

KNOTS: Final = 64
"""Points of the curve: quantiles of what occurs, so that it is fine where the pictures are."""
BANDS: Final = 8
"""Parts of the lightness scale that color is fitted in: views take color out of highlights."""
_RIDGE: Final = 20.0
"""Weight, in cells of Oklab 1, of color staying as it is: where there is none, none is made up."""
_TAIL: Final = np.array([0.0002, 0.001, 0.004])
"""Shares of cells at either end that have a point of the curve of their own."""
_SAMPLES: Final = 200_000
"""Cells looked at; more tell the curve no better."""


@dataclass(frozen=True, slots=True)
class Look:
    """One monotone curve for lightness, and by lightness one 2x2 matrix for color; all in Oklab x 100."""

    light: NDArray[np.float64]
    """Lightness that comes in, ascending, (KNOTS,)."""
    shown: NDArray[np.float64]
    """Lightness that goes out, never falling, (KNOTS,)."""
    color: NDArray[np.float64] | None = None
    """Matrices from a and b to a and b, (BANDS, 2, 2), by bands of the lightness that goes out."""
    edges: NDArray[np.float64] | None = None
    """Lightness between the bands, (BANDS - 1,)."""

    def __call__(self, lab: Cells) -> Cells:
        """Return (..., 3) as this look shows it."""
        out = np.empty_like(lab)
        out[..., 0] = np.interp(lab[..., 0], self.light, self.shown)
        if self.color is None or self.edges is None:
            out[..., 1:] = lab[..., 1:]
            return out
        band = np.searchsorted(self.edges, out[..., 0])
        matrices = self.color.astype(np.float32)[band]
        out[..., 1:] = np.einsum("...ij,...j->...i", matrices, lab[..., 1:])
        return out


def ranked(side: Cells) -> Cells:
    """Return the lightness of every frame as ranks in the frame, 0 to 100: what no monotone curve changes.

    (frames, cells, 3) to (frames, cells, 1), not-a-number where there is no picture.
    """
    order = side[..., 0].argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    ranks = order.astype(np.float32) * np.float32(100 / max(1, side.shape[1] - 1))
    ranks[np.isnan(side[:, 0, 0])] = np.nan
    return np.asarray(ranks[..., None])


def paired_look(source: Cells, target: Cells) -> Look:
    """Fit curve and color from cells that show the same, each (cells, 3): medians, which a few wrong frames do not move."""
    step = max(1, len(source) // _SAMPLES)
    source, target = source[::step], target[::step]
    told = np.isfinite(source[:, 0]) & np.isfinite(target[:, 0])
    source, target = source[told], target[told]
    light, shown = _medians(source[:, 0], target[:, 0])
    curve = Look(light, rising(shown))
    out = np.interp(source[:, 0], curve.light, curve.shown)
    edges = np.quantile(out, np.linspace(0, 1, BANDS + 1)[1:-1])
    band = np.searchsorted(edges, out)
    color = np.stack([_matrix(source[band == n, 1:], target[band == n, 1:]) for n in range(BANDS)])
    return Look(curve.light, curve.shown, color, edges)


def rising(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the never falling sequence nearest to `values` in least squares, by pooling adjacent violators."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        mean, count = float(value), 1
        while blocks and blocks[-1][0] > mean:
            before, many = blocks.pop()
            mean, count = (mean * count + before * many) / (count + many), count + many
        blocks.append((mean, count))
    return np.repeat([mean for mean, _ in blocks], [count for _, count in blocks])


def _medians(x: Cells, y: Cells) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    order = np.argsort(x, kind="stable")
    # The ends have parts of their own: a curve that stops at the median of the brightest
    # part would show all that is brighter alike.
    shares = np.concatenate([_TAIL, np.linspace(0, 1, KNOTS + 1)[1:-1], 1 - _TAIL[::-1]])
    parts = [part for part in np.split(order, (shares * x.size).astype(np.intp)) if part.size]
    light = np.array([np.median(x[part]) for part in parts], np.float64)
    shown = np.array([np.median(y[part]) for part in parts], np.float64)
    return np.maximum.accumulate(light + np.arange(len(parts)) * 1e-6), shown


def _matrix(source: Cells, target: Cells) -> NDArray[np.float64]:
    """Solve target = source @ M.T in least squares, twice: the second time without the tenth that fits worst."""
    matrix = _solved(source, target)
    off = np.abs(source @ matrix.T.astype(np.float32) - target).sum(axis=1)
    kept = off <= np.quantile(off, 0.9) if off.size else np.zeros(0, bool)
    return _solved(source[kept], target[kept])


def _solved(source: Cells, target: Cells) -> NDArray[np.float64]:
    x, y = source.astype(np.float64), target.astype(np.float64)
    weight = _RIDGE * np.eye(2)
    solved = np.linalg.solve(x.T @ x + weight, x.T @ y + weight).T
    return np.asarray(solved, np.float64)
