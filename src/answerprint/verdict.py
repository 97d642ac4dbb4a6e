"""What is said of a loop's seam, and what would mend it."""

from typing import Literal

from pydantic import Field

from answerprint.record import Record

Verdict = Literal[
    "seamless",
    "duplicate-end",
    "jump",
    "local-jump",
    "ghosted",
    "speed-change",
    "exposure-step",
    "color-step",
    "frozen",
]


class Mend(Record):
    """Frames to take off one end."""

    drop: Literal["last", "first"]
    """Which end."""
    frames: int = Field(ge=1)
    """How many."""
    score: float
    """The score the seam would have then, as far as its step tells."""

    def __str__(self) -> str:
        """Say it to a person."""
        number = "frame" if self.frames == 1 else f"{self.frames} frames"
        return f"drop the {self.drop} {number} (expected score {self.score:.2f})"


class SeamFigures(Record):
    """The figures behind a verdict."""

    step: float
    """Difference of the last frame from the first, Oklab x 100."""
    ordinary: float
    """The same of the moving steps beside it."""
    spans: float | None = None
    """How many ordinary steps the seam spans: 1 is right, 2 a missing frame, 8 far; None where the clip hardly moves."""
    advance: float | None = None
    """How many steps it goes on along the course of the whole picture, likewise; None where the clip has no course."""
    stands_out: float = 0.0
    """How far the seam exceeds all that happens around it, in what nine in ten steps of the clip do."""
    stops: float = 0.0
    """Change of exposure, in stops."""
    tint: float = 0.0
    """Change of color, Oklab a and b x 100."""
    pace: float = 1.0
    """How many times as fast motion goes on behind the seam, where that is a break; else 1."""


class SeamVerdict(Record):
    """What a seam is, how sure, and what would mend it."""

    verdict: Verdict
    """What the seam is."""
    score: float
    """1 is seamless, 0.5 the limit, 0 certainly not."""
    reason: str
    """One plain sentence."""
    frames: tuple[int, ...] = ()
    """Frames it concerns, counted from 0 in the order they are shown."""
    box: tuple[int, int, int, int] | None = None
    """Left, top, width and height of the region that it concerns, in pixels; None for the whole picture."""
    figures: SeamFigures
    """The figures behind it."""
    mend: Mend | None = None
    """What would make it seamless; None where dropping frames would not."""


class Mended(Record):
    """A loop that was mended, and the proof of it."""

    file: str
    """The file, or the folder of frames, that was written."""
    frames: int = Field(ge=2)
    """Frames it has."""
    how: str
    """What was done, in words."""
    before: SeamVerdict
    """What its seam was."""
    after: SeamVerdict
    """What it is now, measured of what was written."""
