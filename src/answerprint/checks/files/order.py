"""What was delivered beyond the order."""

from collections.abc import Iterator

from answerprint.checks.check import CLIP, Breach, Need, Subject, check
from answerprint.measured.clips import MovieMeasures
from answerprint.report import Severity

ORDERED = Need(
    lambda s: s.order.hdr is False or (_generation(s) and "hdr" in s.order.assumed),
    "HDR was ordered, or what was ordered is not known",
)


def _generation(subject: Subject) -> bool:
    """Tell whether the order is one that a service got, which says HDR where it means it."""
    order = subject.order
    return any((order.prompt, order.provider, order.source, order.keyframes, order.anchors.first))


@check("order.hdr-unordered", ORDERED, CLIP, severity=Severity.WARNING, source="the order; ITU-R BT.2100")  # fmt: skip
def hdr_unordered(subject: Subject) -> Iterator[Breach]:
    """A clip that was not ordered in HDR is not HDR: no EXR frames, and no movie tagged PQ or HLG.

    HDR costs more at every service, and shows wrong in a line that takes it for SDR.
    """
    for clip in subject.clips:
        if not isinstance(clip, MovieMeasures):
            what, found = "EXR frames are", "EXR"
        elif clip.facts.color.hdr:
            found = clip.facts.color.transfer or ""
            what = f"a movie tagged {found} is"
        else:
            continue
        yield Breach(
            f"HDR was not ordered, and {what} there: deliver it through an SDR view, or order it as HDR",
            measured=found,
            limit="SDR",
            asset=clip.place,
        )
