"""Commands that take clips in: finish, unpack, check, seam."""

from typing import TYPE_CHECKING, Any

import click

import answerprint as ap
from answerprint.cli import options
from answerprint.cli.console import (
    FINDINGS,
    exit_code,
    print_mended,
    print_reports,
    print_seam,
    progress_shown,
)
from answerprint.cli.names import split_names
from answerprint.cli.options import read_limits, read_order

if TYPE_CHECKING:
    from answerprint.report import Report


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--out",
    default="finished",
    show_default=True,
    metavar="DIR",
    help="Folder that finished clips go to.",
)
@options.order_options
@click.option(
    "--deliver", default="", metavar="NAME,...", help="Presets to make, by name or TOML path."
)
@options.audio
@options.sound_options
@options.treatment_options
@click.option(
    "--first-frame",
    default=1001,
    show_default=True,
    metavar="N",
    help="Number of the first EXR frame.",
)
@click.option(
    "--encoders",
    type=int,
    metavar="N",
    help="Encoders that run side by side.  [default: all]",
)
@options.limits
@options.profile
@options.fail_on
@options.overwrite
@options.quiet
def finish(sources: tuple[str, ...], **rest: Any) -> int:
    """Take clips down the whole line: unpack, check, lay sound, encode, prove, report.

    SOURCE is a folder with a delivery in any layout, a movie, a zip of EXR
    frames, a folder of frames, or a pattern such as shot.1001-1120#.exr. Run
    again, it finishes what is missing and redoes nothing that is proven.
    """
    order, limits = read_order(rest), read_limits(rest.pop("limits_file"), rest.pop("profile"))
    names, fail_on, out = split_names(rest.pop("deliver")), rest.pop("fail_on"), rest["out"]
    with progress_shown(quiet=rest.pop("quiet")) as progress:
        reports = ap.finish(
            *sources, order=order, deliver=names, limits=limits, progress=progress, **rest
        )
    print_reports(reports, "text")
    for report in reports:
        if report.outcomes:
            click.echo(
                f"{report.clip} lies in {out}/{report.clip}: exr, deliver, qc/report.txt, qc/report.json, qc/junit.xml"
            )
    return exit_code(reports, fail_on)


@click.command()
@click.argument("archive", metavar="ZIP")
@click.option(
    "--out",
    metavar="DIR",
    help="New folder for the frames  [default: beside the zip, under its name]",
)
@options.limits
@options.quiet
def unpack(archive: str, out: str | None, limits_file: str | None, *, quiet: bool) -> int:
    """Unpack a zip of EXR frames safely; the folder appears when every frame is proven."""
    with progress_shown(quiet=quiet) as progress:
        files = ap.unpack(archive, out, limits=read_limits(limits_file).archive, progress=progress)
    size = sum(file.size for file in files) / 1e6
    click.echo(f"{len(files)} files, {size:.1f} MB, in {out or archive.removesuffix('.zip')}")
    return 0


@click.command()
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@click.option(
    "--measured",
    multiple=True,
    metavar="FILE",
    help="Judge saved reports again, decoding nothing; may be given again.",
)
@options.order_options
@options.format_option("text", "json", "jsonl", "junit")
@options.limits
@options.profile
@options.only
@options.skip
@click.option(
    "--baseline", metavar="FILE", help="Saved reports: only what is new or worse than there weighs."
)
@options.fail_on
@options.quiet
def check(sources: tuple[str, ...], **rest: Any) -> int:
    """Measure and judge clips; write nothing.

    SOURCE is what `finish` takes. With --measured, saved reports are judged
    again: by the order and limits they were judged by, or by those given. Exits 0
    when clean, 1 with findings at or above --fail-on, 3 when a clip could not be
    judged.
    """
    if bool(sources) == bool(rest["measured"]):
        raise click.UsageError(
            "SOURCE and --measured exclude each other."
            if sources
            else "Missing argument 'SOURCE...'."
        )
    reports = _checked(sources, rest)
    print_reports(reports, rest["format_"], rest["fail_on"])
    return exit_code(reports, rest["fail_on"])


def _checked(sources: tuple[str, ...], rest: dict[str, Any]) -> "tuple[Report, ...]":
    """Return the reports of clips that are measured now, or were earlier."""
    order, own = read_order(rest), rest["limits_file"] or rest["profile"]
    limits = read_limits(rest["limits_file"], rest["profile"]) if own or sources else None
    only, skip = split_names(rest["only"]), split_names(rest["skip"])
    baseline = ap.read_reports(rest["baseline"]) if rest["baseline"] else ()
    if sources:
        with progress_shown(quiet=rest["quiet"]) as progress:
            return ap.check(
                *sources, order=order, limits=limits, only=only, skip=skip, baseline=baseline, progress=progress,
            )  # fmt: skip
    saved = [report for path in rest["measured"] for report in ap.read_reports(path)]
    return ap.judge_again(
        *saved, order=order, limits=limits, only=only, skip=skip, baseline=baseline
    )


@click.command()
@click.argument("source", metavar="SOURCE")
@click.option(
    "--mend",
    metavar="OUT",
    help="Write the clip with its seam mended: a new movie, or a new folder of EXR frames.",
)
@click.option(
    "--preset", metavar="NAME", help="Preset of the mended movie  [default: that of its own codec]"
)
@options.format_option("text", "json")
@options.limits
@options.quiet
def seam(source: str, mend: str | None, preset: str | None, **rest: Any) -> int:
    """Judge how the last frame of a clip runs into its first.

    Exits 0 when the loop is seamless and 1 when it is not. With --mend, frames
    are dropped at the ends or made across the seam, and the result is written
    where it proves seamless; exits 0 then, and 3 where nothing mends it.
    """
    limits, format_ = read_limits(rest["limits_file"]), rest["format_"]
    if preset and not mend:
        raise click.UsageError("--preset is for --mend")
    with progress_shown(quiet=rest["quiet"]) as progress:
        if mend:
            print_mended(
                source,
                ap.mend(source, mend, preset=preset, limits=limits, progress=progress),
                format_,
            )
            return 0
        verdict = ap.seam(source, limits=limits, progress=progress)
    print_seam(source, verdict, format_)
    return 0 if verdict.verdict == "seamless" else FINDINGS
