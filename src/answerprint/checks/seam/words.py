"""What is said of a seam that repeats or leaps."""

import math
from typing import Final

from answerprint.checks.seam.join import Join
from answerprint.checks.seam.repeat import Repeat

TURNS_BACK: Final = (
    "motion turns back on the spot at the seam: the clip goes on in reverse, as one that is "
    "played there and back, and the frame it turns at is there twice"
)


def what_repeats(found: Repeat) -> str:
    """Say what comes again, or stands."""
    if found.stands:
        return f"the {found.end} frame stands for {found.frames + 1} frames, so motion pauses at the seam"
    what = "frame repeats" if found.frames == 1 else f"{found.frames} frames repeat"
    return f"the last {what} the beginning, so motion stands still or steps back at the seam"


def what_strays(count: int) -> str:
    """Say how many frames do not belong at the seam."""
    one = count == 1
    return f"{'a frame' if one else f'{count} frames'} at the seam {'belongs' if one else 'belong'} to neither side of it"


def how_fast(join: Join) -> str:
    """Say how pace changes over the seam."""
    ratio = math.exp(join.change_of_pace)
    how = f"{ratio:.1f} times as fast" if ratio > 1 else f"at {ratio:.0%} of the pace"
    return f"motion goes on {how} behind the seam"


def how_far(join: Join) -> str:
    """Say how far the seam leads by what it changes."""
    spans = join.span.steps if join.span else 0.0
    if 1.5 <= spans < 5.5:
        missing = round(spans) - 1
        frames = "a frame is" if missing == 1 else f"{missing} frames are"
        return f"the seam spans {spans:.1f} ordinary steps, as if {frames} missing"
    return f"the last frame does not lead into the first: they differ by {join.motion.seam.tone[0]:.2g}, ordinary steps by {join.ordinary:.2g} (Oklab x 100)"


def how_far_on(join: Join) -> str:
    """Say how far it goes on the course of the clip."""
    advance = join.course.advance if join.course else 0.0
    if not 1.5 <= advance < 5.5:
        return f"the last frame does not lead into the first: the pictures go {advance:.1f} steps on where all others go one"
    missing = max(round(advance) - 1, 1)
    frames = "a frame is" if missing == 1 else f"{missing} frames are"
    return f"the seam goes {advance:.1f} ordinary steps on, as if {frames} missing"


def how_far_apart(join: Join) -> str:
    """Say how far the courses of the pictures before and behind it are apart."""
    gap = join.motion.gap.most if join.motion.gap else 0.0
    return (
        f"the course of the pictures breaks at the seam, {gap:.1f} times as far as anywhere inside"
    )
