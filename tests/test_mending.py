"""Loops that are mended: found, written, proven, and refused where nothing mends them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from PIL import Image

import answerprint as ap
from answerprint.cli.app import program
from answerprint.errors import MendError, StorageError, UsageError
from answerprint.media.exr.door import read_header
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.probing import probe
from answerprint.rehearsal.delivery import exr_frame
from answerprint.rehearsal.scenery.scene import Scene, render
from tests.made import folder, movie, zipped

Picture = NDArray[np.float32]

COUNT = 36
SIZE = (192, 108)


@pytest.fixture(scope="module")
def loop() -> list[Picture]:
    scene = Scene(seed=1, size=SIZE, frames=COUNT, loop=True, grain=0)
    return [render(scene, index) for index in range(COUNT)]


def codes_of(clip: list[Picture]) -> list[NDArray[np.uint8]]:
    return [(np.clip(p, 0, 1) ** (1 / 2.4) * 255 + 0.5).astype(np.uint8) for p in clip]


def listed(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


@pytest.mark.parametrize(
    ("spoil", "count", "how"),
    [
        (lambda c: c + c[:1], COUNT, "last frame was dropped"),
        (lambda c: c + c[20:23], COUNT, "last 3 frames were dropped"),
        (lambda c: c[:-1], COUNT, "a frame was made"),
    ],
)
def test_a_movie_is_mended_in_its_own_codec(
    tmp_path: Path,
    loop: list[Picture],
    spoil: Callable[[list[Picture]], list[Picture]],
    count: int,
    how: str,
) -> None:
    source = movie(tmp_path / "a.mp4", codes_of(spoil(loop)), crf=10)
    mended = ap.mend(source, tmp_path / "out.mp4")
    assert (mended.before.verdict == "seamless", mended.after.verdict) == (False, "seamless")
    assert how in mended.how
    assert (mended.frames, probe(tmp_path / "out.mp4").codec) == (count, "h264")
    assert len(list(read_frames(tmp_path / "out.mp4", Reading()))) == count
    assert ap.seam(tmp_path / "out.mp4") == mended.after
    assert listed(tmp_path) == ["a.mp4", "out.mp4"]


def test_exr_frames_that_stay_keep_every_byte(tmp_path: Path, loop: list[Picture]) -> None:
    files = [exr_frame(picture) for picture in [*loop, loop[0]]]
    source = folder(tmp_path / "shot", files)
    mended = ap.mend(source, tmp_path / "out")
    assert mended.before.verdict == "duplicate-end"
    assert listed(tmp_path / "out") == [f"shot.{n}.exr" for n in range(1001, 1001 + COUNT)]
    written = [path.read_bytes() for path in sorted((tmp_path / "out").iterdir())]
    assert written in (files[:-1], files[1:])


def test_only_frames_are_replaced_and_only_where_that_was_said(
    tmp_path: Path, loop: list[Picture]
) -> None:
    source = folder(tmp_path / "shot", [exr_frame(picture) for picture in [*loop, loop[0]]])
    out = folder(tmp_path / "out", [exr_frame(loop[0])])
    with pytest.raises(StorageError, match="exists already"):
        ap.mend(source, out)
    (out / "notes.txt").touch()
    with pytest.raises(StorageError, match="holds 'notes.txt'; only a folder of EXR frames"):
        ap.mend(source, out, overwrite=True)
    (out / "notes.txt").unlink()
    assert ap.mend(source, out, overwrite=True).frames == COUNT
    assert len(listed(out)) == COUNT
    assert listed(tmp_path) == ["out", "shot"]


def test_exr_frames_are_made_in_the_format_of_the_others(
    tmp_path: Path, loop: list[Picture]
) -> None:
    source = zipped(tmp_path / "exr.zip", [exr_frame(picture) for picture in loop[:-2]])
    mended = ap.mend(source, tmp_path / "out")
    names = listed(tmp_path / "out")
    assert (mended.frames, len(names), names[-1]) == (COUNT, COUNT, f"frame_{COUNT - 1:05}.exr")
    first, made = (read_header(tmp_path / "out" / name) for name in (names[0], names[-1]))
    assert first == made
    (report,) = ap.check(tmp_path / "out", order=ap.Order(loop=True))
    assert [f.check for f in report.findings if f.severity.value == "error"] == []


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_an_animation_is_mended_as_what_it_is(
    tmp_path: Path, loop: list[Picture], suffix: str
) -> None:
    first, *others = (Image.fromarray(picture) for picture in codes_of([*loop, loop[0]]))
    quality: dict[str, Any] = {} if suffix == ".gif" else {"quality": 95}
    first.save(
        tmp_path / f"a{suffix}", save_all=True, append_images=others, duration=40, loop=0, **quality
    )
    mended = ap.mend(tmp_path / f"a{suffix}", tmp_path / f"out{suffix}")
    assert (mended.frames, mended.after.verdict) == (COUNT, "seamless")


def test_what_nothing_mends_is_refused_and_leaves_nothing(
    tmp_path: Path, loop: list[Picture]
) -> None:
    source = movie(tmp_path / "a.mp4", codes_of(loop[: COUNT // 2]), crf=10)
    with pytest.raises(MendError, match="nothing that drops or makes"):
        ap.mend(source, tmp_path / "out.mp4")
    assert listed(tmp_path) == ["a.mp4"]


def test_a_seamless_loop_is_left_alone(tmp_path: Path, loop: list[Picture]) -> None:
    source = movie(tmp_path / "a.mp4", codes_of(loop), crf=10)
    with pytest.raises(MendError, match="seamless as it is"):
        ap.mend(source, tmp_path / "out.mp4")
    assert listed(tmp_path) == ["a.mp4"]


def test_a_result_that_proves_no_better_is_not_named(tmp_path: Path, loop: list[Picture]) -> None:
    rough = Path(tmp_path / "rough.toml")
    shipped = Path(ap.__file__).parent / "deliverables/presets/h264-web.toml"
    rough.write_text(
        shipped.read_text(encoding="utf-8")
        .replace("crf = 18", "crf = 51")
        .replace("psnr = 30.0", "psnr = 1.0")
        .replace("ssim = 0.85", "ssim = 0.0")
    )
    source = movie(tmp_path / "a.mp4", codes_of([*loop, loop[0]]), crf=10)
    with pytest.raises(MendError, match="proved no better"):
        ap.mend(source, tmp_path / "out.mp4", preset=str(rough))
    assert listed(tmp_path) == ["a.mp4", "rough.toml"]


def test_nothing_is_overwritten(tmp_path: Path, loop: list[Picture]) -> None:
    source = movie(tmp_path / "a.mp4", codes_of([*loop, loop[0]]), crf=10)
    shutil.copy(source, tmp_path / "out.mp4")
    with pytest.raises(StorageError, match="exists already"):
        ap.mend(source, tmp_path / "out.mp4")


def test_the_result_is_called_as_its_codec_is(tmp_path: Path, loop: list[Picture]) -> None:
    source = movie(tmp_path / "a.mp4", codes_of([*loop, loop[0]]), crf=10)
    with pytest.raises(UsageError, match=r"makes \.mp4 files"):
        ap.mend(source, tmp_path / "out.mov")


def test_the_command_writes_and_says_what_it_did(tmp_path: Path, loop: list[Picture]) -> None:
    source = movie(tmp_path / "a.mp4", codes_of([*loop, loop[0]]), crf=10)
    arguments = ["seam", str(source), "--mend", str(tmp_path / "out.mp4"), "--quiet"]
    told = CliRunner().invoke(program, arguments)
    assert told.exit_code == 0, told.output
    assert "duplicate-end" in told.output
    assert "out.mp4: seamless" in told.output
    assert "frame was dropped" in told.output
