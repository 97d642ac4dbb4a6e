"""The whole line on real deliveries: what it writes, what it proves, and that it can be killed and run again."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import answerprint as ap
from answerprint.ledger import Ledger
from answerprint.media.exr.door import read_frame
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.probing import probe
from answerprint.media.sound.waves import read_samples
from tests.made import codes, exr, facts_of, folder, frames, movie, zipped

PRESETS = ("h264-web", "prores-422hq", "vp9-web")
ORDER = ap.Order.parse({"seconds": 1, "fps": 24, "size": (160, 90), "hdr": True, "exr": True})


def contents(root: Path) -> dict[str, tuple[int, int]]:
    """Every visible file below a folder with its size and time."""
    files = (
        p
        for p in root.rglob("*")
        if p.is_file() and not any(part.startswith(".") for part in p.parts)
    )
    return {str(p.relative_to(root)): (p.stat().st_size, p.stat().st_mtime_ns) for p in files}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, hdr_delivery: Path, surf: Path) -> Path:
    out = tmp_path_factory.mktemp("finished")
    (report,) = ap.finish(hdr_delivery, out=out, order=ORDER, deliver=PRESETS, audio=surf)
    assert report.failure is None, report.failure
    assert report.verdict == "pass", report.findings
    return out


def test_the_folder_holds_what_was_promised(finished: Path) -> None:
    clip = finished / "bay"
    assert {p.name for p in clip.iterdir() if not p.name.startswith(".")} == {
        "source",
        "exr",
        "deliver",
        "qc",
    }
    assert sorted(p.name for p in (clip / "exr").iterdir()) == [
        f"bay.{n}.exr" for n in range(1001, 1025)
    ]
    assert {p.name for p in (clip / "qc").iterdir()} == {"report.json", "report.txt", "junit.xml"}
    assert {p.suffix for p in (clip / "deliver").iterdir()} == {".mp4", ".mov", ".webm"}
    source = json.loads((clip / "source/source.json").read_text())
    assert set(source["files"]) == {"video.mp4", "exr.zip"}


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".webm"])
def test_every_deliverable_is_exact(finished: Path, suffix: str) -> None:
    (path,) = (finished / "bay/deliver").glob(f"*{suffix}")
    facts, reading = probe(path), Reading()
    assert sum(1 for _ in read_frames(path, reading)) == 24
    assert facts.rate == Fraction(24)
    assert facts.color.model_dump() == {
        "primaries": "bt709",
        "transfer": "bt709",
        "matrix": "bt709",
        "range": "tv",
    }
    assert facts.timecode == ("01:00:00:00" if suffix == ".mov" else None)
    seconds = read_samples(path) / facts.sound[0].sample_rate
    assert abs(seconds - 1) <= 1024 / 48000


def test_the_frames_are_the_delivered_ones_bit_for_bit(
    finished: Path, hdr_delivery: Path, tmp_path: Path
) -> None:
    ap.unpack(hdr_delivery / "exr.zip", tmp_path / "frames")
    for number in (0, 13, 23):
        delivered = (tmp_path / f"frames/frame_{number:05}.exr").read_bytes()
        assert (finished / f"bay/exr/bay.{1001 + number}.exr").read_bytes() == delivered


def test_the_report_on_disk_is_the_report(finished: Path) -> None:
    report = ap.Report.model_validate_json((finished / "bay/qc/report.json").read_text())
    assert report.verdict == "pass"
    assert [made.preset for made in report.deliverables] == list(PRESETS)
    assert all(
        made.likeness is not None and made.likeness.psnr > 30 for made in report.deliverables
    )
    assert report.measurements.sequence is not None
    assert report.measurements.sequence.label == "bay.1001-1024#.exr"


def test_running_again_redoes_nothing(finished: Path, hdr_delivery: Path, surf: Path) -> None:
    before = contents(finished)
    stations: list[str] = []
    (report,) = ap.finish(
        hdr_delivery, out=finished, order=ORDER, deliver=PRESETS, audio=surf,
        progress=lambda *told: stations.append(told[0]),
    )  # fmt: skip
    assert stations == []
    assert len(report.deliverables) == 3
    after = contents(finished)
    assert {k: v for k, v in after.items() if "/qc/" not in k} == {
        k: v for k, v in before.items() if "/qc/" not in k
    }


def test_another_preset_later_adds_only_itself(tmp_path: Path, hdr_delivery: Path) -> None:
    ap.finish(hdr_delivery, out=tmp_path, deliver="h264-web")
    first = contents(tmp_path)
    stations: set[str] = set()
    ap.finish(hdr_delivery, out=tmp_path, deliver=("h264-web", "vp9-web"),
              progress=lambda *told: stations.add(told[0]))  # fmt: skip
    assert stations == {"encoding vp9-web", "proving bay_vp9-web.webm"}
    name = "bay/deliver/bay_h264-web.mp4"
    assert contents(tmp_path)[name] == first[name]


def test_another_order_is_not_judged_by_old_pins(tmp_path: Path, hdr_delivery: Path) -> None:
    pinned = tmp_path / "pinned.png"
    cv2.imwrite(str(pinned), np.full((90, 160, 3), 90, np.uint8))
    (plain,) = ap.finish(hdr_delivery, out=tmp_path / "out")
    order = ap.Order.parse({"anchors": {"first": str(pinned)}})
    (told,) = ap.finish(hdr_delivery, out=tmp_path / "out", order=order)
    assert not plain.measurements.pins
    assert told.measurements.pins


def test_encoders_one_after_the_other_make_the_same(tmp_path: Path, hdr_delivery: Path) -> None:
    presets = ("h264-web", "png16")
    for name, encoders in (("together", None), ("in-turn", 1)):
        out = tmp_path / name
        (report,) = ap.finish(hdr_delivery, out=out, deliver=presets, encoders=encoders)
        assert len(report.deliverables) == 2
        assert len(report.measurements.sequence.frames) == 24  # type: ignore[union-attr]
    made = [
        {k.partition("/")[2]: v[0] for k, v in contents(tmp_path / name).items() if "deliver/" in k}
        for name in ("together", "in-turn")
    ]
    assert made[0] == made[1]


def test_what_was_there_is_never_lost(tmp_path: Path, hdr_delivery: Path) -> None:
    mine = tmp_path / "bay/deliver/bay_h264-web.mp4"
    mine.parent.mkdir(parents=True)
    mine.write_text("my own file")
    (report,) = ap.finish(hdr_delivery, out=tmp_path, deliver=("h264-web",))
    assert report.failure is not None
    assert "exists already" in report.failure.message
    assert mine.read_text() == "my own file"
    (report,) = ap.finish(hdr_delivery, out=tmp_path, deliver=("h264-web",), overwrite=True)
    assert report.failure is None
    assert probe(mine).declared == 24


def test_a_changed_source_does_not_pass_for_the_old_one(tmp_path: Path) -> None:
    zipped(tmp_path / "shot/exr.zip", frames(4))
    ap.finish(tmp_path / "shot", out=tmp_path / "out")
    time.sleep(0.01)
    zipped(tmp_path / "shot/exr.zip", frames(5))
    (report,) = ap.finish(tmp_path / "shot", out=tmp_path / "out")
    assert report.failure is not None
    assert len(list((tmp_path / "out/shot/exr").iterdir())) == 4
    (report,) = ap.finish(tmp_path / "shot", out=tmp_path / "out", overwrite=True)
    assert report.failure is None
    assert len(list((tmp_path / "out/shot/exr").iterdir())) == 5


def test_a_refused_zip_writes_nothing(tmp_path: Path) -> None:
    path = zipped(tmp_path / "exr.zip", frames(4))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (report,) = ap.finish(path, out=tmp_path / "out")
    assert report.failure is not None
    assert report.failure.kind == "ArchiveError"
    assert not (tmp_path / "out").exists()


def test_gaps_and_first_frame_are_kept(tmp_path: Path) -> None:
    shot = folder(tmp_path / "shot", frames(4), first=86)
    (shot / "shot.0088.exr").unlink()
    (report,) = ap.finish(shot, out=tmp_path / "out", first_frame=1)
    names = sorted(p.name for p in (tmp_path / "out/shot/exr").iterdir())
    assert names == ["shot.0001.exr", "shot.0002.exr", "shot.0004.exr"]
    gap = next(finding for finding in report.findings if finding.check == "sequence.gap")
    assert gap.frames == (3,)


def test_a_deliverable_of_an_unreadable_frame_fails_and_the_rest_is_reported(
    tmp_path: Path,
) -> None:
    shot = folder(tmp_path / "shot", frames(4, {2: lambda light: exr(light)[:-700]}))
    (report,) = ap.finish(shot, out=tmp_path / "out", deliver=("h264-web",))
    assert report.failure is not None
    assert "exr.unreadable" in {finding.check for finding in report.findings}
    assert not list((tmp_path / "out/shot/deliver").iterdir())
    assert (tmp_path / "out/shot/qc/report.json").exists()


def test_a_movie_alone_goes_down_the_line(tmp_path: Path, surf: Path) -> None:
    path = movie(tmp_path / "clip.mp4", codes(12, size=(171, 97), seed=1), pix_fmt="yuv444p")
    (report,) = ap.finish(path, out=tmp_path / "out", deliver=PRESETS, audio=surf)
    assert report.failure is None, report.failure
    sizes = {made.preset: facts_of(made).size for made in report.deliverables}
    assert sizes == {"h264-web": (172, 98), "prores-422hq": (172, 97), "vp9-web": (172, 98)}
    assert "the last column or row is repeated" in report.deliverables[0].notes[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"deliver": ("h264-wbe",)}, "did you mean 'h264-web'"),
        ({"fit": "squeeze"}, "no fit is called 'squeeze'"),
        ({"audio": "none.wav", "loudness": "loud"}, "no loudness is called 'loud'"),
        ({"first_frame": -5}, "numbers go from 0"),
        ({"encoders": 0}, "0 encoders make nothing"),
        ({"deliver": ("h264-web",), "config": "aces-3"}, "no config is called 'aces-3'"),
        ({"deliver": ("h264-web",), "look": "lok"}, "lok"),
        ({"deliver": ("h264-web", "h264-review"), "name": "{clip}"}, "clip.mp4"),
        ({"deliver": ("h264-web", "gif-loop", "h264-web")}, "preset h264-web is named twice"),
        ({"range": "1001-1004"}, "cut says how deliverables are made, and none is named"),
        ({"audio": "gone.wav"}, "sound says how deliverables are made, and none is named"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_written(
    tmp_path: Path, hdr_delivery: Path, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(ap.UsageError, match=said):
        ap.finish(hdr_delivery, out=tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_clips_of_one_name_do_not_lie_over_each_other(tmp_path: Path) -> None:
    one, other = (movie(tmp_path / name / "video.mp4", codes(3 + n)) for n, name in enumerate("ab"))
    for _ in range(2):
        reports = ap.finish(one, other, one, out=tmp_path / "out", deliver=("gif-loop",))
        assert [report.failure for report in reports] == [None] * 3
        assert [report.clip for report in reports] == ["video", "video-2", "video"]
    assert [made.decoded for report in reports for made in report.deliverables] == [3, 4, 3]
    folders = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert folders == ["video", "video-2"]


def test_a_rate_that_one_format_lacks_stops_no_other_format(tmp_path: Path) -> None:
    path = movie(tmp_path / "clip.mp4", codes(4), rate=120)
    (report,) = ap.finish(path, out=tmp_path / "out", deliver=("gif-loop", "prores-422"))
    assert report.failure is not None
    assert "a GIF shows 50 frames a second at most, and these are 120" in report.failure.message
    assert [made.preset for made in report.deliverables] == ["prores-422"]


@pytest.mark.parametrize("name", ["c:d.mp4", f"{'x' * 240}.mp4"])
def test_a_clip_whose_deliverables_no_name_fits_stops_no_other(tmp_path: Path, name: str) -> None:
    bad = movie(tmp_path / name, codes(3))
    good = movie(tmp_path / "good.mp4", codes(3))
    with pytest.raises(ap.UsageError, match="no deliverable can be called.*--name calls it"):
        ap.finish(bad, out=tmp_path / "out", deliver=("gif-loop",))
    assert not (tmp_path / "out").exists()
    reports = ap.finish(bad, good, out=tmp_path / "out", deliver=("gif-loop",))
    assert [report.failure is None for report in reports] == [False, True]
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["good"]
    named = ap.finish(bad, out=tmp_path / "out", deliver=("gif-loop",), name="{preset}")
    assert named[0].failure is None


def test_a_clip_that_the_disk_refuses_stops_no_other(tmp_path: Path) -> None:
    bad, good = (movie(tmp_path / f"{name}.mp4", codes(3)) for name in ("bad", "good"))
    (tmp_path / "out/bad").mkdir(parents=True)
    (tmp_path / "out/bad/deliver").write_text("a file where a folder has to be", encoding="ascii")
    refused, finished = ap.finish(bad, good, out=tmp_path / "out", deliver=("gif-loop",))
    assert refused.failure is not None
    assert refused.failure.kind == "StorageError"
    assert "bad/deliver: File exists" in refused.failure.message
    assert finished.failure is None


def test_two_runs_on_one_clip_do_not_collide(tmp_path: Path, hdr_delivery: Path) -> None:
    runs = [launch(hdr_delivery, tmp_path, "h264-web") for _ in range(3)]
    codes_ = sorted(run.wait() for run in runs)
    assert codes_[0] == 0
    assert set(codes_) <= {0, 3}
    (report,) = ap.finish(hdr_delivery, out=tmp_path, deliver=("h264-web",))
    assert report.failure is None


def test_a_run_that_finds_another_leaves_its_lock_alone(tmp_path: Path) -> None:
    source, out = movie(tmp_path / "clip.mp4", codes(3)), tmp_path / "out"
    with Ledger.opened(out / "clip"):
        for _ in range(2):
            (report,) = ap.finish(source, out=out)
            assert report.failure is not None
            assert "another run is finishing this clip" in report.failure.message
    (report,) = ap.finish(source, out=out)
    assert report.failure is None
    assert not (out / "clip/.answerprint/lock").exists()


def launch(source: Path, out: Path, presets: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "answerprint",
        "finish",
        "-q",
        str(source),
        "--out",
        str(out),
        "--deliver",
        presets,
    ]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def kills(source: Path, out: Path, moments: list[float]) -> Iterator[None]:
    """Start `finish` and kill it at each moment, seconds after its start; ffmpeg goes with it."""
    for moment in moments:
        run = launch(source, out, ",".join(PRESETS))
        time.sleep(moment)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        yield


def whole(clip: Path) -> None:
    """Assert that whatever bears a final name is complete."""
    if (clip / "exr").exists():
        assert len(list((clip / "exr").iterdir())) == 24
        assert all(read_frame(p).planes for p in (clip / "exr").iterdir())
    for path in clip.glob("deliver/[!.]*"):
        assert sum(1 for _ in read_frames(path, Reading())) == 24
    for path in clip.glob("qc/*.json"):
        json.loads(path.read_text())


@pytest.mark.long
def test_killed_at_ten_moments_it_still_completes_with_the_same_result(
    tmp_path: Path, hdr_delivery: Path
) -> None:
    started = time.monotonic()
    assert launch(hdr_delivery, tmp_path / "calm", ",".join(PRESETS)).wait() == 0
    duration = time.monotonic() - started
    for _ in kills(
        hdr_delivery, tmp_path / "killed", [duration * (n + 0.5) / 10 for n in range(10)]
    ):
        whole(tmp_path / "killed/bay")
    assert launch(hdr_delivery, tmp_path / "killed", ",".join(PRESETS)).wait() == 0
    whole(tmp_path / "killed/bay")
    calm, killed = (
        ap.Report.model_validate_json((tmp_path / run / "bay/qc/report.json").read_text())
        for run in ("calm", "killed")
    )
    assert killed.findings == calm.findings
    assert killed.outcomes == calm.outcomes
    assert [m.likeness for m in killed.deliverables] == [m.likeness for m in calm.deliverables]
    names = {run: set(contents(tmp_path / run)) for run in ("calm", "killed")}
    assert names["calm"] == names["killed"]
    leftovers = list((tmp_path / "killed").rglob(".*partial*"))
    assert leftovers == []


def test_killed_between_naming_the_frames_and_noting_it(tmp_path: Path, hdr_delivery: Path) -> None:
    ap.finish(hdr_delivery, out=tmp_path)
    before = contents(tmp_path / "bay/exr")
    shutil.rmtree(tmp_path / "bay/.answerprint")
    (report,) = ap.finish(hdr_delivery, out=tmp_path)
    assert report.failure is None
    assert contents(tmp_path / "bay/exr") == before


def test_another_clip_of_that_name_does_not_take_its_place(tmp_path: Path) -> None:
    one, other = (movie(tmp_path / name / "video.mp4", codes(3 + n)) for n, name in enumerate("ab"))
    out = tmp_path / "out"
    (report,) = ap.finish(one, out=out)
    before = contents(out)
    (refused,) = ap.finish(other, out=out)
    assert refused.failure is not None
    assert f"video: holds another clip already, from {one}" in refused.failure.message
    assert contents(out) == before
    (again,) = ap.finish(one.rename(tmp_path / "video.mp4"), out=out)
    assert again.findings == report.findings  # moved as it is, it is the same clip
    (replaced,) = ap.finish(other, out=out, overwrite=True)
    assert replaced.failure is None
