"""The one door to the ffmpeg program: where it is, what it can do, and running it.

ffmpeg-python builds command lines; the process is ours, so that its pictures
come from memory, its words are kept, and nothing of it outlives us.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

import ffmpeg
import imageio_ffmpeg

from answerprint.errors import EncodeError, ToolError
from answerprint.measured.movie import ColorTags
from answerprint.media.lending import Lending, can_lend

try:
    import fcntl
except ModuleNotFoundError:  # on Windows
    fcntl = None  # type: ignore[assignment]

PREFERENCE: Final = "ANSWERPRINT_FFMPEG"
"""Environment variable that names the ffmpeg to use, or says `PATH` to take the first one there."""

KEPT_LINES: Final = 40
"""Lines of ffmpeg's own words kept for an error message: the first ones, which name the cause."""

PIPE_BYTES: Final = 1 << 20
"""What a pipe of pictures holds: the most an ordinary user is granted, and a sixteenth of the usual turns taken at it."""

_ZIMG_MATRICES: Final = {
    "gbr": "gbr", "bt709": "709", "fcc": "fcc", "bt470bg": "470bg", "smpte170m": "170m", "smpte240m": "240m",
    "bt2020nc": "2020_ncl", "bt2020c": "2020_cl", "ycgco": "ycgco", "ictcp": "ictcp",
}  # fmt: skip
_ZIMG_PRIMARIES: Final = {
    "bt709": "709", "bt470m": "470m", "bt470bg": "470bg", "smpte170m": "170m", "smpte240m": "240m", "film": "film",
    "bt2020": "2020", "smpte428": "smpte428", "smpte431": "smpte431", "smpte432": "smpte432", "ebu3213": "jedec-p22",
}  # fmt: skip
_QUIET = ("-hide_banner", "-nostdin", "-loglevel", "error")


@cache
def program() -> str:
    """Return the ffmpeg to run: the preferred one, else the one in the imageio-ffmpeg wheel. Raises ToolError."""
    wanted = os.environ.get(PREFERENCE)
    if wanted:
        found = shutil.which("ffmpeg" if wanted == "PATH" else wanted)
        if not found:
            raise ToolError(
                f"no ffmpeg at {wanted}",
                where=PREFERENCE,
                hint=f"unset {PREFERENCE} to use the bundled one",
            )
        return found
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        raise ToolError(
            "no ffmpeg found", hint="pip install imageio-ffmpeg, or name one in " + PREFERENCE
        ) from None


@cache
def version() -> str:
    """Return the version ffmpeg prints of itself, for example `9.0.2`. Raises ToolError."""
    first = _ask("-version").partition("\n")[0]
    match = re.search(r"version n?(\S+)", first)
    return match[1] if match else first


@cache
def encoders() -> frozenset[str]:
    """Return the names of the encoders this ffmpeg has. Raises ToolError."""
    return frozenset(re.findall(r"^ [VAS][.\w]{5} (\S+)", _ask("-encoders"), re.MULTILINE))


@cache
def filters() -> frozenset[str]:
    """Return the names of the filters this ffmpeg has. Raises ToolError."""
    return frozenset(
        re.findall(r"^ [.T][.S][.C]? ?(\w+) +\S+->\S+", _ask("-filters"), re.MULTILINE)
    )


def command(graph: Any) -> list[str]:
    """Return the command line of an ffmpeg-python graph, with the program and our own flags in front."""
    return [program(), *_QUIET, "-y", *ffmpeg.get_args(graph)]


def run(arguments: Sequence[str], *, where: str) -> str:
    """Run ffmpeg to its end and return what it said. Raises EncodeError with the end of it where it failed."""
    with running(arguments, where=where, feed=False) as process:
        process.finish()
        return process.said


def tag_color(stream: Any, tags: ColorTags) -> Any:
    """Declare what a stream's pictures are, without changing them: encoders write what frames say."""
    return stream.filter(
        "setparams",
        range=tags.range,
        colorspace=tags.matrix,
        color_primaries=tags.primaries,
        color_trc=tags.transfer,
    )


