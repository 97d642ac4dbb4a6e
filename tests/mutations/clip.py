"""Clips that nothing is wrong with, in memory, and how they become files.

Frames are R'G'B' code values in single precision, (h, w, 3), nominally 0 to 1 and
not clipped; a clip's curve turns them into light and back. Nothing here or in
the modules of plants knows how anything is measured.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import cv2
import ffmpeg
import numpy as np
from numpy.typing import NDArray

from answerprint.color.primaries import AP0
from answerprint.media import ffmpeg as program
from answerprint.media.exr.door import frame_bytes
from tests.media.sounds import wav

Code = NDArray[np.float32]
Wave = NDArray[np.float32]
Kind = Literal["sdr", "hdr", "exr", "loop", "sound"]
Curve = Callable[[Code], Code]

RATE: Final = 24
WHITE: Final = 203.0
"""Diffuse white of PQ in cd/m2, which is 1.0 of light here."""
SDR: Final = {"primaries": "bt709", "transfer": "bt709", "matrix": "bt709"}
PQ: Final = {"primaries": "bt2020", "transfer": "smpte2084", "matrix": "bt2020nc"}

_M1, _M2, _C1, _C2, _C3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875


def gamma_light(code: Code) -> Code:
    """Light of a display of gamma 2.4, mirrored under 0 and going on over 1."""
    return np.asarray(np.sign(code) * np.abs(code) ** 2.4, np.float32)


def gamma_code(light: Code) -> Code:
    return np.asarray(np.sign(light) * np.abs(light) ** (1 / 2.4), np.float32)


def pq_light(code: Code) -> Code:
    """Light of SMPTE ST 2084, 1.0 = 203 cd/m2."""
    power = np.clip(code, 0, 1).astype(np.float64) ** (1 / _M2)
    nits = 10_000 * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1)
    return np.asarray(nits / WHITE, np.float32)


def pq_code(light: Code) -> Code:
    power = (np.clip(light, 0, None).astype(np.float64) * WHITE / 10_000) ** _M1
    return np.asarray(((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One clean clip; `shown` is the movie beside EXR frames, in PQ."""

    name: str
    kind: Kind
    codes: tuple[Code, ...]
    sound: Wave | None = None
    shown: tuple[Code, ...] = ()
    kept: dict[Any, Any] = field(default_factory=dict, repr=False)
    """What was written of it before and may be used again."""

    @property
    def size(self) -> tuple[int, int]:
        height, width = self.codes[0].shape[:2]
        return width, height

    def __len__(self) -> int:
        return len(self.codes)

    def light(self, code: Code) -> Code:
        return pq_light(code) if self.kind == "hdr" else gamma_light(code)

    def code(self, light: Code) -> Code:
        return pq_code(light) if self.kind == "hdr" else gamma_code(light)

    def graded(self, light: Code) -> Code:
        """Code values of light that a grade has changed: what a movie cannot hold is cut off."""
        return self.code(light) if self.kind == "exr" else np.clip(self.code(light), 0, 1)


@dataclass(frozen=True, slots=True)
class Bed:
    """A clean clip and an empty folder to plant a defect in."""

    clip: Clip
    place: Path

    def write(self, codes: Sequence[Code]) -> Path:
        """The clip with other frames, as a file of its kind."""
        if self.clip.kind == "exr":
            return self.exr([self.exr_of(code) for code in codes])
        return self.movie(codes)

    def movie(self, codes: Sequence[Code], name: str = "clip.mp4", **options: Any) -> Path:
        """A movie of these frames; its sound is laid under it where the clip has one."""
        if self.clip.sound is not None:
            silent = write_movie(self.place / "silent.mov", codes, hdr=False, **options)
            sounding = self.laid(self.clip.sound, silent, name=f"{Path(name).stem}.mov")
            silent.unlink()
            return sounding
        return write_movie(self.place / name, codes, hdr=self.clip.kind == "hdr", **options)

    def clean(self, name: str = "clip.mp4", **options: Any) -> Path:
        """The movie without a defect and without sound, encoded once a clip and way of writing."""
        key = (name, str(options))
        if key not in self.clip.kept:
            self.clip.kept[key] = write_movie(
                self.place / name, self.clip.codes, hdr=self.clip.kind == "hdr", **options
            ).read_bytes()
        target = self.place / name
        target.write_bytes(self.clip.kept[key])
        return target

    def exr(self, files: Sequence[bytes], folder: str = "exr") -> Path:
        """A folder of numbered EXR files from 0."""
        place = self.place / folder
        place.mkdir()
        for number, content in enumerate(files):
            (place / exr_name(number)).write_bytes(content)
        return place

    def exr_of(self, code: Code, compression: str = "dwab", **changes: Any) -> bytes:
        """An EXR file of a frame; `planes` replaces or adds channels, None takes one away."""
        key = (id(code), compression)
        clean = not changes and any(code is each for each in self.clip.codes)
        if clean and key in self.clip.kept:
            kept: bytes = self.clip.kept[key]
            return kept
        made = exr_file(self.clip.light(code), compression, **changes)
        if clean:
            self.clip.kept[key] = made
        return made

    def exrs(self, compression: str = "dwab") -> list[bytes]:
        """The files of the clean clip."""
        return [self.exr_of(code, compression) for code in self.clip.codes]

    def laid(
        self, sound: Wave, picture: Path | None = None, *, name: str = "clip.mov", codec: str = "pcm_s16le",
        late: float = 0.0, **options: Any,
    ) -> Path:  # fmt: skip
        """The clip's movie, encoded once, with this sound under it, `late` seconds after it."""
        picture = picture or self.clean("picture.mov")
        heard = wav(self.place / "sound.wav", sound, mask=0x3F if sound.shape[1] == 6 else None)
        fed = ffmpeg.input(str(heard), **({"itsoffset": late} if late else {}))
        target = self.place / name
        node = ffmpeg.output(
            ffmpeg.input(str(picture)).video, fed.audio, str(target), vcodec="copy", acodec=codec, **options
        )  # fmt: skip
        program.run(program.command(node), where=name)
        heard.unlink()
        if picture.name == "picture.mov":
            picture.unlink()
        return target


