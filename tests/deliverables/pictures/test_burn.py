"""Burn-ins: the words are there and can be read back, and not one code changes outside their boxes."""

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.transfer import to_light
from answerprint.color.views import VIEWS
from answerprint.deliverables.pictures.burn import BurnIn, FrameFacts, Picture, burn, lay_captions
from answerprint.deliverables.pictures.lettering import (
    coverage,
    em_for,
    padding,
    text_code,
    width_of,
)
from answerprint.errors import PresetError, UsageError
from answerprint.order import Size
from answerprint.record import parse_record
from answerprint.timing import Timecode

SDR = VIEWS["sdr-rec709"].tags
FULL = BurnIn(
    top_left="{clip}", top_center="{preset}", top_right="{date}",
    bottom_left="{timecode}", bottom_center="{view}", bottom_right="{frame}",
)  # fmt: skip
REVIEW = BurnIn(
    top_left="{clip}", top_right="{date}", bottom_left="{timecode}", bottom_right="{frame}"
)
SIZES: list[Size] = [(640, 360), (360, 640), (641, 361), (64, 36), (36, 64), (7, 5), (1, 1)]


def scene(size: Size) -> Picture:
    """Return a picture whose every code is its own, so that any change shows."""
    return np.random.default_rng(7).integers(0, 65536, (3, size[1], size[0])).astype(np.uint16)


def facts(frame: int = 1023, clip: str = "bay_sh010_v003") -> FrameFacts:
    hour = Timecode.parse("01:00:00:00", Fraction(24)).count
    timecode = Timecode(hour + frame - 1001, 24)
    return FrameFacts(frame, clip, timecode, "h264-review", "sdr-rec709", dt.date(2025, 3, 1))


def covered(burn_in: BurnIn, said: FrameFacts, size: Size) -> NDArray[np.bool_]:
    """Return where boxes lie in a picture of `size`."""
    mask = np.zeros((size[1], size[0]), np.bool_)
    for caption in lay_captions(burn_in, said, size):
        mask[caption.y : caption.y + caption.ink.shape[0], caption.x : caption.right] = True
    return mask


def read_digits(burned: Picture, count: int, em: int, place: tuple[int, int]) -> str:
    """Read `count` digits burned at `place` by comparing each cell with every digit."""
    cell = width_of("00", em) - width_of("0", em)
    seen = (burned[1] > text_code(SDR) // 2).astype(np.uint8)
    read = ""
    for n in range(count):
        x, y = place[0] + padding(em) + n * cell, place[1]
        here = seen[y : y + coverage("0", em).shape[0], x : x + cell]
        shapes = [coverage(d, em)[:, padding(em) : padding(em) + cell] > 127 for d in "0123456789"]
        read += str(int(np.argmin([np.count_nonzero(here != shape) for shape in shapes])))
    return read


@pytest.mark.parametrize("size", SIZES)
def test_nothing_changes_outside_the_boxes(size: Size) -> None:
    before = scene(size)
    kept = before.copy()
    burned = burn(before, FULL, facts(), SDR)
    assert np.array_equal(before, kept)
    outside = ~covered(FULL, facts(), size)
    assert np.array_equal(burned[:, outside], before[:, outside])
    assert (burned.shape, burned.dtype) == (before.shape, before.dtype)


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (1920, 1080)])
def test_boxes_lie_apart_within_the_safe_area(size: Size) -> None:
    captions = lay_captions(FULL, facts(), size)
    assert {c.text for c in captions} == {
        "bay_sh010_v003", "h264-review", "2025-03-01", "01:00:00:22", "sdr-rec709", "1023",
    }  # fmt: skip
    area = sum(caption.ink.size for caption in captions)
    assert np.count_nonzero(covered(FULL, facts(), size)) == area
    columns = np.flatnonzero(covered(FULL, facts(), size).any(axis=0))
    rows = np.flatnonzero(covered(FULL, facts(), size).any(axis=1))
    assert columns[0] == round(size[0] * 0.05)
    assert columns[-1] == size[0] - round(size[0] * 0.05) - 1
    assert rows[0] == round(size[1] * 0.05)
    assert rows[-1] == size[1] - round(size[1] * 0.05) - 1


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (3840, 2160)])
def test_the_counter_reads_what_it_says(size: Size) -> None:
    only, em = BurnIn(bottom_right="{frame}", box=1), em_for(size, 1 / 30)
    black: Picture = np.zeros((3, size[1], size[0]), np.uint16)
    for frame in (1001, 1023, 4567, 8890):
        (caption,) = lay_captions(only, facts(frame), size)
        burned = burn(black, only, facts(frame), SDR)
        assert read_digits(burned, 4, em, (caption.x, caption.y)) == str(frame)
        assert burned.max() == text_code(SDR)


def test_the_counters_advance_and_do_not_jitter() -> None:
    size, before = (640, 360), scene((640, 360))
    boxes = {
        tuple((c.x, c.y, c.ink.shape) for c in lay_captions(FULL, facts(1001 + n), size))
        for n in range(48)
    }
    assert len(boxes) == 1
    one, two = (burn(before, REVIEW, facts(frame), SDR) for frame in (1023, 1024))
    changed = np.flatnonzero((one != two).any(axis=(0, 1)))
    # Frame 3 became 4 and 22 became 23: the last digits of two counters.
    last = width_of("00", em_for(size, 1 / 30)) - width_of("0", em_for(size, 1 / 30))
    (left,) = lay_captions(BurnIn(bottom_left="{timecode}"), facts(), size)
    (right,) = lay_captions(BurnIn(bottom_right="{frame}"), facts(), size)
    ends = [c.right - padding(em_for(size, 1 / 30)) for c in (left, right)]
    assert all(any(end - last - 1 <= x <= end for end in ends) for x in changed)
    assert any(x <= ends[0] for x in changed)
    assert any(x >= ends[1] - last for x in changed)


