"""HDR static metadata of a file: placeholders while it is encoded, the measured light afterwards, and both read back.

MaxCLL is known only when the last frame has been encoded and decoded again, but
stands in front of the first. So ffmpeg is given a placeholder, and `stamp` puts
the measured numbers in its place: same length, nothing moves. Every statement is
found by walking the container and the bitstream, never by searching for bytes.

Quirks contained here:

- ffmpeg 9 takes `-mastering_display` and `-content_light` as options of an
  *input*. Every encoder and muxer then does its own part with them: `clli` and
  `mdcv` boxes, Matroska's Colour element, SEI messages of x265 and metadata OBUs
  of SVT-AV1.
- Its decoders copy what the container says to the decoded frame, so a frame's
  side data does not tell what the bitstream says.
"""

import mmap
import struct
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from answerprint.color.primaries import P3_D65, REC2020, Chromaticities
from answerprint.errors import EncodeError, PresetError, SourceError
from answerprint.measured.light import ContentLight, MasteringDisplay, StaticMetadata
from answerprint.media.container import boxes, ebml
from answerprint.media.container.statement import PictureTrack, Statement
from answerprint.media.container.units import FORBIDDEN, stated_in_bitstream

PLACEHOLDER: Final = ContentLight(max_cll=0x5A5B, max_fall=0x4C4D)
"""Light no PQ picture can have (its peak is 10,000), and no byte of it needs an escape anywhere."""

BLACK: Final = 0.0001
"""Black of a mastering display in cd/m2: what the ASWF Encoding Guidelines give for HDR10."""

PEAKS: Final = (500, 1000, 2000, 4000)
"""Peaks of mastering displays in cd/m2: those ACES 2.0 has HDR views for."""

CARRIERS: Final[dict[str, frozenset[str]]] = {
    "libx265": frozenset({"mp4", "mov", "matroska"}),
    "libsvtav1": frozenset({"mp4", "webm", "matroska"}),
    "libvpx-vp9": frozenset({"mp4", "webm", "matroska"}),
    "prores_ks": frozenset({"mov", "matroska"}),
    "dnxhd": frozenset({"mov"}),
    "ffv1": frozenset({"matroska"}),
}
"""ffmpeg's encoders, and the formats in which their static metadata was written and read back."""

_IN_BITSTREAM: Final = frozenset({"hevc", "av1"})


def _display(primaries: Chromaticities, peak: float) -> MasteringDisplay:
    red, green, blue, white = zip(primaries[::2], primaries[1::2], strict=True)
    return MasteringDisplay(
        red=red, green=green, blue=blue, white=white, maximum=peak, minimum=BLACK
    )


DISPLAYS: Final[dict[tuple[str, int], MasteringDisplay]] = {
    (name, peak): _display(primaries, peak)
    for name, primaries in (("P3-D65", P3_D65), ("Rec.2020", REC2020))
    for peak in PEAKS
}
"""Mastering displays by the primaries a view is limited to and its peak in cd/m2."""


def static_options(encoder: str, container: str, mastering: MasteringDisplay) -> dict[str, str]:
    """Return ffmpeg *input* options that make `encoder` and `container` state a display and placeholder light.

    Names are ffmpeg's. Raises PresetError where the two are not known to carry them.
    """
    if container not in CARRIERS.get(encoder, ()):
        raise PresetError(
            "cannot carry HDR static metadata",
            where=f"{encoder} in {container}",
            hint="use HEVC, AV1, VP9 or ProRes in a container of theirs, or a preset without it (PQ10, HLG)",
        )
    points = (mastering.green, mastering.blue, mastering.red, mastering.white)
    spelled = [f"({round(x * 50000)},{round(y * 50000)})" for x, y in points]
    display = "".join(
        f"{name}{point}" for name, point in zip(["G", "B", "R", "WP"], spelled, strict=True)
    )
    levels = f"L({round(mastering.maximum * 10000)},{round(mastering.minimum * 10000)})"
    return {
        "mastering_display": display + levels,
        "content_light": f"{PLACEHOLDER.max_cll},{PLACEHOLDER.max_fall}",
    }


def stamp(path: Path, light: ContentLight) -> ContentLight:
    """Put measured light in every place of a file that holds the placeholder, and return what was written.

    That is `light`, but for numbers HEVC cannot spell in the bytes there are
    (see `spellable`). Raises EncodeError, and leaves the file as it was, where
    container or bitstream have no placeholder or hold other numbers; SourceError
    where it is no MP4, MOV, Matroska or WebM with pictures.
    """
    with _mapped(path, writable=True) as file:
        track = _picture_track(file, path)
        inside = _lights(_inside(file, track, path))
        outside = _lights(track.stated)
        _require_placeholders(path, track, outside, inside)
        written = spellable(light) if any(s.escaped for s in inside) else light
        content = struct.pack(">2H", written.max_cll, written.max_fall)
        for statement in inside:
            _require_no_escape(path, file, statement, content)
        for statement in (*outside, *inside):
            for place, byte in zip(statement.at, content, strict=True):
                file[place] = byte
        file.flush()
    return written


def spellable(light: ContentLight) -> ContentLight:
    """Return the light nearest to `light`, never below it, that a NAL unit spells in four bytes.

    An emulation prevention byte would be needed where MaxCLL is a multiple of 256
    and MaxFALL under 4, and where MaxCLL is 0: MaxCLL becomes one more.

    >>> spellable(ContentLight(max_cll=256, max_fall=3)).max_cll
    257
    """
    high = light.max_cll & 0xFF == 0 and (light.max_fall < 4 or light.max_cll == 0)
    return light.model_copy(update={"max_cll": light.max_cll + 1}) if high else light


def read_static(path: Path) -> tuple[StaticMetadata | None, StaticMetadata | None]:
    """Return what a file's container states, and what its bitstream states; None where one states nothing.

    Both are read from the file's own bytes, and independently. Of a bitstream all
    keyframes and the decoder configuration are read. Raises SourceError where the
    file is no MP4, MOV, Matroska or WebM with pictures.
    """
    with _mapped(path) as file:
        track = _picture_track(file, path)
        return _settled(track.stated), _settled(_inside(file, track, path))


def _settled(statements: Iterable[Statement]) -> StaticMetadata | None:
    values = [statement.value for statement in statements]
    displays = [value for value in values if isinstance(value, MasteringDisplay)]
    lights = [value for value in values if isinstance(value, ContentLight)]
    if not values:
        return None
    return StaticMetadata(
        mastering=displays[0] if displays else None,
        light=lights[0] if lights else None,
        places=max(len(displays), len(lights)),
        agreeing=all(d == displays[0] for d in displays) and all(x == lights[0] for x in lights),
    )


def _require_placeholders(
    path: Path, track: PictureTrack, outside: list[Statement], inside: list[Statement]
) -> None:
    lacking = [
        name
        for name, found, needed in (
            ("container", outside, True),
            ("bitstream", inside, track.codec in _IN_BITSTREAM),
        )
        if needed and not found
    ]
    if lacking:
        raise EncodeError(
            f"no light levels stand in its {' or '.join(lacking)}",
            where=path.name,
            hint="encode it with static_options",
        )
    other = [s for s in (*outside, *inside) if s.value != PLACEHOLDER or len(s.at) != 4]
    if other:
        raise EncodeError(
            f"states other light levels than the placeholder ({other[0].value})", where=path.name
        )


def _require_no_escape(path: Path, file: mmap.mmap, statement: Statement, content: bytes) -> None:
    first, last = statement.at[0], statement.at[-1]
    around = file[max(0, first - 2) : first] + content + file[last + 1 : last + 3]
    if statement.escaped and FORBIDDEN.search(around):
        raise EncodeError(
            "its light levels would need an emulation prevention byte there is no room for",
            where=path.name,
        )


def _picture_track(file: mmap.mmap, path: Path) -> PictureTrack:
    try:
        matroska = file[:4] == ebml.SIGNATURE
        track = ebml.picture_track(file) if matroska else boxes.picture_track(file)
    except (ValueError, IndexError, struct.error):
        raise _damaged(path) from None
    if track is None:
        raise SourceError("is no MP4, MOV, Matroska or WebM with pictures", where=str(path))
    return track


def _inside(file: mmap.mmap, track: PictureTrack, path: Path) -> tuple[Statement, ...]:
    try:
        return tuple(stated_in_bitstream(file, track))
    except (ValueError, IndexError, struct.error):
        raise _damaged(path) from None


def _lights(statements: Iterable[Statement]) -> list[Statement]:
    return [s for s in statements if isinstance(s.value, ContentLight)]


def _damaged(path: Path) -> SourceError:
    return SourceError("its tables contradict each other or break off", where=str(path))


@contextmanager
def _mapped(path: Path, *, writable: bool = False) -> Iterator[mmap.mmap]:
    access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(path.open("r+b" if writable else "rb"))
            file = stack.enter_context(mmap.mmap(opened.fileno(), 0, access=access))
        except FileNotFoundError:
            raise SourceError("no such file", where=str(path)) from None
        except ValueError:
            raise SourceError("is empty", where=str(path)) from None
        yield file
