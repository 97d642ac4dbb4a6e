"""A preset: the format of one deliverable, as data that says all of it."""

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final, Self

from pydantic import Field, model_validator

from answerprint.color.views import VIEWS
from answerprint.errors import PresetError
from answerprint.measured.movie import ColorTags
from answerprint.order import Size
from answerprint.record import Record, closest, parse_record, read_toml

Options = dict[str, str | int | float]

_SUBSAMPLING: Final = {"420": (2, 2), "422": (2, 1), "411": (4, 1), "410": (4, 4), "440": (1, 2)}


class VideoFormat(Record):
    """How pictures are encoded."""

    encoder: str
    """ffmpeg encoder."""
    codec: str
    """Name of the decoder that has to recognise the result."""
    pixel_format: str
    """ffmpeg pixel format."""
    options: Options = {}
    """Encoder options under ffmpeg's names, without the dash."""

    @property
    def granule(self) -> Size:
        """What width and height have to be multiples of, because chroma samples cover that many pixels."""
        return next(
            (grain for key, grain in _SUBSAMPLING.items() if f"v{key}" in self.pixel_format), (1, 1)
        )

    @property
    def bits(self) -> int:
        """Bits of one component."""
        digits = self.pixel_format.partition("p")[2].removesuffix("le")
        return int(digits) if digits.isdigit() else 8


class SoundFormat(Record):
    """How sound is encoded."""

    encoder: str
    """ffmpeg encoder."""
    codec: str
    """Name of the decoder that has to recognise the result."""
    options: Options = {}
    """Encoder options under ffmpeg's names, without the dash."""


class ContainerFormat(Record):
    """What the file itself is."""

    format: str
    """ffmpeg muxer."""
    faststart: bool = False
    """Put the index before the pictures, so that the file plays while it loads."""
    timecode: bool = False
    """Carry a timecode track."""


class Floor(Record):
    """What the finished file has to reach against its source, at its worst frame."""

    psnr: float = Field(ge=0, le=100)
    """Luma peak signal-to-noise ratio in dB."""
    ssim: float = Field(ge=0, le=1)
    """Luma structural similarity."""


class Preset(Record):
    """The format of one deliverable."""

    name: str
    """Name it is asked for by: its file's name."""
    summary: str
    """What it is for, in a line."""
    suffix: str = Field(pattern=r"^\.[a-z0-9]+$")
    """File name extension."""
    view: str
    """View that scene-linear sources are shown through."""
    video: VideoFormat
    """How pictures are encoded."""
    color: ColorTags
    """Color tags of the result."""
    sound: SoundFormat | None = None
    """How sound is encoded, where there is sound; None for formats that carry none."""
    container: ContainerFormat
    """What the file itself is."""
    proof: Floor
    """What it has to reach."""

    @property
    def encoders(self) -> frozenset[str]:
        """Names of the ffmpeg encoders it needs."""
        return frozenset({self.video.encoder} | ({self.sound.encoder} if self.sound else set()))

    @property
    def filters(self) -> frozenset[str]:
        """Names of the ffmpeg filters that ffmpeg builds may lack and it needs."""
        return frozenset({"zscale", "fillborders", "setparams"})

    @model_validator(mode="after")
    def _view_exists(self) -> Self:
        if self.view not in VIEWS:
            raise ValueError(f"view {self.view!r} does not exist, {closest(self.view, VIEWS)}")
        return self


@cache
def preset_names() -> tuple[str, ...]:
    """Return the names of the presets that ship with the package, sorted."""
    return tuple(
        sorted(
            p.name.removesuffix(".toml") for p in _shipped().iterdir() if p.name.endswith(".toml")
        )
    )


def load_preset(name: str) -> Preset:
    """Return the preset of that name, or the one in the TOML file at that path. Raises PresetError."""
    path = Path(name)
    if name.endswith(".toml"):
        return _parse(path)
    if name not in preset_names():
        raise PresetError(
            f"no preset is called {name!r}, {closest(name, preset_names())}", where="preset"
        )
    with resources.as_file(_shipped().joinpath(f"{name}.toml")) as shipped:
        return _parse(shipped)


def _parse(path: Path) -> Preset:
    values = read_toml(path, PresetError)
    if "name" in values:
        raise PresetError(
            "unknown key 'name': a preset is called by its file's name", where=str(path)
        )
    return parse_record(Preset, values | {"name": path.stem}, where=str(path), error=PresetError)


def _shipped() -> resources.abc.Traversable:
    return resources.files("answerprint.deliverables.presets")
