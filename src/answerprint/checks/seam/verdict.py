"""The loop seam: the step from the last frame to the first, among the clip's own steps.

What a viewer sees at a seam is whatever sets its step apart from the others: a
jump, a frame seen twice, a change of pace, a pop of exposure or color. The
verdict names the first of them that is there, the score comes of the worst.
"""

from collections.abc import Callable
from typing import Final

from answerprint.checks.motion.gait import Gait
from answerprint.checks.seam import words
from answerprint.checks.seam.finding import SURELY, ends, placed, seam_verdict, strengths
from answerprint.checks.seam.join import Join
from answerprint.checks.seam.limits import SeamLimits
from answerprint.checks.seam.mend import mend_jump, mend_repeat, score_of
from answerprint.checks.seam.nearby import inner_cuts, nearest_cut, strays, suspicion
from answerprint.checks.seam.repeat import Repeat, repeat_at_seam, stand_at_seam
from answerprint.measured.motion import Motion
from answerprint.order import Size
from answerprint.verdict import SeamVerdict

PASSING: Final = 0.5
"""Score under which a seam is refused."""
OF_A_FADE: Final = 2.0
"""Times as strong as a jump that a cross-fade is whose last frame is one, too: no frame is a mixture at a plain jump."""
PLAIN_CUT: Final = 1.5
"""Strength from which such a cut is named before anything that the seam itself may be."""


def judge_seam(motion: Motion, limits: SeamLimits, size: Size | None = None) -> SeamVerdict:
    """Judge the seam of a clip of two frames or more by its own steps; `size` of the picture is for naming regions."""
    join = Join(Gait.of(motion), limits)
    for rule in _RULES:
        found = rule(join)
        if found is not None:
            return placed(found, join, size)
    return seam_verdict(
        join,
        "seamless",
        "the last frame leads into the first by an ordinary step",
        score=score_of([*strengths(join), suspicion(join)]),
    )


def _frozen(join: Join) -> SeamVerdict | None:
    if not join.frozen:
        return None
    return seam_verdict(join, "frozen", "nothing moves in the whole clip", score=0.0)


def _duplicate_end(join: Join) -> SeamVerdict | None:
    # Behind a break of pace a step is small beside those before it, and no repeat beside those after it.
    if join.pace >= 1 and join.keeps_slower_pace:
        return None
    return _repeated(join, repeat_at_seam(join))


def _standing_end(join: Join) -> SeamVerdict | None:
    return _repeated(join, stand_at_seam(join))


def _repeated(join: Join, found: Repeat | None) -> SeamVerdict | None:
    if found is None:
        return None
    frames, count = join.motion.frames, found.frames
    start = 0 if found.end == "first" else frames - count
    return seam_verdict(
        join,
        "duplicate-end",
        words.what_repeats(found),
        frames=tuple(range(start, start + count)),
        score=0.5 * min(join.motion.seam.tone[0] / max(join.ordinary, 1e-6), 0.8),
        mend=mend_repeat(join.gait, count, found.end),
    )


def _grade_step(join: Join) -> SeamVerdict | None:
    strength = max(join.exposure, join.color)
    # A cross-fade between two lights is a step of exposure, too: what is seen of it is the fade.
    # Motion that turns slow at once leaves a codec time to mend colors.
    if strength < max(1.0, join.ghost if join.jump < 1 else 0.0, join.pace):
        return None
    if not join.graded and (strength < SURELY or join.jump >= 1):
        return None
    if join.exposure >= join.color:
        return seam_verdict(
            join,
            "exposure-step",
            f"exposure steps by {join.step.stops:+.2f} stops from the last frame to the first",
            frames=ends(join),
        )
    return seam_verdict(
        join,
        "color-step",
        f"color shifts by {join.color_shift:.1f} (Oklab x 100) from the last frame to the first",
        frames=ends(join),
    )


def _jump(join: Join) -> SeamVerdict | None:
    if join.jump < 1:
        return None
    return seam_verdict(
        join, "jump", words.how_far(join), frames=ends(join), mend=mend_jump(join.gait)
    )


