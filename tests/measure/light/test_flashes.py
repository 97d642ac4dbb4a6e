"""The flash meter: what turns, how much of it, and which way."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.measure.light.flashes import FlashMeter, white_of
from answerprint.measured.flashes import Flashes, Turn
from answerprint.measured.movie import ColorTags

Picture = NDArray[np.float32]


def gray(level: float, size: tuple[int, int] = (64, 36)) -> Picture:
    return np.full((size[1], size[0], 3), level, np.float32)


def measured(pictures: list[Picture], white: float = 200.0) -> Flashes:
    meter = FlashMeter(white)
    for picture in pictures:
        meter.add(picture)
    return meter.result()


def test_light_that_stays_does_not_turn() -> None:
    assert measured([gray(0.3)] * 5) == Flashes(white=200.0)
    assert measured([]).light == ()


def test_a_turn_has_its_frame_its_way_and_its_share() -> None:
    part = gray(0.1)
    part[:18, :32] = 0.5
    flashes = measured([gray(0.1), gray(0.1), part, gray(0.1)])
    assert flashes.light == (Turn(frame=2, rise=0.25), Turn(frame=3, fall=0.25))


def test_only_what_turns_back_turns_again() -> None:
    stairs = [gray(0.1 * n) for n in (1, 3, 5, 7, 5, 7)]
    assert [(t.frame, t.rise > 0) for t in measured(stairs).light] == [
        (1, True),
        (4, False),
        (5, True),
    ]


def test_small_steps_add_up_from_the_last_turn() -> None:
    ramp = [gray(level) for level in (0.1, 0.14, 0.18, 0.22)]
    (turn,) = measured(ramp).light
    assert turn.frame == 3


@pytest.mark.parametrize(("white", "turns"), [(200.0, 1), (150.0, 0)])
def test_light_is_judged_as_shown(white: float, turns: int) -> None:
    assert len(measured([gray(0.1), gray(0.22)], white).light) == turns


def test_red_turns_only_where_it_is_saturated() -> None:
    red, pink, dark = gray(0.0), gray(0.3), gray(0.05)
    red[..., 0] = pink[..., 0] = 0.5
    assert measured([dark, red, dark]).red == (Turn(frame=1, rise=1.0), Turn(frame=2, fall=1.0))
    assert measured([dark, pink, dark]).red == ()


def test_what_is_no_light_and_other_sizes_do_not_disturb() -> None:
    spoilt = gray(0.3)
    spoilt[0, 0] = (np.nan, np.inf, -np.inf)
    assert measured([gray(0.3), spoilt, gray(0.3, (32, 18))]).light == ()


def test_results_may_be_taken_on_the_way() -> None:
    meter = FlashMeter()
    meter.add(gray(0.1))
    assert meter.result().light == ()
    meter.add(gray(0.6))
    assert len(meter.result().light) == 1


def test_white_is_200_in_sdr_and_203_in_hdr() -> None:
    assert white_of(ColorTags(transfer="bt709")) == 200
    assert white_of(ColorTags(transfer="smpte2084")) == 203
