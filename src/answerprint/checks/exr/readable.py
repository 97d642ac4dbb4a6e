"""Whether EXR files can be read, and whether their headers agree through the sequence."""

from collections.abc import Iterator
from typing import Final

from answerprint.checks.check import SEQUENCE, Breach, Subject, check
from answerprint.checks.exr.headers import HEADERS, by_header, odd_ones
from answerprint.measured.exr import ExrChannel, ExrHeader, ExrPart
from answerprint.measured.figures import Figure
from answerprint.report import Severity
from answerprint.timing import spell_frames

SQUARE: Final = 1e-4
"""How far a pixel aspect may be from 1 and mean it: a rounding step of single precision is a thousandth of that."""


@check("exr.unreadable", SEQUENCE, source="OpenEXR", reads=(Figure.FRAMES,))
def unreadable(subject: Subject) -> Iterator[Breach]:
    """Every EXR file can be decoded to its last pixel.

    OpenEXR's Python binding does not raise on damaged pixels: it returns fewer
    parts than the header names. Both are compared, so a truncated or broken file
    is found whatever the reader says.
    """
    for frame in subject.sequence.frames:
        if frame.error:
            yield Breach(f"{frame.name} {frame.error}", frames=(frame.number,), asset=frame.name)


@check("exr.no-picture", HEADERS, source="OpenEXR")
def no_picture(subject: Subject) -> Iterator[Breach]:
    """Every EXR file holds a flat picture: R, G and B of the main layer or of another, or luminance."""
    for header, frames in by_header(subject, lambda header: header.main.picture):
        if not header.main.picture:
            held = ", ".join(c.name for c in header.main.channels) or "no channels"
            yield Breach(
                f"frame {spell_frames(frames)} holds no picture, only {held}"
                f"{' as deep samples' if header.main.deep else ''}",
                frames=frames,
            )


@check("exr.channels-change", HEADERS, source="the delivery itself")
def channels_change(subject: Subject) -> Iterator[Breach]:
    """Every frame has the same parts and channels.

    A compositing read node takes its channels from the first frame; a frame that
    lacks one comes up black there, or stops the render.
    """
    yield from odd_ones(subject, "channels", lambda h: "; ".join(_channels(p) for p in h.parts))


@check("exr.types-change", HEADERS, source="the delivery itself")
def types_change(subject: Subject) -> Iterator[Breach]:
    """Every channel is stored as the same type (half, float, uint) through the sequence.

    A frame that differs came from another tool or another run; depth stored as
    half in one frame is stepped there. Channels that a frame lacks or has beyond the
    others are not counted here.
    """
    common = subject.sequence.common_header
    assert common is not None
    usual = _types(common)
    for header, frames in by_header(subject, lambda h: frozenset(_types(h).items())):
        odd = {n: t for n, t in _types(header).items() if n in usual and t != usual[n]}
        if odd:
            yield Breach(
                f"frame {spell_frames(frames)} stores {', '.join(odd)} as {', '.join(sorted(set(odd.values())))}, "
                f"the sequence as {', '.join(sorted({usual[n] for n in odd}))}",
                measured=", ".join(odd.values()),
                limit=", ".join(usual[n] for n in odd),
                frames=frames,
                channel=next(iter(odd)),
            )


@check("exr.pixel-aspect", HEADERS, severity=Severity.WARNING, source="the delivery itself")
def pixel_aspect(subject: Subject) -> Iterator[Breach]:
    """Pixels are square.

    No service delivers anamorphic frames, and a viewer that ignores
    `pixelAspectRatio` shows them squeezed. An aspect that changes is an error of
    exr.windows-change besides.
    """
    for header, frames in by_header(subject, lambda h: h.main.pixel_aspect):
        aspect = header.main.pixel_aspect
        if abs(aspect - 1) > SQUARE:
            yield Breach(
                f"frame {spell_frames(frames)} has pixels {aspect:g} times as wide as high; if the picture "
                "is not meant anamorphic, set pixelAspectRatio to 1",
                measured=round(aspect, 6),
                limit=1.0,
                frames=frames,
            )


@check("exr.windows-change", HEADERS, source="the delivery itself")
def windows_change(subject: Subject) -> Iterator[Breach]:
    """Data window, display window and pixel aspect stay the same through the sequence."""
    yield from odd_ones(subject, "windows", lambda h: "; ".join(_windows(p) for p in h.parts))


@check("exr.compression-changes", HEADERS, severity=Severity.WARNING, source="the delivery itself")
def compression_changes(subject: Subject) -> Iterator[Breach]:
    """Compression and storage stay the same: a frame written otherwise came from another tool or another run."""
    yield from odd_ones(
        subject, "compression", lambda h: "; ".join(f"{p.compression} {p.storage}" for p in h.parts)
    )


@check(
    "exr.dwa-level",
    HEADERS,
    severity=Severity.WARNING,
    limit="exr.dwa_level",
    source="OpenEXR's default",
)
def dwa_level(subject: Subject) -> Iterator[Breach]:
    """Where the level of DWA compression is stored, it is no higher than ordered and stays the same.

    A higher level is more loss, first seen as blocks in the dark; a frame of
    another level came from another run. Writers need not store it, and most do not.
    """
    highest = subject.limits.exr.dwa_level
    for header, frames in by_header(subject, _level):
        level = _level(header)
        if level is not None and level > highest:
            yield Breach(
                f"frame {spell_frames(frames)} is compressed by DWA at level {level:g}, more lossy than {highest:g}",
                measured=level,
                limit=highest,
                frames=frames,
            )
    yield from odd_ones(subject, "DWA level", lambda h: f"{_level(h)}")


@check("exr.header-disagrees", HEADERS, source="OpenEXR file layout")
def header_disagrees(subject: Subject) -> Iterator[Breach]:
    """The header agrees with the file behind it: its chunks are as many as it declares, and where its tables say.

    OpenEXR mends a broken table silently and decodes such a file; other readers
    stop at it. It comes of a writer that was interrupted, or of a copy.
    """
    for header, frames in by_header(subject, lambda h: h.disagreement):
        if header.disagreement:
            yield Breach(
                f"frame {spell_frames(frames)} {header.disagreement}; have it delivered again, or write it anew",
                measured=header.disagreement,
                frames=frames,
            )


def _channels(part: ExrPart) -> str:
    named = ", ".join(_sampled(c) for c in part.channels)
    return f"{part.name}: {named}" if part.name else named


def _sampled(channel: ExrChannel) -> str:
    across, down = channel.sampling
    return channel.name if across == down == 1 else f"{channel.name} of {across}x{down} pixels"


def _types(header: ExrHeader) -> dict[str, str]:
    """Return the type of every channel that has one, by part and name."""
    return {
        f"{part.name}: {c.name}" if part.name else c.name: c.type
        for part in header.parts
        for c in part.channels
        if c.type is not None
    }


def _level(header: ExrHeader) -> float | None:
    return header.main.dwa_level


def _windows(part: ExrPart) -> str:
    return (
        f"data {part.data_window} display {part.display_window} pixel aspect {part.pixel_aspect:g}"
    )
