"""Bakes small enough for tests: coarse, but made, kept and looked up as the real ones are."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from answerprint.color import rendering
from answerprint.color.baked import bakes
from answerprint.color.baked.baking import Fineness, bake


@contextmanager
def small_bakes(cache: Path) -> Iterator[None]:
    """Bake on a coarse lattice, kept in `cache`, apart from the real ones of this process and this run."""
    with pytest.MonkeyPatch.context() as patched:
        coarsely = partial(
            bake, fineness=Fineness(side=12, draws=5, turns=1, at_once=1 << 13, parts_on=0)
        )
        patched.setattr(rendering, "bake", coarsely)
        patched.setattr(rendering, "_LOADED", {})
        patched.setenv(bakes.PLACE, str(cache))
        yield
