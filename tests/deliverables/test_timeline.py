"""Which frames a deliverable has, and what another rate does to them: arithmetic against counted answers."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from answerprint.deliverables.timeline import (
    MOST_FRAMES,
    Conform,
    Conformed,
    Cut,
    Length,
    Timeline,
    conform,
    parse_length,
    parse_range,
    timeline,
)
from answerprint.errors import UsageError
from answerprint.timing import FrameRange

FILM = Fraction(24)


def cut(first: int = 1001, count: int = 6, rate: Fraction = FILM, **asked: Any) -> Timeline:
    return timeline(Cut.model_validate(asked), first, count, rate)


def test_nothing_asked_is_every_frame_once_and_nothing_to_say() -> None:
    assert cut() == Timeline((0, 1, 2, 3, 4, 5))


@pytest.mark.parametrize(
    ("asked", "frames", "said"),
    [
        ({"frames": "1002-1004"}, (1, 2, 3), ["frames 1002-1004 of 1001-1006"]),
        ({"frames": "1003"}, (2,), ["frames 1003-1003 of 1001-1006"]),
        ({"repeat": 2}, (0, 1, 2, 3, 4, 5) * 2, ["shown 2 times"]),
        ({"frames": "1001-1002", "repeat": 3}, (0, 1) * 3,
         ["frames 1001-1002 of 1001-1006", "shown 3 times"]),
        ({"hold_first": 2, "hold_last": 1}, (0, 0, 0, 1, 2, 3, 4, 5, 5),
         ["its first frame was held for 2 more", "its last frame was held for 1 more"]),
        ({"handles": 2}, (0, 0, 0, 1, 2, 3, 4, 5, 5, 5),
         ["handles of 2 frames, 2 of them held at the head, 2 of them held at the tail"]),
        ({"frames": "1002-1004", "handles": 2}, (0, 0, 1, 2, 3, 4, 5),
         ["frames 1002-1004 of 1001-1006", "handles of 2 frames, 1 of them held at the head"]),
        ({"frames": "1003-1004", "handles": 2}, (0, 1, 2, 3, 4, 5),
         ["frames 1003-1004 of 1001-1006", "handles of 2 frames"]),
        ({"fill": "14"}, (0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1),
         ["shown 2 times and its first 2 of 6 frames once more"]),
        ({"fill": "12f"}, (0, 1, 2, 3, 4, 5) * 2, ["shown 2 times"]),
        ({"fill": "4"}, (0, 1, 2, 3), ["cut to its first 4 frames"]),
        ({"fill": "0.5s"}, (0, 1, 2, 3, 4, 5) * 2, ["shown 2 times"]),
        ({"fill": "4", "hold_last": 1}, (0, 1, 2, 2),
         ["cut to its first 3 frames", "its last frame was held for 1 more"]),
        ({"fill": "4", "handles": 1}, (0, 0, 1, 2, 3, 4),
         ["cut to its first 4 frames", "handles of 1 frames, 1 of them held at the head"]),
    ],
)  # fmt: skip
def test_cuts(asked: dict[str, Any], frames: tuple[int, ...], said: list[str]) -> None:
    assert cut(**asked) == Timeline(frames, tuple(said))


def test_seconds_that_are_no_whole_number_of_frames_are_said() -> None:
    made = cut(rate=Fraction(24000, 1001), fill="1s", count=48)
    assert len(made.frames) == 24
    assert made.notes[0] == "1 s are 23.976 frames: 24 were made"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"frames": "1000-1003"}, "the clip has frames 1001-1006, not 1000-1003"),
        ({"frames": "1001-1007"}, "the clip has frames 1001-1006"),
        ({"fill": "3", "hold_first": 2, "hold_last": 1}, "leave nothing"),
        ({"repeat": MOST_FRAMES}, "is longer than"),
        ({"frames": "1004-1001"}, "is no frame range"),
        ({"fill": "long"}, "is no length"),
        ({"fill": "0"}, "is no length"),
        ({"fill": "0s"}, "is no length"),
        ({"fill": "1e9s"}, "is no length"),
    ],
)
def test_what_cannot_be_cut_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        cut(**asked)


def test_a_length_and_a_number_of_times_contradict() -> None:
    with pytest.raises(ValidationError, match="until it fills"):
        Cut(repeat=2, fill=Length(frames=9))
    with pytest.raises(ValidationError, match="in frames or in seconds"):
        Length()


def test_spellings() -> None:
    assert parse_range(" 1001-1096 ") == FrameRange(1001, 1096)
    assert (parse_length("360"), parse_length("360f")) == (Length(frames=360),) * 2
    assert parse_length("2.5s") == Length(seconds=Fraction(5, 2))
    asked = Cut(frames=FrameRange(1001, 1004), fill=Length(frames=9), handles=2)
    assert Cut.model_validate_json(asked.model_dump_json()) == asked


@given(
    count=st.integers(1, 40),
    start=st.integers(0, 39),
    length=st.integers(1, 40),
    handles=st.integers(0, 12),
    holds=st.tuples(st.integers(0, 5), st.integers(0, 5)),
    repeat=st.integers(1, 4),
)
def test_any_cut_stays_in_the_clip_and_has_its_length(
    count: int, start: int, length: int, handles: int, holds: tuple[int, int], repeat: int
) -> None:
    start = min(start, count - 1)
    length = min(length, count - start)
    span = FrameRange(1001 + start, 1000 + start + length)
    asked = Cut(frames=span, handles=handles, hold_first=holds[0], hold_last=holds[1], repeat=repeat)  # fmt: skip
    made = timeline(asked, 1001, count, FILM).frames
    assert len(made) == repeat * length + sum(holds) + 2 * handles
    assert set(made) <= set(range(count))
    middle = made[handles + holds[0] : len(made) - handles - holds[1]]
    assert middle == tuple(range(start, start + length)) * repeat


@pytest.mark.parametrize(
    ("rate", "new", "speed", "seconds", "said"),
    [
        (24, "23.976", Fraction(1000, 1001), Fraction(5005, 1000), "0.100 % slower, 5.000 s became 5.005 s"),
        (24, "25", Fraction(25, 24), Fraction(24, 5), "4.167 % faster, 5.000 s became 4.800 s"),
        (24, "30000/1001", Fraction(1250, 1001), Fraction(4004, 1000), "24.9 % faster, 5.000 s became 4.004 s"),
    ],
)  # fmt: skip
def test_another_rate_by_speed(
    rate: int, new: str, speed: Fraction, seconds: Fraction, said: str
) -> None:
    made = conform(Conform.model_validate({"rate": new}), Fraction(rate), 120)
    assert (made.speed, made.seconds) == (speed, seconds)
    assert made.rate * made.seconds == 120
    assert made.notes[0].endswith(said)
    assert made.notes[1].endswith("keeps its pitch")


def test_pitch_follows_where_that_is_asked() -> None:
    made = conform(Conform(rate=Fraction(25), pitch="follow"), FILM, 120)
    assert made.notes[1] == "sound runs 4.167 % faster, its pitch +0.71 semitones"


@pytest.mark.parametrize("asked", [None, Conform(rate=FILM)])
def test_nothing_is_conformed_that_was_not_asked(asked: Conform | None) -> None:
    made = conform(asked, FILM, 120)
    assert made == Conformed(FILM, Fraction(1), Fraction(5))


def test_a_retime_is_refused() -> None:
    with pytest.raises(UsageError, match="24 to 60 frames a second is no change of speed"):
        conform(Conform(rate=Fraction(60)), FILM, 120)
