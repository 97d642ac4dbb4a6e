"""Options that several commands share, and what they mean for the library."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from answerprint.cli.names import split_names

if TYPE_CHECKING:
    from answerprint.checks.limits import Limits
    from answerprint.order import Order
    from answerprint.report import Report

Command = TypeVar("Command", bound=Callable[..., Any])

_ORDER = (
    click.option("--order", "order_file", metavar="FILE", help="What was ordered, as a TOML file."),
    click.option("--seconds", metavar="S", help="Ordered length, for example 5."),
    click.option(
        "--fps", metavar="RATE", help="Ordered frames a second: 24, 23.976 or 24000/1001."
    ),
    click.option(
        "--frames", type=int, metavar="N", help="Ordered number of frames, instead of seconds."
    ),
    click.option(
        "--count", metavar="POLICY", help="exact, or fencepost to accept one frame more (default)."
    ),
    click.option("--size", metavar="WxH", help="Ordered size in pixels."),
    click.option(
        "--resolution", metavar="NAME", help="Ordered resolution: 360p, 540p, 720p or 1080p."
    ),
    click.option("--aspect", metavar="W:H", help="Ordered picture aspect."),
    click.option("--hdr/--no-hdr", default=None, help="HDR was ordered, or was not."),
    click.option("--exr/--no-exr", default=None, help="EXR frames were ordered, or were not."),
    click.option("--loop/--no-loop", default=None, help="A loop was ordered: judge the seam."),
)
_ORDER_KEYS = (
    "seconds",
    "fps",
    "frames",
    "count",
    "size",
    "resolution",
    "aspect",
    "hdr",
    "exr",
    "loop",
)

_SOUND = (
    click.option("--gain", metavar="DB", help="Gain of every sound, as in -6dB; FILE@-6dB for one."),
    click.option("--fit", metavar="HOW",
                 help="How sound ends with the picture: trim, pad, loop or stretch.  [default: trim]"),
    click.option("--keep-pitch/--change-pitch", "keep_pitch", default=None,
                 help="Stretch at the same pitch, or as a tape.  [default: keep-pitch]"),
    click.option("--crossfade", type=float, metavar="SECONDS",
                 help="Overlap where a loop closes.  [default: 0.1, none where its seam is even]"),
    click.option("--offset", metavar="TIME",
                 help="Begin later, or cut the beginning: +3f, -12f, 480smp, 20ms or 0.5s."),
    click.option("--fade", type=float, metavar="SECONDS", help="Fade the sound in and out."),
    click.option("--fade-in", type=float, metavar="SECONDS", help="Fade it in, in place of --fade."),
    click.option("--fade-out", type=float, metavar="SECONDS", help="Fade it out, in place of --fade."),
    click.option("--channels", metavar="LAYOUT", help="keep, mono, stereo or 5.1.  [default: keep]"),
    click.option("--loudness", metavar="NAME", help="ebu-r128, ebu-r128-s1, atsc-a85, web-14, or LUFS as in -16."),
    click.option("--true-peak", type=float, metavar="DBTP", help="Highest true peak, in place of the loudness rule's."),
)  # fmt: skip
_SOUND_KEYS = (
    "gain",
    "fit",
    "keep_pitch",
    "crossfade",
    "offset",
    "fade",
    "fade_in",
    "fade_out",
    "channels",
    "loudness",
    "true_peak",
)

_TREATMENT = (
    click.option("--view", metavar="NAME", help="View that light is shown through, in place of the preset's: see color views."),
    click.option("--config", metavar="NAME", help="aces-1.3, aces-2.0 (default), aces-2.1, or an OpenColorIO config file."),
    click.option("--exposure", type=float, metavar="STOPS", help="Raise scene light."),
    click.option("--white-balance", metavar="K", help="Color temperature that becomes neutral, or gains R,G,B."),
    click.option("--look", metavar="NAME", help="Look of the config, or a LUT file for ACEScct."),
    click.option("--lut", metavar="FILE", help="LUT (.cube, .clf) for the display code."),
    click.option("--exact/--baked", default=None, help="Show every pixel by the exact transform."),
    click.option("--input-color", metavar="NAME", help="What frames hold, whatever they say: AP0, AP1, Rec.709, Rec.2020, P3-D65."),
    click.option("--crop", metavar="BOX", help="WxH+X+Y, an aspect such as 2.39:1, or top=140,bottom=140."),
    click.option("--scale", metavar="SIZE", help="1280x720, x720, 50%, fit:WxH, fill:WxH, stretch:WxH."),
    click.option("--pad", metavar="SIZE", help="Bars to an aspect or a size."),
    click.option("--size-to", metavar="WxH", help="Frame of the deliverable: scaled into it, with bars."),
    click.option("--aspect-to", metavar="W:H", help="Aspect of the deliverable, with bars."),
    click.option("--cover", is_flag=True, default=None, help="With these two: crop instead of bars."),
    click.option("--range", "range", metavar="A-B", help="Frames to deliver, in the clip's own numbers."),
    click.option("--repeat", type=int, metavar="N", help="Show them N times."),
    click.option("--loop-to", metavar="LENGTH", help="Repeat until a length is filled: 15s, or 360 frames."),
    click.option("--hold-first", type=int, metavar="N", help="Hold the first frame N more."),
    click.option("--hold-last", type=int, metavar="N", help="Hold the last frame N more."),
    click.option("--handles", type=int, metavar="N", help="Frames more at either end."),
    click.option("--conform", metavar="RATE", help="Bring to another rate by speed: 25, 23.976."),
    click.option("--pitch", type=click.Choice(["keep", "follow"]), help="Pitch of the sound when conformed."),
    click.option("--bit-rate", metavar="RATE", help="Bit rate of the picture, by two passes: 8M, 800k."),
    click.option("--target-vmaf", type=float, metavar="N", help="VMAF of its worst sample, by a search for the quality that has it: 93."),
    click.option("--proof", type=click.Choice(["whole", "sample"]), help="Decode all frames of finished movies, or keyframes only, which takes a quarter less of the time; HDR10 is proven whole.  [default: whole]"),
    click.option("--timecode", metavar="TC", help="Timecode of the first frame  [default: 01:00:00:00]"),
)  # fmt: skip
_NAMING = (
    click.option("--name", metavar="TEMPLATE", help="Names, as in {clip}_{preset}_v{version:03}."),
    click.option("--new-version", is_flag=True, default=None, help="Number them above what is there."),
)  # fmt: skip

_TREATMENT_KEYS = (
    "view", "config", "exposure", "white_balance", "look", "lut", "exact", "input_color", "crop", "scale", "pad",
    "size_to", "aspect_to", "cover", "range", "repeat", "loop_to", "hold_first", "hold_last", "handles", "conform",
    "pitch", "bit_rate", "target_vmaf", "proof", "timecode",
)  # fmt: skip

audio = click.option(
    "--audio",
    multiple=True,
    metavar="FILE",
    help="Sound to lay; may be given again, as in surf.wav@-6dB.",
)
quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing but the result.")
overwrite = click.option("--overwrite", is_flag=True, help="Replace what is there.")
limits = click.option(
    "--limits",
    "limits_file",
    metavar="FILE",
    help="Limits, severities and waivers, as a TOML file.",
)
profile = click.option(
    "--profile",
    metavar="NAME",
    help="Built-in limits: artist, farm, broadcast-ebu, streaming-hdr or web-loop  [default: artist]",
)
only = click.option(
    "--only",
    default="",
    metavar="NAME,...",
    help="Families and ids of checks to run, as in seam,pixels.nan; `check` measures no more than they read.",
)
skip = click.option(
    "--skip", default="", metavar="NAME,...", help="Families and ids of checks to leave out."
)
baseline = click.option(
    "--baseline",
    multiple=True,
    metavar="FILE",
    help="Saved reports: only what is new or worse than there weighs; may be given again.",
)
fail_on = click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="Severity from which the exit code is 1.",
)

_FINISHING = (
    click.option("--finish", "finishing", is_flag=True, help="Fetch what succeeded, and finish it as `finish` does."),
    click.option("--deliver", default="", metavar="NAME,...", help="Presets to make, with --finish."),
    audio,
)  # fmt: skip


def order_options(command: Command) -> Command:
    """Add the options that say what was ordered."""
    return _add(command, _ORDER)


def sound_options(command: Command) -> Command:
    """Add the options that say how sound is laid; those not given are not passed on."""
    return _add(_given_only(command, _SOUND_KEYS), _SOUND)


def treatment_options(command: Command) -> Command:
    """Add the options that say how pictures are treated; those not given are not passed on."""
    return _add(_given_only(command, _TREATMENT_KEYS), _TREATMENT)


def naming_options(command: Command) -> Command:
    """Add the options that name several deliverables; those not given are not passed on."""
    return _add(_given_only(command, ("name", "new_version")), _NAMING)


def finishing_options(command: Command) -> Command:
    """Add the options of commands that finish what a service delivered; `jobs.read_finishing` reads them."""
    return _add(judging_options(command), _FINISHING)


def judging_options(command: Command) -> Command:
    """Add the options that say what is judged, and by what; `read_judging` reads them."""
    return _add(command, (limits, profile, only, skip, baseline))


def format_option(*names: str) -> Callable[[Command], Command]:
    """Add `--format` with the given choices, the first being the default."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="Format of the result.",
    )


