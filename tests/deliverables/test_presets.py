"""Every preset on real frames: made, read back by two readers, and its colors against the exact ones."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import OpenImageIO as oiio
import pytest
from pymediainfo import MediaInfo

import answerprint as ap
from answerprint.color.primaries import AP0, AP1
from answerprint.deliverables.preset import Preset, load_preset, preset_names
from answerprint.measured.deliverable import Deliverable
from answerprint.media.movie.animation import ANIMATIONS, open_animation
from answerprint.media.movie.probing import probe
from tests.deliverables.chart import Patches, chart_frames, decoded, middles, scene, shown
from tests.made import codes, exr, folder, movie, picture, tone

SIZE = (256, 144)
FRAMES = 6
START = "10:00:00:00"

NAMES = preset_names()
MOVIES = [n for n in NAMES if load_preset(n).video and load_preset(n).suffix not in ANIMATIONS]
LOOPS = [n for n in NAMES if load_preset(n).suffix in ANIMATIONS]
STILLS = [n for n in NAMES if load_preset(n).stills]
EXRS = [n for n in NAMES if load_preset(n).exr]

TOLERANCE = {
    # Eight bits round luma to 4.7 of these codes, and an encoder's DC steps are as coarse.
    "h264-web": 2.5, "h264-review": 2.5, "vp9-web": 2.5, "webp-loop": 4.0, "jpeg-poster": 4.5,
    # Flat patches are coded as DC alone, in steps that follow from crf.
    "av1-web": 2.5, "av1-webm": 2.5, "av1-hdr10": 1.0, "avif-loop": 2.5, "vp9-hdr10": 1.0,
    "hevc-sdr10": 1.0, "hevc-hdr10": 1.0, "hevc-pq10": 1.0, "hevc-hlg": 1.0,
}  # fmt: skip
"""Ten-bit codes that a codec may be off beyond 1.5; others may not."""
ENLARGED = {"proxy-half": 2, "proxy-quarter": 4, "h264-review": 2}
"""Times the chart's size that a preset takes, to have patches whose middles neither scaling nor words reach."""

