"""A rehearsal that tests work in: every service on loopback, keys that are none, and inputs for every mode."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from answerprint.desk import Desk
from answerprint.providers.store import JobStore
from answerprint.rehearsal.app import running
from answerprint.rehearsal.house import House

KEYS = {
    "RUNWARE_API_KEY": "planted-runware-4711",
    "LUMA_AGENTS_API_KEY": "luma-api-planted-4711",
    "GMI_API_KEY": "planted-gmi-4711",
    "REPLICATE_API_TOKEN": "r8_planted_4711",
    "SCENARIO_SDK_API_KEY": "planted-scenario-4711",
    "SCENARIO_SDK_API_SECRET": "planted-secret-4711",
}
PATHS = {
    "RUNWARE": "/runware/v1",
    "LUMA": "/luma/v1",
    "GMI": "/gmi/api/v1/ie/requestqueue/apikey",
    "REPLICATE": "/replicate",
    "SCENARIO": "/scenario/v1",
}
DIVIDE = 8
"""Pictures are rendered at an eighth: what is tried is the way there and back."""


@dataclass(frozen=True)
class Rehearsed:
    """A running rehearsal and a desk before it."""

    house: House
    desk: Desk


@contextmanager
def rehearsed(folder: Path, patch: pytest.MonkeyPatch, media: Path) -> Iterator[Rehearsed]:
    """Run a rehearsal whose renders stay in `media`, and point every service's client at it."""
    with running(divide=DIVIDE, folder=media, job_seconds=0.05) as house:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        for name, path in PATHS.items():
            patch.setenv(f"ANSWERPRINT_{name}_URL", house.base + path)
        yield Rehearsed(house, quick_desk(folder))


def quick_desk(folder: Path) -> Desk:
    """Return a desk that passes the time quickly."""
    import time

    def nap(seconds: float) -> None:
        time.sleep(min(seconds, 0.05))

    return Desk(JobStore(folder / "jobs"), sleep=nap, patience=5, allow_private=True)
