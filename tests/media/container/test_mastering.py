"""HDR static metadata, written by real encoders and muxers, stamped, and read back by three readers."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import ffmpeg
import numpy as np
import pytest
from av.sidedata.sidedata import Type
from pymediainfo import MediaInfo

from answerprint.errors import EncodeError, PresetError, SourceError
from answerprint.measured.light import ContentLight, StaticMetadata
from answerprint.measured.movie import ColorTags
from answerprint.media import ffmpeg as program
from answerprint.media.container.mastering import (
    CARRIERS,
    DISPLAYS,
    PLACEHOLDER,
    read_static,
    spellable,
    stamp,
    static_options,
)
from answerprint.media.movie.packets import digest_packets

DISPLAY = DISPLAYS["P3-D65", 1000]
LIGHT = ContentLight(max_cll=987, max_fall=123)
TAGS = ColorTags(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="tv")
SIZE = (320, 180)
FRAMES = 9

ENCODINGS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "hevc.mp4": ("libx265", "mp4", {"x265-params": "keyint=4:log-level=none", "tag:v": "hvc1"}),
    "hevc.mov": ("libx265", "mov", {"x265-params": "keyint=4:log-level=none", "tag:v": "hvc1"}),
    "av1.mp4": ("libsvtav1", "mp4", {"preset": 12, "g": 4, "movflags": "+faststart"}),
    "av1.webm": ("libsvtav1", "webm", {"preset": 12, "g": 4}),
    "vp9.webm": ("libvpx-vp9", "webm", {"deadline": "realtime", "cpu-used": 8, "crf": 40}),
    "prores.mov": ("prores_ks", "mov", {"pix_fmt": "yuv422p10le"}),
    "dnxhr.mov": ("dnxhd", "mov", {"pix_fmt": "yuv422p10le", "profile:v": "dnxhr_hqx"}),
    "ffv1.mkv": ("ffv1", "matroska", {}),
}
IN_BITSTREAM = {"hevc.mp4", "hevc.mov", "av1.mp4", "av1.webm"}


def encode(
    path: Path, encoder: str, container: str, *, static: bool = True, **options: Any
) -> Path:
    """A few frames of a bright patch that moves, PQ."""
    width, height = SIZE
    hdr = static_options(encoder, container, DISPLAY) if static else {}
    fed = ffmpeg.input(
        "pipe:", format="rawvideo", pixel_format="yuv420p10le", video_size=SIZE, framerate=24, **hdr
    )
    graph = program.tag_color(fed.video, TAGS).output(
        str(path), vcodec=encoder, format=container, **options
    )
    with program.running(program.command(graph), where=path.name) as process:
        for number in range(FRAMES):
            luma = np.full((height, width), 300, "<u2")
            luma[60:120, 20 * number : 20 * number + 60] = 720
            process.write(luma.tobytes() + np.full(width * height // 2, 512, "<u2").tobytes())
        process.finish()
    return path


Make = Callable[[str], Path]


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """One encode of each kind a run, with placeholders."""
    folder = tmp_path_factory.mktemp("hdr")

    def original(name: str) -> Path:
        path = folder / name
        if not path.exists():
            encoder, container, options = ENCODINGS[name]
            encode(path, encoder, container, **options)
        return path

    return original


@pytest.fixture
def copy(originals: Make, tmp_path: Path) -> Make:
    """A copy of one of them that may be written to."""
    return lambda name: Path(shutil.copy(originals(name), tmp_path / name))


def stated_by_mediainfo(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = MediaInfo.parse(path).video_tracks[0].to_data()
    return found


def first_number(text: Any) -> int:
    return int(str(text).split()[0])


def decoded_light(path: Path) -> Iterator[tuple[int, int]]:
    """Light levels in the side data of every decoded keyframe."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            sides: Any = frame.side_data  # its stubs know only its string keys
            side = sides.get(Type.CONTENT_LIGHT_LEVEL)
            if side is not None:
                cll, fall = np.frombuffer(bytes(side), np.uint32)[:2]
                yield int(cll), int(fall)


