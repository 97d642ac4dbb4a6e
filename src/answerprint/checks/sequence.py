"""Whether the files of a sequence are all there, once each, and spelled alike."""

from collections.abc import Iterator

from answerprint.checks.check import EXR_ORDERED, SEQUENCE, Breach, Subject, check
from answerprint.report import Severity
from answerprint.timing import spell_frames


@check("sequence.absent", EXR_ORDERED)
def absent(subject: Subject) -> Iterator[Breach]:
    """EXR frames that were ordered are in the delivery."""
    if subject.measurements.sequence is None:
        yield Breach("EXR frames were ordered and none were delivered", measured=0, unit="frames")


@check("sequence.gap", SEQUENCE)
def gap(subject: Subject) -> Iterator[Breach]:
    """Frame numbers run without a gap from the first to the last.

    Where a range was asked for by name, it is that range. A player holds the
    frame before a gap or shows black; a farm fails on it late.
    """
    missing = subject.sequence.missing
    if missing:
        yield Breach(
            f"frame {spell_frames(missing)} is missing from {subject.sequence.label}",
            measured=len(missing),
            limit=0,
            unit="frames",
            frames=missing,
        )


@check("sequence.double", SEQUENCE)
def double(subject: Subject) -> Iterator[Breach]:
    """Every frame number belongs to one file.

    `shot.1.exr` beside `shot.0001.exr` is two pictures for frame 1, and which one
    is shown depends on the reader.
    """
    for name, number in subject.sequence.doubles.items():
        yield Breach(
            f"{name} claims frame {number}, which another file has", frames=(number,), asset=name
        )


@check("sequence.padding", SEQUENCE, severity=Severity.WARNING)
def padding(subject: Subject) -> Iterator[Breach]:
    """Frame numbers are written with the same number of digits all along.

    Tools that are given one padding do not find the frames written with another.
    """
    odd = subject.sequence.misspelled
    if odd:
        yield Breach(
            f"frame {spell_frames(odd)} is not written with {subject.sequence.padding} digits",
            limit=subject.sequence.padding,
            unit="digits",
            frames=odd,
        )


@check("sequence.stray-file", SEQUENCE, severity=Severity.WARNING)
def stray_file(subject: Subject) -> Iterator[Breach]:
    """No other picture files lie between the frames of the sequence."""
    for name in subject.sequence.strays:
        yield Breach(f"{name} is no frame of {subject.sequence.label}", asset=name)
