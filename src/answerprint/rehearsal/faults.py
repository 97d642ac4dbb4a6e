"""What can be made to go wrong in a rehearsal, by name: once, always, or at a rate."""

import random
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

FAULTS: Final[dict[str, str]] = {
    "slow": "an answer comes late",
    "too-many-requests": "429, with Retry-After in seconds and as a date in turn",
    "server-error": "502 and 503 in turn",
    "dropped": "the connection ends in the middle of a download, or before a submit is answered",
    "dropped-download": "the connection ends in the middle of a download",
    "dropped-submit": "the job is accepted and the connection ends before the answer",
    "wrong-length": "a download says it is complete and is short",
    "corrupt-byte": "one byte of a download is another one",
    "link-expired": "a link stops being valid in the middle of its download",
    "job-failed": "the job ends without a result",
    "moderated": "the job ends because of what its result shows",
    "never-finishing": "the job runs for ever",
    "webhook-twice": "the webhook comes twice",
    "webhook-early": "the webhook comes a second before polls say that the job is done",
    "missing-frame": "one frame is not there",
    "extra-frame": "two frames more than ordered are there; one more would be a fencepost",
    "truncated-exr": "one EXR frame ends in its middle",
    "nan": "one EXR frame holds values that are no numbers",
    "wrong-size": "the pictures are half as wide and high as ordered",
    "broken-seam": "a loop's last frame does not run into its first",
    "hdr-untagged": "an HDR movie does not say that it is one",
    "single-exr": "one EXR file instead of a zip of them",
    "extra-fields": "every JSON object of an answer holds a field nobody documented",
}
"""Every fault by name, and what it means."""

IN_FRAMES: Final = ("truncated-exr", "nan", "single-exr")
"""Faults of a delivery that only one with EXR frames can have."""
IN_PICTURES: Final = ("missing-frame", "extra-frame", "wrong-size")
"""Faults any delivery can have."""


class Faults:
    """The faults that are armed; safe between threads.

    Rates are drawn from a generator of `seed`, so that a run with one client
    meets the same faults again.
    """

    def __init__(
        self,
        *,
        once: Iterable[str] = (),
        always: Iterable[str] = (),
        rates: Mapping[str, float] | None = None,
        seed: int = 0,
    ) -> None:
        self.slow_seconds = 0.5
        """How late "slow" is."""
        self.retry_seconds = 1
        """What Retry-After says."""
        self.cut = 32_768
        """Bytes of a download before it is cut; half of what is shorter than twice that."""
        self.struck: Counter[str] = Counter()
        """How often each fault was met."""
        self._lock = threading.Lock()
        self._random = random.Random(seed)  # noqa: S311  chance, not secrecy
        self._once: list[str] = []
        self._always: set[str] = set()
        self._rates: dict[str, float] = {}
        self.once(*once)
        self.always(*always)
        self.at_rate(rates or {})

    def once(self, *names: str) -> None:
        """Let each of `names` strike one more time. Raises ValueError for an unknown name."""
        _check(names)
        with self._lock:
            self._once.extend(names)

    def always(self, *names: str) -> None:
        """Let each of `names` strike every time. Raises ValueError for an unknown name."""
        _check(names)
        with self._lock:
            self._always.update(names)

    def at_rate(self, rates: Mapping[str, float]) -> None:
        """Let each name strike with its probability. Raises ValueError for an unknown name or no probability."""
        _check(rates)
        if not all(0 <= rate <= 1 for rate in rates.values()):
            raise ValueError("a fault's rate lies between 0 and 1")
        with self._lock:
            self._rates.update(rates)

    def clear(self) -> None:
        """Disarm every fault."""
        with self._lock:
            self._once.clear()
            self._always.clear()
            self._rates.clear()

    def strikes(self, *names: str) -> str | None:
        """Return the first of `names` that strikes now, using it up where it was armed once; None where none does."""
        with self._lock:
            for name in names:
                if self._struck(name):
                    self.struck[name] += 1
                    return name
        return None

    def cut_at(self, size: int) -> int:
        """Return the byte at which a body of `size` is cut."""
        return min(self.cut, size // 2)

    def somewhere(self, size: int) -> int:
        """Return the place of a byte in `size` of them: what breaks on the way breaks elsewhere every time."""
        with self._lock:
            return self._random.randrange(size)

    def _struck(self, name: str) -> bool:
        if name in self._always:
            return True
        if name in self._once:
            self._once.remove(name)
            return True
        rate = self._rates.get(name)
        return rate is not None and self._random.random() < rate


def _check(names: Iterable[str]) -> None:
    for name in names:
        if name not in FAULTS:
            raise ValueError(f"no fault is called {name!r}; known: {', '.join(FAULTS)}")
