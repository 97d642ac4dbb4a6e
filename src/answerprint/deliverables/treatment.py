"""How a clip is treated on its way to its deliverables: everything a person may ask beyond the presets."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final, Literal, TypedDict, Unpack, get_args

from answerprint.color.grading import Grading
from answerprint.color.input import input_color
from answerprint.color.views import view_named
from answerprint.deliverables.naming import DEFAULT, parse_template
from answerprint.deliverables.pictures.framing import Geometry, parse_geometry
from answerprint.deliverables.preset import Preset
from answerprint.deliverables.quality import Quality
from answerprint.deliverables.timeline import Conform, Cut
from answerprint.errors import UsageError
from answerprint.media.sound.plan import SoundPlan
from answerprint.record import Model, Record, parse_record
from answerprint.timing import Timecode, parse_rate

_ANY_RATE = Fraction(60)
"""A rate at which every timecode exists that exists at all."""
Proof = Literal["whole", "sample"]
PROOFS: Final[tuple[str, ...]] = get_args(Proof)
"""How finished movies are proven: by all of their frames, or by keyframes where these say enough."""
START = "01:00:00:00"
"""Timecode of the first frame: the hour that programme starts at by broadcast habit."""


_GRADING: Final = {
    "config": "config", "exposure": "exposure", "white_balance": "white_balance", "look": "look", "lut": "lut",
}  # fmt: skip
_CUT: Final = {
    "range": "frames", "repeat": "repeat", "loop_to": "fill", "hold_first": "hold_first",
    "hold_last": "hold_last", "handles": "handles",
}  # fmt: skip
_PLACED: Final = {
    "crop": "crop", "scale": "scale", "pad": "pad", "size_to": "size", "aspect_to": "aspect", "cover": "fill",
}  # fmt: skip
_QUALITY: Final = {"bit_rate": "bit_rate", "target_vmaf": "target_vmaf"}
_PLAIN: Final = {
    "view": "view", "exact": "exactly", "input_color": "input_color", "timecode": "timecode",
    "name": "name", "new_version": "new_version", "proof": "proof",
}  # fmt: skip
"""Options by the names that records have for them."""


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
    proof: Proof = "whole"
    """How finished movies are proven."""

    def graded(self, preset: Preset) -> Grading:
        """Return the grading of a preset's pictures. Raises UsageError where its tags would contradict them."""
        said = preset.contradiction(self.view) if self.view else None
        if said:
            raise UsageError(said, where=preset.name, hint="take a preset of that color")
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
    proof: str | None


def treatment(sound: SoundPlan | None = None, **options: Unpack[TreatmentOptions]) -> Treatment:
    """Return what options as a person writes them make; those left out or None have their defaults.

    Raises UsageError for what makes no sense, before anything is read or written.
    """
    asked: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    _check(asked)
    return Treatment(
        grading=_parsed(Grading, asked, _GRADING, where="grading"),
        geometry=parse_geometry(**_taken(asked, _PLACED)),
        cut=_parsed(Cut, asked, _CUT, where="frames"),
        conform=_conform(asked),
        quality=_parsed(Quality, asked, _QUALITY, where="quality"),
        sound=sound,
        **_taken(asked, _PLAIN),
    )


def _check(asked: dict[str, Any]) -> None:
    """Raise UsageError for a name that nothing has, and replace that of an input color by the color."""
    if "view" in asked:
        view_named(asked["view"])
    if "name" in asked:
        parse_template(asked["name"])
    if "timecode" in asked:
        check_timecode(asked["timecode"], _ANY_RATE)
    if (proof := asked.get("proof", PROOFS[0])) not in PROOFS:
        raise UsageError(f"is {' or '.join(PROOFS)}, not {proof}", where="proof")
    if "input_color" in asked:
        asked["input_color"] = input_color(asked["input_color"])


def _conform(asked: dict[str, Any]) -> Conform | None:
    if "conform" not in asked:
        if "pitch" in asked:
            raise UsageError("is for what is conformed", where="pitch", hint="add --conform RATE")
        return None
    values = {"rate": _rate(str(asked["conform"]))} | _taken(asked, {"pitch": "pitch"})
    return parse_record(Conform, values, where="conform", error=UsageError)


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


def _parsed(
    record: type[Model], asked: dict[str, Any], names: Mapping[str, str], *, where: str
) -> Model:
    return parse_record(record, _taken(asked, names), where=where, error=UsageError)


def _taken(asked: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return those of the options that `names` has, under the names that records have for them."""
    return {names[key]: value for key, value in asked.items() if key in names}