@pytest.mark.parametrize("name", ENCODINGS)
def test_measured_light_stands_everywhere_after_stamping(name: str, copy: Make) -> None:
    path = copy(name)
    size, packets = path.stat().st_size, digest_packets(path)
    assert stamp(path, LIGHT) == LIGHT
    container, bitstream = read_static(path)

    assert container is not None
    assert container == StaticMetadata(mastering=DISPLAY, light=LIGHT, places=1)
    if name in IN_BITSTREAM:
        assert bitstream is not None
        assert bitstream.agrees(container)
        assert container.agrees(bitstream)
        assert bitstream.places >= FRAMES // 4 + 1
        assert digest_packets(path) != packets
    else:
        assert bitstream is None
        assert digest_packets(path) == packets
    assert path.stat().st_size == size
    assert set(decoded_light(path)) == {(987, 123)}


@pytest.mark.parametrize("name", ENCODINGS)
def test_mediainfo_reads_the_same(name: str, copy: Make) -> None:
    path = copy(name)
    stamp(path, LIGHT)
    found = stated_by_mediainfo(path)
    assert first_number(found["maximum_content_light_level"]) == 987
    assert first_number(found["maximum_frameaverage_light_level"]) == 123
    assert found["mastering_display_color_primaries"] == "Display P3"
    assert found["mastering_display_luminance"] == "min: 0.0001 cd/m2, max: 1000 cd/m2"
    assert "HDR10" in found["hdr_format_commercial"]


@pytest.mark.parametrize(
    ("name", "elementary", "options"),
    [
        ("hevc.mp4", "a.hevc", {"bsf:v": "hevc_mp4toannexb", "format": "hevc"}),
        ("av1.webm", "a.obu", {"format": "obu"}),
    ],
)
@pytest.mark.parametrize(
    "light",
    [LIGHT, (1000, 400), (256, 3), (512, 1), (1, 1), (1024, 4), (3, 512), (257, 256), (9999, 0)],
)
def test_a_decoder_finds_it_in_the_bitstream_alone(
    name: str, elementary: str, options: dict[str, str], light: Any, copy: Make, tmp_path: Path
) -> None:
    wanted = (
        light
        if isinstance(light, ContentLight)
        else ContentLight(max_cll=light[0], max_fall=light[1])
    )
    path = copy(name)
    written = stamp(path, wanted)
    assert written.max_fall == wanted.max_fall
    assert written.max_cll - wanted.max_cll in ((0, 1) if "hevc" in name else (0,))
    alone = tmp_path / elementary
    graph = ffmpeg.input(str(path)).video.output(str(alone), vcodec="copy", **options)
    program.run(program.command(graph), where=alone.name)
    assert set(decoded_light(alone)) == {(written.max_cll, written.max_fall)}


def test_pictures_are_untouched(originals: Make, copy: Make) -> None:
    path = copy("hevc.mp4")
    stamp(path, LIGHT)
    before, after = originals("hevc.mp4").read_bytes(), path.read_bytes()
    changed = [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    _, bitstream = read_static(path)
    assert bitstream is not None
    assert len(changed) == 4 * (bitstream.places + 1)


def test_pq10_without_metadata_states_nothing(tmp_path: Path) -> None:
    path = encode(
        tmp_path / "pq10.mp4", "libx265", "mp4", static=False, **{"x265-params": "log-level=none"}
    )
    before = path.read_bytes()
    assert read_static(path) == (None, None)
    with pytest.raises(EncodeError, match="container or bitstream"):
        stamp(path, LIGHT)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["hevc.mp4", "av1.webm", "prores.mov"])
def test_a_file_is_stamped_once(name: str, copy: Make) -> None:
    path = copy(name)
    stamp(path, LIGHT)
    before = path.read_bytes()
    with pytest.raises(EncodeError, match="other light levels"):
        stamp(path, ContentLight(max_cll=1, max_fall=1))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "place", "lost", "lacking"),
    [
        ("hevc.mp4", b"clli", b"free", "container"),
        ("hevc.mp4", b"\x4e\x01\x90\x04\x5a\x5b", b"\x4e\x01\x91\x04\x5a\x5b", "bitstream"),
        ("av1.mp4", b"\x2a\x06\x01\x5a\x5b", b"\x2a\x06\x09\x5a\x5b", "bitstream"),
        ("av1.webm", b"\x55\xbc\x82\x5a\x5b\x55\xbd", b"\x55\xbe\x82\x5a\x5b\x55\xbf", "container"),
    ],
)
def test_a_file_without_one_of_the_two_is_left_alone(
    name: str, place: bytes, lost: bytes, lacking: str, copy: Make
) -> None:
    path = copy(name)
    path.write_bytes(path.read_bytes().replace(place, lost))
    before = path.read_bytes()
    with pytest.raises(EncodeError, match=f"in its {lacking}"):
        stamp(path, LIGHT)
    assert path.read_bytes() == before


