"""Loops are compiled wherever they can be kept, and where they cannot."""

from collections.abc import Callable
from typing import Any

import pytest
from numba import njit

from answerprint.compiling import compiling


@pytest.fixture
def homeless() -> Callable[[int], int]:
    """A loop beside whose source nothing can be kept."""
    made: dict[str, Any] = {}
    exec(compile("def twice(x):\n    return 2 * x\n", "/nowhere/loops.py", "exec"), made)
    twice: Callable[[int], int] = made["twice"]
    return twice


def test_a_loop_that_can_be_kept_nowhere_is_compiled_all_the_same(
    homeless: Callable[[int], int],
) -> None:
    with pytest.raises(RuntimeError, match="cannot cache"):
        njit(cache=True)(homeless)
    assert compiling(error_model="numpy")(homeless)(21) == 42


def test_options_reach_the_compiler() -> None:
    def shared(x: float) -> float:
        return 1 / x

    assert compiling(error_model="numpy")(shared)(0.0) == float("inf")
