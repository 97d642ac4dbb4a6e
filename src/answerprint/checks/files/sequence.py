"""Whether the files of a sequence are all there, once each, and spelled alike."""

from collections.abc import Iterator

from answerprint.checks.check import EXR_ORDERED, SEQUENCE, Breach, Need, Subject, check
from answerprint.checks.files.weight import weighed
from answerprint.measured.figures import Figure
from answerprint.measured.frames import FrameLevels
from answerprint.report import Severity
from answerprint.timing import spell_frames

_WEIGHED = Need(
    lambda s: (
        s.measurements.sequence is not None
        and any(frame.bytes is not None for frame in s.sequence.frames)
    ),
    "no EXR sequence whose files were weighed",
    of="sequence",
)


@check("sequence.absent", EXR_ORDERED, source="the order")
def absent(subject: Subject) -> Iterator[Breach]:
    """EXR frames that were ordered are in the delivery."""
    if subject.measurements.sequence is None:
        yield Breach("EXR frames were ordered and none were delivered", measured=0, unit="frames")


@check("sequence.gap", SEQUENCE, source="the delivery itself")
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


@check("sequence.double", SEQUENCE, source="the delivery itself")
def double(subject: Subject) -> Iterator[Breach]:
    """Every frame number belongs to one file.

    `shot.1.exr` beside `shot.0001.exr` is two pictures for frame 1, and which one
    is shown depends on the reader.
    """
    for name, number in subject.sequence.doubles.items():
        yield Breach(
            f"{name} claims frame {number}, which another file has", frames=(number,), asset=name
        )


@check("sequence.padding", SEQUENCE, severity=Severity.WARNING, source="the delivery itself")
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


@check("sequence.stray-file", SEQUENCE, severity=Severity.WARNING, source="the delivery itself")
def stray_file(subject: Subject) -> Iterator[Breach]:
    """No other picture files lie between the frames of the sequence."""
    for name in subject.sequence.strays:
        yield Breach(f"{name} is no frame of {subject.sequence.label}", asset=name)


@check("sequence.empty-file", _WEIGHED, source="the delivery itself")
def empty_file(subject: Subject) -> Iterator[Breach]:
    """No frame is a file of zero bytes.

    That is what a full disk, a killed render or a broken transfer leaves: the
    name is there, so a count of files finds nothing wrong.
    """
    for frame in subject.sequence.frames:
        if frame.bytes == 0:
            yield Breach(
                f"{frame.name} is an empty file; render or fetch frame {frame.number} again",
                measured=0,
                unit="bytes",
                frames=(frame.number,),
                asset=frame.name,
            )


@check(
    "sequence.small-file",
    _WEIGHED,
    severity=Severity.WARNING,
    limit="sequence.small_share picture.black_peak",
    source="measured",
    reads=(Figure.LUMA,),
)
def small_file(subject: Subject) -> Iterator[Breach]:
    """No frame's file is suspiciously smaller than those of the frames around it.

    Compressed files of one shot weigh alike. One that weighs a fraction holds an
    emptier picture or was not written to its end; a black frame is small by right, and is named as such.
    """
    share = subject.limits.sequence.small_share
    for frame, size, usual in weighed(subject.sequence.frames):
        if 0 < size < share * usual:
            yield Breach(
                f"{frame.name} has {size} bytes, the files around it about {usual:.0f}; {_small_because(subject, frame)}",
                measured=round(size / usual, 4),
                limit=share,
                unit="of the files around it",
                frames=(frame.number,),
                asset=frame.name,
            )


def _small_because(subject: Subject, frame: FrameLevels) -> str:
    if frame.error is not None:
        return "it cannot be read, so it was probably not written to its end"
    if frame.luma_peak is not None and frame.luma_peak <= subject.limits.picture.black_peak:
        return "its picture is black"
    return "look at whether its picture is whole"
