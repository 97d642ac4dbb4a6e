"""The loop seam, as checks: one id for every way a seam can be wrong."""

from collections.abc import Iterator

from answerprint.checks.check import LOOP_ORDERED, MOTION, Breach, Check, Subject, check
from answerprint.checks.seam.verdict import PASSING, judge_seam
from answerprint.measured.clips import MovieMeasures, SequenceMeasures, pictured
from answerprint.order import Size
from answerprint.report import Severity
from answerprint.verdict import SeamVerdict

_EXPLAINED = {
    "duplicate-end": """The last frame of a loop is one ordinary step before its first, not the first once more.

    A repeated frame at the seam is a visible hitch: the motion stands still for a
    frame, or steps back. A cadence that holds every picture is no repeat. Under
    grain it is told by the course of the whole picture, fitted through four frames
    on either side: an ordinary step advances by one, a repeated one by nothing. In
    light that breathes a second on either side has to tell. A clip that is played
    there and back repeats the frame it turns at, too, and turns on the spot.""",
    "jump": """The step from the last frame of a loop to its first is an ordinary step of the clip.

    The step is compared, place by place, with the most that the same place changes
    in the steps around it, and its span with how pictures of this clip grow apart
    with time: a missing frame is a span of 2, and two steps on the course of the
    whole picture. What steps of the clip do anyway, as where lights blink, is no
    jump; where hardly anything moves, a step of half a code is one, as the pictures
    break their course nowhere else. A jump within three steps of the seam, or a cut
    inside the clip, breaks the loop as well.""",
    "local": """No region of the picture jumps at a loop's seam while the rest goes on smoothly.

    Judged by tiles of a sixteenth of the picture's width: what a region changes beyond
    all that it and its neighbours change in the steps around, four times as much as
    the worst of the rest. Screens, water and faces that were generated with a
    rhythm of their own jump so. The finding names the region in pixels.""",
    "ghost": """A loop does not close by a cross-fade in which two pictures are seen at once.

    A frame near the seam that is a mixture of one some steps earlier and one some
    steps later, flatter than both and than frames elsewhere, where motion does not
    lead from one to the other; or sharpness that dips at the seam as it does in a
    dissolve: at once, to seven tenths, and back. Edges are double and contrast sinks for as long as
    the fade lasts. Cut the fade out, or have the loop mended from the clip before it was faded.""",
    "speed-change": """Motion keeps its pace across the seam of a loop.

    Judged by the pictures and by their motion vectors, as a break between the
    trends before and behind the seam that is larger than the clip's own.""",
    "exposure-step": """Exposure does not step where a loop's last frame meets its first.

    Judged in stops, as a median over the picture, so that motion does not count, and
    by how far it leaves the trend beside the seam, as light that breathes does not.
    Loops that were graded over time, or generated with a drifting exposure, pop here.""",
    "color-step": """Color does not step where a loop's last frame meets its first.

    Judged in Oklab once exposure is matched, as a median over the picture.""",
    "frozen": """A loop moves: one in which nothing does is a still, grain or not.""",
}

_LIMITS = {
    "jump": "seam.jump seam.gap seam.cut",
    "local": "seam.spot",
    "ghost": "seam.ghost",
    "speed-change": "seam.pace",
    "exposure-step": "seam.exposure",
    "color-step": "seam.color",
    "frozen": "seam.still",
}
_VERDICTS = {"local": "local-jump", "ghost": "ghosted"}
"""Verdicts by the check that finds them, where that is called otherwise."""

_SUSPECTED = ("ghost",)
"""Ids of what may be meant: a fade is a way to make a loop, if a poor one."""


def verdict_of(subject: Subject) -> SeamVerdict:
    """Judge the seam of the master: the EXR sequence where there is one, else the movie."""
    assert subject.motion is not None
    motion, clip = subject.motion
    return judge_seam(motion, subject.limits.seam, _size(clip))


def _size(clip: SequenceMeasures | MovieMeasures) -> Size | None:
    """Return the size of the decoded pictures."""
    return clip.facts.size if isinstance(clip, MovieMeasures) else next(iter(clip.sizes), None)


def _seam_check(name: str, doc: str) -> Check:
    def judge(subject: Subject) -> Iterator[Breach]:
        assert subject.motion is not None
        found, clip = verdict_of(subject), subject.motion[1]
        if found.verdict == _VERDICTS.get(name, name):
            frames = pictured(clip)
            yield Breach(
                f"{found.reason}; {found.mend}" if found.mend else found.reason,
                measured=found.score,
                limit=PASSING,
                unit="score",
                frames=tuple(frames[at].number for at in found.frames),
            )

    judge.__doc__ = doc
    severity = Severity.WARNING if name in _SUSPECTED else Severity.ERROR
    limit = _LIMITS.get(name)
    return check(
        f"seam.{name}", LOOP_ORDERED, MOTION, severity=severity, limit=limit, source="measured"
    )(judge)


SEAM_CHECKS = tuple(_seam_check(name, doc) for name, doc in _EXPLAINED.items())
"""One check for each verdict that is not `seamless`."""
