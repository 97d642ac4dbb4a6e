"""Names of deliverables: what a template may say, what no value may do, and the version that comes next."""

import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from answerprint.deliverables.naming import (
    DEFAULT,
    NameFields,
    file_name,
    file_names,
    next_version,
    parse_template,
)
from answerprint.deliverables.preset import load_preset, preset_names
from answerprint.errors import StorageError, UsageError

VERSIONED = "{clip}_{preset}_v{version:03}"


def fields(**changes: Any) -> NameFields:
    usual = {"clip": "bay", "preset": "h264-web", "suffix": ".mp4"}
    return NameFields.model_validate(usual | changes)


def named(text: str, **changes: Any) -> str:
    return str(file_name(parse_template(text), fields(**changes)))


@pytest.mark.parametrize("name", preset_names())
def test_the_default_is_what_finish_has_always_written(name: str) -> None:
    preset = load_preset(name)
    found = named(DEFAULT, clip="shot_010", preset=preset.name, suffix=preset.suffix)
    assert found == f"shot_010_{preset.name}{preset.suffix}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (VERSIONED, "bay_h264-web_v007.mp4"),
        ("{clip}.{first:04}-{last:04}", "bay.1001-1120.mp4"),
        ("{date}/{view}/{clip}_{width}x{height}_{fps}", "20260131/sdr-rec709/bay_1920x804_23.976.mp4"),
        ("{clip}.{version}.{ext}", "bay.7.mp4"),
        ("v{version:02}/{clip}", "v07/bay.mp4"),
    ],
)  # fmt: skip
def test_fields(text: str, found: str) -> None:
    known = {"version": 7, "first": 1001, "last": 1120, "width": 1920, "height": 804, "view": "sdr-rec709"}  # fmt: skip
    assert named(text, fps=Fraction(24000, 1001), date=dt.date(2026, 1, 31), **known) == found


def test_whole_rates_have_no_point_and_frame_folders_no_suffix() -> None:
    assert named("{clip}_{fps}", fps=Fraction(30), suffix="") == "bay_30"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{clip}_{presett}", "did you mean 'preset'"),
        ("{clip}_{versoin:03}", "did you mean 'version'"),
        ("{clip.__class__}", "no name has a field"),
        ("{clip!r}", "no name has a field"),
        ("{clip:>9}", "only numbers have digits"),
        ("{version:999}", "only numbers have digits"),
        ("{clip}}", "a brace too many"),
        ("{clip", "a brace too many"),
        ("{}", "no name has a field ''"),
        ("{clip}\\{preset}", "backslash"),
    ],
)
def test_a_template_that_is_wrong_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_template(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{clip}_{width}", "{width} is not known"),
        ("../{clip}", "climbs out"),
        ("/tmp/{clip}", "absolute"),
        ("c:{clip}", "drive"),
        ("{clip}/", "hidden"),
        ("{clip}{ext}", "has no dot before its extension"),
        ("a//{clip}", "empty step"),
        (".{clip}", "hidden"),
        ("{clip}?", "Windows"),
        ("con", "device"),
        ("{clip}" * 100, "longer than 255"),
    ],
)
def test_a_name_that_is_no_name_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        named(text)
    assert said in str(refused.value)


@pytest.mark.parametrize("clip", ["..", ".", "a/b", "a\\b", "../up", "/root", "", "a\0b", "a\nb", ".hidden", "c:"])  # fmt: skip
@pytest.mark.parametrize("text", ["{clip}", "{clip}/{preset}", "sub/{clip}_{preset}"])
def test_no_value_leaves_its_place(text: str, clip: str) -> None:
    try:
        found = named(text, clip=clip)
    except UsageError:
        return
    # What is odd only as a whole name may be part of one: nothing of it climbs, hides or parts folders.
    assert found.count("/") == text.count("/")
    assert not any(part.startswith(".") for part in found.split("/"))


def test_two_deliverables_of_one_name_are_refused() -> None:
    both = [fields(), fields(preset="hevc-hdr10")]
    assert len(set(file_names(parse_template(DEFAULT), both))) == 2
    with pytest.raises(UsageError, match=r"the same name.*add \{preset\}"):
        file_names(parse_template("{clip}"), both)


def made(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def version(folder: Path, text: str = VERSIONED, *each: NameFields) -> int:
    return next_version(folder, parse_template(text), each or (fields(),))


def test_the_next_version_is_one_above_the_highest(tmp_path: Path) -> None:
    assert version(tmp_path / "none yet") == 1
    made(tmp_path, "bay_h264-web_v001.mp4", "bay_h264-web_v009.mp4", "Bay_H264-web_v12.MP4")
    assert version(tmp_path) == 13
    made(tmp_path, "bay_h264-web_v1000.mp4")
    assert version(tmp_path) == 1001


def test_other_files_do_not_count(tmp_path: Path) -> None:
    made(
        tmp_path,
        "bay_h264-web_v003.mp4",
        "bay_vp9-web_v040.webm",
        "bay2_h264-web_v041.mp4",
        "bay_h264-web_v042.mp4.txt",
        "bay_h264-web_v043",
        ".bay_h264-web_v044.77.partial.mp4",
        "bayXh264-web_v045.mp4",
    )
    assert version(tmp_path) == 4


def test_one_version_for_all_deliverables_of_a_run(tmp_path: Path) -> None:
    made(tmp_path, "bay_h264-web_v003.mp4", "bay_prores-422hq_v007.mov")
    each = (fields(), fields(preset="prores-422hq", suffix=".mov"), fields(preset="vp9-web"))
    assert version(tmp_path, VERSIONED, *each) == 8


def test_a_version_made_at_another_size_or_day_counts(tmp_path: Path) -> None:
    made(tmp_path, "20250101_bay_1280x720_h264-web_v4.mp4")
    text = "{date}_{clip}_{width}x{height}_{preset}_v{version}"
    now = fields(date=dt.date(2026, 1, 31), width=1920, height=1080)
    assert version(tmp_path, text, now) == 5


def test_versions_in_folders(tmp_path: Path) -> None:
    made(tmp_path, "v002/bay_h264-web.mp4", "v005/other_h264-web.mp4", "v006")
    assert version(tmp_path, "v{version:03}/{clip}_{preset}") == 3
    made(tmp_path, "v001/bay_h264-web_v011.mp4")
    assert version(tmp_path, "v{version:03}/{clip}_{preset}_v{version:03}") == 12


def test_what_cannot_be_counted(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no {version} to count"):
        version(tmp_path, DEFAULT)
    made(tmp_path, "file")
    with pytest.raises(StorageError, match="cannot be read"):
        version(tmp_path / "file")


def test_the_next_version_has_a_free_name(tmp_path: Path) -> None:
    template = parse_template(VERSIONED)
    for _ in range(3):
        now = fields(version=next_version(tmp_path, template, [fields()]))
        free = tmp_path / file_name(template, now)
        assert not free.exists()
        free.touch()
    assert max(p.name for p in tmp_path.iterdir()) == "bay_h264-web_v003.mp4"
