"""Slates: every row is there where it should be, nothing leaves the picture, at any size."""

import datetime as dt
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from answerprint.color.views import VIEWS
from answerprint.deliverables.pictures.burn import Picture
from answerprint.deliverables.pictures.lettering import coverage, em_for, padding, text_code
from answerprint.deliverables.pictures.slate import Slate, _lines, slate_picture
from answerprint.deliverables.timeline import Length
from answerprint.order import Size
from answerprint.timing import FrameRange
from answerprint.version import __version__

SDR = VIEWS["sdr-rec709"].tags
PROMPT = "A long slow dolly over the bay at dawn, gulls wheeling, "


def slate(**changed: Any) -> Slate:
    said = {
        "clip": "bay_sh010", "frames": FrameRange(1001, 1120), "rate": 24, "size": (1920, 1080),
        "facts": (("Shot", "sh010"), ("Prompt", PROMPT)), "timecode": "01:00:00:00",
        "view": "sdr-rec709", "preset": "h264-review", "date": dt.date(2025, 3, 1),
    }  # fmt: skip
    return Slate.model_validate(said | changed)


def holds(picture: Picture, text: str, em: int) -> bool:
    """Tell whether a line of `text` at full brightness stands somewhere in the picture."""
    ink = coverage(text, em)[:, padding(em) : -padding(em)]
    wanted = (ink.astype(np.uint32) * text_code(SDR) + 127) // 255
    ys, xs = np.nonzero(picture[1] == text_code(SDR))
    y0, x0 = next(zip(*np.nonzero(ink == 255), strict=True))
    tops, lefts = ys.astype(int) - y0, xs.astype(int) - x0
    for top, left in zip(tops, lefts, strict=True):
        if top >= 0 and left >= 0:
            here = picture[1, top : top + ink.shape[0], left : left + ink.shape[1]].astype(int)
            if here.shape == wanted.shape and np.abs(here - wanted.astype(int)).max() <= 1:
                return True
    return False


def test_the_slate_says_what_the_clip_is() -> None:
    said = dict(slate().rows())
    assert said == {
        "Shot": "sh010", "Prompt": PROMPT, "Frames": "1001-1120 (120)", "Seconds": "5",
        "Rate": "24 fps", "Size": "1920x1080", "Timecode": "01:00:00:00", "View": "sdr-rec709",
        "Preset": "h264-review", "Date": "2025-03-01", "Made by": f"answerprint {__version__}",
    }  # fmt: skip


def test_what_is_not_known_is_left_out() -> None:
    bare = Slate(clip="bay", frames=FrameRange(1, 24), rate=Fraction(24000, 1001), size=(64, 36))
    assert [label for label, _ in bare.rows()] == ["Frames", "Seconds", "Rate", "Size", "Made by"]
    assert dict(bare.rows())["Seconds"] == "1.001"
    assert dict(bare.rows())["Rate"] == "23.976 fps"


@pytest.mark.parametrize("size", [(640, 360), (480, 640)])
def test_the_words_stand_in_the_picture(size: Size) -> None:
    picture, em = slate_picture(slate(facts=()), size, SDR), em_for(size, 1 / 24)
    for text in ("1001-1120 (120)", "2025-03-01", "h264-review", "01:00:00:00"):
        assert holds(picture, text, em)
    assert holds(picture, "bay_sh010", em * 3 // 2)
    assert not holds(picture, "1001-1121 (121)", em)


@pytest.mark.parametrize("size", [(1920, 1080), (640, 360), (360, 640), (481, 271)])
def test_the_margin_stays_black(size: Size) -> None:
    picture = slate_picture(slate(), size, SDR)
    assert picture.shape == (3, size[1], size[0])
    assert picture.dtype == np.uint16
    lit = picture.max(axis=0) > 0
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    assert rows[0] >= round(size[1] * 0.05)
    assert rows[-1] < size[1] - round(size[1] * 0.05)
    assert columns[0] >= round(size[0] * 0.05)
    assert columns[-1] < size[0] - round(size[0] * 0.05)


@pytest.mark.parametrize("size", [(64, 36), (36, 64), (7, 5), (1, 1)])
def test_tiny_slates_are_made(size: Size) -> None:
    picture = slate_picture(slate(facts=(("Prompt", PROMPT * 30),)), size, SDR)
    assert picture.shape == (3, size[1], size[0])
    assert picture.max() <= text_code(SDR)


def test_long_prompts_shrink_the_text_and_end_in_an_ellipsis_at_last() -> None:
    size = (640, 360)
    some = slate_picture(slate(facts=(("Prompt", PROMPT * 12),)), size, SDR)
    assert not holds(some, "2025-03-01", em_for(size, 1 / 24))
    assert holds(some, "2025-03-01", 11) or holds(some, "2025-03-01", 10)
    assert holds(slate_picture(slate(facts=(("Prompt", PROMPT * 90),)), size, SDR), "…", 10)


def test_a_long_value_runs_on_under_one_label_and_loses_no_word() -> None:
    lines = _lines(slate(facts=(("Prompt", PROMPT * 3),)), 400, 16)
    end = next(n for n, line in enumerate(lines) if line.label == "Frames")
    assert [line.label for line in lines[:end]] == ["Prompt", *[""] * (end - 1)]
    assert end > 2
    assert " ".join(line.words for line in lines[:end]) == (PROMPT * 3).strip()


def test_names_nobody_can_spell_are_no_trouble() -> None:
    odd = slate(clip="Küste\udcff" + "😀" * 300, facts=(("\ud800", "日本\n" + "x" * 4000),))
    assert slate_picture(odd, (320, 180), SDR).any()


@pytest.mark.parametrize("view", ["hdr-pq-1000", "hdr-hlg-1000", "p3-d65"])
def test_text_is_as_bright_as_the_view_wants(view: str) -> None:
    tags = VIEWS.get(view, VIEWS["sdr-rec709"]).tags
    assert slate_picture(slate(), (320, 180), tags).max() == text_code(tags)


@pytest.mark.parametrize(
    ("length", "rate", "count"),
    [("1s", 24, 24), ("2s", "24000/1001", 48), ("1", 25, 1), ("12", 24, 12), ("0.001s", 24, 1)],
)
def test_a_slate_is_held_in_seconds_or_frames(length: str, rate: Any, count: int) -> None:
    assert slate(length=length, rate=rate).count == count


def test_a_slate_is_held_for_a_second_unless_asked() -> None:
    assert slate().length == Length(seconds=Fraction(1))
    assert Slate.model_validate_json(slate().model_dump_json()) == slate()


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError):
        slate(take=3)
