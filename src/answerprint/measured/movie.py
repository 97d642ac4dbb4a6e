"""What a movie's container and streams say of themselves, before a frame is decoded."""

from answerprint.order import Rate, Size
from answerprint.record import Record


class ColorTags(Record):
    """Color description by the code points of ITU-T H.273, under ffmpeg's names; None where untagged."""

    primaries: str | None = None
    """For example `bt709` or `bt2020`."""
    transfer: str | None = None
    """For example `bt709`, `iec61966-2-1`, `smpte2084` (PQ) or `arib-std-b67` (HLG)."""
    matrix: str | None = None
    """For example `bt709` or `bt2020nc`."""
    range: str | None = None
    """`tv` (narrow) or `pc` (full)."""

    @property
    def hdr(self) -> bool:
        """Whether the transfer is PQ or HLG."""
        return self.transfer in ("smpte2084", "arib-std-b67")


class SoundFacts(Record):
    """One audio stream."""

    codec: str
    """Decoder name, for example `aac`."""
    sample_rate: int
    """Samples a second."""
    channels: int
    """Number of channels."""
    layout: str
    """Channel layout, for example `stereo` or `5.1`."""
    seconds: float | None = None
    """Length the container declares."""


class MovieFacts(Record):
    """A movie's first picture stream, and which others there are."""

    container: str
    """Name of the format, for example `mov,mp4,m4a,3gp,3g2,mj2`."""
    codec: str
    """Decoder name, for example `h264`."""
    profile: str | None = None
    """Codec profile, where the decoder tells."""
    pixel_format: str | None = None
    """ffmpeg's name, for example `yuv420p10le`; None where the stream holds no decodable picture."""
    bits: int | None = None
    """Bits of one component."""
    size: Size
    """Coded width and height in pixels, before rotation and pixel aspect."""
    pixel_aspect: str = "1:1"
    """Width of a pixel over its height, as a ratio; square where the container says nothing."""
    rotation: int = 0
    """Degrees a player turns the picture by, clockwise: 0, 90, 180 or 270."""
    rate: Rate | None = None
    """Average frames a second as the container tells; None where it does not."""
    tick: float = 0.0
    """Seconds of one tick of the stream's clock: times are rounded to it, in a GIF to 10 ms."""
    seconds: float | None = None
    """Length of the picture stream (of the container where the stream does not say)."""
    container_seconds: float | None = None
    """Length of the whole file, as its container declares it."""
    declared: int | None = None
    """Number of frames the container declares; None where it does not."""
    timecode: str | None = None
    """Timecode of the first frame, where a track or tag tells."""
    faststart: bool | None = None
    """An MP4 or MOV whose index stands before the pictures, so that it plays while it loads; None for others."""
    color: ColorTags = ColorTags()
    """Color tags of the stream."""
    sound: tuple[SoundFacts, ...] = ()
    """All audio streams, in order."""
    other_pictures: int = 0
    """Picture streams beside the first, cover art included."""
