"""Changes asked of the headers of a sequence, understood: which attribute of which frame gets which value.

A text becomes the value its name calls for, a color space becomes the two attributes
that state it, and a timecode counts up with the frame numbers.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, get_args

from answerprint.color.primaries import XY_TOLERANCE, name_primaries
from answerprint.errors import UsageError
from answerprint.media.exr.layout import Header, Start, value_of
from answerprint.media.exr.values import ExrValue, attribute, packed_timecode
from answerprint.media.exr.write import ExrFormat, Primaries
from answerprint.record import closest
from answerprint.timing import Timecode, parse_number, parse_rate

Changes = Mapping[str, ExrValue | None]
"""What attributes are set to; None where one is removed."""

ASSUMED_RATE: Final = Fraction(24)
"""Frames a second where neither the user nor a frame says it: what the services deliver."""

_SPACES: Final = {
    each.color_interop_id: each
    for each in (ExrFormat(compression="none", primaries=name) for name in get_args(Primaries))
}
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")


@dataclass(frozen=True, slots=True)
class SequenceChanges:
    """What becomes of the header of every frame of a sequence.

    `values` are the same for all; `start` is the timecode of frame `first`, None
    where timecodes stay as they are.
    """

    values: Changes
    first: int
    start: Timecode | None = None

    def of(self, number: int) -> Changes:
        """Return the changes of the frame with this number."""
        if self.start is None:
            return self.values
        return {**self.values, "timeCode": self.timecode(number)}

    def timecode(self, number: int) -> Timecode:
        """Return the timecode of the frame with this number, gaps counted; only where there is a `start`."""
        assert self.start is not None
        return replace(self.start, count=self.start.count + number - self.first)


def asked_changes(
    *,
    attributes: Mapping[str, ExrValue],
    remove: Iterable[str],
    color_space: str | None,
    fps: str | Fraction | None,
    timecode: str | None,
    owner: str | None,
) -> Changes:
    """Return what is asked of every frame alike, texts as they are, `timecode` looked at but not in it.

    Raises UsageError where nothing is asked, where two changes are of one
    attribute, and for a color space or a rate that is none.
    """
    pairs: list[tuple[str, ExrValue | None]] = [*attributes.items()]
    pairs += [(name, None) for name in remove]
    if color_space is not None:
        space = _space(color_space)
        pairs.append(("colorInteropID", space.color_interop_id))
        pairs.append(("chromaticities", space.chromaticities))
    if fps is not None:
        pairs.append(("framesPerSecond", _rate(fps)))
    if owner is not None:
        pairs.append(("owner", owner))
    _require_distinct([name for name, _ in pairs] + ["timeCode"] * (timecode is not None))
    return dict(pairs)


def understood(
    asked: Changes, timecode: str | None, header: Header, first: int
) -> tuple[SequenceChanges, tuple[str, ...]]:
    """Return what `asked` means for a sequence that begins at frame `first` with such a header, and what that assumes.

    A text is read as the type its name has by OpenEXR's standard, else as the type
    it is stored as, else it is a text. Raises UsageError for a value its name does not
    take, a type that would change, and a timecode that is none at the rate.
    """
    changes = SequenceChanges({n: _meant(n, v, header) for n, v in asked.items()}, first)
    if timecode is None:
        return changes, ()
    rate = changes.values.get("framesPerSecond")
    if not isinstance(rate, Fraction):
        rate = _stated_rate(header)
    start = _first_timecode(timecode, rate or ASSUMED_RATE)
    assumed = () if rate else (f"no rate is stated: timecodes count at {ASSUMED_RATE}",)
    return replace(changes, start=start), assumed


def color_contradiction(start: Start) -> str | None:
    """Return how `colorInteropID` and `chromaticities` of one part contradict each other, None where they do not."""
    for header in start.headers:
        interop, primaries = value_of(header, "colorInteropID"), value_of(header, "chromaticities")
        space = _SPACES.get((interop or b"").decode("utf-8", "replace"))
        if space is None or primaries is None or len(primaries) != 32:
            continue
        stored = struct.unpack("<8f", primaries)
        if any(
            abs(a - b) > XY_TOLERANCE for a, b in zip(stored, space.chromaticities, strict=True)
        ):
            said = name_primaries(stored) or "others"
            return f"colorInteropID is {space.color_interop_id}, and the chromaticities are {said}"
    return None


def _require_distinct(names: list[str]) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError("is to be changed in two ways", where=twice[0], hint="choose one")
    if not names:
        raise UsageError(
            "nothing is to be changed",
            hint="name it: --set NAME=VALUE, --remove NAME, --color-space, --fps, --timecode, --owner",
        )


def _space(name: str) -> ExrFormat:
    known = {id_.lower(): space for id_, space in _SPACES.items()}
    known |= {space.primaries.lower(): space for space in _SPACES.values()}
    if name.lower() not in known:
        words = [*_SPACES, *(space.primaries for space in _SPACES.values())]
        raise UsageError(f"no color space is called {name!r}, {closest(name, words)}")
    return known[name.lower()]


def _rate(value: str | float | Fraction) -> Fraction:
    try:
        return parse_rate(value)
    except ValueError as problem:
        raise UsageError(str(problem), where="framesPerSecond") from None


def _meant(name: str, value: ExrValue | None, header: Header) -> ExrValue | None:
    """Return the value a text stands for under `name` in files with such a header; any other as it is."""
    if name == "timeCode" and value is not None:
        raise UsageError("counts up frame by frame", where=name, hint="give the first as timecode")
    if name == "framesPerSecond" and isinstance(value, (str, int, float, Fraction)):
        return _rate(value)
    if not isinstance(value, str):
        return value
    fitting: dict[str, ExrValue] = {}
    readings = (value, *_numbers(value))
    for reading in readings:
        with suppress(UsageError):
            fitting.setdefault(attribute(name, reading).kind, reading)
    stored = next((a.kind for a in header if a.name == name), None)
    if stored in fitting:
        return fitting[stored]
    if "string" in fitting and stored is not None:
        raise UsageError(f"is stored as {stored}, which {value!r:.60} is not", where=name)
    # Where nothing fits, what it reads as is refused with the reason when it is stored.
    return next(iter(fitting.values()), readings[-1])


def _numbers(text: str) -> Iterator[ExrValue]:
    """Yield what a text of numbers can be: one, a ratio, or several with commas between them."""
    with suppress(ValueError):
        yield parse_number(text)
    words = [word.strip() for word in text.split(",")]
    if all(map(_NUMBER.fullmatch, words)):
        numbers = [int(w) if w.lstrip("+-").isdigit() else float(w) for w in words]
        yield from (numbers[0], float(numbers[0])) if len(numbers) == 1 else (tuple(numbers),)


def _stated_rate(header: Header) -> Fraction | None:
    value = value_of(header, "framesPerSecond")
    above, below = struct.unpack("<iI", value) if value and len(value) == 8 else (0, 0)
    return Fraction(above, below) if above > 0 and below else None


def _first_timecode(text: str, rate: Fraction) -> Timecode:
    try:
        start = Timecode.parse(text, rate)
        packed_timecode(start)
    except ValueError as problem:
        raise UsageError(f"{text} at {rate} frames a second: {problem}", where="timecode") from None
    return start
