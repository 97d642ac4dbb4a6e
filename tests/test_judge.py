"""Planted defects, from real files through the whole pass to the finding: the right id at the right frame."""

import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

import answerprint as ap
from answerprint.errors import FrameError
from answerprint.measured.clips import Measurements
from answerprint.media.exr.door import read_frame
from tests.made import (
    SIZE,
    Light,
    codes,
    exr,
    folder,
    frames,
    movie,
    picture,
    variable_movie,
    zipped,
)

COUNT = 24
ORDER = ap.Order.parse({"frames": COUNT, "fps": 24, "size": SIZE, "count": "exact"})


def found(source: Path, order: ap.Order = ORDER) -> dict[str, tuple[int, ...]]:
    """Check ids of everything graver than information, with their frames."""
    (report,) = ap.check(source, order=order)
    assert report.failure is None, report.failure
    grave = (finding for finding in report.findings if finding.severity is not ap.Severity.INFO)
    return {finding.check: finding.frames for finding in grave}


def nan_pixel(light: Light) -> bytes:
    """One pixel that is not a number, in a file whose compression keeps it: DWA turns it into 0."""
    light[40, 80, 1] = np.nan
    return exr(light, compression="zip")


def infinite_pixel(light: Light) -> bytes:
    light[40, 80, 1] = np.inf
    return exr(light, compression="zip")


def nothing(_: Light) -> bytes:
    return b""


def web_page(_: Light) -> bytes:
    return b"<html>expired</html>"


def flipped_bit(light: Light) -> bytes:
    content = bytearray(exr(light, compression="zip"))
    content[len(content) // 2] ^= 0x10
    return bytes(content)


FRAME_DEFECTS: list[tuple[str, Callable[[Light], Light | bytes]]] = [
    ("exr.unreadable", lambda light: exr(light)[:-700]),
    ("exr.unreadable", nothing),
    ("exr.unreadable", web_page),
    ("exr.unreadable", flipped_bit),
    ("pixels.nan", nan_pixel),
    ("pixels.infinite", infinite_pixel),
    ("pixels.negative", lambda light: light - 0.3),
    ("size.changes", lambda light: exr(light[:72, :128])),
    ("exr.channels-change", lambda light: exr({n: light[..., 0].astype(np.float16) for n in "ABGR"})),
    ("exr.compression-changes", lambda light: exr(light, compression="piz")),
    ("exr.color-changes", lambda light: exr(light, chromaticities=(0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329))),
    ("picture.black", np.zeros_like),
]  # fmt: skip


@pytest.mark.parametrize(
    ("id_", "plant"), FRAME_DEFECTS, ids=lambda value: value if isinstance(value, str) else ""
)
@pytest.mark.parametrize("at", [7, 16])
def test_a_defect_in_one_frame_is_found_there(
    tmp_path: Path, id_: str, plant: Callable[[Light], Light | bytes], at: int
) -> None:
    assert found(folder(tmp_path, frames(COUNT, {at: plant})))[id_] == (1001 + at,)


def test_a_clean_sequence_is_clean(tmp_path: Path) -> None:
    assert found(folder(tmp_path, frames(COUNT))) == {}


def test_a_clean_movie_is_clean(tmp_path: Path) -> None:
    assert found(movie(tmp_path / "a.mp4", codes(COUNT))) == {}


def test_a_service_s_delivery_is_clean(hdr_delivery: Path, loop_delivery: Path) -> None:
    hdr = ap.Order.parse({"seconds": 1, "fps": 24, "size": (160, 90), "hdr": True, "exr": True})
    loop = ap.Order.parse({"seconds": 2, "fps": 24, "loop": True})
    assert found(hdr_delivery, hdr) == {}
    assert found(loop_delivery, loop) == {}


def test_a_missing_frame(tmp_path: Path) -> None:
    (folder(tmp_path, frames(COUNT)) / "shot.1010.exr").unlink()
    defects = found(tmp_path)
    assert defects["sequence.gap"] == (1010,)
    assert defects["count.not-as-ordered"] == (1010,)


def test_an_extra_frame(tmp_path: Path) -> None:
    assert found(folder(tmp_path, frames(COUNT + 1)))["count.not-as-ordered"] == (1001 + COUNT,)


def test_a_repeated_frame(tmp_path: Path) -> None:
    files = frames(COUNT)
    files[12] = files[11]
    assert found(folder(tmp_path, files))["picture.repeated"] == (1013,)


@pytest.mark.parametrize("options", [{}, {"crf": 20}])
def test_a_repeated_and_a_black_frame_in_a_movie(tmp_path: Path, options: dict[str, Any]) -> None:
    pictures = codes(COUNT)
    pictures[9] = pictures[8]
    pictures[17] = np.zeros_like(pictures[17])
    defects = found(movie(tmp_path / "a.mp4", pictures, **options))
    assert defects["picture.repeated"] == (9,)
    assert defects["picture.black"] == (17,)


def test_a_frame_too_few_in_a_movie(tmp_path: Path) -> None:
    assert "count.not-as-ordered" in found(movie(tmp_path / "a.mp4", codes(COUNT - 1)))


def test_a_movie_of_119_frames_is_taken_for_a_damaged_5_s_clip(tmp_path: Path) -> None:
    pictures = [picture for picture in codes(17) for _ in range(7)]
    (report,) = ap.check(movie(tmp_path / "a.mp4", pictures))
    assert "count.not-as-ordered" in {finding.check for finding in report.findings}
    assert "seconds" in report.order.assumed


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"hdr": False}, "order.hdr-unordered"),
        ({"exr": True, "frames": 12, "seconds": 0.5}, None),
    ],
)
def test_nothing_is_assumed_that_contradicts_the_order(
    tmp_path: Path, asked: dict[str, Any], told: str | None
) -> None:
    source = folder(tmp_path / "shot", frames(12))
    (report,) = ap.check(source, order=ap.Order.parse(asked))
    assert told is None or told in {finding.check for finding in report.findings}
    assert ap.Report.model_validate_json(report.model_dump_json(by_alias=True)) == report


