"""What a whole clip amounts to: the record that every check judges and the report carries."""

from pydantic import Field

from answerprint.measured.container import Container
from answerprint.measured.exr import ExrHeader
from answerprint.measured.figures import Unmeasured
from answerprint.measured.flashes import Flashes
from answerprint.measured.frames import FrameLevels
from answerprint.measured.heard import Heard
from answerprint.measured.kinship import Kin
from answerprint.measured.look import MovieLight
from answerprint.measured.motion import Motion
from answerprint.measured.movie import MovieFacts
from answerprint.measured.pairing import Pairing
from answerprint.measured.pins import Pin
from answerprint.order import Size
from answerprint.record import Record
from answerprint.timing import FrameRange


class SequenceMeasures(Record):
    """A numbered sequence of EXR frames, measured in one pass over its pixels."""

    place: str
    """Folder or archive it lies in, as it was given."""
    label: str
    """Name in the field's spelling, for example `shot.1001-1120#.exr`."""
    first: int
    """First frame number, or the first that was asked for by name."""
    last: int
    """Last frame number, or the last that was asked for by name."""
    missing: tuple[int, ...] = ()
    """Numbers between them that no file has."""
    doubles: dict[str, int] = {}
    """Files that claim a number another file has, with that number."""
    padding: int = 0
    """Digits most numbers are written with."""
    misspelled: tuple[int, ...] = ()
    """Frames whose number is written with other digits than that."""
    strays: tuple[str, ...] = ()
    """Picture files beside the sequence that are not of it."""
    headers: tuple[ExrHeader, ...] = ()
    """The distinct headers that occur."""
    frames: tuple[FrameLevels, ...] = ()
    """Every file, in order of number."""
    motion: Motion | None = None
    """Steps between the readable frames and across the seam; None with fewer than two."""
    flashes: Flashes | None = None
    """Where light and saturated red turn back and forth; None in reports older than this."""

    @property
    def range(self) -> FrameRange:
        """First to last frame, gaps included."""
        return FrameRange(self.first, self.last)

    @property
    def sizes(self) -> dict[Size, tuple[int, ...]]:
        """Picture sizes that occur, most frequent first, with the frames that have them."""
        return _by_value(
            {
                f.number: self.headers[f.header].main.size
                for f in self.frames
                if f.header is not None
            }
        )

    @property
    def common_header(self) -> ExrHeader | None:
        """The header most frames have; None where no frame was readable."""
        used = [f.header for f in self.frames if f.header is not None]
        return self.headers[max(set(used), key=used.count)] if used else None


class MovieMeasures(Record):
    """A movie's picture stream, measured in one pass over its pixels."""

    place: str
    """File it is, as it was given."""
    facts: MovieFacts
    """What container and stream say."""
    packets: int = 0
    """Packets the container holds."""
    discarded: int = 0
    """Packets an edit list keeps from being shown."""
    frames: tuple[FrameLevels, ...] = ()
    """Every decoded frame, in presentation order, numbered from 0."""
    sizes: dict[str, int] = {}
    """Sizes of the decoded frames, written 1280x720, with the first frame of each."""
    faults: tuple[tuple[int, str], ...] = ()
    """Frames decoded so far when a packet failed, and what the decoder said."""
    others_end: float = 0.0
    """Seconds from the container's zero at which the last packet of sound or subtitles ends; 0 where there is none."""
    motion: Motion | None = None
    """Steps between frames and across the seam; None with fewer than two."""
    flashes: Flashes | None = None
    """Where light and saturated red turn back and forth; None in reports older than this."""
    container: Container | None = None
    """What its container claims, beside what it holds; None in reports older than this."""
    light: MovieLight | None = None
    """Its light and its HDR static metadata; None in reports older than this."""
    heard: tuple[Heard, ...] = ()
    """What was heard of its audio streams, in order; empty in reports older than this."""


class FileFacts(Record):
    """One file of a delivery."""

    name: str
    """Path below the delivery."""
    kind: str
    """What it is: movie, archive, sequence, sound, picture, record or other."""
    size: int = Field(ge=0)
    """Bytes."""


class Measurements(Record):
    """Everything that was measured of one delivery."""

    files: tuple[FileFacts, ...] = ()
    """What the delivery holds; a sequence of loose frames is one entry."""
    unreadable: dict[str, str] = {}
    """Files that cannot be read at all, with the reason, where the rest of the delivery could be judged."""
    sequence: SequenceMeasures | None = None
    """Its EXR sequence."""
    movie: MovieMeasures | None = None
    """Its movie."""
    pairing: Pairing | None = None
    """How both go together, frame by frame; None where there are not both, and in reports older than this."""
    pins: tuple[Pin, ...] = ()
    """How the frames that the order pins to pictures compare with them; empty in reports older than this."""
    kin: tuple[Kin, ...] = ()
    """How the clip goes together with the footage that the order names; empty in reports older than this."""
    unmeasured: Unmeasured = Unmeasured()
    """What was not measured, because no check that was to be judged reads it: such figures are missing above."""


def _by_value(values: dict[int, Size]) -> dict[Size, tuple[int, ...]]:
    kinds = sorted(set(values.values()), key=lambda v: -list(values.values()).count(v))
    return {kind: tuple(n for n, v in values.items() if v == kind) for kind in kinds}


def pictured(clip: SequenceMeasures | MovieMeasures) -> tuple[FrameLevels, ...]:
    """Return the frames that hold a picture, in order: those that motion counts its frames by."""
    return tuple(frame for frame in clip.frames if frame.luma is not None)
