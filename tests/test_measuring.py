"""What is asked for decides what is measured: a check alone finds what it finds among all, and the rest stays unread."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import ffmpeg
import numpy as np
import pytest

import answerprint as ap
from answerprint.checks.catalogue import CHECKS
from answerprint.checks.check import Check, Subject
from answerprint.checks.seam.loop import verdict_of
from answerprint.measured.figures import EVERYTHING, Figure
from answerprint.media import ffmpeg as program
from answerprint.render.text import to_text
from tests.made import Light, codes, exr, frames, movie, tone, zipped

COUNT = 12
ORDER = ap.Order.parse({"frames": COUNT, "fps": 24, "loop": True, "exr": True, "hdr": True})


def hurt(light: Light) -> bytes:
    """A frame with a hole, a spot and a sample that is not a number, in a compression that keeps it."""
    light[10, 20, 1] = np.nan
    light[40:60, 60:100] = 0
    light[70, 30] = 3000
    return exr(light, compression="zip")


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Frames in a zip and a movie with sound, neither of them whole; pinned to a picture."""
    place = tmp_path_factory.mktemp("hurt")
    files = frames(COUNT, {4: hurt, 7: lambda light: light * 0.2})
    files[9] = files[9][:-700]
    zipped(place / "exr.zip", files)
    pictures = codes(COUNT)
    pictures[5] = pictures[4]
    pictures[8] = np.zeros_like(pictures[8])
    silent, sound = (
        movie(tmp_path_factory.mktemp("a") / "a.mp4", pictures),
        tmp_path_factory.mktemp("b"),
    )
    both = (ffmpeg.input(str(silent)).video, ffmpeg.input(str(tone(sound / "b.wav", 0.4))).audio)
    laid = ffmpeg.output(*both, str(place / "video.mp4"), vcodec="copy", acodec="aac")
    program.run(program.command(laid), where="video.mp4")
    return place


@pytest.fixture(scope="module")
def whole(delivery: Path) -> ap.Report:
    """Its report by all checks."""
    (report,) = ap.check(delivery, order=ORDER)
    assert report.failure is None
    assert len({finding.check for finding in report.findings}) > 10
    return report


def groups() -> list[list[Check]]:
    """The checks of clips, those together that want the same measured."""
    by_reads: dict[object, list[Check]] = {}
    for check in CHECKS:
        by_reads.setdefault((check.reads, check.kinds), []).append(check)
    return list(by_reads.values())


@pytest.mark.parametrize("checks", groups(), ids=lambda checks: checks[0].id)
def test_checks_alone_say_what_they_say_among_all(
    delivery: Path, whole: ap.Report, checks: list[Check]
) -> None:
    ids = {check.id for check in checks}
    (alone,) = ap.check(delivery, order=ORDER, only=sorted(ids))
    assert [o for o in alone.outcomes if o.check in ids] == [
        o for o in whole.outcomes if o.check in ids
    ]
    assert alone.findings == tuple(f for f in whole.findings if f.check in ids)
    left_out = alone.measurements.unmeasured
    for check in checks:
        assert not any(check.reads.intersection(left_out.of(kind)) for kind in check.kinds)


def test_all_is_measured_where_nothing_is_named(whole: ap.Report) -> None:
    left_out = whole.measurements.unmeasured
    assert left_out.sequence == left_out.movie == ()
    assert frozenset().union(*(check.reads for check in CHECKS)) == EVERYTHING


def test_what_is_skipped_is_not_measured(delivery: Path) -> None:
    (report,) = ap.check(delivery, skip=["sound", "flash"])
    assert report.measurements.unmeasured.sequence == (Figure.FLASHES,)
    assert report.measurements.unmeasured.movie == (Figure.FLASHES, Figure.SOUND)


@pytest.mark.parametrize(
    ("only", "decodes"),
    [
        (["sound"], ()),
        (["sequence.gap", "container"], ("movie",)),
        (["container.cut-off", "rate.variable"], ()),
        (["exr", "pixels.nan"], ("sequence",)),
        (["range.illegal"], ("movie",)),
        (["picture.black"], ("sequence", "movie")),
    ],
)
def test_only_what_is_looked_at_is_decoded(
    delivery: Path, only: Sequence[str], decodes: Sequence[str]
) -> None:
    (report,) = ap.check(delivery, only=only)
    sequence, movie = report.measurements.sequence, report.measurements.movie
    assert sequence is not None
    assert movie is not None
    # The pixels of a frame are counted when it was decoded.
    assert any(frame.pixels for frame in sequence.frames) is ("sequence" in decodes)
    assert any(frame.pixels for frame in movie.frames) is ("movie" in decodes)
    assert len(sequence.frames) == len(movie.frames) == COUNT
    assert [frame.time for frame in movie.frames] == pytest.approx([n / 24 for n in range(COUNT)])


def test_a_seam_is_judged_by_motion_alone(delivery: Path, whole: ap.Report) -> None:
    assert ap.seam(delivery) == verdict_of(Subject(ap.Order(), whole.measurements))


def test_a_report_that_lacks_figures_says_so_when_it_is_judged_again(delivery: Path) -> None:
    (quick,) = ap.check(delivery, order=ORDER, only=["exr", "pixels.nan"])
    (again,) = ap.judge_again(quick, only=["pixels.nan", "picture", "container.cut-off"])
    outcomes = {outcome.check: outcome for outcome in again.outcomes}
    assert outcomes["pixels.nan"].status == "failed"
    assert outcomes["picture.black"].status == "skipped"
    assert outcomes["picture.black"].reason == (
        "not measured: frames, luma; check the clip again with picture.black among what is judged"
    )
    assert "container" in (outcomes["container.cut-off"].reason or "")
    assert "unmeasured of the movie: frames, levels" in to_text(again)


def test_a_clip_of_one_kind_lacks_only_what_it_could_have(delivery: Path, tmp_path: Path) -> None:
    shutil.copy(delivery / "video.mp4", tmp_path)
    (report,) = ap.check(tmp_path, only=["sound"])
    assert report.measurements.unmeasured.sequence == ()
    (again,) = ap.judge_again(report, only=["exr", "pixels"])
    assert {o.reason for o in again.outcomes if o.check == "pixels.nan"} == {
        "no EXR sequence in the delivery"
    }
