"""The program itself: its commands, and which exit code means what."""

import io
import os
import signal
import sys
import traceback
from contextlib import suppress
from typing import NoReturn

import click

from answerprint.cli import about, clips, color, exr, making, orders, pricing, serving
from answerprint.cli.interrupt import (
    interrupted_by,
    interrupts_noted,
    stop_if_interrupted,
    was_interrupted,
)
from answerprint.errors import AnswerprintError, one_line, storage_error
from answerprint.version import __version__

BUG = 4
"""Exit code of a bug in the tool."""
INTERRUPTED = 128
"""What shells add to the number of the signal that ended a run: 130 for Ctrl-C, 143 for SIGTERM."""
FAILED = 3
"""Exit code of work that could not be done."""
USAGE = 2
"""Exit code of a command line that makes no sense."""

NO_MEMORY = "the memory is not enough; make fewer deliverables at once (--encoders 1)"

EPILOG = """Exit codes: 0 clean, 1 findings, 2 usage, 3 the work could not be done, 4 a bug, 130 interrupted, 143 terminated."""


@click.group(
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def program() -> None:
    """Turn what a generative video service delivers into something a person can sign off."""


for command in (
    clips.finish,
    clips.unpack,
    clips.check,
    clips.seam,
    making.mux,
    making.deliver,
    making.presets,
    exr.retag,
    color.color,
    orders.submit,
    pricing.estimate,
    orders.status,
    orders.wait,
    orders.cancel,
    orders.jobs,
    orders.fetch,
    orders.providers,
    serving.listen,
    serving.rehearse,
    about.checks,
    about.explain,
    about.doctor,
    about.demo,
):
    program.add_command(command)


def main() -> NoReturn:
    """Run the program on the command line's words and exit with the code its docstring promises."""
    _keep_output_clean()
    with interrupts_noted():
        code = run(sys.argv[1:])
    sys.exit(_flushed(code))


def run(words: list[str]) -> int:
    """Run one command line and return its exit code; everything that went wrong is said on standard error."""
    try:
        code = program.main(words, prog_name="answerprint", standalone_mode=False) or 0
        stop_if_interrupted()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (BrokenPipeError, SystemExit):
        return 0  # whoever read our output has seen enough: click exits with 1 by itself
    except (Exception, KeyboardInterrupt) as problem:  # noqa: BLE001 - the last door: nothing passes it unsaid
        return _say(_cause(problem))
    return code


def _flushed(code: int) -> int:
    """Hand over what is left of the output; return 3 in the place of a code that promises it, where it cannot be."""
    try:
        sys.stdout.flush()
    except OSError as problem:
        # What is left would be tried again when Python exits, and complained of.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(problem, BrokenPipeError) and code < USAGE:
            return _say(problem)
    return code


def _cause(problem: BaseException) -> BaseException:
    """Return why a run ended: a terminal interrupts our encoders, too, and that they are gone may be heard first."""
    if was_interrupted() and isinstance(problem, AnswerprintError):
        return KeyboardInterrupt()
    return problem


def _say(problem: BaseException) -> int:
    """Tell what went wrong in one line, a bug by its traceback, and return the exit code of its class."""
    if isinstance(problem, click.UsageError):
        _show_usage(problem)
        return USAGE
    if isinstance(problem, (click.Abort, KeyboardInterrupt)):
        by = interrupted_by()
        said = "terminated" if by is signal.SIGTERM else "interrupted"
        click.echo(f"answerprint: {said}", err=True)
        return INTERRUPTED + by
    if isinstance(problem, AnswerprintError):
        click.echo(f"answerprint: {problem}", err=True)
        return problem.exit_code
    if isinstance(problem, MemoryError):
        click.echo(f"answerprint: {NO_MEMORY}", err=True)
        return FAILED
    if isinstance(problem, OSError):
        # A machine that refuses is no bug of ours, wherever it refuses.
        return _say(storage_error(problem))
    traceback.print_exception(problem)
    click.echo(
        "answerprint: this is a bug in answerprint; please report it with the lines above", err=True
    )
    return BUG


def _show_usage(problem: click.UsageError) -> None:
    """Say in one line what is wrong with a command line; where no command is named, show which there are."""
    if isinstance(problem, click.exceptions.NoArgsIsHelpError):
        problem.show()
        return
    said = one_line(problem.format_message()).removesuffix(".")
    path = problem.ctx.command_path if problem.ctx else "answerprint"
    click.echo(f"answerprint: {said}; {path} --help shows what it takes", err=True)


def _keep_output_clean() -> None:
    """Keep C libraries' own words off standard output and standard error.

    OpenEXR and libav print to the file descriptors themselves, thousands of
    lines for one damaged file. Python's streams are moved to copies of the
    descriptors and the originals lead nowhere; ANSWERPRINT_DEBUG leaves them.
    """
    for stream in range(3):
        _open_if_closed(stream)
    if os.environ.get("ANSWERPRINT_DEBUG") and sys.stdout and sys.stderr:
        return
    sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    sys.stderr = _Aside(
        os.fdopen(os.dup(2), "wb"), encoding="utf-8", errors="replace", line_buffering=True
    )
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


class _Aside(io.TextIOWrapper):
    """Standard error, which ends no run by itself being full or gone."""

    def write(self, text: str) -> int:
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()


def _open_if_closed(stream: int) -> None:
    """Let a standard stream that was closed lead nowhere: the next file to be opened would take its number."""
    try:
        os.fstat(stream)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
