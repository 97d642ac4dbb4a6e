"""Commands about EXR files themselves: retag."""

from collections.abc import Iterable
from typing import Any

import click

import answerprint as ap
from answerprint.cli import options
from answerprint.cli.console import print_record, progress_shown
from answerprint.cli.options import read_limits


@click.command(short_help="Change what EXR frames say, and not a pixel.")
@click.argument("source", metavar="SOURCE")
@click.option("--out", required=True, metavar="DIR", help="New folder for the frames.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Attribute to set, as in comments=draft; numbers with commas between them where it has several.",
)
@click.option("--remove", multiple=True, metavar="NAME", help="Attribute to remove.")
@click.option(
    "--color-space",
    metavar="NAME",
    help="What the pixels are, as lin_ap0_scene or AP0: sets colorInteropID and chromaticities.",
)
@click.option("--fps", metavar="RATE", help="Frames a second: 24, 23.976 or 24000/1001.")
@click.option(
    "--timecode", metavar="TC", help="Timecode of the first frame; the others count up from it."
)
@click.option("--owner", metavar="TEXT", help="Who owns the pictures.")
@click.option("--overwrite", is_flag=True, help="Replace the folder, where it holds only EXR frames.")  # fmt: skip
@options.limits
@options.format_option("text", "json")
@options.quiet
def retag(
    source: str,
    *,
    settings: tuple[str, ...],
    limits_file: str | None,
    format_: str,
    quiet: bool,
    **rest: Any,
) -> int:
    """Change what EXR frames say of themselves, and not a pixel: chunks are copied as they are.

    SOURCE is a folder of frames, one frame, a pattern such as
    shot.1001-1120#.exr, or a zip. A color space is stated, not converted to.
    """
    attributes, limits = read_settings(settings), read_limits(limits_file)
    with progress_shown(quiet=quiet) as progress:
        made = ap.retag(source, attributes=attributes, limits=limits, progress=progress, **rest)
    print_record(made, format_, _said(made))
    return 0


def read_settings(words: Iterable[str]) -> dict[str, str]:
    """Read attributes written NAME=VALUE. Raises UsageError.

    >>> read_settings(["comments=a=b", "owner="])
    {'comments': 'a=b', 'owner': ''}
    """
    settings: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise ap.UsageError(f"--set {word!r} reads NAME=VALUE")
        if name in settings:
            raise ap.UsageError(f"--set {name} is given twice")
        settings[name] = value
    return settings


def _said(made: "ap.Retagged") -> str:
    words = [f"set {', '.join(made.changed)}"] if made.changed else []
    words += [f"removed {', '.join(made.removed)}"] if made.removed else []
    times = f" ({made.timecodes[0]} to {made.timecodes[1]})" if made.timecodes else ""
    done = "; ".join(words) or "nothing had to be changed"
    told = f"{made.frames} frames, {made.label}, in {made.folder}: {done}{times}"
    reasons = "; ".join(made.not_st2065_4)
    container = (
        f"no ST 2065-4 container: {reasons}" if reasons else "ST 2065-4 container, by its header"
    )
    return "\n  ".join((told, *made.notes, container))
