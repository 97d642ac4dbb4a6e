"""How often a file is tried for, and how long is waited in between."""

from pydantic import Field

from answerprint.errors import AnswerprintError
from answerprint.record import Record


class Patience(Record):
    """When to try again and when to give up. Bytes that were not there before make every count start over."""

    tries: int = Field(default=8, ge=1)
    """Tries without a new byte; with the pauses between them, a service may be down for a minute."""
    first_pause: float = Field(default=0.5, ge=0)
    """Seconds before the second try; each pause after it is twice as long. What the services' SDKs begin with."""
    longest_pause: float = Field(default=120, ge=0)
    """Seconds a server may ask for; one that asks for more is not waited for. Twice what the services' SDKs take."""
    renewals: int = Field(default=3, ge=0)
    """Fresh links asked for without a new byte."""
    spoiled: int = Field(default=1, ge=0)
    """Whole downloads thrown away because of what they held, before it is taken for the file's own fault."""
    standstill: float = Field(default=300, ge=0)
    """Seconds another run's download may stand still; five times as long as a read may."""


DEFAULT_PATIENCE = Patience()


class SetbackError(Exception):
    """One try failed in a way that another may not; never leaves this room.

    `problem` is what to raise when no try is left, `wait` the seconds the server
    asked for, `expired` whether only a fresh link helps, and `spoiled` whether
    all of the file came and is not good.
    """

    def __init__(
        self,
        problem: AnswerprintError,
        *,
        wait: float | None = None,
        expired: bool = False,
        spoiled: bool = False,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.wait = wait
        self.expired = expired
        self.spoiled = spoiled


class Tries:
    """The setbacks of one file so far."""

    def __init__(self, patience: Patience, size: int) -> None:
        self._patience = patience
        self._furthest = size
        self._failed = self._expired = self._spoiled = 0

    def pause_after(self, setback: SetbackError, size: int) -> float:
        """Return the seconds to wait before the next try; raise the setback's problem where none is left.

        `size` is how much of the file is there. Starting over is no progress, so
        a server that cuts off every answer at the same byte ends it, too.
        """
        if size > self._furthest:
            self._furthest, self._failed, self._expired = size, 0, 0
        self._failed += 1
        self._expired += setback.expired
        self._spoiled += setback.spoiled
        if self._is_over() or (setback.wait or 0) > self._patience.longest_pause:
            raise setback.problem
        if setback.wait is not None:
            return setback.wait
        if setback.expired and self._expired == 1:
            return 0.0
        doubled = self._patience.first_pause * 2.0 ** (self._failed - 1)
        return min(doubled, self._patience.longest_pause)

    def _is_over(self) -> bool:
        patience = self._patience
        return (
            self._failed >= patience.tries
            or self._expired > patience.renewals
            or self._spoiled > patience.spoiled
        )
