"""The sound of a loop where it starts over."""

from collections.abc import Iterator
from typing import Final

from answerprint.checks.check import LOOP_ORDERED, Breach, Subject, check
from answerprint.checks.sound.limits import SoundLimits
from answerprint.checks.sound.track import SOUND, breach, heard, picture_span
from answerprint.measured.heard import Heard
from answerprint.report import Severity

_BESIDE: Final = 2
"""Hundredths of a second on either side of a moment whose loudest says how loud it is there."""


@check(
    "sound.seam",
    LOOP_ORDERED,
    *SOUND,
    severity=Severity.WARNING,
    limit="sound.click sound.click_level sound.seam_step sound.seam_step_floor",
    source="measured",
)
def seam(subject: Subject) -> Iterator[Breach]:
    """The sound of a loop runs from its end into its beginning as it runs on anywhere else: no click, no jump, no gap.

    A click is a sample that the ones before it do not foretell, beside how well
    they do in the 10 ms on either side; the first frame of a lossy codec may be one. A jump is
    a change of spectrum from the last 85 ms to the first that is larger than those within the
    sound. A gap is sound that fades out before the loop point and in behind it: softer there than anywhere inside.
    """
    last = subject.movie.frames[-1].number if subject.movie.frames else 0
    for sound in heard(subject):
        found = next(_faults(subject, sound), None)
        if found is not None:
            said, measured, limit, unit = found
            yield breach(
                subject,
                sound,
                f"{said} at the loop point; cross-fade its end into its beginning",
                measured=round(measured, 2),
                limit=round(limit, 2),
                unit=unit,
                frames=(last, 0),
            )


def _faults(subject: Subject, sound: Heard) -> Iterator[tuple[str, float, float, str]]:
    """Yield what is wrong at the loop point, the worst first: words, measured, limit, unit."""
    limits, found = subject.limits.sound, sound.seam
    if found is None:
        return
    if found.click > limits.click and found.level > limits.click_level:
        yield "clicks", found.click, limits.click, "times the error beside it"
    most = max(limits.seam_step_floor, limits.seam_step * found.step_usual)
    if found.step > most:
        yield "changes", found.step, most, "dB"
    fallen = _fallen(sound, picture_span(subject), limits)
    if fallen > limits.seam_step_floor:
        yield "dies away", fallen, limits.seam_step_floor, "dB softer than anywhere inside"


def _fallen(sound: Heard, span: tuple[float, float] | None, limits: SoundLimits) -> float:
    """Return by how many dB the sound at the loop point is softer than at its softest moment inside.

    Inside is what lies beyond the silence that is allowed at the ends, where fades are.
    """
    ends = round(limits.silence_at_ends / sound.hop)
    stop = round((span[1] - (sound.start or 0.0)) / sound.hop) if span else len(sound.envelope)
    levels = sound.envelope[:stop]
    inside = _moments(levels[ends : max(ends, len(levels) - ends)])
    if not inside:
        return 0.0
    return min(inside) - max(*levels[-_BESIDE:], *levels[:_BESIDE], limits.silence_floor)


def _moments(levels: tuple[int, ...]) -> list[int]:
    """Return how loud it is at each moment between two hops."""
    return [
        max(levels[at - _BESIDE : at + _BESIDE]) for at in range(_BESIDE, len(levels) - _BESIDE + 1)
    ]
