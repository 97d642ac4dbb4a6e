"""Commands that take clips in: finish, unpack, check, seam."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import answerprint as ap
from answerprint.cli import options
from answerprint.cli.console import (
    FINDINGS,
    exit_code,
    print_record,
    progress_shown,
    reports_printed,
)
from answerprint.cli.jobs import jobs_option, private_option
from answerprint.cli.names import split_names
from answerprint.cli.options import read_judging, read_limits, read_order, read_saved
from answerprint.errors import one_line

if TYPE_CHECKING:
    from answerprint.report import Report, Told


@click.command(short_help="Unpack, check, lay sound, encode, prove and report clips.")
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
@options.naming_options
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
@jobs_option
@private_option
@options.judging_options
@options.fail_on
@options.format_option("text", "json", "jsonl", "junit")
@options.overwrite
@options.quiet
def finish(sources: tuple[str, ...], **rest: Any) -> int:
    """Take clips down the whole line: unpack, check, lay sound, encode, prove, report.

    SOURCE is a folder with a delivery in any layout, a movie, a zip of EXR
    frames, a folder of frames, a pattern such as shot.1001-1120#.exr, or a job as
    luma:6a9b71e8. Run again, it finishes what is missing and redoes nothing that
    is proven.
    """
    order, judging = read_order(rest), read_judging(rest)
    judging["jobs"] = rest.pop("jobs_folder")
    names, fail_on, format_ = (rest.pop(key) for key in ("deliver", "fail_on", "format_"))
    rest |= {"order": order, "deliver": split_names(names), **judging}
    shown = progress_shown(quiet=rest.pop("quiet"))
    with reports_printed(format_, fail_on) as told, shown as progress:
        reports = ap.finish(*sources, progress=progress, told=told, **rest)
    if format_ == "text":
        for report in reports:
            _say_where(Path(rest["out"]) / report.clip, report)
    return exit_code(reports, fail_on)


def _say_where(folder: Path, report: "Report") -> None:
    """Say where a finished clip lies, and what there is of it."""
    if report.outcomes:
        made = ("exr", "deliver", "qc/report.txt", "qc/report.json", "qc/junit.xml")
        there = ", ".join(name for name in made if (folder / name).exists())
        click.echo(one_line(f"{report.clip} lies in {folder}: {there}"))


@click.command(short_help="Unpack a zip of EXR frames safely.")
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
    click.echo(f"{len(files)} files, {size:.1f} MB, in {out or Path(archive).with_suffix('')}")
    return 0


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--measured",
    multiple=True,
    metavar="FILE",
    help="Judge saved reports again, decoding nothing; may be given again; - for standard input.",
)
@options.order_options
@options.format_option("text", "json", "jsonl", "junit")
@options.judging_options
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
    fail_on = rest["fail_on"]
    with reports_printed(rest["format_"], fail_on) as told:
        reports = _checked(sources, rest, told)
    return exit_code(reports, fail_on)


def _checked(sources: tuple[str, ...], rest: dict[str, Any], told: "Told") -> "tuple[Report, ...]":
    """Return the reports of clips that are measured now, or were earlier."""
    order, judging = read_order(rest), read_judging(rest)
    if sources:
        with progress_shown(quiet=rest["quiet"]) as progress:
            return ap.check(*sources, order=order, progress=progress, told=told, **judging)
    again = ap.judge_again(*read_saved(rest["measured"]), order=order, **judging)
    for report in again:
        told(report)
    return again


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
@click.option("--overwrite", is_flag=True, help="With --mend: replace what is there.")
@options.format_option("text", "json")
@options.limits
@options.profile
@options.quiet
def seam(source: str, mend: str | None, preset: str | None, *, overwrite: bool, **rest: Any) -> int:
    """Judge how the last frame of a clip runs into its first.

    Exits 0 when the loop is seamless and 1 when it is not. With --mend, frames
    are dropped at the ends or made across the seam, and the result is written
    where it proves seamless; exits 0 then, and 3 where nothing mends it.
    """
    from answerprint.render.text import mended_to_text, seam_to_text

    limits, format_ = read_limits(rest["limits_file"], rest["profile"]), rest["format_"]
    if (preset or overwrite) and not mend:
        raise click.UsageError(f"{'--preset' if preset else '--overwrite'} is for --mend")
    with progress_shown(quiet=rest["quiet"]) as progress:
        if mend:
            mended = ap.mend(
                source, mend, preset=preset, limits=limits, overwrite=overwrite, progress=progress
            )
            print_record(mended, format_, mended_to_text(source, mended))
            return 0
        verdict = ap.seam(source, limits=limits, progress=progress)
    print_record(verdict, format_, seam_to_text(source, verdict))
    return 0 if verdict.verdict == "seamless" else FINDINGS
