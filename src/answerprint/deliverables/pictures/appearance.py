"""How pictures are to look in a deliverable, and in which form it takes them."""

from dataclasses import dataclass, field
from typing import Any

from answerprint.color.grading import Grading
from answerprint.color.planes import Siting
from answerprint.color.primaries import Chromaticities
from answerprint.color.views import view_named
from answerprint.deliverables.pictures.burn import BurnIn
from answerprint.deliverables.pictures.framing import Geometry
from answerprint.deliverables.pictures.geometry import Placement
from answerprint.measured.movie import ColorTags
from answerprint.order import Size


@dataclass(frozen=True, slots=True)
class Appearance:
    """How a picture is shown: deliverables that agree in it share the work.

    `placement` says where the picture goes on the canvas; `grading` shows scene
    light, and display pictures of another kind of display.
    """

    grading: Grading
    placement: Placement
    burn: BurnIn | None = None
    preset: str = ""

    @property
    def tags(self) -> ColorTags:
        """Tags of the full-range R'G'B' it makes."""
        return view_named(self.grading.view).tags


@dataclass(frozen=True, slots=True)
class AsIs:
    """A movie's pictures in their own pixel format, color and size, for ffmpeg to convert."""

    pixel_format: str


@dataclass(frozen=True, slots=True)
class Raw:
    """Pictures shown and converted to an encoder's own pixel format."""

    appearance: Appearance
    pixel_format: str
    matrix: str
    range: str
    siting: Siting = "left"
    alpha: bool = False


@dataclass(frozen=True, slots=True)
class Light:
    """Scene light as half floats in some primaries, for EXR."""

    placement: Placement
    primaries: Chromaticities


Form = AsIs | Raw | Light
"""What a deliverable is fed."""


@dataclass(frozen=True, slots=True)
class Developed:
    """One picture of the source in every form that was asked for, with samples of what it looks like.

    A picture is flat codes for AsIs and Raw, and half planes by channel for Light.
    """

    index: int
    pictures: dict[Form, Any]
    samples: dict[Form, Any]
    observed: Any = field(default=None)


def geometry_of(whole: Geometry, preset: Geometry) -> Geometry:
    """Return the geometry that is asked for, else the preset's own."""
    return whole if whole != Geometry() else preset


def shown_size(form: Form, source: Size) -> Size:
    """Return the size of the pictures in a form."""
    return source if isinstance(form, AsIs) else placement_of(form).canvas


def placement_of(form: Raw | Light) -> Placement:
    """Return where the pictures of a form go on their canvas."""
    return form.appearance.placement if isinstance(form, Raw) else form.placement
