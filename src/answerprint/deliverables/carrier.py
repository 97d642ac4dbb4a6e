"""Containers that picture is copied into, and the sound they carry."""

from pathlib import Path
from typing import Final

from answerprint.errors import UsageError
from answerprint.record import Record, closest


class SoundCoding(Record):
    """How sound is encoded."""

    encoder: str
    """ffmpeg encoder."""
    codec: str
    """Name of the decoder that has to recognise the sound."""
    bit_rate: str | None = None
    """Bit rate of lossy sound."""


CODINGS: Final = {
    "aac": SoundCoding(encoder="aac", codec="aac", bit_rate="256k"),
    "opus": SoundCoding(encoder="libopus", codec="opus", bit_rate="160k"),
    "flac": SoundCoding(encoder="flac", codec="flac"),
    "pcm-16": SoundCoding(encoder="pcm_s16le", codec="pcm_s16le"),
    "pcm-24": SoundCoding(encoder="pcm_s24le", codec="pcm_s24le"),
}
"""Sound codecs by the names they are asked for."""


class Carrier(Record):
    """A container that picture is copied into, and the sound it carries."""

    format: str
    """ffmpeg muxer."""
    codings: tuple[str, ...]
    """Names of the sound codecs it carries, the best first."""
    pictures: frozenset[str] | None = None
    """Picture codecs it takes; None for nearly all."""
    refused: frozenset[str] = frozenset()
    """Picture codecs it does not take."""


_WEB: Final = frozenset({"vp8", "vp9", "av1", "libdav1d", "libvpx", "libvpx-vp9"})
_MP4: Final = Carrier(format="mp4", codings=("aac", "opus", "flac"))
CARRIERS: Final = {
    ".mp4": _MP4,
    ".m4v": _MP4,
    ".mov": Carrier(format="mov", codings=("pcm-24", "pcm-16", "aac"), refused=_WEB),
    ".webm": Carrier(
        format="webm",
        codings=("opus",),
        pictures=_WEB,
    ),
    ".mkv": Carrier(format="matroska", codings=("flac", "opus", "aac", "pcm-24", "pcm-16")),
}
"""Containers by file name extension."""


def carrier_for(out: Path, picture: str) -> Carrier:
    """Return the container that the name of `out` asks for. Raises UsageError where it does not take the picture codec."""
    carrier = CARRIERS.get(out.suffix.lower())
    if carrier is None:
        raise UsageError(
            f"no container is called {out.suffix!r}, {closest(out.suffix, CARRIERS)}",
            where=str(out),
        )
    if picture in carrier.refused or (carrier.pictures and picture not in carrier.pictures):
        others = [name for name, each in CARRIERS.items() if each.format in ("mp4", "matroska")]
        raise UsageError(
            f"{picture} pictures do not go into {out.suffix} without encoding",
            where=str(out),
            hint=f"name the result {' or '.join(others)}, or encode it with deliver",
        )
    return carrier


def coding_for(out: Path, carrier: Carrier, name: str | None) -> SoundCoding:
    """Return the sound codec of that name, the container's best for None. Raises UsageError where it carries none such."""
    if name is not None and name not in carrier.codings:
        raise UsageError(
            f"no sound codec of {out.suffix} is called {name!r}, {closest(name, carrier.codings)}",
            where=str(out),
        )
    return CODINGS[name or carrier.codings[0]]
