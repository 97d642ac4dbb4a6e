"""Results are found whatever shape a service gives them."""

from typing import Any

import pytest

from answerprint.providers.answers import links_in, picked, state_told
from answerprint.providers.job import JobState

MOVIE, ZIP, EXR = "https://c.test/a.mp4?s=1", "https://c.test/b.zip?s=1", "https://c.test/c.exr"


@pytest.mark.parametrize(
    ("result", "kinds"),
    [
        (MOVIE, ["movie"]),
        ([MOVIE, ZIP], ["movie", "frames"]),
        ([ZIP, MOVIE], ["movie", "frames"]),
        ({"video": MOVIE, "exr": EXR}, ["movie", "frames"]),
        ([{"type": "video", "url": MOVIE}, {"type": "exr", "url": ZIP}], ["movie", "frames"]),
        ([{"type": "exr", "url": "https://c.test/9158b836?s=1"}], ["frames"]),
        ({"videoURL": MOVIE, "outputs": {"files": [{"type": "exr", "url": ZIP}]}}, ["movie", "frames"]),
        ({"media_urls": [{"id": "1", "url": MOVIE}], "thumbnail_image_url": "https://c.test/t.jpg"}, ["movie", "picture"]),
        ({"video_url": "https://c.test/plain"}, ["movie"]),
        ({"a": {"b": [{"uri": MOVIE}, {"href": MOVIE}]}}, ["movie"]),
        (None, []),
        ("no link", []),
        (42, []),
    ],
)  # fmt: skip
def test_links_of_any_shape(result: Any, kinds: list[str]) -> None:
    assert [link.kind for link in links_in(result)] == kinds


def test_names_are_told_apart() -> None:
    links = links_in([MOVIE, "https://c.test/2.mp4", ZIP])
    assert [link.name for link in links] == ["video", "video-2", "exr"]


def test_a_link_shows_no_query() -> None:
    (link,) = links_in(MOVIE)
    assert "s=1" not in f"{link} {link!r}"


def test_picking_what_is_not_there() -> None:
    assert picked({"a": {"b": 1}}, "a", "b") == 1
    assert picked({"a": [1]}, "a", "b") is None
    assert picked(None, "a") is None


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("processing", JobState.RUNNING),
        ("SUCCESS", JobState.SUCCEEDED),
        ("Completed", JobState.SUCCEEDED),
        ("cancelled", JobState.CANCELED),
        ("timed_out", JobState.FAILED),
        ("aborted", JobState.FAILED),
        ("warming the kettle", JobState.RUNNING),
        (None, JobState.RUNNING),
    ],
)
def test_the_end_of_a_job_is_understood_in_any_word(said: Any, state: JobState) -> None:
    known = {"processing": JobState.RUNNING, "aborted": JobState.FAILED}
    assert state_told(said, known) is state
