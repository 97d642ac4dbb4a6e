"""Pictures at another size, against the same filters written out in float64."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.resample import Box, resample
from answerprint.color.taps import LIGHT, SHARP, SHARP_BOUNDED, Filter, lanczos3, mitchell
from answerprint.order import Size

KERNELS = {"lanczos3": (lanczos3, 3), "mitchell": (mitchell, 2)}
SIZES = [((48, 36), (32, 24)), ((48, 36), (31, 17)), ((48, 36), (24, 18)), ((33, 20), (70, 41)), ((48, 36), (48, 19)),
         ((48, 36), (5, 36)), ((7, 5), (40, 3)), ((2, 1), (9, 4)), ((41, 33), (1, 1))]  # fmt: skip


def random(size: Size, seed: int = 5) -> NDArray[np.float64]:
    return np.random.default_rng(seed).random((3, size[1], size[0]))


def one(plane: NDArray[Any], size: Size, filter_: Filter, box: Box | None = None) -> NDArray[Any]:
    made: NDArray[Any] = resample([plane], size, filter_=filter_, box=box)[0]
    return made


def reference_axis(
    values: NDArray[np.float64], wanted: int, filter_: Filter
) -> NDArray[np.float64]:
    """Filter along the first axis one output at a time, as the definition reads."""
    count = len(values)
    if count == wanted:
        return values
    shape, reach = KERNELS[filter_.kernel]
    widening = max(count / wanted, 1)
    made = np.empty((wanted, *values.shape[1:]))
    for i in range(wanted):
        center = (i + 0.5) * count / wanted - 0.5
        inputs = np.arange(
            int(np.floor(center - reach * widening)), int(np.ceil(center + reach * widening)) + 1
        )
        distance = (inputs - center) / widening
        weights = shape(distance.astype(np.float64))
        taken = values[np.clip(inputs, 0, count - 1)]
        made[i] = np.tensordot(weights / weights.sum(), taken, axes=1)
        if filter_.bounded:
            lobe = taken[np.abs(distance) < 1]
            made[i] = np.clip(made[i], lobe.min(axis=0), lobe.max(axis=0))
    return made


def reference(plane: NDArray[np.float64], size: Size, filter_: Filter) -> NDArray[np.float64]:
    tall = reference_axis(plane, size[1], filter_)
    return reference_axis(tall.T, size[0], filter_).T


@pytest.mark.parametrize("filter_", [SHARP, SHARP_BOUNDED, LIGHT])
@pytest.mark.parametrize(("size", "wanted"), SIZES)
def test_as_the_definition_reads(size: Size, wanted: Size, filter_: Filter) -> None:
    """Light is within a few roundings of a float, codes within half a code and those."""
    light = random(size).astype(np.float32)
    made = resample(list(light), wanted, filter_=filter_)
    codes = np.round(random(size, 6) * 65535).astype(np.uint16)
    coded = resample(list(codes), wanted, filter_=filter_)
    assert made.shape == coded.shape == (3, wanted[1], wanted[0])
    assert made.dtype == np.float32
    assert coded.dtype == np.uint16
    for n in range(3):
        assert np.abs(made[n] - reference(light[n].astype(float), wanted, filter_)).max() < 2e-6
        exact = np.clip(reference(codes[n].astype(float), wanted, filter_), 0, 65535)
        assert np.abs(coded[n] - exact).max() < 0.55


def test_half_floats_are_the_light_they_stand_for() -> None:
    """Every finite half, subnormals and signed zero among them, laid out as one picture that is not resized."""
    halves = np.arange(65536, dtype=np.uint16).view(np.float16)
    every = np.where(np.isfinite(halves), halves, 0).astype(np.float16).reshape(256, 256)
    assert np.array_equal(one(every, (256, 256), LIGHT), every.astype(np.float32))
    light = (random((48, 36))[0] * 900 - 3).astype(np.float16)
    exact = one(light.astype(np.float32), (32, 24), LIGHT)
    assert np.array_equal(one(light, (32, 24), LIGHT), exact)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_what_is_no_light_is_contained(dtype: Any) -> None:
    """Not-a-number is 0, infinity the largest half; neither spreads beyond the filter's reach."""
    light = np.ones((30, 30), dtype)
    light[10, 10], light[10, 20], light[20, 10] = np.nan, np.inf, -np.inf
    mended = np.ones((30, 30), np.float32)
    mended[10, 10], mended[10, 20], mended[20, 10] = 0, 65504, -65504
    for size in ((20, 20), (30, 30), (50, 50)):
        made = one(light, size, LIGHT)
        assert np.isfinite(made).all()
        assert np.array_equal(made, one(mended, size, LIGHT))


