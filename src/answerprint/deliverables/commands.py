"""The ffmpeg command that makes one file."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ffmpeg

from answerprint.color.views import View, view_named
from answerprint.deliverables.pictures.appearance import AsIs, Raw, shown_size
from answerprint.deliverables.preset import Preset, VideoFormat
from answerprint.measured.light import MasteringDisplay
from answerprint.measured.movie import ColorTags
from answerprint.media import ffmpeg as program
from answerprint.media.container.mastering import DISPLAYS, static_options
from answerprint.media.sound.laid import sound_stream
from answerprint.media.sound.waves import SAMPLE_RATE
from answerprint.timing import Timecode

if TYPE_CHECKING:
    from answerprint.deliverables.encode import Encoding
    from answerprint.deliverables.pictures.source import Pictures

THREAD_QUEUE = 3
"""Raw pictures that ffmpeg itself queues."""


def command_line(pictures: "Pictures", encoding: "Encoding") -> list[str]:
    """Return the ffmpeg command that makes one file of raw pictures on standard input."""
    preset, form = encoding.preset, encoding.form
    assert preset.video is not None
    assert isinstance(form, AsIs | Raw)
    fed = ffmpeg.input(
        "pipe:", format="rawvideo", pixel_format=form.pixel_format, video_size=shown_size(form, pictures.size),
        framerate=str(encoding.rate), thread_queue_size=THREAD_QUEUE, **_static(encoding),
    )  # fmt: skip
    stream = _converted(fed.video, pictures.tags, preset) if isinstance(form, AsIs) else fed.video
    stream = _tagged(stream, pictures, form, preset)
    streams = [_paletted(stream, preset.video)]
    options = _video_options(preset, form) | _container_options(encoding)
    if encoding.sound and preset.sound:
        streams.append(_delayed(sound_stream(encoding.sound, preset.sound.encoder), encoding))
        options |= {"acodec": preset.sound.encoder} | dict(preset.sound.options)
    return program.command(ffmpeg.output(*streams, str(encoding.partial), **options))


def trial_line(sample: Path, encoding: "Encoding", run: int) -> list[str]:
    """Return the ffmpeg command that encodes a lossless file as a deliverable's pictures are, without sound.

    Every `run` frames begin with a keyframe, as if the runs were clips.
    """
    preset, form = encoding.preset, encoding.form
    assert isinstance(form, AsIs | Raw)
    stream = program.tag_color(ffmpeg.input(str(sample)).video, preset.color)
    options = _video_options(preset, form) | _container_options(encoding)
    options["force_key_frames"] = f"expr:not(mod(n,{run}))"
    return program.command(stream.output(str(encoding.partial), **options))


def _delayed(sound: Any, encoding: "Encoding") -> Any:
    """Let sound begin with the picture, after the slate."""
    if encoding.slate is None:
        return sound
    samples = round(encoding.slate.count / encoding.rate * SAMPLE_RATE)
    return sound.filter("adelay", delays=f"{samples}S", all=1)


def leading_timecode(encoding: "Encoding") -> str:
    """Return the timecode of a file's first frame: so much earlier as its slate lasts."""
    if encoding.slate is None:
        return encoding.timecode
    start = Timecode.parse(encoding.timecode, encoding.rate)
    day = 24 * 3600 * start.nominal
    return str(replace(start, count=(start.count - encoding.slate.count) % day))


def mastering_of(encoding: "Encoding") -> MasteringDisplay | None:
    """Return the mastering display of a file that carries one, None of any other."""
    if not encoding.preset.mastering:
        return None
    view = view_of_result(encoding)
    return DISPLAYS[view.gamut, view.peak]


def view_of_result(encoding: "Encoding") -> View:
    """Return the view whose display a file is for: the preset's own where pictures stay as they are."""
    form = encoding.form
    return view_named(
        form.appearance.grading.view if isinstance(form, Raw) else encoding.preset.view
    )


def _static(encoding: "Encoding") -> dict[str, str]:
    """Return the options of the *input* that state HDR10's light: ffmpeg has them as facts of the pictures that come in."""
    display, video, container = (
        mastering_of(encoding),
        encoding.preset.video,
        encoding.preset.container,
    )
    if display is None or video is None or container is None:
        return {}
    return static_options(video.encoder, container.format, display)


def _converted(stream: Any, tags: ColorTags | None, preset: Preset) -> Any:
    """Convert a movie's own codes to the preset's matrix, range and primaries."""
    assert tags is not None
    assert preset.video is not None
    stream = program.tag_color(stream, tags)
    if not _same_color(tags, preset.color):
        stream = program.convert_color(stream, tags, preset.color, dither=preset.video.bits < 10)
        if preset.color.matrix == "gbr":  # zscale writes R'G'B' in planes only
            stream = stream.filter("format", "gbrp" if preset.video.bits == 8 else "gbrp16le")
    return stream.filter("format", preset.video.pixel_format)


def _tagged(stream: Any, pictures: "Pictures", form: AsIs | Raw, preset: Preset) -> Any:
    aspect = pictures.pixel_aspect
    if isinstance(form, Raw):
        aspect = form.appearance.placement.pixel_aspect
    stream = program.tag_color(stream, _spoken(preset.color))
    return stream.filter("setsar", f"{aspect.numerator}/{aspect.denominator}")


def _spoken(tags: ColorTags) -> ColorTags:
    """Return tags with a word for what is left open: filters and encoders want each of them said."""
    said = {tag: value or "unknown" for tag, value in tags.model_dump().items()}
    return ColorTags(**said)


def _paletted(stream: Any, video: VideoFormat) -> Any:
    if not video.palette:
        return stream
    # A palette a frame: one for the whole loop would hold all of it in memory.
    split = stream.split()
    colors = split[0].filter("palettegen", stats_mode="single")
    return ffmpeg.filter([split[1], colors], "paletteuse", new=1, dither="sierra2_4a")


def _same_color(one: ColorTags, other: ColorTags) -> bool:
    return (one.matrix, one.range, one.primaries) == (other.matrix, other.range, other.primaries)


def _video_options(preset: Preset, form: AsIs | Raw) -> dict[str, Any]:
    color, video = _spoken(preset.color), preset.video
    assert video is not None
    tags = {
        "color_primaries": color.primaries,
        "color_trc": color.transfer,
        # Filters call the matrix of R'G'B' gbr, encoders call it rgb.
        "colorspace": {"gbr": "rgb"}.get(color.matrix or "", color.matrix),
        "color_range": color.range,
    }
    if video.siting != "left":
        tags["chroma_sample_location"] = video.siting
    pixel_format = form.pixel_format if isinstance(form, Raw) and form.alpha else video.pixel_format
    named = {"vcodec": video.encoder} | ({} if video.palette else {"pix_fmt": pixel_format})
    return named | {key: value for key, value in tags.items() if value} | dict(video.options)


def _container_options(encoding: "Encoding") -> dict[str, Any]:
    container = encoding.preset.container
    assert container is not None
    options: dict[str, Any] = {"format": container.format, "map_metadata": -1} | dict(
        container.options
    )
    if container.faststart:
        options["movflags"] = "+faststart"
    if container.timecode:
        options["timecode"] = leading_timecode(encoding)
    if container.reel and encoding.clip:
        options["metadata:s:v:0"] = f"reel_name={encoding.clip}"
    return options
