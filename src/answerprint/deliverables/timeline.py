"""Which frames of a clip make a deliverable, and at what rate it runs; all arithmetic.

Memory: one number a frame of the deliverable.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from answerprint.errors import UsageError
from answerprint.order import Rate, Seconds
from answerprint.record import Record
from answerprint.timing import FrameRange, frames_in, parse_number

MOST_FRAMES: Final = 1_000_000
"""Longest deliverable, as `order.Order.frames` has it: eleven hours."""
MOST_SPEED: Final = 2
"""Furthest a rate is conformed, up or down; what is further is a retime, which is another craft."""

_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
_FRAMES = re.compile(r"(\d{1,18})f?")

Count = Annotated[int, Field(ge=0, le=MOST_FRAMES)]


class Length(Record):
    """A length in frames, or in seconds."""

    frames: int | None = Field(default=None, ge=1, le=MOST_FRAMES)
    seconds: Seconds | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if (self.frames is None) == (self.seconds is None):
            raise ValueError("a length is in frames or in seconds")
        return self


def _read_range(value: Any) -> Any:
    return parse_range(value) if isinstance(value, str) else value


def _read_length(value: Any) -> Any:
    return parse_length(value) if isinstance(value, str) else value


class Cut(Record):
    """What of a clip is delivered: a range, repeated, held at its ends, with handles around it."""

    frames: Annotated[FrameRange | None, BeforeValidator(_read_range)] = None
    """Frames in the clip's own numbering, inclusive; all of them where None."""
    repeat: int = Field(default=1, ge=1, le=MOST_FRAMES)
    """How often the range is shown."""
    fill: Annotated[Length | None, BeforeValidator(_read_length)] = None
    """Length that the range is repeated, or cut, to; holds are part of it, handles are not."""
    hold_first: Count = 0
    """Times the first frame is shown again before it."""
    hold_last: Count = 0
    """Times the last frame is shown again after it."""
    handles: Count = 0
    """Frames more at either end: the clip's own where it has them, else its end frame held."""

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if self.fill is not None and self.repeat != 1:
            raise ValueError("a range is repeated a number of times or until it fills a length")
        return self


@dataclass(frozen=True, slots=True)
class Timeline:
    """Frames of a deliverable in order, each as a place in the clip from 0, and what was done in words."""

    frames: tuple[int, ...]
    notes: tuple[str, ...] = ()


def parse_range(text: str) -> FrameRange:
    """Read `1001-1096` or `1001`. Raises UsageError."""
    match = _RANGE.fullmatch(text.strip())
    if not match or int(match[2] or match[1]) < int(match[1]):
        raise UsageError(f"{text!r} is no frame range", where="frames", hint="write 1001-1096")
    return FrameRange(int(match[1]), int(match[2] or match[1]))


def parse_length(text: str) -> Length:
    """Read `360` or `360f` as frames and `15s` as seconds. Raises UsageError."""
    word = text.strip()
    try:
        if match := _FRAMES.fullmatch(word):
            return Length(frames=int(match[1]))
        if word.endswith("s"):
            return Length(seconds=parse_number(word[:-1]))
    except ValidationError as problem:  # a number that no length has
        said = problem.errors()[0]["msg"].lower()
        raise UsageError(f"{text!r} is no length: {said}", where="fill") from None
    except ValueError:  # no number
        pass
    raise UsageError(f"{text!r} is no length", where="fill", hint="write 15s or 360 frames as 360")


def timeline(cut: Cut, first: int, count: int, rate: Fraction) -> Timeline:
    """Return the frames that `cut` takes of a clip of `count` frames numbered from `first`.

    In order: the range, repeated, held at its ends, handles around all. Raises
    UsageError where the clip has not those frames or the result is too long.
    """
    within = FrameRange(first, first + count - 1)
    frames = cut.frames or within
    if frames.first < within.first or frames.last > within.last:
        raise UsageError(f"the clip has frames {within}, not {frames}", where="frames")
    start, length = frames.first - first, len(frames)
    run = _run(cut, length, rate)
    if run + cut.hold_first + cut.hold_last + 2 * cut.handles > MOST_FRAMES:
        raise UsageError(f"is longer than {MOST_FRAMES} frames", where="repeat")
    body = [start + n % length for n in range(run)]
    end = body[-1]
    before = range(start - cut.handles, start)
    after = range(end + 1, end + 1 + cut.handles)
    made = (
        *(max(n, 0) for n in before),
        *[start] * cut.hold_first,
        *body,
        *[end] * cut.hold_last,
        *(min(n, count - 1) for n in after),
    )
    return Timeline(made, tuple(_notes(cut, frames, within, run, rate)))


