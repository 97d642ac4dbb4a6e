"""Channels that stand for others, stand still or are swapped."""

from typing import Any

import pytest

from answerprint.measured.frames import ChannelLevels
from answerprint.measured.samples import ChannelFigures, SampleFigures
from tests.checks.subjects import breaches, sequence

STILL = (0.04, 0.8, 1.2, 0.8, 0.04, 0.8, 1.2, 0.8, 0.04)
"""Each channel a step from itself, far from the others."""


def has(**changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"spread": (2.0, 2.0, 2.0), "apart": (0.8, 0.8, 1.2), "crossing": STILL}
    return {"samples": SampleFigures(channels=ChannelFigures(**(plain | changes)))}


def seen(change: dict[int, dict[str, Any]]) -> Any:
    first = {1001: has(crossing=())}
    return sequence(change={n: has() for n in range(1002, 1121)} | first | change)


def test_a_clip_whose_channels_live_passes() -> None:
    for each in ("channels.stuck", "channels.swapped"):
        assert breaches(each, seen({})) == []


def test_a_constant_channel_is_named() -> None:
    (found,) = breaches("channels.stuck", seen({1040: has(spread=(2.0, 0.001, 2.0))}))
    assert (found.frames, found.channel) == ((1040,), "G")
    assert "constant" in found.message


@pytest.mark.parametrize(("spread", "mean", "count"), [(0.001, 0.2, 1), (0.01, 0.2, 0), (0.001, 0.0005, 0)])  # fmt: skip
def test_a_channel_of_one_light_through_a_coded_clip_is_stuck(
    spread: float, mean: float, count: int
) -> None:
    """DWA leaves it a thousandth of a stop uneven; what hardly holds light may be even by itself."""
    coded = ChannelLevels(minimum=0.9 * mean, maximum=1.1 * mean, mean=mean)
    flat = {n: {**has(spread=(2.0, spread, 2.0), crossing=()), "channels": {"G": coded}} for n in range(1001, 1121)}  # fmt: skip
    assert len(breaches("channels.stuck", sequence(change=flat))) == count


def test_a_copy_is_the_channel_that_jumps() -> None:
    jump = (0.8, 0.04, 0.8, *STILL[3:])
    copied = {1040: has(apart=(0.0, 0.8, 0.8), crossing=jump), 1041: has(crossing=jump)}
    (found,) = breaches("channels.stuck", seen(copied))
    assert (found.frames, found.channel) == ((1040,), "R")
    assert "copy" in found.message


def test_a_gray_or_tinted_clip_has_no_copies() -> None:
    tinted = {n: has(apart=(0.0, 0.5, 0.5)) for n in range(1001, 1121)}
    assert breaches("channels.stuck", seen(tinted)) == []


def test_a_held_channel_is_named() -> None:
    held = (*STILL[:8], 0.0001)
    (found,) = breaches("channels.stuck", seen({1040: has(crossing=held)}))
    assert (found.frames, found.channel) == ((1040,), "B")


@pytest.mark.parametrize("run", [(1040,), (1040, 1041, 1042)])
def test_swapped_channels_are_named_for_as_long_as_they_are(run: tuple[int, ...]) -> None:
    turned = (1.2, 0.8, 0.04, 0.8, 0.04, 0.8, 0.04, 0.8, 1.2)
    ends = {run[0]: has(crossing=turned), run[-1] + 1: has(crossing=turned)}
    (found,) = breaches("channels.swapped", seen(ends))
    assert found.frames == run
    assert found.measured == "B, G, R"


def test_a_cut_and_a_clip_that_plays_with_colors_are_no_swap() -> None:
    cut = (1.9, 0.9, 0.9, 0.9, 1.9, 0.9, 0.9, 0.9, 1.9)
    assert breaches("channels.swapped", seen({1040: has(crossing=cut)})) == []
    turned = (1.2, 0.8, 0.04, 0.8, 0.04, 0.8, 0.04, 0.8, 1.2)
    plays = {n: has(crossing=turned) for n in range(1004, 1120, 4)}
    assert breaches("channels.swapped", seen(plays)) == []
