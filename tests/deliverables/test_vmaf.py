"""The search for a constant quality by VMAF on samples, with the real encoder and the real libvmaf."""

import re
from pathlib import Path

import numpy as np
import pytest

import answerprint as ap
from answerprint.deliverables.vmaf import (
    LENGTH,
    Searched,
    highest,
    sampled,
    vmaf_line,
    worst_run,
)
from answerprint.errors import EncodeError, UsageError
from answerprint.media import ffmpeg as program
from tests.deliverables.panned import panned, pans
from tests.made import movie

SIZE = (192, 192)
"""libvmaf's smallest windows need some pixels."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds, without loss."""
    return panned(tmp_path_factory.mktemp("vmaf") / "clip.mkv", 48, SIZE)


def judged(made: Path, source: Path, log: Path) -> list[float]:
    """VMAF of each frame."""
    program.run(vmaf_line(made, source, log, "yuv420p", SIZE), where="vmaf")
    return [float(row.split(",")[-2]) for row in log.read_text().splitlines()[1:]]


def test_the_found_quality_holds_for_the_whole_clip(tmp_path: Path, clip: Path) -> None:
    out = tmp_path / "out.mp4"
    made = ap.deliver(clip, "h264-web", out, target_vmaf=80)
    (note,) = (note for note in made.notes if "VMAF" in note)
    found = re.match(
        r"crf (\d+) has VMAF ([\d.]+) at the worst of 3 samples \(36 frames\); 80 ", note
    )
    assert found, note
    assert 80 <= float(found[2]) < 90
    assert np.mean(judged(out, clip, tmp_path / "log.csv")) == pytest.approx(float(found[2]), abs=4)
    worse = ap.deliver(clip, "h264-web", tmp_path / "worse.mp4", target_vmaf=50)
    assert worse.bytes < made.bytes
    assert {path.name for path in tmp_path.iterdir()} == {"out.mp4", "worse.mp4", "log.csv"}


def test_what_cannot_be_reached_is_said_and_the_best_is_made(tmp_path: Path, clip: Path) -> None:
    """VMAF gives a picture that does not move 97 and no more, were it the same."""
    made = ap.deliver(clip, "h264-web", tmp_path / "out.mp4", target_vmaf=100, range="5-5")
    (note,) = (note for note in made.notes if "VMAF" in note)
    assert re.match(r"crf 8 has VMAF 9\d\.\d in its one sample \(1 frames\): the best", note), note


def test_ten_bits_are_judged_too(tmp_path: Path, clip: Path) -> None:
    made = ap.deliver(clip, "av1-web", tmp_path / "out.mp4", target_vmaf=75, range="0-13")
    assert any("; 75 was asked for" in note for note in made.notes), made.notes


def test_files_that_tag_their_pictures_differently_are_not_converted(tmp_path: Path) -> None:
    """Tags apart, these are the same; ffmpeg would take one of them through R'G'B' on the way to libvmaf."""
    shown = pans(4, SIZE)
    tagged = movie(tmp_path / "tagged.mkv", shown, vcodec="ffv1", crf=None, preset=None)
    untagged = movie(tmp_path / "untagged.nut", shown, vcodec="ffv1", crf=None, preset=None)
    assert min(judged(untagged, tagged, tmp_path / "log.csv")) > 95


def test_hdr_is_refused_by_name(tmp_path: Path, clip: Path) -> None:
    with pytest.raises(UsageError, match="hevc-pq10: is HDR"):
        ap.deliver(clip, "hevc-pq10", tmp_path / "out.mp4", target_vmaf=90)


def test_frames_are_paired_by_number_whatever_their_times(tmp_path: Path) -> None:
    """Containers round times; here they differ by whole frames, and no frame may meet its neighbour."""
    shown = pans(6, SIZE)
    one = movie(tmp_path / "one.mp4", shown, crf=1)
    late = movie(tmp_path / "late.mkv", shown, crf=1, rate=12)
    assert min(judged(one, late, tmp_path / "log.csv")) > 90
    slipped = movie(tmp_path / "slipped.mp4", [shown[0], *shown[:-1]], crf=1)
    assert min(judged(slipped, late, tmp_path / "log.csv")) < 80


def test_a_folder_of_any_name_takes_the_log(tmp_path: Path, clip: Path) -> None:
    odd = tmp_path / "it's: [a], b=\\c;%d"
    odd.mkdir()
    made = ap.deliver(clip, "h264-web", odd / "out.mp4", target_vmaf=60, range="0-3")
    assert any("VMAF" in note for note in made.notes)


@pytest.mark.parametrize(
    ("count", "runs"), [(1, 1), (5, 1), (12, 1), (23, 1), (24, 2), (36, 3), (37, 3), (1000, 3)]
)
def test_samples_are_runs_that_spread_and_never_overlap(count: int, runs: int) -> None:
    frames = sampled(range(100, 100 + count))
    assert len(frames) == min(count, runs * LENGTH)
    assert list(frames) == sorted(set(frames))
    for start in range(0, len(frames), LENGTH):
        run = frames[start : start + LENGTH]
        assert run[-1] - run[0] == len(run) - 1
    assert abs((frames[0] - 100) - (99 + count - frames[-1])) <= 1


def test_frames_that_are_shown_often_are_tried_once() -> None:
    assert sampled([3, 3, 4, 5, 3, 4, 5]) == (3, 4, 5)


@pytest.mark.parametrize("edge", [8, 9, 26, 27, 44, 45, 46])
def test_the_search_finds_the_edge_in_few_trials(edge: int) -> None:
    tried: list[int] = []

    def reached(crf: int) -> float:
        tried.append(crf)
        return 100.0 if crf < edge else 50.0

    expected = (edge - 1, 100.0) if edge > 8 else (8, 50.0)
    assert highest(8, 45, reached, 93) == expected
    assert len(tried) <= 6
    assert len(set(tried)) == len(tried)


def test_the_worst_run_counts_without_its_first_frame() -> None:
    scores = [10.0] + [95.0] * 11 + [10.0] + [80.0] * 11
    log = "Frame,vmaf,\n" + "".join(f"{n},{score},\n" for n, score in enumerate(scores))
    assert worst_run(log) == 80
    assert worst_run("Frame,vmaf,\n0,70,\n") == 70
    with pytest.raises(EncodeError, match="judged no frame"):
        worst_run("Frame,vmaf,\n")


def test_the_note_says_what_was_reached() -> None:
    assert Searched(21, 93.42, 93, 36).note.endswith("; 93 was asked for")
    assert "the best there is, and not the 93 that" in Searched(8, 92.9, 93, 36).note
