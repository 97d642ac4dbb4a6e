"""The door to `flock`: an open file that one run holds alone.

The kernel lets go of it however that run ends. Windows has no such lock: there
nothing is held, and of two runs on one clip or job the later word counts.
"""

try:
    import fcntl
except ModuleNotFoundError:
    fcntl = None  # type: ignore[assignment]


def hold(descriptor: int, *, wait: bool) -> None:
    """Hold an open file alone until it is closed; `wait` for whoever holds it, else raise BlockingIOError."""
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
