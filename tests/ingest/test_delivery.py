"""What people have, understood as clips."""

import zipfile
from pathlib import Path

import pytest

from answerprint.errors import ArchiveError, SourceError
from answerprint.ingest.delivery import open_source
from tests.made import exr, folder, frames, zipped


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(exr() if path.suffix == ".exr" else b"\0\0\0\x18ftypmp42")


def names(source: Path | str) -> list[str]:
    return [delivery.name for delivery in open_source(str(source))]


def test_a_service_s_folder_is_one_clip(hdr_delivery: Path) -> None:
    (clip,) = open_source(str(hdr_delivery))
    assert clip.name == "bay"
    assert clip.movie == hdr_delivery / "video.mp4"
    with clip.opened() as opened:
        assert opened.sequence is not None
        assert len(opened.sequence) == 24
        assert opened.sequence.store.place == hdr_delivery / "exr.zip"
    assert {file.kind for file in clip.files} == {"movie", "archive"}


def test_a_delivery_may_be_spread_over_folders(tmp_path: Path) -> None:
    touch(tmp_path / "shot/video/a.mp4")
    folder(tmp_path / "shot/frames/half", frames(3))
    (clip,) = open_source(str(tmp_path / "shot"))
    assert clip.movie is not None
    assert clip.sequence is not None
    assert clip.sequence.label == "shot.1001-1003#.exr"


def test_unpacked_frames_go_before_their_zip(tmp_path: Path) -> None:
    zipped(tmp_path / "exr.zip", frames(2))
    folder(tmp_path / "exr", frames(2))
    (clip,) = open_source(str(tmp_path))
    assert clip.sequence is not None
    assert clip.sequence.store.place == tmp_path / "exr"


def test_folders_of_clips_are_several_clips(tmp_path: Path) -> None:
    touch(tmp_path / "b/video.mp4", tmp_path / "a/video.mp4", tmp_path / "a/poster.png")
    zipped(tmp_path / "b/exr.zip", frames(2))
    assert names(tmp_path) == ["a", "b"]


def test_movies_in_one_folder_are_clips_with_the_frames_of_their_name(tmp_path: Path) -> None:
    touch(tmp_path / "x.mp4", tmp_path / "y.mov")
    folder(tmp_path, frames(3), name="x.{:04}.exr")
    clips = {clip.name: clip for clip in open_source(str(tmp_path))}
    assert set(clips) == {"x", "y"}
    assert clips["x"].sequence is not None
    assert clips["y"].sequence is None


def test_a_preview_is_no_clip_beside_a_movie(tmp_path: Path) -> None:
    touch(tmp_path / "video.mp4", tmp_path / "preview.gif")
    assert len(open_source(str(tmp_path))) == 1
    touch(tmp_path / "alone/loop.gif")
    assert names(tmp_path / "alone") == ["alone"]


def test_small_groups_beside_a_large_one_are_strays(tmp_path: Path) -> None:
    folder(tmp_path, frames(12))
    touch(tmp_path / "reference.exr")
    (clip,) = open_source(str(tmp_path))
    assert clip.sequence is not None
    assert clip.sequence.strays == ("reference.exr",)


@pytest.mark.parametrize(
    "pattern", ["shot.1001-1003#.exr", "shot.%04d.exr", "shot.####.exr", "shot.@@@@.exr"]
)
def test_patterns_are_clips(tmp_path: Path, pattern: str) -> None:
    folder(tmp_path, frames(3))
    (clip,) = open_source(str(tmp_path / pattern))
    assert clip.name == "shot"
    assert clip.sequence is not None
    assert len(clip.sequence) == 3


def test_one_frame_is_a_clip_of_one(tmp_path: Path) -> None:
    folder(tmp_path, frames(3))
    (clip,) = open_source(str(tmp_path / "shot.1002.exr"))
    assert clip.sequence is not None
    assert [frame.number for frame in clip.sequence.frames] == [1002]


def test_a_zip_without_an_extension_is_a_clip(tmp_path: Path) -> None:
    zipped(tmp_path / "download", frames(1))
    assert open_source(str(tmp_path / "download"))[0].archive is not None


def test_our_own_output_is_never_a_source(tmp_path: Path) -> None:
    touch(tmp_path / "video.mp4", tmp_path / "finished/video/deliver/video_h264-web.mp4")
    (tmp_path / "finished/video/.answerprint").mkdir()
    (clip,) = open_source(str(tmp_path))
    assert clip.movie == tmp_path / "video.mp4"


def test_clips_of_one_name_are_told_apart(tmp_path: Path) -> None:
    touch(tmp_path / "a/take/v.mp4", tmp_path / "b/take/v.mp4")
    assert names(tmp_path) == ["a", "b"]
    touch(tmp_path / "c/x/take/1.mp4", tmp_path / "c/y/take/1.mp4", tmp_path / "c/y/take/2.mp4")
    assert len(set(names(tmp_path / "c"))) == 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none", "no such file or folder"),
        ("empty", "holds no movie, no zip and no EXR frames"),
        ("empty/notes.txt", "is a paper, not a clip"),
    ],
)
def test_where_there_is_no_clip(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/notes.txt").write_text("hello")
    with pytest.raises(SourceError, match=said):
        open_source(str(tmp_path / name))


def test_a_zip_without_frames_is_refused_by_what_it_holds(tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", [b"text"], name="notes{}.txt")
    (clip,) = open_source(str(tmp_path / "a.zip"))
    with pytest.raises(ArchiveError, match="holds no EXR frames, only 'notes0.txt'"), clip.opened():
        pass


def test_strays_in_a_zip_are_known_and_papers_are_not(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", frames(3))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("manifest.json", "{}")
        archive.writestr("thumb.png", b"png")
    with open_source(str(path))[0].opened() as clip:
        assert clip.sequence is not None
        assert clip.sequence.strays == ("thumb.png",)
