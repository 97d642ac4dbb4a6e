"""Flashes that may harm photosensitive viewers (ITU-R BT.1702-3)."""

from collections.abc import Iterator, Sequence
from typing import Final

from answerprint.checks.check import Breach, Need, Subject, check
from answerprint.checks.files.shape import stated_rate
from answerprint.checks.picture.flashes import find_flashing
from answerprint.measured.clips import MovieMeasures, SequenceMeasures, pictured
from answerprint.measured.figures import Figure
from answerprint.measured.flashes import Turn

Clip = SequenceMeasures | MovieMeasures

FLASHES: Final = Need(
    lambda s: any(clip.flashes for clip in s.clips),
    "no turns of light were measured",
    reads=(Figure.FLASHES,),
)

_RATE: Final = 24
"""Frames a second where neither times nor a rate are stated: that of every service."""


@check("flash.general", FLASHES, limit="flash.area flash.flashes flash.seconds", source="ITU-R BT.1702-3, by published summaries")  # fmt: skip
def general(subject: Subject) -> Iterator[Breach]:
    """No more than three flashes in any second, over more than a quarter of the picture.

    A flash is a pair of opposing changes of luminance by 20 cd/m2 or more where
    the darker is under 160 cd/m2 (ITU-R BT.1702-3, as summaries publish it), and by
    the contrast that meets there, 1/17, above that. SDR white counts as 200 cd/m2; HDR by its own light; scene-linear
    frames with diffuse white at 203 cd/m2. Three flashes in a second are allowed, four a second are not.
    Regular patterns, and patterns that reverse, are not judged: this is no certificate.
    """
    for clip in subject.clips:
        if clip.flashes:
            yield from _flashing(subject, clip, clip.flashes.light, "the picture flashes")


@check("flash.red", FLASHES, limit="flash.area flash.flashes flash.seconds", source="ITU-R BT.1702-3, by published summaries; WCAG 2")  # fmt: skip
def red(subject: Subject) -> Iterator[Breach]:
    """No more than three flashes to or from a saturated red in any second, over more than a quarter of the picture.

    They are harmful at any luminance. A red is saturated from R / (R + G + B) of 0.8 in linear
    light (ITU-R BT.1702-3), and a change is one of R - G - B by 20/320 (WCAG 2.2).
    """
    for clip in subject.clips:
        if clip.flashes:
            yield from _flashing(subject, clip, clip.flashes.red, "saturated red flashes")


def _flashing(subject: Subject, clip: Clip, turns: Sequence[Turn], what: str) -> Iterator[Breach]:
    frames = pictured(clip)
    for found in find_flashing(turns, _times(clip), subject.limits.flash):
        numbers = tuple(frame.number for frame in frames[found.first : found.last + 1])
        yield Breach(
            f"{what} {found.rate:.1f} times a second over {found.area:.0%} of it, frames {numbers[0]} to {numbers[-1]}",
            measured=round(found.rate, 2),
            limit=subject.limits.flash.flashes,
            unit="flashes a second",
            frames=numbers,
        )


def _times(clip: Clip) -> list[float]:
    """Return the seconds at which the frames with a picture are shown."""
    frames = pictured(clip)
    stated = [frame.time for frame in frames if frame.time is not None]
    if len(stated) == len(frames):
        return stated
    rate = float(stated_rate(clip) or _RATE)
    return [(frame.number - frames[0].number) / rate for frame in frames]
