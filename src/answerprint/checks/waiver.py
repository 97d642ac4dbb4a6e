"""Waivers: what a studio forgives, why, where, and until when."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from answerprint.record import Record
from answerprint.timing import FrameRange

_RANGE = re.compile(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?")


def parse_frames(text: str) -> tuple[FrameRange, ...]:
    """Read frame numbers as `spell_frames` writes them. Raises ValueError.

    >>> [str(run) for run in parse_frames("1001-1003,1010")]
    ['1001-1003', '1010-1010']
    """
    matches = [_RANGE.fullmatch(word) for word in str(text).split(",")]
    if not all(matches):
        raise ValueError("frames read 10-20, or 10-20,35")
    return tuple(FrameRange(int(m[1]), int(m[2] or m[1])) for m in matches if m)


def _as_written(value: Any) -> Any:
    """Read a day; a bare number is refused, which would be read as seconds since 1970."""
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("a day reads 2027-01-31") from None


def _frames(text: Any) -> str:
    parse_frames(text)
    return str(text)


class Waiver(Record):
    """One reason to forgive what a check finds; a plain string is read as its reason."""

    reason: str = Field(min_length=1, pattern=r"\S")
    """Why: whoever reads the report sees it."""
    until: Annotated[date, BeforeValidator(_as_written)] | None = None
    """Last day on which it forgives; None for ever."""
    frames: Annotated[str, BeforeValidator(_frames)] | None = None
    """Frames it is limited to, as in 10-20,35: forgiven is what names frames, and none but these."""
    clip: str | None = Field(default=None, min_length=1)
    """Names of the clips it is limited to, as a pattern such as shot_*."""

    @model_validator(mode="before")
    @classmethod
    def _of_reason(cls, value: Any) -> Any:
        return {"reason": value} if isinstance(value, str) else value

    def concerns(self, clip: str) -> bool:
        """Tell whether it speaks of the clip of that name."""
        return self.clip is None or fnmatchcase(clip, self.clip)

    def ran_out(self, today: date) -> bool:
        """Tell whether its last day is over."""
        return self.until is not None and today > self.until

    def forgives(self, frames: Collection[int]) -> bool:
        """Tell whether a finding about `frames` is forgiven."""
        if self.frames is None:
            return True
        runs = parse_frames(self.frames)
        inside = (any(run.first <= n <= run.last for run in runs) for n in frames)
        return bool(frames) and all(inside)


def listed(value: Any) -> Any:
    """Return what may be one or several as several: a waiver of a check, the name of a family."""
    several = isinstance(value, Collection) and not isinstance(value, str | Mapping)
    return value if several else (value,)


Waivers = Annotated[tuple[Waiver, ...], BeforeValidator(listed), Field(min_length=1)]
"""The waivers of one check."""
Names = Annotated[tuple[str, ...], BeforeValidator(listed)]
"""Families and ids of checks."""