def _run(cut: Cut, length: int, rate: Fraction) -> int:
    """Return how many frames the repeated range has."""
    if cut.fill is None:
        return cut.repeat * length
    run = _filled(cut.fill, rate) - cut.hold_first - cut.hold_last
    if run < 1:
        raise UsageError("the held frames leave nothing of the length to fill", where="fill")
    return run


def _filled(fill: Length, rate: Fraction) -> int:
    if fill.frames is not None:
        return fill.frames
    assert fill.seconds is not None
    return max(1, frames_in(fill.seconds, rate))


def _notes(
    cut: Cut, frames: FrameRange, within: FrameRange, run: int, rate: Fraction
) -> Iterator[str]:
    if frames != within:
        yield f"frames {frames} of {within}"
    whole, rest = divmod(run, len(frames))
    if cut.fill is not None and cut.fill.seconds is not None:
        exact = cut.fill.seconds * rate
        if exact.denominator != 1:
            yield f"{float(cut.fill.seconds):g} s are {float(exact):.3f} frames: {_filled(cut.fill, rate)} were made"
    if not whole:
        yield f"cut to its first {rest} frames"
    elif rest:
        yield f"shown {_times(whole)} and its first {rest} of {len(frames)} frames once more"
    elif whole > 1:
        yield f"shown {_times(whole)}"
    for end, held in (("first", cut.hold_first), ("last", cut.hold_last)):
        if held:
            yield f"its {end} frame was held for {held} more"
    if cut.handles:
        yield from _handle_notes(cut.handles, frames, within, (run - 1) % len(frames))


def _handle_notes(handles: int, frames: FrameRange, within: FrameRange, end: int) -> Iterator[str]:
    own = (
        min(handles, frames.first - within.first),
        min(handles, within.last - frames.first - end),
    )
    yield f"handles of {handles} frames" + "".join(
        f", {handles - there} of them held at the {side}"
        for side, there in zip(("head", "tail"), own, strict=True)
        if there < handles
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


class Conform(Record):
    """Another rate for the same frames: the picture runs faster or slower, and the sound with it."""

    rate: Rate
    """Frames a second it is to run at."""
    pitch: Literal["keep", "follow"] = "keep"
    """Whether the sound keeps its pitch or rises and falls with its speed, as film on a telecine does."""


@dataclass(frozen=True, slots=True)
class Conformed:
    """What conforming comes to.

    `speed` is exact: above 1 is faster, for picture and sound alike. `seconds`
    is the new length.
    """

    rate: Fraction
    speed: Fraction
    seconds: Fraction
    pitch: Literal["keep", "follow"] = "keep"
    notes: tuple[str, ...] = ()


def conform(asked: Conform | None, rate: Fraction, count: int) -> Conformed:
    """Work out what `count` frames at `rate` become; nothing where nothing, or that very rate, is asked.

    Raises UsageError for a speed beyond MOST_SPEED.

    >>> conform(Conform(rate="25"), Fraction(24), 120).speed
    Fraction(25, 24)
    """
    if asked is None or asked.rate == rate:
        return Conformed(rate, Fraction(1), count / rate)
    speed = asked.rate / rate
    if not Fraction(1, MOST_SPEED) <= speed <= MOST_SPEED:
        raise UsageError(
            f"{_spelled(rate)} to {_spelled(asked.rate)} frames a second is no change of speed but a retime",
            where="conform",
        )
    seconds = count / asked.rate
    note = (
        f"{_spelled(rate)} became {_spelled(asked.rate)} frames a second by speed: "
        f"{_change(speed)}, {float(count / rate):.3f} s became {float(seconds):.3f} s"
    )
    return Conformed(asked.rate, speed, seconds, asked.pitch, (note, _pitch_note(asked, speed)))


def _pitch_note(asked: Conform, speed: Fraction) -> str:
    if asked.pitch == "keep":
        return f"sound runs {_change(speed)} and keeps its pitch"
    semitones = 12 * math.log2(speed)
    return f"sound runs {_change(speed)}, its pitch {semitones:+.2f} semitones"


def _change(speed: Fraction) -> str:
    """Write a speed as a change in percent, with the digits that small ones need."""
    percent = abs(float(speed) - 1) * 100
    return f"{percent:.{1 if percent >= 10 else 3}f} % {'faster' if speed > 1 else 'slower'}"


def _spelled(rate: Fraction) -> str:
    return str(rate) if rate.denominator == 1 else f"{float(rate):.3f}"
