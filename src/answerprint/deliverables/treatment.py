"""How a clip is treated on its way to its deliverables: everything a person may ask beyond the presets."""

from fractions import Fraction
from typing import Any, TypedDict, Unpack

from answerprint.color.grading import Grading
from answerprint.color.input import input_color
from answerprint.color.views import view_named
from answerprint.deliverables.framing import Geometry, parse_geometry
from answerprint.deliverables.naming import DEFAULT, parse_template
from answerprint.deliverables.preset import Preset
from answerprint.deliverables.quality import Quality
from answerprint.deliverables.timeline import Conform, Cut
from answerprint.errors import UsageError
from answerprint.media.soundplan import SoundPlan
from answerprint.record import Record, parse_record
from answerprint.timing import Timecode, parse_rate

_ANY_RATE = Fraction(60)
"""A rate at which every timecode exists that exists at all."""
START = "01:00:00:00"
"""Timecode of the first frame: the hour that programme starts at by broadcast habit."""


class Treatment(Record):
    """How a clip is treated on its way to its deliverables."""

    view: str | None = None
    """View that replaces the presets' own."""
    grading: Grading = Grading()
    """Everything else that is done to light and code."""
    exactly: bool = False
    """Show every pixel by the exact transform, baked ones being within about two ten-bit codes of it."""
    input_color: str | None = None
    """Primaries that frames are taken for, whatever they say."""
    geometry: Geometry = Geometry()
    """Size of the deliverables, where it is not the presets' own."""
    cut: Cut = Cut()
    """Frames of the deliverables."""
    conform: Conform | None = None
    """Rate that the deliverables are brought to by speed."""
    quality: Quality = Quality()
    """Bit rate or quality of the deliverables, where it is not the presets' own."""
    sound: SoundPlan | None = None
    """Sound to lay."""
    timecode: str = START
    """Timecode of the first frame."""
    name: str = DEFAULT
    """Template of the deliverables' names."""
    new_version: bool = False
    """Number deliverables one above the highest version there is."""

    def graded(self, preset: Preset) -> Grading:
        """Return the grading of a preset's pictures."""
        return self.grading.model_copy(update={"view": self.view or preset.view})


class TreatmentOptions(TypedDict, total=False):
    """The options that say how pictures are treated, by the names the command line has."""

    view: str | None
    config: str | None
    exposure: float | None
    white_balance: str | float | tuple[float, float, float] | None
    look: str | None
    lut: str | None
    exact: bool
    input_color: str | None
    crop: str | None
    scale: str | None
    pad: str | None
    size_to: str | None
    aspect_to: str | None
    cover: bool
    range: str | None
    repeat: int | None
    loop_to: str | None
    hold_first: int | None
    hold_last: int | None
    handles: int | None
    conform: str | Fraction | None
    pitch: str | None
    bit_rate: str | int | None
    target_vmaf: float | None
    timecode: str | None
    name: str | None
    new_version: bool


def treatment(sound: SoundPlan | None = None, **options: Unpack[TreatmentOptions]) -> Treatment:
    """Return what options as a person writes them make; those left out or None have their defaults.

    Raises UsageError for what makes no sense, before anything is read or written.
    """
    asked: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    if "view" in asked:
        view_named(asked["view"])
    if "name" in asked:
        parse_template(asked["name"])
    grading = _taken(
        asked,
        config="config",
        exposure="exposure",
        white_balance="white_balance",
        look="look",
        lut="lut",
    )
    cut = _taken(asked, range="frames", repeat="repeat", loop_to="fill", hold_first="hold_first",
                 hold_last="hold_last", handles="handles")  # fmt: skip
    conform = None
    if "conform" in asked:
        conform = parse_record(
            Conform,
            {"rate": _rate(str(asked.pop("conform")))} | _taken(asked, pitch="pitch"),
            where="conform",
            error=UsageError,
        )
    placed = _taken(
        asked,
        crop="crop",
        scale="scale",
        pad="pad",
        size_to="size",
        aspect_to="aspect",
        cover="fill",
    )
    quality = _taken(asked, bit_rate="bit_rate", target_vmaf="target_vmaf")
    if "timecode" in asked:
        check_timecode(asked["timecode"], _ANY_RATE)
    if "input_color" in asked:
        asked["input_color"] = input_color(asked["input_color"])
    rest = _taken(asked, view="view", exact="exactly", input_color="input_color", timecode="timecode",
                  name="name", new_version="new_version")  # fmt: skip
    return Treatment(
        grading=parse_record(Grading, grading, where="grading", error=UsageError),
        geometry=parse_geometry(**placed),
        cut=parse_record(Cut, cut, where="frames", error=UsageError),
        conform=conform,
        quality=parse_record(Quality, quality, where="quality", error=UsageError),
        sound=sound,
        **rest,
    )


def _rate(text: str) -> Fraction:
    try:
        return parse_rate(text)
    except ValueError as problem:
        raise UsageError(f"{text!r} is no rate: {problem}", where="conform") from None


def check_timecode(text: str, rate: Fraction) -> None:
    """Raise UsageError where a timecode does not exist at a rate."""
    try:
        Timecode.parse(text, rate)
    except ValueError as problem:
        raise UsageError(str(problem), where="timecode") from None


def _taken(asked: dict[str, Any], **names: str) -> dict[str, Any]:
    """Take options out of `asked` under the names that records have for them."""
    return {names[key]: asked.pop(key) for key in list(asked) if key in names}
