"""The one door to OpenColorIO: ACES output transforms, from scene light to display code and back.

Quirks contained here, seen with OpenColorIO 2.6.0:

- A processor from a scene space to a display *color space* silently leaves out
  the output transform, so only displays with views are ever asked for.
- The ACES 2.0 output transform returns black for about ten in a million very
  bright colors, with their neighbours white; such a pixel is asked for again, a
  thousandth brighter.
- A processor releases the interpreter lock and may be shared between threads.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import PyOpenColorIO as ocio
import xxhash
from numpy.typing import NDArray

from answerprint.color.grading import CONFIGS, Grading
from answerprint.color.primaries import AP0, Chromaticities
from answerprint.color.views import view_named
from answerprint.errors import SourceError, ToolError, UsageError
from answerprint.record import closest

Colors = NDArray[np.float32]

_LIT: Final = 0.05
"""Scene light from which black cannot be right."""
_NUDGE: Final = np.float32(1.001)
_WORKING: Final = "ACEScct"
_FILE_NAME: Final = re.compile(r"\.\w*[a-zA-Z]\w*$")
"""How the name of a LUT file ends; that of a look may hold a point, as in ACES 1.3."""


class Exact:
    """An output transform as OpenColorIO computes it: ACES2065-1 light to display code, neither clipped.

    `key` names its content: two with one key give the same pictures.
    """

    def __init__(self, processor: ocio.CPUProcessor, key: str) -> None:
        self._processor = processor
        self.key = key

    def __call__(self, colors: Colors) -> Colors:
        """Transform contiguous colors, (n, 3), in place and return them."""
        lit = colors.max(axis=1) > _LIT
        before = colors.copy() if lit.any() else colors
        self._processor.applyRGB(colors)
        lost = np.flatnonzero(lit & (colors.max(axis=1) <= 0))
        if lost.size:
            again = before[lost] * _NUDGE
            self._processor.applyRGB(again)
            colors[lost] = again
        return colors


@lru_cache(maxsize=32)
def exact(grading: Grading) -> Exact:
    """Return the transform of `grading` from exposed and balanced ACES2065-1, by OpenColorIO itself.

    Raises UsageError for a view, look or config that does not exist, SourceError
    for a file that cannot be read, ToolError where OpenColorIO lacks what it needs.
    """
    config = _config(grading.config)
    display, view = _spelled(config, grading)
    steps = [
        *_look(config, grading),
        ocio.DisplayViewTransform(src="ACES2065-1", display=display, view=view),
    ]
    if grading.lut is not None:
        steps.append(_lut(grading.lut))
    processor = _processor(config, ocio.GroupTransform(steps), grading)
    return Exact(processor, _key(grading, display, view))


@lru_cache(maxsize=16)
def inverse(grading: Grading) -> ocio.CPUProcessor:
    """Return the transform from display code back to ACES2065-1, as far as the view kept it. Raises as `exact`."""
    config = _config(grading.config)
    display, view = _spelled(config, grading)
    back = ocio.DisplayViewTransform(
        src="ACES2065-1", display=display, view=view, direction=ocio.TRANSFORM_DIR_INVERSE
    )
    return _processor(config, back, grading)


def to_display(
    scene: NDArray[np.float32], name: str, primaries: Chromaticities = AP0
) -> NDArray[np.uint16]:
    """Show scene-linear RGB of `primaries`, (h, w, 3), exactly: full-range display R'G'B' of 16 bits.

    Not-a-number becomes 0 and infinity the largest half float, as no display
    shows either. Raises as `exact`.
    """
    grading = Grading(view=name)
    light = np.nan_to_num(scene, nan=0.0, posinf=65504.0, neginf=-65504.0).reshape(-1, 3)
    balanced = light @ grading.matrix(primaries).T.astype(np.float32)
    shown = exact(grading)(np.ascontiguousarray(balanced, np.float32))
    code = np.clip(shown, 0, 1) * np.float32(65535) + np.float32(0.5)
    return code.astype(np.uint16).reshape(scene.shape)


def to_scene(code: NDArray[np.uint16], name: str) -> NDArray[np.float32]:
    """Undo a view: full-range display R'G'B' of 16 bits to scene-linear AP0, as far as the view kept it."""
    light = (code.astype(np.float32) / np.float32(65535)).reshape(-1, 3)
    inverse(Grading(view=name)).applyRGB(light)
    return light.reshape(code.shape)


def views_of(config: str) -> dict[str, tuple[str, ...]]:
    """Return the views of every display of a config, by display. Raises as `exact`."""
    found = _config(config)
    return {display: tuple(found.getViews(display)) for display in found.getDisplays()}


def _spelled(config: ocio.Config, grading: Grading) -> tuple[str, str]:
    spellings = view_named(grading.view).spellings
    for display, view in spellings:
        if display in config.getDisplays() and view in config.getViews(display):
            return display, view
    display, view = spellings[0]
    there = [f"{d}/{v}" for d in config.getDisplays() for v in config.getViews(d)]
    raise UsageError(
        f"config {grading.config} has no view {grading.view!r}, {closest(f'{display}/{view}', there)}",
        hint="answerprint color views --config lists them",
    )


def _look(config: ocio.Config, grading: Grading) -> list[ocio.Transform]:
    look = grading.look
    if look is None:
        return []
    if look in config.getLookNames():
        return [ocio.LookTransform(src="ACES2065-1", dst="ACES2065-1", looks=look)]
    if not _FILE_NAME.search(look) and not Path(look).is_file():
        raise UsageError(
            f"config {grading.config} has no look {look!r}, {closest(look, config.getLookNames())}",
            hint="or name a LUT file, which is applied to ACEScct",
        )
    return [
        ocio.ColorSpaceTransform(src="ACES2065-1", dst=_WORKING),
        _lut(look),
        ocio.ColorSpaceTransform(src=_WORKING, dst="ACES2065-1"),
    ]


def _lut(path: str) -> ocio.FileTransform:
    if not Path(path).is_file():
        raise SourceError("no such LUT", where=path)
    return ocio.FileTransform(src=str(Path(path).absolute()), interpolation=ocio.INTERP_TETRAHEDRAL)


def _processor(
    config: ocio.Config, transform: ocio.Transform, grading: Grading
) -> ocio.CPUProcessor:
    try:
        processor = config.getProcessor(transform)
        return processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
    except ocio.Exception as problem:
        where = ", ".join(str(file) for file in grading.files) or grading.config
        raise SourceError(f"OpenColorIO cannot use it ({_said(problem)})", where=where) from None


@lru_cache(maxsize=8)
def _config(name: str) -> ocio.Config:
    if name in CONFIGS:
        try:
            return ocio.Config.CreateFromBuiltinConfig(CONFIGS[name])
        except ocio.Exception:
            raise ToolError(
                "not built into this OpenColorIO",
                where=CONFIGS[name],
                hint="pip install 'opencolorio>=2.6'",
            ) from None
    if not Path(name).is_file():
        raise UsageError(
            f"no config is called {name!r}, {closest(name, CONFIGS)}, or the path of a config file"
        )
    try:
        return ocio.Config.CreateFromFile(name)
    except ocio.Exception as problem:
        raise SourceError(f"is no OpenColorIO config ({_said(problem)})", where=name) from None


def _key(grading: Grading, display: str, view: str) -> str:
    digest = xxhash.xxh3_128()
    config = CONFIGS.get(grading.config, "")
    for part in (ocio.__version__, config, display, view, grading.look or "", grading.lut or ""):
        digest.update(part.encode() + b"\0")
    for file in grading.files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _said(problem: Exception) -> str:
    return " ".join(str(problem).split())[:300]