def test_exr_that_was_ordered_and_did_not_come_is_told(tmp_path: Path) -> None:
    clip = movie(tmp_path / "clip.mp4", codes(12), rate=30)
    (report,) = ap.check(clip, order=ap.Order.parse({"exr": True, "frames": 12, "seconds": 0.5}))
    assert "sequence.absent" in {finding.check for finding in report.findings}


def test_pictures_of_any_size_are_judged(tmp_path: Path) -> None:
    sizes = [(64, 36), (65, 36), (66, 37), (2, 2), (1, 1), (64, 36), (640, 8), (64, 36)]
    light = [np.full((high, wide, 3), 0.18, np.float32) for wide, high in sizes]
    (report,) = ap.check(folder(tmp_path / "shot", [exr(picture) for picture in light]))
    assert report.failure is None
    assert "size.changes" in {finding.check for finding in report.findings}


@pytest.mark.parametrize("size", [(1, 1), (4, 4), (3, 40)])
def test_a_clip_of_tiny_pictures_is_judged(tmp_path: Path, size: tuple[int, int]) -> None:
    light = np.random.default_rng(4).random((14, *size, 3)).astype(np.float32)
    (report,) = ap.check(folder(tmp_path / "shot", [exr(picture) for picture in light]))
    assert report.failure is None


def test_a_variable_rate(tmp_path: Path) -> None:
    defects = found(variable_movie(tmp_path / "a.mp4", codes(COUNT)))
    assert defects["rate.variable"]
    assert defects["rate.variable"][0] in (12, 13)


def test_a_wrong_size_rate_and_aspect(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", codes(COUNT, size=(96, 96)), rate=Fraction(25))
    order = ap.Order.parse({"frames": COUNT, "fps": 24, "aspect": "16:9"})
    assert {"rate.not-as-ordered", "aspect.not-as-ordered"} <= set(found(path, order))
    assert "size.not-as-ordered" in found(path, ap.Order.parse({"size": (160, 90)}))


def test_movie_and_frames_that_disagree(tmp_path: Path, hdr_delivery: Path) -> None:
    shutil.copy(hdr_delivery / "video.mp4", tmp_path)
    zipped(tmp_path / "exr.zip", frames(COUNT - 1))
    assert "count.movie-and-sequence-disagree" in found(tmp_path, ap.Order())


def test_a_movie_that_cannot_be_read_beside_frames_that_can(tmp_path: Path) -> None:
    folder(tmp_path / "exr", frames(COUNT))
    (tmp_path / "video.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    assert set(found(tmp_path)) == {"delivery.unreadable-file"}


def test_a_doubled_a_stray_and_a_misspelled_file(tmp_path: Path) -> None:
    folder(tmp_path, frames(COUNT))
    (tmp_path / "shot.1005.exr").rename(tmp_path / "shot.01005.exr")
    shutil.copy(tmp_path / "shot.1006.exr", tmp_path / "shot.001006.exr")
    shutil.copy(tmp_path / "shot.1007.exr", tmp_path / "reference.exr")
    defects = found(tmp_path)
    assert defects["sequence.padding"] == (1005,)
    assert defects["sequence.double"] == (1006,)
    assert "sequence.stray-file" in defects


def test_nothing_that_was_ordered_came(tmp_path: Path) -> None:
    order = ap.Order.parse({"frames": COUNT, "hdr": True, "exr": True})
    assert {"sequence.absent", "hdr.absent"} <= set(
        found(movie(tmp_path / "a.mp4", codes(COUNT)), order)
    )


def test_one_bad_clip_stops_no_other(tmp_path: Path) -> None:
    good = folder(tmp_path / "good", frames(4))
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"no zip at all")
    reports = ap.check(bad, good, tmp_path / "none")
    assert [report.failure is None for report in reports] == [False, True, False]
    assert reports[0].failure is not None
    assert reports[0].failure.kind == "ArchiveError"


def test_a_limit_a_severity_and_a_waiver_are_policy(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(
        '[severity]\n"pixels.nan" = "info"\n[waive]\n"sequence.gap" = "cut by the client"\n'
    )
    shot = folder(tmp_path / "shot", frames(COUNT, {3: nan_pixel}))
    (shot / "shot.1010.exr").unlink()
    (report,) = ap.check(shot, limits=ap.Limits.load(path))
    assert report.verdict == "warn"
    named = {finding.check: finding.severity for finding in report.findings}
    assert named["pixels.nan"] is ap.Severity.INFO
    assert "sequence.gap" not in named
    waived = next(outcome for outcome in report.outcomes if outcome.check == "sequence.gap")
    assert (waived.status, waived.reason) == ("waived", "cut by the client")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[severity]\n"pixels.nam" = "info"', "did you mean 'pixels.nan'"),
        ("[pixel]\nnegative_floor = 0", "did you mean 'pixels'"),
        ("[pixels]\nnegative_flor = 0", "did you mean 'negative_floor'"),
        ("[pixels]\nnegative_share = 2", "less than or equal to 1"),
    ],
)
def test_limits_that_make_no_sense_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(text)
    with pytest.raises(ap.UsageError, match=said):
        ap.check(tmp_path, limits=ap.Limits.load(path))


