"""Metadata changed and not a pixel with it, proven by two decoders."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from answerprint.color.primaries import AP0
from answerprint.errors import FrameError, UsageError
from answerprint.media.exr import fix as exrfix
from answerprint.media.exr.chunks import read_offsets
from answerprint.media.exr.door import read_frame, read_header
from answerprint.media.exr.layout import parse_start, value_of
from answerprint.media.exr.values import ExrValue
from answerprint.timing import Timecode
from tests.made import exr
from tests.media.exrkinds import every, oiio_pixels, parts, scanlines

CHANGES: dict[str, ExrValue | None] = {
    "chromaticities": AP0,
    "colorInteropID": "lin_ap0_scene",
    "framesPerSecond": Fraction(24000, 1001),
    "timeCode": Timecode.parse("01:02:03:04", Fraction(24)),
    "owner": "a studio with quite a long name",
}


def fixed(content: bytes, changes: dict[str, ExrValue | None]) -> bytes:
    return b"".join(exrfix.fixed(content, changes))


def _chunks(content: bytes) -> list[bytes]:
    """The bytes from each chunk's beginning to the next one's."""
    ends = sorted(int(n) for n in read_offsets(parse_start(content), content))
    return [content[a:b] for a, b in zip(ends, [*ends[1:], len(content)], strict=True)]


def test_every_kind_of_file_keeps_its_chunks_and_pixels(tmp_path: Path) -> None:
    for kind, content in every(tmp_path).items():
        changed = fixed(content, CHANGES)
        assert len(changed) > len(content), kind
        assert _chunks(changed) == _chunks(content), kind
        before, after = tmp_path / "before.exr", tmp_path / "after.exr"
        before.write_bytes(content)
        after.write_bytes(changed)
        assert oiio_pixels(after) == oiio_pixels(before), kind
        for old, new in zip(read_frame(content).planes, read_frame(changed).planes, strict=True):
            assert old.keys() == new.keys()
            assert all(np.array_equal(old[name], new[name]) for name in old), kind


def test_what_was_set_is_read_in_every_part() -> None:
    for content in (scanlines("dwab"), parts()):
        for part in read_header(fixed(content, CHANGES)).parts:
            assert part.color_interop_id == "lin_ap0_scene"
            assert part.chromaticities == AP0
            assert part.rate == Fraction(24000, 1001)
            assert part.timecode == "01:02:03:04"


def test_an_attribute_is_replaced_where_it_stands_and_removed() -> None:
    content = exr(owner="me", comments="draft")
    changed = parse_start(fixed(content, {"owner": "you", "comments": None, "absent": None}))
    names = [a.name for a in changed.headers[0]]
    assert value_of(changed.headers[0], "owner") == b"you"
    before = [a.name for a in parse_start(content).headers[0]]
    assert names == [name for name in before if name != "comments"]


def test_what_is_taken_back_is_the_file_it_was() -> None:
    content = exr(compression="piz")
    changed = fixed(content, {"owner": "me", "a_name_of_more_than_31_characters": 1})
    start = parse_start(changed)
    assert start.version == 0x402
    assert (
        fixed(changed, {"owner": None, "a_name_of_more_than_31_characters": None})[8:]
        == (content[8:])
    )
    assert fixed(content, {}) == content


def test_what_is_cut_off_is_refused() -> None:
    with pytest.raises(FrameError):
        fixed(exr()[:-50], {})


@pytest.mark.parametrize("name", ["compression", "channels", "displayWindow", "type"])
def test_what_every_file_needs_is_not_removed(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        fixed(exr(), {name: None})


def test_no_file_is_called_an_aces_container_that_is_none() -> None:
    with pytest.raises(UsageError, match="compression is not none"):
        fixed(exr(), {"acesImageContainerFlag": 1})
    plain = exr(compression="none")
    claimed = fixed(plain, {"acesImageContainerFlag": 1, "colorInteropID": "lin_ap0_scene"})
    assert read_header(claimed).main.aces_container


@pytest.mark.shared
def test_every_real_file_keeps_its_pixels_or_is_refused(shared: Path) -> None:
    folders = ("exr/openexr-images", "exr/tinyexr", "exr_damaged")
    kept = refused = 0
    for path in (p for name in folders for p in sorted((shared / name).rglob("*")) if p.is_file()):
        content = path.read_bytes()
        try:
            changed = fixed(content, CHANGES)
        except FrameError:
            refused += 1
            with pytest.raises(FrameError):
                read_frame(content)
        else:
            kept += 1
            assert _chunks(changed) == _chunks(content)
    assert kept > 20
    assert refused > 90