def exr_name(number: int) -> str:
    return f"frame_{number:05}.exr"


def exr_file(
    light: Code,
    compression: str = "dwab",
    *,
    planes: Mapping[str, Any] | None = None,
    **attributes: Any,
) -> bytes:
    """An EXR file of AP0 light, in half float; attributes that are None are left out."""
    half = light.astype(np.float16)
    held: dict[str, Any] = {n: np.ascontiguousarray(half[..., i]) for i, n in enumerate("RGB")}
    held |= planes or {}
    said = {"chromaticities": AP0} | attributes
    return frame_bytes(
        {name: plane for name, plane in held.items() if plane is not None},
        compression=compression,
        attributes={name: value for name, value in said.items() if value is not None},
    )


def write_movie(
    path: Path, codes: Sequence[Code], *, hdr: bool = False, tags: Mapping[str, str] | None = None,
    bits: int | None = None, rate: Any = RATE, ring: Mapping[str, Any] | None = None, **options: Any,
) -> Path:  # fmt: skip
    """A movie of R'G'B' frames in 4:2:0: H.264 at 8 bits, or HEVC at 10 in PQ; `ring` goes to the input."""
    depth = bits or (10 if hdr else 8)
    said = dict(tags or (PQ if hdr else SDR))
    height, width = codes[0].shape[:2]
    form = "yuv420p" if depth == 8 else "yuv420p10le"
    usual: dict[str, Any] = (
        {"vcodec": "libx265", "crf": 16, "preset": "ultrafast", "tag:v": "hvc1", "x265-params": "log-level=error"}
        if depth > 8
        else {"vcodec": "libx264", "crf": 16, "preset": "veryfast"}
    )  # fmt: skip
    settings = {"pix_fmt": form} | usual | {"movflags": "+faststart"} | options
    fed = ffmpeg.input(
        "pipe:", format="rawvideo", pixel_format=form, video_size=(width, height),
        framerate=str(rate), **(ring or {}),
    )  # fmt: skip
    stream = fed.video.filter(
        "setparams", range="tv", colorspace=said["matrix"], color_primaries=said["primaries"], color_trc=said["transfer"]
    )  # fmt: skip
    node = stream.output(str(path), **{k: v for k, v in settings.items() if v is not None})
    with program.running(program.command(node), where=path.name) as process:
        for code in codes:
            process.write(planes_of(code, depth, wide=said["matrix"] == "bt2020nc"))
        process.finish()
    return path


def planes_of(code: Code, bits: int, *, wide: bool) -> bytes:
    """Y'CbCr 4:2:0 in narrow range of R'G'B'; codes beyond 0 to 1 become codes beyond black and white."""
    red, blue = (0.2627, 0.0593) if wide else (0.2126, 0.0722)
    luma = cv2.transform(code, np.array([[red, 1 - red - blue, blue]], np.float32))
    cb = (code[..., 2] - luma) / (2 * (1 - blue))
    cr = (code[..., 0] - luma) / (2 * (1 - red))
    half = (code.shape[1] // 2, code.shape[0] // 2)
    small = [cv2.resize(plane, half, interpolation=cv2.INTER_AREA) for plane in (cb, cr)]
    scale, top = 2 ** (bits - 8), 2**bits - 1
    form: Any = np.uint8 if bits == 8 else "<u2"
    levels = [(16 + 219 * luma) * scale, *((128 + 224 * plane) * scale for plane in small)]
    return b"".join(np.clip(np.rint(p), 0, top).astype(form).tobytes() for p in levels)


@contextmanager
def one_thread() -> Iterator[None]:
    """OpenCV on one thread: pictures this small gain nothing by more."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
