"""Files fetched from links: streamed, hashed on the way, gone on with where a run ended, and named when proven.

what is asked    wanted.py    names and links, and what came of them
a link           link.py      where it may lead, and what it answers
one try          transfer.py  what is missing, and what an answer amounts to
many tries       patience.py  when to try again, and when to give up
the bytes        partial.py   what is there so far, and who may work on it
what they are    arrival.py   told by the bytes
"""

import glob
import shutil
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from answerprint.errors import ServiceError, SourceError, StorageError
from answerprint.ingest.arrival import Arrival, examine
from answerprint.ingest.link import Bounds, Opener
from answerprint.ingest.partial import Partial, file_digest, file_md5, sole_use
from answerprint.ingest.patience import DEFAULT_PATIENCE, Patience, SetbackError, Tries
from answerprint.ingest.staging import storage_errors
from answerprint.ingest.transfer import Written, accept, missing, take
from answerprint.ingest.wanted import Fetched, Renew, Wanted, check_names, name_of
from answerprint.progress import Progress, silent

__all__ = ["Fetched", "Patience", "Renew", "Wanted", "fetch", "name_of"]

CONNECTIONS: Final = 2
"""Files fetched at once: a delivery is a movie and its frames."""
SPARE_BYTES: Final = 64 << 20
"""Left free on the disk: what `CONNECTIONS` files write between two looks at it, and as much for others."""
LOOK_BYTES: Final = 16 << 20
"""Bytes written between two looks at the disk."""
TOLD_BYTES: Final = 1 << 20
"""Bytes between two reports of progress."""


def fetch(
    wanted: Sequence[Wanted],
    folder: Path,
    *,
    renew: Renew | None = None,
    allow_private: bool = False,
    allowed_hosts: Sequence[str] = (),
    connections: int = CONNECTIONS,
    patience: Patience = DEFAULT_PATIENCE,
    provider: str | None = None,
    progress: Progress = silent,
) -> tuple[Fetched, ...]:
    """Fetch files into `folder`, `connections` at a time, and return them in the order of `wanted`.

    A file gets its name and extension when it has arrived whole and its header
    has been read. One that is there already with the same length, and whole, is
    kept. What an earlier run left is gone on with where the server can tell that
    it is still the same file. `renew` is asked where a link has expired, also in
    the middle. No credentials are sent. Memory: about 1 MiB a connection.

    Every file is tried before the first one's failure is raised: SourceError
    where a link leads where it may not or what came is no media; StorageError
    where the disk is full or refuses, or another file has the name;
    ResultExpiredError where the file is gone or its link expired without
    `renew`; RateLimitError and ServiceDownError where patience ends; ServiceError
    for any other answer; and what `renew` raises. Errors of a service are
    `provider`'s, or the host's that answered. What arrived until then stays for
    the next run. Raises UsageError where two names are one.
    """
    check_names(wanted)
    folder = folder.absolute()
    with storage_errors(folder):
        was_there = folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
    bounds = Bounds(allow_private=allow_private, allowed_hosts=tuple(allowed_hosts))
    try:
        with Opener(bounds) as opener:
            run = _Run(folder, opener, renew, patience, progress)
            return _fetch_all(run, wanted, connections, provider)
    finally:
        if not was_there:
            with suppress(OSError):
                folder.rmdir()  # where nothing arrived; one that holds anything stays


def _fetch_all(
    run: "_Run", wanted: Sequence[Wanted], connections: int, provider: str | None
) -> tuple[Fetched, ...]:
    with ThreadPoolExecutor(max(1, connections), thread_name_prefix="fetch") as pool:
        jobs: list[Future[Fetched]] = []
        try:
            jobs += [pool.submit(run.fetch, each) for each in wanted]
            failures = [job.exception() for job in jobs]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            run.end()
            # Who was just connecting begins to read after that: it is hung up on again.
            while wait(jobs, timeout=0.1).not_done:
                run.end()
            raise
    for each, failure in zip(wanted, failures, strict=True):
        if isinstance(failure, SourceError | ServiceError):
            failure.where = f"{each.name}: {failure.where}" if failure.where else each.name
        if isinstance(failure, ServiceError) and provider is not None:
            failure.provider = provider
    return tuple(job.result() for job in jobs)


