"""The right to work on something alone: a hidden file that is held with `flock`.

The kernel lets go of it however a run ends.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from answerprint.alone import hold
from answerprint.paths import AS_IT_IS


@contextmanager
def held(path: Path, busy: Callable[[], None]) -> Iterator[None]:
    """Hold the file at `path` alone, made where there is none and gone afterwards.

    `busy` is called each time another run is found to hold it: it waits, or
    raises to give up. Raises OSError where the file cannot be made.
    """
    while (descriptor := _taken(path)) is None:
        busy()
    try:
        yield
    finally:
        # Removed before it is let go of, so that who opened it meanwhile can tell.
        with suppress(OSError):
            path.unlink()
        os.close(descriptor)


def _taken(path: Path) -> int | None:
    """Return a descriptor that holds the file at `path`; None where another run does."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | AS_IT_IS, 0o666)
        try:
            hold(descriptor, wait=False)
            if _stands_at(path, descriptor):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _stands_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
