"""Size, aspect, rate and range."""

from fractions import Fraction
from typing import Any

import pytest

from answerprint.measured.movie import ColorTags
from tests.checks.subjects import TAGS, breaches, header, movie, sequence


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ({"size": "1280x720"}, 0),
        ({"resolution": "720p", "aspect": "16:9"}, 0),
        ({"resolution": "720p"}, 0),
        ({"size": "1920x1080"}, 1),
        ({"resolution": "720p", "aspect": "9:16"}, 1),
        ({"resolution": "1080p"}, 1),
    ],
)
def test_sizes_are_held_to_the_order(order: dict[str, Any], found: int) -> None:
    for clip in (movie(), sequence()):
        assert len(breaches("size.not-as-ordered", clip, order=order)) == found


def test_a_turned_movie_is_judged_as_it_is_shown() -> None:
    assert breaches("size.not-as-ordered", movie(rotation=90), order={"size": "720x1280"}) == []


def test_a_frame_of_another_size_is_named() -> None:
    assert breaches("size.changes", movie(), sequence()) == []
    odd = sequence(headers=(header(), header((640, 360))), change={1030: {"header": 1}})
    (found,) = breaches("size.changes", odd)
    assert (found.frames, found.measured, found.limit) == ((1030,), "640x360", "1280x720")
    (found,) = breaches("size.changes", movie(sizes={"1280x720": 0, "640x360": 50}))
    assert found.frames == (50,)


def test_movie_and_sequence_have_one_size() -> None:
    assert breaches("size.movie-and-sequence-disagree", movie(), sequence()) == []
    other = sequence(headers=(header((1920, 1080)),))
    assert len(breaches("size.movie-and-sequence-disagree", movie(), other)) == 1


@pytest.mark.parametrize(
    ("changes", "aspect", "found"),
    [
        ({}, "16:9", 0),
        ({}, "4:3", 1),
        ({"pixel_aspect": "3:4"}, "4:3", 0),
        ({"rotation": 90}, "9:16", 0),
        ({"sizes": {"1680x720": 0}}, "21:9", 0),
    ],
)
def test_aspects_count_pixel_aspect_and_rotation(
    changes: dict[str, Any], aspect: str, found: int
) -> None:
    assert (
        len(breaches("aspect.not-as-ordered", movie(**changes), order={"aspect": aspect})) == found
    )


def test_rates_are_held_to_the_order() -> None:
    assert breaches("rate.not-as-ordered", movie(), order={"fps": 24}) == []
    (found,) = breaches("rate.not-as-ordered", movie(rate=Fraction(24000, 1001)), order={"fps": 24})
    assert (found.measured, found.limit) == ("24000/1001", "24")
    tagged = sequence(headers=(header(rate=25),))
    assert len(breaches("rate.not-as-ordered", tagged, order={"fps": 24})) == 1
    assert breaches("rate.not-as-ordered", sequence(), order={"fps": 24}) == []


def test_a_variable_rate_is_placed() -> None:
    assert breaches("rate.variable", movie()) == []
    late = {n: (n + 1) / 24 for n in range(60, 120)}
    (found,) = breaches("rate.variable", movie(times=late))
    assert found.frames == (60,)


def test_a_container_s_rounding_is_no_variable_rate() -> None:
    rounded = {n: round(n * 1000 / 24) / 1000 for n in range(120)}
    assert breaches("rate.variable", movie(times=rounded)) == []


@pytest.mark.parametrize(
    ("clip", "found"),
    [
        (movie(), 1),
        (movie(color=TAGS.model_copy(update={"transfer": "smpte2084"}), bits=10), 0),
        (movie(color=TAGS.model_copy(update={"transfer": "arib-std-b67"}), bits=8), 1),
        (sequence(), 0),
    ],
)
def test_hdr_that_was_ordered_is_there(clip: Any, found: int) -> None:
    assert len(breaches("hdr.absent", clip, order={"hdr": True})) == found


def test_a_movie_beside_hdr_frames_says_what_it_is() -> None:
    pq, hdr = ColorTags(transfer="smpte2084"), {"hdr": True}
    assert breaches("hdr.movie-untagged", movie(color=pq), sequence(), order=hdr) == []
    (found,) = breaches("hdr.movie-untagged", movie(color=ColorTags()), sequence(), order=hdr)
    assert found.measured == "untagged"


def test_a_coarse_clock_is_no_variable_rate() -> None:
    rounded = {n: round(n * 100 / 24) / 100 for n in range(120)}
    assert breaches("rate.variable", movie(times=rounded, tick=0.01)) == []
    assert len(breaches("rate.variable", movie(times=rounded))) == 1
