"""Bakes small enough for tests: coarse, but made, kept and looked up as the real ones are."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from answerprint.color import bakes, lattice, rendering


@contextmanager
def small_bakes(cache: Path) -> Iterator[None]:
    """Bake on a coarse lattice, kept in `cache`, apart from the real ones of this process and this run."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lattice, "SIDE", 8)
        patched.setattr(lattice, "_DRAWS", 2)
        patched.setattr(lattice, "_AT_ONCE", 1 << 15)
        patched.setattr(rendering, "_LOADED", {})
        patched.setenv(bakes.PLACE, str(cache))
        yield
