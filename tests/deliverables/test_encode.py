"""Encoding with the real ffmpeg, and the proof of what came out."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

import answerprint as ap
from answerprint.color.codes import codes_to_rgb
from answerprint.color.grading import Grading
from answerprint.color.tags import BT709
from answerprint.color.transfer import pq
from answerprint.color.transforms import to_display
from answerprint.deliverables.encode import Encoded, Encoding, failures_of, form_of, settle
from answerprint.deliverables.pictures.appearance import AsIs
from answerprint.deliverables.pictures.framing import Geometry
from answerprint.deliverables.pictures.master import master_pictures
from answerprint.deliverables.pictures.source import Pictures
from answerprint.deliverables.preset import Preset, VideoFormat, load_preset
from answerprint.deliverables.treatment import Treatment
from answerprint.errors import AnswerprintError, EncodeError, SourceError, StorageError, ToolError
from answerprint.ingest.delivery import open_one
from answerprint.master import Making, make
from answerprint.measured.deliverable import Deliverable
from answerprint.measured.movie import ColorTags
from answerprint.media import ffmpeg as program
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.planes import component_planes
from answerprint.media.movie.probing import probe
from tests.deliverables.printed import Rgb, RgbPictures, of_pictures
from tests.made import codes, exr, facts_of, folder, frames, movie, picture

PRESETS = ("h264-web", "prores-422hq", "vp9-web")
CHART = ((0, 0, 0), (255, 255, 255), (128, 128, 128), (200, 40, 40), (40, 180, 60), (50, 60, 200), (220, 200, 40),
         (190, 50, 180), (40, 180, 190), (180, 130, 100))  # fmt: skip
"""Ten patches, 8-bit R'G'B'."""


def still(rgb: Rgb, count: int = 6) -> RgbPictures:
    return of_pictures([rgb] * count)


def made_of(
    pictures: Pictures, presets: dict[Path, Preset], work: Path
) -> tuple[dict[Path, Deliverable], dict[Path, AnswerprintError]]:
    return make(pictures, presets, work, Making())


def _video(preset: Preset, update: dict[str, Any]) -> VideoFormat:
    assert preset.video is not None
    return preset.video.model_copy(update=update)


def chart() -> Rgb:
    patches = np.array(CHART, np.uint16).reshape(2, 5, 3) * 257
    return np.ascontiguousarray(patches.repeat(64, axis=0).repeat(64, axis=1).transpose(2, 0, 1))


def decoded(path: Path) -> NDArray[np.uint16]:
    frame = next(iter(read_frames(path, Reading())))
    code = codes_to_rgb(*component_planes(frame.picture), probe(path).color)
    return (np.clip(code, 0, 1) * np.float32(65535) + np.float32(0.5)).astype(np.uint16)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_color_chart_comes_back_in_its_colors(tmp_path: Path, preset: str) -> None:
    """A wrong matrix or range moves these patches by 4 to 30 codes of 8 bits."""
    out = tmp_path / f"chart{load_preset(preset).suffix}"
    made, failures = made_of(still(chart()), {out: load_preset(preset)}, tmp_path)
    assert failures == {}
    assert facts_of(made[out]).color == BT709
    found = decoded(out)
    for index, patch in enumerate(CHART):
        row, column = divmod(index, 5)
        middle = (
            found[row * 64 + 20 : row * 64 + 44, column * 64 + 20 : column * 64 + 44].reshape(-1, 3)
            / 257
        )
        assert np.abs(middle.mean(axis=0) - patch).max() < 2.0, (preset, patch, middle.mean(axis=0))


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("size", [(96, 54), (97, 54), (96, 55), (97, 55)])
def test_odd_sizes(tmp_path: Path, preset: str, size: tuple[int, int]) -> None:
    source = movie(
        tmp_path / "odd.mkv",
        codes(4, size=size),
        vcodec="ffv1",
        pix_fmt="gbrp",
        crf=None,
        preset=None,
    )
    made = ap.deliver(source, preset, tmp_path / f"out{load_preset(preset).suffix}")
    width, height = facts_of(made).size
    assert 0 <= width - size[0] <= 1
    assert 0 <= height - size[1] <= 1
    assert made.expected.size == (width, height)
    assert bool(made.notes) == ((width, height) != size)


