"""The proof of a bake: its figures, its sweep, color differences, and the promise of a real bake."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from answerprint.cli.color import pictures_of
from answerprint.color import rendering as room
from answerprint.color.baked.lattice import TOLERANCE, Lattice
from answerprint.color.grading import Grading
from answerprint.color.primaries import AP0
from answerprint.color.proof import (
    BRIGHTEST,
    DARKEST,
    Errors,
    LinearPicture,
    Proof,
    prove_view,
    swept,
)
from tests.color.small import small_bakes
from tests.made import picture


@pytest.fixture
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with small_bakes(tmp_path_factory.getbasetemp() / "proof"):
        yield


def one(seed: int = 0) -> LinearPicture:
    light = picture(seed).astype(np.float16)
    return LinearPicture([light[..., n] for n in range(3)], AP0)


def test_pictures_and_a_sweep_are_compared_and_added_up(small: None) -> None:
    proof = prove_view(Grading(), [one(0), one(5)], sweep=20_000)
    assert proof.pictures is not None
    assert proof.sweep is not None
    assert (proof.pictures.pixels, proof.sweep.pixels) == (2 * 160 * 90, 20_000)
    assert proof.uphill is not None
    assert [on for on, _ in proof.compared] == ["pictures", "sweep", "uphill"]
    assert proof.uphill.largest >= 0.9 * max(proof.pictures.largest, proof.sweep.largest)
    assert proof.uphill.mean > proof.sweep.mean
    assert proof.sweep.doubt == pytest.approx(3 / 20_000)
    for errors in (proof.pictures, proof.sweep):
        assert 0 < errors.mean <= errors.most <= errors.largest < 2 * TOLERANCE
        assert 0 < errors.delta_e < errors.largest_delta_e
        assert 0 <= errors.exact_share < 1
        assert errors.exact_seconds > 0
        assert errors.ratio == errors.exact_seconds / errors.baked_seconds
    assert Proof.model_validate_json(proof.model_dump_json()) == proof


def test_a_lattice_that_is_wrong_is_found_out(small: None) -> None:
    right = prove_view(Grading(), [one()], sweep=0)
    ((key, made),) = room._LOADED.items()
    assert isinstance(made, Lattice)
    made.table[: len(made.table) // 2, :3] += np.uint16(64 * 5)
    wrong = prove_view(Grading(), [one()], sweep=0)
    del room._LOADED[key]
    assert right.pictures is not None
    assert wrong.pictures is not None
    assert wrong.pictures.largest > 4 > right.pictures.largest
    assert wrong.pictures.over > 0
    assert not wrong.holds


def test_nothing_to_compare_is_no_result(small: None) -> None:
    proof = prove_view(Grading(), sweep=0)
    assert proof.pictures is None
    assert proof.sweep is None
    assert proof.uphill is None
    assert proof.holds


def test_a_fault_between_the_colors_of_a_sweep_is_climbed_to(small: None) -> None:
    """A node that is wrong is most so at the node itself, which no color of the sweep hits."""
    prove_view(Grading(), sweep=1000)
    ((key, made),) = room._LOADED.items()
    assert isinstance(made, Lattice)
    made.table[1::97, :3] ^= np.uint16(1 << 9)
    proof = prove_view(Grading(), sweep=2000)
    del room._LOADED[key]
    assert proof.sweep is not None
    assert proof.uphill is not None
    assert proof.uphill.largest > 1.02 * proof.sweep.largest


def off_by(mean: float, largest: float) -> Errors:
    return Errors(
        pixels=1, mean=mean, most=1, largest=largest, over=0, delta_e=0, largest_delta_e=0,
        exact_share=0, baked_seconds=1, exact_seconds=9,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mean", "largest", "holds"), [(1, 2, True), (1.01, 1.5, False), (0.1, 2.01, False)]
)
def test_the_promise_is_two_codes_and_one_in_the_mean(
    mean: float, largest: float, holds: bool
) -> None:
    errors = off_by(mean, largest)
    assert errors.hold == holds
    assert errors.ratio == 9


@pytest.mark.parametrize(("mean", "largest", "holds"), [(1.4, 2, True), (0.5, 2.01, False)])
def test_of_colors_uphill_the_largest_error_counts(
    mean: float, largest: float, holds: bool
) -> None:
    proof = Proof(grading=Grading(), threads=1, uphill=off_by(mean, largest))
    assert proof.holds == holds


def test_a_sweep_is_of_all_of_ap0_and_always_the_same() -> None:
    colors = np.concatenate(list(swept(300_000)), axis=1)
    assert colors.shape == (3, 300_000)
    assert colors.min() >= 0
    assert pytest.approx(184.32) == BRIGHTEST
    assert 0.99 * BRIGHTEST < colors.max() <= np.float32(BRIGHTEST)
    assert (colors < 10 * DARKEST).any(axis=1).all()
    grey = (np.ptp(colors, axis=0) == 0).mean()
    assert grey == pytest.approx(1 / 16, abs=0.001)
    assert np.array_equal(colors[:, :1000], next(swept(300_000))[:, :1000])
    assert [part.shape[1] for part in swept(262_145)] == [262_144, 1]


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_real_bake_keeps_its_promise(request: pytest.FixtureRequest) -> None:
    proof = prove_view(Grading(), [one(0), one(20), one(40)], sweep=10_000_000)
    held(proof.sweep)
    held(proof.pictures)
    grey = np.exp2(np.linspace(-16, 8, 300_000)).astype(np.float16)
    held(prove_view(Grading(), [LinearPicture([grey] * 3)], sweep=0).pictures)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_real_bake_keeps_its_promise_on_real_frames(shared: Path) -> None:
    sources = [str(shared / "deliveries" / "hdr-720p" / "exr.zip")]
    sources += [str(path) for path in sorted((shared / "exr").glob("openexr-images/*Tree.exr"))]
    held(prove_view(Grading(), pictures_of(sources, 4, None), sweep=0).pictures)


def held(errors: Errors | None) -> None:
    assert errors is not None
    assert errors.largest <= TOLERANCE
    assert errors.mean <= 1
    assert errors.over == 0
