"""Boxes of MP4 and MOV whose bytes are spelled out here."""

import struct

import pytest

from answerprint.measured.light import ContentLight
from answerprint.media.container.boxes import boxes_within, picture_track


def box(kind: bytes, *content: bytes, wide: bool = False) -> bytes:
    inside = b"".join(content)
    if wide:
        return struct.pack(">I4sQ", 1, kind, 16 + len(inside)) + inside
    return struct.pack(">I4s", 8 + len(inside), kind) + inside


def table(kind: bytes, code: str, *rows: tuple[int, ...], head: bytes = b"") -> bytes:
    content = b"".join(struct.pack(f">{len(row)}{code}", *row) for row in rows)
    return box(kind, bytes(4), head, struct.pack(">I", len(rows)), content)


def track(handler: bytes, *tables: bytes, entry: bytes = b"") -> bytes:
    described = box(b"stsd", bytes(4), struct.pack(">I", 1), entry)
    media = box(b"hdlr", bytes(8), handler, bytes(13))
    return box(b"trak", box(b"mdia", media, box(b"minf", box(b"stbl", described, *tables))))


CLLI = box(b"clli", struct.pack(">2H", 1000, 400))


def test_samples_lie_where_the_tables_say() -> None:
    movie = box(
        b"moov",
        track(b"soun"),
        track(
            b"vide",
            table(b"stsz", "I", (10,), (20,), (30,), (5,), head=bytes(4)),
            table(b"stsc", "I", (1, 2, 1), (2, 1, 1)),
            table(b"co64", "Q", (100,), (300,), (200,)),
            entry=box(b"hvc1", bytes(78), box(b"hvcC", bytes(23)), CLLI),
        ),
    )
    file = movie + bytes(500)
    found = picture_track(file)
    assert found is not None
    assert list(found.samples) == [(100, 110), (110, 130), (300, 330), (200, 205)]
    assert found.codec == "hevc"
    assert found.setup is not None
    assert [s.value for s in found.stated] == [ContentLight(max_cll=1000, max_fall=400)]
    assert bytes(file[place] for place in found.stated[0].at) == b"\x03\xe8\x01\x90"


def test_samples_of_one_size_and_narrow_offsets() -> None:
    sizes = box(b"stsz", bytes(4), struct.pack(">2I", 7, 3))
    chunks = (table(b"stsc", "I", (1, 3, 1)), table(b"stco", "I", (50,)))
    found = picture_track(
        box(b"moov", track(b"vide", sizes, *chunks, entry=box(b"apch", bytes(78)))) + bytes(100)
    )
    assert found is not None
    assert found.codec == "apch"
    assert list(found.samples) == [(50, 57), (57, 64), (64, 71)]


@pytest.mark.parametrize(
    "tables",
    [
        [table(b"stsz", "I", (9,), head=bytes(4)), table(b"stco", "I", (1,))],
        [box(b"stsz", bytes(4), struct.pack(">2I", 1 << 30, 1 << 30))],
        [box(b"stsz", bytes(8), struct.pack(">I", 1 << 30))],
    ],
)
def test_tables_that_contradict_each_other_are_refused(tables: list[bytes]) -> None:
    movie = box(b"moov", track(b"vide", *tables, entry=box(b"hvc1", bytes(78))))
    found = picture_track(movie)
    assert found is not None
    with pytest.raises(ValueError, match=r"larger|shorter|smaller|argument"):
        list(found.samples)


def test_boxes_with_long_sizes_and_to_the_end() -> None:
    file = box(b"free", b"abc", wide=True) + struct.pack(">I4s", 0, b"mdat") + b"rest"
    assert [(b.kind, file[b.start : b.end]) for b in boxes_within(file, 0, len(file))] == [
        (b"free", b"abc"),
        (b"mdat", b"rest"),
    ]


@pytest.mark.parametrize("size", [1, 2, 7, 99])
def test_what_is_no_whole_box_ends_the_walk(size: int) -> None:
    file = box(b"free") + struct.pack(">I4s", size, b"moov")
    assert [b.kind for b in boxes_within(file, 0, len(file))] == [b"free"]


def test_a_movie_without_pictures_has_no_track() -> None:
    assert picture_track(box(b"moov", track(b"soun"))) is None
    assert picture_track(box(b"mdat", b"x")) is None
    assert picture_track(box(b"moov", track(b"vide"))) is None
