"""Small real material for tests: EXR files, folders, zips, movies and sounds, made in code."""

import zipfile
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
from numpy.typing import NDArray

from answerprint.color.primaries import AP0
from answerprint.measured.deliverable import Deliverable
from answerprint.measured.movie import MovieFacts
from answerprint.media import ffmpeg as program
from answerprint.media.exr.door import frame_bytes
from answerprint.rehearsal.delivery import exr_frame
from answerprint.rehearsal.scenery.scene import Scene, render

Light = NDArray[np.float32]
SIZE = (160, 90)


def picture(number: int, *, size: tuple[int, int] = SIZE, seed: int = 3) -> Light:
    """One frame of a moving scene, (h, w, 3) scene-linear AP0."""
    return render(Scene(seed, size, 48), number)


def exr(
    planes: Mapping[str, Any] | Light | None = None, *, compression: str = "dwab", **attributes: Any
) -> bytes:
    """An EXR file of channels by name, or of R, G and B in one array."""
    if planes is None:
        planes = picture(0)
    if isinstance(planes, np.ndarray):
        planes = {
            name: np.ascontiguousarray(planes[..., i].astype(np.float16))
            for i, name in enumerate("RGB")
        }
    attributes.setdefault("chromaticities", AP0)
    return frame_bytes(planes, compression=compression, attributes=attributes)


def frames(
    count: int, change: Mapping[int, Callable[[Light], Light | bytes]] | None = None
) -> list[bytes]:
    """EXR files of a moving scene; `change` alters single frames before they are written, or replaces the file."""
    made = []
    for number in range(count):
        light: Light | bytes = picture(number)
        if change and number in change:
            assert isinstance(light, np.ndarray)
            light = change[number](light)
        made.append(light if isinstance(light, bytes) else exr_frame(light))
    return made


def folder(
    path: Path, files: Iterable[bytes], *, name: str = "shot.{:04}.exr", first: int = 1001
) -> Path:
    """A folder of numbered files."""
    path.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(files, start=first):
        (path / name.format(number)).write_bytes(content)
    return path


def zipped(path: Path, files: Iterable[bytes], *, name: str = "frame_{:05}.exr") -> Path:
    """A zip of numbered files, as a service makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(files):
            archive.writestr(name.format(number), content)
    return path


def codes(count: int, *, size: tuple[int, int] = SIZE, seed: int = 3) -> list[NDArray[np.uint8]]:
    """8-bit R'G'B' pictures of a moving scene, (h, w, 3)."""
    lights = (picture(n, size=size, seed=seed) for n in range(count))
    return [(np.clip(light, 0, 1) ** (1 / 2.4) * 255).astype(np.uint8) for light in lights]


def movie(
    path: Path, pictures: Iterable[NDArray[np.uint8]], *, rate: Fraction | int = 24, **options: Any
) -> Path:
    """A movie of 8-bit R'G'B' pictures; H.264 in 4:2:0 unless `options` say otherwise; None leaves an option out."""
    shown = list(pictures)
    height, width = shown[0].shape[:2]
    path.parent.mkdir(parents=True, exist_ok=True)
    fed = ffmpeg.input(
        "pipe:",
        format="rawvideo",
        pixel_format="rgb24",
        video_size=(width, height),
        framerate=str(rate),
    )
    usual = {"vcodec": "libx264", "crf": 14, "preset": "veryfast", "pix_fmt": "yuv420p"}
    settings: dict[str, Any] = {
        key: value for key, value in (usual | options).items() if value is not None
    }
    stream = fed.video
    if settings["pix_fmt"].startswith("yuv"):
        # Without a format at once after it, ffmpeg would convert behind the tags.
        stream = stream.filter("scale", out_color_matrix="bt709", out_range="tv").filter(
            "format", settings["pix_fmt"]
        )
        stream = stream.filter(
            "setparams", color_primaries="bt709", color_trc="bt709", colorspace="bt709", range="tv"
        )
    with program.running(
        program.command(stream.output(str(path), **settings)), where=path.name
    ) as process:
        for each in shown:
            process.write(each.tobytes())
        process.finish()
    return path


def variable_movie(path: Path, pictures: Iterable[NDArray[np.uint8]]) -> Path:
    """A movie whose second half runs at half the rate of its first."""
    constant = movie(path.with_name("constant.mp4"), pictures)
    late = "if(gte(N,12),(12+(N-12)*2)/24/TB,N/24/TB)"
    stream = ffmpeg.input(str(constant)).video.filter("setpts", late)
    program.run(
        program.command(stream.output(str(path), vcodec="libx264", fps_mode="vfr")), where=path.name
    )
    return path


def tone(
    path: Path,
    seconds: float,
    *,
    layout: str = "stereo",
    rate: int = 48000,
    gain: float = 1.0,
    **options: Any,
) -> Path:
    """A sound file of a 440 Hz tone in the format its name says."""
    source = ffmpeg.input(
        f"sine=frequency=440:sample_rate={rate}:duration={seconds}", format="lavfi"
    )
    stream = source.audio.filter("volume", gain).filter("aformat", channel_layouts=layout)
    program.run(program.command(stream.output(str(path), **options)), where=path.name)
    return path


def facts_of(made: Deliverable) -> MovieFacts:
    """Return what a finished movie says of itself."""
    assert made.facts is not None
    return made.facts