def test_one_keyframe_that_says_other_is_noticed(copy: Make) -> None:
    path = copy("hevc.mp4")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"\x90\x04\x5a\x5b\x4c\x4d", b"\x90\x04\x03\xe8\x01\x90", 1))
    container, bitstream = read_static(path)
    assert container is not None
    assert bitstream is not None
    assert not bitstream.agreeing
    assert not container.agrees(bitstream)
    with pytest.raises(EncodeError, match="other light levels"):
        stamp(path, LIGHT)


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("name", ["hevc.mp4", "av1.webm", "prores.mov"])
def test_a_broken_off_file_is_refused_or_read_as_far_as_it_goes(
    name: str, cut: float, copy: Make
) -> None:
    path = copy(name)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    try:
        container, _ = read_static(path)
    except SourceError:
        assert not name.endswith("webm")
    else:
        assert container is not None
        assert container.light == PLACEHOLDER


@pytest.mark.parametrize("name", ["hevc.mov", "av1.mp4", "vp9.webm"])
def test_damage_never_raises_anything_else(name: str, copy: Make) -> None:
    path = copy(name)
    content = bytearray(path.read_bytes())
    random = np.random.default_rng(5)
    for _ in range(150):
        spoiled = content.copy()
        tables = random.integers(0, 2)
        low, high = (0, len(spoiled)) if tables else (max(0, len(spoiled) - 1500), len(spoiled))
        for place in random.integers(low, high, 6):
            spoiled[place] = random.integers(0, 256)
        path.write_bytes(spoiled)
        try:
            read_static(path)
        except SourceError as problem:
            assert str(problem).startswith(str(path))


def test_what_is_no_movie_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with pytest.raises(SourceError, match="no such file"):
        read_static(path)
    path.write_bytes(b"")
    with pytest.raises(SourceError, match="empty"):
        read_static(path)
    path.write_bytes(b"not a movie at all, but long enough to look into")
    with pytest.raises(SourceError, match="with pictures"):
        stamp(path, LIGHT)


def test_light_is_never_stated_lower_to_fit() -> None:
    for cll in (0, 1, 255, 256, 512, 1000, 9984):
        for fall in (0, 1, 3, 4, 255, 256, 768, 1024):
            light = ContentLight(max_cll=cll, max_fall=fall)
            found = spellable(light)
            assert found.max_fall == fall
            assert 0 <= found.max_cll - cll <= 1
            spelled = b"\x04" + found.max_cll.to_bytes(2, "big") + fall.to_bytes(2, "big") + b"\x80"
            assert not any(b"\0\0" + bytes([last]) in spelled for last in range(4))


def test_displays_are_spelled_as_the_field_does() -> None:
    options = static_options("libx265", "mp4", DISPLAYS["P3-D65", 1000])
    # The string of the ASWF Encoding Guidelines' HDR page.
    assert options["mastering_display"] == (
        "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
    )
    wide = static_options("libx265", "mp4", DISPLAYS["Rec.2020", 4000])["mastering_display"]
    assert wide == "G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(40000000,1)"


def test_only_what_was_proven_is_offered() -> None:
    with pytest.raises(PresetError, match="libx264 in mp4"):
        static_options("libx264", "mp4", DISPLAY)
    with pytest.raises(PresetError, match="prores_ks in webm"):
        static_options("prores_ks", "webm", DISPLAY)
    proven = {(encoder, container) for encoder, container, _ in ENCODINGS.values()}
    offered = {(encoder, each) for encoder, formats in CARRIERS.items() for each in formats}
    assert proven <= offered


def test_a_foreign_file(shared: Path) -> None:
    container, bitstream = read_static(shared / "video" / "libwebm" / "colour.webm")
    assert container is not None
    assert bitstream is None
    assert container.mastering is not None
    assert container.places == 1
