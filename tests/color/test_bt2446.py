"""SDR from HDR and back, against the report's own equations in scalars, and by what a grader would notice."""

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.bt2446 import PEAKS, hdr_to_sdr, sdr_to_hdr, tone_map
from answerprint.color.primaries import REC709, REC2020, rgb_to_rgb
from answerprint.color.transfer import bt1886, encode_bt1886, encode_hlg, encode_pq, hlg, pq
from answerprint.media import ffmpeg as program

Colors = NDArray[np.float64]

PQ, HLG = "smpte2084", "arib-std-b67"
CODE = 1 / 876
"""A ten-bit code of narrow range."""
CORNERS = np.array(
    [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 0, 1), (1, 0.5, 0), (0, 0.5, 1)], float
)  # fmt: skip


def greys(*nits: float) -> Colors:
    return np.array(nits, float)[:, None] * np.ones(3)


def colors(count: int = 4000, seed: int = 7) -> Colors:
    """Light of up to 1,000 cd/m2, as evenly spread as PQ codes are."""
    return np.minimum(pq(np.random.default_rng(seed).random((count, 3)) * 0.7518), 1000)


def saturated(primaries: tuple[float, ...], nits: float) -> Colors:
    """Pure colors of some primaries in linear BT.2020."""
    return np.maximum(CORNERS @ rgb_to_rgb(primaries, REC2020).T, 0) * nits


def sdr_of(light: Colors, **options: float) -> Colors:
    return hdr_to_sdr(encode_pq(light), PQ, **options)


def printed(light: Colors, peak: float) -> list[float]:
    """Tables 1 and 2 of BT.2446-1 as they are printed, for one color: R'G'B' in BT.2020."""
    red, green, blue = (float(value / peak) ** (1 / 2.4) for value in light)
    luma = 0.2627 * red + 0.6780 * green + 0.0593 * blue
    hdr, sdr = 1 + 32 * (peak / 10000) ** (1 / 2.4), 1 + 32 * (100 / 10000) ** (1 / 2.4)
    even = math.log10(1 + (hdr - 1) * luma) / math.log10(hdr)
    if even <= 0.7399:
        curved = 1.0770 * even
    elif even < 0.9909:
        curved = -1.1510 * even**2 + 2.7811 * even - 0.6302
    else:
        curved = 0.5000 * even + 0.5000
    mapped = (sdr**curved - 1) / (sdr - 1)
    factor = mapped / (1.1 * luma)
    cb, cr = factor * (blue - luma) / 1.8814, factor * (red - luma) / 1.4746
    base = mapped - max(0.1 * cr, 0)
    return [base + 1.4746 * cr, base - 0.16455 * cb - 0.57135 * cr, base + 1.8814 * cb]


def ictcp(light: Colors) -> Colors:
    """BT.2100 in the form of its table 7, from linear BT.2020 in cd/m2."""
    cones = np.array([[1688, 2146, 262], [683, 2951, 462], [99, 309, 3688]]) / 4096
    opponents = np.array([[2048, 2048, 0], [6610, -13613, 7003], [17933, -17390, -543]]) / 4096
    result: Colors = encode_pq(light @ cones.T) @ opponents.T
    return result


def hue(light: Colors) -> Colors:
    """Hue angle in ITP (BT.2124), where CT counts half, in degrees."""
    _, tritan, protan = ictcp(light).T
    result: Colors = np.degrees(np.arctan2(protan, tritan / 2))
    return result


def shown(sdr: Colors) -> Colors:
    """SDR R'G'B' as linear BT.2020 in cd/m2."""
    return np.maximum(bt1886(sdr) @ rgb_to_rgb(REC709, REC2020).T, 0) * 100


@pytest.mark.parametrize("peak", PEAKS[:3])
def test_the_tone_curve_is_the_printed_one(peak: float) -> None:
    light = colors() * (peak / 1000)
    exact = np.array([printed(color, peak) for color in light])
    ours = encode_bt1886(tone_map(light, peak))
    off = np.abs(ours - np.maximum(exact, 0))
    # Only between 0.7184 and 0.7399, where the printed pieces do not meet.
    assert off.max() < 2.2 * CODE
    assert (off > 2e-4).any(axis=1).mean() < 0.1


def test_greys_come_out_where_the_report_puts_them() -> None:
    sdr = sdr_of(greys(0, 26, 100, 203, 500, 1000))[:, 1]
    assert np.allclose(64 + 876 * sdr, [64, 357.1, 535.9, 665.7, 833.0, 940], atol=0.1)


@pytest.mark.parametrize("peak", PEAKS)
def test_black_is_black_and_the_peak_is_white(peak: float) -> None:
    sdr = sdr_of(greys(0, peak), peak=peak)
    assert np.allclose(sdr, [[0] * 3, [1] * 3], atol=1e-6)


def test_light_above_the_peak_is_white_and_keeps_its_hue() -> None:
    assert np.allclose(sdr_of(greys(1001, 4000, 10000)), 1, atol=1e-6)
    flame = np.array([[4000.0, 1600.0, 400.0]])
    assert np.allclose(sdr_of(flame), sdr_of(flame / 4), atol=1e-6)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_greys_stay_neutral_rise_and_never_jump(transfer: str) -> None:
    codes = np.linspace(0, 1, 20001)[:, None] * np.ones(3)
    sdr = hdr_to_sdr(codes, transfer)
    assert np.ptp(sdr, axis=1).max() < 1e-6
    steps = np.diff(sdr[:, 0])
    assert steps.min() >= -1e-9
    # The printed knee would be a step of 0.7 codes; near black the steps of BT.1886 are larger.
    assert steps[200:].max() < 0.3 * CODE


