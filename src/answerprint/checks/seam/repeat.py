"""How many frames at the seam show what was shown already."""

from dataclasses import dataclass
from statistics import median
from typing import Final, Literal

from answerprint.checks.motion.gait import Gait, ninth_decile
from answerprint.checks.seam.join import FEW, Join
from answerprint.measured.motion import Step

_ABRUPT: Final = 0.4
"""Share of a quick step that motion stops and starts again with around a repeat: what eases to rest does so by less."""
_SLOWED: Final = 0.2
"""The same of one side, where the other is abrupt and no other picture is held: what eases to rest is as slow on both
sides, and codecs slow a clip's last frames."""
_SAME: Final = 0.6
"""Share of what pictures as far apart differ by elsewhere, under which two show the same: true loops stay above 0.73."""
_QUIET: Final = (0.6, 0.75)
"""Share of the steps beside it, and of the smallest twentieth, that a repeat under noise is smaller than."""
_SILENT: Final = (0.3, 0.4)
"""The same for a repeat that is told by its step alone, under the noise of a good codec."""
_BACK: Final = 0.5
"""Steps that the pictures around such a repeat are short of their distance by; halfway to a whole one."""
_STANDS: Final = (0.5, 0.8)
"""Share of the slowest of the four steps beside it, and of the slowest twentieth, that motion stands still below.

Repeats that a codec or grain makes differ come to 0.07 to 0.38; of 120 true loops the
slowest seam comes to 0.6.
"""
_PAUSES: Final = 0.22
"""The first of these for a step beside the seam, where generated loops come to 0.25."""
_PAUSED: Final = 0.4
"""Share of what the busiest places change in the steps beside it, and of what their trends lead to, under which they pause.

Of 15 rendered loops under grain one comes to 0.63 and the others to 0.86 and more, with their
first frame again to 0.2 where motion shows above the grain at all.
"""
_GOES_ON: Final = 1.4
"""Steps the whole picture spans where nothing pauses."""
_CREEPS: Final = 0.0004
"""Speed in picture widths under which a clip is too slow to tell."""
_LEAPS: Final = 1.4
"""Times the smaller neighbour that the step of a repeat may measure: the first frame of a coded movie is another picture."""
_BACK_AND_ON: Final = 1.6
"""Turn, of the two steps around the seam, from which motion goes back and on again."""
_SHAKES: Final = 1.4
"""Turn that nine in ten steps of a clip stay under whose motion has a direction."""
_TURNED_SAME: Final = 1.1
"""As _SAME, where motion goes back and on."""
_SHORT: Final = (0.4, 0.4)
"""Steps the seam spans at most, by all pairs and by those further apart, of a repeat under grain."""
_SMALLEST: Final = 0.85
"""Share of the smallest twentieth of the steps that it is smaller than, too, unless it is far too short for the clip:
where nothing happens for some frames steps are short, and as short elsewhere."""
_FAR_TOO_SHORT: Final = -2.5
"""Surprise of such a span; in lights that come and go an ordinary step comes to -1.9."""
_LONE: Final = 1
"""Other pictures that may stand as long as the one at a repeat: where a clip turns about, the turn is one."""
_MANY: Final = 8
"""Pictures from which a cadence would show more than one of them."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Frames to take off one end so that none is shown twice at the seam."""

    frames: int
    end: Literal["last", "first"] = "last"
    stands: bool = False
    """Whether it is the end frame itself that stands, and not the other end's that comes again."""


def repeat_at_seam(join: Join) -> Repeat | None:
    """Return what of one end comes again at the other; None where nothing does."""
    if len(join.gait.moving) < FEW:
        return None
    count = _held(join.gait) or _replayed(join.gait) or _stays(join)
    return Repeat(count) if count else None


def stand_at_seam(join: Join) -> Repeat | None:
    """Return the end frame that stands longer than others do; None where neither does."""
    if len(join.gait.moving) < FEW or join.gait.quick < join.limits.still:
        return None
    return _standing(join.gait) or _standing_in_noise(join)


def _is_abrupt(gait: Gait) -> bool:
    """Tell whether motion stops or starts at once around the picture that stands at the seam."""
    less, more = sorted(
        step.tone[0] / max(gait.quick, 1e-6) for step in (gait.steps[0], gait.steps[-1])
    )
    never_held = max(gait.holds, default=1) == 1
    return less >= _ABRUPT or (less >= _SLOWED and more >= _ABRUPT and never_held)


def _stays(join: Join) -> int:
    """Tell a picture that stays over the seam under noise, unless the whole picture goes on there as it does elsewhere."""
    if join.course and join.course.kept:
        return 0
    return _held_in_noise(join) or _stopped(join, 0) or _paused(join)


