"""Bringing the files of a finished job to disk, as a delivery the line can take."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from answerprint.desk import Desk, job_named, look, wait
from answerprint.errors import ResultExpiredError, StorageError
from answerprint.ingest.download import Fetched, Wanted, name_of
from answerprint.ingest.download import fetch as download
from answerprint.joberrors import require_success
from answerprint.order import Order
from answerprint.providers.job import Job

DELIVERED: Final = "delivered"
"""Folder that fetched files go to when none is named."""
RATE: Final = 24
"""Frames a second of every service, by Runware's guide and Luma's keyframe grid."""


def fetch(job: Job, out: str | Path = DELIVERED, desk: Desk | None = None) -> Path:
    """Bring the files of a job that succeeded into a folder of its own below `out`, and return that.

    What is there and proven is kept. The job's record lies beside the files.
    Links that expired are renewed by asking again. Raises ServiceError,
    StorageError and SourceError.
    """
    desk = desk or Desk()
    folder = Path(out) / job.label
    # A link is good for an hour at most, and asking costs nothing.
    job = look(job, desk)
    require_success(job)
    files = bring(_wanted(job), folder, desk, lambda name: _renewed(job, name, desk), job.provider)
    with desk.store.changing(job.id) as current:
        kept = current.model_copy(update={"folder": str(folder.absolute())})
        job = desk.store.save(kept)
    _write_beside(job, folder, files)
    return folder


def bring_links(links: tuple[str, ...], folder: Path, desk: Desk) -> tuple[Fetched, ...]:
    """Download plain links into `folder`, each under the last name in its path. Raises as `bring` does."""
    stems = [name_of(link) for link in links]
    first = [[stem.casefold() for stem in stems].index(stem.casefold()) for stem in stems]
    wanted = [
        Wanted(name=stem if first[at] == at else f"{stem}-{at + 1}", link=link)
        for at, (stem, link) in enumerate(zip(stems, links, strict=True))
    ]
    return bring(wanted, folder, desk)


def arrive(name: str, out: str | Path, desk: Desk) -> tuple[Path, Order]:
    """Wait for the job that `provider:id` names, fetch it, and return its folder and what it has to be."""
    job = wait(job_named(name, desk), desk)
    return fetch(job, out, desk), expected(job.order)


def public(job: Job) -> dict[str, Any]:
    """Return a job as plain values without links and answers: links are signed."""
    seen = job.seen.model_copy(update={"links": ()}) if job.seen else None
    return job.model_copy(update={"seen": seen, "response": {}}).spelled()


def bring(
    wanted: list[Wanted], folder: Path, desk: Desk,
    renew: Callable[[str], str] | None = None, provider: str | None = None,
) -> tuple[Fetched, ...]:  # fmt: skip
    """Download links into `folder`. Raises ServiceError, StorageError and SourceError."""
    return download(
        wanted, folder, renew=renew, allow_private=desk.allow_private, provider=provider,
        progress=desk.progress,
    )  # fmt: skip


def expected(order: Order) -> Order:
    """Return what a delivery of `order` has to be: the services' rate, and their defaults where it names none."""
    asked: dict[str, Any] = {"fps": order.fps or RATE}
    if order.mode not in ("edit", "reframe"):
        asked |= {"seconds": order.seconds or 5}
    if not (order.size or order.resolution or order.source or order.anchors.first):
        asked |= {"resolution": "720p", "aspect": order.aspect or "16:9"}
    return order.updated(asked)


def _wanted(job: Job) -> list[Wanted]:
    links = job.seen.links if job.seen else ()
    wanted = [Wanted(name=link.name, link=link.url) for link in links if link.kind != "picture"]
    if not wanted:
        raise ResultExpiredError(
            f"{job.id} succeeded and names no file", provider=job.provider,
            hint="its whole answer is in the job's record",
        )  # fmt: skip
    return wanted


def _renewed(job: Job, name: str, desk: Desk) -> str:
    fresh = look(job, desk)
    for wanted in _wanted(fresh):
        if wanted.name == name:
            return wanted.link
    raise ResultExpiredError(f"{job.id} has no {name} any more", provider=job.provider)


def _write_beside(job: Job, folder: Path, files: tuple[Fetched, ...]) -> None:
    """Write the job's record beside its files, without links."""
    listed = {file.name: {"size": file.size, "xxh3": file.digest} for file in files}
    text = json.dumps({"job": public(job), "files": listed}, indent=1) + "\n"
    try:
        (folder / "job.json").write_text(text, encoding="utf-8")
    except OSError as problem:
        raise StorageError(
            f"cannot be written ({problem.strerror})", where=str(folder / "job.json")
        ) from None
