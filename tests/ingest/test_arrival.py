"""What arrived is told by its bytes, and a file that is not whole is refused."""

import struct
import zipfile
from fractions import Fraction
from pathlib import Path

import av
import imageio.v3 as imageio
import numpy as np
import pytest

from answerprint.errors import SourceError
from answerprint.ingest.arrival import examine, recognize

from .zips import Part, zipped


@pytest.fixture
def movies(tmp_path: Path) -> dict[str, bytes]:
    """A small movie in each container that services write, and two that they do not."""
    return {
        suffix: film(tmp_path / f"film{suffix}", codec).read_bytes()
        for suffix, codec in ((".mp4", "mpeg4"), (".mov", "mpeg4"), (".webm", "libvpx-vp9"), (".mkv", "mpeg4"), (".avi", "mpeg4"))
    }  # fmt: skip


def film(path: Path, codec: str) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(24))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for shade in range(4):
            picture = np.full((48, 64, 3), shade * 40, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode(None))
    return path


def arrived(folder: Path, content: bytes) -> str:
    path = folder / ".clip.part"
    path.write_bytes(content)
    return examine(path).suffix


def refused(folder: Path, content: bytes) -> str:
    with pytest.raises(SourceError) as caught:
        arrived(folder, content)
    assert ".part" not in str(caught.value)
    return str(caught.value)


def test_movies(tmp_path: Path, movies: dict[str, bytes]) -> None:
    for suffix, content in movies.items():
        assert arrived(tmp_path, content) == suffix


def test_movies_cut_short(tmp_path: Path, movies: dict[str, bytes]) -> None:
    for content in movies.values():
        assert "was cut short" in refused(tmp_path, content[:-1])
        refused(tmp_path, content[:100])


def test_movie_that_is_only_a_header(tmp_path: Path) -> None:
    refused(tmp_path, struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0))
    refused(tmp_path, b"\x1a\x45\xdf\xa3" + bytes(40))


def test_segment_without_a_length_is_not_cut_short(
    tmp_path: Path, movies: dict[str, bytes]
) -> None:
    content = movies[".mkv"]
    at = content.index(b"\x18\x53\x80\x67") + 4
    live = content[:at] + b"\x01" + b"\xff" * 7 + content[at + 8 :]
    assert arrived(tmp_path, live) == ".mkv"


def test_boxes_that_lead_nowhere_are_not_followed_for_ever(tmp_path: Path) -> None:
    refused(
        tmp_path,
        struct.pack(">I4sI4s", 16, b"ftyp", 0, b"isom") + struct.pack(">I4s", 8, b"free") * 200_000,
    )
    refused(tmp_path, struct.pack(">I4sQ", 1, b"mdat", 1 << 62))


def test_archives(tmp_path: Path) -> None:
    whole = zipped(Part())
    assert arrived(tmp_path, whole) == ".zip"
    refused(tmp_path, whole[:-1])
    refused(tmp_path, b"PK\x03\x04")
    refused(tmp_path, zipped(Part(name=b"../../evil.exr")))


def test_frames(tmp_path: Path, hdr_delivery: Path) -> None:
    with zipfile.ZipFile(hdr_delivery / "exr.zip") as packed:
        frame = packed.read("frame_00000.exr")
    assert arrived(tmp_path, frame) == ".exr"
    assert "header is damaged" in refused(tmp_path, frame[:100])


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".gif", ".webp"])
def test_pictures(tmp_path: Path, suffix: str) -> None:
    picture = np.zeros((16, 16, 3), np.uint8)
    imageio.imwrite(tmp_path / f"still{suffix}", picture)
    content = (tmp_path / f"still{suffix}").read_bytes()
    assert arrived(tmp_path, content) == suffix
    assert recognize(content).kind == "picture"


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"<!DOCTYPE HTML><p>", "a web page came"),
        (b"\xef\xbb\xbf\r\n <html>", "a web page came"),
        (b'<?xml version="1.0"?><Error/>', "an XML text came"),
        (b' {"detail": "no"}', "a JSON text came"),
        (b"[]", "a JSON text came"),
    ],
)
def test_what_services_say_is_no_file(start: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        recognize(start)


@pytest.mark.parametrize("start", [b"", b"\0", b"hello", b"RIFF\0\0\0\0WAVE", bytes(12)])
def test_anything_else_is_other(start: bytes) -> None:
    assert recognize(start).kind == "other"


def test_nothing_is_refused(tmp_path: Path) -> None:
    assert "is empty" in refused(tmp_path, b"")
