"""The door to OpenEXR: what is read, and how damage is told."""

import io
import struct
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.primaries import AP0, REC709
from answerprint.errors import FrameError
from answerprint.media.exr.door import MAX_SAMPLES, frame_bytes, read_frame, read_header
from answerprint.media.exr.layout import parse_start
from answerprint.media.exr.start import contradiction
from tests.made import exr, picture


def test_a_frame_comes_back_as_it_was_written(tmp_path: Path) -> None:
    light = picture(0)
    path = tmp_path / "a.exr"
    path.write_bytes(exr(light, compression="zip"))
    for source in (path, path.read_bytes()):
        frame = read_frame(source)
        assert frame.header.main.picture == ("R", "G", "B")
        for i, plane in enumerate(frame.picture):
            assert plane.dtype == np.float16
            assert np.array_equal(plane, light[..., i].astype(np.float16))


def test_the_header_says_what_matters() -> None:
    part = read_frame(exr(dwaCompressionLevel=45.0, colorInteropID="lin_ap0_scene")).header.main
    assert (part.compression, part.dwa_level, part.size) == ("dwab", 45.0, (160, 90))
    assert part.chromaticities == AP0
    assert part.color_interop_id == "lin_ap0_scene"
    assert [(c.name, c.type) for c in part.channels] == [
        ("B", "half"),
        ("G", "half"),
        ("R", "half"),
    ]


def test_the_header_alone_costs_no_pixels() -> None:
    header = read_header(exr())
    assert header.main.size == (160, 90)
    assert header.main.channels[0].type is None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("R", "G", "B", "A"), ("R", "G", "B")),
        (("diffuse.R", "diffuse.G", "diffuse.B"), ("diffuse.R", "diffuse.G", "diffuse.B")),
        (("Y",), ("Y",)),
        (("Z",), ()),
        (("R", "Z"), ()),
    ],
)
def test_which_channels_make_the_picture(names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    plane = np.ones((8, 8), np.float16)
    assert read_frame(exr(dict.fromkeys(names, plane))).header.main.picture == expected


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.uint32])
def test_every_pixel_type_is_read(dtype: type) -> None:
    plane: NDArray[Any] = np.arange(64, dtype=dtype).reshape(8, 8)
    frame = read_frame(exr({"Y": plane}, compression="zip"))
    assert np.array_equal(frame.picture[0], plane)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"hello world", "is not an OpenEXR file"),
        (exr()[:200], "header is damaged"),
        (exr()[:-500], "pixels are damaged"),
    ],
)
def test_damage_is_told_in_one_line(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.exr"
    path.write_bytes(content)
    for source in (content, path):
        with pytest.raises(FrameError, match=said) as raised:
            read_frame(source)
        assert "\n" not in str(raised.value)
        assert str(tmp_path) not in raised.value.message


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FrameError, match="cannot be opened"):
        read_frame(tmp_path / "none.exr")


def test_a_header_that_asks_for_too_much_is_refused() -> None:
    small = exr({"Y": np.zeros((1, 8), np.float16)}, compression="none")
    wide = small.replace(
        (7).to_bytes(4, "little") + b"\0" * 4, (MAX_SAMPLES + 7).to_bytes(4, "little") + b"\0" * 4
    )
    assert wide != small
    with pytest.raises(FrameError, match="more than is safe|damaged"):
        read_frame(wide)


def test_standard_output_stays_clean_and_others_print_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    damaged, stop = exr()[:-500], threading.Event()
    encodings: set[str | None] = set()

    def chatter() -> None:
        while not stop.is_set():
            sys.stdout.write("other thread\n")
            encodings.add(sys.stdout.encoding)

    talker = threading.Thread(target=chatter)
    talker.start()
    for _ in range(50):
        with pytest.raises(FrameError):
            read_frame(damaged)
    stop.set()
    talker.join()
    lines = set(capsys.readouterr().out.splitlines())
    assert lines == {"other thread"}
    assert encodings == {sys.stdout.encoding}
    assert isinstance(sys.stdout, io.TextIOBase)


def test_planes_that_make_no_file_are_refused() -> None:
    with pytest.raises(ValueError, match="make no EXR file"):
        frame_bytes({"R": np.zeros((4, 4), np.float16)}, attributes={"chromaticities": "blue"})


@pytest.mark.shared
def test_every_real_exr_is_read_or_refused(shared: Path) -> None:
    files = [
        p
        for kind in ("exr", "exr_damaged", "exr_sequences")
        for p in (shared / kind).rglob("*")
        if p.is_file()
    ]
    assert len(files) > 300
    for path in files:
        try:
            frame = read_frame(path)
        except FrameError as refused:
            assert "\n" not in str(refused)
        else:
            assert frame.header.parts


@pytest.mark.parametrize("type_", [b"tiledimage", b"deepscanline", b"deeptile"])
def test_a_header_that_declares_two_layouts_is_refused(type_: bytes) -> None:
    content = exr()
    (size,) = struct.unpack_from("<i", content, content.index(b"type\0string\0") + 12)
    value = content.index(b"type\0string\0") + 16
    other = struct.pack("<i", len(type_)) + type_
    changed = content[: value - 4] + other + content[value + size :]
    with pytest.raises(FrameError, match=r"scanlines, its type|damaged"):
        read_frame(changed)
    assert contradiction(content) is None
    assert contradiction(changed) == (
        f"header contradicts itself: its version field says scanlines, its type {type_.decode()}"
    )


def test_a_type_that_is_none_is_told() -> None:
    changed = exr().replace(b"scanlineimage", b"scanlineimagf")
    assert contradiction(changed) == (
        "header is damaged: its type 'scanlineimagf' is none of OpenEXR's"
    )


@pytest.mark.parametrize("cut", [0, 4, 8, 20, 200])
def test_a_header_that_is_cut_off_contradicts_nothing(cut: int) -> None:
    assert contradiction(exr()[:cut]) is None


def test_a_file_that_belies_its_header_still_decodes_and_says_so() -> None:
    content = bytearray(exr(picture(0), compression="zip"))
    assert read_frame(bytes(content)).header.disagreement is None
    table = parse_start(bytes(content)).size
    content[table + 8 : table + 16] = bytes(8)
    frame = read_frame(bytes(content))
    assert frame.header.disagreement == "is incomplete: 1 of 6 chunks were never written"
    assert len(frame.picture) == 3


def test_color_attributes_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    odd = exr(chromaticities=REC709, colorInteropID="lin_ap0_scene", whiteLuminance=203.0)
    path = tmp_path / "a.exr"
    path.write_bytes(odd)
    for source in (odd, path):
        part = read_frame(source).header.main
        assert part.white_luminance == 203
        assert part.color_contradictions == (
            "the chromaticities are not those denoted by the colorInteropID",
        )
    assert read_frame(exr(colorInteropID="lin_ap0_scene")).header.main.color_contradictions == ()


def test_why_a_file_is_no_aces_container_is_told_with_its_pixels() -> None:
    told = read_frame(exr(acesImageContainerFlag=1)).header.not_st2065_4
    assert told is not None
    assert "compression is not none" in told
    assert read_header(exr()).not_st2065_4 is None


def test_alpha_is_that_of_the_picture_and_of_its_layer() -> None:
    plane = picture(0)[..., 0].astype(np.float16)
    assert read_frame(exr(dict.fromkeys("RGBA", plane))).header.main.alpha == "A"
    layered = dict.fromkeys(("a.R", "a.G", "a.B", "A"), plane)
    assert read_frame(exr(layered)).header.main.alpha is None
