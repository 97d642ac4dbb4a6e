"""Whether EXR headers say what color their pixels are, without contradicting themselves, and as an archive asks."""

from collections.abc import Iterator
from typing import Final

from answerprint.checks.check import Breach, Subject, check
from answerprint.checks.exr.headers import HEADERS, by_header, odd_ones
from answerprint.measured.exr import ExrHeader
from answerprint.report import Severity
from answerprint.timing import spell_frames

_RETAG: Final = "answerprint retag SOURCE --out DIR --color-space"
_LOSSY: Final = frozenset({"b44", "b44a", "dwaa", "dwab"})


@check("exr.color-changes", HEADERS, source="the delivery itself")
def color_changes(subject: Subject) -> Iterator[Breach]:
    """Chromaticities, color interop id and white luminance stay the same: a frame that differs is shown in other colors."""
    yield from odd_ones(subject, "color metadata", _color)


@check("exr.color-contradicts", HEADERS, source="OpenEXR 3.5, checkColorMetadata")
def color_contradicts(subject: Subject) -> Iterator[Breach]:
    """Color attributes do not contradict each other.

    `colorInteropID`, `chromaticities`, `acesImageContainerFlag`, `whiteLuminance` and
    `adoptedNeutral` are compared as OpenEXR does: where they differ, one program goes by
    the one and another by the other, and the same frame has two colors.
    """
    for header, frames in by_header(subject, _contradictions):
        for said in _contradictions(header):
            yield Breach(
                f"frame {spell_frames(frames)}: {said}; state the right one with `{_RETAG} NAME`",
                measured=said,
                frames=frames,
            )


@check(
    "exr.color-untagged",
    HEADERS,
    severity=Severity.WARNING,
    limit="exr.interop_id",
    source="OpenEXR; Color Interop Forum",
)
def color_untagged(subject: Subject) -> Iterator[Breach]:
    """Every frame says what color its numbers are, by chromaticities or by `colorInteropID`.

    OpenEXR takes a file that says nothing for BT.709, so ACES2065-1 frames come up
    pale. Chromaticities are enough for OpenEXR; where `exr.interop_id` is set, the id
    (`lin_ap0_scene` for ACES2065-1) has to be there as well, because OpenImageIO finds
    a color space by it alone.
    """
    for header, frames in by_header(subject, lambda h: _untagged(h, subject)):
        if (lacking := _untagged(header, subject)) is not None:
            yield Breach(
                f"frame {spell_frames(frames)} has {lacking}; if it is ACES2065-1, say so with "
                f"`{_RETAG} lin_ap0_scene`",
                measured=lacking,
                frames=frames,
            )


@check(
    "exr.not-st2065-4",
    HEADERS,
    severity=Severity.INFO,
    source="SMPTE ST 2065-4, by three public readings",
)
def not_st2065_4(subject: Subject) -> Iterator[Breach]:
    """Whether frames are ACES image containers (SMPTE ST 2065-4), with every reason why not.

    An archive may ask for the container; nothing else needs it. Frames of lossy
    compression can be rewritten to conform in structure, which does not restore
    what the compression lost.
    """
    for header, frames in by_header(subject, lambda h: h.not_st2065_4):
        if header.not_st2065_4:
            reasons = "; ".join(header.not_st2065_4)
            lossy = header.main.compression in _LOSSY
            loss = f"; {header.main.compression} is lossy, and no rewrap undoes that"
            yield Breach(
                f"frame {spell_frames(frames)} is no ACES container: {reasons}{loss if lossy else ''}",
                measured=len(header.not_st2065_4),
                limit=0,
                unit="reasons",
                frames=frames,
            )


def _color(header: ExrHeader) -> str:
    part = header.main
    luminance = f" white {part.white_luminance:g} cd/m2" if part.white_luminance else ""
    return f"{part.chromaticities} {part.color_interop_id}{luminance}"


def _contradictions(header: ExrHeader) -> tuple[str, ...]:
    return tuple(dict.fromkeys(said for part in header.parts for said in part.color_contradictions))


def _untagged(header: ExrHeader, subject: Subject) -> str | None:
    part = header.main
    if not part.picture or part.color_interop_id:
        return None
    if part.chromaticities is None:
        return "no chromaticities and no colorInteropID"
    return "no colorInteropID" if subject.limits.exr.interop_id else None
