"""Faults put into a good delivery by editing its files: its zip rewritten, its movie encoded anew."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import ffmpeg
import numpy as np

from answerprint.color.primaries import AP0
from answerprint.media import ffmpeg as program
from answerprint.media.exr.door import frame_bytes, read_frame
from answerprint.media.movie.probing import probe
from answerprint.rehearsal.delivery import RATE

Member = tuple[str, bytes]


def miss_frame(folder: Path) -> None:
    """Take the middle frame out of the zip, or out of the movie where there is no zip."""
    if (folder / "exr.zip").exists():
        _rewrite(folder, lambda members: [m for m in members if m is not _middle(members)])
    else:
        _encode(folder, lambda stream, count: stream.filter("select", f"not(eq(n,{count // 2}))"))


def add_frames(folder: Path) -> None:
    """Repeat the last frame twice, in the zip or else in the movie."""
    if (folder / "exr.zip").exists():
        _rewrite(
            folder,
            lambda members: [
                *members,
                *((f"frame_{len(members) + n:05}.exr", members[-1][1]) for n in (0, 1)),
            ],
        )
    else:
        _encode(folder, lambda stream, _: stream.filter("tpad", stop=2, stop_mode="clone"))


def truncate_frame(folder: Path) -> None:
    """Cut the middle EXR frame in its middle."""
    _alter(folder, lambda content: content[: len(content) // 2])


def poison_frame(folder: Path) -> None:
    """Put a patch of not-a-number into the middle EXR frame."""
    _alter(folder, _poisoned)


def leave_one(folder: Path) -> None:
    """Replace the zip by its middle EXR frame."""
    path = folder / "exr.zip"
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        (folder / "exr.exr").write_bytes(archive.read(names[len(names) // 2]))
    path.unlink()


def untag(folder: Path) -> None:
    """Take the color tags off the movie's stream and off its container."""
    none = "hevc_metadata=colour_primaries=2:transfer_characteristics=2:matrix_coefficients=2"
    plain = {"c": "copy", "bsf:v": none, "movflags": "+faststart-write_colr"}
    _replace(folder, lambda movie: movie, plain | {"tag:v": "hvc1"})


EDITS: Final[dict[str, Callable[[Path], None]]] = {
    "missing-frame": miss_frame,
    "extra-frame": add_frames,
    "truncated-exr": truncate_frame,
    "nan": poison_frame,
    "single-exr": leave_one,
    "hdr-untagged": untag,
}
"""How the files in a folder are spoiled, by the fault's name."""


def _rewrite(folder: Path, change: Callable[[list[Member]], list[Member]]) -> None:
    path, beside = folder / "exr.zip", folder / "exr.zip.part"
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in change(members):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    beside.rename(path)


def _alter(folder: Path, change: Callable[[bytes], bytes]) -> None:
    def altered(members: list[Member]) -> list[Member]:
        middle = _middle(members)
        return [(name, change(c) if name == middle[0] else c) for name, c in members]

    _rewrite(folder, altered)


def _middle(members: list[Member]) -> Member:
    return members[len(members) // 2]


def _poisoned(content: bytes) -> bytes:
    # DWA rounds not-a-number to a number, so that this frame is packed without loss.
    planes = {
        name: plane.copy() for name, plane in zip("RGB", read_frame(content).picture, strict=True)
    }
    high, wide = planes["G"].shape[0] // 3, planes["G"].shape[1] // 3
    planes["G"][high : high + 4, wide : wide + 4] = np.nan
    return frame_bytes(planes, compression="zip", attributes={"chromaticities": AP0})


def _encode(folder: Path, change: Callable[[Any, int], Any]) -> None:
    """Encode the movie anew as a service would, its frames changed, its colors said again."""
    facts = probe(folder / "video.mp4")
    _replace(
        folder,
        lambda movie: program.tag_color(
            change(movie.video, facts.declared or 0).filter("setpts", f"N/{RATE}/TB"),
            facts.color,
        ),
        {"r": RATE, "movflags": "+faststart"} | _ENCODERS[facts.codec],
    )


def _replace(folder: Path, change: Callable[[Any], Any], options: dict[str, Any]) -> None:
    path, beside = folder / "video.mp4", folder / "part.mp4"
    graph = change(ffmpeg.input(str(path))).output(str(beside), **options)
    program.run(program.command(graph), where=path.name)
    beside.rename(path)


_ENCODERS: Final[dict[str, dict[str, Any]]] = {
    "h264": {"vcodec": "libx264", "crf": 16, "preset": "veryfast"},
    "hevc": {
        "vcodec": "libx265", "crf": 16, "preset": "ultrafast", "tag:v": "hvc1", "x265-params": "log-level=error",
    },
}  # fmt: skip
"""Settings of a delivery's movie, by codec."""
