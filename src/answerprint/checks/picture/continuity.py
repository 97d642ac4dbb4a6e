"""Pictures that break the run of time: foreign ones, exchanged ones, missing ones, and cuts."""

import math
from collections.abc import Iterator, Sequence

from answerprint.checks.check import MOTION, Breach, Subject, check
from answerprint.checks.look.borders import bar_changes
from answerprint.checks.picture.cadence import Short, shown_short
from answerprint.checks.picture.frames import black_frames, repeats_of
from answerprint.checks.picture.jumps import Jump
from answerprint.checks.picture.patches import Patch, odd_patches
from answerprint.checks.picture.pulse import Pulse
from answerprint.checks.picture.rhythm import Rhythm, rhythm_of
from answerprint.measured.clips import MovieMeasures, SequenceMeasures, pictured
from answerprint.measured.figures import Figure
from answerprint.report import Severity
from answerprint.timing import spell_frames

Clip = SequenceMeasures | MovieMeasures


@check("picture.odd-frame", MOTION, limit="rhythm.odd rhythm.island rhythm.island_alone rhythm.patch rhythm.patch_alone", source="measured")  # fmt: skip
def odd_frame(subject: Subject) -> Iterator[Breach]:
    """No frame, and no two or three in a row, are unlike the frames before and after while these are alike.

    That is a frame of another shot or another take. It is found where the steps
    into it and out of it are larger than any near it, and lead back to where they came from.
    What differs in light or color alone is picture.flash, what is black is picture.black.
    A part of one frame of a movie that is brighter or darker than before and after, as no frame near it
    has one, is a suspicion: a lost block looks like that, and so does a spark. EXR frames have pixels.damage.
    """
    for clip, rhythm in _rhythms(subject):
        pulse = Pulse.of(rhythm.motion, subject.limits.pulse)
        lit = {frame for flash in pulse.flashes for frame in flash.frames} | pulse.flickering
        dark = set(black_frames(clip, subject.limits.picture))
        for run in rhythm.odd:
            frames = rhythm.frames(run)
            if lit.union(dark).intersection(frames):
                continue
            numbers = _numbers(clip, frames)
            one = len(numbers) == 1
            yield Breach(
                f"frame {spell_frames(numbers)} {'is' if one else 'are'} unlike the frames before and after, "
                f"which are alike: replace {'it' if one else 'them'} by a blend of these",
                measured=round(rhythm.oddness(run.start, len(run)), 2),
                limit=rhythm.limits.odd,
                unit="of the largest step nearby",
                frames=numbers,
            )
        if isinstance(clip, MovieMeasures):
            told = lit.union(dark, rhythm.odd_frames, _misplaced(rhythm))
            lost = (patch for patch in _patches(clip, rhythm) if patch.frame not in told)
            yield from (_lost(clip, patch) for patch in lost)


@check(
    "picture.order-swapped",
    MOTION,
    limit="rhythm.exchanged rhythm.exchanged_beyond rhythm.back",
    source="measured",
)
def order_swapped(subject: Subject) -> Iterator[Breach]:
    """No two frames, up to four apart, stand in each other's place.

    Neighbours differ less than frames further apart. Where the steps around two
    frames shrink by a fifth and more when these are exchanged, they were
    exchanged before: of 13,000 steps of footage none comes to more than 0.14 as a
    logarithm, exchanged frames start at 0.28; under a camera that shakes as fast as frames follow
    each other it takes more, but motion that goes past, back and on tells it there. Where no step around them comes to half of what is just visible an
    exchange is not seen.
    """
    for clip, rhythm in _rhythms(subject):
        flickering = Pulse.of(rhythm.motion, subject.limits.pulse).flickering
        for pair in rhythm.exchanges.found:
            frames = tuple(rhythm.pictures[place] for place in pair)
            if flickering.intersection(range(frames[0] - 1, frames[1] + 2)):
                continue
            numbers = _numbers(clip, frames)
            gain, limit = rhythm.exchanges.gain(*pair), rhythm.limits.exchanged
            if gain < limit:
                gain, limit = rhythm.exchanges.back_and_on(pair[0]), rhythm.limits.back
            yield Breach(
                f"frames {numbers[0]} and {numbers[1]} stand in each other's place: exchange them",
                measured=round(gain, 3),
                limit=limit,
                unit="logarithm",
                frames=numbers,
            )


@check("picture.dropped", MOTION, severity=Severity.WARNING, limit="rhythm.jump rhythm.steady rhythm.unsteady rhythm.lone rhythm.headway rhythm.reach rhythm.leap rhythm.cut", source="measured", reads=(Figure.LOOK,))  # fmt: skip
def dropped(subject: Subject) -> Iterator[Breach]:
    """No frame is missing between two that follow each other.

    A missing frame is a doubled step in steady motion: everything changes more
    there than in the steps around it, and frames on either side of the place are as far apart as
    frames one further apart elsewhere. How far it has to stand out depends on how steady the clip
    is; in an even one, less where the pictures go too far on the course that eight of them are on, and
    nowhere where they surely go on by one step: a key frame draws grain and detail anew.
    A camera held by hand has no steady pace, but inertia: its motion goes on and leaps.
    Where motion is as uneven as that by itself, one missing frame is as good as any other step and not found.
    Bars that come or go, which are told by themselves, are no leap. In animation that shows
    every picture twice, or three times, one that stands for less lacks a frame.
    """
    yield from _short_holds(subject)
    for clip, jump in _jumps(subject):
        if not jump.graded and not jump.cuts(subject.limits.rhythm):
            missing = max(1, round(jump.steps) - 1)
            numbers = _numbers(clip, (jump.frame - 1, jump.frame))
            frames = "a frame is" if missing == 1 else f"{missing} frames are"
            yield Breach(
                f"about {frames} missing between frames {numbers[0]} and {numbers[1]}: "
                f"motion leaps {jump.steps:.1f} ordinary steps",
                measured=round(jump.strength, 2),
                limit=round(jump.limit, 2),
                frames=numbers,
            )


