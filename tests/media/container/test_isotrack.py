"""What the boxes of a picture track say, spelled out here."""

import struct

import pytest

from answerprint.measured.container import Edit
from answerprint.media.container.isotrack import MOST_SAMPLES, picture_statement
from tests.media.container.test_boxes import box, table


def movie(
    *,
    edits: bytes = b"",
    stts: bytes | None = None,
    ctts: bytes = b"",
    inside: bytes = b"",
    more: bytes = b"",
    size: tuple[int, int] = (640, 360),
) -> bytes:
    """A track of four pictures at 25 a second, in a clock of 1000 ticks, the movie's of 600."""
    entry = box(b"avc1", bytes(24), struct.pack(">2H", *size), bytes(50), inside)
    described = box(b"stsd", bytes(4), struct.pack(">I", 1), entry)
    times = table(b"stts", "I", (4, 40)) if stts is None else stts
    media = box(
        b"mdia",
        box(b"mdhd", bytes(12), struct.pack(">2I", 1000, 160), bytes(4)),
        box(b"hdlr", bytes(8), b"vide", bytes(13)),
        box(b"minf", box(b"stbl", described, times, ctts)),
    )
    shown = struct.pack(">2I", size[0] << 16, size[1] << 16)
    head = box(b"tkhd", bytes(20), struct.pack(">I", 96), bytes(52), shown)
    return box(
        b"moov",
        box(b"mvhd", bytes(12), struct.pack(">2I", 600, 96), bytes(80)),
        box(b"trak", head, box(b"edts", edits) if edits else b"", media),
        more,
    )


def test_sizes_lengths_and_times() -> None:
    found = picture_statement(movie())
    assert found is not None
    assert found.description.size == (640, 360)
    assert found.description.pixel_aspect is None
    assert found.shown == (640.0, 360.0)
    said = found.lengths
    assert [said.movie, said.track, said.longest] == [0.16, 0.16, 0.16]
    assert found.lengths.media == pytest.approx(0.16)
    assert found.lengths.samples == pytest.approx(0.16)
    assert list(found.starts) == pytest.approx([0, 0.04, 0.08, 0.12])
    assert list(found.ends) == pytest.approx([0.04, 0.08, 0.12, 0.16])


def test_reordered_pictures_stand_in_the_order_of_showing() -> None:
    found = picture_statement(movie(ctts=table(b"ctts", "i", (1, 80), (1, 120), (1, 0), (1, 40))))
    assert found is not None
    assert list(found.starts) == pytest.approx([0.08, 0.08, 0.16, 0.16])
    negative = picture_statement(movie(ctts=table(b"ctts", "i", (4, -40))))
    assert negative is not None
    assert negative.starts[0] == pytest.approx(-0.04)


def test_edits() -> None:
    narrow = box(b"elst", bytes(4), struct.pack(">I", 2), struct.pack(">IihH", 60, -1, 1, 0),
                 struct.pack(">IihH", 96, 80, 1, 32768))  # fmt: skip
    wide = box(b"elst", b"\1\0\0\0", struct.pack(">I", 1), struct.pack(">QqhH", 96, 40, 2, 0))
    found = [picture_statement(movie(edits=each)) for each in (narrow, wide)]
    assert found[0] is not None
    assert found[0].edits == (Edit(seconds=0.1), Edit(seconds=0.16, start=0.08, speed=1.5))
    assert found[1] is not None
    assert found[1].edits == (Edit(seconds=0.16, start=0.04, speed=2.0),)


@pytest.mark.parametrize(
    ("boxes", "color", "aspect"),
    [
        (box(b"colr", b"nclx", struct.pack(">3HB", 9, 16, 9, 0)), ("bt2020", "smpte2084", "bt2020nc", "tv"), None),
        (box(b"colr", b"nclx", struct.pack(">3HB", 1, 13, 1, 128)), ("bt709", "iec61966-2-1", "bt709", "pc"), None),
        (box(b"colr", b"nclc", struct.pack(">3H", 1, 2, 1)), ("bt709", None, "bt709", None), None),
        (box(b"colr", b"prof", bytes(40)) + box(b"pasp", struct.pack(">2I", 8, 6)), (None, None, None, None), "4:3"),
    ],
)  # fmt: skip
def test_color_and_shape(boxes: bytes, color: tuple[str | None, ...], aspect: str | None) -> None:
    found = picture_statement(movie(inside=boxes))
    assert found is not None
    tags = found.description.color
    assert (tags.primaries, tags.transfer, tags.matrix, tags.range) == color
    assert found.description.pixel_aspect == aspect


def test_a_fragmented_file_tells_no_length() -> None:
    found = picture_statement(movie(more=box(b"mvex")))
    assert found is not None
    assert found.lengths.model_dump(exclude_none=True) == {}


def test_a_table_of_billions_is_not_spelled_out() -> None:
    found = picture_statement(movie(stts=table(b"stts", "I", (MOST_SAMPLES + 1, 40))))
    assert found is not None
    assert len(found.starts) == 0


def test_no_pictures_and_broken_boxes() -> None:
    assert picture_statement(b"") is None
    assert picture_statement(box(b"moov", box(b"trak"))) is None
    with pytest.raises((ValueError, struct.error)):
        picture_statement(movie(stts=box(b"stts", bytes(4), struct.pack(">I", 9))))
