"""Whether EXR files can be read, and whether their headers agree through the sequence."""

from collections.abc import Callable, Iterator

from answerprint.checks.check import SEQUENCE, Breach, Need, Subject, check
from answerprint.measured.exr import ExrHeader, ExrPart
from answerprint.report import Severity
from answerprint.timing import spell_frames

_HEADERS = Need(
    lambda s: s.measurements.sequence is not None and s.sequence.common_header is not None,
    "no readable EXR frame",
)


@check("exr.unreadable", SEQUENCE)
def unreadable(subject: Subject) -> Iterator[Breach]:
    """Every EXR file can be decoded to its last pixel.

    OpenEXR's Python binding does not raise on damaged pixels: it returns fewer
    parts than the header names. Both are compared, so a truncated or broken file
    is found whatever the reader says.
    """
    for frame in subject.sequence.frames:
        if frame.error:
            yield Breach(f"{frame.name} {frame.error}", frames=(frame.number,), asset=frame.name)


@check("exr.no-picture", _HEADERS)
def no_picture(subject: Subject) -> Iterator[Breach]:
    """Every EXR file holds a flat picture: R, G and B of the main layer or of another, or luminance."""
    for header, frames in _by_header(subject, lambda header: header.main.picture):
        if not header.main.picture:
            held = ", ".join(c.name for c in header.main.channels) or "no channels"
            yield Breach(
                f"frame {spell_frames(frames)} holds no picture, only {held}"
                f"{' as deep samples' if header.main.deep else ''}",
                frames=frames,
            )


@check("exr.channels-change", _HEADERS)
def channels_change(subject: Subject) -> Iterator[Breach]:
    """Every frame has the same parts, channels and pixel types.

    A compositing read node takes its channels from the first frame; a frame that
    lacks one comes up black there, or stops the render.
    """
    yield from _odd_ones(subject, "channels", lambda h: "; ".join(_channels(p) for p in h.parts))


@check("exr.windows-change", _HEADERS)
def windows_change(subject: Subject) -> Iterator[Breach]:
    """Data window, display window and pixel aspect stay the same through the sequence."""
    yield from _odd_ones(subject, "windows", lambda h: "; ".join(_windows(p) for p in h.parts))


@check("exr.compression-changes", _HEADERS, severity=Severity.WARNING)
def compression_changes(subject: Subject) -> Iterator[Breach]:
    """Compression and storage stay the same: a frame written otherwise came from another tool or another run."""
    yield from _odd_ones(
        subject, "compression", lambda h: "; ".join(f"{p.compression} {p.storage}" for p in h.parts)
    )


@check("exr.color-changes", _HEADERS)
def color_changes(subject: Subject) -> Iterator[Breach]:
    """Chromaticities and color interop id stay the same: a frame that differs is shown in other colors."""
    yield from _odd_ones(
        subject, "color metadata", lambda h: f"{h.main.chromaticities} {h.main.color_interop_id}"
    )


def _odd_ones(subject: Subject, what: str, facet: Callable[[ExrHeader], str]) -> Iterator[Breach]:
    common = subject.sequence.common_header
    assert common is not None
    for header, frames in _by_header(subject, facet):
        if facet(header) != facet(common):
            yield Breach(
                f"frame {spell_frames(frames)} has other {what} than the sequence",
                measured=facet(header),
                limit=facet(common),
                frames=frames,
            )


def _by_header(
    subject: Subject, facet: Callable[[ExrHeader], object]
) -> Iterator[tuple[ExrHeader, tuple[int, ...]]]:
    """Yield one header for every distinct facet, with the frames that share it."""
    seen: dict[object, tuple[ExrHeader, list[int]]] = {}
    for frame in subject.sequence.frames:
        if frame.header is not None:
            header = subject.sequence.headers[frame.header]
            seen.setdefault(facet(header), (header, []))[1].append(frame.number)
    for header, frames in seen.values():
        yield header, tuple(frames)


def _channels(part: ExrPart) -> str:
    named = ", ".join(f"{c.name} {c.type}" for c in part.channels)
    return f"{part.name}: {named}" if part.name else named


def _windows(part: ExrPart) -> str:
    return (
        f"data {part.data_window} display {part.display_window} pixel aspect {part.pixel_aspect:g}"
    )
