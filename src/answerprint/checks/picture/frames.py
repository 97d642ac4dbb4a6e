"""Pictures through time, at the scale of a clip of 5 to 10 seconds: one frame is a lot."""

import math
from collections.abc import Iterator
from statistics import median
from typing import Final

from answerprint.checks.check import CLIP, MOTION, Breach, Subject, check
from answerprint.checks.limits import Limits, PictureLimits
from answerprint.checks.picture.rhythm import rhythm_of
from answerprint.checks.picture.stalls import stalls
from answerprint.checks.picture.stillness import repeated_frames
from answerprint.measured.clips import MovieMeasures, SequenceMeasures, pictured
from answerprint.measured.figures import Figure
from answerprint.measured.frames import FrameLevels
from answerprint.measured.motion import LAGS, Motion
from answerprint.report import Severity
from answerprint.timing import spell_frames

_WANDERS: Final = 5.0
"""Times its largest step that a part of the picture gets away from the first frame; noise comes to 2.3."""
_TRAVELS: Final = 2.0
"""Difference of a part of the picture from the first frame, Oklab x 100: twice what is just visible."""
_GROWS: Final = 1.05
"""Times the difference of neighbours that of frames eight apart is where something moves: rain over a still comes to 1.12, all else to 1.5."""
_SHIFTS: Final = 1.0
"""Difference of a part of the picture from the first frame, Oklab x 100, under which nothing is seen to shift; rain comes to 1.8."""


@check(
    "picture.black",
    CLIP,
    limit="picture.black_peak picture.fade_ratio",
    source="a display of 100 cd/m2",
    reads=(Figure.LUMA,),
)
def black(subject: Subject) -> Iterator[Breach]:
    """No frame is black, unless the clip fades there.

    Black is a frame whose brightest spot is as dark as a display shows nothing.
    A run of them at either end is a fade where the frame beside it is dark, too;
    one black frame in the middle of a clip is a dropout.
    """
    for clip in subject.clips:
        frames = pictured(clip)
        for run in _runs(black_frames(clip, subject.limits.picture)):
            if not _fades(frames, run, subject.limits.picture):
                numbers = tuple(frames[at].number for at in run)
                yield Breach(
                    f"frame {spell_frames(numbers)} is black",
                    measured=max(frames[at].luma_peak or 0.0 for at in run),
                    limit=subject.limits.picture.black_peak,
                    unit="of diffuse white",
                    frames=numbers,
                )


@check(
    "picture.repeated",
    MOTION,
    limit="picture.repeat_change picture.repeat_share picture.frozen_step",
    source="measured",
)
def repeated(subject: Subject) -> Iterator[Breach]:
    """No frame repeats the one before it while the clip moves.

    A frame held for one more is a hitch that everyone sees in a pan. It is told by
    the frames around it: a repeat is as far from each of them as what it repeats,
    whatever grain or coding adds. Clips and passages that hold frames as a rule,
    as animation on twos does, and rest at either end are no defect; a run that stands
    far longer, and that motion makes up for in one step, is one there as well.
    """
    for clip in subject.clips:
        frames, still = pictured(clip), repeats_of(clip, subject.limits)
        if still:
            numbers = tuple(frames[at].number for at in still)
            yield Breach(
                f"frame {spell_frames(numbers)} repeats the frame before it",
                measured=len(still),
                limit=0,
                unit="frames",
                frames=numbers,
            )


@check(
    "picture.frozen",
    MOTION,
    severity=Severity.WARNING,
    limit="picture.frozen_step",
    source="what is just visible",
)
def frozen(subject: Subject) -> Iterator[Breach]:
    """Something moves in the clip: a model that returns a still has not done what it was asked.

    One step in twenty may be twice as large: a codec draws a still anew at each of its key frames.
    What creeps, or moves in a small part of a dark picture, adds up from the first frame on as noise and coding do not.
    Under grain frames differ, but no more eight frames apart than one.
    """
    for clip in subject.clips:
        if clip.motion is None:
            continue
        moves = sorted(moves_of(clip.motion))
        largest = max(moves[19 * (len(moves) - 1) // 20], moves[-1] / 2)
        numbers = tuple(frame.number for frame in pictured(clip))
        if largest < subject.limits.picture.frozen_step and not _drifts(clip.motion):
            yield Breach(
                "nothing moves in the clip",
                measured=largest,
                limit=subject.limits.picture.frozen_step,
                unit="Oklab x 100 a frame",
                frames=numbers,
            )
        elif (growth := _growth(clip.motion)) < _GROWS and clip.motion.travel < _SHIFTS:
            yield Breach(
                "nothing but grain moves in the clip",
                measured=round(growth, 3),
                limit=_GROWS,
                unit="times the difference of neighbours, eight frames apart",
                frames=numbers,
            )


def black_frames(clip: SequenceMeasures | MovieMeasures, limits: PictureLimits) -> list[int]:
    """Return the frames that are black, counted as motion counts them."""
    return [at for at, frame in enumerate(pictured(clip)) if _is_black(frame, limits)]


def repeats_of(clip: SequenceMeasures | MovieMeasures, limits: Limits) -> list[int]:
    """Return the frames that repeat the one before them, counted as motion counts them."""
    if clip.motion is None:
        return []
    if held_cadence(clip.motion, limits.picture):
        still = [frame for run in stalls(clip.motion) for frame in run]
    else:
        still = repeated_frames(
            clip.motion,
            share=limits.picture.repeat_share,
            change=limits.picture.repeat_change,
            still=limits.picture.frozen_step,
        )
    foreign = rhythm_of(clip.motion, limits.rhythm).odd_frames
    return [frame for frame in still if frame not in foreign]


def moves_of(motion: Motion) -> list[float]:
    """Return how much every frame but the first differs from the one before it, Oklab x 100."""
    return [step.tone[0] for step in motion.steps[1:]]


def held_cadence(motion: Motion, limits: PictureLimits) -> bool:
    """Tell whether the clip holds its frames as a rule: at least a quarter of its steps stand still."""
    moves = moves_of(motion)
    moving = [move for move in moves if move > limits.frozen_step]
    if not moving:
        return False
    still = sum(move < limits.repeat_share * median(moving) for move in moves)
    return still >= len(moves) / 4


def _drifts(motion: Motion) -> bool:
    """Tell whether small steps add up to something that is seen."""
    return motion.wander is not None and motion.wander > _WANDERS and motion.travel > _TRAVELS


def _growth(motion: Motion) -> float:
    """Return how many times as much as neighbours frames differ that are as far apart as was measured; without limit for a short clip."""
    growth = [
        step.tone[-1] / step.tone[0]
        for step in motion.steps[LAGS + 1 :]
        if len(step.tone) == LAGS and step.tone[0] > 0
    ]
    return median(growth) if len(growth) >= LAGS else math.inf


def _is_black(frame: FrameLevels, limits: PictureLimits) -> bool:
    return frame.luma_peak is not None and frame.luma_peak <= limits.black_peak


def _fades(frames: tuple[FrameLevels, ...], run: list[int], limits: PictureLimits) -> bool:
    """Tell whether a black run at an end of the clip is led to or from by frames much darker than the clip."""
    if run[0] > 0 and run[-1] < len(frames) - 1:
        return False
    lit = [
        frame.luma for frame in frames if frame.luma is not None and not _is_black(frame, limits)
    ]
    if not lit:
        return False
    beside = frames[run[-1] + 1] if run[0] == 0 else frames[run[0] - 1]
    return (beside.luma or 0.0) * limits.fade_ratio < median(lit)


def _runs(places: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs
