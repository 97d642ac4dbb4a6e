"""Writing OpenEXR deliverables: half-float scan lines in one stated color space.

OpenEXR compresses; the attributes are set in the header it wrote, by the same code
that changes them in files of others, so that both say a thing in the same bytes.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Final, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from answerprint.color.primaries import AP0, AP1, P3_D65, REC709, REC2020, Chromaticities
from answerprint.errors import EncodeError, StorageError, UsageError
from answerprint.measured.exr import Window
from answerprint.media.exr.door import frame_bytes
from answerprint.media.exr.fix import rewritten
from answerprint.media.exr.layout import Attribute, Header, parse_start, start_of
from answerprint.media.exr.planes import Half
from answerprint.media.exr.st2065 import FLAG, st2065_4_reasons
from answerprint.media.exr.values import ExrValue, attribute
from answerprint.record import Record

Primaries = Literal["AP0", "AP1", "Rec.709", "Rec.2020", "P3-D65"]
Compression = Literal["none", "zips", "zip", "piz", "dwaa", "dwab"]

_COLOR: Final[Mapping[Primaries, tuple[Chromaticities, str]]] = MappingProxyType(
    {
        "AP0": (AP0, "lin_ap0_scene"),
        "AP1": (AP1, "lin_ap1_scene"),
        "Rec.709": (REC709, "lin_rec709_scene"),
        "Rec.2020": (REC2020, "lin_rec2020_scene"),
        "P3-D65": (P3_D65, "lin_p3d65_scene"),
    }
)
_CHANNELS: Final = ({"R", "G", "B"}, {"R", "G", "B", "A"})
_NOTHING: Final[Mapping[str, ExrValue]] = MappingProxyType({})


class ExrFormat(Record):
    """The format of one EXR deliverable."""

    compression: Compression
    """How chunks are compressed; `dwaa` and `dwab` are lossy, the others are not."""
    dwa_level: float | None = Field(default=None, ge=0)
    """Loss of `dwaa` and `dwab`; OpenEXR's own is 45, and 0 comes nearest to none."""
    primaries: Primaries
    """What linear RGB the pixels are: written as chromaticities and as `colorInteropID`."""
    aces_container: bool = False
    """Whether files conform to SMPTE ST 2065-4 and say so."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.dwa_level is not None and self.compression not in ("dwaa", "dwab"):
            raise ValueError(f"dwa_level means nothing to {self.compression}")
        if self.aces_container and (self.compression, self.primaries) != ("none", "AP0"):
            raise ValueError("an ACES container is not compressed and has AP0 primaries")
        return self

    @property
    def chromaticities(self) -> Chromaticities:
        """Red, green, blue and white of `primaries` as CIE x, y pairs."""
        return _COLOR[self.primaries][0]

    @property
    def color_interop_id(self) -> str:
        """Name of the linear, scene-referred space of `primaries` by the Color Interop Forum."""
        return _COLOR[self.primaries][1]


def write_frame(
    target: Path | BinaryIO,
    planes: Mapping[str, Half],
    file_format: ExrFormat,
    *,
    data_window: Window | None = None,
    display_window: Window | None = None,
    attributes: Mapping[str, ExrValue] = _NOTHING,
) -> None:
    """Write one frame of float16 planes R, G, B and maybe A, (height, width), in the format's color space already.

    Without windows the picture is the frame, from 0, 0; a data window has the planes'
    size, and the display window is where it is seen. `attributes` are the frame's
    own: `framesPerSecond`, `timeCode`, `owner`, `pixelAspectRatio` and the like.
    One thread a call, without the interpreter lock while OpenEXR compresses; no
    global state. Memory: the planes and the file. The file is written under the
    name it is given: giving it that name only when it is whole is the caller's work.

    Raises UsageError for planes, windows or attributes that do not fit, EncodeError
    where OpenEXR refuses, StorageError where the disk does.
    """
    windows = _windows(planes, data_window, display_window)
    level = {} if file_format.dwa_level is None else {"dwaCompressionLevel": file_format.dwa_level}
    try:
        content = frame_bytes(
            planes, compression=file_format.compression, attributes=windows | level
        )
    except ValueError as problem:
        raise EncodeError(str(problem)) from None
    pieces = _described(content, file_format, attributes)
    if not isinstance(target, Path):
        target.writelines(pieces)
        return
    try:
        with target.open("wb") as file:
            file.writelines(pieces)
    except OSError as problem:
        raise StorageError(f"cannot be written ({problem.strerror})", where=str(target)) from None


def _described(
    content: bytes, file_format: ExrFormat, attributes: Mapping[str, ExrValue]
) -> tuple[bytes | memoryview, ...]:
    """Return the pieces of a file that says its color and its frame's attributes, sorted as OpenEXR sorts them."""
    start = parse_start(content)
    # The Color Interop Forum would have the id alone; readers older than the id know only
    # chromaticities, and take a file without them for BT.709.
    said: dict[str, ExrValue] = dict(attributes) | {
        "chromaticities": file_format.chromaticities,
        "colorInteropID": file_format.color_interop_id,
    }
    if file_format.aces_container:
        said[FLAG] = 1
    changed = start_of(start.version, [_header(start.headers[0], said, file_format)])
    if file_format.aces_container and (reasons := st2065_4_reasons(changed)):
        raise UsageError(f"makes no ST 2065-4 container: {reasons[0]}")
    return rewritten(content, start, changed)


def _header(header: Header, said: Mapping[str, ExrValue], file_format: ExrFormat) -> Header:
    # `type` came with OpenEXR 2; ST 2065-4 describes what there was before.
    dropped = {"type"} if file_format.aces_container else set()
    known: dict[str, Attribute] = {a.name: a for a in header if a.name not in dropped}
    known |= {name: attribute(name, value) for name, value in said.items()}
    return tuple(known[name] for name in sorted(known))


def _windows(
    planes: Mapping[str, Half], data: Window | None, display: Window | None
) -> dict[str, Any]:
    """Return the windows as OpenEXR takes them, after the planes are found to fit."""
    if set(planes) not in _CHANNELS or {p.dtype for p in planes.values()} != {np.dtype(np.float16)}:
        raise UsageError("planes are R, G, B and maybe A, all float16", where=" ".join(planes))
    height, width = planes["R"].shape
    data = data or (0, 0, width - 1, height - 1)
    size = (data[3] - data[1] + 1, data[2] - data[0] + 1)
    if wrong := [name for name, plane in planes.items() if plane.shape != size]:
        raise UsageError(f"plane is not {size[1]}x{size[0]}, the data window", where=wrong[0])
    return {"dataWindow": _box(data), "displayWindow": _box(display or data)}


def _box(window: Window) -> tuple[Any, Any]:
    return np.array(window[:2], np.int32), np.array(window[2:], np.int32)
