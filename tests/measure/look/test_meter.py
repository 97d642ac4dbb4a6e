"""Look and light of single frames, on pictures that hold one thing each."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.codes import from_rgb_matrix
from answerprint.color.primaries import AP0, REC709
from answerprint.color.transfer import encode_pq
from answerprint.ingest.delivery import open_one
from answerprint.measure.look.meter import look_at_codes, look_at_light
from answerprint.measure.movies import measure_movie
from answerprint.measure.samples.pixels import Reach
from answerprint.measure.sweep import measure_sequence
from answerprint.measured.look import BlockEdges, FrameLook
from answerprint.measured.movie import ColorTags
from tests.made import folder, frames, movie

Plane = NDArray[np.uint8] | NDArray[np.uint16]

SDR = ColorTags(primaries="bt709", transfer="bt709", matrix="bt709", range="tv")
PQ = ColorTags(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="tv")
SIZE = (320, 192)


def ramp(low: float, high: float, *, across: bool = True) -> NDArray[np.float64]:
    width, height = SIZE
    line = np.linspace(low, high, width if across else height)
    return np.broadcast_to(line if across else line[:, None], (height, width)).copy()


def texture(seed: int = 5, *, soft: float = 1.5) -> NDArray[np.float64]:
    noise = np.random.default_rng(seed).normal(0, 1, SIZE[::-1])
    coarse = cv2.GaussianBlur(noise, (0, 0), 12) * 12 * 25
    fine = cv2.GaussianBlur(noise, (0, 0), soft) * soft * 20
    return np.asarray(110 + coarse + fine).clip(40, 220)


def look(
    luma: NDArray[Any], *, bits: int = 8, tags: ColorTags = SDR, **chroma: NDArray[Any]
) -> FrameLook:
    kind: Any = np.uint8 if bits == 8 else np.uint16
    height, width = luma.shape
    neutral = np.full((-(-height // 2), -(-width // 2)), 128 << (bits - 8), kind)
    planes = {"Y": luma.round().astype(kind), "U": neutral, "V": neutral} | {
        name: plane.round().astype(kind) for name, plane in chroma.items()
    }
    return look_at_codes(planes, bits, tags)


def banded(found: FrameLook) -> float:
    assert found.banding
    return sum(found.banding.shares)


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize("step", [3, 5, 10])
def test_a_quantised_gradient_is_banded(step: int, across: bool) -> None:
    smooth = ramp(40, 110, across=across)
    assert banded(look(smooth)) == 0
    found = look((smooth / step).round() * step)
    assert banded(found) > 0.7
    assert found.banding
    assert np.argmax(found.banding.shares) == {3: 2, 5: 2, 10: 3}[step]


@pytest.mark.parametrize("tint", [(0.9, 1, 1.15), (1.2, 1, 0.8)], ids=["sky", "sunset"])
@pytest.mark.parametrize("step", [3, 6, 10])
def test_a_tinted_gradient_steps_in_each_channel_at_other_places(
    step: int, tint: tuple[float, ...]
) -> None:
    weights = (0.2126, 0.7152, 0.0722)
    channels = [ramp(40, 110) * part for part in tint]
    smooth = sum((w * c for w, c in zip(weights, channels, strict=True)), np.zeros(SIZE[::-1]))
    assert banded(look(smooth)) < 0.01
    stepped = [w * (c / step).round() * step for w, c in zip(weights, channels, strict=True)]
    assert banded(look(sum(stepped, np.zeros(SIZE[::-1])))) > 0.3


def test_ten_bits_show_an_eight_bit_detour() -> None:
    smooth = ramp(300, 360)
    assert banded(look(smooth, bits=10)) == 0
    assert banded(look((smooth / 4).round() * 4, bits=10)) > 0.7


def test_coding_that_ripples_the_bands_of_ten_bits_does_not_hide_them() -> None:
    ripple = np.sin(np.arange(SIZE[0]) / 5) * 3
    smooth = ramp(160, 440)
    assert banded(look(smooth + ripple, bits=10)) < 0.01
    assert banded(look((smooth / 40).round() * 40 + ripple, bits=10)) > 0.5


def test_texture_is_not_banded() -> None:
    assert banded(look((texture() / 4).round() * 4)) < 0.01


def blocks(
    luma: NDArray[np.float64], size: int, share: float, phase: int = 0
) -> NDArray[np.float64]:
    height, width = ((n - phase) // size * size for n in luma.shape)
    part = luma[phase : phase + height, phase : phase + width]
    means = part.reshape(height // size, size, width // size, size).mean(axis=(1, 3))
    result = luma.copy()
    result[phase : phase + height, phase : phase + width] += share * (
        means.repeat(size, 0).repeat(size, 1) - part
    )
    return result


def stands_out(edges: BlockEdges) -> float:
    return edges.edge / (edges.inside + 0.05)


@pytest.mark.parametrize(("size", "phase"), [(8, 0), (8, 3), (16, 5)])
def test_blocks_show_with_their_grid(size: int, phase: int) -> None:
    found = look(blocks(texture(), size, 0.7, phase)).blocks
    assert found
    for edges in found:
        assert (edges.size, edges.phase) == (size, phase)
        assert stands_out(edges) > 3


def test_texture_and_stripes_are_no_blocks() -> None:
    plain = look(texture()).blocks
    stripes = texture()
    stripes[:, ::24] = 30
    lined = look(stripes).blocks
    assert plain
    assert lined
    assert max(map(stands_out, plain)) < 1.5
    assert stands_out(lined[1]) < 1.5


def test_blur_takes_fine_detail() -> None:
    sharp, soft = (look(cv2.GaussianBlur(texture(), (0, 0), s)).detail for s in (0.3, 2.0))
    assert sharp
    assert soft
    assert soft.fine / soft.coarse < 0.5 * sharp.fine / sharp.coarse


def test_a_small_picture_has_detail_and_no_grid_of_blocks() -> None:
    small = [look(np.ascontiguousarray(p[:54, :96])) for p in (texture(), texture(soft=4.0))]
    assert [found.blocks for found in small] == [None, None]
    sharp, soft = (found.detail for found in small)
    assert sharp
    assert soft
    assert soft.fine < 0.5 * sharp.fine


def test_small_exr_frames_are_graded_by_their_pixels() -> None:
    smooth = np.linspace(0.2, 0.5, 192)[None].repeat(108, 0)
    stepped = (np.round(smooth ** (1 / 2.4) * 40) / 40) ** 2.4
    assert banded(light(smooth)) == 0
    assert banded(light(stepped)) > 0.4


def test_bars_are_counted_and_proven() -> None:
    picture = texture()
    picture[:20], picture[-18:] = 16, 17
    found = look(picture).bars
    assert found
    assert found.widths == (0, 20, 0, 18)
    assert found.proven == found.widths
    picture = texture()
    picture[:, :32] = 16
    pillar = look(picture).bars
    assert pillar
    assert pillar.proven == (32, 0, 0, 0)


def test_a_night_sky_is_no_bar() -> None:
    night = np.full(SIZE[::-1], 16.0)
    night[60:] = 18
    night[100:, 100:150] = 120
    found = look(night).bars
    assert found
    assert found.widths[1] == 100
    assert found.proven == (0, 0, 0, 0)
    assert look(np.full(SIZE[::-1], 16.0)).bars is None


@pytest.mark.parametrize("width", [1, 2, 4])
@pytest.mark.parametrize("side", ["left", "top", "right", "bottom"])
def test_a_line_at_the_edge_is_found(side: str, width: int) -> None:
    assert look(texture()).lines == ()
    picture, chroma = texture(), np.full((SIZE[1] // 2, SIZE[0] // 2), 128.0)
    where: dict[str, Any] = {"left": np.s_[:, :width], "top": np.s_[:width], "right": np.s_[:, -width:], "bottom": np.s_[-width:]}  # fmt: skip
    picture[where[side]] = 235
    (line,) = look(picture, U=chroma, V=chroma).lines
    assert (line.side, line.width, line.channel) == (side, width, "Y")
    assert line.share > 0.9


def test_a_line_of_chroma_alone_is_found() -> None:
    chroma = np.full((SIZE[1] // 2, SIZE[0] // 2), 128.0)
    chroma[:, -1:] = 20
    (line,) = look(texture(), U=chroma).lines
    assert (line.side, line.width, line.channel) == ("right", 2, "U")


def test_illegal_levels_are_measured_by_area_and_place() -> None:
    picture = texture()
    legal = look(picture).signal
    assert legal
    assert (legal.below, legal.above, legal.off_gamut) == (0, 0, 0)
    picture[40:88, 80:160] = 252
    found = look(picture).signal
    assert found
    assert found.above == pytest.approx(48 * 80 / picture.size, rel=0.01)
    assert found.below == 0
    assert 80 <= found.at[0] < 160
    assert 40 <= found.at[1] < 88


def test_a_color_without_a_display_has_legal_luma() -> None:
    red = np.full((SIZE[1] // 2, SIZE[0] // 2), 128.0)
    red[20:60, 40:80] = 235
    found = look(np.full(SIZE[::-1], 180.0), V=red).signal
    assert found
    assert found.off_gamut == pytest.approx(found.above)
    assert found.off_gamut == pytest.approx(40 * 40 / red.size, rel=0.05)


def test_cut_off_highlights_are_a_plateau_with_a_soft_outline() -> None:
    glow = np.hypot(*np.mgrid[-96:96, -160:160]) * -1.2 + 260
    found = look(glow.clip(16, 235)).clipped
    plain = look((glow * 0.8).clip(16, 235)).clipped
    assert found
    assert found.level == pytest.approx(1, abs=0.01)
    assert found.share > 0.02
    assert found.share > 3 * found.beside
    assert found.soft > 0.9
    assert plain is None or plain.share - plain.beside < 0.01


@pytest.mark.parametrize("bits", [8, 10])
def test_a_level_is_one_with_the_codes_beside_it(bits: int) -> None:
    picture = (np.hypot(*np.mgrid[-96:96, -160:160]) * 1.2).clip(60, 150)
    ripple = np.broadcast_to(np.sin(np.arange(SIZE[0]) / 12), SIZE[::-1])
    coded = np.asarray((picture + ripple) * 2 ** (bits - 8))
    found = look(coded, bits=bits)
    for plateau, level, planted in (
        (found.crushed, 60, picture == 60),
        (found.clipped, 150, picture == 150),
    ):
        assert plateau
        assert plateau.level == pytest.approx((level - 16) / 219, abs=0.006)
        assert 0.85 * planted.mean() < plateau.share < 1.1 * planted.mean()


@pytest.mark.parametrize("bits", [8, 10])
def test_noise_of_coding_does_not_hide_what_was_cut_off(bits: int) -> None:
    glow = np.hypot(*np.mgrid[-96:96, -160:160]) * -1.2 + 220
    noise = cv2.GaussianBlur(np.random.default_rng(3).normal(0, 1, SIZE[::-1]), (0, 0), 0.8) * 4
    found = look((glow.clip(16, 150) + noise) * 2 ** (bits - 8), bits=bits).clipped
    plain = look((glow + noise) * 2 ** (bits - 8), bits=bits).clipped
    assert found
    assert found.level == pytest.approx((150 - 16) / 219, abs=0.006)
    assert found.share > 0.8 * float((glow >= 150).mean())
    assert found.beside < 0.3 * found.share
    assert found.soft > 0.8
    assert plain is None or plain.share - plain.beside < 0.01


def test_paper_has_a_hard_outline() -> None:
    paper = texture() * 0.5
    paper[40:140, 60:260] = 235
    found = look(paper).clipped
    assert found
    assert found.share > 0.2
    assert found.soft < 0.5


def test_cut_off_shadows_are_a_plateau() -> None:
    found = look((texture() - 100).clip(16, 235)).crushed
    assert found
    assert found.level == pytest.approx(0, abs=0.01)
    assert found.share > 0.2


def test_light_is_counted_in_nits() -> None:
    nits = np.full(SIZE[::-1], 50.0)
    nits[:48] = 500
    found = look(64 + 876 * encode_pq(nits), bits=10, tags=PQ).tones
    assert found
    assert sum(found.nits) == pytest.approx(1, abs=0.01)
    assert found.nits[10] == pytest.approx(0.25, abs=0.02)
    assert found.white == pytest.approx(500, rel=0.03)
    assert look(texture()).tones.nits == ()  # type: ignore[union-attr]


def pq_planes(rgb: tuple[float, float, float]) -> dict[str, NDArray[np.float64]]:
    y, pb, pr = from_rgb_matrix("bt2020nc") @ encode_pq(np.array(rgb))
    shape = SIZE[::-1]
    return {
        "luma": np.full(shape, 64 + 876 * y),
        "U": np.full((96, 160), 512 + 896 * pb),
        "V": np.full((96, 160), 512 + 896 * pr),
    }


def test_p3_is_told_from_2020() -> None:
    for rgb, area in (((0.0, 200.0, 0.0), 1.0), ((100.0, 150.0, 80.0), 0.0)):
        planes = pq_planes(rgb)
        found = look(planes.pop("luma"), bits=10, tags=PQ, **planes).gamut
        assert found
        assert (found.beyond, found.area, found.light) == ("P3-D65", area, area)


def test_every_shape_of_frame_is_taken() -> None:
    gray = {"Y": texture().astype(np.uint8)}
    assert look_at_codes(gray, 8, SDR).signal is not None
    rgb = {name: texture(n).astype(np.uint8) for n, name in enumerate("GBR")}
    full = ColorTags(primaries="bt709", transfer="bt709", matrix="gbr", range="pc")
    assert look_at_codes(rgb, 8, full).tones is not None
    assert look_at_codes(rgb, 8, full).signal.above == 0  # type: ignore[union-attr]
    tiny = {name: np.full((2, 2), 90, np.uint8) for name in "YUV"}
    assert look_at_codes(tiny, 8, SDR).detail is None
    odd = {"Y": np.full((71, 101), 90, np.uint8), "U": np.full((36, 51), 128, np.uint8)}
    assert look_at_codes(odd | {"V": odd["U"]}, 8, SDR).signal is not None
    unknown = SDR.model_copy(update={"matrix": "ycgco"})
    assert look(texture(), tags=unknown).signal is None


def light(picture: NDArray[np.float64], chromaticities: tuple[float, ...] = AP0) -> FrameLook:
    planes = tuple(
        np.ascontiguousarray(picture[..., c] if picture.ndim == 3 else picture, np.float16) for c in range(3)
    )  # fmt: skip
    return look_at_light(planes, Reach.of(planes), chromaticities)


def test_exr_frames_are_looked_at_in_stops() -> None:
    scene = 2 ** (texture() / 40 - 5)
    plain = light(scene)
    assert plain.detail
    assert plain.bars
    assert plain.lines == ()
    assert plain.bars.widths == (0, 0, 0, 0)
    assert banded(plain) == 0
    assert plain.clipped is None or plain.clipped.share < 0.01
    scene[:24], scene[-2:] = 0, 4
    framed = light(scene)
    assert framed.bars
    assert framed.bars.proven == (0, 24, 0, 0)
    assert [(line.side, line.width) for line in framed.lines] == [("bottom", 2)]


def test_a_flat_shadow_under_lively_light_is_no_highlight() -> None:
    scene = 2 ** (texture() / 40 - 2)
    scene[60:140] = 0
    assert light(scene).clipped is None
    assert light(scene).crushed is not None


def test_cut_off_exr_highlights_have_their_value() -> None:
    glow = 2 ** (np.hypot(*np.mgrid[-96:96, -160:160]) * -0.02 + 2)
    found = light(glow.clip(0, 1)).clipped
    assert found
    assert found.level == pytest.approx(1, rel=0.02)
    assert found.share > 0.2


def test_exr_shadows_without_light_are_told_from_dark_ones() -> None:
    fall = 0.0002 + 0.2 * 2 ** (-np.hypot(*np.mgrid[-96:96, -160:160]) / 8)
    dark, none = light(fall).crushed, light((fall - 0.001).clip(0)).crushed
    assert dark
    assert dark.level == pytest.approx(0.0002, rel=0.5)
    assert none
    assert none.level == 0
    assert none.share == pytest.approx(float((fall <= 0.001).mean()), rel=0.1)
    assert none.soft > 0.9


def test_an_eight_bit_detour_shows_in_exr() -> None:
    smooth = ramp(0.2, 0.5)
    assert banded(light(smooth)) == 0
    stepped = (np.round(smooth ** (1 / 2.4) * 64) / 64) ** 2.4
    assert banded(light(stepped)) > 0.4


def test_colors_outside_ap1_and_outside_sight_are_told_apart() -> None:
    pale = np.full((*SIZE[::-1], 3), 0.5)
    wide, unseen = pale.copy(), pale.copy()
    wide[:48] = (0.9, 0.03, 0.02)
    unseen[:48] = (0.0, 1.0, 0.0)
    for picture, area, impossible in ((pale, 0, 0), (wide, 0.25, 0), (unseen, 0.25, 0.25)):
        found = light(picture).gamut
        assert found
        assert found.area == pytest.approx(area, abs=0.01)
        assert found.impossible == pytest.approx(impossible, abs=0.01)
    assert light(unseen, REC709).gamut.area == 0  # type: ignore[union-attr]


def test_what_is_planted_survives_a_codec(tmp_path: Path) -> None:
    shown = [np.repeat(texture(n)[..., None], 3, axis=2).astype(np.uint8) for n in range(5)]
    for picture in shown:
        picture[:24] = 0
        picture[:, -2:] = (0, 255, 0)
    found = [frame.look for frame in measure_movie(movie(tmp_path / "a.mp4", shown)).frames]
    assert all(seen and seen.bars and seen.bars.proven == (0, 24, 0, 0) for seen in found)
    assert all(
        seen and [(line.side, line.width) for line in seen.lines] == [("right", 2)]
        for seen in found
    )


def test_every_readable_frame_of_a_sequence_is_looked_at(tmp_path: Path) -> None:
    files = frames(3, {1: lambda _: b"no picture"})
    with open_one(str(folder(tmp_path / "shot", files))).opened() as delivery:
        assert delivery.sequence
        measured = measure_sequence(delivery.sequence)
    assert [frame.look is not None for frame in measured.frames] == [True, False, True]
    assert all(frame.look.gamut for frame in measured.frames if frame.look)
