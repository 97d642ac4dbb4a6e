"""Alpha beside an EXR picture."""

from collections.abc import Iterator
from typing import Final

from answerprint.checks.check import Breach, Need, Subject, check
from answerprint.measured.figures import Figure
from answerprint.measured.frames import FrameLevels
from answerprint.measured.samples import AlphaFigures
from answerprint.report import Severity
from answerprint.timing import spell_frames

_ALPHA: Final = Need(
    lambda s: (
        s.measurements.sequence is not None
        and any(f.samples and f.samples.alpha for f in s.sequence.frames)
    ),
    "no alpha channel beside an EXR picture",
    reads=(Figure.SAMPLES,),
    of="sequence",
)


@check(
    "alpha.speckle",
    _ALPHA,
    severity=Severity.WARNING,
    limit="alpha.speckles alpha.beyond",
    source="measured",
)
def speckle(subject: Subject) -> Iterator[Breach]:
    """Alpha lies within 0 to 1, and flat alpha has no single pixels of another value.

    A speckle is a pinhole or a stray dot in every composite. Edges, hair and smoke are
    not flat and are not judged.
    """
    limits = subject.limits.alpha
    for frame, found in _alphas(subject):
        if found.speckles > limits.speckles:
            x, y = found.at
            yield Breach(
                f"alpha has {found.speckles} isolated spots in frame {frame.number}, the first at x {x}, y {y}",
                measured=found.speckles,
                limit=limits.speckles,
                unit="spots",
                frames=(frame.number,),
                channel="A",
            )
    beyond = {frame.number: _beyond(frame, subject) for frame, _ in _alphas(subject)}
    far = tuple(n for n, by in beyond.items() if by > limits.beyond)
    if far:
        worst = max(far, key=lambda n: beyond[n])
        yield Breach(
            f"alpha lies outside 0 to 1 in frame {spell_frames(far)}, by {beyond[worst]:.3g} in frame {worst}",
            measured=round(beyond[worst], 5),
            limit=limits.beyond,
            frames=far,
            channel="A",
        )


@check(
    "alpha.premultiplied",
    _ALPHA,
    severity=Severity.WARNING,
    limit="alpha.clear_share alpha.lit_share",
    source="OpenEXR technical introduction",
)
def premultiplied(subject: Subject) -> Iterator[Breach]:
    """Where alpha is 0 there is no light: OpenEXR's colors are premultiplied by alpha.

    Light over a clear area says that they are not, and edges will glow in a
    composite; only fire and glows are drawn that way on purpose. Colors multiplied
    twice cannot be told from dark ones.
    """
    limits = subject.limits.alpha
    shares = {
        frame.number: found.lit / found.clear
        for frame, found in _alphas(subject)
        if found.clear > limits.clear_share * frame.pixels
    }
    lit = tuple(n for n, share in shares.items() if share > limits.lit_share)
    if lit:
        worst = max(lit, key=lambda n: shares[n])
        yield Breach(
            f"light lies in {shares[worst]:.0%} of what alpha calls clear in frame {worst}: the colors are not "
            "premultiplied; multiply them by alpha before a composite",
            measured=round(shares[worst], 4),
            limit=limits.lit_share,
            unit="of the clear pixels",
            frames=lit,
        )


def _alphas(subject: Subject) -> Iterator[tuple[FrameLevels, AlphaFigures]]:
    for frame in subject.sequence.frames:
        if frame.samples is not None and frame.samples.alpha is not None:
            yield frame, frame.samples.alpha


def _beyond(frame: FrameLevels, subject: Subject) -> float:
    common = subject.sequence.common_header
    levels = frame.channels.get((common.main.alpha if common else None) or "A")
    if levels is None or levels.minimum is None or levels.maximum is None:
        return 0.0
    return max(-levels.minimum, levels.maximum - 1, 0.0)
