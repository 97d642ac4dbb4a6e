"""How scene light is brought to a display: the view, and what is done to the light before and the code after."""

import math
import re
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BeforeValidator, Field

from answerprint.color.primaries import AP0, Chromaticities, adaptation, rgb_to_rgb, rgb_to_xyz
from answerprint.record import Record

CONFIGS: Final = {
    "aces-1.3": "studio-config-v2.2.0_aces-v1.3_ocio-v2.4",
    "aces-2.0": "studio-config-v4.0.0_aces-v2.0_ocio-v2.5",
    "aces-2.1": "studio-config-v5.0.0_aces-v2.1_ocio-v2.6",
}
"""OpenColorIO's built-in studio configs by full name: "latest" would change colors with an upgrade."""
KELVIN: Final = (1667, 25000)
"""Color temperatures whose chromaticity is defined: the Planckian locus (Kim 2002) and CIE daylight."""


def _read_balance(value: Any) -> Any:
    if isinstance(value, str):
        numbers = [float(n) for n in re.split(r"[,\s]+", value.strip().removesuffix("K")) if n]
        return numbers[0] if len(numbers) == 1 else tuple(numbers)
    return value


def _check_balance(value: Any) -> Any:
    if isinstance(value, float):
        chromaticity(value)
    elif value is not None and not all(math.isfinite(gain) and gain > 0 for gain in value):
        raise ValueError("gains are numbers above 0")
    return value


WhiteBalance = Annotated[
    float | tuple[float, float, float] | None,
    BeforeValidator(_read_balance),
    AfterValidator(_check_balance),
]
"""Color temperature in kelvin of what is to become neutral, or gains of red, green and blue."""


class Grading(Record):
    """A rendering of scene light, by names and numbers."""

    view: str = "sdr-rec709"
    """View, by our name or `DISPLAY/VIEW` of the config."""
    config: str = "aces-2.0"
    """Built-in config by name, or the path of a studio's own."""
    exposure: float = Field(default=0.0, ge=-20, le=20)
    """Stops that scene light is raised by."""
    white_balance: WhiteBalance = None
    """What is to become neutral."""
    look: str | None = None
    """Look of the config, or a LUT file that is applied to ACEScct."""
    lut: str | None = None
    """LUT file that is applied to display code."""

    @property
    def files(self) -> tuple[Path, ...]:
        """Files it is read from: a config of one's own, LUTs."""
        named = (self.config, self.look, self.lut)
        return tuple(Path(n) for n in named if n and n not in CONFIGS and Path(n).is_file())

    def matrix(self, primaries: Chromaticities) -> NDArray[np.float64]:
        """Return the matrix from linear RGB of `primaries` to balanced, exposed ACES2065-1."""
        matrix = rgb_to_rgb(primaries, AP0) * 2.0**self.exposure
        if self.white_balance is None:
            return np.asarray(matrix)
        return np.asarray(balance(self.white_balance) @ matrix)


def balance(white: float | tuple[float, float, float]) -> NDArray[np.float64]:
    """Return the matrix on ACES2065-1 that makes a color temperature neutral, or that applies three gains.

    Raises ValueError for a temperature outside KELVIN.
    """
    if isinstance(white, tuple):
        return np.diag(white)
    to_xyz = rgb_to_xyz(AP0)
    adapted = adaptation(chromaticity(white), (AP0[6], AP0[7]))
    return np.asarray(np.linalg.inv(to_xyz) @ adapted @ to_xyz)


def chromaticity(kelvin: float) -> tuple[float, float]:
    """Return x, y of CIE daylight from 4000 K up (CIE 15), of a Planckian radiator below (Kim et al. 2002).

    >>> tuple(round(c, 4) for c in chromaticity(6504))
    (0.3127, 0.3291)
    """
    if not KELVIN[0] <= kelvin <= KELVIN[1]:
        raise ValueError(f"{kelvin:g} K has no white point; {KELVIN[0]} to {KELVIN[1]} K have")
    t = 1000 / kelvin
    if kelvin < 4000:
        x = ((-0.2661239 * t - 0.2343589) * t + 0.8776956) * t + 0.179910
        low = (-1.1063814, -1.34811020, 2.18555832, -0.20219683)
        high = (-0.9549476, -1.37418593, 2.09137015, -0.16748867)
        a, b, c, d = low if kelvin <= 2222 else high
        return x, ((a * x + b) * x + c) * x + d
    if kelvin <= 7000:
        x = ((-4.6070 * t + 2.9678) * t + 0.09911) * t + 0.244063
    else:
        x = ((-2.0064 * t + 1.9018) * t + 0.24748) * t + 0.237040
    return x, -3.0 * x * x + 2.870 * x - 0.275
