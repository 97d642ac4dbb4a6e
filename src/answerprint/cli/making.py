"""Commands that make files: mux, deliver, and the presets they use."""

from typing import Any

import click

import answerprint as ap
from answerprint.cli import options
from answerprint.cli.console import print_record, progress_shown
from answerprint.cli.options import read_limits


@click.command()
@click.argument("video", metavar="VIDEO")
@click.argument("audio", nargs=-1, required=True, metavar="AUDIO...")
@click.option("--out", required=True, metavar="FILE", help="Result: .mp4, .mov, .webm or .mkv.")
@click.option(
    "--codec",
    metavar="NAME",
    help="Sound codec: aac, opus, flac, pcm-24 or pcm-16  [default: the container's best]",
)
@options.sound_options
@options.format_option("text", "json")
@options.overwrite
@options.quiet
def mux(video: str, audio: tuple[str, ...], *, format_: str, quiet: bool, **rest: Any) -> int:
    """Lay sound under a movie without touching its picture.

    AUDIO is a sound file or a movie with sound. Several are mixed, each with its
    own gain and start where it says so: surf.wav@-6dB voice.wav@+12f.
    """
    with progress_shown(quiet=quiet) as progress:
        made = ap.mux(video, audio, progress=progress, **rest)
    print_record(made, format_, _said(made, rest["out"]))
    return 0


@click.command()
@click.argument("source", metavar="SOURCE")
@click.option("--preset", required=True, metavar="NAME", help="Preset, by name or TOML path.")
@click.option("--out", required=True, metavar="FILE", help="Result.")
@options.audio
@options.sound_options
@options.treatment_options
@click.option(
    "--fps", metavar="RATE", help="Rate of a sequence that does not state one  [default: 24]"
)
@options.limits
@options.format_option("text", "json")
@options.overwrite
@options.quiet
def deliver(source: str, *, limits_file: str | None, format_: str, quiet: bool, **rest: Any) -> int:
    """Encode one clip to one preset and prove the result."""
    with progress_shown(quiet=quiet) as progress:
        made = ap.deliver(source, limits=read_limits(limits_file), progress=progress, **rest)
    print_record(made, format_, _said(made, rest["out"]))
    return 0


@click.command(short_help="List the presets, or show one.")
@click.argument("words", nargs=-1, metavar="[[show] NAME]")
def presets(words: tuple[str, ...]) -> int:
    """List the presets; show one whole by NAME, or with `show` in words.

    In words that is what becomes of color, and the ffmpeg command for EXR frames
    of 1920x1080 at 24 frames a second. NAME may be a TOML path.
    """
    from answerprint.deliverables.explain import explain
    from answerprint.deliverables.preset import load_preset, preset_names

    match words:
        case ():
            width = max(map(len, preset_names()))
            for each in preset_names():
                click.echo(f"{each:<{width}}  {load_preset(each).summary}")
        case ("show",):
            raise click.UsageError("presets show takes the NAME of a preset")
        case ("show", name):
            for line in explain(load_preset(name)):
                click.echo(line)
        case (name,):
            click.echo(load_preset(name).model_dump_json(indent=1, exclude_none=True))
        case _:
            raise click.UsageError("presets takes a NAME, or show and a NAME")
    return 0


def _said(made: "ap.Deliverable", path: str) -> str:
    sound = f", sound {made.sound_seconds:.3f} s" if made.sound_seconds is not None else ""
    notes = (*made.notes, *(made.sound.notes if made.sound else ()))
    told = (
        f"{path}: {made.frames} frames at {made.expected.rate}, {made.picture_seconds:.3f} s{sound}"
    )
    return "\n  ".join((told, *notes))