def read_order(options: dict[str, Any]) -> "Order":
    """Take the order options out of `options` and return the order they make. Raises OrderError."""
    from answerprint.order import Order

    path = options.pop("order_file")
    order = Order.load(path) if path else Order()
    return order.updated({key: options.pop(key) for key in _ORDER_KEYS}, where="options")


def read_limits(path: str | None, profile: str | None = None) -> "Limits":
    """Return the limits in the file at `path`, or of `profile`; the built-in ones where there is neither. Raises LimitsError."""
    from answerprint.checks.judging import require_known
    from answerprint.checks.limits import Limits

    limits = Limits.load(path, profile=profile)
    require_known(limits, path or "profile")
    return limits


def read_judging(options: dict[str, Any]) -> dict[str, Any]:
    """Take the judging options out of `options` and return the keywords they are for the library; `limits` is None where none were named.

    Raises LimitsError and SourceError.
    """
    path, named = options.pop("limits_file"), options.pop("profile")
    return {
        "limits": read_limits(path, named) if path or named else None,
        "only": split_names(options.pop("only")),
        "skip": split_names(options.pop("skip")),
        "baseline": read_saved(options.pop("baseline")),
    }


def read_saved(paths: Iterable[str]) -> "tuple[Report, ...]":
    """Return the reports in the files at `paths`, - being standard input. Raises SourceError."""
    import answerprint as ap

    files = ("/dev/stdin" if path == "-" else path for path in paths)
    return tuple(report for file in files for report in ap.read_reports(file))


def _given_only(command: Command, keys: tuple[str, ...]) -> Command:
    @wraps(command)
    def given(*arguments: Any, **options: Any) -> Any:
        kept = {k: v for k, v in options.items() if k not in keys or v is not None}
        return command(*arguments, **kept)

    return cast("Command", given)


def _add(command: Command, options: tuple[Callable[[Command], Command], ...]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