def test_a_saved_report_is_judged_again_without_decoding(tmp_path: Path) -> None:
    shot = folder(tmp_path / "shot", frames(COUNT, {3: nan_pixel}))
    (report,) = ap.check(shot, order=ORDER)
    shutil.rmtree(shot)
    saved = Measurements.model_validate_json(report.measurements.model_dump_json())
    again = ap.judge_measurements(
        saved, clip=report.clip, source=report.source, order=ORDER, limits=ap.Limits()
    )
    assert again == report


def test_memory_and_threads_change_nothing(tmp_path: Path) -> None:
    shot = folder(tmp_path, frames(8))
    one, four = (ap.check(shot, threads=threads)[0] for threads in (1, 4))
    assert one.measurements == four.measurements


def changed_pixels(hurt: bytes, whole: bytes) -> int:
    """How many pixels differ by more than two stops; 0 where the damage is noticed by the decoder."""
    try:
        planes = zip(read_frame(hurt).picture, read_frame(whole).picture, strict=True)
    except FrameError:
        return 0
    return max(
        int((np.abs(np.log2(np.maximum(a, 1e-3) / np.maximum(b, 1e-3))) > 2).sum())
        for a, b in planes
    )


def test_a_flipped_bit_that_no_decoder_notices_is_found_by_its_picture(tmp_path: Path) -> None:
    whole = [exr(picture(number, size=(320, 180))) for number in range(5)]
    found_at = []
    for position in range(900, len(whole[2]), 730):
        hurt = bytearray(whole[2])
        hurt[position] ^= 0x40
        if changed_pixels(bytes(hurt), whole[2]) > 800:
            shot = folder(tmp_path / str(position), [*whole[:2], bytes(hurt), *whole[3:]])
            found_at.append(found(shot, ap.Order()).get("pixels.damage"))
    assert len(found_at) >= 4
    assert set(found_at) == {(1003,)}


def test_checks_at_once_in_one_process_find_what_each_finds_alone(tmp_path: Path) -> None:
    first, *others = (Image.fromarray(picture) for picture in codes(6))
    loop, pauses = tmp_path / "loop.gif", [40, 40, 400, 40, 40, 40]
    first.save(loop, save_all=True, append_images=others, duration=pauses)
    sources = [
        loop,
        zipped(tmp_path / "exr.zip", frames(4)),
        movie(tmp_path / "clip.mp4", codes(6)),
    ]
    before = cv2.getNumThreads(), sys.stdout
    alone = [ap.check(source) for source in sources]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(ap.check, sources * 3))
    assert together == alone * 3
    assert (cv2.getNumThreads(), sys.stdout) == before


def test_reports_are_told_as_they_are_made(tmp_path: Path) -> None:
    shots = [folder(tmp_path / name, frames(2)) for name in ("one", "two")]
    heard: list[str] = []

    def progress(station: str, done: int, total: int | None) -> None:
        if done == 0:
            heard.append("measuring")

    reports = ap.check(*shots, progress=progress, told=lambda report: heard.append(report.clip))
    assert heard == ["measuring", "one", "measuring", "two"]
    assert [report.clip for report in reports] == ["one", "two"]


def test_a_report_is_short_where_it_is_shown(tmp_path: Path) -> None:
    (report,) = ap.check(folder(tmp_path / "shot", frames(4)))
    assert repr(report).startswith("Report(schema_='answerprint.report/1', clip='shot'")
    assert "findings=" in repr(report)
    assert len(repr(report)) < 2000
