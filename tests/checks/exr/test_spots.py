"""Black tiles, bands and fireflies."""

from typing import Any

import pytest

from answerprint.measured.samples import BandJump, BlackTile, Fireflies, SampleFigures
from tests.checks.subjects import breaches, sequence

TILE = BlackTile(box=(64, 128, 127, 191), around=0.3)


def has(**figures: Any) -> dict[str, Any]:
    return {"samples": SampleFigures(**figures)}


def seen(change: dict[int, dict[str, Any]], count: int = 120) -> Any:
    return sequence(count, change={n: has() for n in range(1001, 1001 + count)} | change)


def test_a_tile_that_is_black_for_some_frames_is_named_once_with_its_box() -> None:
    assert breaches("pixels.black-tile", seen({})) == []
    (found,) = breaches(
        "pixels.black-tile", seen({n: has(black=(TILE,)) for n in (1040, 1041, 1042)})
    )
    assert (found.frames, found.measured) == ((1040, 1041, 1042), 64 * 64)
    assert "x 64 to 127, y 128 to 191" in found.message


@pytest.mark.parametrize("numbers", [range(1001, 1121), range(1030, 1060), range(1001, 1121, 2)])
def test_what_stays_black_or_blinks_all_the_time_is_in_the_picture(numbers: range) -> None:
    assert breaches("pixels.black-tile", seen({n: has(black=(TILE,)) for n in numbers})) == []


def test_black_that_moves_or_lies_in_the_dark_is_no_tile() -> None:
    moved = TILE.model_copy(update={"box": (72, 128, 135, 191)})
    assert (
        breaches("pixels.black-tile", seen({1040: has(black=(TILE,)), 1041: has(black=(moved,))}))
        == []
    )
    dark = TILE.model_copy(update={"around": 0.002})
    assert breaches("pixels.black-tile", seen({1040: has(black=(dark,))})) == []


def test_a_chunk_that_jumps_is_named_and_a_flash_is_not() -> None:
    calm = BandJump(lines=(0, 255), stops=0.001, beside=0.0)
    clean = {n: has(band=calm) for n in range(1002, 1120)}
    assert breaches("pixels.band", seen(clean)) == []
    flash = {1077: has(band=BandJump(lines=(256, 511), stops=2.1, beside=2.05))}
    assert breaches("pixels.band", seen(clean | flash)) == []
    hurt = {1077: has(band=BandJump(lines=(256, 511), stops=0.4, beside=-0.3))}
    (found,) = breaches("pixels.band", seen(clean | hurt))
    assert (found.frames, found.measured) == ((1077,), 0.4)
    assert "lines 256 to 511" in found.message


def test_a_firefly_is_named_and_glitter_is_not() -> None:
    one = Fireflies(counts=(1, 1, 1, 0), at=(300, 40), stops=5.2)
    assert breaches("pixels.firefly", seen({})) == []
    (found,) = breaches("pixels.firefly", seen({1077: has(fireflies=one)}))
    assert found.frames == (1077,)
    assert "one bright pixel" in found.message
    assert "x 300, y 40" in found.message
    glitter = Fireflies(counts=(30, 8, 2, 0), at=(300, 40), stops=4.2)
    assert (
        breaches("pixels.firefly", seen({n: has(fireflies=glitter) for n in range(1002, 1120)}))
        == []
    )
