"""Pictures through time, at the scale of a clip of 5 to 10 seconds: one frame is a lot."""

from collections.abc import Iterator
from statistics import median

from answerprint.checks.check import CLIP, MOTION, Breach, Subject, check
from answerprint.checks.limits import PictureLimits
from answerprint.measured.clips import MovieMeasures, SequenceMeasures
from answerprint.measured.frames import FrameLevels
from answerprint.measured.motion import Motion
from answerprint.report import Severity
from answerprint.timing import spell_frames


@check("picture.black", CLIP)
def black(subject: Subject) -> Iterator[Breach]:
    """No frame is black, unless the clip fades there.

    Black is a frame whose brightest spot is as dark as a display shows nothing.
    A run of them at either end is a fade where the frame beside it is dark, too;
    one black frame in the middle of a clip is a dropout.
    """
    for clip in subject.clips:
        frames = pictured(clip)
        for run in _runs(
            [f for f in range(len(frames)) if _is_black(frames[f], subject.limits.picture)]
        ):
            if not _fades(frames, run, subject.limits.picture):
                numbers = tuple(frames[at].number for at in run)
                yield Breach(
                    f"frame {spell_frames(numbers)} is black",
                    measured=max(frames[at].luma_peak or 0.0 for at in run),
                    limit=subject.limits.picture.black_peak,
                    unit="of diffuse white",
                    frames=numbers,
                )


@check("picture.repeated", MOTION)
def repeated(subject: Subject) -> Iterator[Breach]:
    """No frame repeats the one before it while the clip moves.

    A frame held for one more is a hitch that everyone sees in a pan. Clips that
    hold every frame, as animation on twos does, are no defect and not reported here.
    """
    for clip in subject.clips:
        if clip.motion is None or held_cadence(clip.motion, subject.limits.picture):
            continue
        frames = pictured(clip)
        moves = moves_of(clip.motion)
        still = [n for n in range(len(moves)) if _repeats(moves, n, subject.limits.picture)]
        if still:
            numbers = tuple(frames[n + 1].number for n in still)
            yield Breach(
                f"frame {spell_frames(numbers)} repeats the frame before it",
                measured=len(still),
                limit=0,
                unit="frames",
                frames=numbers,
            )


@check("picture.frozen", MOTION, severity=Severity.WARNING)
def frozen(subject: Subject) -> Iterator[Breach]:
    """Something moves in the clip: a model that returns a still has not done what it was asked."""
    for clip in subject.clips:
        if clip.motion is None:
            continue
        largest = max(moves_of(clip.motion))
        if largest < subject.limits.picture.frozen_step:
            yield Breach(
                "nothing moves in the clip",
                measured=largest,
                limit=subject.limits.picture.frozen_step,
                unit="Oklab x 100 a frame",
                frames=tuple(frame.number for frame in pictured(clip)),
            )


def pictured(clip: SequenceMeasures | MovieMeasures) -> tuple[FrameLevels, ...]:
    """Return the frames that hold a picture, in order: those that motion counts its frames by."""
    return tuple(frame for frame in clip.frames if frame.luma is not None)


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


def _repeats(moves: list[float], at: int, limits: PictureLimits) -> bool:
    """Tell whether a step stands still among moving ones."""
    around = moves[max(0, at - 3) : at] + moves[at + 1 : at + 4]
    ordinary = median(around) if around else 0.0
    return ordinary > limits.frozen_step and moves[at] < limits.repeat_share * ordinary


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
