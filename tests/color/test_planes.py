"""Planes for encoders and back, against the equations of H.273, zimg's answer, and extremes."""

from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.codes import Codes, codes_to_rgb, from_rgb_matrix, to_rgb_matrix
from answerprint.color.pixelformat import PIXEL_FORMATS
from answerprint.color.planes import Siting, decode_planes, encode_planes
from answerprint.measured.movie import ColorTags
from answerprint.media import ffmpeg as program

Picture = NDArray[np.uint16]

MATRICES = {"bt709": (0.2126, 0.0722), "bt2020nc": (0.2627, 0.0593), "smpte170m": (0.299, 0.114)}
SIZE = (48, 24)

CHART = np.array(
    [
        (0.45, 0.32, 0.27), (0.76, 0.59, 0.51), (0.38, 0.48, 0.61), (0.34, 0.42, 0.26), (0.84, 0.49, 0.17),
        (0.22, 0.24, 0.58), (0.93, 0.78, 0.12), (0.69, 0.19, 0.23), (0.95, 0.95, 0.94), (0.18, 0.18, 0.18),
    ]
)  # fmt: skip
"""Ten patches in the manner of a color checker, R'G'B'."""


ROUNDED = 0.51
"""Half a code, and the grain of 16 bits in a float."""


def noise(seed: int = 5, size: tuple[int, int] = SIZE) -> Picture:
    drawn = np.random.default_rng(seed).integers(0, 65536, (3, size[1], size[0]))
    return drawn.astype(np.uint16)


def slopes(size: tuple[int, int] = SIZE) -> Picture:
    y, x = np.mgrid[: size[1], : size[0]]
    across, down = x / (size[0] - 1), y / (size[1] - 1)
    planes = np.stack([0.1 + 0.8 * across, 0.9 - 0.7 * down, 0.2 + 0.3 * across + 0.4 * down])
    return (planes * 65535).round().astype(np.uint16)


def flat(color: Any, size: tuple[int, int] = (8, 8)) -> Picture:
    codes = np.rint(np.asarray(color, float) * 65535).astype(np.uint16)
    return np.broadcast_to(codes[:, None, None], (3, size[1], size[0])).copy()


def encoded(rgb: Picture, name: str, matrix: str, range_: str, **options: Any) -> dict[str, Codes]:
    format_ = PIXEL_FORMATS[name]
    raw = encode_planes(rgb, format_, matrix, range_, **options)
    return format_.split(raw, (rgb.shape[2], rgb.shape[1]))


def off(made: dict[str, Codes], exact: dict[str, Any]) -> float:
    return max(
        float(np.abs(made[plane] - codes.astype(float)).max()) for plane, codes in exact.items()
    )


def averaged(values: NDArray[np.float64], axis: int, step: int, *, centered: bool) -> Any:
    """Every `step`-th mean: of a box from it on, or of a triangle around it."""
    padded = np.pad(values, [(step, step) if a == axis else (0, 0) for a in range(2)], mode="edge")
    reach = range(step) if centered else range(1 - step, step)
    weights = [1 if centered else step - abs(k) for k in reach]
    count = values.shape[axis]
    taken = [np.take(padded, np.arange(step + k, step + k + count, step), axis=axis) for k in reach]
    return sum(w * t for w, t in zip(weights, taken, strict=True)) / sum(weights)


def reference(
    rgb: Picture, name: str, matrix: str, range_: str, siting: str = "left"
) -> dict[str, Any]:
    """The equations of H.273, 8.3, in float64, not yet rounded; chroma is averaged before that."""
    format_ = PIXEL_FORMATS[name]
    red, green, blue = rgb / 65535
    kr, kb = MATRICES[matrix]
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    differences = {"U": 0.5 * (blue - luma) / (1 - kb), "V": 0.5 * (red - luma) / (1 - kr)}
    unit, peak = 2 ** (format_.bits - 8), 2**format_.bits - 1
    narrow = range_ == "tv"
    codes = {"Y": unit * (219 * luma + 16) if narrow else peak * luma}
    for plane, difference in differences.items():
        thin = averaged(difference, 1, format_.granule[0], centered=siting == "center")
        thin = averaged(thin, 0, format_.granule[1], centered=siting != "topleft")
        codes[plane] = unit * (224 * thin + 128) if narrow else peak * thin + 128 * unit
    return {plane: np.clip(code, 0, peak) for plane, code in codes.items()}


