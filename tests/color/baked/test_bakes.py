"""Bakes on disk: kept once, believed only whole, shared between processes."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from answerprint.color.baked import bakes
from answerprint.color.baked.curves import Curves
from answerprint.color.baked.lattice import Lattice

SCRIPT = """
import sys, time
from functools import partial
from answerprint.color import rendering
from answerprint.color.baked.baking import Fineness, bake
from answerprint.color.grading import Grading
rendering.bake = partial(bake, fineness=Fineness(side=9, draws=1, turns=1, at_once=1 << 14))
baked = []
made = rendering.rendering(Grading(), rendering.WORTH, progress=lambda station, done, total: baked.append(station))
print(len(baked), made.bake.bytes)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(bakes.PLACE, str(tmp_path / "cache"))
    return tmp_path / "cache" / "bakes"


def a_lattice() -> Lattice:
    random = np.random.default_rng(1)
    return Lattice(
        axes=random.random((3, 3)),
        top=1024.0,
        clamps=True,
        ramp=random.random(50).astype(np.float32),
        table=random.integers(0, 65536, (750, 4)).astype(np.uint16),
        cells=random.integers(-1, 5, 64).astype(np.int32),
    )


def some_curves() -> Curves:
    random = np.random.default_rng(2)
    return Curves(
        axes=random.random((3, 3)),
        weights=random.random(3),
        gains=np.ones(1, np.float32),
        curves=random.random((3, 50)).astype(np.float32),
        rounds=True,
    )


def kept(key: str = "abc") -> Path:
    bakes.keep(key, a_lattice())
    return bakes.bake_folder() / f"{key}-{bakes.EDITION}"


def test_a_bake_comes_back_as_it_was() -> None:
    kept()
    found = bakes.load("abc")
    assert isinstance(found, Lattice)
    for name in ("axes", "ramp", "table", "cells"):
        assert np.array_equal(getattr(found, name), getattr(a_lattice(), name))
    assert (found.top, found.clamps) == (1024.0, True)
    assert bakes.load("abd") is None


def test_curves_come_back_as_they_were() -> None:
    bakes.keep("curves", some_curves())
    found = bakes.load("curves")
    assert isinstance(found, Curves)
    for name in ("axes", "weights", "gains", "curves"):
        assert np.array_equal(getattr(found, name), getattr(some_curves(), name))
    assert found.rounds is True


def test_editions_before_are_dropped_and_other_keys_are_not(place: Path) -> None:
    names = [
        f"abc-{bakes.EDITION - 1}",
        "abc-1",
        f"abc-{bakes.EDITION + 1}",
        f"abd-{bakes.EDITION - 1}",
    ]
    for name in names:
        (place / name).mkdir(parents=True)
    kept()
    assert [(place / name).exists() for name in names] == [False, False, True, True]


def test_a_bake_that_is_kept_again_replaces_the_old_and_leaves_nothing() -> None:
    kept()
    kept()
    assert [p.name for p in bakes.bake_folder().iterdir()] == [f"abc-{bakes.EDITION}"]


@pytest.mark.parametrize("name", ["axes", "ramp", "table", "cells"])
def test_a_flipped_bit_is_noticed(name: str) -> None:
    file = kept() / f"{name}.npy"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert bakes.load("abc") is None


@pytest.mark.parametrize("name", ["table.npy", "bake.json", "cells.npy"])
@pytest.mark.parametrize("left", [0, 20])
def test_a_file_that_was_cut_short_is_noticed(name: str, left: int) -> None:
    file = kept() / name
    file.write_bytes(file.read_bytes()[:left])
    assert bakes.load("abc") is None


@pytest.mark.parametrize(
    "said", ["[]", "null", "{}", '{"digests": {}}', '{"kind": "cube", "digests": {}}']
)
def test_a_bake_that_says_something_else_is_not_believed(said: str) -> None:
    (kept() / "bake.json").write_text(said)
    assert bakes.load("abc") is None


def test_bakes_of_another_edition_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    kept()
    monkeypatch.setattr(bakes, "EDITION", bakes.EDITION + 1)
    assert bakes.load("abc") is None


def test_a_place_that_cannot_be_written_keeps_none_and_stops_nothing(place: Path) -> None:
    place.parent.parent.mkdir(exist_ok=True)
    place.parent.write_text("a file where the folder would be")
    with bakes.one_baker("abc"):
        bakes.keep("abc", a_lattice())
    assert bakes.load("abc") is None


def test_the_place_is_the_user_s_cache_where_none_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(bakes.PLACE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert bakes.bake_folder() == tmp_path / "xdg" / "answerprint" / "bakes"


def test_two_processes_at_once_bake_once() -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True, env=os.environ
        )
        for _ in range(2)
    ]
    said = sorted(run.communicate(timeout=200)[0].split() for run in runs)
    assert [words[0] for words in said] == ["0", "1"]
    assert said[0][1] == said[1][1]
