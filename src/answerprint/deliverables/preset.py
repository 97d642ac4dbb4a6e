"""A preset: the format of one deliverable, as data that says all of it."""

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from answerprint.color.pixelformat import PIXEL_FORMATS
from answerprint.color.planes import Siting
from answerprint.color.views import VIEWS, view_named
from answerprint.deliverables.pictures.burn import BurnIn
from answerprint.deliverables.pictures.framing import Geometry
from answerprint.errors import PresetError
from answerprint.measured.movie import ColorTags
from answerprint.media.exr.write import ExrFormat
from answerprint.order import Size
from answerprint.record import Record, closest, parse_record, read_toml

Options = dict[str, str | int | float]


class VideoFormat(Record):
    """How pictures are encoded."""

    encoder: str
    """ffmpeg encoder."""
    codec: str
    """Name of the decoder that has to recognise the result."""
    pixel_format: str
    """ffmpeg pixel format."""
    alpha_format: str | None = None
    """ffmpeg pixel format where the source has an alpha channel; None for formats that drop it."""
    decoded: dict[str, str] = {}
    """What decoders make of a pixel format, where that is another."""
    siting: Siting = "left"
    """Where chroma samples lie; BT.2100 puts those of 4:2:0 on the top left pixel."""
    palette: bool = False
    """Colors are chosen anew for every frame, as GIF needs."""
    options: Options = {}
    """Encoder options under ffmpeg's names, without the dash."""

    @property
    def granule(self) -> Size:
        """What width and height have to be multiples of, because chroma samples cover that many pixels."""
        known = PIXEL_FORMATS.get(self.pixel_format)
        return known.granule if known else (1, 1)

    @property
    def bits(self) -> int:
        """Bits of one component."""
        known = PIXEL_FORMATS.get(self.pixel_format)
        return known.bits if known else 8


class StillFormat(Record):
    """How single pictures are written."""

    format: Literal["png", "tiff", "jpg"]
    """What they are; it is their extension, too."""
    pixel_format: Literal["rgb24", "rgb48le"]
    """8 or 16 bits."""
    which: Literal["all", "first", "middle"] = "all"
    """All frames, numbered, in a folder, or one of them as a file."""
    quality: int = Field(default=95, ge=1, le=100)
    """Quality of JPEG."""


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
    reel: bool = False
    """Name the reel of the timecode track: the clip's name."""
    options: Options = {}
    """Muxer options under ffmpeg's names, without the dash."""


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
    suffix: str = Field(pattern=r"^(\.[a-z0-9]+)?$")
    """File name extension; empty for a folder of frames."""
    view: str = "sdr-rec709"
    """View that scene-linear sources are shown through."""
    video: VideoFormat | None = None
    """How pictures are encoded, of a movie or a loop."""
    stills: StillFormat | None = None
    """How pictures are written one by one."""
    exr: ExrFormat | None = None
    """How light is written, frame by frame."""
    color: ColorTags = ColorTags()
    """Color tags of the result."""
    mastering: bool = False
    """Carry HDR static metadata: the view's mastering display, and the light measured of the result."""
    geometry: Geometry = Geometry()
    """Size of the result, where none is asked for."""
    burn_in: BurnIn | None = None
    """What is burned into the picture."""
    slate: int = Field(default=0, ge=0, le=240)
    """Frames of a slate before the picture."""
    sound: SoundFormat | None = None
    """How sound is encoded, where there is sound; None for formats that carry none."""
    container: ContainerFormat | None = None
    """What the file itself is; None for frames."""
    proof: Floor = Floor(psnr=100.0, ssim=1.0)
    """What it has to reach."""

    @property
    def frames(self) -> bool:
        """Whether it is a folder of frames."""
        return not self.suffix

    @property
    def picture(self) -> str:
        """What makes the picture, in words."""
        if self.video is not None:
            return f"{self.video.encoder}, {self.video.pixel_format}"
        if self.stills is not None:
            return f"{self.stills.format}, {self.stills.pixel_format}"
        assert self.exr is not None
        return f"OpenEXR {self.exr.compression}, {self.exr.primaries}"

    @property
    def granule(self) -> Size:
        """What width and height have to be multiples of."""
        return self.video.granule if self.video else (1, 1)

    @property
    def encoders(self) -> frozenset[str]:
        """Names of the ffmpeg encoders it needs."""
        named = (self.video, self.sound)
        return frozenset(format_.encoder for format_ in named if format_ is not None)

    @property
    def filters(self) -> frozenset[str]:
        """Names of the ffmpeg filters that ffmpeg builds may lack and it needs."""
        palette = {"palettegen", "paletteuse"} if self.video and self.video.palette else set()
        return frozenset({"zscale", "setparams"} | palette) if self.video else frozenset()

    def contradiction(self, view: str) -> str | None:
        """Return how its tags contradict pictures shown through `view`; None where they do not, or say nothing.

        Primaries count, and whether light is PQ, HLG or neither: the curves of SDR
        count as one. A view of a studio's own may make anything.
        """
        made = view_named(view).tags
        if self.exr is not None or not (view in VIEWS or made.hdr):
            return None
        kinds = {
            tags.transfer if tags.hdr else "SDR" for tags in (made, self.color) if tags.transfer
        }
        if self.color.primaries in (None, made.primaries) and len(kinds) == 1:
            return None
        tagged = f"{self.color.primaries} and {self.color.transfer}"
        return f"view {view} makes pictures of {made.primaries} and {made.transfer}, and they would be tagged {tagged}"

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.view not in VIEWS and "/" not in self.view:
            raise ValueError(f"view {self.view!r} does not exist, {closest(self.view, VIEWS)}")
        if said := self.contradiction(self.view):
            raise ValueError(said)
        if self.color.range not in (None, "tv", "pc"):
            raise ValueError(f"color.range is {self.color.range!r}: it is tv (narrow) or pc (full)")
        if self.mastering and view_named(self.view).tags.transfer != "smpte2084":
            raise ValueError(f"HDR static metadata goes with PQ, and view {self.view} makes none")
        kinds = [kind for kind in (self.video, self.stills, self.exr) if kind is not None]
        if len(kinds) != 1:
            raise ValueError("has to have one of video, stills and exr")
        if (self.video is None) != (self.container is None):
            raise ValueError("a container is what video goes into: both, or neither")
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
