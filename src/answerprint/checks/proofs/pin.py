"""The frames that were pinned to a picture show that picture."""

from collections.abc import Iterator
from math import hypot
from typing import Final

from answerprint.checks.check import Breach, Need, Subject, check
from answerprint.measured.figures import Figure
from answerprint.measured.pins import Pin
from answerprint.report import Severity


def _compared(subject: Subject) -> tuple[Pin, ...]:
    return tuple(pin for pin in subject.measurements.pins if pin.skipped is None)


def _shown(subject: Subject) -> tuple[Pin, ...]:
    """Return the pins whose picture is there at all: only of those the rest is worth saying."""
    least = subject.limits.pin.structure
    return tuple(pin for pin in _compared(subject) if (pin.structure or 0.0) >= least)


def _any_ordered(subject: Subject) -> bool:
    order = subject.order
    return bool(order.anchors.first or order.anchors.last or order.keyframes)


ORDERED = Need(_any_ordered, "no frame was pinned to a picture")
MEASURED = Need(
    lambda s: not _any_ordered(s) or bool(s.measurements.pins),
    "the pinned pictures were not compared when the clip was measured",
    reads=(Figure.PINS,),
)
READABLE = Need(
    lambda s: not s.measurements.pins or bool(_compared(s)),
    "no pinned picture can be opened here: links, data and what lies at the service are not compared",
    reads=(Figure.PINS,),
)
GRADED = Need(
    lambda s: not _compared(s) or any(pin.stops is not None for pin in _compared(s)),
    "pinned picture and clip are not renderings of one kind (a still in sRGB beside HDR or scene light)",
    reads=(Figure.PINS,),
)
_NEEDS: Final = (ORDERED, MEASURED, READABLE)


@check("pin.picture", *_NEEDS, limit="pin.structure", source="measured")
def picture(subject: Subject) -> Iterator[Breach]:
    """A frame that was pinned to a picture shows that picture.

    Compared is local contrast, in which exposure and color are not, after the
    picture was stretched, cropped or put between bars as services do, or found
    where it lies; the frames around are looked through as well.
    """
    least = subject.limits.pin.structure
    for pin in _compared(subject):
        if pin.structure is not None and pin.structure < least:
            yield Breach(
                f"frame {pin.frame} does not show the picture it was pinned to as {_called(pin)},"
                " nor do the frames around it",
                measured=pin.structure,
                limit=least,
                frames=(pin.frame,),
                asset=pin.picture,
            )


@check("pin.late", *_NEEDS, severity=Severity.WARNING, limit="pin.lead", source="measured")
def late(subject: Subject) -> Iterator[Breach]:
    """A pinned picture is shown by the frame it was pinned to, not by one a few frames later or earlier.

    Another frame only counts where the difference from the picture grows steadily
    away from it: what one codes sharper than its neighbours does not.
    """
    for pin in _shown(subject):
        if pin.offset and pin.lead >= subject.limits.pin.lead:
            word = "late" if pin.offset > 0 else "early"
            frames = "frame" if abs(pin.offset) == 1 else "frames"
            yield Breach(
                f"the picture pinned to frame {pin.frame} as {_called(pin)} landed"
                f" {abs(pin.offset)} {frames} {word}, on frame {pin.frame + pin.offset}",
                measured=pin.offset,
                limit=0,
                unit="frames",
                frames=(pin.frame, pin.frame + pin.offset),
                asset=pin.picture,
            )


@check("pin.exposure", *_NEEDS, GRADED, severity=Severity.WARNING, limit="pin.exposure", source="measured")  # fmt: skip
def exposure(subject: Subject) -> Iterator[Breach]:
    """A pinned frame is as bright as its picture.

    Compared are the parts neither black nor clipped, in stops. A picture's code
    values may have gone into an SDR movie as they are or as light: the reading that
    fits is taken. Beside HDR or scene light a still in sRGB tells no exposure.
    """
    most = subject.limits.pin.exposure
    for pin in _shown(subject):
        if pin.stops is not None and abs(pin.stops) > most:
            word = "brighter" if pin.stops > 0 else "darker"
            yield Breach(
                f"frame {pin.frame + pin.offset} is the picture it was pinned to as {_called(pin)},"
                f" {abs(pin.stops):.2f} stops {word}",
                measured=pin.stops,
                limit=most,
                unit="stops",
                frames=(pin.frame + pin.offset,),
                asset=pin.picture,
            )


@check("pin.color", *_NEEDS, GRADED, severity=Severity.WARNING, limit="pin.color", source="measured")  # fmt: skip
def color(subject: Subject) -> Iterator[Breach]:
    """A pinned frame has the color of its picture, whatever its exposure."""
    most = subject.limits.pin.color
    for pin in _shown(subject):
        shift = hypot(*pin.tint) if pin.tint is not None else 0.0
        if pin.tint is not None and shift > most:
            yield Breach(
                f"frame {pin.frame + pin.offset} is the picture it was pinned to as {_called(pin)},"
                f" {_toward(*pin.tint)}",
                measured=round(shift, 2),
                limit=most,
                unit="Oklab x 100",
                frames=(pin.frame + pin.offset,),
                asset=pin.picture,
            )


PIN_CHECKS: Final = (picture, late, exposure, color)
"""All checks of this family, in the order a report lists them."""


def _called(pin: Pin) -> str:
    return "a keyframe" if pin.name == "keyframe" else f"the {pin.name} frame"


def _toward(a: float, b: float) -> str:
    if abs(a) >= abs(b):
        return "redder" if a > 0 else "greener"
    return "yellower" if b > 0 else "bluer"
