"""Encoding with the real ffmpeg, and the proof of what came out."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

import answerprint as ap
from answerprint.color.tags import BT709, SDR_RGB
from answerprint.color.transfer import pq
from answerprint.color.transforms import to_display
from answerprint.deliverables.encode import Encoding, encode
from answerprint.deliverables.pictures import Pictures, Shown, movie_pictures
from answerprint.deliverables.preset import load_preset
from answerprint.deliverables.seal import partial_path
from answerprint.errors import EncodeError, SourceError, StorageError, ToolError
from answerprint.master import make
from answerprint.measure.compare import Reference
from answerprint.measure.movies import rgb16
from answerprint.measured.movie import ColorTags
from answerprint.media import ffmpeg as program
from answerprint.media.movie import Reading, probe, read_frames
from tests.made import codes, exr, folder, frames, movie, picture

PRESETS = ("h264-web", "prores-422hq", "vp9-web")
CHART = ((0, 0, 0), (255, 255, 255), (128, 128, 128), (200, 40, 40), (40, 180, 60), (50, 60, 200), (220, 200, 40),
         (190, 50, 180), (40, 180, 190), (180, 130, 100))  # fmt: skip
"""Ten patches, 8-bit R'G'B'."""


def shown(rgb: NDArray[np.uint16]) -> Shown:
    planes = np.ascontiguousarray(rgb.transpose(2, 0, 1)[[1, 2, 0]])
    return Shown(planes.data.cast("B"), rgb)


def still(rgb: NDArray[np.uint16], count: int = 6) -> Pictures:
    return Pictures(
        (rgb.shape[1], rgb.shape[0]),
        Fraction(24),
        count,
        "gbrp16le",
        SDR_RGB,
        lambda: (shown(rgb) for _ in range(count)),
    )


def chart() -> NDArray[np.uint16]:
    patches = np.array(CHART, np.uint16).reshape(2, 5, 3) * 257
    return np.ascontiguousarray(patches.repeat(64, axis=0).repeat(64, axis=1))


def decoded(path: Path) -> NDArray[np.uint16]:
    frame = next(iter(read_frames(path, Reading())))
    return rgb16(frame.picture, probe(path).color)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_color_chart_comes_back_in_its_colors(tmp_path: Path, preset: str) -> None:
    """A wrong matrix or range moves these patches by 4 to 30 codes of 8 bits."""
    out = tmp_path / f"chart{load_preset(preset).suffix}"
    made, failures = make(still(chart()), {out: load_preset(preset)}, tmp_path)
    assert failures == {}
    assert made[out].facts.color == BT709
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
    width, height = made.facts.size
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
    assert made.facts.color.matrix == "bt709"
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
    assert made.facts.size == (90, 160)
    assert made.facts.rotation == 0
    assert made.likeness is not None
    assert made.likeness.psnr > 30


def test_frames_are_shown_through_the_output_transform(tmp_path: Path) -> None:
    shot = folder(tmp_path / "shot", frames(3))
    ap.deliver(shot, "prores-422hq", tmp_path / "out.mov")
    expected = to_display(picture(0).astype(np.float16).astype(np.float32), "sdr-rec709")
    difference = np.abs(decoded(tmp_path / "out.mov").astype(np.float32) - expected) / 257
    assert difference.mean() < 2


def test_hdr_movies_are_regraded_to_match_their_frames(tmp_path: Path, hdr_delivery: Path) -> None:
    from_movie = ap.deliver(hdr_delivery / "video.mp4", "prores-422hq", tmp_path / "movie.mov")
    ap.deliver(hdr_delivery / "exr.zip", "prores-422hq", tmp_path / "exr.mov")
    assert "HDR (smpte2084) was shown as SDR" in from_movie.notes[0]
    one, other = (
        decoded(tmp_path / name).astype(np.float32) / 257 for name in ("movie.mov", "exr.mov")
    )
    assert np.abs(one.mean((0, 1)) - other.mean((0, 1))).max() < 3
    assert float(pq(np.ones(1, np.float32))[0]) == 10_000


