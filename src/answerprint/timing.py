"""Rates as ratios, inclusive frame ranges, the frame-count policy, and timecode.

A rate is a `fractions.Fraction` everywhere, because 24000/1001 has no exact
decimal and a hundredth of a frame decides a count.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

FIRST_FRAME = 1001
"""Where a studio numbers its first frame: 1001, so that handles fit below and padding never changes."""


_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?|\d{1,9}/0*[1-9]\d{0,8}")


def parse_number(text: str | float | Fraction) -> Fraction:
    """Return a plain decimal or ratio as an exact number. Raises ValueError.

    Exponents are refused: `1e999999999` is a few characters to write and a
    gigabyte to hold.

    >>> parse_number("2.5"), parse_number("30000/1001")
    (Fraction(5, 2), Fraction(30000, 1001))
    """
    word = str(text).strip()
    if not _NUMBER.fullmatch(word):
        raise ValueError("a number reads 24, 23.976 or 24000/1001")
    return Fraction(word)


def parse_rate(text: str | float | Fraction) -> Fraction:
    """Return a frame rate as a ratio, reading 24, "24/1", "24000/1001" and "23.976".

    A decimal within 0.0005 of an NTSC rate means that rate. Raises ValueError
    for what is not a number above 0 and at most 1000.

    >>> parse_rate("23.976"), parse_rate(25)
    (Fraction(24000, 1001), Fraction(25, 1))
    """
    rate = parse_number(text)
    if not 0 < rate <= 1000:
        raise ValueError(f"a frame rate lies above 0 and at most 1000, not {text}")
    if rate.denominator == 1:
        return rate
    ntsc = Fraction(round(rate) * 1000, 1001)
    return ntsc if abs(rate - ntsc) < Fraction(1, 2000) else rate


def frames_in(seconds: Fraction, rate: Fraction) -> int:
    """Return how many frames `seconds` hold at `rate`, rounded to the nearest whole frame.

    >>> frames_in(Fraction(5), Fraction(24))
    120
    """
    return round(seconds * rate)


@dataclass(frozen=True, slots=True, order=True)
class FrameRange:
    """An inclusive run of frame numbers, as the field writes it: 1001-1120."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a frame range runs upward, not {self.first} to {self.last}")

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.last + 1))

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    def missing(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """Return the frames of this range that are not among `numbers`, in order."""
        present = set(numbers)
        return tuple(n for n in self if n not in present)


def spell_frames(numbers: Iterable[int]) -> str:
    """Write frame numbers as ranges.

    >>> spell_frames([1003, 1001, 1002, 1010])
    '1001-1003,1010'
    """
    runs: list[list[int]] = []
    for n in sorted(set(numbers)):
        if runs and n == runs[-1][1] + 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


class CountPolicy(StrEnum):
    """How strictly a frame count is held to duration x rate.

    The services document duration x 24 frames and a keyframe grid of 0 to 120
    inclusive, so a 5 s clip may hold 120 frames or 121: `fencepost` accepts one
    more and has it reported, `exact` does not.
    """

    EXACT = "exact"
    FENCEPOST = "fencepost"

    def accepts(self, count: int, ordered: int) -> bool:
        """Tell whether `count` frames fill an order of `ordered` frames."""
        spare = 1 if self is CountPolicy.FENCEPOST else 0
        return ordered <= count <= ordered + spare


_TIMECODE = re.compile(r"(\d{2}):(\d{2}):(\d{2})([:;])(\d{2})")


@dataclass(frozen=True, slots=True)
class Timecode:
    """A SMPTE ST 12-1 address: frame `count` since midnight, at a nominal whole rate.

    `drop` is only possible at 30 and 60, where two or four numbers are skipped
    every minute that is not a tenth.
    """

    count: int
    nominal: int
    drop: bool = False

    @classmethod
    def parse(cls, text: str, rate: Fraction) -> "Timecode":
        """Read `HH:MM:SS:FF`, or `HH:MM:SS;FF` for drop frame. Raises ValueError.

        >>> str(Timecode.parse("00:01:00;02", Fraction(30000, 1001)))
        '00:01:00;02'
        """
        match = _TIMECODE.fullmatch(text.strip())
        if not match:
            raise ValueError(f"a timecode reads HH:MM:SS:FF, not {text!r}")
        hours, minutes, seconds, frames = (int(match[i]) for i in (1, 2, 3, 5))
        nominal, drop = -(-rate.numerator // rate.denominator), match[4] == ";"
        if hours > 23 or minutes > 59 or seconds > 59:
            raise ValueError(f"{text} is no time of day")
        if frames >= nominal:
            raise ValueError(f"{text} is no address at {nominal} frames a second")
        if drop and not seconds and minutes % 10 and frames < nominal // 15:
            raise ValueError(f"{text} is one of the addresses that drop frame leaves out")
        skipped = _dropped(nominal, hours * 60 + minutes) if drop else 0
        total = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames - skipped
        return cls(total, nominal, drop)

    def __post_init__(self) -> None:
        if self.drop and self.nominal % 30:
            raise ValueError(f"drop frame does not exist at {self.nominal} frames a second")

    def __str__(self) -> str:
        number = self.count + (self._skipped() if self.drop else 0)
        seconds, frames = divmod(number, self.nominal)
        minutes, seconds = divmod(seconds, 60)
        mark = ";" if self.drop else ":"
        return f"{minutes // 60 % 24:02}:{minutes % 60:02}:{seconds:02}{mark}{frames:02}"

    def _skipped(self) -> int:
        """Return how many numbers were dropped before this frame (ST 12-1, section 5)."""
        lost = self.nominal // 15
        per_minute = self.nominal * 60 - lost
        tens, rest = divmod(self.count, per_minute * 10 + lost)
        ones = 0 if rest < self.nominal * 60 else 1 + (rest - self.nominal * 60) // per_minute
        return lost * (tens * 9 + ones)


def _dropped(nominal: int, minutes: int) -> int:
    return nominal // 15 * (minutes - minutes // 10)
