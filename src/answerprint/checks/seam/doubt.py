"""How much more the seam of a clip has to show that says little of its own habits."""

from typing import Final

_MANY: Final = 24
"""Moving steps from which a clip knows its habits: a second of film."""
_HARDLY_ANY: Final = 16
"""Moving steps up to which it hardly does."""
_DOUBT: Final = 0.55
"""What a seam has to show beyond its limit there: short loops that were coded again come to 1.54, those that end elsewhere
to 1.8 and more."""


def doubt_of(steps: int) -> float:
    """Return how many times its limits the seam of a clip of so many moving steps has to show.

    >>> doubt_of(24), doubt_of(20), doubt_of(10)
    (1.0, 1.275, 1.55)
    """
    lacking = (_MANY - steps) / (_MANY - _HARDLY_ANY)
    return 1 + _DOUBT * min(max(lacking, 0.0), 1.0)
