"""Damage: parts of a frame that the frames before and after do not explain."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from answerprint.checks.check import SEQUENCE, Breach, Subject, check
from answerprint.checks.limits import PixelLimits
from answerprint.checks.motion.gait import ninth_decile
from answerprint.measured.clips import SequenceMeasures, pictured
from answerprint.measured.figures import Figure
from answerprint.measured.frames import Outliers
from answerprint.report import Severity

CALM_FRAMES: Final = 48
"""Frames, less those at the ends, from which a clip is long enough to call it calm: two seconds."""

_THE_PICTURE: Final = 0.8
"""Correlation of local contrast from which a pinned frame is its picture, and was looked at by that."""

_FURTHER: Final = 1.25
"""Times what nine in ten frames have that the frames beside one are apart where motion leaps; a jolt of a hand comes to 1.5, a cut to 4."""


@check(
    "pixels.damage",
    SEQUENCE,
    limit="pixels.outliers pixels.rough pixels.patch pixels.outliers_ratio pixels.outliers_calm",
    source="measured",
    reads=(Figure.OUTLIERS, Figure.MOTION, Figure.PINS),
)
def damage(subject: Subject) -> Iterator[Breach]:
    """No part of a frame lies far outside what the frames before and after hold around it.

    A flipped bit in a DWA stream often decodes without complaint and leaves
    blocks or a whole band of wrong values in one frame. First and last frame
    have one neighbour only and are not judged. How much is damage depends on what the
    clip usually has: fast motion and glitter stand out in most of its frames, and where motion leaps or the
    clip cuts, so that the frames beside one are far apart themselves, they explain nothing. Less of
    it, in a small place that both frames beside agree on, is a suspicion: something that
    flits through the picture looks the same, and a frame that shows the picture it was pinned to is
    sharper than those that a model makes around it.
    """
    limits = subject.limits.pixels
    judged = {f.number: f.outliers for f in subject.sequence.frames if f.outliers is not None}
    most_cells, most_tiles, most_patch = _usual_damage(judged.values(), limits)
    pinned = {p.frame for p in subject.measurements.pins if (p.pinned or 0.0) >= _THE_PICTURE}
    leaps = _leaps(subject.sequence)
    for number, found in judged.items():
        if number in leaps:
            continue
        if found.count > most_cells or found.rough > most_tiles:
            many = found.count > most_cells
            yield Breach(
                f"frame {number} is damaged, worst at x {found.at[0]}, y {found.at[1]}: unlike the frames before and after",
                measured=found.count if many else found.rough,
                limit=most_cells if many else most_tiles,
                unit="cells of 4x4 pixels" if many else "tiles of 16x16 pixels",
                frames=(number,),
            )
        elif found.patch > most_patch and _alone(judged, number) and number not in pinned:
            x, y = found.patch_at
            yield Breach(
                f"frame {number} may be damaged at x {x}, y {y}: it is unlike the frames before and after, "
                "which agree there; look at it",
                measured=found.patch,
                limit=most_patch,
                unit="of 36 cells of 4x4 pixels",
                frames=(number,),
                severity=Severity.WARNING,
            )


def usual_of_others(values: Collection[int]) -> int:
    """Return what nineteen in twenty have at most, of all values but the largest."""
    return sorted(values)[19 * (len(values) - 2) // 20] if len(values) > 1 else 0


def _calm(values: Collection[int]) -> bool:
    """Tell whether all values of two seconds or more are 0 or 1, one of them aside."""
    return len(values) >= CALM_FRAMES and sorted(values)[-2] <= 1


def _usual_damage(found: Collection[Outliers], limits: PixelLimits) -> tuple[float, float, float]:
    """Return the cells, rough tiles and cells of a patch that a frame of the clip may have."""
    cells, tiles, patches = (
        [getattr(each, name) for each in found] for name in ("count", "rough", "patch")
    )
    ratio = limits.outliers_ratio
    most = max(limits.outliers, ratio * usual_of_others(cells))
    return (
        limits.outliers_calm if _calm(cells) else most,
        max(limits.rough, ratio * usual_of_others(tiles)),
        limits.patch + ratio * usual_of_others(patches),
    )


def _leaps(clip: SequenceMeasures) -> frozenset[int]:
    """Return the frames beside which the clip goes further than beside nine in ten."""
    if clip.motion is None:
        return frozenset()
    # The distance of the frames before and after one, which no damage in it changes.
    across = [step.tone[1] if len(step.tone) > 1 else 0.0 for step in clip.motion.steps[2:]]
    limit = _FURTHER * ninth_decile(across)
    return frozenset(
        frame.number
        for frame, apart in zip(pictured(clip)[1:], across, strict=False)
        if apart > limit
    )


def _alone(judged: Mapping[int, Outliers], number: int) -> bool:
    """Tell whether the frames beside have no such patch: what flits past has one in every frame it is seen in."""
    beside = [judged[n].patch for n in (number - 1, number + 1) if n in judged]
    return 2 * max(beside, default=0) <= judged[number].patch
