"""Rates, ranges, count policy and timecode."""

from fractions import Fraction

import pytest

from answerprint.timing import (
    CountPolicy,
    FrameRange,
    Timecode,
    frames_in,
    parse_rate,
    spell_frames,
)

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        (24, Fraction(24)),
        ("24/1", Fraction(24)),
        ("23.976", Fraction(24000, 1001)),
        (29.97, NTSC),
        ("59.94", Fraction(60000, 1001)),
        ("24000/1001", Fraction(24000, 1001)),
        ("12.5", Fraction(25, 2)),
    ],
)
def test_rates_are_read_as_ratios(text: str | float, rate: Fraction) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["0", "-24", "1001", "1/0", "24fps", "", "1e9999999", "nan"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="rate|number"):
        parse_rate(text)


def test_lengths_round_to_whole_frames() -> None:
    assert frames_in(Fraction(5), Fraction(24)) == 120
    assert frames_in(Fraction(5), Fraction(24000, 1001)) == 120
    assert frames_in(Fraction(10), NTSC) == 300


@pytest.mark.parametrize(
    ("policy", "accepted"), [(CountPolicy.EXACT, {120}), (CountPolicy.FENCEPOST, {120, 121})]
)
def test_the_count_policy(policy: CountPolicy, accepted: set[int]) -> None:
    assert {count for count in range(117, 124) if policy.accepts(count, 120)} == accepted


def test_a_frame_range_is_inclusive() -> None:
    frames = FrameRange(1001, 1120)
    assert len(frames) == 120
    assert str(frames) == "1001-1120"
    assert frames.missing([*range(1001, 1050), *range(1052, 1121)]) == (1050, 1051)
    with pytest.raises(ValueError, match="upward"):
        FrameRange(2, 1)


def test_frames_are_spelled_as_ranges() -> None:
    assert spell_frames([]) == ""
    assert spell_frames([5, 3, 4, 4, 9]) == "3-5,9"


@pytest.mark.parametrize(
    "text", ["00:00:59;29", "00:01:00;02", "00:09:59;29", "00:10:00;00", "23:59:59;29"]
)
def test_drop_frame_timecode_survives_a_round_trip(text: str) -> None:
    assert str(Timecode.parse(text, NTSC)) == text


def test_drop_frame_keeps_to_the_clock() -> None:
    hour = Timecode.parse("01:00:00;00", NTSC)
    assert abs(hour.count / NTSC - 3600) < Fraction(1, 100)


@pytest.mark.parametrize("text", ["1:00:00:00", "24:00:00:00", "00:00:00:24", "00:60:00:00", "now"])
def test_what_is_no_timecode_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time|address"):
        Timecode.parse(text, Fraction(24))


def test_drop_frame_does_not_exist_at_24() -> None:
    with pytest.raises(ValueError, match="drop frame"):
        Timecode.parse("01:00:00;00", Fraction(24))


@pytest.mark.parametrize("text", ["00:01:00;00", "00:01:00;01", "12:59:00;00"])
def test_an_address_that_drop_frame_leaves_out_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="leaves out"):
        Timecode.parse(text, NTSC)
    assert str(Timecode.parse("00:10:00;00", NTSC)) == "00:10:00;00"
