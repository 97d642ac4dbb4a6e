"""Flashing, by the arithmetic of BT.1702-3 and beside ffmpeg's own filter."""

import re
import subprocess
from fractions import Fraction

import numpy as np
import pytest

from answerprint.checks.catalogue import find_check
from answerprint.checks.check import Subject
from answerprint.checks.limits import Limits
from answerprint.checks.picture.flashes import FlashLimits
from answerprint.measured.clips import Measurements
from answerprint.media import ffmpeg as program
from answerprint.order import Order
from tests.checks.planted import Picture, flashes_of, steady
from tests.checks.subjects import breaches, movie, sequence

RATE = 24
GRAY = np.full(3, 0.5, np.float32), np.full(3, 0.1, np.float32)
RED = np.array([0.6, 0.02, 0.02], np.float32), np.array([0.1, 0.1, 0.1], np.float32)
Colors = tuple[Picture, Picture]


def flashing(hertz: float, area: float, colors: Colors = GRAY, seconds: int = 2) -> list[Picture]:
    """A rectangle of so much of the picture that flashes between two colors."""
    high, wide = (round(side * area**0.5) for side in (54, 96))
    clip = []
    for n in range(seconds * RATE):
        on = (n * hertz / RATE) % 1 < 0.5
        picture = np.broadcast_to(colors[1], (54, 96, 3)).copy()
        picture[8 : 8 + high, 10 : 10 + wide] = colors[0 if on else 1]
        clip.append(picture)
    return clip


def rates(id_: str, clip: list[Picture], white: float = 200.0) -> list[float]:
    found = breaches(id_, movie(len(clip), flashes=flashes_of(clip, white)))
    return [float(breach.measured or 0) for breach in found]


@pytest.mark.parametrize("area", [0.2, 0.3])
@pytest.mark.parametrize("hertz", [2, 3, 4])
def test_only_more_than_three_a_second_over_a_quarter_fail(hertz: int, area: float) -> None:
    expected = [4.0] if (hertz, area) == (4, 0.3) else []
    assert rates("flash.general", flashing(hertz, area)) == pytest.approx(expected)


@pytest.mark.parametrize("area", [0.2, 0.3])
@pytest.mark.parametrize("hertz", [2, 3, 4])
def test_saturated_red_is_judged_by_itself(hertz: int, area: float) -> None:
    expected = [4.0] if (hertz, area) == (4, 0.3) else []
    assert rates("flash.red", flashing(hertz, area, RED)) == pytest.approx(expected)


def test_red_that_is_not_saturated_is_no_red_flash() -> None:
    pale = np.array([0.6, 0.15, 0.15], np.float32), RED[1]
    assert rates("flash.red", flashing(4, 0.3, pale)) == []


@pytest.mark.parametrize(
    ("high", "low", "fails"),
    [
        (30, 9, True),  # 21 cd/m2
        (30, 11, False),  # 19 cd/m2
        (179, 158, True),
        (640, 560, True),  # a contrast of 1/15
        (640, 590, False),  # a contrast of 1/25, though 50 cd/m2
    ],
)
def test_a_change_is_20_nits_in_the_dark_and_a_contrast_in_the_light(
    high: float, low: float, *, fails: bool
) -> None:
    colors = np.full(3, high / 203, np.float32), np.full(3, low / 203, np.float32)
    assert bool(rates("flash.general", flashing(4, 0.5, colors), white=203)) == fails


def test_slow_changes_add_up_to_one() -> None:
    dark, light = GRAY[1], GRAY[0]
    wave = [0.5 - 0.5 * np.cos(2 * np.pi * 4 * n / RATE) for n in range(2 * RATE)]
    ramps = [np.full((54, 96, 3), 1, np.float32) * (dark + w * (light - dark)) for w in wave]
    assert rates("flash.general", ramps) == pytest.approx([4.0])


def test_motion_is_no_flash() -> None:
    assert rates("flash.general", steady()) == []
    bars = np.repeat(np.random.default_rng(1).random((1, 24, 1)) > 0.5, 4, axis=1)
    wide = np.broadcast_to(bars, (54, 96, 3)).astype(np.float32)
    assert rates("flash.general", [np.roll(wide, 5 * n, axis=1) for n in range(48)]) == []


def test_limits_decide_without_measuring_again() -> None:
    clip = movie(48, flashes=flashes_of(flashing(3, 0.2)))
    assert breaches("flash.general", clip) == []
    strict = Limits(flash=FlashLimits(area=0.1, flashes=2))
    assert breaches("flash.general", clip, limits=strict)


def test_frames_of_a_sequence_are_timed_by_its_rate() -> None:
    flashes = flashes_of(flashing(4, 0.5))
    (breach,) = breaches("flash.general", sequence(48, flashes=flashes))
    assert breach.frames[0] == 1004
    slow = movie(48, rate=Fraction(12), flashes=flashes)
    assert breaches("flash.general", slow) == []


def test_reports_without_turns_are_skipped() -> None:
    check = find_check("flash.general")
    assert check is not None
    assert check.lacks(Subject(Order(), Measurements(movie=movie(24))))


def badness(clip: list[Picture]) -> float:
    """The worst that ffmpeg's photosensitivity filter says of a clip."""
    codes = [(np.clip(p, 0, 1) ** (1 / 2.4) * 255 + 0.5).astype(np.uint8).tobytes() for p in clip]
    shape = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "96x54", "-r", str(RATE)]
    graph = "photosensitivity=bypass=1,metadata=print:file=-"
    command = [program.program(), "-loglevel", "error", *shape, "-i", "pipe:", "-vf", graph]
    done = subprocess.run(
        [*command, "-f", "null", "-"], input=b"".join(codes), capture_output=True, check=True
    )
    return max(float(v) for v in re.findall(rb"photosensitivity\.badness=([\d.]+)", done.stdout))


def test_what_fails_is_what_ffmpeg_calls_worst() -> None:
    kinds = {(hertz, area): flashing(hertz, area) for hertz in (2, 3, 4) for area in (0.2, 0.3)}
    worst = {kind: badness(clip) for kind, clip in kinds.items()}
    ours = [kind for kind, clip in kinds.items() if rates("flash.general", clip)]
    assert ours == [max(worst, key=lambda kind: worst[kind])]
    for hertz in (2, 3, 4):
        assert worst[hertz, 0.2] < worst[hertz, 0.3]
    for area in (0.2, 0.3):
        assert worst[2, area] < worst[3, area] < worst[4, area]
