"""Faults of samples, planted in real frames and found by the pass over them."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from answerprint.checks.catalogue import find_check
from answerprint.checks.check import Breach, Subject
from answerprint.measure.samples.places import black_tiles
from answerprint.measure.sweep import measure_sequence
from answerprint.measured.clips import Measurements, SequenceMeasures
from answerprint.measured.samples import SampleFigures
from answerprint.media.sequence import find_sequence
from answerprint.order import Order
from tests.checks.blinded import blinded
from tests.made import Light, exr, folder, frames, picture

IDS = (
    "pixels.nan", "pixels.infinite", "pixels.overflow", "pixels.black-tile", "pixels.band", "pixels.firefly",
    "channels.stuck", "channels.swapped", "alpha.speckle", "alpha.premultiplied",
)  # fmt: skip


def measured(path: Path) -> SequenceMeasures:
    return measure_sequence(find_sequence(str(path / "shot.####.exr")))


def found(sequence: SequenceMeasures) -> dict[str, list[Breach]]:
    subject = Subject(Order(), Measurements(sequence=sequence))
    checks = (find_check(each) for each in IDS)
    judged = {
        c.id: list(c.judge(blinded(subject, c))) for c in checks if c and c.lacks(subject) is None
    }
    return {id_: breaches for id_, breaches in judged.items() if breaches}


@cache
def _rendered() -> tuple[Light, ...]:
    return tuple(picture(n) for n in range(8))


def clean() -> list[Light]:
    return [light.copy() for light in _rendered()]


def tile(light: Light) -> Light:
    light[32:64, 80:120] = 0
    return light


def lines(light: Light) -> Light:
    light[32:64] *= 1.5
    return light


def spark(light: Light) -> Light:
    light[50, 70] = 60
    return light


def constant(light: Light) -> Light:
    light[..., 1] = 0.2
    return light


def swap(light: Light) -> Light:
    return np.ascontiguousarray(light[..., [2, 1, 0]])


PLANTED: list[tuple[str, Callable[[Light], Light], str]] = [
    ("pixels.black-tile", tile, "zip"),
    ("pixels.black-tile", tile, "dwab"),
    ("pixels.band", lines, "piz"),
    ("pixels.firefly", spark, "zip"),
    ("pixels.firefly", spark, "dwab"),
    ("channels.stuck", constant, "zip"),
    ("channels.stuck", constant, "dwab"),
    ("channels.swapped", swap, "zip"),
    ("channels.swapped", swap, "dwab"),
]


@pytest.mark.parametrize(("id_", "plant", "compression"), PLANTED)
def test_what_is_planted_is_found_at_its_frame(
    tmp_path: Path, id_: str, plant: Callable[[Light], Light], compression: str
) -> None:
    pictures = clean()
    pictures[5] = plant(pictures[5])
    files = [exr(each, compression=compression) for each in pictures]
    told = found(measured(folder(tmp_path, files)))
    assert [breach.frames for breach in told.pop(id_)] == [(1006,)]
    assert all(breach.frames in {(1006,), (1007,)} for rest in told.values() for breach in rest)


def test_clean_frames_have_none_of_it(tmp_path: Path) -> None:
    assert found(measured(folder(tmp_path, frames(8)))) == {}


def test_bad_samples_are_placed(tmp_path: Path) -> None:
    def poison(light: Light) -> bytes:
        half = {
            name: np.ascontiguousarray(light[..., n].astype(np.float16))
            for n, name in enumerate("RGB")
        }
        half["G"][10:12, 20:25] = np.nan
        half["G"][40, 100] = np.nan
        half["R"][7, 9] = -np.inf
        half["B"][0, 0] = 65504
        half["B"][80, 3:6] = -0.5
        return exr(half, compression="zip")

    figures = measured(folder(tmp_path, frames(3, {1: poison}))).frames[1].samples
    assert figures is not None
    told = {(p.channel, p.fault): (p.count, p.regions, p.box, p.first) for p in figures.patches}
    assert told == {
        ("G", "nan"): (11, 2, (20, 10, 100, 40), (20, 10)),
        ("R", "infinite"): (1, 1, (9, 7, 9, 7), (9, 7)),
        ("B", "overflow"): (1, 1, (0, 0, 0, 0), (0, 0)),
        ("B", "negative"): (3, 1, (3, 80, 5, 80), (3, 80)),
    }


def test_samples_of_other_types_are_placed_too(tmp_path: Path) -> None:
    wide = {name: np.full((48, 64), 0.5, np.float32) for name in "RGB"}
    wide["G"][10, 20], wide["B"][3, 4] = np.inf, -2.0
    figures = measured(folder(tmp_path, [exr(wide, compression="zip")])).frames[0].samples
    assert figures is not None
    assert {(p.fault, p.first) for p in figures.patches} == {
        ("infinite", (20, 10)),
        ("negative", (4, 3)),
    }


def alpha_frame(change: Callable[[dict[str, Any]], None]) -> bytes:
    planes: dict[str, Any] = {name: np.full((64, 96), 0.5, np.float16) for name in "RGBA"}
    planes["A"][:] = 1
    for name in "RGBA":
        planes[name][:, 48:] = 0
    change(planes)
    return exr(planes, compression="dwab")


def figures_of(path: Path, file: bytes) -> SampleFigures:
    (frame,) = measured(folder(path, [file])).frames
    assert frame.samples is not None
    return frame.samples


def test_alpha_is_looked_at(tmp_path: Path) -> None:
    def dotted(planes: dict[str, Any]) -> None:
        planes["A"][20, 30] = 0.5
        planes["A"][40:42, 70:72] = 1

    def straight(planes: dict[str, Any]) -> None:
        for name in "RGB":
            planes[name][:, 48:] = 0.5

    clean = figures_of(tmp_path / "clean", alpha_frame(lambda _: None)).alpha
    assert clean is not None
    assert (clean.speckles, clean.clear, clean.lit) == (0, 64 * 48, 0)
    specks = figures_of(tmp_path / "dotted", alpha_frame(dotted)).alpha
    assert specks is not None
    assert (specks.speckles, specks.at) == (1 + 4, (30, 20))
    lit = figures_of(tmp_path / "straight", alpha_frame(straight)).alpha
    assert lit is not None
    assert lit.lit > 0.9 * lit.clear


def test_luminance_alone_is_looked_at_as_well(tmp_path: Path) -> None:
    files = [exr({"Y": picture(n)[..., 1].astype(np.float16)}, compression="zip") for n in range(3)]
    told = measured(folder(tmp_path, files))
    assert all(frame.samples and frame.samples.channels is None for frame in told.frames)


def test_a_frame_that_is_missing_between_does_not_hide_a_swap(tmp_path: Path) -> None:
    pictures = clean()
    pictures[5] = swap(pictures[5])
    files = [exr(each) for each in pictures]
    files[4] = files[4][:-900]
    told = found(measured(folder(tmp_path, files)))
    assert [breach.frames for breach in told["channels.swapped"]] == [(1006,)]


def test_a_black_tile_is_told_from_the_dark_beside_it() -> None:
    dice = np.random.default_rng(2)
    last = (dice.random((60, 80)) < 0.3).astype(np.uint8) * np.uint8(255)
    last[:, 40:] = 0
    dark = (dice.random((60, 80)) < 0.3).astype(np.uint8) * np.uint8(255)
    dark[:, 40:] = 0
    black = dark.copy()
    black[20:36, 36:52] = 255
    cells = np.where(black[..., None] > 0, 0x1400, 0x3000).astype(np.int16).repeat(3, axis=2)
    assert list(black_tiles(dark, cells, last)) == []
    (tile,) = black_tiles(black, cells, last)
    left, top, right, bottom = tile.box
    assert (top, right, bottom) == (80, 207, 143)
    assert 144 <= left <= 160
