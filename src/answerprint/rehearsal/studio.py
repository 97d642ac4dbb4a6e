"""Real media for every job of a rehearsal: rendered once for equal orders, kept on disk."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal
from uuid import uuid4

import ffmpeg
from pydantic import Field
from xxhash import xxh3_64_hexdigest

from answerprint.media import ffmpeg as program
from answerprint.record import Record
from answerprint.rehearsal.delivery import RATE, write_delivery
from answerprint.rehearsal.faults import IN_FRAMES, IN_PICTURES
from answerprint.rehearsal.scenery.pinned import PinnedPicture
from answerprint.rehearsal.scenery.scene import Scene
from answerprint.rehearsal.spoil import EDITS

Format = Literal["mp4", "webm", "mov"]
Kind = Literal["movie", "frames"]

MEDIA_TYPES: Final = {
    ".mp4": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime",
    ".zip": "application/zip", ".exr": "image/x-exr",
}  # fmt: skip
"""What a file is called in Content-Type, by its ending."""
SMALLEST_SIDE: Final = 16
LONGEST_SIDE: Final = 4096
"""Sides a scene can have."""


class Spec(Record):
    """What one clip is to be; the rate is 24."""

    size: tuple[int, int]
    """Width and height in pixels."""
    seconds: int = Field(default=5, ge=1, le=60)
    """Length: 5 or 10, or the source's."""
    hdr: bool = False
    exr: bool = False
    """Whether EXR frames come with the movie, which is HDR then."""
    loop: bool = False
    seed: int = Field(default=0, ge=0)
    format: Format = "mp4"
    """Container of the movie."""
    pins: tuple[PinnedPicture, ...] = ()
    """Pictures that frames are to show."""

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return self.seconds * RATE

    @property
    def possible_faults(self) -> tuple[str, ...]:
        """Names of the faults such a clip can have."""
        return (
            *IN_PICTURES,
            *(IN_FRAMES if self.exr else ()),
            *(("broken-seam",) if self.loop else ()),
            *(("hdr-untagged",) if self.hdr or self.exr else ()),
        )


class HeldFile(Record):
    """A file a job made."""

    id: str
    kind: Kind
    name: str
    """Its name on the shelf."""
    media_type: str
    path: Path
    """Where it lies."""
    result: int = 0
    """Which clip of its job it belongs to."""


class Studio:
    """Renders clips into `folder`; equal clips are rendered once, whichever threads ask.

    With `divide` every side is rendered at that fraction, so that tests are
    quick: what is delivered is then smaller than what was ordered. Two studios,
    in two processes even, may share a folder.
    """

    def __init__(self, folder: Path, *, divide: int = 1) -> None:
        self._folder = folder
        self._divide = divide
        self._rendering = threading.Lock()

    def make(self, spec: Spec, fault: str | None = None) -> tuple[HeldFile, ...]:
        """Return the files of a clip, the movie first, made where they were not yet; `fault` spoils it.

        Raises EncodeError where ffmpeg fails and OSError where the disk refuses.
        """
        spec = _changed(spec.model_copy(update={"size": self._divided(spec.size)}), fault)
        folder = self._rendered(spec)
        if fault in EDITS:
            folder = self._spoiled(folder, fault)
        paths = [self._movie(folder, spec.format)]
        paths += [path for path in (folder / "exr.zip", folder / "exr.exr") if path.exists()]
        return tuple(_as_held(path) for path in paths)

    def _divided(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return even sides, as 4:2:0 wants them."""
        width, height = (
            min(max(side // self._divide // 2 * 2, SMALLEST_SIDE), LONGEST_SIDE) for side in size
        )
        return width, height

    def _rendered(self, spec: Spec) -> Path:
        scene = Scene(spec.seed, spec.size, spec.frames, spec.loop)
        return self._once(
            _name(spec),
            lambda beside: write_delivery(
                beside, scene, hdr=spec.hdr, exr=spec.exr, pins=spec.pins
            ),
        )

    def _spoiled(self, good: Path, fault: str) -> Path:
        def edit(beside: Path) -> None:
            beside.mkdir(parents=True)
            for path in good.iterdir():
                if path.name in ("video.mp4", "exr.zip"):
                    shutil.copyfile(path, beside / path.name)
            EDITS[fault](beside)

        return self._once(f"{good.name}-{fault}", edit)

    def _movie(self, folder: Path, container: Format) -> Path:
        if container == "mp4":
            return folder / "video.mp4"
        name = f"{folder.name}-{container}"
        return (
            self._once(name, lambda beside: _convert(folder / "video.mp4", beside, container))
            / f"video.{container}"
        )

    def _once(self, name: str, make: Callable[[Path], object]) -> Path:
        """Return the folder of that name, made beside and renamed where it was not there."""
        folder = self._folder / name
        if folder.exists():
            return folder
        with self._rendering:
            if not folder.exists():
                beside = self._folder / f".{uuid4()}"
                try:
                    make(beside)
                    beside.rename(folder)
                except OSError:
                    if not folder.exists():
                        raise
                finally:
                    shutil.rmtree(beside, ignore_errors=True)
        return folder


def _changed(spec: Spec, fault: str | None) -> Spec:
    """Return what is rendered instead of `spec` for the faults that are another clip."""
    if fault == "wrong-size":
        width, height = (max(side // 4 * 2, SMALLEST_SIDE) for side in spec.size)
        return spec.model_copy(update={"size": (width, height)})
    return spec.model_copy(update={"loop": False}) if fault == "broken-seam" else spec


def _name(spec: Spec) -> str:
    width, height = spec.size
    light = "exr" if spec.exr else "hdr" if spec.hdr else "sdr"
    loop = "-loop" if spec.loop else ""
    pins = "".join(f"-{pin.frame}@{xxh3_64_hexdigest(pin.content)}" for pin in spec.pins)
    pinned = f"-{xxh3_64_hexdigest(pins.encode())}" if pins else ""
    return f"{spec.seed}-{width}x{height}-{spec.seconds}s-{light}{loop}{pinned}"


def _as_held(path: Path) -> HeldFile:
    name = str(uuid4())
    return HeldFile(
        id=name,
        kind="movie" if path.stem == "video" else "frames",
        name=name + path.suffix,
        media_type=MEDIA_TYPES[path.suffix],
        path=path,
    )


def _convert(movie: Path, folder: Path, container: Format) -> None:
    """Write `movie` into `folder` as a MOV of the same stream or as VP9 in WEBM."""
    folder.mkdir(parents=True)
    options = _VP9 if container == "webm" else {"c": "copy", "movflags": "+faststart"}
    out = folder / f"video.{container}"
    program.run(
        program.command(ffmpeg.input(str(movie)).output(str(out), **options)), where=out.name
    )


_VP9: Final[dict[str, Any]] = {
    "vcodec": "libvpx-vp9",
    "crf": 24,
    "video_bitrate": 0,
    "deadline": "realtime",
    "cpu-used": 8,
    "row-mt": 1,
}
"""VP9 as quickly as it goes: what is shown is that WEBM arrives, not how small it is."""