@pytest.mark.parametrize("range_", ["tv", "pc"])
@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize(
    "name",
    ["yuv420p", "yuv422p", "yuv444p", "yuv440p", "yuv411p", "yuv410p", "yuv420p10le", "yuv422p10le", "yuv444p12le", "yuv444p16le"],
)  # fmt: skip
@pytest.mark.parametrize("siting", ["left", "topleft", "center"])
def test_codes_are_those_of_the_equations(
    name: str, matrix: str, range_: str, siting: Siting
) -> None:
    for rgb in (noise(), slopes(), *map(flat, CHART)):
        made = encoded(rgb, name, matrix, range_, siting=siting, dither=False)
        assert off(made, reference(rgb, name, matrix, range_, siting)) <= ROUNDED


@pytest.mark.parametrize("matrix", [*MATRICES, "bt470bg", "fcc", "smpte240m"])
def test_matrices_undo_each_other(matrix: str) -> None:
    assert np.allclose(to_rgb_matrix(matrix) @ from_rgb_matrix(matrix), np.eye(3), atol=1e-6)


def zscaled(rgb: Picture, name: str, matrix: str, range_: str, siting: str, folder: Path) -> Any:
    """What zimg makes of the picture, without dithering."""
    source, result = folder / "source.raw", folder / "result.raw"
    source.write_bytes(rgb[[1, 2, 0]].tobytes())
    size = (rgb.shape[2], rgb.shape[1])
    stream = ffmpeg.input(str(source), format="rawvideo", pixel_format="gbrp16le", video_size=size)
    stream = stream.filter(
        "zscale", matrixin="gbr", rangein="full", primariesin="709", transferin="709", primaries="709", transfer="709",
        matrix={"bt709": "709", "bt2020nc": "2020_ncl", "smpte170m": "170m"}[matrix],
        range="limited" if range_ == "tv" else "full", chromal=siting, dither="none",
    ).filter("format", name)  # fmt: skip
    stream = stream.output(str(result), format="rawvideo", frames=1)
    program.run(program.command(stream), where=name)
    format_ = PIXEL_FORMATS[name]
    return format_.split(np.fromfile(result, format_.dtype), size)


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("range_", ["tv", "pc"])
@pytest.mark.parametrize("name", ["yuv444p12le", "yuv422p10le", "yuv420p"])
def test_zimg_makes_the_same_codes(name: str, range_: str, matrix: str, tmp_path: Path) -> None:
    # Between lines zimg weighs four by [1 3 3 1]/8: alike where the picture changes evenly downwards.
    rgb = noise()
    if PIXEL_FORMATS[name].granule[1] > 1:
        rgb = even_downwards(rgb)
    made = encoded(rgb, name, matrix, range_, dither=False)
    theirs = zscaled(rgb, name, matrix, range_, "left", tmp_path)
    inside = np.s_[1:-1]  # what lies beyond the first and last line is a matter of taste
    for plane in "YUV":
        assert np.abs(made[plane][inside].astype(int) - theirs[plane][inside]).max() <= 1


@pytest.mark.parametrize("siting", ["left", "topleft", "center"])
def test_zimg_places_chroma_alike(siting: Siting, tmp_path: Path) -> None:
    rgb = slopes((16, 8))
    made = encoded(rgb, "yuv420p12le", "bt709", "tv", siting=siting)
    theirs = zscaled(rgb, "yuv420p12le", "bt709", "tv", siting, tmp_path)
    inside = np.s_[1:-1, 1:-1]
    for plane in "YUV":
        assert np.abs(made[plane][inside].astype(int) - theirs[plane][inside]).max() <= 1
    other: Siting = "left" if siting != "left" else "center"
    assert off(encoded(rgb, "yuv420p12le", "bt709", "tv", siting=other), theirs) > 20


