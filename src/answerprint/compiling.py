"""The one door to numba: inner loops compiled once a machine, and so that they hold no lock.

What is compiled is kept beside the installation, else in the user's cache
folder. Where neither can be written, as on a farm whose users have no home, each
run compiles anew; `NUMBA_CACHE_DIR` names another folder.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_Loop = TypeVar("_Loop", bound=Callable[..., Any])


def compiling(**options: Any) -> Callable[[_Loop], _Loop]:
    """Return a decorator that compiles a loop by numba's `options`, to be run by any number of threads at once."""

    def compiled(loop: _Loop) -> _Loop:
        try:
            return cast("_Loop", njit(cache=True, nogil=True, **options)(loop))
        except RuntimeError:  # numba found no folder to keep it in
            return cast("_Loop", njit(nogil=True, **options)(loop))

    return compiled
