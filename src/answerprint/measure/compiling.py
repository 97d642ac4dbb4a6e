"""How inner loops are compiled: by numba, once a machine, and so that they hold no lock."""

from collections.abc import Callable
from typing import Any, TypeVar

from answerprint.compiling import compiling

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compile a loop, strictly by IEEE 754; a division by zero is infinity and no exception."""
    return compiling(error_model="numpy")(function)


def compiled_loosely(function: _Function) -> _Function:
    """Compile a loop whose values are all finite, and whose sums may be added in any order: SIMD needs that leave."""
    return compiling(error_model="numpy", fastmath=True)(function)