def test_what_fits_is_converted_and_not_changed() -> None:
    light = tone_map(colors(), 1000) @ rgb_to_rgb(REC2020, REC709).T
    inside = (light.max(axis=1) < 0.8) & (light.min(axis=1) > 0.2 * light.max(axis=1))
    assert inside.sum() > 30
    assert np.allclose(sdr_of(colors())[inside], encode_bt1886(light[inside]), atol=1e-6)


@pytest.mark.parametrize("nits", [20, 203, 1000])
@pytest.mark.parametrize("primaries", [REC709, REC2020])
def test_saturated_colors_keep_their_hue(primaries: tuple[float, ...], nits: float) -> None:
    light = saturated(primaries, nits)
    turned = (hue(shown(sdr_of(light))) - hue(light) + 180) % 360 - 180
    assert np.abs(turned).max() < 3.5


@pytest.mark.parametrize("primaries", [REC709, REC2020])
def test_saturated_colors_keep_color_and_rise_with_their_light(
    primaries: tuple[float, ...],
) -> None:
    for color in saturated(primaries, 1):
        sdr = sdr_of(np.linspace(1, 1000, 300)[:, None] * color)
        luminance = bt1886(sdr) @ np.array([0.2126, 0.7152, 0.0722])
        assert np.diff(luminance).min() > -1e-6
        assert np.ptp(sdr[-1]) > 0.45


def test_colors_change_as_little_as_their_neighbours_do() -> None:
    near = np.random.default_rng(2).random((20000, 3)) * 0.75
    step = 1e-5
    for axis in np.eye(3):
        moved = hdr_to_sdr(near + step * axis, PQ) - hdr_to_sdr(near, PQ)
        bright = hdr_to_sdr(near, PQ) > 0.05
        assert np.abs(moved)[bright].max() < 40 * step


def test_pq_and_hlg_of_the_same_light_agree() -> None:
    light = hlg(np.random.default_rng(4).random((4000, 3)))
    off = hdr_to_sdr(encode_pq(light), PQ) - hdr_to_sdr(encode_hlg(light), HLG)
    assert np.abs(off).max() < 0.05 * CODE


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_single_precision_is_enough(transfer: str) -> None:
    codes = np.random.default_rng(5).random((4000, 3))
    single = hdr_to_sdr(codes.astype(np.float32), transfer)
    assert single.dtype == np.float32
    assert np.abs(single - hdr_to_sdr(codes, transfer)).max() < 0.3 * CODE


def test_what_is_no_number_is_black() -> None:
    codes = np.array([[np.nan, np.nan, np.nan], [np.inf, 2, 1], [-1, -np.inf, 0]])
    assert np.allclose(hdr_to_sdr(codes, PQ), [[0] * 3, [1] * 3, [0] * 3], atol=1e-6)
    assert not np.isnan(sdr_to_hdr(codes, HLG)).any()


def test_threads_and_parts_make_no_difference() -> None:
    codes = np.random.default_rng(6).random((70000, 3)).astype(np.float32)
    whole = hdr_to_sdr(codes, PQ)
    with ThreadPoolExecutor(2) as pool:
        halves = list(pool.map(lambda part: hdr_to_sdr(part, PQ), np.array_split(codes, 2)))
    assert np.array_equal(np.concatenate(halves), whole)


@pytest.mark.parametrize(
    ("transfer", "decode", "code"), [(PQ, pq, 573), (HLG, hlg, 721)]
)  # fmt: skip
def test_sdr_is_placed_in_hdr_at_reference_white(transfer: str, decode: Any, code: int) -> None:
    sdr = np.random.default_rng(8).random((500, 3))
    sdr[:2] = [0, 0, 0], [1, 1, 1]
    hdr = sdr_to_hdr(sdr, transfer)
    assert np.rint(64 + 876 * hdr[1]).tolist() == [code] * 3
    assert np.allclose(
        decode(hdr), 203 * bt1886(sdr) @ rgb_to_rgb(REC709, REC2020).T, rtol=1e-3, atol=1e-5
    )


@pytest.mark.parametrize("convert", [hdr_to_sdr, sdr_to_hdr])
def test_what_cannot_be_converted_is_refused(convert: Any) -> None:
    with pytest.raises(ValueError, match="bt709 is not an HDR transfer"):
        convert(np.zeros((1, 3)), "bt709")
    for peak in (99.0, math.nan):
        with pytest.raises(ValueError, match="peak"):
            convert(np.zeros((1, 3)), PQ, peak=peak)


def filtered(source: Path, result: Path, *steps: tuple[str, dict[str, Any]]) -> Colors:
    """One frame after some filters, (n, 3) in 0..1."""
    stream = ffmpeg.input(str(source))
    for name, options in (*steps, ("format", {"pix_fmts": "gbrp16le"})):
        stream = stream.filter(name, **options)
    stream = stream.output(str(result), format="rawvideo", frames=1)
    program.run(program.command(stream), where=str(source))
    return np.fromfile(result, "<u2").reshape(3, -1)[[2, 0, 1]].T / 65535


def test_a_real_movie_is_about_as_bright_as_a_player_shows_it(shared: Path, tmp_path: Path) -> None:
    movie = shared / "deliveries" / "hdr-720p" / "video.mp4"
    small = {"width": 160, "height": 90, "matrix": "gbr", "range": "full"}
    code = filtered(movie, tmp_path / "hdr.raw", ("zscale", small))
    theirs = filtered(
        movie, tmp_path / "sdr.raw",
        ("zscale", {**small, "transfer": "linear", "npl": 100, "primaries": "709"}),
        ("format", {"pix_fmts": "gbrpf32le"}), ("tonemap", {"tonemap": "hable", "desat": 0}),
        ("zscale", {"transfer": "709"}),
    )  # fmt: skip
    ours = hdr_to_sdr(code, PQ)
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.15)
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.99