def _held(gait: Gait) -> int:
    """Count the frames that the picture at the seam stands longer than others of the clip."""
    as_long = sum(hold >= gait.seam_hold for hold in gait.holds)
    if gait.seam_moves or as_long > (_LONE if len(gait.holds) >= _MANY else 0):
        return 0
    if not _is_abrupt(gait):
        return 0
    extra = gait.seam_hold - sorted(gait.holds)[len(gait.holds) // 2]
    return min(extra, gait.motion.frames - gait.moving[-1])


def _replayed(gait: Gait) -> int:
    """Count the frames at the end that are the first ones over again, two or more in their order."""
    steps = gait.motion.steps
    shares = {
        count: _again(steps, count)
        for count in range(2, min(len(steps[0].tone), len(steps) // 3) + 1)
    }
    if not shares:
        return 0
    count = min(shares, key=lambda n: shares[n])
    return count if shares[count] < (_TURNED_SAME if _turns_twice(gait) else _SAME) else 0


def _again(steps: tuple[Step, ...], count: int) -> float:
    """Return how far the last `count` frames are the first ones: 0 for the same, 1 for as far apart as elsewhere.

    Or for as far apart as the last and the first: what is gone through again is gone back over.
    """
    again = max(steps[frame].tone[count - 1] for frame in range(count))
    elsewhere = sorted(step.tone[count - 1] for step in steps[count:])
    return again / max(min(elsewhere[len(elsewhere) // 10], steps[0].tone[0]), 1e-6)


def _turns_twice(gait: Gait) -> bool:
    """Tell whether motion goes back over the seam and on again behind it, in a clip that does not shake."""
    if not gait.seam_moves or len(gait.steps) < 2 * FEW:
        return False
    turns = [step.turn for step in gait.steps]
    return min(turns[:2]) > _BACK_AND_ON and ninth_decile(turns[2:]) < _SHAKES


def _held_in_noise(join: Join) -> int:
    """Tell a repeated frame whose noise differs: the smallest step of all, and all further pairs one step short."""
    span, seam = join.span, join.motion.seam.tone[0]
    if not join.gait.seam_moves or span is None or span.beyond_neighbours is None:
        return 0
    if span.beyond_neighbours < -_BACK:
        # Nearer still than a repeat makes them: the clip turns about.
        return 0
    inside = sorted(step.tone[0] for step in join.gait.steps[1:])
    smallest = inside[len(inside) // 20]
    if _is_quiet(join, seam, smallest, _SILENT):
        return 1
    short = span.steps < _SHORT[0] and span.beyond_neighbours < _SHORT[1]
    far_too_short = span.surprise < _FAR_TOO_SHORT and join.doubt == 1
    alone = seam < _SMALLEST * smallest or far_too_short
    if short and alone and seam < join.ordinary:
        return 1
    return int(_is_quiet(join, seam, smallest, _QUIET) and span.beyond_neighbours < _BACK)


def _is_quiet(join: Join, seam: float, smallest: float, shares: tuple[float, float]) -> bool:
    return seam < min(shares[0] * join.ordinary, shares[1] * smallest)


def _stopped(join: Join, place: int, share: float = _STANDS[0]) -> int:
    """Tell whether motion stands still over one moving step, 0 for the seam's, and goes on as before."""
    steps, count = join.gait.steps, len(join.gait.steps)
    if count < 2 * FEW or (place == 0 and not join.gait.seam_moves):
        return 0
    if _rests(join.gait, place):
        return 0
    beside = [steps[(place + by) % count] for by in (-2, -1, 1, 2)]
    slowest = min(step.speed for step in beside)
    others = sorted(step.speed for at, step in enumerate(steps) if at != place % count)
    here, least = steps[place], min(steps[(place + by) % count].tone[0] for by in (-1, 1))
    return int(
        slowest > _CREEPS
        and here.speed < share * slowest
        and here.speed < _STANDS[1] * others[count // 20]
        and here.tone[0] < _LEAPS * least
    )


def _rests(gait: Gait, place: int) -> bool:
    """Tell whether pictures beside a moving step are held longer than most: motion comes to rest there by itself."""
    moving, count = gait.moving, len(gait.moving)
    lasted = (moving[(place + 2) % count] - moving[(place - 2) % count]) % gait.motion.frames
    return lasted > 4 * median(gait.holds)


def _paused(join: Join) -> int:
    """Tell whether the places that move most stand still over the seam, however small a part of the picture they are."""
    gait = join.gait
    if join.span is not None and join.span.steps > _GOES_ON:
        return 0
    busy = [step.busy for step in gait.steps if step.busy is not None]
    if not gait.seam_moves or len(busy) < max(2 * FEW, len(gait.steps)):
        return 0
    # Where a swing turns about, motion comes to rest by itself, and its trends say so.
    expected = max(2 * busy[-1] - busy[-2], 2 * busy[1] - busy[2])
    usual = median([busy[by] for by in (-3, -2, -1, 1, 2, 3)])
    inside = sorted(busy[1:])
    smallest = inside[len(inside) // 20]
    return int(busy[0] < min(_PAUSED * usual, _PAUSED * expected, _STANDS[1] * smallest))


def _standing(gait: Gait) -> Repeat | None:
    """Tell an end frame that stands longer than any other picture and moves on over the seam."""
    if not gait.seam_moves or len(gait.holds) < FEW:
        return None
    if not _is_abrupt(gait):
        return None
    first, *inside = gait.holds
    if not inside or gait.quick <= 0:
        return None
    longest, usual = max(inside), sorted(inside)[len(inside) // 2]
    # Where pictures are held now and then, as between lights that come and go, one that is held a frame longer is another of these.
    longest += longest > usual
    if gait.seam_hold > max(longest, first):
        return Repeat(gait.seam_hold - usual, stands=True)
    return (
        Repeat(first - usual, "first", stands=True)
        if first > max(longest, gait.seam_hold)
        else None
    )


def _standing_in_noise(join: Join) -> Repeat | None:
    if max(join.gait.holds) > 1:
        return None
    if _stopped(join, -1, _PAUSES):
        return Repeat(1, stands=True)
    return Repeat(1, "first", stands=True) if _stopped(join, 1, _PAUSES) else None