@pytest.mark.parametrize(
    "options",
    [
        {"pix_fmt": "yuv420p"},
        {"pix_fmt": "yuv444p10le"},
        {"vcodec": "ffv1", "pix_fmt": "gbrp", "crf": None, "preset": None},
        {"vcodec": "png", "pix_fmt": "rgb24", "crf": None, "preset": None},
        {"vcodec": "mjpeg", "pix_fmt": "yuvj420p", "crf": None, "preset": None, "q:v": 2},
    ],
)
def test_sources_of_every_kind_keep_their_colors(tmp_path: Path, options: dict[str, Any]) -> None:
    source = movie(tmp_path / "in.mkv", codes(5), **options)
    made = ap.deliver(source, "h264-web", tmp_path / "out.mp4")
    assert made.likeness is not None
    assert made.likeness.color < 1


def test_bt601_is_converted_and_not_just_retagged(tmp_path: Path) -> None:
    source = tmp_path / "sd.mp4"
    rgb = movie(
        tmp_path / "rgb.mkv", codes(3), vcodec="ffv1", pix_fmt="gbrp", crf=None, preset=None
    )
    stream = (
        ffmpeg.input(str(rgb))
        .video.filter("scale", out_color_matrix="smpte170m", out_range="tv")
        .filter("format", "yuv444p")
    )
    stream = program.tag_color(
        stream, ColorTags(primaries="bt709", transfer="bt709", matrix="smpte170m", range="tv")
    )
    program.run(program.command(stream.output(str(source), vcodec="libx264", crf=8)), where="sd")
    assert probe(source).color.matrix == "smpte170m"
    made = ap.deliver(source, "prores-422hq", tmp_path / "out.mov")
    assert facts_of(made).color.matrix == "bt709"
    assert made.likeness is not None
    assert made.likeness.color < 1


def test_a_turned_movie_is_delivered_upright(tmp_path: Path) -> None:
    flat, turned = movie(tmp_path / "flat.mp4", codes(4)), tmp_path / "turned.mp4"
    program.run(
        program.command(
            ffmpeg.input(str(flat), display_rotation=-90).output(str(turned), vcodec="copy")
        ),
        where="turned",
    )
    made = ap.deliver(turned, "h264-web", tmp_path / "out.mp4")
    assert facts_of(made).size == (90, 160)
    assert facts_of(made).rotation == 0
    assert made.likeness is not None
    assert made.likeness.psnr > 30


def test_frames_are_shown_through_the_output_transform(tmp_path: Path) -> None:
    shot = folder(tmp_path / "shot", frames(3))
    ap.deliver(shot, "prores-422hq", tmp_path / "out.mov")
    expected = to_display(picture(0).astype(np.float16).astype(np.float32), "sdr-rec709")
    difference = np.abs(decoded(tmp_path / "out.mov").astype(np.float32) - expected) / 257
    assert difference.mean() < 2


def test_hdr_movies_become_sdr_by_bt2446(tmp_path: Path, hdr_delivery: Path) -> None:
    from_movie = ap.deliver(hdr_delivery / "video.mp4", "prores-422hq", tmp_path / "movie.mov")
    ap.deliver(hdr_delivery / "exr.zip", "prores-422hq", tmp_path / "exr.mov")
    assert "HDR (smpte2084) was shown as SDR" in " ".join(from_movie.notes)
    one, other = (
        decoded(tmp_path / name).astype(np.float32) / 257 for name in ("movie.mov", "exr.mov")
    )
    assert np.corrcoef(one.reshape(-1), other.reshape(-1))[0, 1] > 0.95
    assert 0.5 < one.mean() / other.mean() < 1.1
    assert float(pq(np.ones(1, np.float32))[0]) == 10_000


def test_the_rate_stays_a_ratio(tmp_path: Path) -> None:
    source = movie(tmp_path / "in.mp4", codes(10), rate=Fraction(24000, 1001))
    for preset in PRESETS[:2]:
        made = ap.deliver(source, preset, tmp_path / f"out{load_preset(preset).suffix}")
        assert facts_of(made).rate == Fraction(24000, 1001)


