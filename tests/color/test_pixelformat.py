"""Pixel formats, against what libav says of the same names."""

import av
import numpy as np
import pytest

from answerprint.color.pixelformat import PIXEL_FORMATS, PixelFormat


@pytest.mark.parametrize("format_", PIXEL_FORMATS.values(), ids=PIXEL_FORMATS.keys())
def test_a_format_is_what_libav_knows_by_its_name(format_: PixelFormat) -> None:
    known = av.VideoFormat(format_.name)
    assert [c.bits for c in known.components] == [format_.bits] * len(format_.components)
    assert not known.is_big_endian
    assert known.is_rgb == format_.rgb
    assert known.is_planar != (format_.packed or format_.components == "Y")
    if "U" in format_.components:
        assert (known.chroma_width(16), known.chroma_height(16)) == (
            16 // format_.granule[0],
            16 // format_.granule[1],
        )


@pytest.mark.parametrize("format_", PIXEL_FORMATS.values(), ids=PIXEL_FORMATS.keys())
def test_planes_have_the_sizes_libav_gives_them(format_: PixelFormat) -> None:
    planes = av.VideoFrame(64, 16, format_.name).planes
    shapes = format_.shapes((64, 16))
    assert [p.height for p in planes] == [rows for rows, _ in shapes]
    widths = [p.width * (len(format_.components) if format_.packed else 1) for p in planes]
    assert widths == [columns for _, columns in shapes]


@pytest.mark.parametrize(
    "name", ["pal8", "nv12", "p010le", "yuv420p10be", "gbrpf32le", "yuv411p10le", ""]
)
def test_other_formats_are_not_ours(name: str) -> None:
    assert name not in PIXEL_FORMATS


def test_bytes_of_a_frame() -> None:
    assert PIXEL_FORMATS["yuv420p"].frame_bytes((1920, 1080)) == 1920 * 1080 * 3 // 2
    assert PIXEL_FORMATS["yuv422p10le"].frame_bytes((1920, 1080)) == 1920 * 1080 * 4
    assert PIXEL_FORMATS["yuva444p10le"].frame_bytes((64, 64)) == 64 * 64 * 8
    assert PIXEL_FORMATS["rgba64le"].frame_bytes((3, 5)) == 3 * 5 * 8


@pytest.mark.parametrize(("name", "size"), [("yuv420p", (15, 8)), ("yuv420p", (16, 9)), ("yuv411p", (18, 8)), ("gray", (0, 4))])  # fmt: skip
def test_parts_of_granules_are_refused(name: str, size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="whole"):
        PIXEL_FORMATS[name].shapes(size)


def test_a_picture_is_split_into_views_of_its_components() -> None:
    raw = np.arange(4 * 2 * 3 // 2, dtype=np.uint8)
    parts = PIXEL_FORMATS["yuv420p"].split(raw, (4, 2))
    assert {name: part.tolist() for name, part in parts.items()} == {
        "Y": [[0, 1, 2, 3], [4, 5, 6, 7]], "U": [[8, 9]], "V": [[10, 11]],
    }  # fmt: skip
    assert np.shares_memory(parts["V"], raw)
    packed = PIXEL_FORMATS["rgb24"].split(np.arange(6, dtype=np.uint8), (2, 1))
    assert packed["B"].tolist() == [[2, 5]]
    with pytest.raises(ValueError, match="11 bytes"):
        PIXEL_FORMATS["yuv420p"].split(raw[:11], (4, 2))
