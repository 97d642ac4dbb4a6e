"""The one door to vmsplice: pictures are lent to a pipe instead of copied into it.

Who reads the pipe then takes them from where they lie, so that they have to stay
as they are until then. Feeding 1080p pictures to ffmpeg takes a fifth of the time
of writing them. Linux has it; elsewhere there is nothing to lend to.
"""

import ctypes
import errno
import os
import sys
from collections import deque
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

try:
    import fcntl
except ModuleNotFoundError:  # on Windows
    fcntl = None  # type: ignore[assignment]

_PAGES_STAY_OURS: Final = 0


class _Part(ctypes.Structure):
    """An iovec: where a part of memory begins, and how long it is."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class Lending:
    """The pictures lent to one pipe, each held for as long as the pipe may hold a part of it."""

    def __init__(self, pipe: int) -> None:
        """Lend to the pipe of that descriptor, whose size must not change. Raises OSError where it is none."""
        self._pipe = pipe
        self._most = int(fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ))
        self._held: deque[NDArray[np.uint8]] = deque()

    @property
    def held(self) -> int:
        """Bytes of the pictures that must not change yet."""
        return sum(picture.size for picture in self._held)

    def lend(self, picture: memoryview | bytes) -> None:
        """Put a picture into the pipe; waits for room. Raises OSError where nobody reads it any more."""
        flat = np.frombuffer(picture, np.uint8)
        self._held.append(flat)
        done = 0
        while done < flat.size:
            done += _splice(self._pipe, flat[done:])
        # A pipe hands on what came first: behind as many bytes as it holds, a picture has left it.
        while self._held and self.held - self._held[0].size >= self._most:
            self._held.popleft()


@cache
def can_lend() -> bool:
    """Tell whether this system lends memory to pipes: Linux does, some of its sandboxes refuse."""
    if sys.platform != "linux" or fcntl is None:
        return False
    ends = os.pipe()
    try:
        Lending(ends[1]).lend(b"\0")
    except (OSError, AttributeError):
        return False
    else:
        return True
    finally:
        for end in ends:
            os.close(end)


def _splice(pipe: int, flat: NDArray[np.uint8]) -> int:
    """Lend as much as there is room for, at least a byte, and return how much."""
    part = _Part(flat.ctypes.data, flat.size)
    while (done := _libc().vmsplice(pipe, ctypes.byref(part), 1, _PAGES_STAY_OURS)) < 0:
        number = ctypes.get_errno()
        if number != errno.EINTR:
            raise OSError(number, os.strerror(number))
    return int(done)


@cache
def _libc() -> Any:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.vmsplice.restype = ctypes.c_ssize_t
    libc.vmsplice.argtypes = (
        ctypes.c_int, ctypes.POINTER(_Part), ctypes.c_ulong, ctypes.c_uint,
    )  # fmt: skip
    return libc
