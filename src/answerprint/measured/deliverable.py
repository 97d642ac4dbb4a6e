"""What was measured of a finished file: the proof that it is what its preset says."""

from answerprint.measured.light import LightLevel, StaticMetadata
from answerprint.measured.movie import ColorTags, MovieFacts
from answerprint.measured.sound import SoundLaid
from answerprint.order import Rate, Size
from answerprint.record import Record


class Expected(Record):
    """What a deliverable has to be, settled before it was encoded."""

    frames: int
    """Number of frames."""
    rate: Rate
    """Frames a second."""
    size: Size
    """Width and height."""
    codec: str
    """Decoder that has to recognise the picture."""
    pixel_format: str
    """ffmpeg's name."""
    color: ColorTags
    """Color tags."""
    sound: str | None = None
    """Decoder that has to recognise the sound; None for a silent file."""
    timecode: str | None = None
    """Timecode of the first frame, where the preset carries a track."""
    faststart: bool = False
    """The index has to stand before the pictures."""
    plays: int | None = None
    """How often an animation has to play, 0 for ever; None where its format does not say."""
    peak: int | None = None
    """Light of the mastering display in cd/m2, where HDR static metadata has to be carried."""
    psnr: float = 0.0
    """Floor of the luma peak signal-to-noise ratio, in dB, at the worst frame."""
    ssim: float = 0.0
    """Floor of the luma structural similarity, 0 to 1, at the worst frame."""


class Likeness(Record):
    """How a finished file compares with the pictures it was made from, decoded again and frame by frame.

    Frames are counted from 0 among all of the file's, also where only some were compared.

    Luma is compared at full resolution in tiles spread over the picture, color
    on a thumbnail of the whole.
    """

    frames: int
    """Frames compared."""
    psnr: float
    """Luma peak signal-to-noise ratio of the worst frame, in dB; 100 for identical."""
    psnr_mean: float
    """The same over all frames."""
    psnr_frame: int
    """The worst frame, counted from 0."""
    ssim: float
    """Luma structural similarity of the worst frame."""
    ssim_frame: int
    """The worst frame, counted from 0."""
    color: float
    """Largest difference of a frame's mean R, G or B, in 8-bit codes: a wrong matrix or range shows here."""
    slipped: tuple[int, ...] = ()
    """Frames that look more like a neighbour of the one they should be."""


class Deliverable(Record):
    """One finished file, with the preset that drove it and the measurements that prove it."""

    preset: str
    """Name of the preset."""
    file: str
    """Path of the file, relative to the report's folder where it lies below it."""
    bytes: int
    """Size of the file."""
    digest: str
    """xxh3-64 of the file."""
    expected: Expected
    """What it has to be."""
    facts: MovieFacts | None = None
    """What its container and streams say; None for frames."""
    light: LightLevel | None = None
    """Light of its decoded pictures, where they are HDR."""
    container_static: StaticMetadata | None = None
    """HDR static metadata that the container states."""
    bitstream_static: StaticMetadata | None = None
    """HDR static metadata that the bitstream states, where its codec can."""
    packets: int
    """Picture packets it holds."""
    decoded: int
    """Frames that were decoded from it."""
    sampled: int | None = None
    """Frames that were to be decoded where a sample of them was asked for; None where all were."""
    plays: int | None = None
    """How often an animation says that it plays, 0 for ever; None where it does not say."""
    likeness: Likeness | None = None
    """How it compares with its source; None where only sound was laid."""
    picture_seconds: float
    """Length of the picture: frames over rate."""
    sound_seconds: float | None = None
    """Length of the decoded sound; None for a silent file."""
    sound_frame: float | None = None
    """Length of one audio frame of its codec, in seconds: as near as the sound can end to the picture."""
    sound: SoundLaid | None = None
    """How its sound was fitted to the picture."""
    notes: tuple[str, ...] = ()
    """What was decided on the way, for example how odd sizes were made even."""

    @property
    def frames(self) -> int:
        """Frames that it holds: those decoded, and where only a sample of them was, its packets."""
        return self.decoded if self.sampled is None else self.packets
