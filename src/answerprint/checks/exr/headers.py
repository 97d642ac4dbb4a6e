"""Reading a sequence's headers: which frames share a facet of them, and which are unlike the others."""

from collections.abc import Callable, Iterator
from typing import Final

from answerprint.checks.check import Breach, Need, Subject
from answerprint.measured.exr import ExrHeader
from answerprint.measured.figures import Figure
from answerprint.timing import spell_frames

HEADERS: Final = Need(
    lambda s: s.measurements.sequence is not None and s.sequence.common_header is not None,
    "no readable EXR frame",
    reads=(Figure.FRAMES,),
    of="sequence",
)


def odd_ones(subject: Subject, what: str, facet: Callable[[ExrHeader], str]) -> Iterator[Breach]:
    """Yield a breach for every facet unlike that of the header most frames have."""
    common = subject.sequence.common_header
    assert common is not None
    for header, frames in by_header(subject, facet):
        if facet(header) != facet(common):
            yield Breach(
                f"frame {spell_frames(frames)} has other {what} than the sequence",
                measured=facet(header),
                limit=facet(common),
                frames=frames,
            )


def by_header(
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
