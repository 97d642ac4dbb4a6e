"""Five clean clips: made ones that are small and quick, and real ones of the shared media library."""

import wave
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zipfile import ZipFile

import av
import cv2
import numpy as np

from answerprint.media.exr.door import read_frame
from answerprint.rehearsal.scenery.scene import Scene, render
from answerprint.rehearsal.scenery.sound import write_sound
from tests.mutations.clip import Clip, Code, Kind, Wave, gamma_code, pq_code

PHOTOGRAPH: Final = Path(__file__).parents[2] / "fixtures" / "bay.jpg"
KINDS: Final[tuple[Kind, ...]] = ("sdr", "hdr", "exr", "loop", "sound")

SMALL: Final = (192, 108)
COUNT: Final = 52
"""Frames of most clips: a little over two seconds, from which a clip may be called calm."""
LARGE: Final = (320, 180)
EXR: Final = (512, 288)
"""Size of real EXR frames: higher than one chunk of 256 lines."""

_AP0_TO_2020: Final = np.array(
    [[1.4905, -0.2662, -0.2244], [-0.0802, 1.1822, -0.1020], [0.0032, -0.0348, 1.0316]], np.float32
)
"""ACES2065-1 to linear BT.2020, Bradford adapted, to four places."""


@cache
def made(kind: Kind) -> Clip:
    """A clean clip of a photograph under a moving camera, or of a rendered scene."""
    if kind == "sdr":
        return Clip("photograph", kind, tuple(_pan(COUNT, LARGE)))
    if kind == "sound":
        return Clip("surf", kind, tuple(_pan(72, (96, 54))), sound=_surf(3))
    if kind == "loop":
        lights = [render(Scene(0, SMALL, COUNT, loop=True), n) for n in range(COUNT)]
        return Clip("scene loop", kind, tuple(gamma_code(np.clip(x, 0, 1)) for x in lights))
    lights = [render(Scene(8, SMALL, COUNT), n) for n in range(COUNT)]
    shown = tuple(_as_pq(light) for light in lights)
    if kind == "hdr":
        return Clip("scene in PQ", kind, shown)
    return Clip("scene in EXR", kind, tuple(gamma_code(light) for light in lights), shown=shown)


@cache
def real(kind: Kind, shared: Path) -> Clip:
    """A clean clip of the shared media, brought to a size that is quick to judge."""
    hdr = shared / "deliveries" / "hdr-720p"
    if kind == "sdr":
        roofs = "video/androidx/sample_with_increasing_timestamps_320w_240h.mp4"
        footage = [code[30:210] for code in _frames(shared / roofs, (320, 240), 72)]
        return Clip("roofs from the air", kind, tuple(np.ascontiguousarray(f) for f in footage))
    if kind == "hdr":
        return Clip("hdr-720p movie", kind, tuple(_frames(hdr / "video.mp4", LARGE, 60)))
    if kind == "exr":
        shown = tuple(_frames(hdr / "video.mp4", EXR, COUNT))
        return Clip("hdr-720p EXR", kind, tuple(_scene_light(hdr / "exr.zip", COUNT)), shown=shown)
    if kind == "loop":
        loop = shared / "deliveries" / "loop-720p" / "video.mp4"
        return Clip("loop-720p", kind, tuple(_frames(loop, LARGE, 120)))
    footage = _frames(shared / "deliveries/sdr-10s-540p/video.mp4", LARGE, 96)
    sound = _heard(shared / "audio" / "moviepy" / "rain.mp3", 4)
    return Clip("sdr-10s-540p with rain", kind, tuple(footage), sound=sound)


def _pan(count: int, size: tuple[int, int]) -> Iterator[Code]:
    """A camera that travels over the photograph and closes in on it, with grain."""
    held = cv2.imread(str(PHOTOGRAPH))
    assert held is not None
    photograph = np.asarray(held[..., ::-1], np.float32) / 255
    width, height = size
    dice = np.random.default_rng(5)
    for number in range(count):
        scale = 1.75 * 320 / width * (1 - 0.002 * number)
        left, top = 40 + 4.1 * number, 12 + 0.9 * number
        view = np.array([[scale, 0, left], [0, scale, top]], np.float32)
        flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
        soft = cv2.GaussianBlur(photograph, (0, 0), 0.35 * scale)
        seen = cv2.warpAffine(soft, view, size, flags=flags, borderMode=cv2.BORDER_REFLECT)
        grain = dice.standard_normal((height, width, 1)) * 0.006
        yield np.asarray(0.02 + 0.93 * seen + grain, np.float32)


def _as_pq(light: Code) -> Code:
    shown = cv2.transform(light, _AP0_TO_2020) * np.float32(3.4)
    return pq_code(np.clip(shown, 0, 18))


def _surf(seconds: float) -> Wave:
    """The rehearsal's surf, in single precision."""
    with TemporaryDirectory() as place:
        path = write_sound(Path(place) / "surf.wav", seconds=seconds, seed=3)
        with wave.open(str(path)) as file:
            pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return np.asarray(pcm.reshape(-1, 2) / 32768 * 0.5, np.float32)


def _frames(path: Path, size: tuple[int, int], count: int) -> list[Code]:
    """R'G'B' of the first frames of a movie, averaged down to `size`."""
    with av.open(str(path)) as container:
        pictures = islice(container.decode(video=0), count)
        return [_small(np.asarray(_rgb(p), np.float32) / 65535, size) for p in pictures]


def _rgb(picture: Any) -> Code:
    wide = picture.color_primaries == 9  # BT.2020
    matrix = "BT2020" if wide else "ITU709"
    shown = picture.reformat(
        format="rgb48le", src_colorspace=matrix, dst_colorspace=matrix, src_color_range="MPEG", dst_color_range="JPEG"
    )  # fmt: skip
    return np.asarray(shown.to_ndarray(), np.float32)


def _small(picture: Any, size: tuple[int, int]) -> Code:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def _scene_light(path: Path, count: int) -> Iterator[Code]:
    with ZipFile(path) as archive:
        for name in sorted(archive.namelist())[:count]:
            planes = read_frame(archive.read(name)).picture
            light = np.stack([plane.astype(np.float32) for plane in planes], axis=-1)
            yield gamma_code(_small(light, EXR))


def _heard(path: Path, seconds: float) -> Wave:
    """The beginning of a sound, stereo at 48 kHz, within half of full scale."""
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=48_000)
    parts: list[Wave] = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            parts += [
                np.asarray(each.to_ndarray(), np.float32) for each in resampler.resample(frame)
            ]
            if sum(part.shape[1] for part in parts) > seconds * 48_000:
                break
    heard = np.concatenate(parts, axis=1).T[: round(seconds * 48_000)]
    return np.asarray(heard * (0.5 / np.abs(heard).max()), np.float32)
