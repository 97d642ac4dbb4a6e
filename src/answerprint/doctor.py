"""What an installation has and lacks."""

import platform
import shutil
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from answerprint.deliverables.preset import load_preset, preset_names
from answerprint.errors import AnswerprintError
from answerprint.media import ffmpeg

PACKAGES = {
    "OpenEXR": "OpenEXR",
    "numpy": "numpy",
    "cv2": "opencv-python",
    "av": "av",
    "PyOpenColorIO": "opencolorio",
    "fileseq": "Fileseq",
    "pydantic": "pydantic",
    "xxhash": "xxhash",
}
"""Modules that decode and measure, with the distributions that carry them."""


class Examined(NamedTuple):
    """One thing that was looked at."""

    subject: str
    good: bool
    said: str


def examine() -> list[Examined]:
    """Look at the interpreter, every library, ffmpeg, and what each preset needs of it."""
    return [
        Examined("python", good=True, said=f"{platform.python_version()} on {platform.platform()}"),
        *(_package(module, name) for module, name in PACKAGES.items()),
        *_programs(),
        Examined("disk", good=True, said=f"{shutil.disk_usage('.').free / 1e9:.0f} GB free here"),
    ]


def _package(module: str, distribution: str) -> Examined:
    try:
        import_module(module)
    except ImportError as problem:
        return Examined(
            module, good=False, said=f"does not import ({problem}){_remedy(module, distribution)}"
        )
    return Examined(module, good=True, said=_version(distribution))


def _remedy(module: str, distribution: str) -> str:
    """Say what to do: OpenCV's usual wheel needs libGL, which headless machines lack."""
    found = _version(distribution)
    if module != "cv2" or found == "unknown version":
        return f"; pip install {distribution}"
    return f"; no display here: pip uninstall opencv-python, then pip install opencv-python-headless=={found}"


def _version(distribution: str) -> str:
    for name in (distribution, f"{distribution}-headless"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "unknown version"


def _programs() -> Iterator[Examined]:
    try:
        yield Examined("ffmpeg", good=True, said=f"{ffmpeg.version()} at {ffmpeg.program()}")
        yield from _presets()
    except AnswerprintError as problem:
        yield Examined("ffmpeg", good=False, said=str(problem))


def _presets() -> Iterator[Examined]:
    for name in preset_names():
        preset = load_preset(name)
        needs = preset.encoders
        lacks = sorted(needs - ffmpeg.encoders()) + sorted(preset.filters - ffmpeg.filters())
        said = (
            f"this ffmpeg lacks {', '.join(lacks)}"
            if lacks
            else f"encoders {', '.join(sorted(needs))}"
        )
        yield Examined(f"preset {name}", good=not lacks, said=said)