def convert_color(
    stream: Any, source: ColorTags, target: ColorTags, *, dither: bool = False
) -> Any:
    """Convert matrix, range and primaries of a stream, without going through swscale.

    All SDR is shown by the same BT.1886 display, so SDR transfers count as one
    and code values are not bent between them.
    """
    return stream.filter(
        "zscale",
        matrixin=_ZIMG_MATRICES[source.matrix or "bt709"],
        matrix=_ZIMG_MATRICES[target.matrix or "bt709"],
        rangein="full" if source.range == "pc" else "limited",
        range="full" if target.range == "pc" else "limited",
        primariesin=_ZIMG_PRIMARIES[source.primaries or "bt709"],
        primaries=_ZIMG_PRIMARIES[target.primaries or "bt709"],
        transferin=source.transfer if source.hdr else "709",
        transfer=target.transfer if target.hdr else "709",
        dither="error_diffusion" if dither else "none",
    )


class Process:
    """A running ffmpeg whose standard error is drained as it goes, so that it never blocks."""

    def __init__(self, arguments: Sequence[str], *, where: str, feed: bool) -> None:
        self._command = tuple(arguments)
        self._where = where
        self._said: list[str] = []
        try:
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                # A terminal's Ctrl-C goes to the whole group: we end our encoders ourselves, when we stop.
                process_group=0,
                env=os.environ | {"SVT_LOG": "1"},  # SVT-AV1 prints its banner past -loglevel
            )
        except OSError as problem:
            raise ToolError(f"cannot be started ({problem.strerror})", where=arguments[0]) from None
        self._lending: Lending | None = None
        if self._child.stdin is not None:
            _widen(self._child.stdin)
            self._lending = _lending(self._child.stdin)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def said(self) -> str:
        """What ffmpeg said, at most KEPT_LINES."""
        return "\n".join(self._said)

    def write(self, picture: memoryview | bytes) -> None:
        """Feed one raw picture. Raises EncodeError where ffmpeg has gone."""
        try:
            self._input.write(picture)
        except (BrokenPipeError, OSError):
            self.finish()
            raise EncodeError("ffmpeg stopped reading pictures", where=self._where) from None

    def lend(self, picture: memoryview | bytes) -> None:
        """Feed one raw picture that does not change until ffmpeg has ended: it need not be copied. Raises as `write`."""
        if self._lending is None:
            self.write(picture)
            return
        try:
            self._lending.lend(picture)
        except OSError:
            self.finish()
            raise EncodeError("ffmpeg stopped reading pictures", where=self._where) from None

    def finish(self) -> None:
        """End the input and wait for ffmpeg to end. Raises EncodeError where it failed."""
        if self._child.stdin and not self._child.stdin.closed:
            with suppress(BrokenPipeError):  # the exit status below tells why it went
                self._child.stdin.close()
        status = self._child.wait()
        self._lending = None
        self._listener.join()
        if status:
            raise EncodeError(
                f"ffmpeg failed with status {status}: {self._said[0] if self._said else 'it said nothing'}",
                where=self._where,
                command=self._command,
                said=self.said,
            )

    def kill(self) -> None:
        """End ffmpeg at once, whatever it was doing."""
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()
        self._lending = None
        self._listener.join()

    @property
    def _input(self) -> IO[bytes]:
        assert self._child.stdin is not None
        return self._child.stdin

    def _listen(self) -> None:
        assert self._child.stderr is not None
        for line in self._child.stderr:
            text = line.decode("utf-8", "replace").strip()[:500]
            if text and len(self._said) < KEPT_LINES:
                self._said.append(text)
        self._child.stderr.close()


@contextmanager
def running(arguments: Sequence[str], *, where: str, feed: bool = True) -> Iterator[Process]:
    """Start ffmpeg and make sure that it is gone afterwards, however the block ends."""
    process = Process(arguments, where=where, feed=feed)
    try:
        yield process
    finally:
        process.kill()


def _widen(pipe: IO[bytes]) -> None:
    """Make a pipe hold PIPE_BYTES, where the system has such pipes and still grants them."""
    if sys.platform == "linux" and fcntl is not None:
        with suppress(OSError):  # a user's pipes together have a limit; a narrow one works as well
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _lending(pipe: IO[bytes]) -> Lending | None:
    """Return what lends pictures to a pipe, None where this system does not."""
    return Lending(pipe.fileno()) if can_lend() else None


def _ask(flag: str) -> str:
    try:
        answer = subprocess.run(
            [program(), "-hide_banner", flag],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            process_group=0,
        )
    except (OSError, subprocess.SubprocessError) as problem:
        raise ToolError(f"does not answer {flag} ({problem})", where=Path(program()).name) from None
    return answer.stdout
