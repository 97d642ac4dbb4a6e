"""Movies and animations as a player shows them: rates, holds and pauses."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from answerprint.errors import SourceError
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.player import LONGEST_HOLD, describe, holds, show, show_times
from tests.made import codes, movie

ANIMATED = (".gif", ".webp", ".avif")


def animated(path: Path, pictures: list[NDArray[np.uint8]], lengths: list[int]) -> Path:
    """An animation whose pictures are shown for so many milliseconds each, written by Pillow."""
    first, *others = (Image.fromarray(picture) for picture in pictures)
    options: dict[str, Any] = {} if path.suffix == ".gif" else {"quality": 90}
    first.save(path, save_all=True, append_images=others, duration=lengths, loop=0, **options)
    return path


def means(path: Path) -> list[float]:
    shown = (frame.picture.to_ndarray(format="rgb24") for frame in show(path, Reading()))
    return [float(picture.mean()) for picture in shown]


@pytest.mark.parametrize("suffix", ANIMATED)
def test_pictures_of_one_length_are_frames_of_one_rate(tmp_path: Path, suffix: str) -> None:
    pictures = codes(6)
    path = animated(tmp_path / f"a{suffix}", pictures, [40] * 6)
    facts = describe(path)
    assert facts.rate == Fraction(25)
    assert facts.declared in (None, 6)
    assert means(path) == pytest.approx([p.mean() for p in pictures], abs=4)


@pytest.mark.parametrize("suffix", ANIMATED)
def test_pictures_that_stand_longer_are_held(tmp_path: Path, suffix: str) -> None:
    path = animated(tmp_path / f"a{suffix}", codes(4), [40, 80, 40, 200])
    reading = Reading()
    frames = list(show(path, reading))
    facts = describe(path)
    assert facts.rate == Fraction(25)
    assert facts.declared == 9
    assert (reading.packets, reading.decoded) == (9, 9)
    assert [float(f.time or 0) for f in frames] == pytest.approx([n * 0.04 for n in range(9)])
    found = means(path)
    assert found[1] == found[2] != found[3]
    assert len(set(found[4:])) == 1


def test_times_that_round_to_hundredths_hold_nothing() -> None:
    shown = tuple(Fraction(length, 100) for length in (4, 4, 5, 4, 4, 4, 5, 4))
    assert holds(shown) == (1,) * 8
    assert holds(tuple(Fraction(n, 100) for n in (2, 3, 2, 3))) == (1,) * 4


def test_one_short_picture_does_not_set_the_rate() -> None:
    assert holds((Fraction(1, 100), *[Fraction(1, 10)] * 12)) == (1,) * 13


def test_a_picture_that_stands_for_ever_is_held_for_a_while() -> None:
    assert holds((*[Fraction(1, 10)] * 12, Fraction(65535, 100)))[-1] == LONGEST_HOLD


def test_a_movie_is_shown_as_it_is(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", codes(5))
    one, other = Reading(), Reading()
    assert len(list(show(path, one))) == len(list(read_frames(path, other))) == 5
    assert one == other


def test_a_still_beside_the_pictures_of_an_avif_is_passed_over(tmp_path: Path) -> None:
    path = animated(tmp_path / "a.avif", codes(7), [40] * 7)
    assert len(list(read_frames(path, Reading()))) == 7


def test_a_webp_that_breaks_off_says_so(tmp_path: Path) -> None:
    path = animated(tmp_path / "a.webp", codes(6), [40] * 6)
    path.write_bytes(path.read_bytes()[:900])
    reading = Reading()
    try:
        frames = list(show(path, reading))
    except SourceError as refused:
        assert refused.where == str(path)
    else:
        assert len(frames) < 6
        assert reading.faults


@pytest.mark.parametrize("suffix", ANIMATED)
def test_an_animation_is_known_by_its_bytes(tmp_path: Path, suffix: str) -> None:
    named = animated(tmp_path / f"a{suffix}", codes(4), [40, 80, 40, 200])
    other = named.rename(tmp_path / "a.mp4")
    assert describe(other).rate == Fraction(25)
    assert len(list(show(other, Reading()))) == 9


def times_both_ways(path: Path) -> tuple[list[float | None], list[float | None]]:
    decoded, packets = Reading(), Reading()
    shown = [frame.time for frame in show(path, decoded)]
    told = show_times(path, packets)
    assert decoded.packets == packets.packets
    return [None if t is None else float(t) for t in shown], [
        None if t is None else float(t) for t in told
    ]


@pytest.mark.parametrize("options", [{}, {"bf": 3}, {"vcodec": "libx265"}, {"vcodec": "ffv1", "crf": None, "preset": None}])  # fmt: skip
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_packets_tell_when_frames_are_shown(
    tmp_path: Path, suffix: str, options: dict[str, Any]
) -> None:
    if suffix == ".mp4" and "ffv1" in options.values():
        suffix = ".mov"
    shown, told = times_both_ways(movie(tmp_path / f"a{suffix}", codes(12), **options))
    assert told == pytest.approx(shown)
    assert len(told) == 12


@pytest.mark.parametrize("suffix", ANIMATED)
def test_lengths_tell_when_pictures_of_an_animation_are_shown(tmp_path: Path, suffix: str) -> None:
    shown, told = times_both_ways(animated(tmp_path / f"a{suffix}", codes(4), [40, 80, 40, 200]))
    assert told == pytest.approx(shown)
    assert len(told) == 9
