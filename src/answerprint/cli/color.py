"""Commands about color: which views there are, and what a baked one is off by."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from answerprint.cli import options
from answerprint.cli.console import FINDINGS, progress_shown
from answerprint.errors import SourceError, UsageError

if TYPE_CHECKING:
    from answerprint.color.proof import Errors, LinearPicture, Proof

FRAMES = 4
"""Frames of a source that a proof looks at."""

_COLUMNS = ("view", "on", "megapixels", "mean", "99 %", "max", "over 2", "dE mean", "dE max",
            "exact way", "baked", "exact", "times")  # fmt: skip
_WIDTHS = (-17, -9, 11, 7, 7, 7, 8, 8, 8, 10, 9, 10, 7)


@click.group()
def color() -> None:
    """List the views there are, and prove what baked ones are off by."""


@color.command()
@click.option(
    "--config", default="aces-2.0", show_default=True, metavar="NAME",
    help="aces-1.3, aces-2.0, aces-2.1, or an OpenColorIO config file.",
)  # fmt: skip
def views(config: str) -> int:
    """List the views by name: display and view, tags, peak, and whether the config has them."""
    from answerprint.color.transforms import views_of
    from answerprint.color.views import VIEWS

    there = views_of(config)
    for name, view in VIEWS.items():
        spelled = next((s for s in view.spellings if s[1] in there.get(s[0], ())), None)
        tags = f"{view.tags.primaries} {view.tags.transfer}"
        said = "/".join(spelled) if spelled else f"not in {config}"
        click.echo(f"{name:<17} {tags:<23} {view.peak:>5} cd/m2  {said}")
    return 0


@color.command()
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@click.option(
    "--view", "names", multiple=True, required=True, metavar="NAME",
    help="View to prove; may be given again. See color views.",
)  # fmt: skip
@click.option(
    "--config", default="aces-2.0", show_default=True, metavar="NAME",
    help="aces-1.3, aces-2.0, aces-2.1, or an OpenColorIO config file.",
)  # fmt: skip
@click.option("--look", metavar="NAME", help="Look of the config, or a LUT file for ACEScct.")
@click.option("--lut", metavar="FILE", help="LUT (.cube, .clf) for the display code.")
@click.option(
    "--sweep", type=click.IntRange(min=0), metavar="N",
    help="Colors of a sweep over all of AP0 to ten stops above grey.  [default: 2000000]",
)  # fmt: skip
@click.option(
    "--frames", default=str(FRAMES), show_default=True, metavar="N",
    help="Frames of every source, spread over it, or all.",
)  # fmt: skip
@click.option("--input-color", metavar="NAME", help="What frames hold, whatever they say.")
@options.format_option("text", "json")
@options.quiet
def prove(
    sources: Sequence[str],
    *,
    names: Sequence[str],
    sweep: int | None,
    frames: str,
    input_color: str | None,
    format_: str,
    quiet: bool,
    **chain: Any,
) -> int:
    """Compare the baked view with the exact one, on EXR frames and on a sweep of all colors.

    SOURCE is a folder of EXR frames, one frame, a pattern or a zip. Errors are in
    ten-bit codes, dE is that of BT.2124, times are milliseconds a megapixel. The promise of
    a bake is an error of at most 2 codes, and of at most 1 in the mean; exits 1 where it
    is broken. From the worst colors of both others are tried uphill. What holds here is
    evidence, and no bound.
    """
    from answerprint.color.grading import Grading
    from answerprint.color.proof import SWEEP, prove_view

    count = read_count(frames)
    if not sources and sweep == 0:
        raise UsageError(
            "there is nothing to prove it on", hint="name frames, or leave out --sweep 0"
        )
    held = []
    with progress_shown(quiet=quiet) as progress:
        for name in names:
            grading = Grading(view=name, **chain)
            pictures = pictures_of(sources, count, input_color)
            held.append(
                prove_view(
                    grading, pictures, sweep=SWEEP if sweep is None else sweep, progress=progress
                )
            )
    click.echo(_table(held) if format_ == "text" else _json(held))
    return 0 if all(proof.holds for proof in held) else FINDINGS


def read_count(word: str) -> int | None:
    """Read a number of frames, None for `all`. Raises UsageError."""
    if word == "all":
        return None
    if word.isascii() and word.isdigit() and int(word) > 0:
        return int(word)
    raise UsageError(f"--frames {word!r} is a number of frames, or all")


def pictures_of(
    sources: Sequence[str], count: int | None, asked: str | None
) -> Iterator["LinearPicture"]:
    """Yield `count` frames of every source, spread over it, first and last among them; all for None.

    `asked` names what they hold. Raises SourceError where there are no EXR
    frames, FrameError for one that cannot be read, and as `open_source`.
    """
    from answerprint.color.input import InputColor, input_color
    from answerprint.color.proof import LinearPicture
    from answerprint.ingest.delivery import open_one
    from answerprint.media.exr.door import read_frame
    from answerprint.media.exr.planes import picture_planes

    held = InputColor(asked=None if asked is None else input_color(asked))
    for source in sources:
        with open_one(source).opened() as delivery:
            sequence = delivery.sequence
            if sequence is None:
                raise SourceError("holds no EXR frames", where=source)
            for place in spread(len(sequence), count):
                frame = read_frame(sequence.store.read(sequence.frames[place].name))
                planes = picture_planes(frame)
                yield LinearPicture([planes[name] for name in "RGB"], held.of(frame.header))


def spread(length: int, count: int | None) -> list[int]:
    """Return `count` places spread evenly over `length`, its ends among them; all for None.

    >>> spread(120, 4), spread(2, 4), spread(9, 1)
    ([0, 40, 79, 119], [0, 1], [0])
    """
    if count is None or count >= length:
        return list(range(length))
    return [round(n * (length - 1) / max(1, count - 1)) for n in range(count)]


def _table(proofs: "Sequence[Proof]") -> str:
    rows: list[tuple[str, ...]] = [_COLUMNS]
    for proof in proofs:
        for on, errors in proof.compared:
            rows.append((proof.grading.view, on, *_figures(errors)))
    lines = [
        " ".join(f"{word:{'<' if w < 0 else '>'}{abs(w)}}" for word, w in zip(r, _WIDTHS, strict=True))
        for r in rows
    ]  # fmt: skip
    broken = [proof.grading.view for proof in proofs if not proof.holds]
    said = f"BROKEN by {', '.join(broken)}" if broken else "held"
    return "\n".join(
        [*lines, f"at most 2 codes, at most 1 in the mean: {said}", *_evidence(proofs)]
    )


def _evidence(proofs: "Sequence[Proof]") -> list[str]:
    """Say what sweeps prove that found nothing."""
    sweeps = [p.sweep for p in proofs if p.sweep is not None and not p.sweep.over]
    if not sweeps:
        return []
    least, doubt = min(sweep.pixels for sweep in sweeps), max(sweep.doubt for sweep in sweeps)
    said = f"of {least / 1e6:.2g} million colors of a sweep none was further off than 2"
    return [
        f"evidence, no bound: {said}, so fewer than 1 in {1 / doubt:,.0f} is, with 95 % confidence"
    ]


def _figures(errors: "Errors") -> tuple[str, ...]:
    return (
        f"{errors.pixels / 1e6:.2f}",
        *(f"{value:.2f}" for value in (errors.mean, errors.most, errors.largest)),
        str(errors.over),
        f"{errors.delta_e:.3f}",
        f"{errors.largest_delta_e:.2f}",
        f"{errors.exact_share:.2%}",
        f"{errors.baked_seconds * 1000:.1f} ms",
        f"{errors.exact_seconds * 1000:.0f} ms",
        f"{errors.ratio:.1f}",
    )


def _json(proofs: "Sequence[Proof]") -> str:
    import json

    return json.dumps([proof.model_dump(mode="json") | {"holds": proof.holds} for proof in proofs], indent=1)  # fmt: skip
