"""The one door to OpenColorIO: ACES output transforms, from scene light to display code and back.

Quirks contained here, seen with OpenColorIO 2.6.0:

- A processor from a scene space to a display *color space* silently leaves out
  the output transform, so only displays with views are ever asked for.
- The ACES 2.0 output transform returns black for about ten in a million very
  bright colors, with their neighbours white; such a pixel is asked for again, a
  thousandth brighter. A PQ view's black is 7e-7, and not 0. No other step does it.
- A matrix is applied in single precision, its products added in the order of channels:
  `stored.mix` does the same, to the bit.
- A processor releases the interpreter lock and may be shared between threads.
"""

import re
from collections.abc import Sequence
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
_BLACK: Final = 1e-4
"""Display code up to which a color is black: a PQ view's is 7e-7."""
_NUDGE: Final = np.float32(1.001)
_SCENE: Final = ("aces_interchange", "ACES2065-1", "ACES - ACES2065-1", "lin_ap0_scene")
"""What configs call ACES2065-1: the role that version 2 has for it, and names from before and after."""
_WORKING: Final = ("ACEScct", "ACES - ACEScct", "acescct_ap1_scene")
"""What they call ACEScct."""
_REMARKS: Final = re.compile(
    r"Error: Loading the OCIO profile '[^']*' failed\.|\(Enable debug log[^)]*\)"
)
"""What OpenColorIO says that helps nobody."""
_FILE_NAME: Final = re.compile(r"\.\w*[a-zA-Z]\w*$")
"""How the name of a LUT file ends; that of a look may hold a point, as in ACES 1.3."""


class Exact:
    """An output transform as OpenColorIO computes it: ACES2065-1 light to display code, neither clipped.

    `key` names its content: two with one key give the same pictures. `begins` is
    the matrix that it multiplies by first, in single precision; None where it
    begins with something else.
    """

    def __init__(self, processor: ocio.CPUProcessor, key: str, steps: ocio.GroupTransform) -> None:
        self._processor = processor
        self._mends = any(_loses_colors(step) for step in steps)
        self.key = key
        self.begins = _matrix(next(iter(steps), None))

    def __call__(self, colors: Colors) -> Colors:
        """Transform contiguous colors, (n, 3), in place and return them."""
        if not self._mends:
            self._processor.applyRGB(colors)
            return colors
        lit = _brightest(colors) > _LIT
        before = colors.copy() if lit.any() else colors
        self._processor.applyRGB(colors)
        lost = np.flatnonzero(lit & (_brightest(colors) < _BLACK))
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
        ocio.DisplayViewTransform(
            src=_space(config, _SCENE, grading.config), display=display, view=view
        ),
    ]
    if grading.lut is not None:
        steps.append(_lut(grading.lut))
    whole = ocio.GroupTransform(steps)
    processor = _processor(config, whole, grading)
    return Exact(processor, _key(grading, display, view, processor), _joined(config, whole))


@lru_cache(maxsize=16)
def inverse(grading: Grading) -> ocio.CPUProcessor:
    """Return the transform from display code back to ACES2065-1, as far as the view kept it. Raises as `exact`."""
    config = _config(grading.config)
    display, view = _spelled(config, grading)
    back = ocio.DisplayViewTransform(
        src=_space(config, _SCENE, grading.config), display=display, view=view,
        direction=ocio.TRANSFORM_DIR_INVERSE,
    )  # fmt: skip
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
        scene = _space(config, _SCENE, grading.config)
        return [ocio.LookTransform(src=scene, dst=scene, looks=look)]
    if not _FILE_NAME.search(look) and not Path(look).is_file():
        raise UsageError(
            f"config {grading.config} has no look {look!r}, {closest(look, config.getLookNames())}",
            hint="or name a LUT file, which is applied to ACEScct",
        )
    scene, working = (_space(config, names, grading.config) for names in (_SCENE, _WORKING))
    return [
        ocio.ColorSpaceTransform(src=scene, dst=working),
        _lut(look),
        ocio.ColorSpaceTransform(src=working, dst=scene),
    ]


def _space(config: ocio.Config, names: Sequence[str], where: str) -> str:
    """Return the color space that a config calls by one of `names`."""
    for name in names:
        space = config.getColorSpace(name)
        if space is not None:
            return str(space.getName())
    raise SourceError(
        f"the config has no color space {names[0]}, nor one called {' or '.join(names[1:])}",
        where=where,
        hint="name it by that role or alias in the config",
    )


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
    except (ocio.Exception, ocio.ExceptionMissingFile) as problem:
        where = ", ".join(str(file) for file in grading.files) or grading.config
        raise SourceError(
            f"OpenColorIO cannot use it for {grading.view}: {_said(problem)}", where=where
        ) from None


def _joined(config: ocio.Config, transform: ocio.Transform) -> ocio.GroupTransform:
    """Return the steps that OpenColorIO joins a transform to before it computes them."""
    processor = config.getProcessor(transform).getOptimizedProcessor(ocio.OPTIMIZATION_LOSSLESS)
    return processor.createGroupTransform()


def _matrix(step: ocio.Transform | None) -> NDArray[np.float64] | None:
    """Return the matrix that a step is, None where it is something else."""
    if not isinstance(step, ocio.MatrixTransform) or any(step.getOffset()):
        return None
    if step.getDirection() != ocio.TRANSFORM_DIR_FORWARD:
        return None
    return np.array(step.getMatrix(), np.float64).reshape(4, 4)[:3, :3]


def _loses_colors(step: ocio.Transform) -> bool:
    return (
        isinstance(step, ocio.FixedFunctionTransform)
        and step.getStyle() == ocio.FIXED_FUNCTION_ACES_OUTPUT_TRANSFORM_20
    )


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
        if Path(name).suffix == ".ocio":
            raise SourceError("no such config file", where=name)
        raise UsageError(
            f"no config is called {name!r}, {closest(name, CONFIGS)}, or the path of a config file"
        )
    try:
        return ocio.Config.CreateFromFile(name)
    except ocio.Exception as problem:
        raise SourceError(
            f"is no config that OpenColorIO {ocio.__version__} reads: {_said(problem)}",
            where=name,
            hint="ociocheck tells all that is wrong with it",
        ) from None


def _brightest(colors: Colors) -> Colors:
    """Return the largest channel of every color: column by column, a tenth of the time of `max(axis=1)`."""
    return np.maximum(np.maximum(colors[:, 0], colors[:, 1]), colors[:, 2])


def _key(grading: Grading, display: str, view: str, processor: ocio.CPUProcessor) -> str:
    """Name all that the pixels depend on: files that a config of one's own refers to are in its processor's id."""
    digest = xxhash.xxh3_128()
    config = CONFIGS.get(grading.config, "")
    for part in (ocio.__version__, config, display, view, grading.look or "", grading.lut or ""):
        digest.update(part.encode() + b"\0")
    for file in grading.files:
        digest.update(file.read_bytes())
    if grading.config not in CONFIGS:
        digest.update(processor.getCacheID().encode())
    return digest.hexdigest()


def _said(problem: Exception) -> str:
    return " ".join(_REMARKS.sub("", str(problem)).split())[:300]