@pytest.mark.parametrize("value", [0, 1, 4321, 65535])
@pytest.mark.parametrize(("size", "wanted"), SIZES)
def test_flat_codes_stay_flat(size: Size, wanted: Size, value: int) -> None:
    for filter_ in (SHARP, SHARP_BOUNDED):
        flat = np.full((size[1], size[0]), value, np.uint16)
        assert (one(flat, wanted, filter_) == value).all()


@pytest.mark.parametrize("value", [0.18, -3e-5, 65504.0])
@pytest.mark.parametrize(("size", "wanted"), SIZES)
def test_flat_light_stays_flat_to_the_bit(size: Size, wanted: Size, value: float) -> None:
    flat = np.full((size[1], size[0]), value, np.float16)
    assert (one(flat, wanted, LIGHT) == np.float32(np.float16(value))).all()
    loose = one(flat, wanted, SHARP).astype(np.float64)
    assert np.abs(loose / float(np.float16(value)) - 1).max() < 1e-6


@pytest.mark.parametrize("filter_", [SHARP, SHARP_BOUNDED, LIGHT])
@pytest.mark.parametrize("wanted", [(64, 48), (32, 24), (43, 31), (144, 108)])
def test_nothing_moves(wanted: Size, filter_: Filter) -> None:
    """A soft spot off the middle keeps its place, measured as a share of the picture; half a pixel is 0.005 of it."""
    y, x = np.mgrid[:72, :96]
    spot = np.exp(-(((x - 30.3) / 9) ** 2 + ((y - 41.8) / 9) ** 2)).astype(np.float32)

    def middle(plane: NDArray[Any]) -> NDArray[np.float64]:
        down, across = (np.arange(n) + 0.5 for n in plane.shape)
        weights = plane.astype(np.float64)
        spots = [(weights.sum(axis=0) @ across) / plane.shape[1], (weights.sum(axis=1) @ down) / plane.shape[0]]  # fmt: skip
        return np.array(spots, np.float64) / float(weights.sum())

    made = one(spot, wanted, filter_)
    assert np.abs(middle(made) - middle(spot)).max() < 5e-5
    light = made.sum() * spot.size / made.size
    assert abs(light / spot.sum() - 1) < 2e-3


@pytest.mark.parametrize("filter_", [SHARP, SHARP_BOUNDED, LIGHT])
def test_mirrored_pictures_stay_mirrored(filter_: Filter) -> None:
    plane = random((48, 36))[0].astype(np.float32)
    made = one(plane, (31, 25), filter_)
    assert np.allclose(one(plane[::-1, ::-1], (31, 25), filter_), made[::-1, ::-1], atol=1e-6)


def test_detail_finer_than_the_output_does_not_come_back_as_a_pattern() -> None:
    """Stripes of 1.25 pixels beat against every second pixel: taking these shows them nearly whole."""
    stripes = np.broadcast_to(np.cos(np.arange(240) * 2 * np.pi / 2.5), (8, 240))
    plane = (0.5 + 0.5 * stripes).astype(np.float32)
    assert np.ptp(plane[:, ::2]) > 0.9
    for filter_, left in ((SHARP, 0.02), (LIGHT, 0.12)):
        made = one(plane, (120, 8), filter_)[:, 6:-6]
        assert np.ptp(made) < left
        assert abs(made.mean() - 0.5) < 1e-3


@pytest.mark.parametrize("wanted", [(40, 30), (26, 20), (120, 90), (61, 47)])
def test_highlights_make_no_negative_light_and_no_brighter_light(wanted: Size) -> None:
    """Points and edges a thousand times their surroundings: what is not bounded goes below black here."""
    light = (0.05 + 0.1 * random((60, 45))[0]).astype(np.float32)
    light[20, 20] = light[10:12, 40:43] = 1000
    light[30:, 30:] = 400
    bounded, loose = one(light, wanted, LIGHT), one(light, wanted, SHARP)
    assert loose.min() < -1
    assert bounded.min() >= light.min()
    assert bounded.max() <= light.max()