def _stray_frames(join: Join) -> SeamVerdict | None:
    found = strays(join)
    if found is None or found[2] < 1:
        return None
    start, count, strength = found
    return seam_verdict(
        join,
        "jump",
        words.what_strays(count),
        frames=tuple((start + n) % join.motion.frames for n in range(count)),
        score=score_of([strength]),
        mend=mend_jump(join.gait),
    )


def _plain_cut(join: Join) -> SeamVerdict | None:
    """Beside a plain cut, the seam's own step is short of what the cut makes of the steps around it."""
    return _hidden_cut(join, PLAIN_CUT)


def _hidden_cut(join: Join, least: float = 1.0) -> SeamVerdict | None:
    found = nearest_cut(join)
    if found is None or found[1] < max(least, join.jump):
        return None
    place, strength = found
    frame = join.gait.moving[place]
    return seam_verdict(
        join,
        "jump",
        "the seam itself is clean, but the picture jumps close to it",
        frames=(frame - 1, frame),
        score=score_of([strength]),
        mend=mend_jump(join.gait),
    )


def _off_course(join: Join) -> SeamVerdict | None:
    """What no step tells alone, but the course of the pictures does."""
    if join.repeat >= 1:
        return _repeated(join, _repeat_on_course(join))
    found = max(join.off_course, join.gap)
    if found < 1:
        return None
    told = words.how_far_on(join) if join.off_course >= 1 else words.how_far_apart(join)
    return seam_verdict(
        join, "jump", told, frames=ends(join), score=score_of([found]), mend=mend_jump(join.gait)
    )


def _repeat_on_course(join: Join) -> Repeat:
    if join.again >= 1 or join.course is None:
        return Repeat(1)
    last, first = join.course.stand
    return Repeat(1, "last" if last > first else "first", stands=True)


def _turned(join: Join) -> SeamVerdict | None:
    """A clip that is played there and back, the frame it turns at twice."""
    if join.turned < 1:
        return None
    return seam_verdict(
        join, "duplicate-end", words.TURNS_BACK, frames=ends(join), score=score_of([join.turned])
    )


def _inner_cut(join: Join) -> SeamVerdict | None:
    cuts = inner_cuts(join)
    if not cuts:
        return None
    return seam_verdict(
        join,
        "jump",
        "the seam itself is clean, but the picture cuts inside the clip",
        frames=tuple(frame for cut in cuts for frame in (cut - 1, cut)),
        score=0.0,
    )


def _local_jump(join: Join) -> SeamVerdict | None:
    spot = join.motion.spot
    if spot is None or join.local < 1 or (join.jump < 1 and join.spot < 1):
        return None
    share = spot.box[2] * spot.box[3]
    return seam_verdict(
        join,
        "local-jump",
        f"one region, {max(share, 0.01):.0%} of the picture, jumps while the rest goes on smoothly",
        frames=ends(join),
        score=score_of([max(join.jump, join.spot)]),
    )


def _ghosted(join: Join) -> SeamVerdict | None:
    mixture = join.fade[1]
    if mixture is None or join.ghost < max(1.0, OF_A_FADE * join.jump if join.jump >= 1 else 0.0):
        return None
    count = join.motion.frames
    frames = [(mixture.frame + by) % count for by in range(-mixture.reach + 1, mixture.reach)]
    return seam_verdict(
        join,
        "ghosted",
        f"two pictures are seen at once around frame {mixture.frame}, as in a cross-fade: edges are double and {mixture.dip:.0%} of the sharpness is missing",
        frames=tuple(frames),
        score=score_of([join.ghost]),
    )


def _speed_change(join: Join) -> SeamVerdict | None:
    if join.pace < 1 or (join.jump >= 1 and join.leaps):
        return None
    return seam_verdict(join, "speed-change", words.how_fast(join), frames=ends(join))


_RULES: Final[tuple[Callable[[Join], SeamVerdict | None], ...]] = (
    _frozen,
    _plain_cut,
    _duplicate_end,
    _grade_step,
    _stray_frames,
    _hidden_cut,
    _ghosted,
    _speed_change,
    _local_jump,
    _jump,
    _standing_end,
    _off_course,
    _turned,
    _inner_cut,
)
