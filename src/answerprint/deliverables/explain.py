"""What a preset means, in words and as the ffmpeg command it comes to."""

import shlex
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

from answerprint.color.grading import Grading
from answerprint.color.pixelformat import PIXEL_FORMATS
from answerprint.color.views import view_named
from answerprint.deliverables.commands import command_line
from answerprint.deliverables.encode import Encoding, form_of
from answerprint.deliverables.pictures.appearance import Form, shown_size
from answerprint.deliverables.pictures.exr import SequencePictures
from answerprint.deliverables.pictures.framing import Geometry
from answerprint.deliverables.planning import slate_of
from answerprint.deliverables.preset import Preset
from answerprint.deliverables.treatment import Treatment

EXAMPLE: Final = SequencePictures((1920, 1080), Fraction(24), 120, None, first=1001)
"""What a preset is explained by: five seconds of EXR frames."""

_RANGES: Final = {"tv": "narrow range", "pc": "full range"}


def explain(preset: Preset) -> Iterator[str]:
    """Yield the lines that tell what becomes of scene light, and with which command. Raises ToolError for no ffmpeg."""
    size, rate = EXAMPLE.size, EXAMPLE.rate
    yield f"{preset.name}: {preset.summary}"
    yield ""
    yield f"color of EXR frames of {size[0]}x{size[1]} at {rate} frames a second:"
    yield from (f"  {step}" for step in color_chain(preset))
    if preset.video is not None:
        yield ""
        yield "command, raw pictures on its standard input:"
        yield f"  {shlex.join(example_command(preset))}"


def color_chain(preset: Preset) -> Iterator[str]:
    """Yield the steps from scene light to what is stored, in order."""
    yield "light of the frames' own primaries, as they state them"
    canvas = shown_size(_form(preset), EXAMPLE.size)
    if canvas != EXAMPLE.size:
        yield f"scaled in linear light to {canvas[0]}x{canvas[1]}"
    if preset.exr is not None:
        file = preset.exr
        yield f"{file.primaries} by matrix; untouched where the frames have them already"
        yield f"half floats, {file.compression}: chromaticities and colorInteropID {file.color_interop_id}"
        if file.aces_container:
            yield "an ACES container of SMPTE ST 2065-4"
        return
    display, view = view_named(preset.view).spellings[0]
    yield f"view {preset.view}: {view} on {display}, to full-range R'G'B' of 16 bits"
    if preset.burn_in is not None:
        words = (word for word in preset.burn_in.model_dump().values() if isinstance(word, str))
        yield f"burned in: {', '.join(filter(None, words))}"
    if preset.slate:
        yield f"a slate of {preset.slate} frames before the picture and its sound"
    yield from _codes(preset)
    if preset.video is not None:
        yield from _statements(preset)


def example_command(preset: Preset) -> list[str]:
    """Return the command for EXAMPLE, with the program as `ffmpeg`, for a preset of video."""
    form, frames = _form(preset), tuple(range(EXAMPLE.count))
    encoding = Encoding(
        preset,
        Path(f"clip{preset.suffix}"),
        form,
        frames,
        EXAMPLE.rate,
        Path("sound.wav") if preset.sound else None,
        slate=slate_of(EXAMPLE, preset, form, Treatment(), "clip", frames, EXAMPLE.rate),
    )
    here = f"{Path.cwd()}/"
    return ["ffmpeg", *(word.removeprefix(here) for word in command_line(EXAMPLE, encoding)[1:])]


def _form(preset: Preset) -> Form:
    return form_of(EXAMPLE, preset, Geometry(), Grading(view=preset.view))


def _codes(preset: Preset) -> Iterator[str]:
    if preset.stills is not None:
        yield f"{PIXEL_FORMATS[preset.stills.pixel_format].bits} bits of full-range R'G'B', untagged"
        return
    video, color = preset.video, preset.color
    assert video is not None
    format_ = PIXEL_FORMATS[video.pixel_format]
    sited = f", chroma {video.siting}" if format_.granule != (1, 1) else ""
    dithered = ", dithered" if format_.bits == 8 else ""
    matrix = "R'G'B'" if format_.rgb else f"matrix {color.matrix}"
    yield f"{matrix}, {_RANGES[color.range or 'tv']}, {video.pixel_format}{sited}{dithered}"
    if video.palette:
        yield "256 colors chosen for every frame, dithered"


def _statements(preset: Preset) -> Iterator[str]:
    said = {tag: value for tag, value in preset.color.model_dump().items() if value}
    yield "tags: " + ", ".join(f"{tag} {value}" for tag, value in said.items())
    if preset.mastering:
        view = view_named(preset.view)
        yield f"static metadata: mastering display {view.gamut}, {view.peak} cd/m2; MaxCLL and MaxFALL as the finished file measures"
