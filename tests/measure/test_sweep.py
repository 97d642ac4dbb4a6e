"""The pass over a sequence: everything is measured, in order, whatever is wrong with a frame."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from answerprint.errors import ArchiveError
from answerprint.ingest.delivery import open_source
from answerprint.measure.sweep import measure_sequence
from answerprint.measured.clips import SequenceMeasures
from answerprint.media.sequence import find_sequence
from tests.made import exr, folder, frames, picture, zipped


def measured(path: Path) -> SequenceMeasures:
    return measure_sequence(find_sequence(str(path / "shot.####.exr")))


def test_frames_are_measured_in_order(tmp_path: Path) -> None:
    found = measured(folder(tmp_path, frames(6)))
    assert [frame.number for frame in found.frames] == list(range(1001, 1007))
    assert len({frame.digest for frame in found.frames}) == 6
    assert all(frame.header == 0 for frame in found.frames)
    assert found.motion is not None
    light = picture(0)
    levels = found.frames[0].channels["G"]
    assert levels.mean == pytest.approx(float(light[..., 1].mean()), rel=0.01)


def test_a_zip_measures_like_the_folder_of_its_frames(tmp_path: Path) -> None:
    files = frames(4)
    loose = measured(folder(tmp_path / "loose", files))
    with open_source(str(zipped(tmp_path / "exr.zip", files)))[0].opened() as delivery:
        assert delivery.sequence is not None
        packed = measure_sequence(delivery.sequence)
    assert [f.digest for f in packed.frames] == [f.digest for f in loose.frames]
    assert [f.channels for f in packed.frames] == [f.channels for f in loose.frames]
    assert packed.motion == loose.motion


def test_an_unreadable_frame_is_recorded_and_the_others_measured(tmp_path: Path) -> None:
    found = measured(folder(tmp_path, frames(5, {2: lambda light: exr(light)[:-900]})))
    assert [frame.error is None for frame in found.frames] == [True, True, False, True, True]
    assert found.motion is not None
    assert found.motion.frames == 4
    assert found.frames[2].channels == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda light: exr(light[:45]),
        lambda light: exr({name: light[..., 0].astype(np.float16) for name in "RGBA"}),
        lambda light: exr({"Z": light[..., 0].astype(np.float16)}),
        lambda light: exr(np.full_like(light, np.nan)),
        lambda light: exr(light[..., 1:2].astype(np.float32) @ np.ones((1, 3), np.float32)),
    ],
)
def test_a_frame_unlike_the_others_does_not_stop_the_pass(
    tmp_path: Path, change: Callable[[np.ndarray], bytes]
) -> None:
    found = measured(folder(tmp_path, frames(4, {1: change})))
    assert len(found.frames) == 4
    assert all(frame.error is None for frame in found.frames)


def test_a_damaged_zip_ends_the_pass(tmp_path: Path) -> None:
    path = zipped(tmp_path / "exr.zip", frames(3))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with open_source(str(path))[0].opened() as delivery, pytest.raises(ArchiveError):
        assert delivery.sequence is not None
        measure_sequence(delivery.sequence)


def test_damage_is_judged_between_readable_neighbours_of_one_size(tmp_path: Path) -> None:
    def burn(light: np.ndarray) -> np.ndarray:
        light[32:48, 64:96] = 200
        return light

    found = measured(folder(tmp_path, frames(5, {2: burn})))
    hurt = found.frames[2]
    assert hurt.outliers is not None
    assert hurt.outliers.count > 20
    assert 60 <= hurt.outliers.at[0] < 96
    assert 28 <= hurt.outliers.at[1] < 48
    assert found.frames[0].outliers is None
    assert found.frames[-1].outliers is None


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (3, 5)])
def test_the_smallest_frames_are_measured(tmp_path: Path, size: tuple[int, int]) -> None:
    light = np.full((*size, 3), 0.18, np.float32)
    found = measured(folder(tmp_path, [exr(light)] * 3))
    assert [frame.error for frame in found.frames] == [None] * 3
    assert found.frames[0].luma == pytest.approx(0.18, rel=0.05)