def even_downwards(rgb: Picture) -> Picture:
    share = np.linspace(0, 1, rgb.shape[1])[:, None]
    blend = rgb[:, :1] * (1 - share) + rgb[:, -1:] * share
    return np.asarray(blend.round().astype(np.uint16))


@pytest.mark.parametrize("name", ["yuv420p", "yuv444p", "yuv420p10le", "yuv444p16le"])
@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("range_", ["tv", "pc"])
@pytest.mark.parametrize("dither", [True, False])
def test_extremes_do_not_wrap(name: str, matrix: str, range_: str, dither: bool) -> None:
    for corner in np.ndindex(2, 2, 2):
        rgb = flat(corner, (64, 64))
        made = encoded(rgb, name, matrix, range_, dither=dither)
        exact = reference(rgb, name, matrix, range_)
        dithered = dither and name in ("yuv420p", "yuv444p") and len(set(corner)) > 1
        assert off(made, exact) <= (1 if dithered else ROUNDED)


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("range_", ["tv", "pc"])
@pytest.mark.parametrize("name", ["yuv420p10le", "yuv422p10le", "yuv444p10le"])
def test_a_chart_comes_back_within_a_code_and_a_half(name: str, matrix: str, range_: str) -> None:
    rgb = np.concatenate([flat(color) for color in CHART], axis=2)
    middles = np.s_[:, 4, 4::8]
    back = decode_planes(encoded(rgb, name, matrix, range_), 10, matrix, range_)
    error = (back[middles].astype(float) - rgb[middles]) / 65535
    assert np.abs(error).max() * (876 if range_ == "tv" else 1023) <= 1.5