def test_the_rate_stays_a_ratio(tmp_path: Path) -> None:
    source = movie(tmp_path / "in.mp4", codes(10), rate=Fraction(24000, 1001))
    for preset in PRESETS[:2]:
        made = ap.deliver(source, preset, tmp_path / f"out{load_preset(preset).suffix}")
        assert made.facts.rate == Fraction(24000, 1001)


def test_an_encoder_that_fails_fails_alone(tmp_path: Path) -> None:
    good = load_preset("h264-web")
    bad = good.model_copy(
        update={
            "name": "bad",
            "video": good.video.model_copy(update={"options": {"crf": "nonsense"}}),
        }
    )
    outs = {tmp_path / "good.mp4": good, tmp_path / "bad.mp4": bad}
    made, failures = make(still(chart()), outs, tmp_path)
    assert set(made) == {tmp_path / "good.mp4"}
    assert isinstance(failures[tmp_path / "bad.mp4"], EncodeError)
    assert [p.name for p in tmp_path.iterdir()] == ["good.mp4"]


def test_what_ffmpeg_said_is_in_the_error(tmp_path: Path) -> None:
    good = load_preset("h264-web")
    bad = good.model_copy(
        update={"video": good.video.model_copy(update={"options": {"crf": "nonsense"}})}
    )
    _, failures = make(still(chart()), {tmp_path / "bad.mp4": bad}, tmp_path)
    problem = failures[tmp_path / "bad.mp4"]
    assert isinstance(problem, EncodeError)
    assert "nonsense" in problem.said
    assert any("libx264" in word for word in problem.command)
    assert "\n" not in str(problem)


def spoiled(count: int, spoil: Callable[[list[Shown]], list[Shown]]) -> Pictures:
    """Pictures whose encoder is fed something else than what is compared."""
    true = [shown(code.astype(np.uint16) * 257) for code in codes(count)]
    fed = [Shown(f.raw, t.rgb) for f, t in zip(spoil(true), true, strict=True)]

    def each() -> Iterator[Shown]:
        yield from fed

    return Pictures((160, 90), Fraction(24), count, "gbrp16le", SDR_RGB, each)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda s: [s[0], *s[:-1]], "show their neighbours"),
        (
            lambda s: [Shown(memoryview(bytes(f.raw)[::-1]), f.rgb) for f in s],
            "lost structure|colors",
        ),
        (lambda s: [*s[:4], shown(np.zeros_like(s[4].rgb)), *s[5:]], "noisier"),
    ],
)
def test_a_file_that_does_not_show_its_source_never_gets_its_name(
    tmp_path: Path, spoil: Callable[[list[Shown]], list[Shown]], said: str
) -> None:
    _, failures = make(spoiled(8, spoil), {tmp_path / "out.mp4": load_preset("h264-web")}, tmp_path)
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
    exotic = good.model_copy(
        update={"video": good.video.model_copy(update={"encoder": "libnonsense"})}
    )
    with pytest.raises(ToolError, match="this ffmpeg lacks libnonsense"):
        make(still(chart()), {tmp_path / "out.mp4": exotic}, tmp_path)


def test_encoding_takes_what_goes_in_and_no_count_on_trust(tmp_path: Path) -> None:
    pictures = replace(still(chart(), 6), count=99)
    encoding = Encoding(load_preset("h264-web"), partial_path(tmp_path / "a.mp4"))
    reference = Reference(tmp_path / "reference")
    (encoded,) = encode(pictures, [encoding], reference)
    assert encoded.expected.frames == reference.frames == 6
    reference.close()


def test_a_movie_s_pictures_are_passed_on_in_their_own_format(tmp_path: Path) -> None:
    path = movie(tmp_path / "in.mp4", codes(2), pix_fmt="yuv422p10le")
    pictures = movie_pictures(path, probe(path), 2, Fraction(24), "sdr-rec709")
    assert pictures.pixel_format == "yuv422p10le"
    assert all(len(each.raw) == 160 * 90 * 2 * 2 for each in pictures.frames())
