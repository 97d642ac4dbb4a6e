"""What lies beside a seam: cuts, and frames that belong to neither side of it."""

import math
from typing import Final

from answerprint.checks.motion.gait import ninth_decile
from answerprint.checks.motion.span import span_at
from answerprint.checks.seam.hurry import habitual
from answerprint.checks.seam.join import Join
from answerprint.measured.motion import Step

STRAY: Final = 1.3
"""Quick steps into and out of stray frames from which they are found; 1,400 true loops came to 1.2, one to 1.5."""

_NEAR: Final = (-3, -2, -1, 1, 2, 3)
"""Moving steps from the seam at which a cut is looked for with care: one frame later, the seam itself is perfect."""
_STRAYS: Final = (1, 2, 3)
"""Frames in a row at the seam that may belong to neither side."""
_FEWEST_FOR_STRAYS: Final = 10
"""Frames under which a clip has no quick steps to speak of."""
_PLAIN: Final = 2.5
"""How many times as far a cut has to stand out that leaves local contrast as it was, like a flash or a strobe."""
_LEAPS: Final = 1.5
"""Times the fastest step beside it, and all but two elsewhere, that motion leaps by at a cut."""
_HABIT: Final = 3
"""Other steps as fast that make a leap a habit of the clip, as of lights that blink."""
_FURTHER: Final = 1.6
"""Ordinary steps that such a leap spans, unless it stands out."""
_FAR: Final = 2.5
"""Ordinary steps that a cut spans at least, by neighbours and by pairs further apart."""
_SLOW: Final = 0.0004
"""Speed in picture widths under which steps are as slow as each other."""
_OUTSIZED: Final = (1.3, 2.0)
"""Times as large as all other steps, and as far beyond what they surprise by, that a cut is whatever else it is: inside of
120 true loops no step comes to six tenths of that."""
_WORTH: Final = 0.8
"""Share of the first of these from which it is worth asking how far a step leads."""
_EVIDENT: Final = 1.5
"""Surprise from which a cut is looked for where no motion leaps."""
_SPAN_WEIGHT: Final = 1.5
"""A span is worth this much less than a surprise, as at the seam."""
_FEWEST_FOR_LEAPS: Final = 24
"""Moving steps under which a clip has no pace of its own: generated loops of 16 frames leap inside."""
_CUT_DIFFERENCE: Final = 6.0
"""Excess, Oklab x 100, of a cut anywhere inside; steps of uncut clips that change the picture came to 5.4."""
_CUT_DETAIL: Final = 0.5
"""Difference of local contrast of a cut: flashes and strobes keep the picture and stay below."""
_CUT_RATIO: Final = 5.0
"""How many times what nine in ten steps exceed their surroundings by a cut does."""


def nearest_cut(join: Join) -> tuple[int, float] | None:
    """Return the moving step near the seam that is most of a cut, and its strength; None for a clip of few steps."""
    count = len(join.gait.moving)
    if count <= 2 * max(_NEAR) + 2:
        return None
    places = {by % count: _cut(join, by % count) for by in _NEAR}
    worst = max(places, key=lambda place: places[place])
    return worst, places[worst]


def strays(join: Join) -> tuple[int, int, float] | None:
    """Return the frames at the seam that least belong there: the first, from -4, how many, and how far they stray in STRAYs."""
    if join.motion.frames < _FEWEST_FOR_STRAYS:
        return None
    runs = [(start, count) for count in _STRAYS for start in range(-count - 1, 2)]
    start, count = max(runs, key=lambda run: join.gait.stray(*run))
    return start, count, join.gait.stray(start, count) / STRAY


def inner_cuts(join: Join) -> list[int]:
    """Return the frames inside the clip that are cut to."""
    return [frame for frame, step in enumerate(join.motion.steps) if frame and _is_cut(join, step)]


def suspicion(join: Join) -> float:
    """Return the strength, under 1 in a seamless clip, of what is nearest to a fault of those that no step tells alone."""
    cut, stray = nearest_cut(join), strays(join)
    return max(
        join.ghost,
        min(join.local, max(join.jump, join.spot)),
        join.shortness,
        join.again,
        join.turned,
        join.off_course,
        join.gap,
        cut[1] if cut else 0.0,
        stray[2] if stray else 0.0,
    )


def _cut(join: Join, place: int) -> float:
    """Return the strength of a cut at a moving step other than the seam's."""
    gait = join.gait
    others = [step for at, step in enumerate(gait.steps) if at != place]
    usual = max(ninth_decile([step.detail_excess for step in others]), 0.01)
    plain = gait.steps[place].detail_excess <= usual
    surprise = gait.surprise(place)
    stands_out = surprise / (join.limits.cut * (_PLAIN if plain else 1.0))
    if plain:
        # What lights do that blink, they do again.
        stands_out = min(stands_out, habitual(join.outstanding(place)))
    return max(stands_out, _leap(join, place, surprise), _outsized(join, place))


def _outsized(join: Join, place: int) -> float:
    """Return the strength of a step larger than any of the clip that is not next to it, and that leads further; 0 under its limit."""
    steps = join.gait.steps
    count = len(steps)
    if count < _FEWEST_FOR_LEAPS:
        return 0.0
    largest = max(steps[at].tone[0] for at in range(count) if 1 < (at - place) % count < count - 1)
    larger = steps[place].tone[0] / (_OUTSIZED[0] * max(largest, 1e-6))
    if larger < _WORTH:
        return 0.0
    span = span_at(join.gait, place)
    if span is None:
        return 0.0
    further = min(span.steps, span.beyond_neighbours or 0.0) / _FURTHER
    found = min(larger, further, join.outstanding(place) / _OUTSIZED[1])
    return found if found >= 1 else 0.0


def _leap(join: Join, place: int, surprise: float) -> float:
    """Return the strength of a leap: faster than all beside it and further, or too far to be followed."""
    steps = join.gait.steps
    if len(steps) < _FEWEST_FOR_LEAPS:
        return 0.0
    beside = max(steps[(place + by) % len(steps)].speed for by in (-2, -1, 1, 2))
    usual = sorted(step.speed for at, step in enumerate(steps) if at != place)[-_HABIT]
    faster = steps[place].speed / (_LEAPS * max(beside, usual, _SLOW))
    if faster < 1 and surprise < _EVIDENT:
        return 0.0
    span = span_at(join.gait, place)
    if span is None:
        return 0.0
    leaps = min(faster, max(surprise / join.limits.cut, span.steps / _FURTHER))
    # A flash is too much to be followed as well, but it is gone again, and leads no further.
    far = min(span.steps, span.beyond_neighbours or 0.0) / _FAR
    shown = math.hypot(surprise, max(span.surprise, 0.0) / _SPAN_WEIGHT) / join.limits.cut
    return max(leaps, min(far, shown))


def _is_cut(join: Join, step: Step) -> bool:
    return step.detail > _CUT_DETAIL and step.excess > max(
        _CUT_DIFFERENCE, _CUT_RATIO * join.gait.usual_excess
    )