@pytest.mark.parametrize("wanted", [(26, 30), (40, 30), (120, 30), (61, 30)])
def test_only_what_is_not_bounded_overshoots_an_edge(wanted: Size) -> None:
    step = np.zeros((30, 80), np.float32)
    step[:, 40:] = 1
    over = {f: float(one(step, wanted, f).max()) - 1 for f in (SHARP, SHARP_BOUNDED, LIGHT)}
    assert 0 < over[SHARP] < 0.115
    assert over[SHARP_BOUNDED] == over[LIGHT] == 0


@pytest.mark.parametrize("wanted", [(32, 24), (24, 18), (96, 72)])
def test_opencv_puts_pictures_in_the_same_place(wanted: Size) -> None:
    """Another implementation, other filters: on a soft picture they agree, where half a pixel off is 0.02."""
    y, x = np.mgrid[:36, :48]
    plane = (0.5 + 0.3 * np.sin(x / 5) * np.cos(y / 4)).astype(np.float32)
    way = cv2.INTER_LANCZOS4 if wanted[0] > 48 else cv2.INTER_AREA
    other = np.asarray(cv2.resize(plane, wanted, interpolation=way))
    for filter_ in (SHARP, LIGHT):
        assert np.abs(one(plane, wanted, filter_) - other).mean() < 0.004


def test_threads_do_not_disturb_each_other() -> None:
    pictures = [random((48, 36), seed)[0].astype(np.float32) for seed in range(12)]
    alone = [one(picture, (31, 22), LIGHT) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda picture: one(picture, (31, 22), LIGHT), pictures))
    assert np.array_equal(alone, together)


def test_every_sample_stays_within_the_pixels_it_stands_for() -> None:
    plane = random((48, 36))[0].astype(np.float32)
    doubled = one(plane, (96, 72), SHARP_BOUNDED)
    edged = np.pad(plane, 1, mode="edge")
    near = np.stack([edged[y : y + 36, x : x + 48] for y in range(3) for x in range(3)])
    low, high = (np.repeat(np.repeat(f, 2, 0), 2, 1) for f in (near.min(axis=0), near.max(axis=0)))
    assert ((doubled >= low) & (doubled <= high)).all()


def test_codes_clip_instead_of_wrapping() -> None:
    step = np.zeros((20, 40), np.uint16)
    step[:, 20:] = 65535
    made = one(step, (60, 20), SHARP)
    assert (made[:, :20] < 3000).all()
    assert (made[:, 40:] > 62000).all()


def test_a_box_is_all_that_counts() -> None:
    plane = random((48, 36))[0].astype(np.float32)
    inside = np.ascontiguousarray(plane[6:30, 5:41])
    assert np.array_equal(one(plane, (24, 16), LIGHT, (5, 6, 36, 24)), one(inside, (24, 16), LIGHT))


def test_planes_need_not_lie_together() -> None:
    packed = random((48, 36)).transpose(1, 2, 0).astype(np.float32)
    apart = resample([packed[..., n] for n in range(3)], (24, 18), filter_=SHARP)
    whole = resample(list(np.ascontiguousarray(packed.transpose(2, 0, 1))), (24, 18), filter_=SHARP)
    assert np.array_equal(apart, whole)


@pytest.mark.parametrize("box", [(0, 0, 0, 4), (-1, 0, 4, 4), (0, 0, 9, 4), (6, 0, 4, 4)])
def test_a_box_outside_is_refused(box: Box) -> None:
    with pytest.raises(ValueError, match="is no part of 8x4"):
        one(np.zeros((4, 8), np.float32), (2, 2), LIGHT, box)


def test_planes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape and one type"):
        resample(
            [np.zeros((4, 8), np.float32), np.zeros((4, 8), np.float16)], (2, 2), filter_=LIGHT
        )


@pytest.mark.parametrize("dtype", [np.uint8, np.uint32, np.int16, np.float64, ">f4"])
def test_planes_of_another_type_are_refused(dtype: Any) -> None:
    with pytest.raises(ValueError, match="planes are uint16, float16 or float32"):
        one(np.zeros((4, 8), dtype), (2, 2), LIGHT)
