"""When a movie's frames are shown, by their own times, and how far others may tell it differently."""

from itertools import pairwise
from statistics import median
from typing import Final

from pydantic import Field

from answerprint.measured.clips import MovieMeasures
from answerprint.record import Record

UNSTEADY: Final = 0.002
"""Seconds, beyond the rounding of its clock, by which a steady movie's steps may differ: those of rate.variable."""


class ContainerLimits(Record):
    """Limits of what a container may tell differently from what it holds."""

    gap_frames: float = Field(default=2.5, ge=0)
    """Frames of nothing before the first picture.

    Matroska tells no decode times, so a clip copied into it keeps the delay of
    its reordered frames, two with the usual settings of x264 and x265, as a gap.
    """
    late_frames: float = Field(default=1.0, ge=0)
    """Frames an empty edit may hold back the first picture: muxers shift it by milliseconds to where sound begins."""
    shown_pixels: float = Field(default=2.0, ge=0)
    """Pixels by which the size to be shown may miss the coded one, for rounding to even numbers."""
    rate_share: float = Field(default=5e-4, ge=0, lt=1)
    """Share by which two rates may differ: half of what parts 24 from 24000/1001."""
    tick_rate: float = Field(default=301, gt=0)
    """Frames a second from which a stream's rate is a clock's tick: phones write 600, 1000 or 90000."""
    aspect_share: float = Field(default=0.005, ge=0, lt=1)
    """Share by which two pixel aspects may differ: 12:11 and 59:54 are two spellings of one."""
    length_frames: float = Field(default=1.0, ge=0)
    """Frames by which two lengths may differ."""
    faststart_bytes: int = Field(default=1 << 20, ge=0)
    """Bytes from which it matters where the index stands: a smaller file arrives before a player asks."""


def shown_times(movie: MovieMeasures) -> tuple[float, ...]:
    """Return the seconds at which frames are shown, those without a time left out."""
    return tuple(frame.time for frame in movie.frames if frame.time is not None)


def usual_step(movie: MovieMeasures) -> float | None:
    """Return the median seconds from frame to frame; None with fewer than two that have a time."""
    steps = [after - before for before, after in pairwise(shown_times(movie))]
    step = median(steps) if steps else 0.0
    return step if step > 0 else None


def steady_rate(movie: MovieMeasures) -> float | None:
    """Return the frames a second that the times of the frames give; None where they do not stand at equal distances."""
    times, step = shown_times(movie), usual_step(movie)
    if step is None or times[-1] <= times[0]:
        return None
    grain = UNSTEADY + 1.01 * movie.facts.tick
    if any(abs(after - before - step) > grain for before, after in pairwise(times)):
        return None
    return (len(times) - 1) / (times[-1] - times[0])


def rate_doubt(movie: MovieMeasures) -> float:
    """Return the share by which the steady rate is uncertain: the rounding of its clock and the worst step."""
    times, step = shown_times(movie), usual_step(movie) or 0.0
    worst = max(abs(after - before - step) for before, after in pairwise(times))
    return (worst + 1.01 * movie.facts.tick) / (times[-1] - times[0])


def shown_end(movie: MovieMeasures) -> float | None:
    """Return the second at which the last frame has stood for a usual step.

    An MP4 track without an edit list is as long as its frames, whenever the first is shown.
    """
    times, step = shown_times(movie), usual_step(movie)
    if step is None:
        return None
    bare = "mp4" in movie.facts.container and movie.container and not movie.container.edits
    return times[-1] + step - (times[0] if bare else 0.0)


def opening_gap(movie: MovieMeasures) -> float:
    """Return the seconds of nothing before the first frame that no edit list asks for.

    In MP4 and MOV frames that are reordered start late by their decoder's delay, which
    players take off. Other containers than these and Matroska have no zero to start from.
    """
    times, container = shown_times(movie), movie.container
    name = movie.facts.container
    if container is None or not times or not ("mp4" in name or "matroska" in name):
        return 0.0
    gap = times[0]
    if "mp4" in name and container.coding.first is not None:
        gap = min(gap, container.coding.first)
    return max(0.0, gap - sum(edit.seconds for edit in container.edits if edit.start is None))
