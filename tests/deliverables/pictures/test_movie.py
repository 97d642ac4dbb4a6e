"""Movies: alpha comes along to 4444 of every kind, upright and as it was; SD primaries stay; PQ becomes HLG."""

from pathlib import Path

import av
import ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

import answerprint as ap
from answerprint.media import ffmpeg as program
from tests.made import facts_of

SIZE = (96, 64)
KINDS = {
    "pq": ("bt2020", "smpte2084", "bt2020nc"),
    "hlg": ("bt2020", "arib-std-b67", "bt2020nc"),
    "sdr": ("bt709", "bt709", "bt709"),
}
"""Primaries, transfer and matrix of ProRes 4444 movies."""


def transparent(path: Path, kind: str) -> Path:
    """Four frames of ProRes 4444, clear on the left and opaque on the right, less so from top to bottom."""
    primaries, transfer, matrix = KINDS[kind]
    stream = ffmpeg.input(f"color=gray:s={SIZE[0]}x{SIZE[1]}:r=24:d=0.17", format="lavfi").video
    stream = stream.filter("format", "yuva444p10le")
    alpha = f"1023*X/{SIZE[0] - 1}*(1-Y/{4 * SIZE[1]})"
    stream = stream.filter("geq", lum="300+3*X", cb="512", cr="480+Y", a=alpha)
    stream = stream.filter(
        "setparams", color_primaries=primaries, color_trc=transfer, colorspace=matrix, range="tv"
    )
    options = {"vcodec": "prores_ks", "profile:v": 4, "pix_fmt": "yuva444p10le"}
    with program.running(
        program.command(stream.output(str(path), **options)), where=path.name
    ) as p:
        p.finish()
    return path


def alpha_of(path: Path) -> NDArray[np.float64]:
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        return np.asarray(frame.reformat(format="rgba64le").to_ndarray()[..., 3] / 65535)


@pytest.mark.parametrize(
    ("kind", "preset"),
    [("pq", "prores-4444-pq"), ("hlg", "prores-4444-hlg"), ("sdr", "prores-4444"), ("pq", "prores-4444")],
)  # fmt: skip
def test_alpha_of_a_movie_comes_along_as_it_was(kind: str, preset: str, tmp_path: Path) -> None:
    source = transparent(tmp_path / "source.mov", kind)
    made = ap.deliver(source, preset, tmp_path / "out.mov")
    assert facts_of(made).pixel_format == "yuva444p12le"
    before = alpha_of(source)
    assert np.ptp(before) > 0.9
    assert np.abs(alpha_of(tmp_path / "out.mov") - before).max() < 1 / 1023


def test_alpha_is_turned_and_resized_as_its_picture_is(tmp_path: Path) -> None:
    source, turned = transparent(tmp_path / "source.mov", "pq"), tmp_path / "turned.mov"
    stream = ffmpeg.input(str(source), display_rotation=-90).output(str(turned), vcodec="copy")
    with program.running(program.command(stream), where="turn") as process:
        process.finish()
    made = ap.deliver(turned, "prores-4444-pq", tmp_path / "out.mov", scale="32x48")
    assert facts_of(made).size == (32, 48)
    upright = np.rot90(alpha_of(source), -1).reshape(48, 2, 32, 2).mean(axis=(1, 3))
    assert np.abs(alpha_of(tmp_path / "out.mov") - upright).max() < 0.01


def test_where_no_alpha_is_kept_the_picture_is_opaque(tmp_path: Path) -> None:
    source = transparent(tmp_path / "source.mov", "sdr")
    made = ap.deliver(source, "prores-422", tmp_path / "out.mov")
    assert facts_of(made).pixel_format == "yuv422p10le"


@pytest.mark.parametrize("primaries", ["smpte170m", "bt470bg", None])
def test_a_movie_of_sd_primaries_is_delivered_in_its_colors(
    primaries: str | None, tmp_path: Path
) -> None:
    stream = ffmpeg.input("testsrc2=s=128x96:r=24:d=0.13", format="lavfi").video
    stream = stream.filter("format", "yuv444p").filter(
        "setparams", color_primaries=primaries or "unknown", colorspace="smpte170m", range="tv"
    )
    source = tmp_path / "source.mp4"
    options = {"vcodec": "libx264", "crf": 8, "pix_fmt": "yuv444p"}
    program.run(program.command(stream.output(str(source), **options)), where="source")
    made = ap.deliver(source, "prores-4444", tmp_path / "out.mov")
    assert made.likeness is not None
    assert made.likeness.color < 1


@pytest.mark.parametrize("scale", [None, "48x32"])
def test_pq_becomes_hlg_by_light(scale: str | None, tmp_path: Path) -> None:
    """BT.2408: reference white is code 572 of PQ and 721 of HLG, in ten bits and narrow range."""
    stream = ffmpeg.input("color=black:s=96x64:r=24:d=0.13", format="lavfi").video
    stream = stream.filter("format", "yuv444p10le").filter("geq", lum="572", cb="512", cr="512")
    stream = stream.filter(
        "setparams", color_primaries="bt2020", color_trc="smpte2084", colorspace="bt2020nc", range="tv"
    )  # fmt: skip
    source = tmp_path / "source.mov"
    options = {"vcodec": "prores_ks", "profile:v": 4, "pix_fmt": "yuv444p10le"}
    program.run(program.command(stream.output(str(source), **options)), where="source")
    ap.deliver(source, "prores-4444-hlg", tmp_path / "out.mov", scale=scale)
    with av.open(str(tmp_path / "out.mov")) as container:
        frame = next(container.decode(video=0))
        rows = np.frombuffer(bytes(frame.planes[0]), np.uint16).reshape(frame.height, -1)
    assert (rows[:, : frame.width] / 4).mean() == pytest.approx(721, abs=1.5)
