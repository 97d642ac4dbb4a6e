"""Deliveries in the services' shape, made of rendered scenes: a silent movie, a zip of EXR frames, a job record."""

import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import ffmpeg
import numpy as np
from numpy.typing import NDArray

from answerprint.color.primaries import AP0
from answerprint.color.transforms import to_display
from answerprint.color.views import VIEWS
from answerprint.measure.pool import in_order
from answerprint.media import ffmpeg as program
from answerprint.media.exr.door import frame_bytes
from answerprint.progress import Progress, counted, silent
from answerprint.rehearsal.scenery.pinned import PinnedPicture, PinnedScene
from answerprint.rehearsal.scenery.scene import Scene

RATE: Final = 24
"""Frames a second of every service."""
DWA_LEVEL: Final = 45.0
"""DWA level of the model's EXR frames, by its maker's word and OpenEXR's default."""
THREADS: Final = 2
"""Frames rendered at once; they share the scene's stage."""

_ZIP_TIME: Final = (2026, 1, 1, 0, 0, 0)
"""Date of every member, so that the same scene makes the same zip."""


def write_delivery(
    folder: Path,
    scene: Scene,
    *,
    hdr: bool = False,
    exr: bool = False,
    pins: Iterable[PinnedPicture] = (),
    progress: Progress = silent,
) -> Path:
    """Render `scene` into `folder` the way a service delivers it, and return the folder.

    `video.mp4` is SDR H.264, or HDR HEVC (PQ, BT.2020, seen through the ACES 2.0
    view of 1,000 cd/m2) where `hdr` or `exr` asks for it. With `exr`, `exr.zip`
    holds `frame_00000.exr` and on: half float, DWAB, ACES2065-1. `response.json`
    is the job's record. `pins` are pictures that frames are to show. The same scene
    gives the same pictures. Memory: a few frames. Raises ValueError for a pin that is
    no picture.
    """
    folder.mkdir(parents=True, exist_ok=True)
    view = "hdr-pq-1000" if hdr or exr else "sdr-rec709"
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(THREADS, "render"))
        movie = stack.enter_context(
            program.running(_movie_command(folder / "video.mp4", scene, view), where="video.mp4")
        )
        frames = stack.enter_context(zipfile.ZipFile(folder / "exr.zip", "w")) if exr else None
        rendered = _ahead(pool, PinnedScene.of(scene, pins), view, packed=exr)
        for number, (code, packed) in enumerate(
            counted(rendered, "rendering", scene.frames, progress)
        ):
            movie.write(code.data.cast("B"))
            if frames is not None:
                frames.writestr(
                    zipfile.ZipInfo(f"frame_{number:05}.exr", _ZIP_TIME),
                    packed,
                    zipfile.ZIP_DEFLATED,
                )
        movie.finish()
    record = json.dumps(job_record(scene, exr=exr), indent=1)
    (folder / "response.json").write_text(record + "\n", encoding="utf-8")
    return folder


def exr_frame(light: NDArray[np.float32]) -> bytes:
    """Return scene-linear AP0, (h, w, 3), as the EXR file a service makes of it."""
    half = light.astype(np.float16)
    planes = {name: np.ascontiguousarray(half[..., i]) for i, name in enumerate("RGB")}
    return frame_bytes(planes, attributes={"chromaticities": AP0, "dwaCompressionLevel": DWA_LEVEL})


def job_record(scene: Scene, *, exr: bool) -> dict[str, Any]:
    """Return the response of a finished job in the shape of the service that documents one with EXR frames."""
    task, video, frames = (str(UUID(int=scene.seed * 4 + n, version=4)) for n in range(3))
    result: dict[str, Any] = {
        "taskType": "videoInference", "taskUUID": task, "videoUUID": video, "videoURL": "video.mp4", "seed": scene.seed,
    }  # fmt: skip
    if exr:
        result["outputs"] = {"files": [{"uuid": frames, "type": "exr", "url": "exr.zip"}]}
    return {"data": [result]}


def _ahead(
    pool: ThreadPoolExecutor, pinned: PinnedScene, view: str, *, packed: bool
) -> Iterator[tuple[NDArray[np.uint16], bytes]]:
    """Render a few frames ahead and yield them in order: display code, and the EXR file where asked."""

    def one(number: int) -> tuple[NDArray[np.uint16], bytes]:
        light = pinned.render(number)
        return to_display(light, view), exr_frame(light) if packed else b""

    return in_order(pool, one, range(pinned.scene.frames), ahead=2 * THREADS)


def _movie_command(path: Path, scene: Scene, view: str) -> Sequence[str]:
    """Return the command that encodes a view's R'G'B' as a service would: SDR in H.264, HDR in 10-bit HEVC."""
    tags, hdr = VIEWS[view].tags, VIEWS[view].tags.hdr
    coded = tags.model_copy(update={"matrix": "bt2020nc" if hdr else "bt709", "range": "tv"})
    fed = ffmpeg.input(
        "pipe:", format="rawvideo", pixel_format="rgb48le", video_size=scene.size, framerate=RATE
    )
    stream = program.convert_color(program.tag_color(fed.video, tags), tags, coded)
    stream = program.tag_color(stream.filter("format", "yuv420p10le" if hdr else "yuv420p"), coded)
    return program.command(
        stream.output(str(path), **(_HDR if hdr else _SDR), movflags="+faststart")
    )


_SDR: Final = {"vcodec": "libx264", "crf": 16, "preset": "veryfast"}
_HDR: Final = {
    "vcodec": "libx265", "crf": 16, "preset": "ultrafast", "tag:v": "hvc1", "x265-params": "log-level=error",
}  # fmt: skip
