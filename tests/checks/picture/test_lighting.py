"""Flashes, flicker and pumping: each found where it was planted, and ordinary changes of light let be."""

import math
import re

import numpy as np
import pytest

from answerprint.checks.limits import Limits
from answerprint.checks.picture.pulse import PulseLimits
from tests.checks.planted import COUNT, exposed, found, motion_of, steady, tinted
from tests.checks.subjects import breaches, sequence


def test_a_fade_passes() -> None:
    assert found([exposed(p, -0.1 * n) for n, p in enumerate(steady())]) == {}


@pytest.mark.parametrize(("stops", "count"), [(-0.4, 1), (0.15, 1), (1.0, 1), (0.3, 3)])
def test_a_flash_is_found(stops: float, count: int) -> None:
    clip = steady()
    clip[15 : 15 + count] = [exposed(picture, stops) for picture in clip[15 : 15 + count]]
    ((id_, (breach,)),) = found(clip).items()
    assert id_ == "picture.flash"
    assert breach.frames == tuple(range(15, 15 + count))
    assert breach.measured == pytest.approx(stops, abs=0.05)


def test_a_frame_of_another_color_is_a_flash() -> None:
    clip = steady()
    clip[15] = tinted(clip[15], 0.4)
    ((id_, (breach,)),) = found(clip).items()
    assert (id_, breach.frames) == ("picture.flash", (15,))


@pytest.mark.parametrize("stops", [0.05, 0.3])
def test_a_flicker_of_the_picture_is_found_and_nothing_else(stops: float) -> None:
    clip = steady()
    for n in range(10, 22):
        clip[n] = exposed(clip[n], stops * (-1) ** n)
    ((id_, (breach,)),) = found(clip).items()
    assert id_ == "picture.flicker"
    assert set(range(11, 21)) <= set(breach.frames) <= set(range(9, 23))


@pytest.mark.parametrize(("length", "count"), [(12, 1), (6, 0)])
def test_a_flicker_that_some_of_the_picture_lost_is_found_by_its_turns(
    length: int, count: int
) -> None:
    clip = [picture.copy() for picture in steady()]
    for n in range(10, 10 + length):
        clip[n][:36] = exposed(clip[n][:36], 0.025 * (-1) ** n)
    flickers = found(clip).get("picture.flicker", [])
    assert [flicker.message.split(" flickers")[0] for flicker in flickers] == [
        "the picture"
    ] * count


def test_a_flicker_of_a_part_is_found_with_its_place() -> None:
    clip = [picture.copy() for picture in steady()]
    for n, picture in enumerate(clip):
        picture[27:, 48:] *= np.float32(2.0 ** (0.2 * (-1) ** n))
    ((id_, (breach,)),) = found(clip).items()
    assert id_ == "picture.flicker"
    place = [int(number) for number in re.findall(r"\d+", breach.message)][:4]
    assert place == pytest.approx([640, 360, 640, 360], abs=90)
    (same,) = breaches("picture.flicker", sequence(COUNT, motion=motion_of(clip)))
    assert same.message.startswith(breach.message.partition(" flickers")[0])


@pytest.mark.parametrize("period", [8, 16])
def test_exposure_that_pumps_is_found(period: int) -> None:
    wave = [0.25 * math.sin(2 * math.pi * n / period) for n in range(COUNT)]
    clip = [exposed(picture, stops) for picture, stops in zip(steady(), wave, strict=True)]
    (breach,) = found(clip)["picture.exposure-pumps"]
    assert breach.measured == pytest.approx(0.5, abs=0.12)


def test_one_swell_of_exposure_passes() -> None:
    wave = [0.5 * math.sin(math.pi * n / COUNT) for n in range(COUNT)]
    clip = [exposed(picture, stops) for picture, stops in zip(steady(), wave, strict=True)]
    assert found(clip) == {}


def test_color_that_pumps_is_found() -> None:
    wave = [0.2 * math.sin(2 * math.pi * n / 14) for n in range(COUNT)]
    clip = [tinted(picture, stops) for picture, stops in zip(steady(), wave, strict=True)]
    (breach,) = found(clip)["picture.color-pumps"]
    assert len(breach.frames) > 25


def test_limits_decide() -> None:
    clip = steady()
    clip[15] = exposed(clip[15], 0.2)
    assert "picture.flash" not in found(clip, Limits(pulse=PulseLimits(flash=0.5)))