MEDIA_INFO = {
    "h264": "AVC", "hevc": "HEVC", "av1": "AV1", "vp9": "VP9", "prores": "ProRes", "dnxhd": "VC-3", "ffv1": "FFV1",
    "aac": "AAC", "opus": "Opus", "pcm_s24le": "PCM", "flac": "FLAC",
    "bt709": "BT.709", "bt2020": "BT.2020", "smpte2084": "PQ", "arib-std-b67": "HLG",
    "bt2020nc": "BT.2020 non-constant", "gbr": "Identity", "tv": "Limited", "pc": "Full",
}  # fmt: skip
"""What MediaInfo calls things."""
DELIVER = Callable[[str], tuple[Path, Deliverable]]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quarter of a second of a moving scene."""
    place = tmp_path_factory.mktemp("clip") / "shot"
    return folder(place, [exr(picture(number, size=SIZE)) for number in range(FRAMES)])


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tone(tmp_path_factory.mktemp("music") / "tone.wav", 1)


@pytest.fixture
def delivered(clip: Path, music: Path, tmp_path: Path) -> DELIVER:
    """Makes the clip as a preset has it, with sound."""

    def make(name: str) -> tuple[Path, Deliverable]:
        out = tmp_path / f"out{load_preset(name).suffix}"
        made = ap.deliver(clip, name, out, audio=music, fps="24", timecode=START)
        assert made.decoded == FRAMES + load_preset(name).slate or made.facts is None
        return out, made

    return make


@pytest.mark.parametrize("name", MOVIES)
def test_a_movie_is_what_its_preset_says_by_two_readers(name: str, delivered: DELIVER) -> None:
    preset = load_preset(name)
    out, made = delivered(name)
    facts, tracks = probe(out), _tracks(out)
    assert facts.color == preset.color
    assert facts.rate == 24
    assert [sound.codec for sound in facts.sound] == [made.expected.sound]
    (video,), (audio,) = tracks["Video"], tracks["Audio"]
    assert video["format"] == MEDIA_INFO[preset.video.codec if preset.video else ""]
    assert audio["format"] == MEDIA_INFO[preset.sound.codec if preset.sound else ""]
    assert (video["width"], video["height"]) == facts.size
    assert (int(video["frame_count"]), float(video["frame_rate"])) == (made.decoded, 24.0)
    assert abs(float(audio["duration"]) / 1000 - made.picture_seconds) <= 0.0214
    for ours, theirs in (("primaries", "color_primaries"), ("transfer", "transfer_characteristics"),
                         ("matrix", "matrix_coefficients"), ("range", "color_range")):  # fmt: skip
        # MediaInfo does not tell the range of ProRes and DNxHR, which is always narrow.
        known = video.get(theirs, "Limited" if ours == "range" else None)
        assert known == MEDIA_INFO[getattr(preset.color, ours)], theirs
    _states_its_light(preset, made, video)
    if preset.container and preset.container.timecode:
        assert facts.timecode == tracks["Other"][0]["time_code_of_first_frame"] == START
    if preset.container and preset.container.reel:
        assert _reel(out) == "shot"


def test_what_players_of_mp4_ask_for(delivered: DELIVER) -> None:
    out, _ = delivered("hevc-hdr10")
    assert _tracks(out)["Video"][0]["codec_id"] == "hvc1"
    assert probe(out).faststart


@pytest.mark.parametrize("name", ["h264-web", "hevc-sdr10", "av1-web", "vp9-web"])
def test_there_is_a_keyframe_a_second(name: str, tmp_path: Path) -> None:
    (still,) = codes(1)
    source = movie(tmp_path / "in.mkv", [np.roll(still, n, axis=1) for n in range(50)])
    out = tmp_path / f"out{load_preset(name).suffix}"
    ap.deliver(source, name, out)
    with av.open(str(out)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
        keys = [round(p.pts * p.time_base * 24) for p in packets if p.is_keyframe and p.pts is not None and p.time_base is not None]  # fmt: skip
    assert keys == [0, 24, 48]


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_loops_by_two_readers(name: str, delivered: DELIVER) -> None:
    out, made = delivered(name)
    ours = open_animation(out, Fraction(24))
    assert sum(1 for _ in ours.read()) == FRAMES
    assert ours.timed().rate == made.expected.rate == 24
    assert ours.loops in (0, None)
    read, theirs = cv2.imreadanimation(str(out))
    assert read
    assert (len(theirs.frames), theirs.loop_count) == (FRAMES, 0)
    assert theirs.frames[0].shape[:2] == SIZE[::-1]


def test_a_loop_is_small_where_it_has_to_be(tmp_path: Path) -> None:
    source = movie(tmp_path / "in.mkv", codes(1, size=(960, 540)) * 2)
    made = ap.deliver(source, "gif-loop", tmp_path / "out.gif")
    assert made.expected.size == (480, 270)


def test_held_frames_of_a_loop_are_counted(clip: Path, tmp_path: Path) -> None:
    made = ap.deliver(clip, "webp-loop", tmp_path / "out.webp", fps="24", hold_last=3)
    assert made.decoded == FRAMES + 3


@pytest.mark.parametrize("name", STILLS)
def test_stills_by_another_reader(name: str, delivered: DELIVER) -> None:
    preset = load_preset(name)
    out, _ = delivered(name)
    files = sorted(out.iterdir()) if preset.frames else [out]
    assert len(files) == (FRAMES if preset.frames else 1)
    spec = oiio.ImageBuf(str(files[-1])).spec()
    assert (spec.width, spec.height, spec.nchannels) == (*SIZE, 3)
    assert str(spec.format) == ("uint8" if name == "jpeg-poster" else "uint16")


@pytest.mark.parametrize("name", EXRS)
def test_exr_by_another_reader(name: str, delivered: DELIVER) -> None:
    preset = load_preset(name).exr
    out, _ = delivered(name)
    files = sorted(out.iterdir())
    assert [file.name for file in files] == [f"shot.{1001 + n}.exr" for n in range(FRAMES)]
    spec = oiio.ImageBuf(str(files[2])).spec()
    assert preset is not None
    assert (spec.width, spec.height, str(spec.format)) == (*SIZE, "half")
    assert spec.getattribute("compression") == preset.compression
    assert spec.getattribute("chromaticities") == pytest.approx(preset.chromaticities, abs=1e-5)
    assert spec.getattribute("colorInteropID") == preset.color_interop_id
    assert spec.getattribute("acesImageContainerFlag") == (1 if preset.aces_container else None)
    # SMPTE 12M in BCD: the third frame of ten hours, and no user bits.
    assert spec.getattribute("smpte:TimeCode") == (0x10000002, 0)
    assert spec.getattribute("FramesPerSecond") == (24, 1)


def test_alpha_comes_along_in_4444(tmp_path: Path) -> None:
    light = picture(0, size=SIZE)
    planes = {c: np.ascontiguousarray(light[..., i].astype(np.float16)) for i, c in enumerate("RGB")}  # fmt: skip
    planes["A"] = np.zeros(SIZE[::-1], np.float16)
    planes["A"][:, : SIZE[0] // 2] = 0.5
    shot = folder(tmp_path / "shot", [exr(planes, compression="zip")] * 2)
    made = ap.deliver(shot, "prores-4444", tmp_path / "out.mov", fps="24")
    assert made.facts is not None
    assert made.facts.pixel_format == "yuva444p12le"
    with av.open(str(tmp_path / "out.mov")) as container:
        alpha = next(container.decode(video=0)).reformat(format="rgba64le").to_ndarray()[..., 3]
    assert alpha[:, 8:120].mean() / 65535 == pytest.approx(0.5, abs=0.005)
    assert alpha[:, 136:].max() == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_color_chart_comes_back_in_its_colors(name: str, tmp_path: Path) -> None:
    """Ten patches, decoded by equations of our own, against OpenColorIO's exact colors in ten-bit codes.

    A wrong matrix moves them by 15 and more, a wrong range by 40.
    """
    preset = load_preset(name)
    shot = folder(tmp_path / "shot", chart_frames(4, ENLARGED.get(name, 1)))
    out = tmp_path / f"out{preset.suffix}"
    ap.deliver(shot, name, out, fps="24")
    if preset.exr is not None:
        exact = scene(AP1 if preset.exr.primaries == "AP1" else AP0)
        lossy = (
            0.01 if preset.exr.compression == "dwaa" else 1 / 2048
        )  # half a step of a half float
        assert np.abs(_patches(out, preset) / exact - 1).max() <= lossy
        return
    off = np.abs(_patches(out, preset) - shown(preset.view)).max(axis=1)
    assert off.max() <= 1.5 + TOLERANCE.get(name, 0.0), f"patch {off.argmax()} is {off.max():.2f} off"  # fmt: skip


def test_saturated_blue_in_an_avif_is_proven_to_be_its_source_s(tmp_path: Path) -> None:
    """Pillow shows it five codes off, and is not what the file is proven by."""
    waves = 0.5 + 0.4 * np.sin(np.arange(320) / 23 + np.arange(144)[:, None] / 17)
    blue = (waves[..., None] * (0.02, 0.06, 1)).astype(np.float32)
    shot = folder(tmp_path / "shot", [exr(np.roll(blue, 6 * n, axis=1)) for n in range(4)])
    made = ap.deliver(shot, "avif-loop", tmp_path / "out.avif", fps="24")
    assert made.likeness is not None
    assert made.likeness.color < 1


def test_the_chart_would_catch_a_wrong_matrix(tmp_path: Path) -> None:
    shot = folder(tmp_path / "shot", chart_frames(2))
    out = tmp_path / "out.mov"
    ap.deliver(shot, "prores-422hq", out, fps="24")
    right, wrong = (decoded(out, matrix) for matrix in ("bt709", "bt2020nc"))
    exact = shown("sdr-rec709")
    assert np.abs(right - exact).max() < 1.5
    assert np.abs(wrong - exact).max() > 15


def _states_its_light(preset: Preset, made: Deliverable, video: dict[str, Any]) -> None:
    """MediaInfo finds the light that was measured of the file, where the preset wants it stated."""
    assert (made.light is not None) == preset.color.hdr
    if made.light is None or not preset.mastering:
        assert "mastering_display_luminance" not in video
        assert (made.container_static, made.bitstream_static) == (None, None)
        return
    levels = ("maximum_content_light_level", "maximum_frameaverage_light_level")
    stated = [int(video[level].split()[0]) for level in levels]
    assert stated == [made.light.content.max_cll, made.light.content.max_fall]
    assert video["mastering_display_color_primaries"] == "BT.2020"
    assert video["mastering_display_luminance"] == "min: 0.0001 cd/m2, max: 1000 cd/m2"
    assert (made.bitstream_static is not None) == (made.expected.codec in ("hevc", "av1"))


def _reel(path: Path) -> str | None:
    """The reel that the timecode track names."""
    with av.open(str(path)) as container:
        (track,) = (s.metadata for s in container.streams if s.type == "data")
    return track.get("reel_name")


def _patches(out: Path, preset: Preset) -> Patches:
    if preset.video is None:
        pixels = oiio.ImageBuf(str(max(out.iterdir()) if preset.frames else out)).get_pixels(oiio.FLOAT)  # fmt: skip
        return middles(np.asarray(pixels)[..., :3]) * (1 if preset.exr else 1023)
    if preset.suffix in (".gif", ".webp"):
        *_, last = open_animation(out, Fraction(24)).read()
        return middles(last) / 255 * 1023
    return decoded(out)


def _tracks(path: Path) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for track in MediaInfo.parse(path).tracks:
        found.setdefault(track.track_type, []).append(track.to_data())
    return found
