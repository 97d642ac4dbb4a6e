"""A sample of a finished movie's frames is proven where it is asked for, and said to be one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import answerprint as ap
from answerprint.deliverables.preset import load_preset
from answerprint.deliverables.treatment import Treatment
from answerprint.errors import UsageError
from answerprint.master import Making, make
from answerprint.measured.deliverable import Deliverable
from answerprint.render.text import to_text
from tests.deliverables.panned import pans
from tests.deliverables.printed import Rgb, of_pictures
from tests.made import folder, frames

COUNT = 30
SAMPLE = Making(Treatment(proof="sample"))


@pytest.fixture(scope="module")
def true() -> list[Rgb]:
    wide = (picture.astype(np.uint16) * 257 for picture in pans(COUNT, (96, 64)))
    return [np.ascontiguousarray(picture.transpose(2, 0, 1)) for picture in wide]


def delivered(
    true: list[Rgb], work: Path, preset: str, making: Making, fed: list[Rgb] | None = None
) -> Deliverable:
    chosen = load_preset(preset)
    out = work / f"out{chosen.suffix}"
    made, failures = make(of_pictures(true, fed), {out: chosen}, work, making)
    if failures:
        raise failures[out]
    return made[out]


@pytest.mark.parametrize(
    ("preset", "count"), [("h264-web", 2), ("vp9-web", 2), ("hevc-sdr10", 2), ("prores-422", 4)]
)
def test_a_sample_is_decoded_and_all_packets_are_counted(
    true: list[Rgb], tmp_path: Path, preset: str, count: int
) -> None:
    made = delivered(true, tmp_path, preset, SAMPLE)
    assert (made.sampled, made.decoded, made.packets, made.frames) == (count, count, COUNT, COUNT)
    assert made.likeness is not None
    assert made.likeness.frames == count
    assert made.picture_seconds == COUNT / 24
    assert f"a sample was proven: {count} of {COUNT} frames" in made.notes


def test_frames_of_a_sample_are_compared_as_they_are_when_all_are(
    true: list[Rgb], tmp_path: Path
) -> None:
    whole = delivered(true, tmp_path, "ffv1-archive", Making())
    (tmp_path / "out.mkv").unlink()
    some = delivered(true, tmp_path, "ffv1-archive", SAMPLE)
    assert (whole.sampled, some.sampled) == (None, 4)
    assert whole.likeness is not None
    assert some.likeness is not None
    assert whole.likeness.frames == COUNT
    assert some.likeness.psnr == pytest.approx(whole.likeness.psnr, abs=0.5)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda s: [s[0], *s[:-1]], "show their neighbours"),
        (lambda s: [np.ascontiguousarray(f[:, ::-1, ::-1]) for f in s], "lost structure|noisier"),
        (lambda s: [*s[:24], np.zeros_like(s[24]), *s[25:]], "frame 24 .* noisier"),
    ],
)
def test_a_sample_finds_what_all_of_the_file_has(
    true: list[Rgb], tmp_path: Path, spoil: Callable[[list[Rgb]], list[Rgb]], said: str
) -> None:
    with pytest.raises(ap.AnswerprintError, match=said):
        delivered(true, tmp_path, "h264-web", SAMPLE, spoil(true))


def test_what_states_the_light_of_its_pixels_is_proven_whole(tmp_path: Path) -> None:
    shot = folder(tmp_path / "shot", frames(10))
    made = ap.deliver(shot, "hevc-hdr10", tmp_path / "out.mp4", proof="sample")
    assert (made.sampled, made.decoded) == (None, 10)
    assert made.light is not None


def test_keyframes_too_far_apart_are_no_proof(true: list[Rgb], tmp_path: Path) -> None:
    rare = load_preset("h264-web")
    assert rare.video is not None
    options = dict(rare.video.options) | {"g": 200, "x264-params": "scenecut=0"}
    seldom = rare.model_copy(update={"video": rare.video.model_copy(update={"options": options})})
    out = tmp_path / "out.mp4"
    made, failures = make(of_pictures(true * 2), {out: seldom}, tmp_path, SAMPLE)
    assert failures == {}
    assert (made[out].sampled, made[out].decoded) == (None, 2 * COUNT)


def test_another_word_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="whole or sample, not half"):
        ap.deliver(tmp_path / "none", "h264-web", tmp_path / "out.mp4", proof="half")


def test_a_file_of_which_a_sample_was_proven_is_made_anew_when_all_is_asked_for(
    tmp_path: Path,
) -> None:
    shot = folder(tmp_path / "shot", frames(26))
    order = ap.Order.parse({"seconds": 26 / 24, "fps": 24})
    sampled = []
    for proof in ("sample", "sample", "whole", "sample"):
        (report,) = ap.finish(
            shot, out=tmp_path / "out", order=order, deliver=["h264-web"], proof=proof
        )
        assert report.failure is None
        sampled.append(report.deliverables[0].sampled)
        assert ("at the worst of 2 frames" in to_text(report)) == (sampled[-1] == 2)
    assert sampled == [2, 2, None, None]