def test_the_box_darkens_by_its_opacity() -> None:
    white: Picture = np.full((3, 360, 640), 65535, np.uint16)
    (caption,) = lay_captions(BurnIn(top_left="{frame}"), facts(), (640, 360))
    for box, left in ((0.0, 65535), (0.5, 65535 * 127 / 255), (1.0, 0)):
        burned = burn(white, BurnIn(top_left="{frame}", box=box), facts(), SDR)
        assert abs(int(burned[0, caption.y, caption.x]) - left) <= 257


def test_without_a_box_only_ink_changes_the_picture() -> None:
    before, bare = scene((320, 180)), BurnIn(top_left="{clip}", box=0)
    (caption,) = lay_captions(bare, facts(), (320, 180))
    burned = burn(before, bare, facts(), SDR)
    rows = slice(caption.y, caption.y + caption.ink.shape[0])
    here, was = (picture[:, rows, caption.x : caption.right] for picture in (burned, before))
    assert np.array_equal(here[:, caption.ink == 0], was[:, caption.ink == 0])
    assert np.all(here[:, caption.ink == 255] == text_code(SDR))


def test_texts_too_wide_for_one_line_stack_up_from_the_margin() -> None:
    wide = BurnIn(bottom_left="{clip}", bottom_right="graded through {view} for {preset}")
    first, second = lay_captions(wide, facts(), (360, 640))
    assert second.y == first.y + first.ink.shape[0]
    assert second.y + second.ink.shape[0] == 640 - 32


@pytest.mark.parametrize(
    ("view", "light"), [("hdr-pq-1000", 1), ("hdr-hlg-1000", 1), ("sdr-rec709", 0.8**2.4)]
)
def test_text_is_as_bright_as_its_transfer_wants(view: str, light: float) -> None:
    tags = VIEWS[view].tags
    burned = burn(np.zeros((3, 360, 640), np.uint16), REVIEW, facts(), tags)
    code = np.full((1, 3), burned.max() / 65535, np.float32)
    shown = float(to_light(code, tags.transfer)[0, 0])
    assert shown == pytest.approx(light, rel=1e-3)  # HLG's 75 % is 203.15 cd/m2


def test_nothing_asked_costs_nothing() -> None:
    picture = scene((64, 36))
    assert burn(picture, BurnIn(), facts(), SDR) is picture


def test_burning_in_place_burns_the_same() -> None:
    picture = scene((320, 180))
    copy = burn(picture, REVIEW, facts(), SDR)
    assert not np.array_equal(copy, picture)
    assert burn(picture, REVIEW, facts(), SDR, in_place=True) is picture
    assert np.array_equal(copy, picture)


@pytest.mark.parametrize(
    "clip",
    ["Küste_日本", "bay\udcff\ud800", "a\nb\x00c\u202e", "😀" * 40, "x" * 5000, "بحر", "/", ""],
)
def test_any_name_can_be_burned(clip: str) -> None:
    before = scene((320, 180))
    burned = burn(before, REVIEW, facts(clip=clip), SDR)
    outside = ~covered(REVIEW, facts(clip=clip), (320, 180))
    assert np.array_equal(burned[:, outside], before[:, outside])


def test_a_long_name_keeps_its_ends_and_the_date_its_place() -> None:
    clip = "bay" + "_very" * 60 + "_v003"
    shown = {c.text: c for c in lay_captions(REVIEW, facts(clip=clip), (640, 360))}
    cut = next(text for text in shown if text.startswith("bay_"))
    assert cut.endswith("_v003")
    assert "…" in cut
    assert shown[cut].right <= 640
    assert shown["2025-03-01"].y >= shown[cut].y + shown[cut].ink.shape[0]


def test_counters_outlive_names_on_a_picture_too_small_for_all() -> None:
    shown = [caption.text for caption in lay_captions(REVIEW, facts(), (96, 36))]
    assert shown == ["01:00:00:22", "1023"]


def test_free_words_stand_as_they_are() -> None:
    burn_in = BurnIn(top_center="graded through {view}, frame {frame}")
    (caption,) = lay_captions(burn_in, facts(7), (640, 360))
    assert caption.text == "graded through sdr-rec709, frame 0007"


def test_what_is_not_known_is_refused_and_said() -> None:
    with pytest.raises(UsageError, match=r"burn-in: \{note\} is not known"):
        burn(scene((64, 36)), BurnIn(top_left="{note}"), facts(), SDR)


@pytest.mark.parametrize(
    ("words", "said"),
    [("{fram}", "did you mean 'frame'"), ("{frame", "a brace"), ("{frame.real}", "did you mean")],
)
def test_words_that_mean_nothing_are_refused_when_read(words: str, said: str) -> None:
    with pytest.raises(PresetError, match=said):
        parse_record(BurnIn, {"top_left": words}, where="house.toml", error=PresetError)
