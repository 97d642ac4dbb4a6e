"""The proof of a bake: its figures, its sweep, color differences, and the promise of a real bake."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.cli.color import pictures_of
from answerprint.color import rendering as room
from answerprint.color.grading import Grading
from answerprint.color.lattice import TOLERANCE, Lattice
from answerprint.color.primaries import AP0
from answerprint.color.proof import (
    BRIGHTEST,
    DARKEST,
    Errors,
    LinearPicture,
    Proof,
    delta_e_itp,
    prove_view,
    swept,
)
from answerprint.color.transfer import encode_pq, pq
from answerprint.color.views import VIEWS
from tests.color.small import small_bakes
from tests.made import picture

PQ = VIEWS["hdr-pq-1000"].tags


@pytest.fixture
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with small_bakes(tmp_path_factory.getbasetemp() / "proof"):
        yield


def one(seed: int = 0) -> LinearPicture:
    light = picture(seed).astype(np.float16)
    return LinearPicture([light[..., n] for n in range(3)], AP0)


def codes(*rows: tuple[float, float, float]) -> NDArray[np.uint16]:
    return np.asarray(np.rint(np.array(rows).T * 65535), np.uint16)


def test_pictures_and_a_sweep_are_compared_and_added_up(small: None) -> None:
    proof = prove_view(Grading(), [one(0), one(5)], sweep=20_000)
    assert proof.pictures is not None
    assert proof.sweep is not None
    assert (proof.pictures.pixels, proof.sweep.pixels) == (2 * 160 * 90, 20_000)
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
    made.table[: made.table.size // 2] += np.uint16(64 * 5)
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
    assert proof.holds


@pytest.mark.parametrize(
    ("mean", "largest", "holds"), [(1, 2, True), (1.01, 1.5, False), (0.1, 2.01, False)]
)
def test_the_promise_is_two_codes_and_one_in_the_mean(
    mean: float, largest: float, holds: bool
) -> None:
    errors = Errors(
        pixels=1, mean=mean, most=1, largest=largest, over=0, delta_e=0, largest_delta_e=0,
        exact_share=0, baked_seconds=1, exact_seconds=9,
    )  # fmt: skip
    assert errors.hold == holds
    assert errors.ratio == 9


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


def test_greys_differ_by_720_times_their_pq(small: None) -> None:
    """BT.2124: I of a grey is its PQ code."""
    step = delta_e_itp(codes((0.5, 0.5, 0.5)), codes((0.51, 0.51, 0.51)), PQ)
    assert step[0] == pytest.approx(7.2, abs=0.01)
    white, grey = encode_pq(np.array([100.0, 100 * 0.5**2.4]))
    sdr = delta_e_itp(codes((1, 1, 1)), codes((0.5, 0.5, 0.5)), VIEWS["sdr-rec709"].tags)
    assert sdr[0] == pytest.approx(720 * (white - grey), rel=1e-3)


def test_colors_differ_as_in_itp_written_out() -> None:
    """ICtCp of BT.2100 (table 7) by fractions, T half of CT (BT.2124)."""
    first, second = (0.6, 0.4, 0.3), (0.58, 0.42, 0.31)

    def itp(code: tuple[float, ...]) -> NDArray[np.float64]:
        red, green, blue = pq(np.array(code))
        cones = np.array(
            [(1688 * red + 2146 * green + 262 * blue) / 4096, (683 * red + 2951 * green + 462 * blue) / 4096,
             (99 * red + 309 * green + 3688 * blue) / 4096]
        )  # fmt: skip
        long, middle, short = encode_pq(cones)
        return np.array(
            [0.5 * long + 0.5 * middle, (6610 * long - 13613 * middle + 7003 * short) / 8192,
             (17933 * long - 17390 * middle - 543 * short) / 4096]
        )  # fmt: skip

    expected = 720 * np.linalg.norm(itp(first) - itp(second))
    assert delta_e_itp(codes(first), codes(second), PQ)[0] == pytest.approx(expected, rel=1e-3)


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
