"""Clips are real, rendered once for equal orders, and spoiled as a fault says."""

import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from answerprint.errors import FrameError
from answerprint.measured.movie import MovieFacts
from answerprint.media.exr.door import read_frame
from answerprint.media.exr.start import MAGIC
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.probing import probe
from answerprint.rehearsal import studio as room
from answerprint.rehearsal.studio import HeldFile, Spec, Studio

HDR = Spec(size=(1280, 720), seconds=1, hdr=True, exr=True, seed=3)
SDR = Spec(size=(640, 360), seconds=1, loop=True, seed=3)


@pytest.fixture(scope="module")
def studio(rendered: Path) -> Studio:
    return Studio(rendered / "studio", divide=8)


def frame_count(path: Path) -> int:
    reading = Reading()
    count = sum(1 for _ in read_frames(path, reading))
    assert not reading.faults
    return count


def members(files: tuple[HeldFile, ...]) -> dict[str, bytes]:
    with zipfile.ZipFile(files[1].path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_sdr_clip_is_h264_of_the_ordered_length(studio: Studio) -> None:
    (movie,) = studio.make(SDR)
    facts = probe(movie.path)
    assert (facts.codec, facts.size, facts.color.transfer) == ("h264", (80, 44), "bt709")
    assert frame_count(movie.path) == 24
    assert (movie.kind, movie.media_type, movie.name) == ("movie", "video/mp4", movie.id + ".mp4")


def test_an_hdr_clip_with_frames_is_hevc_and_a_zip_of_half_float_dwab(studio: Studio) -> None:
    files = studio.make(HDR)
    facts = probe(files[0].path)
    assert (facts.codec, facts.bits, facts.color.transfer) == ("hevc", 10, "smpte2084")
    assert frame_count(files[0].path) == 24
    frames = members(files)
    assert list(frames) == [f"frame_{n:05}.exr" for n in range(24)]
    main = read_frame(frames["frame_00011.exr"]).header.main
    assert (main.size, main.compression, main.channels[0].type) == ((160, 90), "dwab", "half")
    assert files[1].media_type == "application/zip"


def test_hdr_without_frames_is_hdr_too(studio: Studio) -> None:
    files = studio.make(HDR.model_copy(update={"exr": False}))
    assert len(files) == 1
    assert probe(files[0].path).color.hdr


@pytest.mark.parametrize(("container", "codec"), [("mov", "h264"), ("webm", "vp9")])
def test_other_containers(studio: Studio, container: str, codec: str) -> None:
    (movie,) = studio.make(SDR.model_copy(update={"format": container}))
    facts = probe(movie.path)
    assert (facts.codec, facts.color.transfer) == (codec, "bt709")
    assert movie.name.endswith(container)
    assert frame_count(movie.path) == 24


def test_equal_clips_are_rendered_once_whichever_threads_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[Path] = []

    def counted(folder: Path, *_: object, **__: object) -> Path:
        rendered.append(folder)
        folder.mkdir(parents=True)
        (folder / "video.mp4").write_bytes(b"movie")
        return folder

    monkeypatch.setattr(room, "write_delivery", counted)
    studio = Studio(tmp_path, divide=8)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: studio.make(SDR), range(24)))
    assert len(rendered) == 1
    assert len({files[0].id for files in made}) == 24
    studio.make(SDR.model_copy(update={"seed": 4}))
    assert len(rendered) == 2


def test_an_equal_clip_is_the_same_bytes_in_another_studio(studio: Studio, tmp_path: Path) -> None:
    spec = SDR.model_copy(update={"loop": False, "seed": 5})
    one, other = studio.make(spec)[0].path, Studio(tmp_path, divide=8).make(spec)[0].path
    assert one != other
    assert one.read_bytes() == other.read_bytes()


def is_truncated(frames: dict[str, bytes]) -> bool:
    with pytest.raises(FrameError):
        read_frame(frames["frame_00012.exr"])
    return len(frames) == 24


def has_nan(frames: dict[str, bytes]) -> bool:
    planes = [read_frame(content).picture for content in frames.values()]
    bad = [number for number, picture in enumerate(planes) if np.isnan(picture[1]).any()]
    return bad == [12]


@pytest.mark.parametrize(
    ("fault", "shows"),
    [
        ("missing-frame", lambda frames: "frame_00012.exr" not in frames and len(frames) == 23),
        ("extra-frame", lambda frames: "frame_00025.exr" in frames and len(frames) == 26),
        ("truncated-exr", is_truncated),
        ("nan", has_nan),
    ],
)
def test_faults_in_the_zip(
    studio: Studio, fault: str, shows: Callable[[dict[str, bytes]], bool]
) -> None:
    spoiled = studio.make(HDR, fault)
    assert shows(members(spoiled))
    assert frame_count(spoiled[0].path) == 24
    assert len(members(studio.make(HDR))) == 24


def test_a_single_exr_comes_instead_of_the_zip(studio: Studio) -> None:
    _, frame = studio.make(HDR, "single-exr")
    assert frame.path.read_bytes().startswith(MAGIC)
    assert (frame.kind, frame.media_type) == ("frames", "image/x-exr")


@pytest.mark.parametrize(
    ("fault", "shows"),
    [
        ("missing-frame", lambda facts: facts.declared == 23),
        ("extra-frame", lambda facts: facts.declared == 26),
        ("wrong-size", lambda facts: facts.size == (40, 22)),
    ],
)
def test_faults_in_the_movie(
    studio: Studio, fault: str, shows: Callable[[MovieFacts], bool]
) -> None:
    good, bad = (probe(studio.make(SDR, name)[0].path) for name in (None, fault))
    assert shows(bad)
    assert not shows(good)
    assert bad.color == good.color


def test_an_untagged_movie_is_the_same_stream_without_tags(studio: Studio) -> None:
    facts = probe(studio.make(HDR, "hdr-untagged")[0].path)
    assert (facts.codec, facts.color.transfer, facts.color.primaries) == ("hevc", None, None)


def test_a_broken_seam_is_the_clip_that_does_not_close(studio: Studio) -> None:
    broken = studio.make(SDR, "broken-seam")[0].path
    straight = studio.make(SDR.model_copy(update={"loop": False}))[0].path
    assert broken.read_bytes() == straight.read_bytes() != studio.make(SDR)[0].path.read_bytes()


def test_only_faults_a_clip_can_have_are_possible() -> None:
    assert "nan" in HDR.possible_faults
    assert "broken-seam" not in HDR.possible_faults
    assert set(SDR.possible_faults) == {"missing-frame", "extra-frame", "wrong-size", "broken-seam"}