def test_an_encoder_that_fails_fails_alone(tmp_path: Path) -> None:
    good = load_preset("h264-web")
    bad = good.model_copy(
        update={
            "name": "bad",
            "video": _video(good, {"options": {"crf": "nonsense"}}),
        }
    )
    outs = {tmp_path / "good.mp4": good, tmp_path / "bad.mp4": bad}
    made, failures = made_of(still(chart()), outs, tmp_path)
    assert set(made) == {tmp_path / "good.mp4"}
    assert isinstance(failures[tmp_path / "bad.mp4"], EncodeError)
    assert [p.name for p in tmp_path.iterdir()] == ["good.mp4"]


def test_what_is_encoded_first_is_proven_and_named_first(tmp_path: Path) -> None:
    hevc = load_preset("hevc-sdr10")
    slow = hevc.model_copy(update={"video": _video(hevc, {"options": {"preset": "placebo"}})})
    named: list[str] = []
    making = Making(keep=lambda final, _partial, _made: named.append(final.name))
    outs = {tmp_path / "slow.mp4": slow, tmp_path / "quick.mkv": load_preset("ffv1-archive")}
    _, failures = make(still(chart(), 40), outs, tmp_path, making)
    assert failures == {}
    assert named == ["quick.mkv", "slow.mp4"]


def test_failures_are_told_in_the_order_that_was_asked_for(tmp_path: Path) -> None:
    pictures = still(chart())
    wanted = [
        Encoding(load_preset("h264-web"), tmp_path / name, AsIs("gbrp16le"), (0,), Fraction(24))
        for name in ("a.mp4", "b.mp4")
    ]
    failure = EncodeError("ended early")
    ended = [
        Encoded(encoding, settle(pictures, encoding, 1), None, problem)
        for encoding, problem in zip(reversed(wanted), (None, failure), strict=True)
    ]
    assert failures_of(ended, wanted) == [failure, None]


def test_what_ffmpeg_said_is_in_the_error(tmp_path: Path) -> None:
    good = load_preset("h264-web")
    bad = good.model_copy(update={"video": _video(good, {"options": {"crf": "nonsense"}})})
    _, failures = made_of(still(chart()), {tmp_path / "bad.mp4": bad}, tmp_path)
    problem = failures[tmp_path / "bad.mp4"]
    assert isinstance(problem, EncodeError)
    assert "nonsense" in problem.said
    assert any("libx264" in word for word in problem.command)
    assert "\n" not in str(problem)


def spoiled(count: int, spoil: Callable[[list[Rgb]], list[Rgb]]) -> RgbPictures:
    """Pictures whose encoder is fed something else than what is compared."""
    true = [
        np.ascontiguousarray(c.astype(np.uint16).transpose(2, 0, 1) * 257) for c in codes(count)
    ]
    return of_pictures(true, spoil(true))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda s: [s[0], *s[:-1]], "show their neighbours"),
        (lambda s: [np.ascontiguousarray(f[:, ::-1, ::-1]) for f in s], "lost structure|colors"),
        (lambda s: [*s[:4], np.zeros_like(s[4]), *s[5:]], "noisier"),
    ],
)
def test_a_file_that_does_not_show_its_source_never_gets_its_name(
    tmp_path: Path, spoil: Callable[[list[Rgb]], list[Rgb]], said: str
) -> None:
    _, failures = made_of(
        spoiled(8, spoil), {tmp_path / "out.mp4": load_preset("h264-web")}, tmp_path
    )
    assert "did not prove good" in str(failures[tmp_path / "out.mp4"])
    assert re.search(said, str(failures[tmp_path / "out.mp4"]))
    assert list(tmp_path.iterdir()) == []


def test_a_frame_that_cannot_be_read_ends_the_pass_cleanly(tmp_path: Path) -> None:
    shot = folder(tmp_path / "shot", frames(6, {3: lambda light: exr(light)[:-700]}))
    with pytest.raises(SourceError, match=r"pixels are damaged"):
        ap.deliver(shot, "h264-web", tmp_path / "out.mp4")
    assert [p.name for p in tmp_path.iterdir()] == ["shot"]


