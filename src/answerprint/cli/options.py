"""Options that several commands share, and what they mean for the library."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from answerprint.checks.limits import Limits
    from answerprint.order import Order

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
    click.option("--fit", default="trim", show_default=True, metavar="HOW",
                 help="How sound ends with the picture: trim, pad, loop or stretch."),
    click.option("--fade", default=0.0, metavar="SECONDS", help="Fade the sound in and out."),
    click.option("--loudness", metavar="NAME", help="ebu-r128, ebu-r128-s1, atsc-a85, web-14, or LUFS as in -16."),
)  # fmt: skip

quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing but the result.")
overwrite = click.option("--overwrite", is_flag=True, help="Replace what is there.")
limits = click.option(
    "--limits",
    "limits_file",
    metavar="FILE",
    help="Limits, severities and waivers, as a TOML file.",
)
timecode = click.option(
    "--timecode",
    default="01:00:00:00",
    show_default=True,
    metavar="TC",
    help="Timecode of the first frame.",
)
fail_on = click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="Severity from which the exit code is 1.",
)


def order_options(command: Command) -> Command:
    """Add the options that say what was ordered."""
    return _add(command, _ORDER)


def sound_options(command: Command) -> Command:
    """Add the options that say how sound is laid."""
    return _add(command, _SOUND)


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


def read_limits(path: str | None) -> "Limits":
    """Return the limits in the file at `path`; the built-in ones where there is none. Raises LimitsError."""
    from answerprint.checks.limits import Limits

    return Limits.load(path) if path else Limits()


def _add(command: Command, options: tuple[Callable[[Command], Command], ...]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
