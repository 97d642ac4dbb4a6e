"""What linear RGB the frames of a sequence hold, decided by evidence, and which evidence that was."""

from dataclasses import dataclass
from typing import Final, Literal

from answerprint.color.primaries import (
    AP0,
    AP1,
    P3_D65,
    REC709,
    REC2020,
    Chromaticities,
    name_primaries,
)
from answerprint.errors import UsageError
from answerprint.measured.exr import ExrHeader
from answerprint.record import closest

PRIMARIES: Final[dict[str, Chromaticities]] = {
    "AP0": AP0,
    "AP1": AP1,
    "Rec.709": REC709,
    "Rec.2020": REC2020,
    "P3-D65": P3_D65,
}
"""Linear color spaces by the names of their primaries."""
INTEROP_IDS: Final = {
    "lin_ap0_scene": "AP0",
    "lin_ap1_scene": "AP1",
    "lin_rec709_scene": "Rec.709",
    "lin_rec2020_scene": "Rec.2020",
    "lin_p3d65_scene": "P3-D65",
}
"""Scene-linear spaces of the Color Interop Forum's recommendation (ASWF, 2024) by their ids."""
_SPOKEN: Final = {
    "aces2065-1": "AP0", "aces": "AP0", "acescg": "AP1", "rec709": "Rec.709", "bt709": "Rec.709", "srgb": "Rec.709",
    "rec2020": "Rec.2020", "bt2020": "Rec.2020", "p3": "P3-D65", "p3d65": "P3-D65",
}  # fmt: skip

Evidence = Literal["asked", "colorInteropID", "chromaticities", "service", "assumed"]
"""What a color space was decided by, the strongest first."""


@dataclass(frozen=True, slots=True)
class InputColor:
    """How the color of frames is decided: the user's word and the service's rule, None where there is none."""

    asked: str | None = None
    service: str | None = None

    def of(self, header: ExrHeader) -> Chromaticities:
        """Return the primaries of one frame."""
        return self.decided(header)[0]

    def decided(self, header: ExrHeader) -> tuple[Chromaticities, Evidence]:
        """Return the primaries of one frame and what they were decided by."""
        part = header.main
        if self.asked is not None:
            return PRIMARIES[self.asked], "asked"
        if (known := INTEROP_IDS.get(part.color_interop_id or "")) is not None:
            return PRIMARIES[known], "colorInteropID"
        if part.chromaticities is not None:
            return _exact(part.chromaticities), "chromaticities"
        if self.service is not None:
            return PRIMARIES[self.service], "service"
        return REC709, "assumed"

    def notes(self, header: ExrHeader) -> tuple[str, ...]:
        """Say in words what the frames were taken for, and by what."""
        primaries, evidence = self.decided(header)
        name = name_primaries(primaries) or "primaries of their own"
        said = {
            "asked": "as asked",
            "colorInteropID": f"by colorInteropID {header.main.color_interop_id}",
            "chromaticities": "by their chromaticities",
            "service": "by what the service delivers",
            "assumed": "for want of any sign, as OpenEXR does: name them with --input-color",
        }
        return (f"frames were taken for linear {name} {said[evidence]}",)


def input_color(name: str) -> str:
    """Return the primaries a word of the user names: `AP0`, `ACEScg`, `lin_rec709_scene`, ... Raises UsageError."""
    word = name.strip().lower().replace(" ", "").replace("_", "").replace(".", "")
    known = {key.lower().replace(".", ""): key for key in PRIMARIES}
    known |= {key.replace("_", ""): value for key, value in INTEROP_IDS.items()}
    known |= {key.replace("-", ""): value for key, value in _SPOKEN.items()} | _SPOKEN
    if word in known:
        return known[word]
    raise UsageError(
        f"no linear color is called {name!r}, {closest(name, (*PRIMARIES, *INTEROP_IDS))}"
    )


def _exact(chromaticities: tuple[float, ...]) -> Chromaticities:
    """Return the known primaries that these are as written to a file, else themselves."""
    name = name_primaries(chromaticities)
    return PRIMARIES[name] if name is not None else chromaticities
