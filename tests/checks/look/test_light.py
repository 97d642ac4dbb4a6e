"""Light, range and gamut, judged on records."""

from typing import Any, TypeVar

import pytest

from answerprint.checks.limits import Limits
from answerprint.checks.look.limits import LookLimits
from answerprint.measured.clips import MovieMeasures, SequenceMeasures
from answerprint.measured.light import LightLevel
from answerprint.measured.look import FrameLook, Gamut, MovieLight, Plateau, Signal, Tones
from tests.checks.subjects import breaches, movie, sequence

Clip = TypeVar("Clip", MovieMeasures, SequenceMeasures)

TONES = Tones(percentiles=(0.05, 0.4, 0.9), mean=0.42, saturation=0.2)
PLAIN = FrameLook(
    clipped=Plateau(level=1.0, share=0.012, beside=0.01, soft=0.9, at=(4, 8)),
    crushed=Plateau(level=0.0, share=0.02, beside=0.01, soft=0.9, at=(4, 8)),
    signal=Signal(above=0.004, illegal=0.004, off_gamut=0.003),
    tones=TONES,
)
LEVEL = LightLevel(
    max_cll=801, max_fall=55, peak=800.6, peak_frame=7, peak_at=(12, 34), average=55.1, average_frame=9,
    robust_peak=760.0, active=(0, 0, 1280, 720),
)  # fmt: skip


def clip(change: dict[int, dict[str, Any]] | None = None, **all_: Any) -> MovieMeasures:
    return with_looks(movie(24), change, **all_)


def with_looks(made: Clip, change: dict[int, dict[str, Any]] | None = None, **all_: Any) -> Clip:
    frames = tuple(
        f.model_copy(
            update={"look": PLAIN.model_copy(update=all_ | (change or {}).get(f.number, {}))}
        )
        for f in made.frames
    )
    return made.model_copy(update={"frames": frames})


@pytest.mark.parametrize(
    "id_", ["range.illegal", "gamut.excursion", "light.clipped", "light.crushed"]
)
def test_an_ordinary_clip_passes(id_: str) -> None:
    assert breaches(id_, clip()) == []


def test_r103_allows_a_hundredth() -> None:
    over = {"signal": Signal(above=0.03, below=0.001, illegal=0.031, at=(60, 70), worst=0.2)}
    (found,) = breaches(
        "range.illegal", clip({3: over, 4: {"signal": Signal(below=0.02, illegal=0.02)}})
    )
    assert found.frames == (3, 4)
    assert "3.1% of frame 3 is over 105 %" in found.message
    assert "x 60, y 70" in found.message


def test_a_color_beyond_the_gamut_is_told_apart() -> None:
    (found,) = breaches("gamut.excursion", clip({5: {"signal": Signal(above=0.1, off_gamut=0.09)}}))
    assert (found.frames, found.measured) == ((5,), 0.09)
    assert breaches("gamut.excursion", clip(signal=Signal(above=0.1, off_gamut=0.001))) == []


def gamut(**changes: Any) -> Gamut:
    return Gamut.model_validate(
        {"beyond": "AP1", "area": 0.0, "light": 0.0, "at": (8, 9)} | changes
    )


def test_exr_colors_outside_ap1_and_outside_sight() -> None:
    frames = sequence(24)
    assert breaches("gamut.excursion", with_looks(frames, gamut=gamut(area=0.01))) == []
    (wide,) = breaches("gamut.excursion", with_looks(frames, {1003: {"gamut": gamut(area=0.2)}}))
    assert wide.frames == (1003,)
    assert "outside AP1" in wide.message
    (unseen,) = breaches(
        "gamut.excursion", with_looks(frames, gamut=gamut(area=0.2, impossible=0.1))
    )
    assert "no light has" in unseen.message


def plateau(**changes: Any) -> Plateau:
    return Plateau.model_validate(
        {"level": 1.0, "share": 0.08, "beside": 0.02, "soft": 0.9, "at": (60, 70)} | changes
    )


def test_cut_off_highlights_are_placed() -> None:
    (found,) = breaches("light.clipped", clip({2: {"clipped": plateau()}}))
    assert found.frames == (2,)
    assert "cut off at 1" in found.message
    assert "x 60, y 70" in found.message


@pytest.mark.parametrize(
    "white",
    [plateau(soft=0.4), plateau(level=0.85, share=0.05), plateau(share=0.07, beside=0.06)],
    ids=["paper", "paint", "bright-sky"],
)
def test_white_that_belongs_there_passes(white: Plateau) -> None:
    assert breaches("light.clipped", clip(clipped=white)) == []


