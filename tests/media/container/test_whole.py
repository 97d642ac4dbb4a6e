"""Files whose containers claim more, or less, than there is."""

import io
import struct

import pytest
from PIL import Image

from answerprint.media.container.whole import wholeness
from tests.made import codes
from tests.media.container.test_boxes import box, table, track
from tests.media.container.test_ebml import UNKNOWN, element

FTYP = box(b"ftyp", b"isom", bytes(4))
MDAT = box(b"mdat", bytes(range(1, 61)))


def moov(offset: int) -> bytes:
    """An index of three samples of 20 bytes in two chunks."""
    return box(
        b"moov",
        track(
            b"vide",
            table(b"stsz", "I", (20,), (20,), (20,), head=bytes(4)),
            table(b"stsc", "I", (1, 2, 1), (2, 1, 1)),
            table(b"stco", "I", (offset,), (offset + 40,)),
        ),
    )


FAST = FTYP + moov(len(FTYP) + len(moov(0)) + 8) + MDAT
SLOW = FTYP + MDAT + moov(len(FTYP) + 8)


@pytest.mark.parametrize("file", [FAST, SLOW, FAST + bytes(40), FTYP + b"\0\0\0\0mdat" + bytes(9)])
def test_a_whole_mp4(file: bytes) -> None:
    found = wholeness(file)
    assert found is not None
    assert (found.claimed <= found.size, found.lost, found.tail, found.files) == (True, 0, 0, 1)


def test_a_cut_mp4_tells_how_many_samples_it_lost() -> None:
    found = wholeness(FAST[:-25])
    assert found is not None
    assert (found.claimed, found.size, found.lost) == (len(FAST), len(FAST) - 25, 2)
    assert found.part == "mdat box"


def test_an_index_that_points_beyond_the_file() -> None:
    found = wholeness(FTYP + MDAT + moov(5000))
    assert found is not None
    assert (found.claimed, found.part, found.lost) == (5060, "samples", 3)


def test_tables_that_contradict_each_other_lose_nothing() -> None:
    broken = SLOW.replace(struct.pack(">2I", 2, 1), struct.pack(">2I", 2, 9), 1)
    found = wholeness(broken)
    assert found is not None
    assert found.lost == 0


def test_what_stands_behind_the_end() -> None:
    tail, twice = wholeness(FAST + b"<html>"), wholeness(FAST + FAST)
    assert tail is not None
    assert tail.tail == 6
    assert twice is not None
    assert twice.files == 2


def test_a_fragment_without_pictures() -> None:
    fragment = box(b"moof", bytes(8)) + MDAT
    whole, cut = wholeness(FTYP + fragment * 2), wholeness(FTYP + fragment + box(b"moof", bytes(8)))
    assert whole is not None
    assert not whole.headless
    assert cut is not None
    assert cut.headless


def matroska(*clusters: bytes, size: bytes | None = None) -> bytes:
    head = element(0x1A45DFA3, b"head")
    return head + element(0x18538067, element(0x1654AE6B, b"tracks"), *clusters, size=size)


CLUSTER = element(0x1F43B675, element(0xE7, b"\0"), element(0xA3, b"\x81\0\0\x80picture"))


def test_a_whole_and_a_cut_matroska() -> None:
    file = matroska(CLUSTER, CLUSTER)
    whole, cut, padded = wholeness(file), wholeness(file[:-5]), wholeness(file + bytes(30))
    assert whole is not None
    assert (whole.claimed, whole.tail) == (len(file), 0)
    assert cut is not None
    assert (cut.claimed, cut.part) == (len(file), "Segment")
    assert padded is not None
    assert padded.tail == 0
    glued = wholeness(file + b"<html>")
    assert glued is not None
    assert glued.tail == 6


def test_a_live_matroska_is_cut_by_its_last_cluster() -> None:
    live = matroska(CLUSTER, CLUSTER, size=UNKNOWN)
    whole, cut = wholeness(live), wholeness(live[:-5])
    assert whole is not None
    assert whole.claimed == len(live)
    assert cut is not None
    assert (cut.claimed, cut.part) == (len(live), "Cluster")
    clusters = element(0x1F43B675, element(0xA3, b"\x81\0\0\x80picture"), size=UNKNOWN) * 2
    endless = wholeness(matroska(clusters, size=UNKNOWN))
    assert endless is not None
    assert endless.claimed == endless.size


def test_zeros_inside_a_segment_are_bytes_that_never_came() -> None:
    file = matroska(CLUSTER, CLUSTER)
    found = wholeness(file[: -len(CLUSTER)] + bytes(len(CLUSTER)))
    assert found is not None
    assert found.tail == len(CLUSTER)


def test_an_avi_says_its_length_and_others_are_not_known() -> None:
    found = wholeness(b"RIFF" + (100).to_bytes(4, "little") + b"AVI " + bytes(40))
    assert found is not None
    assert (found.claimed, found.size) == (108, 52)
    assert wholeness(b"Y4M " + bytes(20)) is None
    assert wholeness(b"") is None


@pytest.fixture(scope="module")
def gif() -> bytes:
    """Four pictures, each with colors of its own, and a loop."""
    first, *others = (Image.fromarray(picture) for picture in codes(4))
    written = io.BytesIO()
    first.save(written, "GIF", save_all=True, append_images=others, duration=40, loop=0)
    return written.getvalue()


def test_a_gif_ends_with_its_trailer(gif: bytes) -> None:
    found = wholeness(gif)
    assert found is not None
    assert (found.claimed, found.size, found.tail) == (len(gif), len(gif), 0)
    longer = wholeness(gif + b"junk")
    assert longer is not None
    assert (longer.claimed, longer.tail) == (len(gif), 4)


@pytest.mark.parametrize("left", [10, 13, 800, -300, -2, -1])
def test_a_cut_gif_is_told_wherever_it_was_cut(gif: bytes, left: int) -> None:
    found = wholeness(gif[:left])
    assert found is not None
    assert found.claimed > found.size
