"""What was made around a reframed source goes with it: no border shows, and its light is as steady."""

from collections.abc import Iterator

from answerprint.checks.check import Breach, Subject, check
from answerprint.checks.proofs.reframe import NEEDS, PLACED, reframed_of
from answerprint.measured.kinship import Border
from answerprint.report import Severity


@check(
    "reframe.border", *NEEDS, PLACED, severity=Severity.WARNING,
    limit="reframe.step reframe.edge reframe.ratio reframe.flicker reframe.flicker_ratio", source="measured",
)  # fmt: skip
def border(subject: Subject) -> Iterator[Breach]:
    """No border is seen between a reframe's source and what was made around it, and the new area does not flicker.

    Along each side of the source the change from one column (or row) to the next is
    compared with that beside it, as a step of the mean and as an edge; and how the
    light of the new area wavers, with how that of the source does.
    """
    limits = subject.limits.reframe
    for kin, found in reframed_of(subject):
        for each in found.borders:
            strength, what = max(_step(each, subject), _edge(each, subject))
            if strength >= 1:
                yield Breach(
                    f"the {each.side} border of the source shows: {what}",
                    measured=round(strength, 2),
                    limit=1,
                    asset=kin.reference,
                )
        flicker = found.flicker
        if flicker is None:
            continue
        limit = max(limits.flicker, limits.flicker_ratio * flicker.old)
        if flicker.new > limit:
            yield Breach(
                f"the light of what was made around the source flickers by {flicker.new:.2f} stops,"
                f" that of the source by {flicker.old:.2f}, most at frame {flicker.frame}",
                measured=flicker.new,
                limit=round(limit, 4),
                unit="stops",
                frames=(flicker.frame,),
                asset=kin.reference,
            )


def _step(each: Border, subject: Subject) -> tuple[float, str]:
    limits = subject.limits.reframe
    strength = each.step / max(limits.step, limits.ratio * each.step_beside)
    return strength, f"light or color steps by {each.step:.1f} (Oklab x 100) along it"


def _edge(each: Border, subject: Subject) -> tuple[float, str]:
    limits = subject.limits.reframe
    least = max(each.edge_beside + limits.edge, limits.ratio * each.edge_beside)
    return each.edge / least, f"the picture breaks off there, {each.edge / max(each.edge_beside, 0.1):.1f} times as hard as beside it"  # fmt: skip
