"""The program itself: its commands, and which exit code means what."""

import os
import sys
import traceback
from typing import NoReturn

import click

from answerprint.cli import about, clips, color, exr, making, orders, serving
from answerprint.cli.interrupt import interrupts_noted, stop_if_interrupted, was_interrupted
from answerprint.errors import AnswerprintError, one_line
from answerprint.version import __version__

BUG = 4
"""Exit code of a bug in the tool."""
INTERRUPTED = 130
"""Exit code of Ctrl-C, as shells count it: 128 + SIGINT."""
FAILED = 3
"""Exit code of work that could not be done."""
USAGE = 2
"""Exit code of a command line that makes no sense."""

EPILOG = """Exit codes: 0 clean, 1 findings, 2 usage, 3 the work could not be done, 4 a bug, 130 interrupted."""


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
    orders.estimate,
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
    sys.exit(code)


def run(words: list[str]) -> int:
    """Run one command line and return its exit code; everything that went wrong is said on standard error."""
    try:
        code = program.main(words, prog_name="answerprint", standalone_mode=False) or 0
        stop_if_interrupted()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Exception, KeyboardInterrupt) as problem:  # noqa: BLE001 - the last door: nothing passes it unsaid
        return _say(_cause(problem))
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
        click.echo("answerprint: interrupted", err=True)
        return INTERRUPTED
    if isinstance(problem, AnswerprintError):
        click.echo(f"answerprint: {problem}", err=True)
        return problem.exit_code
    if isinstance(problem, (OSError, MemoryError)):
        # A machine that refuses is no bug of ours, wherever it refuses.
        click.echo(f"answerprint: {one_line(_refused(problem))}", err=True)
        return FAILED
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


def _refused(problem: OSError | MemoryError) -> str:
    if isinstance(problem, MemoryError):
        return "the memory is not enough; make fewer deliverables at once (--encoders 1)"
    said = problem.strerror or str(problem)
    return f"{problem.filename}: {said}" if problem.filename else said


def _keep_output_clean() -> None:
    """Keep C libraries' own words off standard output and standard error.

    OpenEXR and libav print to the file descriptors themselves, thousands of
    lines for one damaged file. Python's streams are moved to copies of the
    descriptors and the originals lead nowhere; ANSWERPRINT_DEBUG leaves them.
    """
    if os.environ.get("ANSWERPRINT_DEBUG"):
        return
    sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    sys.stderr = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
