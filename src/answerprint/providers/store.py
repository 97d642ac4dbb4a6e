"""Where jobs are written down: a folder with a file each, written whole or not at all.

<id>.json    the record, readable by its owner only
<id>.lock    held while a run changes it, so that two runs never overwrite each other's news
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

from pydantic import ValidationError

from answerprint.alone import hold
from answerprint.errors import StorageError, UsageError
from answerprint.order import Order
from answerprint.providers.job import Job, JobState, Sighting, now
from answerprint.providers.services import SERVICES, service_named

VARIABLE: Final = "ANSWERPRINT_JOBS"
"""Environment variable that names another folder."""
SHORTEST: Final = 4
"""Characters that a job's name may be cut to, as long as no other begins like that."""

_SERVICE_ID: Final = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~:-]*")
"""What can stand in an address as it is, and leads nowhere else."""
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def default_folder() -> Path:
    """Return the folder that jobs are written to: ANSWERPRINT_JOBS, else below the user's state folder."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "answerprint" / "jobs"


class JobStore:
    """The jobs of one folder. Every change is on disk before the method returns."""

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder) if folder is not None else default_folder()

    def __repr__(self) -> str:
        return f"JobStore({str(self.folder)!r})"

    def create(self, provider: str, order: Order, *, name: str | None = None) -> Job:
        """Write down a new job. Raises StorageError where the disk refuses."""
        moment = now()
        job = Job.model_validate(
            {
                "id": name or str(uuid4()),
                "provider": provider,
                "order": order.model_copy(update={"provider": provider}),
                "created": moment,
                "updated": moment,
            }
        )
        return self.save(job)

    def adopt(self, provider: str, service_id: str, order: Order) -> Job:
        """Write down a job that was submitted elsewhere, by the service's own name for it. Raises UsageError."""
        named = service_named(provider).names_jobs
        if not (_UUID if named else _SERVICE_ID).fullmatch(service_id):
            said = "no UUID, as every job has there" if named else "no name of a job"
            raise UsageError(f"{service_id!r} is {said}", where=provider)
        job = self.create(provider, order, name=service_id if named else None)
        seen = Sighting(state=JobState.QUEUED, service_id=service_id)
        return self.save(job.after(seen))

    def forget(self, job: Job) -> None:
        """Take back what `adopt` wrote down. Raises StorageError."""
        path = self._path(job.id)
        try:
            path.unlink(missing_ok=True)
            path.with_suffix(".lock").unlink(missing_ok=True)
        except OSError as problem:
            raise StorageError(f"cannot be removed ({problem.strerror})", where=str(path)) from None

    def save(self, job: Job) -> Job:
        """Write `job` down, whole or not at all, and return it. Raises StorageError."""
        path = self._path(job.id)
        beside = path.with_suffix(f".{uuid4().hex}.partial")
        content = json.dumps(job.spelled(), indent=1, ensure_ascii=False)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # The mode has to be there before a byte is.
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(content + "\n")
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError as problem:
            raise StorageError(
                f"the job cannot be written down ({problem.strerror})",
                where=str(path),
                hint="nothing was sent since; free the disk, then run it again",
            ) from None
        return job

    def load(self, job_id: str) -> Job:
        """Read a job by its whole id. Raises StorageError where it is damaged, UsageError where it is not there."""
        path = self._path(job_id)
        try:
            return Job.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise UsageError(f"no job is called {job_id!r}", where=str(self.folder)) from None
        except ValidationError as problem:
            first = problem.errors()[0]
            key = "".join(f"{step}: " for step in (".".join(map(str, first["loc"])),) if step)
            raise StorageError(
                f"is no job record ({key}{first['msg']})",
                where=str(path),
                hint="move it away; wait, or finish, takes the job in again by provider:id",
            ) from None
        except OSError as problem:
            raise StorageError(f"cannot be read ({problem.strerror})", where=str(path)) from None

    def jobs(self) -> tuple[Job, ...]:
        """Return every job whose record can be read, oldest first; none where there is no folder yet.

        Raises StorageError where the folder cannot be listed.
        """
        return self.listed()[0]

    def listed(self) -> tuple[tuple[Job, ...], tuple[StorageError, ...]]:
        """Return every job, oldest first, and what is wrong with the records that are damaged. Raises as `jobs`."""
        found, damaged = [], []
        for name in self._names():
            try:
                found.append(self.load(name))
            except StorageError as problem:
                damaged.append(problem)
            except UsageError:
                continue  # taken away since the folder was listed, or no job's name
        return tuple(sorted(found, key=lambda job: job.created)), tuple(damaged)

    def find(self, word: str) -> Job:
        """Return the job that `word` names: an id or its beginning, with or without `provider:`, or the service's name for it.

        Raises UsageError where none or several are meant, StorageError for one whose record is damaged.
        """
        provider, name = split_name(word)
        known = [job for job in self.jobs() if provider in (None, job.provider)]
        exact = [job for job in known if name in (job.id, job.service_id)]
        begun = [job for job in known if self._means(name, job.id)]
        found = exact or begun
        if len(found) == 1:
            return found[0]
        damaged = [] if found else [each for each in self._names() if self._means(name, each)]
        if len(damaged) == 1:
            self.load(damaged[0])
        said = "several jobs are" if found else "no job is"
        raise UsageError(
            f"{said} called {word!r}", where=str(self.folder), hint="answerprint jobs lists them"
        )

    @contextmanager
    def changing(self, job_id: str) -> Iterator[Job]:
        """Hold a job alone and yield it as it is on disk now. Waits for whoever holds it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.folder / f"{job_id}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            hold(descriptor, wait=True)
            yield self.load(job_id)
        finally:
            os.close(descriptor)

    @staticmethod
    def _means(name: str, job_id: str) -> bool:
        return name == job_id or (len(name) >= SHORTEST and job_id.startswith(name))

    def _names(self) -> list[str]:
        try:
            return [path.stem for path in self.folder.iterdir() if path.suffix == ".json"]
        except FileNotFoundError:
            return []
        except OSError as problem:
            raise StorageError(
                f"jobs cannot be listed ({problem.strerror})", where=str(self.folder)
            ) from None

    def _path(self, job_id: str) -> Path:
        if not job_id or any(not (c.isalnum() or c in "-_.") for c in job_id) or job_id[0] == ".":
            raise UsageError(f"{job_id!r} is no name of a job")
        return self.folder / f"{job_id}.json"


def split_name(word: str) -> tuple[str | None, str]:
    """Return provider and name of `provider:name`; no provider where `word` is a name alone.

    >>> split_name("luma:1234")
    ('luma', '1234')
    """
    provider, colon, name = word.partition(":")
    return (provider, name) if colon and provider in SERVICES else (None, word)
