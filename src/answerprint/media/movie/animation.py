"""The door to Pillow for animated GIF, WebP and AVIF, which PyAV reads wrongly or not at all; `still` is that for stills.

Quirks contained here:

- PyAV refuses animated WebP, takes an AVIF's single still for its pictures,
  and rounds the times of a GIF to another rate.
- These formats count time in whole milliseconds, GIF in hundredths of a second:
  24 frames a second become 41, 42, 42 ms. A rate is what such times round from.
- WebP's encoder joins frames that are alike into one that is shown longer.
- Pillow shows every picture as 8-bit R'G'B'; of AVIF it does so with some five
  codes to spare in saturated blue.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from answerprint.errors import SourceError
from answerprint.measured.movie import ColorTags, MovieFacts
from answerprint.media.movie.probing import probe

ANIMATIONS: Final = frozenset({".gif", ".webp", ".avif"})
"""Extensions of what is read here."""

_STARTS: Final = {
    ".gif": re.compile(rb"GIF8[79]a"),
    ".webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    ".avif": re.compile(rb"....ftyp(avi[fs]|mif1|msf1)", re.DOTALL),
}
"""First bytes of what is read here."""
_TICKS: Final = {"GIF": Fraction(1, 100), "WEBP": Fraction(1, 1000), "AVIF": Fraction(1, 1000)}
"""Seconds that times are rounded to, by Pillow's names of the formats."""
_CHUNK: Final = 8
_FRAME_FIELDS: Final = 16
"""Bytes of a WebP frame before the chunks in it (RFC 9649 2.7.1.1)."""


@dataclass(slots=True)
class Animation:
    """An animation as it is read: `pictures` counts those stored, `frames` what they come to at `rate`.

    `loops` is how often it is shown, 0 for ever as a single picture is, None where Pillow does not tell.
    """

    path: Path
    facts: MovieFacts
    rate: Fraction
    loops: int | None = None
    pictures: int = 0
    frames: int = 0
    seconds: Fraction = Fraction(0)

    def read(self) -> Iterator[NDArray[np.uint8]]:
        """Yield packed R'G'B', (h, w, 3), once for every frame it is shown for, counting as it goes.

        Memory: one picture, and what its decoder holds. Raises SourceError
        where one does not decode.
        """
        try:
            with Image.open(self.path, formats=list(_TICKS)) as opened:
                count = getattr(opened, "n_frames", 1)
                for number in range(count):
                    opened.seek(number)
                    opened.load()
                    for _ in range(self._take(opened.info) if count > 1 else self._stand()):
                        yield np.asarray(opened.convert("RGB"))
        except (OSError, EOFError, ValueError) as problem:
            raise SourceError(
                f"picture {self.pictures} does not decode ({problem})", where=str(self.path)
            ) from None

    def pictures_shown(self) -> Iterator[tuple[NDArray[np.uint8], Fraction]]:
        """Yield every stored picture once, packed R'G'B', and for how many seconds it is shown.

        Memory: one picture, and what its decoder holds. Raises SourceError
        where one does not decode.
        """
        try:
            with Image.open(self.path, formats=list(_TICKS)) as opened:
                for number in range(getattr(opened, "n_frames", 1)):
                    opened.seek(number)
                    opened.load()
                    self.pictures += 1
                    length = Fraction(opened.info.get("duration") or 0) / 1000
                    yield np.asarray(opened.convert("RGB")), length
        except (OSError, EOFError, ValueError) as problem:
            raise SourceError(
                f"picture {self.pictures} does not decode ({problem})", where=str(self.path)
            ) from None

    def lengths(self) -> tuple[Fraction, ...]:
        """Return how many seconds each stored picture is shown; decodes them all. Raises SourceError."""
        return tuple(length for _, length in self.pictures_shown())

    def timed(self) -> MovieFacts:
        """Return the facts with the rate its times tell, once it is read: `rate` where they round from that."""
        off = abs(self.seconds - self.frames / self.rate)
        told = self.frames / self.seconds if self.seconds else None
        # The start of the first picture is rounded, and so is the end of the last.
        rate = self.rate if off <= 2 * Fraction(self.facts.tick) else told
        return self.facts.model_copy(update={"rate": rate, "seconds": float(self.seconds)})

    def _take(self, said: dict[Any, Any]) -> int:
        """Count one picture, and return how many frames it is shown for."""
        start = said.get("timestamp")
        before = self.seconds if start is None else Fraction(start, 1000)
        self.seconds = before + Fraction(said.get("duration") or 0, 1000)
        self.pictures += 1
        until = max(self.frames + 1, round(self.seconds * self.rate))
        shown, self.frames = until - self.frames, until
        return shown

    def _stand(self) -> int:
        """Count the only picture, which stands for ever whatever time it has, as the one frame it is."""
        self.pictures = self.frames = 1
        self.seconds = 1 / self.rate
        return 1


def kind_of_animation(path: Path) -> str | None:
    """Return the extension an animation or still should have, by its first bytes, whatever its name; None for others."""
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError:
        return None
    return next((suffix for suffix, first in _STARTS.items() if first.match(start)), None)


def open_animation(path: Path, rate: Fraction) -> Animation:
    """Return what an animation says of itself, to be read at `rate`. Raises SourceError where it is none."""
    try:
        with Image.open(path, formats=list(_TICKS)) as opened:
            facts = _facts(path, opened)
            stands = getattr(opened, "n_frames", 1) == 1 and opened.format != "AVIF"
            return Animation(path, facts, rate, 0 if stands else opened.info.get("loop"))
    except OSError as problem:
        raise SourceError(
            f"is no animation that can be read ({problem})", where=str(path)
        ) from None


def _facts(path: Path, opened: Image.Image) -> MovieFacts:
    kind, count = opened.format or "GIF", getattr(opened, "n_frames", 1)
    tick = float(_TICKS[kind])
    if kind == "AVIF":
        change = {"declared": count, "other_pictures": 0, "tick": tick}
        return probe(path).model_copy(update=change)
    lossy = kind == "WEBP" and _lossy(path)
    # By definition of the formats, which have no tags: RFC 9649 has BT.601 for what is lossy.
    color = ColorTags(matrix="smpte170m" if lossy else "gbr", range="tv" if lossy else "pc")
    return MovieFacts(
        container=kind.lower(),
        codec=kind.lower(),
        pixel_format="yuv420p" if lossy else "rgb24",
        bits=8,
        size=opened.size,
        tick=tick,
        declared=count if kind == "GIF" else None,
        color=color,
    )


def _lossy(path: Path) -> bool:
    """Tell whether the first picture of a WebP is VP8, by a walk over its chunks."""
    with path.open("rb") as file:
        file.seek(12)
        while len(head := file.read(_CHUNK)) == _CHUNK:
            kind, size = head[:4], int.from_bytes(head[4:], "little")
            if kind in (b"VP8 ", b"VP8L"):
                return kind == b"VP8 "
            file.seek(_FRAME_FIELDS if kind == b"ANMF" else size + (size & 1), 1)
    return False