def test_flat_pictures_are_not_cut_off() -> None:
    assert breaches("light.clipped", clip(clipped=plateau(level=0.8, share=0.2)))
    assert breaches("light.clipped", clip(clipped=plateau(level=0.05, share=0.9))) == []
    blank = plateau(share=1.0, beside=0.0)
    assert breaches("light.clipped", clip(clipped=blank, crushed=blank)) == []


def test_a_plain_sky_and_a_plain_ground_have_no_tones_beside_them() -> None:
    sky = {"level": 0.8185, "share": 0.53, "soft": 0.6}
    assert breaches("light.clipped", clip(clipped=plateau(**sky, beside=0.02)))
    assert breaches("light.clipped", clip(clipped=plateau(**sky, beside=0.0))) == []
    ground = {"level": 0.049, "share": 0.94, "soft": 1.0}
    assert breaches("light.crushed", clip(crushed=plateau(**ground, beside=0.02)))
    assert breaches("light.crushed", clip(crushed=plateau(**ground, beside=0.0003))) == []


def test_cut_off_shadows_are_no_night_sky() -> None:
    (found,) = breaches("light.crushed", clip(crushed=plateau(level=0.0, share=0.25, beside=0.06)))
    assert "shadows" in found.message
    night = plateau(level=0.0034, share=0.48, beside=0.02)
    assert breaches("light.crushed", clip(crushed=night)) == []
    assert breaches("light.crushed", clip(crushed=night.model_copy(update={"level": 0.0011})))


def test_artwork_on_black_is_not_cut_off() -> None:
    artwork = plateau(level=0.0, share=0.35, beside=0.0, soft=0.6)
    assert breaches("light.crushed", clip(crushed=artwork)) == []


def test_exr_shadows_are_cut_off_where_no_light_is_left() -> None:
    for level, share, count in ((0.0, 0.4, 1), (0.0003, 0.4, 0), (0.0003, 0.8, 0)):
        dark = plateau(level=level, share=share, beside=0.1)
        assert len(breaches("light.crushed", with_looks(sequence(24), crushed=dark))) == count


@pytest.mark.parametrize(("transfer", "count"), [("smpte2084", 1), ("bt709", 0)])
def test_light_cut_off_at_diffuse_white_counts_where_there_is_room_over_it(
    transfer: str, count: int
) -> None:
    made = tagged(clip(clipped=plateau(level=0.58, share=0.05, beside=0.005)), transfer)
    assert len(breaches("light.clipped", made)) == count


def test_a_bright_sky_in_pq_is_not_cut_off() -> None:
    """A tenth more light is three codes there: a sky that grows brighter fills as many levels below."""
    sky = plateau(level=0.556, share=0.284, beside=0.244, soft=0.78)
    assert breaches("light.clipped", tagged(clip(clipped=sky), "smpte2084")) == []


def tagged(made: MovieMeasures, transfer: str) -> MovieMeasures:
    color = made.facts.color.model_copy(update={"transfer": transfer})
    return made.model_copy(update={"facts": made.facts.model_copy(update={"color": color})})


def hdr(level: LightLevel = LEVEL, **changes: Any) -> MovieMeasures:
    return clip(**changes).model_copy(update={"light": MovieLight(level=level)})


def test_light_levels_name_frame_and_pixel() -> None:
    (found,) = breaches("light.levels", hdr())
    assert (found.measured, found.frames) == (801, (7, 9))
    assert "frame 7, x 12, y 34" in found.message
    with pytest.raises(AssertionError, match="no movie in PQ or HLG"):
        breaches("light.levels", clip())


@pytest.mark.parametrize(("white", "count"), [(203.0, 0), (130.0, 0), (60.0, 1), (900.0, 1)])
def test_diffuse_white_is_guessed(white: float, count: int) -> None:
    shown = hdr(tones=TONES.model_copy(update={"white": white}))
    assert len(breaches("light.white-level", shown)) == count


def test_light_outside_p3_is_told() -> None:
    inside, wide = gamut(beyond="P3-D65", light=0.0004), gamut(beyond="P3-D65", light=0.05)
    assert breaches("gamut.wider-than-p3", hdr(gamut=inside)) == []
    (found,) = breaches("gamut.wider-than-p3", hdr(change={6: {"gamut": wide}}, gamut=inside))
    assert (found.frames, found.measured) == ((6,), 0.05)
    lax = Limits(look=LookLimits(beyond_p3_share=0.1))
    assert breaches("gamut.wider-than-p3", hdr(gamut=wide), limits=lax) == []
