"""The one door to OpenEXR: headers, pixels and writing, from a path or from bytes.

Quirks contained here, all seen with OpenEXR 3.5.3:

- `OpenEXR.File` does not raise on damaged pixels. It prints a warning through
  Python's `sys.stdout` and returns fewer parts than the header names.
- A string attribute that is not UTF-8 raises UnicodeDecodeError for the whole file.
- A file opened for its header alone does not tell the pixel type of a channel.
- Deep parts come back as arrays of Python objects, so they are never read.
- Decoding releases the interpreter lock; `num_threads=0` keeps it on the
  calling thread, so that a pool of frames is the only parallelism.
"""

import io
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, TextIO, cast

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from answerprint.errors import FrameError
from answerprint.measured.exr import ExrChannel, ExrHeader, ExrPart, PixelType, Window
from answerprint.media.exr.chunks import read_offsets
from answerprint.media.exr.layout import read_start
from answerprint.media.exr.st2065 import st2065_4_reasons
from answerprint.media.exr.start import MAGIC, START, ExrSource, contradiction

Plane = NDArray[np.float16] | NDArray[np.float32] | NDArray[np.uint32]

MAX_SAMPLES: Final = 1 << 28
"""Samples a file may declare: an 8192x8192 RGBA frame. A crafted header asks for more to exhaust memory."""

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})
_STORAGE = {
    OpenEXR.scanlineimage: "scanline",
    OpenEXR.tiledimage: "tiled",
    OpenEXR.deepscanline: "deep-scanline",
    OpenEXR.deeptile: "deep-tiled",
}
_COMPRESSIONS = {
    value.name.removesuffix("_COMPRESSION").lower(): value
    for value in OpenEXR.Compression.__members__.values()
    if value.name.endswith("_COMPRESSION")
} | {"none": OpenEXR.NO_COMPRESSION}
_COMPRESSION_NAMES = {value: name for name, value in _COMPRESSIONS.items()}
_TYPES: dict[str, PixelType] = {"float16": "half", "float32": "float", "uint32": "uint"}


@dataclass(frozen=True, slots=True)
class ExrFrame:
    """A decoded file: its header and, part by part, its channels by name.

    Planes are (height, width) of the data window, smaller where the channel is
    subsampled; float16, float32 or uint32 as stored. Deep parts have no planes.
    """

    header: ExrHeader
    planes: tuple[Mapping[str, Plane], ...]

    @property
    def picture(self) -> tuple[Plane, ...]:
        """Planes of the main part's picture channels, in the order of `ExrPart.picture`."""
        main = self.header.main
        planes = self.planes[self.header.parts.index(main)]
        return tuple(planes[name] for name in main.picture)


def read_header(source: ExrSource) -> ExrHeader:
    """Return what the header says, decoding no pixel. Raises FrameError where there is none to read.

    The channels' pixel types are None: only decoded pixels tell them.
    """
    return _header(_open(source, header_only=True))


def read_frame(source: ExrSource) -> ExrFrame:
    """Decode every flat channel of one file. Raises FrameError where any of it is damaged.

    Memory: the decoded samples, refused beforehand above `MAX_SAMPLES`.
    """
    header = read_header(source)
    if (twice := contradiction(_start(source, START))) is not None:
        raise FrameError(twice)
    if header.samples > MAX_SAMPLES:
        width, height = header.main.size
        raise FrameError(
            f"declares {width}x{height} and {header.samples} samples, more than is safe to decode"
        )
    if all(part.deep for part in header.parts):
        return ExrFrame(header, tuple({} for _ in header.parts))
    with _captured_stdout() as said:
        opened = _open(source, header_only=False)
    if len(opened.parts) < len(header.parts):
        raise FrameError(f"pixels are damaged ({_reason(said)})")
    planes = tuple(_planes(part) for part in opened.parts)
    return ExrFrame(_compared(_typed(header, planes), source), planes)


def frame_bytes(
    planes: Mapping[str, Plane], *, compression: str = "dwab", attributes: Mapping[str, Any] = _NONE
) -> bytes:
    """Return one single-part scanline file of `planes`, all of one size.

    `attributes` are header attributes under OpenEXR's own names. Raises
    ValueError where they do not make a file.
    """
    header = dict(attributes) | {
        "compression": _COMPRESSIONS[compression],
        "type": OpenEXR.scanlineimage,
    }
    stream = io.BytesIO()
    try:
        OpenEXR.File(header, dict(planes), num_threads=0).write(stream)
    except (RuntimeError, TypeError, ValueError) as problem:
        raise ValueError(f"these planes and attributes make no EXR file ({problem})") from None
    return stream.getvalue()


def _open(source: ExrSource, *, header_only: bool) -> Any:
    stream = io.BytesIO(source) if isinstance(source, bytes) else str(source)
    try:
        return OpenEXR.File(stream, separate_channels=True, header_only=header_only, num_threads=0)
    except UnicodeDecodeError:
        raise FrameError("header is damaged (text that is not UTF-8)") from None
    except (RuntimeError, ValueError, TypeError, MemoryError, OSError) as problem:
        raise FrameError(_why_unopened(source, problem)) from None


def _why_unopened(source: ExrSource, problem: Exception) -> str:
    try:
        start = _start(source, len(MAGIC))
    except OSError as missing:
        return f"cannot be opened ({missing.strerror})"
    if not start:
        return "is empty (0 bytes)"
    if start != MAGIC:
        return "is not an OpenEXR file"
    said = str(problem).partition(" when attempting")[0]
    return (
        "header is damaged"
        if said.startswith("Unable to open")
        else f"header is damaged ({said[:120]})"
    )


