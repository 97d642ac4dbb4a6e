"""The demo: a clip in HDR with EXR frames and a loop, ordered from the rehearsed services and finished like any other."""

from pathlib import Path
from typing import Final

from answerprint.desk import Desk, submit, wait
from answerprint.errors import StorageError
from answerprint.line import finish
from answerprint.order import Order
from answerprint.pickup import expected, fetch
from answerprint.progress import Progress, silent
from answerprint.providers.job import Job
from answerprint.providers.store import JobStore
from answerprint.rehearsal.app import running
from answerprint.rehearsal.environment import environment
from answerprint.rehearsal.scenery.sound import write_sound
from answerprint.report import Report

PRESETS: Final = ("h264-web", "prores-422hq", "vp9-web")
"""One of each container."""

ORDERS: Final = (
    Order.parse(
        {
            "provider": "runware",
            "prompt": "a moonlit bay, town lights on the water, slow dolly to the right",
            "seconds": 5,
            "resolution": "720p",
            "aspect": "16:9",
            "hdr": True,
            "exr": True,
        }
    ),
    Order.parse(
        {
            "provider": "luma",
            "prompt": "amber dusk over the bay, drifting clouds",
            "seconds": 5,
            "resolution": "540p",
            "aspect": "16:9",
            "loop": True,
        }
    ),
)
"""What is ordered, each from another service."""


def run_demo(out: str | Path, *, progress: Progress = silent) -> tuple[Report, ...]:
    """Order clips over HTTP from the rehearsed services, fetch them into `out`/delivered, and finish them with a sound.

    Run again, it keeps what is there and proven. Raises StorageError where the
    disk refuses, EncodeError where ffmpeg fails, ServiceError where the
    rehearsal does.
    """
    place = Path(out)
    try:
        (place / "delivered").mkdir(parents=True, exist_ok=True)
        sound = write_sound(place / "delivered" / "surf.wav", seconds=6)
        with running(folder=place / ".rehearsal") as house:
            desk = Desk(
                JobStore(place / "jobs"),
                progress=progress,
                allow_private=True,
                environment=environment(house),
            )
            fetched = [(_fetched(order, place / "delivered", desk), order) for order in ORDERS]
    except OSError as problem:
        raise StorageError(f"cannot be written ({problem.strerror})", where=str(place)) from None
    return tuple(
        report
        for folder, order in fetched
        for report in finish(
            folder, out=place / "finished", order=expected(order), deliver=PRESETS, audio=sound,
            progress=progress,
        )
    )  # fmt: skip


def _fetched(order: Order, delivered: Path, desk: Desk) -> Path:
    """Return the folder an order was fetched to, ordering it where none was."""
    known = _done(order, desk)
    if known is not None:
        return known
    return fetch(wait(submit(order, desk=desk), desk), delivered, desk)


def _done(order: Order, desk: Desk) -> Path | None:
    folders = (Path(job.folder) for job in desk.store.jobs() if _fills(job, order) and job.folder)
    return next((folder for folder in folders if (folder / "job.json").exists()), None)


def _fills(job: Job, order: Order) -> bool:
    return job.order == order
