"""Ctrl-C, and the SIGTERM of a scheduler, taken where the work can stop.

A KeyboardInterrupt raised wherever the main thread happens to be may be raised
inside a queue or a thread pool, which then stays locked, and the program never
ends. So the first signal is only noted, and raised where progress is told. Work
that tells none within GRACE seconds is interrupted wherever it is, and so is
work that is interrupted twice.
"""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

GRACE: Final = 2.0
"""Seconds that work has to come to a point where it can stop, before it is interrupted wherever it is."""
LOOK_AGAIN: Final = 0.1
"""Seconds between two looks, asleep, whether anyone asked to stop: what feels like at once."""

_ALARMS: Final = hasattr(signal, "setitimer")
"""Whether the system has alarms; without, only what tells its progress can be interrupted."""
_USUAL: Final[dict[signal.Signals, Any]] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}
"""What is noted, and how Python meets it by itself."""


class _Asked:
    """The signal that asked to stop, 0 for none. A plain number: what a handler does must not wait for a lock."""

    by = 0


@contextmanager
def interrupts_noted() -> Iterator[None]:
    """Note Ctrl-C and SIGTERM in this block instead of raising at once. Only for the main thread.

    Where one is ignored, as Ctrl-C is in the background of a shell script, it stays so.
    """
    noted = [number for number, usual in _USUAL.items() if signal.getsignal(number) is usual]
    _Asked.by = 0
    before = signal.signal(signal.SIGALRM, _insist) if _ALARMS else None
    for number in noted:
        signal.signal(number, _note)
    try:
        yield
    finally:
        _ring_in(0)
        for number in noted:
            signal.signal(number, _USUAL[number])
        if _ALARMS:
            signal.signal(signal.SIGALRM, before)


def interrupted_by() -> signal.Signals:
    """Return the signal that asked to stop; Ctrl-C's where none was noted."""
    return signal.Signals(_Asked.by or signal.SIGINT)


def was_interrupted() -> bool:
    """Tell whether a signal was noted; what ends now is not interrupted for it any more."""
    if _Asked.by:
        _ring_in(0)
    return bool(_Asked.by)


def stop_if_interrupted() -> None:
    """Raise KeyboardInterrupt where a signal was noted; never on another thread than the main one."""
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
    if _Asked.by:
        _insist(number, frame)
    _Asked.by = number
    _ring_in(GRACE)


def _insist(_number: int, _frame: FrameType | None) -> None:
    _ring_in(0)
    raise KeyboardInterrupt


def _ring_in(seconds: float) -> None:
    """Let the alarm ring in so many seconds, 0 for not at all."""
    if _ALARMS:
        signal.setitimer(signal.ITIMER_REAL, seconds)
