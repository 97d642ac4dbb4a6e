"""What is found of a seam, put together from its join."""

import math
from typing import Final

from answerprint.checks.seam.join import Join
from answerprint.checks.seam.mend import score_of
from answerprint.order import Size
from answerprint.verdict import Mend, SeamFigures, SeamVerdict, Verdict

SURELY: Final = 1.4
"""Strength of a step of exposure or color that is one even where more than the grade changes; true loops come to 1."""


def seam_verdict(
    join: Join,
    verdict: Verdict,
    reason: str,
    *,
    frames: tuple[int, ...] = (),
    score: float | None = None,
    mend: Mend | None = None,
) -> SeamVerdict:
    """Return what is found; without a score of its own, by the step over the seam."""
    return SeamVerdict(
        verdict=verdict,
        score=round(score_of(strengths(join)) if score is None else score, 3),
        reason=reason,
        frames=frames,
        figures=_figures(join),
        mend=mend,
    )


def ends(join: Join) -> tuple[int, int]:
    """Return the frames that meet at the seam."""
    return (join.motion.frames - 1, 0)


def strengths(join: Join) -> list[float]:
    """Return how strong the faults are that the step over the seam tells by itself."""
    grade = max(join.exposure, join.color)
    return [join.jump, join.pace, grade if join.graded or grade >= SURELY else 0.0]


def placed(found: SeamVerdict, join: Join, size: Size | None) -> SeamVerdict:
    """Name the region of a local jump in pixels."""
    spot = join.motion.spot
    if found.verdict != "local-jump" or spot is None or size is None:
        return found
    left, top, width, height = spot.box
    box = (
        round(left * size[0]),
        round(top * size[1]),
        round(width * size[0]),
        round(height * size[1]),
    )
    where = f"{box[2]}x{box[3]} pixels from {box[0]},{box[1]}"
    return found.model_copy(update={"box": box, "reason": f"{found.reason}: {where}"})


def _figures(join: Join) -> SeamFigures:
    span = join.span
    return SeamFigures(
        step=join.motion.seam.tone[0],
        ordinary=round(join.ordinary, 4),
        spans=round(span.steps, 2) if span else None,
        advance=round(join.course.advance, 2) if join.course else None,
        stands_out=round(join.surprise, 2),
        stops=join.step.stops,
        tint=join.step.tint,
        pace=round(math.exp(join.change_of_pace), 2),
    )
