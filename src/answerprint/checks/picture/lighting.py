"""Light and color that jump, flicker or pump through time."""

from collections.abc import Iterator, Sequence
from statistics import median

from answerprint.checks.check import MOTION, Breach, Subject, check
from answerprint.checks.picture.flicker import Flicker
from answerprint.checks.picture.frames import black_frames
from answerprint.checks.picture.pulse import Flash, Pulse
from answerprint.checks.picture.rhythm import rhythm_of
from answerprint.checks.picture.swings import Swing
from answerprint.measured.clips import MovieMeasures, SequenceMeasures, pictured
from answerprint.measured.motion import Box
from answerprint.report import Severity
from answerprint.timing import spell_frames

Clip = SequenceMeasures | MovieMeasures


@check("picture.flash", MOTION, severity=Severity.WARNING, limit="pulse.flash pulse.flash_color", source="measured")  # fmt: skip
def flash(subject: Subject) -> Iterator[Breach]:
    """No frame, and no two or three in a row, are brighter, darker or colored otherwise than those around them.

    Found where most of the picture changes its exposure or color together and
    comes back within three frames, while local contrast stays that of the picture. Where it was
    meant, as lightning or a camera's flash, it is right.
    """
    for clip, pulse in _pulses(subject):
        for found in pulse.flashes:
            numbers = _numbers(clip, found.frames)
            by_light = abs(found.stops) >= pulse.limits.flash
            yield Breach(
                f"frame {spell_frames(numbers)} {'is' if len(numbers) == 1 else 'are'} {_how(found, pulse.limits.flash)} than the frames around",
                measured=round(found.stops if by_light else found.color, 3),
                limit=pulse.limits.flash if by_light else pulse.limits.flash_color,
                unit="stops" if by_light else "Oklab x 100",
                frames=numbers,
            )


@check("picture.flicker", MOTION, severity=Severity.WARNING, limit="pulse.flicker pulse.flicker_part", source="measured")  # fmt: skip
def flicker(subject: Subject) -> Iterator[Breach]:
    """Light does not change to and fro from frame to frame, in the whole picture or in a part of it.

    Found where frame after frame is brighter or darker than both its neighbours:
    five close to each other for the whole picture, nine in a row and by turns for one part. A
    fire or a screen in the picture may do so; a generated wall may not.
    """
    for clip, pulse in _pulses(subject):
        for found in pulse.flickers:
            numbers = _numbers(clip, found.frames)
            limit = pulse.limits.flicker if found.box is None else pulse.limits.flicker_part
            yield Breach(
                f"{_place(clip, found)} flickers through frames {spell_frames(numbers)}",
                measured=round(found.stops, 3),
                limit=limit,
                unit="stops",
                frames=numbers,
            )


@check("picture.exposure-pumps", MOTION, severity=Severity.WARNING, limit="pulse.pump pulse.swings pulse.swing_frames", source="measured")  # fmt: skip
def exposure_pumps(subject: Subject) -> Iterator[Breach]:
    """Exposure does not go up and down and up again through the clip.

    Told by the median change of exposure over the picture, summed up over time,
    which motion through the picture leaves alone. Four swings of a sixth of a stop
    are pumping; footage, handheld too, has two at most.
    """
    for clip, pulse in _pulses(subject):
        if pulse.exposure_swings:
            yield _pumping(clip, pulse.exposure_swings, "exposure pumps", "stops", pulse.limits.pump)  # fmt: skip


@check("picture.color-pumps", MOTION, severity=Severity.WARNING, limit="pulse.pump_color pulse.swings pulse.swing_frames", source="measured")  # fmt: skip
def color_pumps(subject: Subject) -> Iterator[Breach]:
    """Color does not drift one way and back and again through the clip.

    As for exposure, by the median shift of Oklab a and b that exposure does not
    explain, along the line on which it moves most: warm and cold, or green and magenta.
    """
    for clip, pulse in _pulses(subject):
        if pulse.color_swings:
            yield _pumping(clip, pulse.color_swings, "color pumps", "Oklab x 100", pulse.limits.pump_color)  # fmt: skip


def _pumping(clip: Clip, row: Sequence[Swing], what: str, unit: str, limit: float) -> Breach:
    numbers = _numbers(clip, range(row[0].first, row[-1].last + 1))
    size = median(abs(swing.by) for swing in row)
    return Breach(
        f"{what}: {len(row)} swings of about {size:.2g} {unit} from frame {numbers[0]} to {numbers[-1]}",
        measured=round(size, 3),
        limit=limit,
        unit=unit,
        frames=numbers,
    )


def _how(found: Flash, limit: float) -> str:
    if abs(found.stops) < limit:
        return f"colored otherwise, by {found.color:.1f} (Oklab x 100),"
    return f"{abs(found.stops):.2f} stops {'brighter' if found.stops > 0 else 'darker'}"


def _place(clip: Clip, found: Flicker) -> str:
    if found.box is None:
        return "the picture"
    left, top, width, height = _pixels(clip, found.box)
    return f"the part of {width}x{height} pixels at x {left}, y {top}"


def _pixels(clip: Clip, box: Box) -> tuple[int, int, int, int]:
    if isinstance(clip, MovieMeasures):
        wide, high = clip.facts.size
    else:
        wide, high = next(iter(clip.sizes))
    left, top, width, height = box
    return round(left * wide), round(top * high), round(width * wide), round(height * high)


def _pulses(subject: Subject) -> Iterator[tuple[Clip, Pulse]]:
    limits = subject.limits
    for clip in subject.clips:
        if clip.motion is not None:
            rhythm = rhythm_of(clip.motion, limits.rhythm)
            dark = black_frames(clip, limits.picture)
            cuts = {jump.frame for jump in rhythm.jumps if jump.cuts(limits.rhythm)}
            cuts |= {frame + by for frame in dark for by in (0, 1)}
            yield clip, Pulse.of(clip.motion, limits.pulse, cuts=cuts, strays=rhythm.odd_frames)


def _numbers(clip: Clip, frames: Sequence[int]) -> tuple[int, ...]:
    shown = pictured(clip)
    return tuple(shown[frame].number for frame in frames)
