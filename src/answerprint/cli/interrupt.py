"""Ctrl-C, taken where the work can stop.

A KeyboardInterrupt raised wherever the main thread happens to be may be raised
inside a queue or a thread pool, which then stays locked, and the program never
ends. So the first Ctrl-C is only noted, and raised where progress is told. Work
that tells none within GRACE seconds is interrupted wherever it is, and so is
work that is interrupted twice.
"""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

GRACE: Final = 2.0
"""Seconds that work has to come to a point where it can stop, before it is interrupted wherever it is."""
LOOK_AGAIN: Final = 0.1
"""Seconds between two looks, asleep, whether anyone asked to stop: what feels like at once."""


class _Asked:
    """Whether to stop. A plain flag: what a signal's handler does must not wait for a lock."""

    stop = False


@contextmanager
def interrupts_noted() -> Iterator[None]:
    """Note Ctrl-C in this block instead of raising it at once. Only for the main thread.

    Where Ctrl-C is ignored, as in the background of a shell script, it stays so.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _Asked.stop = False
    before = signal.signal(signal.SIGALRM, _insist)
    signal.signal(signal.SIGINT, _note)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGALRM, before)


def was_interrupted() -> bool:
    """Tell whether Ctrl-C was noted; what ends now is not interrupted for it any more."""
    if _Asked.stop:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return _Asked.stop


def stop_if_interrupted() -> None:
    """Raise KeyboardInterrupt where Ctrl-C was noted; never on another thread than the main one."""
    if threading.current_thread() is threading.main_thread() and was_interrupted():
        raise KeyboardInterrupt


def sleep(seconds: float) -> None:
    """Sleep. Raises KeyboardInterrupt on the main thread soon after Ctrl-C."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        stop_if_interrupted()
        time.sleep(min(left, LOOK_AGAIN))
    stop_if_interrupted()


def _note(number: int, frame: FrameType | None) -> None:
    if _Asked.stop:
        _insist(number, frame)
    _Asked.stop = True
    signal.setitimer(signal.ITIMER_REAL, GRACE)


def _insist(_number: int, _frame: FrameType | None) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)
    raise KeyboardInterrupt
