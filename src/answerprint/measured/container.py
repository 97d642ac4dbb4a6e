"""What a movie's container claims, what its coded pictures claim by themselves, and whether the file holds it all."""

from answerprint.measured.movie import ColorTags
from answerprint.order import Rate, Size
from answerprint.record import Record


class Description(Record):
    """The pictures as one party describes them; None where it says nothing."""

    size: Size | None = None
    """Width and height in pixels, before rotation and pixel aspect."""
    pixel_aspect: str | None = None
    """Width of a pixel over its height, as a ratio."""
    rate: Rate | None = None
    """Frames a second."""
    color: ColorTags = ColorTags()
    """Color tags."""
    profile: str | None = None
    """Codec profile, as ffmpeg calls it."""
    level: str | None = None
    """Codec level, as its standard writes it: `3.1`."""


class Edit(Record):
    """One entry of an edit list."""

    seconds: float
    """How long it lasts; 0 in a fragmented file means to the end."""
    start: float | None = None
    """Second of the track's own time it starts at; None for an empty edit, which shows nothing."""
    speed: float = 1.0
    """1 plays as recorded; 0 holds a picture."""


class Lengths(Record):
    """How long it lasts in seconds, by everyone's word; None where there is none."""

    movie: float | None = None
    """The movie header."""
    longest: float | None = None
    """The longest track header of all tracks."""
    track: float | None = None
    """The picture track's header."""
    media: float | None = None
    """The picture track's media header."""
    samples: float | None = None
    """The sum over the picture track's table of times."""


class Whole(Record):
    """Whether a file is all there, and nothing else."""

    size: int
    """Bytes of the file."""
    claimed: int
    """Byte that what the container claims to hold ends at; beyond `size` where the file is cut off."""
    part: str = ""
    """What makes that claim: a box, an element, or `samples`."""
    lost: int = 0
    """Samples, of all tracks, that lie partly or wholly beyond the end of the file."""
    headless: bool = False
    """A last fragment whose pictures are missing: a `moof` without an `mdat`."""
    tail: int = 0
    """Bytes behind the container's last box or element that belong to none; padding with zeros behind its end is not counted."""
    files: int = 1
    """Files that begin in it: two MP4s joined with `cat` are not one."""


class Coding(Record):
    """How packets follow one another."""

    first: float | None = None
    """Second, by the container's zero, at which the first packet is to be decoded; before 0 where frames are reordered."""
    backward: tuple[int, ...] = ()
    """Packets, counted from 0 in the order they stand in, that are to be decoded no later than the one before."""
    keyframes: tuple[int, ...] = ()
    """Frames that decoding can start at."""
    open: tuple[int, ...] = ()
    """Those of them that pictures after them may refer past: no IDR, or followed by pictures shown before them."""
    longest: int = 0
    """Frames of the longest group of pictures."""
    blank: tuple[int, ...] = ()
    """Packets that hold zeros where a picture begins: room that was made for bytes that never came."""


class Container(Record):
    """A movie's container, beside what it contains."""

    stated: Description | None = None
    """What it says of the pictures; None where this is no MP4, MOV, Matroska or WebM that can be read."""
    essence: Description | None = None
    """What the coded pictures say without it; None where they do not decode."""
    shown: tuple[float, float] | None = None
    """Width and height the track is to be shown at, in pixels, before rotation."""
    setup_level: str | None = None
    """Level in the decoder's configuration, which players choose a decoder by."""
    edits: tuple[Edit, ...] = ()
    """The picture track's edit list."""
    hidden: tuple[int, int, int] = (0, 0, 0)
    """Pictures that no edit shows: before the first one, between, and after the last one."""
    doubled: int = 0
    """Pictures that more than one edit shows."""
    lengths: Lengths = Lengths()
    """How long it lasts."""
    coding: Coding = Coding()
    """How its packets follow one another."""
    whole: Whole | None = None
    """Whether the file is whole; None where its container is none that is known here."""
