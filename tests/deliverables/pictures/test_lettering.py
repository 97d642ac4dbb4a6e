"""Lettering: counters keep their width, small digits differ, and no string brings OpenCV down."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import cv2
import numpy as np
import pytest

from answerprint.deliverables.pictures import lettering
from answerprint.deliverables.pictures.lettering import (
    SMALLEST,
    coverage,
    em_for,
    legible,
    line_height,
    padding,
    shortened,
    text_code,
    width_of,
)
from answerprint.errors import ToolError
from answerprint.measured.movie import ColorTags


@pytest.mark.parametrize("em", [10, 11, 12, 13, 24, 36, 37, 72])
def test_digits_are_of_one_width_in_any_company(em: int) -> None:
    digits = "0123456789"
    assert len({width_of(a + b, em) for a, b in product(digits, digits)}) == 1
    assert len({width_of(f"{a}{a}:{a}{a}", em) for a in digits}) == 1


def test_the_smallest_digits_differ() -> None:
    shapes = [coverage(digit, SMALLEST).astype(int) for digit in "0123456789"]
    apart = [np.abs(a - b).sum() for n, a in enumerate(shapes) for b in shapes[n + 1 :]]
    # Three whole pixels' worth of ink tells the two likest apart.
    assert min(apart) >= 3 * 255


@pytest.mark.parametrize("em", [SMALLEST, 36, 90])
def test_ink_stays_within_its_padding(em: int) -> None:
    ink = coverage("ÅÉgjpqy|(日本)[]_", em)
    assert ink.shape[0] == line_height(em)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    assert padding(em) - 1 <= rows[0]
    assert rows[-1] <= line_height(em) - padding(em)
    assert padding(em) - 1 <= columns[0]
    assert columns[-1] <= ink.shape[1] - padding(em)


def test_edges_are_antialiased() -> None:
    ink = coverage("1001", 36)
    assert len(np.unique(ink)) > 20
    assert ink.max() == 255


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Küste", "Küste"), ("Ku\u0308ste", "Küste"), ("a\x00b", "a?b"), ("a \t\n b", "a b"),
        ("\udcff\ud800", "??"), ("x\u202ey", "x?y"), ("\u00a0a\u00a0", "a"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_shows_as_a_question_mark(text: str, shown: str) -> None:
    assert legible(text) == shown


def test_glyphs_the_face_lacks_are_question_marks() -> None:
    assert np.array_equal(coverage("a😀b", 24), coverage("a?b", 24))
    assert not np.array_equal(coverage("日本", 24), coverage("??", 24))


def test_names_of_undecodable_bytes_do_not_end_the_process() -> None:
    said = (
        "from answerprint.deliverables.pictures.lettering import coverage, shortened, width_of\n"
        "name = b'bay\\xff\\xfe'.decode('utf-8', 'surrogateescape')\n"
        "assert coverage(name, 24).any() and width_of(name, 24) and shortened(name * 9, 24, 50)\n"
    )
    assert subprocess.run([sys.executable, "-c", said], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("width", [0, 5, 30, 60, 200, 10_000])
def test_shortened_text_fits_and_keeps_both_ends(width: int) -> None:
    text = "bay_sh010_comp_v003"
    shown = shortened(text, 12, width)
    assert not shown or width_of(shown, 12) <= width
    if width == 60:
        assert shown.startswith("ba")
        assert shown.endswith("03")
    if width == 10_000:
        assert shown == text
    assert (shown == "") == (width < width_of("b…", 12))


def test_text_is_no_smaller_than_can_be_read() -> None:
    assert em_for((64, 36), 1 / 30) == SMALLEST
    assert em_for((3840, 2160), 1 / 30) == 72


def test_threads_draw_the_same_letters() -> None:
    draw = coverage.__wrapped__

    def drawn(n: int) -> bool:
        ems = [8 + (k * 7 + n) % 60 for k in range(200)]
        return all(
            np.array_equal(draw(f"{k:08}", em), draw(f"{k:08}", em)) for k, em in enumerate(ems)
        )

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(drawn, range(8)))


def test_kept_lines_cannot_be_written_on() -> None:
    with pytest.raises(ValueError, match="read-only"):
        coverage("1001", 24)[0, 0] = 1


@pytest.mark.parametrize("transfer", [None, "bt709", "iec61966-2-1", "unknown"])
def test_sdr_text_is_four_fifths_of_white(transfer: str | None) -> None:
    assert text_code(ColorTags(transfer=transfer)) == 52428


def test_an_opencv_without_a_typeface_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(cv2, "FontFace")
    lettering._face.cache_clear()
    with pytest.raises(ToolError, match="install opencv-python 5"):
        width_of("1001", 24)
    lettering._face.cache_clear()
