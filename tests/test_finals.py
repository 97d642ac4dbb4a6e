"""Names of deliverables that their pictures tell: size, rate and frame numbers, known before anything is made."""

from pathlib import Path
from typing import Any

import pytest

import answerprint as ap
from answerprint.deliverables.preset import load_preset
from answerprint.deliverables.treatment import treatment
from answerprint.finals import final_paths, require_names
from tests.made import codes, folder, frames, movie

EVERYTHING = "{clip}_{width}x{height}_{fps}_{first:04}-{last}"


def names(source: Path, *presets: str, **options: Any) -> list[str]:
    chosen = map(load_preset, presets)
    (delivery,) = ap.open_source(str(source))
    return [
        path.name for path in final_paths(Path("deliver"), delivery, chosen, treatment(**options))
    ]


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder(tmp_path_factory.mktemp("made") / "shot", frames(5), first=990)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "shot_160x90_24_0990-994.mp4"),
        ({"range": "991-993", "handles": 2}, "shot_160x90_24_0991-997.mp4"),
        ({"conform": "23.976", "size_to": "64x64"}, "shot_64x64_23.976_0990-994.mp4"),
        ({"scale": "50%", "repeat": 3}, "shot_80x46_24_0990-1004.mp4"),
    ],
)
def test_frames_tell_them(shot: Path, options: dict[str, Any], name: str) -> None:
    assert names(shot, "h264-web", name=EVERYTHING, **options) == [name]


def test_every_preset_has_its_own(shot: Path) -> None:
    made = names(shot, "prores-422hq", "proxy-half", name="{width}")
    assert made == ["160.mov", "80.mov"]
    with pytest.raises(ap.UsageError, match=r"'160.mp4' and '160.mp4' are the same name"):
        names(shot, "h264-web", "hevc-sdr10", name="{width}")


def test_a_movie_s_frames_are_counted_where_the_name_says_how_many(tmp_path: Path) -> None:
    clip = movie(tmp_path / "clip.mp4", codes(7), rate=25)
    assert names(clip, "h264-web", name=EVERYTHING) == ["clip_160x90_25_0000-6.mp4"]
    assert names(clip, "h264-web", name="{height}p{fps}") == ["90p25.mp4"]


def test_names_are_refused_before_there_are_pictures() -> None:
    preset = load_preset("h264-web")
    require_names([preset], treatment(name=EVERYTHING), "clip")
    with pytest.raises(ap.UsageError, match="the same name"):
        require_names([preset, load_preset("hevc-sdr10")], treatment(name="{clip}"), "clip")
    with pytest.raises(ap.UsageError, match="is hidden"):
        require_names([preset], treatment(name=".{width}"), "clip")


def test_a_clip_whose_pictures_tell_no_name_is_judged_all_the_same(tmp_path: Path) -> None:
    files = frames(3)
    shot = folder(tmp_path / "shot", [files[0][:200], *files[1:]])
    (report,) = ap.finish(
        shot, out=tmp_path / "out", deliver=["png16"], name="{clip}_{width}_{preset}"
    )
    assert report.failure is not None
    assert "exr.unreadable" in {finding.check for finding in report.findings}