@check("picture.cut", MOTION, severity=Severity.WARNING, limit="rhythm.jump rhythm.steady rhythm.unsteady rhythm.lone rhythm.reach rhythm.cut", source="measured", reads=(Figure.LOOK,))  # fmt: skip
def cut(subject: Subject) -> Iterator[Breach]:
    """The clip is one shot: nowhere does a frame lead to one that does not follow from it.

    A generated clip that was asked for one shot and cuts has changed its mind; one
    whose light steps over the same picture, which is told here too, was patched together.
    Clips that were meant to cut are right all the same: waive the check, or take the frames it
    names as the list of cuts.
    """
    for clip, jump in _jumps(subject):
        if jump.graded or jump.cuts(subject.limits.rhythm):
            numbers = _numbers(clip, (jump.frame - 1, jump.frame))
            yield Breach(
                _what_jumps(clip, jump, numbers[1]),
                measured=round(jump.strength, 2),
                limit=round(jump.limit, 2),
                frames=numbers,
            )


def _short_holds(subject: Subject) -> Iterator[Breach]:
    for clip, rhythm in _rhythms(subject):
        for short in _short(rhythm):
            last = short.first + short.frames - 1
            numbers = _numbers(clip, (last, last + 1))
            yield Breach(
                f"a frame is missing between frames {numbers[0]} and {numbers[1]}: "
                f"a picture stands for {short.frames}, and all others for {short.usual}",
                measured=short.frames,
                limit=short.usual,
                unit="frames",
                frames=numbers,
            )


def _misplaced(rhythm: Rhythm) -> frozenset[int]:
    """Return the frames that are told to be exchanged, to stand alone where others stand twice, or to lie beside a cut."""
    exchanged = {rhythm.pictures[at] for pair in rhythm.exchanges.found for at in pair}
    cuts = (jump.frame for jump in rhythm.jumps if jump.cuts(rhythm.limits))
    beside = {frame - by for frame in cuts for by in (0, 1)}
    return frozenset(exchanged.union(beside, (short.first for short in _short(rhythm))))


def _short(rhythm: Rhythm) -> Iterator[Short]:
    """Yield the pictures that stand too short, but those at exchanged and foreign ones."""
    for short in shown_short(rhythm.pictures):
        if rhythm.pictures.index(short.first) not in rhythm.explained:
            yield short


def _patches(clip: Clip, rhythm: Rhythm) -> tuple[Patch, ...]:
    """Return what stands out in one frame of a movie; of EXR frames pixels tell."""
    if not isinstance(clip, MovieMeasures):
        return ()
    return odd_patches(rhythm.motion, rhythm.limits)


def _lost(clip: MovieMeasures, patch: Patch) -> Breach:
    numbers = _numbers(clip, (patch.frame,))
    (wide, high), (left, top, width, height) = clip.facts.size, patch.box
    return Breach(
        f"a part of frame {numbers[0]}, {round(width * wide)}x{round(height * high)} pixels at x {round(left * wide)}, "
        f"y {round(top * high)}, is {'brighter' if patch.measured > 0 else 'darker'} than in the frames before and after; look at it",
        measured=round(abs(patch.measured), 3),
        limit=round(patch.limit, 3),
        unit=patch.unit,
        frames=numbers,
        severity=Severity.WARNING,
    )


def _what_jumps(clip: Clip, jump: Jump, number: int) -> str:
    if not jump.graded or clip.motion is None:
        return f"the picture cuts at frame {number}"
    stops = clip.motion.steps[jump.frame].stops
    return f"light steps by {stops:+.2f} stops at frame {number}, over the same picture"


def _jumps(subject: Subject) -> Iterator[tuple[Clip, Jump]]:
    """Yield the leaps of each clip, but those into and out of black and lost blocks, out of repeats, and to other bars, which are told of by themselves."""
    for clip, rhythm in _rhythms(subject):
        dark = black_frames(clip, subject.limits.picture)
        told = {frame + by for frame in dark for by in (0, 1)}
        barred = bar_changes(clip, subject.limits.look)
        told |= {
            at + by
            for at, frame in enumerate(pictured(clip))
            if frame.number in barred
            for by in (0, 1)
        }
        made_up = {frame + 1 for frame in repeats_of(clip, subject.limits)}
        lost = {patch.frame + by for patch in _patches(clip, rhythm) for by in (0, 1)}
        for jump in rhythm.jumps:
            if jump.frame in told or (jump.frame in made_up and not math.isinf(jump.steps)):
                continue
            if jump.frame not in lost or jump.cuts(rhythm.limits):
                yield clip, jump


def _rhythms(subject: Subject) -> Iterator[tuple[Clip, Rhythm]]:
    for clip in subject.clips:
        if clip.motion is not None:
            yield clip, rhythm_of(clip.motion, subject.limits.rhythm)


def _numbers(clip: Clip, frames: Sequence[int]) -> tuple[int, ...]:
    shown = pictured(clip)
    return tuple(shown[frame].number for frame in frames)