@pytest.mark.parametrize("siting", ["left", "topleft", "center"])
@pytest.mark.parametrize("name", ["yuv420p", "yuv420p10le"])
def test_a_chart_of_twenty_pixels_is_as_exact_as_a_large_one(name: str, siting: Siting) -> None:
    """Patches of four pixels hold one that no neighbour's chroma reaches."""

    def middles(side: int) -> Picture:
        rows = [
            np.concatenate([flat(c, (side, side)) for c in half], axis=2)
            for half in (CHART[:5], CHART[5:])
        ]
        rgb = np.concatenate(rows, axis=1)
        planes = encoded(rgb, name, "bt709", "tv", siting=siting, dither=False)
        back = decode_planes(planes, PIXEL_FORMATS[name].bits, "bt709", "tv", siting=siting)
        return back[:, side // 2 :: side, side // 2 :: side]

    assert np.array_equal(middles(4), middles(32))


@pytest.mark.parametrize("name", ["gbrp", "gbrp10le", "gbrp12le", "gbrp16le", "rgb24", "rgb48le"])
@pytest.mark.parametrize("range_", ["pc", "tv"])
def test_rgb_formats_hold_rgb(name: str, range_: str) -> None:
    format_, rgb = PIXEL_FORMATS[name], noise()
    made = encoded(rgb, name, "gbr", range_, dither=False)
    unit = 2 ** (format_.bits - 8)
    span, zero = (219 * unit, 16 * unit) if range_ == "tv" else (format_.peak, 0)
    exact = rgb / 65535 * span + zero
    assert off(made, dict(zip("RGB", exact, strict=True))) <= ROUNDED
    back = decode_planes(made, format_.bits, "gbr", range_)
    assert np.abs(back.astype(int) - rgb).max() <= 65535 / span / 2 + 1


def test_sixteen_bits_of_rgb_pass_unchanged() -> None:
    every = np.arange(65536, dtype=np.uint16).reshape(1, 256, 256).repeat(3, axis=0)
    made = encoded(every, "gbrp16le", "gbr", "pc")
    assert all(np.array_equal(made[plane], every[0]) for plane in "RGB")
    assert np.array_equal(decode_planes(made, 16, "gbr", "pc"), every)


def test_gray_is_luma_alone() -> None:
    rgb = noise()
    made = encoded(rgb, "gray10le", "bt709", "tv")
    assert list(made) == ["Y"]
    assert np.array_equal(made["Y"], encoded(rgb, "yuv444p10le", "bt709", "tv")["Y"])
    back = decode_planes(made, 10, "bt709", "tv")
    assert np.array_equal(back[0], back[2])


@pytest.mark.parametrize("name", ["yuva444p10le", "yuva420p", "gbrap12le", "gbrap16le", "rgba", "rgba64le"])  # fmt: skip
def test_alpha_is_carried_in_full_range(name: str) -> None:
    format_, alpha = PIXEL_FORMATS[name], noise(seed=9)[0]
    matrix = "gbr" if format_.rgb else "bt709"
    made = encoded(noise(), name, matrix, "tv", alpha=alpha)["A"]
    assert np.array_equal(made, np.rint(alpha / 65535 * format_.peak))
    opaque = encoded(noise(), name, matrix, "tv")
    assert (opaque["A"] == format_.peak).all()
    plain = name.replace("yuva", "yuv").replace("gbra", "gbr").replace("rgba", "rgb")
    if plain in PIXEL_FORMATS:
        without = encoded(noise(), plain, matrix, "tv")
        assert all(np.array_equal(opaque[plane], without[plane]) for plane in without)


def shallow() -> Picture:
    ramp = np.linspace(0.3, 0.32, 512) * 65535
    return np.broadcast_to(ramp.round().astype(np.uint16), (3, 256, 512)).copy()


def longest_run(line: Codes) -> int:
    changes = np.flatnonzero(np.diff(line.astype(int)))
    return int(np.diff(np.concatenate([[-1], changes, [line.size - 1]])).max())


def test_dither_breaks_bands_without_bias() -> None:
    rgb = shallow()
    exact = 219 * (rgb[0] / 65535) + 16
    rounded, dithered = (
        encoded(rgb, "yuv420p", "bt709", "tv", dither=dither)["Y"] for dither in (False, True)
    )
    assert longest_run(rounded[0]) > 90
    assert max(longest_run(line) for line in dithered) < 60
    blocks = (dithered - exact).reshape(4, 64, 8, 64).mean(axis=(1, 3))
    assert np.abs(blocks).max() < 0.02
    assert np.abs(dithered - exact).max() < 1


def test_dither_keeps_the_mean_of_flat_fields_and_the_gray_of_gray() -> None:
    for level in np.linspace(0, 1, 23):
        rgb = flat((level, level, level), (64, 64))
        made = encoded(rgb, "yuv444p", "bt709", "tv")
        assert abs(made["Y"].mean() - (219 * rgb[0, 0, 0].item() / 65535 + 16)) < 1 / 2048
        assert (made["U"] == 128).all()
        assert (made["V"] == 128).all()
        packed = encoded(rgb, "rgb24", "gbr", "pc")
        assert np.array_equal(packed["R"], packed["B"])
    rgb = flat(CHART[4], (128, 128))
    exact = encoded(rgb, "yuv420p16le", "bt709", "tv")
    dithered = encoded(rgb, "yuv420p", "bt709", "tv")
    for plane in "YUV":
        assert abs(dithered[plane].mean() - exact[plane].mean() / 256) < 0.01


def test_dither_stands_still_and_is_for_eight_bits_only() -> None:
    first, second = (encoded(shallow(), "yuv420p", "bt709", "tv") for _ in range(2))
    assert all(np.array_equal(first[plane], second[plane]) for plane in "YUV")
    fine = [encoded(shallow(), "yuv420p10le", "bt709", "tv", dither=d)["Y"] for d in (True, False)]
    assert np.array_equal(fine[0], fine[1])


@pytest.mark.parametrize("name", ["yuv420p", "yuv422p10le", "yuv444p12le", "yuv440p", "gray", "gbrp10le"])  # fmt: skip
@pytest.mark.parametrize("range_", ["tv", "pc"])
def test_decoding_agrees_with_that_of_floats(name: str, range_: str) -> None:
    format_ = PIXEL_FORMATS[name]
    matrix = "gbr" if format_.rgb else "bt2020nc"
    planes = encoded(noise(), name, matrix, range_)
    back = decode_planes(planes, format_.bits, matrix, range_, siting="center")
    shown = codes_to_rgb(planes, format_.bits, ColorTags(matrix=matrix, range=range_))
    exact = np.clip(shown, 0, 1).transpose(2, 0, 1) * 65535
    assert np.abs(back - exact).max() <= 2


@pytest.mark.parametrize("siting", ["left", "topleft", "center"])
def test_slopes_come_back_where_they_were(siting: Siting) -> None:
    rgb = slopes()
    planes = encoded(rgb, "yuv420p12le", "bt709", "tv", siting=siting)
    back = decode_planes(planes, 12, "bt709", "tv", siting=siting)
    inside = np.s_[:, 2:-2, 2:-2]
    assert (
        np.abs(back[inside].astype(int) - rgb[inside]).max() < 40
    )  # two and a half codes of 12 bits


@pytest.mark.parametrize("name", ["yuv420p", "yuv422p10le", "yuv444p", "yuv410p", "gbrp"])
def test_a_box_is_cut_out_of_the_whole(name: str) -> None:
    format_ = PIXEL_FORMATS[name]
    matrix = "gbr" if format_.rgb else "bt709"
    planes = encoded(noise(), name, matrix, "tv")
    whole = decode_planes(planes, format_.bits, matrix, "tv")
    for left, top, width, height in ((0, 0, 5, 3), (7, 5, 20, 11), (41, 21, 7, 3)):
        part = decode_planes(planes, format_.bits, matrix, "tv", box=(left, top, width, height))
        assert np.array_equal(part, whole[:, top : top + height, left : left + width])


def test_odd_sizes_are_decoded() -> None:
    planes: dict[str, Codes] = {
        "Y": np.full((5, 7), 63, np.uint8), "U": np.full((3, 4), 102, np.uint8), "V": np.full((3, 4), 240, np.uint8),
    }  # fmt: skip
    back = decode_planes(planes, 8, "bt709", "tv") / 65535
    assert np.allclose(back, np.array([1, 0, 0])[:, None, None], atol=0.012)


def test_the_same_room_is_written_again() -> None:
    format_ = PIXEL_FORMATS["yuva420p"]
    room = encode_planes(noise(1), format_, "bt709", "tv")
    again = encode_planes(noise(2), format_, "bt709", "tv", out=room)
    assert again is room
    assert np.array_equal(room, encode_planes(noise(2), format_, "bt709", "tv"))
    view = np.ascontiguousarray(noise(2).transpose(1, 2, 0)).transpose(2, 0, 1)
    assert np.array_equal(room, encode_planes(view, format_, "bt709", "tv"))


@pytest.mark.parametrize(
    ("size", "matrix", "range_", "options", "says"),
    [
        ((7, 8), "bt709", "tv", {}, "whole"),
        ((8, 8), "gbr", "tv", {}, "matrix"),
        ((8, 8), "bt2020c", "tv", {}, "matrix"),
        ((8, 8), "bt709", "narrow", {}, "range"),
        ((8, 8), "bt709", "tv", {"out": np.empty(95, np.uint8)}, "out"),
        ((8, 8), "bt709", "tv", {"out": np.empty(96, np.uint16)}, "out"),
    ],
)
def test_what_does_not_fit_is_refused(
    size: tuple[int, int], matrix: str, range_: str, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        encode_planes(flat((0, 0, 0), size), PIXEL_FORMATS["yuv420p"], matrix, range_, **options)


def test_what_is_no_picture_is_refused() -> None:
    yuv, gbr = PIXEL_FORMATS["yuva420p"], PIXEL_FORMATS["gbrp"]
    with pytest.raises(ValueError, match="three planes"):
        encode_planes(noise().astype(np.uint8), yuv, "bt709", "tv")
    with pytest.raises(ValueError, match="alpha"):
        encode_planes(noise(), yuv, "bt709", "tv", alpha=np.zeros((4, 4), np.uint16))
    with pytest.raises(ValueError, match="say gbr"):
        encode_planes(noise(), gbr, "bt709", "pc")
    planes = encoded(noise(), "yuv420p", "bt709", "tv")
    with pytest.raises(ValueError, match="inside"):
        decode_planes(planes, 8, "bt709", "tv", box=(40, 0, 9, 4))
    with pytest.raises(ValueError, match="belong"):
        decode_planes(planes | {"U": planes["U"][:5]}, 8, "bt709", "tv")