def test_a_movie_that_changes_its_size_is_refused(tmp_path: Path) -> None:
    parts = [
        movie(tmp_path / f"{n}.ts", codes(6, size=size))
        for n, size in enumerate([(160, 90), (128, 72)])
    ]
    both = tmp_path / "both.ts"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    with pytest.raises(SourceError, match="changes its size at frame"):
        ap.deliver(both, "h264-web", tmp_path / "out.mp4")


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    source, out = movie(tmp_path / "in.mp4", codes(4)), tmp_path / "out.mp4"
    out.write_text("mine")
    with pytest.raises(StorageError, match="exists already"):
        ap.deliver(source, "h264-web", out)
    assert out.read_text() == "mine"
    ap.deliver(source, "h264-web", out, overwrite=True)
    assert probe(out).declared == 4


def test_an_ffmpeg_without_the_encoder_is_named(tmp_path: Path) -> None:
    good = load_preset("h264-web")
    exotic = good.model_copy(update={"video": _video(good, {"encoder": "libnonsense"})})
    with pytest.raises(ToolError, match="this ffmpeg lacks libnonsense"):
        made_of(still(chart()), {tmp_path / "out.mp4": exotic}, tmp_path)


def test_encoding_takes_what_goes_in_and_no_count_on_trust(tmp_path: Path) -> None:
    pictures = replace(still(chart(), 6), count=99)
    made, failures = made_of(pictures, {tmp_path / "a.mp4": load_preset("h264-web")}, tmp_path)
    assert failures == {}
    assert made[tmp_path / "a.mp4"].expected.frames == 6


def test_a_movie_s_pictures_are_passed_on_in_their_own_format(tmp_path: Path) -> None:
    path = movie(tmp_path / "in.mp4", codes(2), pix_fmt="yuv422p10le")
    with open_one(str(path)).opened() as delivery:
        pictures = master_pictures(delivery, Treatment(), Fraction(24))
    form = form_of(pictures, load_preset("prores-422hq"), Geometry(), Grading())
    assert form == AsIs("yuv422p10le")
    assert all(len(task().as_is()[0]) == 160 * 90 * 2 for task in pictures.tasks(range(2)))


def test_a_range_is_held_repeated_and_numbered(tmp_path: Path) -> None:
    shot = folder(tmp_path / "shot", frames(6))
    made = ap.deliver(
        shot, "prores-422hq", tmp_path / "out.mov", range="1002-1004", repeat=2, hold_last=3
    )
    assert made.decoded == made.expected.frames == 9
    assert made.likeness is not None
    assert made.likeness.frames == 9


def test_pictures_are_brought_to_another_size(tmp_path: Path) -> None:
    shot = folder(tmp_path / "shot", frames(3))
    made = ap.deliver(shot, "h264-web", tmp_path / "out.mp4", size_to="128x128")
    assert made.facts is not None
    assert facts_of(made).size == (128, 128)
    assert any("128x72" in note for note in made.notes)


def test_one_pass_serves_several_views(tmp_path: Path) -> None:
    shot = folder(tmp_path / "shot", frames(3))
    bright = ap.deliver(shot, "prores-422hq", tmp_path / "bright.mov", exposure=1.0)
    plain = ap.deliver(shot, "prores-422hq", tmp_path / "plain.mov")
    assert bright.digest != plain.digest
    assert decoded(tmp_path / "bright.mov").mean() > decoded(tmp_path / "plain.mov").mean()


@pytest.mark.parametrize(
    ("preset", "name", "said"),
    [
        ("gif-loop", "out.mp4", "gif-loop makes .gif files; call it out.gif"),
        ("h264-web", "out.MOV", "h264-web makes .mp4 files; call it out.mp4"),
        ("png16", "out.png", "png16 makes a folder of frames; call it out"),
        ("ffv1-archive", "in.mkv", "is the clip itself; name another file"),
    ],
)
def test_a_name_that_lies_or_would_lose_the_clip_is_refused(
    tmp_path: Path, preset: str, name: str, said: str
) -> None:
    source = movie(tmp_path / "in.mkv", codes(3))
    before = source.read_bytes()
    with pytest.raises(ap.UsageError, match=said):
        ap.deliver(source, preset, tmp_path / name, overwrite=True)
    assert source.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["in.mkv"]


def test_a_name_that_says_nothing_is_a_name(tmp_path: Path) -> None:
    source = movie(tmp_path / "in.mkv", codes(3))
    assert ap.deliver(source, "h264-web", tmp_path / "out.v2").decoded == 3
    assert ap.deliver(source, "jpeg-poster", tmp_path / "out.JPEG").decoded == 1