class _Run:
    """One call of `fetch`: what its threads share."""

    def __init__(
        self,
        folder: Path,
        opener: Opener,
        renew: Renew | None,
        patience: Patience,
        progress: Progress,
    ) -> None:
        self._folder = folder
        self._opener = opener
        self._renew = renew
        self._patience = patience
        self._progress = progress
        self._room = _Room(folder)
        self._telling, self._renewing = threading.Lock(), threading.Lock()
        self._ended = threading.Event()
        self._doubted: dict[str, str] = {}

    def end(self) -> None:
        """Make every thread stop where it is."""
        self._ended.set()
        self._opener.hang_up()

    def fetch(self, wanted: Wanted) -> Fetched:
        """Fetch one file, see `fetch`."""
        still = self._patience.standstill
        with (
            storage_errors(self._folder),
            self._room.held(wanted.name),
            sole_use(self._folder, wanted.name, standstill=still, pause=self._pause) as partial,
        ):
            return self._persist(wanted, partial)

    def _persist(self, wanted: Wanted, partial: Partial) -> Fetched:
        link, tries = wanted.link, Tries(self._patience, partial.size)
        written = self._written(wanted.name)
        while True:
            try:
                fetched = self._try(wanted.name, link, partial, written)
            except SetbackError as setback:
                self._pause(tries.pause_after(setback, partial.size))
                if setback.expired:
                    link = self._renewed(wanted.name, setback)
            else:
                self._tell(wanted.name, fetched.size, fetched.size)
                return fetched

    def _try(self, name: str, link: str, partial: Partial, written: Written) -> Fetched:
        with self._opener.opened(link, missing(partial)) as answer:
            more = accept(answer, partial)
            if (kept := self._kept(name, partial.mark.length)) is not None:
                partial.drop()
                return kept
            if more:
                take(answer, partial, written)
        return self._place(name, partial)

    def _kept(self, name: str, length: int | None) -> Fetched | None:
        """Return the file that is there under the name, of that length and whole; None where none is."""
        for path in sorted(self._folder.glob(f"{glob.escape(name)}.*")):
            if path.stem != name or not path.is_file() or path.stat().st_size != length:
                continue
            if (arrival := _proven(path)) is not None:
                return _fetched(path, arrival, file_digest(path))
        return None

    def _place(self, name: str, partial: Partial) -> Fetched:
        try:
            arrival = examine(partial.path)
        except SourceError as problem:
            partial.drop()
            raise SetbackError(problem, spoiled=True) from None
        self._believe(name, partial)
        target, digest = self._folder / f"{name}{arrival.suffix}", partial.digest
        if _proven(target) is not None and file_digest(target) != digest:
            raise StorageError(
                "is there already and is another file",
                where=str(target),
                hint="move it away or choose another folder",
            )
        partial.place(target)
        return _fetched(target, arrival, digest)

    def _believe(self, name: str, partial: Partial) -> None:
        """Raise SetbackError where a file is not what its server promised, unless it came like that twice.

        What seems to be a promise may be none; but the same damage does not
        happen twice.
        """
        promised = partial.mark.md5
        if promised is None or self._doubted.get(name) == partial.digest:
            return
        if file_md5(partial.path) != promised:
            self._doubted[name] = partial.digest
            partial.drop()
            problem = SourceError("was damaged on the way", where=name, hint="fetch it again")
            raise SetbackError(problem, spoiled=True)

    def _renewed(self, name: str, setback: SetbackError) -> str:
        if self._renew is None:
            raise setback.problem from None
        with self._renewing:
            return self._renew(name)

    def _written(self, name: str) -> Written:
        """Return what is told of every piece of a file: it looks at the disk and reports, now and then."""
        looked, told = -LOOK_BYTES, -TOLD_BYTES

        def written(size: int, length: int | None) -> None:
            nonlocal looked, told
            self._pause(0)
            if abs(size - looked) >= LOOK_BYTES:
                self._room.ask(name, max(0, (length or 0) - size))
                looked = size
            if abs(size - told) >= TOLD_BYTES:
                # A station begins with 0, once; a file that starts over does not begin again.
                self._tell(name, 0 if told < 0 else max(size, 1), length)
                told = size

        return written

    def _tell(self, name: str, done: int, total: int | None) -> None:
        with self._telling:
            self._progress(f"fetching {name}", done, total)

    def _pause(self, seconds: float) -> None:
        """Wait; raise CancelledError as soon as the run is ended."""
        if self._ended.wait(seconds) if seconds else self._ended.is_set():
            raise CancelledError


class _Room:
    """Space on the disk, for all the files of a run together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._coming: dict[str, int] = {}
        self._asking = threading.Lock()

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Give up at the end what was asked for."""
        try:
            yield
        finally:
            with self._asking:
                self._coming.pop(name, None)

    def ask(self, name: str, coming: int) -> None:
        """Raise StorageError where `coming` bytes of a file do not fit beside what the others still need."""
        with self._asking:
            self._coming[name] = coming
            needed = sum(self._coming.values()) + SPARE_BYTES
        free = shutil.disk_usage(self._folder).free
        if needed > free:
            raise StorageError(
                f"the disk has {free / 1e6:.0f} MB free and {needed / 1e6:.0f} MB are needed",
                where=str(self._folder),
                hint=f"free {(needed - free) / 1e6:.0f} MB and run it again to go on",
            )


def _proven(path: Path) -> Arrival | None:
    """Return what a file is that is as whole, and of the kind, as its extension says; None where it is not."""
    try:
        arrival = examine(path)
    except (SourceError, FileNotFoundError):
        return None
    return arrival if arrival.suffix == path.suffix else None


def _fetched(path: Path, arrival: Arrival, digest: str) -> Fetched:
    return Fetched(
        name=path.name,
        size=path.stat().st_size,
        digest=digest,
        kind=arrival.kind,
        media_type=arrival.media_type,
    )
