"""Steps of exposure and color among what a clip does anyway; all of it arithmetic on records."""

from collections.abc import Sequence
from typing import Any

import pytest

from answerprint.checks.motion.gait import calmed, departures
from answerprint.checks.seam.grading import color_strength, exposure_strength
from answerprint.measured.motion import Step

COUNT = 40


def steps(seam: dict[str, Any], inside: Sequence[dict[str, Any]]) -> list[Step]:
    told = [seam, *(inside[n % len(inside)] for n in range(COUNT - 1))]
    return [Step.model_validate({"tone": (2.0,), "matched": 1.0} | each) for each in told]


def exposure(seam: dict[str, Any], *inside: dict[str, Any]) -> float:
    clip = steps(seam, inside or ({"stops": 0.0},))
    return exposure_strength(clip, clip[0], 0.04)


def color(seam: dict[str, Any], *inside: dict[str, Any]) -> float:
    clip = steps(seam, inside or ({"cast": (0.0, 0.0)},))
    return color_strength(clip, clip[0], 0.15)


@pytest.mark.parametrize("stops", [0.1, -0.2])
def test_a_step_of_exposure_is_found(stops: float) -> None:
    assert exposure({"stops": stops, "uneven": 0.02}) > 1


def test_light_that_breathes_is_no_step_and_what_breaks_it_is() -> None:
    assert exposure({"stops": 0.12}, {"stops": 0.12}) < 1
    assert exposure({"stops": -0.04}, {"stops": 0.12}) > 1


@pytest.mark.parametrize("figures", [{"uneven": 0.3}, {"matched": 2.1}], ids=str)
def test_pictures_that_differ_otherwise_are_no_step_of_exposure(figures: dict[str, float]) -> None:
    assert exposure({"stops": 0.2} | figures) == 0


def test_flickering_light_is_no_step() -> None:
    assert exposure({"stops": 0.1}, {"stops": -0.1}, {"stops": 0.1}) < 1


def test_a_step_of_color_is_found_in_what_a_codec_does_to_every_other_frame() -> None:
    noise: list[dict[str, Any]] = [{"cast": (0.16, 0.0)}, {"cast": (-0.16, 0.01)}]
    assert color({"cast": (0.16, 0.2)}, *noise[::-1]) > 1
    assert color({"cast": (0.16, 0.0)}, *noise[::-1]) < 1


def test_what_alternates_is_calm_and_what_stays_counts_in_full() -> None:
    changes = [(1.0, 4.0), (-1.0, 0.0), (1.0, 0.0), (-1.0, 0.0)]
    assert calmed(changes) == [(0.0, 4.0), (0.0, 2.0), (0.0, 0.0), (0.0, 2.0)]
    assert departures([(5.0, 0.0), *[(1.0, 0.0)] * 7])[:2] == [(4.0, 0.0), (0.0, 0.0)]
