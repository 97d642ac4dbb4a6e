"""The pool of threads that frames are worked on by, in order and a few ahead.

Frames are the unit of parallelism: inside one, everything stays on its thread.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

import cv2

from answerprint.media.memory import frames_reused

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD: Final = 2
"""Frames decoded ahead of the one being collected, beyond one a thread: enough to ride out a slow frame."""


def default_threads() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(
    pool: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item], ahead: int
) -> Iterator[Result]:
    """Yield `work(item)` in the order of `items`, with at most `ahead` of them in flight."""
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


@dataclass(frozen=True, slots=True)
class FramePool:
    """Threads that work on frames."""

    pool: ThreadPoolExecutor
    threads: int

    def in_order(self, work: Callable[[Item], Result], frames: Iterable[Item]) -> Iterator[Result]:
        """Yield `work(frame)` in the order of `frames`, with a few more in flight than there are threads."""
        return in_order(self.pool, work, frames, self.threads + AHEAD)


@contextmanager
def frame_pool(name: str, threads: int | None = None) -> Iterator[FramePool]:
    """Open threads for frames, by default one a core; while they run the memory of frames is used again."""
    count = threads or default_threads()
    with single_threaded_opencv(), frames_reused(), ThreadPoolExecutor(count, name) as pool:
        yield FramePool(pool, count)


_counting = threading.Lock()


class _Single:
    """How many blocks keep OpenCV on one thread, and how many threads it had before them and before a fork."""

    blocks = 0
    before = 0
    forking = 0


@contextmanager
def single_threaded_opencv() -> Iterator[None]:
    """Keep OpenCV on the calling thread: frames are the unit of parallelism, not rows.

    How many threads OpenCV uses is one number for the process: where several of
    these blocks run at once, the first takes it down and the last puts it back.
    """
    with _counting:
        if not _Single.blocks:
            _Single.before = cv2.getNumThreads()
            cv2.setNumThreads(1)
        _Single.blocks += 1
    try:
        yield
    finally:
        with _counting:
            _Single.blocks -= 1
            if not _Single.blocks:
                cv2.setNumThreads(_Single.before)


def _before_fork() -> None:
    """Let OpenCV's threads end: a forked process has none of them, and would wait for them for ever."""
    _counting.acquire()
    _Single.forking = cv2.getNumThreads()
    cv2.setNumThreads(1)


def _after_fork() -> None:
    cv2.setNumThreads(_Single.forking)
    _counting.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork
    )
