"""Movie and EXR sequence brought together: real EXR frames beside real movies of four views."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from answerprint.color.tags import resolved
from answerprint.color.transforms import to_display
from answerprint.measure.kin.alignment import align
from answerprint.measure.kin.fit import fitted
from answerprint.measure.kin.pairing import pair
from answerprint.measure.kin.prints import Prints
from answerprint.measure.movies import Thumbnailer
from answerprint.measure.sweep import observe_frame
from answerprint.measured.pairing import Pairing
from answerprint.media import ffmpeg as program
from answerprint.media.exr.door import read_frame
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.planes import component_planes
from answerprint.media.movie.probing import probe
from answerprint.media.sequence import FrameFile
from answerprint.rehearsal.delivery import _movie_command
from answerprint.rehearsal.scenery.scene import Scene, render
from tests.made import exr

SIZE = (320, 180)
COUNT = 16
FIRST = 1001
VIEWS = ("hdr-pq-1000", "hdr-hlg-1000", "sdr-rec709", "untoned-rec709")

Thumbs = list[Any]


@pytest.fixture(scope="module")
def lights() -> list[Any]:
    """A pan over one rendered scene."""
    wide = render(Scene(1, (480, 180), 2), 0)
    return [np.ascontiguousarray(wide[:, 5 * n : 5 * n + SIZE[0]]) for n in range(COUNT)]


@pytest.fixture(scope="module")
def frames(lights: list[Any]) -> Thumbs:
    """Thumbnails of real EXR frames."""
    files = (exr(light) for light in lights)
    seen = (observe_frame(read_frame(file), FrameFile(0, "f", 4)) for file in files)
    return [observed.thumb for observed in seen]


@pytest.fixture(scope="module")
def movie(lights: list[Any], tmp_path_factory: pytest.TempPathFactory) -> Thumbs:
    return seen_through("sdr-rec709", lights, tmp_path_factory.mktemp("movie"))


def seen_through(view: str, lights: list[Any], folder: Path) -> Thumbs:
    """Thumbnails of a real movie of these frames."""
    path = folder / "video.mp4"
    with program.running(
        _movie_command(path, Scene(1, SIZE, COUNT), view), where=path.name
    ) as process:
        for light in lights:
            process.write(to_display(light, view).tobytes())
        process.finish()
    return thumbs_of(path)


def thumbs_of(path: Path) -> Thumbs:
    facts = probe(path)
    thumbnail = Thumbnailer(resolved(facts.color, facts.size, facts.pixel_format))
    return [thumbnail(*component_planes(f.picture)) for f in read_frames(path, Reading())]


def prints(thumbs: Sequence[Any], first: int = 0) -> Prints:
    made = Prints()
    for number, thumb in enumerate(thumbs, first):
        made.add(number, thumb)
    return made


def paired(frames: Sequence[Any], movie: Sequence[Any]) -> Pairing:
    found = pair(prints(frames, FIRST), prints(movie))
    assert found is not None
    return found


def faults(found: Pairing) -> dict[str, Any]:
    """What is found, in short."""
    named = {
        "reversed": found.reversed,
        "slip": found.slip,
        "retimed": found.retimed,
        "swapped": found.swapped,
        "only_movie": tuple(each.number for each in found.only_movie),
        "only_sequence": tuple(each.number for each in found.only_sequence),
        "shows": tuple((p.movie, p.shows) for p in found.pairs if p.shows is not None),
    }
    return {key: value for key, value in named.items() if value}


def exchanged(movie: Thumbs, one: int, other: int) -> Thumbs:
    changed = list(movie)
    changed[one], changed[other] = changed[other], changed[one]
    return changed


FAULTS: dict[str, tuple[Callable[[Thumbs], Thumbs], dict[str, Any]]] = {
    "clean": (list, {}),
    "dropped": (lambda m: m[:12] + m[13:], {"only_sequence": (FIRST + 12,)}),
    "first dropped": (lambda m: m[1:], {"only_sequence": (FIRST,)}),
    "swapped": (lambda m: exchanged(m, 12, 13), {"swapped": ((12, 13),)}),
    "swapped two apart": (lambda m: exchanged(m, 10, 12), {"swapped": ((10, 12),)}),
    "swapped far apart": (lambda m: exchanged(m, 4, 14), {"swapped": ((4, 14),)}),
    "a frame late": (
        lambda m: m[:1] + m[:-1],
        {"slip": 1, "only_movie": (0,), "only_sequence": (FIRST + COUNT - 1,)},
    ),
    "a frame early, the first at the end": (
        lambda m: m[1:] + m[:1],
        {"slip": -1, "only_movie": (COUNT - 1,), "only_sequence": (FIRST,)},
    ),
    "reversed": (lambda m: m[::-1], {"reversed": True}),
    "an earlier frame again": (
        lambda m: [*m[:10], m[8], *m[11:]],
        {"shows": ((10, FIRST + 8),)},
    ),
    "cut off": (
        lambda m: m[: COUNT // 2],
        {"only_sequence": tuple(range(FIRST + COUNT // 2, FIRST + COUNT))},
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_named_exactly(frames: Thumbs, movie: Thumbs, fault: str) -> None:
    change, expected = FAULTS[fault]
    assert faults(paired(frames, change(movie))) == expected


@pytest.mark.parametrize("view", VIEWS)
def test_it_is_under_every_view(
    frames: Thumbs, lights: list[Any], view: str, tmp_path: Path
) -> None:
    movie = seen_through(view, lights, tmp_path)
    for fault in ("clean", "dropped", "swapped", "swapped two apart", "a frame late", "reversed"):
        change, expected = FAULTS[fault]
        found = paired(frames, change(movie))
        assert faults(found) == expected, fault
        assert found.likeness > 0.97


def test_a_swap_is_told_beside_a_frame_that_is_lacking(frames: Thumbs, movie: Thumbs) -> None:
    found = paired(frames, exchanged(movie, 10, 12)[1:])
    assert faults(found) == {"swapped": ((9, 11),), "only_sequence": (FIRST,)}


def test_a_frame_the_sequence_lacks_is_named(frames: Thumbs, movie: Thumbs) -> None:
    found = paired(frames[:9] + frames[10:], movie)
    assert [each.number for each in found.only_movie] == [9]
    assert not found.only_sequence


def test_other_rates_are_told_from_missing_frames(frames: Thumbs, movie: Thumbs) -> None:
    doubled = [thumb for thumb in movie for _ in range(2)]
    assert paired(frames, doubled).retimed == 2
    assert paired(frames, movie[::2]).retimed == 0.5


def test_an_unreadable_frame_counts_as_standing_where_it_should(
    frames: Thumbs, movie: Thumbs
) -> None:
    broken = [*frames[:7], None, *frames[8:]]
    found = paired(broken, movie)
    assert faults(found) == {}
    assert found.sequence == COUNT - 1


def test_a_patch_on_one_frame_stands_out_and_its_place_is_told(
    frames: Thumbs, movie: Thumbs
) -> None:
    patched = [np.copy(thumb) for thumb in movie]
    height, width = patched[14].shape[:2]
    patched[14][height // 2 : height * 3 // 4, width // 4 : width // 2] *= 2.0
    found = paired(frames, patched)
    worst = max(found.pairs, key=lambda p: p.spot)
    assert worst.movie == 14
    assert worst.spot > 2 * sorted(p.spot for p in found.pairs)[-2]
    assert worst.box is not None
    left, top, wide, high = worst.box
    assert left + wide / 2 == pytest.approx(0.375, abs=0.13)
    assert top + high / 2 == pytest.approx(0.625, abs=0.13)


def test_still_and_noisy_frames_raise_no_suspicion(frames: Thumbs) -> None:
    random = np.random.default_rng(4)

    def noisy() -> Thumbs:
        shape = frames[0].shape
        made = (frames[0] * (1 + 0.02 * random.normal(size=shape)) for _ in range(40))
        return [thumb.astype(np.float32) for thumb in made]

    assert faults(paired(noisy(), noisy())) == {}


def test_other_pictures_are_not_alike(frames: Thumbs) -> None:
    others = [np.ascontiguousarray(thumb[::-1, ::-1]) for thumb in frames]
    assert paired(frames, others).likeness < 0.7
    random = np.random.default_rng(5)
    noise = [random.uniform(0, 1, thumb.shape).astype(np.float32) for thumb in frames]
    assert paired(frames, noise).likeness < 0.3


def test_the_curve_never_falls(frames: Thumbs, movie: Thumbs) -> None:
    curve = paired(frames, movie).curve
    assert curve is not None
    assert list(curve.shown) == sorted(curve.shown)
    assert curve.shown[-1] > curve.shown[0]


def test_without_frames_there_is_no_pairing(frames: Thumbs) -> None:
    assert pair(prints(frames), Prints()) is None


@pytest.mark.parametrize(("lag", "moved"), [(0.6, 0), (1.0, 35)])
def test_slow_motion_that_coding_makes_lag_by_half_a_frame_lacks_none(
    lag: float, moved: int
) -> None:
    dice = np.random.default_rng(4)
    phase, moments = dice.uniform(0, 6, (200, 3)), np.arange(60.0)
    late = np.where(moments < 24, moments, moments - lag)
    shown, coded = (
        np.stack([30 + 3 * np.sin(phase + 0.03 * at) for at in times]) for times in (moments, late)
    )
    coded += dice.normal(0, 0.15, coded.shape)
    found = fitted(shown.astype(np.float32), coded.astype(np.float32)).alignment
    assert sum(i != j for i, j in found.pairs) == moved


def test_runs_that_are_alike_at_their_ends_alone_do_not_slip() -> None:
    costs = np.full((60, 60), 5.0)
    costs[np.arange(60), np.arange(60)] = 3.2
    costs[np.arange(3), np.arange(57, 60)] = 1.0
    assert len(align(costs).pairs) == 60


def waves(count: int, speed: float) -> list[Any]:
    """Waves that run every way, as water at a distance does, by up to `speed` in radians a frame."""
    dice = np.random.default_rng(0)
    down, across = np.mgrid[:36, :64]
    lengths = dice.uniform((0.1, -0.5, 0, -speed), (0.6, 0.5, 6.3, speed), (14, 4))
    frames = (
        0.4 + 0.02 * sum(np.sin(a * across + b * down + c + n * turn) for a, b, c, turn in lengths)
        for n in range(count)
    )
    return [np.repeat(frame[..., None], 3, axis=2).astype(np.float32) for frame in frames]


@pytest.mark.parametrize(
    ("speed", "late", "slip"), [(0.03, 0.0, 0), (0.03, 0.9, 0), (0.15, 0.0, 0), (0.15, 2.0, 2)]
)
def test_a_movie_whose_slow_motion_lags_by_parts_of_a_frame_has_not_slipped(
    speed: float, late: float, slip: int
) -> None:
    water, dice = waves(40, speed), np.random.default_rng(1)
    part = np.float32(late / 2)
    coded = [
        (water[n] * (1 - part) + water[n - 2] * part) ** np.float32(0.9)
        + dice.normal(0, 0.005, (36, 64, 1)).astype(np.float32)
        for n in range(2, 40)
    ]
    found = paired(water[2:], coded)
    assert (found.slip, found.only_movie == ()) == (slip, not slip)