def _start(source: ExrSource, count: int) -> bytes:
    if isinstance(source, bytes):
        return source[:count]
    with source.open("rb") as file:
        return file.read(count)


def _header(opened: Any) -> ExrHeader:
    try:
        first = opened.parts[0].header if opened.parts else None
        return ExrHeader(parts=tuple(_part(part, first) for part in opened.parts))
    except (KeyError, ValueError, TypeError) as problem:
        raise FrameError(f"header is damaged ({problem})") from None


def _part(part: Any, first: Any) -> ExrPart:
    header = part.header
    chromaticities = header.get("chromaticities")
    return ExrPart(
        name=header.get("name"),
        storage=_STORAGE[header.get("type", OpenEXR.scanlineimage)],
        compression=_COMPRESSION_NAMES[header["compression"]],
        dwa_level=header.get("dwaCompressionLevel"),
        data_window=_window(header["dataWindow"]),
        display_window=_window(header["displayWindow"]),
        pixel_aspect=header.get("pixelAspectRatio", 1.0),
        channels=tuple(
            ExrChannel(name=c.name, sampling=(c.xSampling, c.ySampling)) for c in header["channels"]
        ),
        chromaticities=tuple(round(float(v), 5) for v in chromaticities)
        if chromaticities
        else None,
        color_interop_id=header.get("colorInteropID"),
        aces_container=header.get("acesImageContainerFlag") == 1,
        white_luminance=header.get("whiteLuminance"),
        color_contradictions=_contradictions(header, None if header is first else first),
        rate=_rate(header.get("framesPerSecond")),
        timecode=_timecode(header.get("timeCode")),
    )


def _contradictions(header: Any, first: Any) -> tuple[str, ...]:
    """Return OpenEXR's own warnings about attributes that contradict each other about color."""
    found = int(OpenEXR.checkColorMetadata(header, first))
    flags = (1 << bit for bit in range(found.bit_length()) if found >> bit & 1)
    return tuple(OpenEXR.colorMetadataWarningToString(flag) for flag in flags)


def _window(box: Any) -> Window:
    (x0, y0), (x1, y1) = box
    return int(x0), int(y0), int(x1), int(y1)


def _rate(value: Any) -> Fraction | None:
    return value if isinstance(value, Fraction) and 0 < value <= 1000 else None


def _timecode(value: Any) -> str | None:
    if value is None:
        return None
    return f"{value.hours:02}:{value.minutes:02}:{value.seconds:02}:{value.frame:02}"


def _planes(part: Any) -> dict[str, Plane]:
    if part.type() in (OpenEXR.deepscanline, OpenEXR.deeptile):
        return {}
    return {name: channel.pixels for name, channel in part.channels.items()}


def _typed(header: ExrHeader, planes: Sequence[Mapping[str, Plane]]) -> ExrHeader:
    """Return `header` with the pixel types that the decoded planes show."""
    parts = []
    for part, decoded in zip(header.parts, planes, strict=True):
        types = {name: _TYPES[str(plane.dtype)] for name, plane in decoded.items()}
        channels = (c.model_copy(update={"type": types.get(c.name)}) for c in part.channels)
        parts.append(part.model_copy(update={"channels": tuple(channels)}))
    return ExrHeader(parts=tuple(parts))


def _compared(header: ExrHeader, source: ExrSource) -> ExrHeader:
    """Return `header` with how its file departs from what it says, and from ST 2065-4."""
    content = source if isinstance(source, bytes) else source.read_bytes()
    reasons, disagreement = None, None
    try:
        start = read_start(content)
        reasons = st2065_4_reasons(start)
        read_offsets(start, content)
    except FrameError as problem:
        disagreement = problem.message
    return header.model_copy(update={"disagreement": disagreement, "not_st2065_4": reasons})


def _reason(said: list[str]) -> str:
    text = " ".join("".join(said).split()).partition(" - ")[2]
    # The reader names the file in the middle of some sentences; the caller knows it.
    return text.partition(" in /")[0].partition(" in <")[0] or "the decoder gave up"


class _Router:
    """Stands in for `sys.stdout` and keeps back what capturing threads print, thread by thread.

    To all others it is that stream: they may ask for its `buffer` or whether it is a terminal.
    """

    def __init__(self, real: TextIO) -> None:
        self.real = real
        self.kept: dict[int, list[str]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def write(self, text: str) -> int:
        kept = self.kept.get(threading.get_ident())
        if kept is None:
            return self.real.write(text)
        kept.append(text)
        return len(text)


_routing = threading.Lock()
_routers: list[_Router] = []


def _router_of(real: TextIO) -> _Router:
    """Return the one router of a stream, which is never freed.

    `print` in CPython before 3.13 holds `sys.stdout` by a borrowed reference: a
    stream that is replaced and freed while another thread prints is a crash.
    """
    known = next((router for router in _routers if router.real is real), None)
    if known is None:
        known = _Router(real)
        _routers.append(known)
    return known


@contextmanager
def _captured_stdout() -> Iterator[list[str]]:
    """Keep back what this thread prints on `sys.stdout`; other threads print on undisturbed."""
    me, said = threading.get_ident(), list[str]()
    with _routing:
        router = sys.stdout if isinstance(sys.stdout, _Router) else _router_of(sys.stdout)
        router.kept[me] = said
        sys.stdout = cast("TextIO", router)
    try:
        yield said
    finally:
        with _routing:
            del router.kept[me]
            if not router.kept and cast("object", sys.stdout) is router:
                sys.stdout = router.real
