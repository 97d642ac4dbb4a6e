"""The one door to OpenColorIO: ACES output transforms, from scene light to display code and back.

A processor from a scene space to a display *color space* silently leaves out the
output transform, so only displays with views are ever asked for here.
"""

from functools import lru_cache
from typing import Final

import numpy as np
import PyOpenColorIO as ocio
from numpy.typing import NDArray

from answerprint.color.light import transformed
from answerprint.color.primaries import AP0, Chromaticities, rgb_to_rgb
from answerprint.color.views import VIEWS
from answerprint.errors import ToolError

CONFIG: Final = "studio-config-v4.0.0_aces-v2.0_ocio-v2.5"
"""OpenColorIO's built-in ACES 2.0 studio config, by its full name: "latest" would change colors with an upgrade."""


def to_display(
    scene: NDArray[np.float32], name: str, primaries: Chromaticities = AP0
) -> NDArray[np.uint16]:
    """Show scene-linear RGB of `primaries`, (h, w, 3), through a view: full-range display R'G'B' of 16 bits.

    Not-a-number becomes 0 and infinity the largest half float, as no display
    shows either. Raises ToolError where the config lacks the view.
    """
    light = np.nan_to_num(scene, nan=0.0, posinf=65504.0, neginf=-65504.0)
    if primaries != AP0:
        light = transformed(light, rgb_to_rgb(primaries, AP0))
    height, width = light.shape[:2]
    shown = np.ascontiguousarray(light, np.float32).reshape(-1, 3)
    _processor(name, inverse=False).applyRGB(shown)
    code = np.clip(shown, 0, 1) * np.float32(65535) + np.float32(0.5)
    return code.astype(np.uint16).reshape(height, width, 3)


def to_scene(code: NDArray[np.uint16], name: str) -> NDArray[np.float32]:
    """Undo a view: full-range display R'G'B' of 16 bits to scene-linear AP0, as far as the view kept it."""
    height, width = code.shape[:2]
    light = (code.astype(np.float32) / np.float32(65535)).reshape(-1, 3)
    _processor(name, inverse=True).applyRGB(light)
    return light.reshape(height, width, 3)


@lru_cache(maxsize=16)
def _processor(name: str, *, inverse: bool) -> ocio.CPUProcessor:
    view = VIEWS[name]
    transform = ocio.DisplayViewTransform(
        src="ACES2065-1",
        display=view.display,
        view=view.view,
        direction=ocio.TRANSFORM_DIR_INVERSE if inverse else ocio.TRANSFORM_DIR_FORWARD,
    )
    try:
        return _config().getProcessor(transform).getDefaultCPUProcessor()
    except ocio.Exception as problem:
        raise ToolError(f"OpenColorIO lacks the view {name} ({problem})", where=CONFIG) from None


@lru_cache(maxsize=1)
def _config() -> ocio.Config:
    try:
        return ocio.Config.CreateFromBuiltinConfig(CONFIG)
    except ocio.Exception:
        raise ToolError(
            "not built into this OpenColorIO", where=CONFIG, hint="pip install 'opencolorio>=2.5'"
        ) from None
