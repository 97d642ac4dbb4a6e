"""The light meter, against a calculation in double precision that follows the definitions word by word."""

from itertools import islice
from pathlib import Path
from typing import Any, Final

import ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

import answerprint as ap
from answerprint.color.tags import resolved
from answerprint.measure.light.meter import LightMeter, active_picture, bin_light
from answerprint.measured.light import LightLevel
from answerprint.measured.movie import ColorTags
from answerprint.media import ffmpeg as program
from answerprint.media.movie.door import Reading, read_frames
from answerprint.media.movie.planes import component_planes
from answerprint.media.movie.probing import probe

Codes = NDArray[np.uint8] | NDArray[np.uint16]
Real = NDArray[np.float64]

PQ = ColorTags(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="tv")
HLG = PQ.model_copy(update={"transfer": "arib-std-b67"})


def pq_light(signal: Real) -> Real:
    """SMPTE ST 2084, equation 4.1."""
    m1, m2 = 0.1593017578125, 78.84375
    c1, c2, c3 = 0.8359375, 18.8515625, 18.6875
    power = np.clip(signal, 0, 1) ** (1 / m2)
    result: Real = 10000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    return result


def hlg_light(signal: Real) -> Real:
    """BT.2100-2 table 5, HLG reference EOTF for 1,000 cd/m2 and a black of 0."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    code = np.clip(signal, 0, 1)
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    luminance = scene @ np.array([0.2627, 0.6780, 0.0593])
    result: Real = 1000 * luminance[..., None] ** 0.2 * scene
    return result


def widened(plane: Codes, height: int, width: int) -> Real:
    """Chroma at luma's places: between the rows, on the left column."""
    values = plane.astype(np.float64)
    if plane.shape[0] < height:
        values = between(values, (np.arange(height) - 0.5) / 2)
    if plane.shape[1] < width:
        values = between(values.T, np.arange(width) / 2).T
    return values


def between(rows: Real, places: Real) -> Real:
    places = np.clip(places, 0, len(rows) - 1)
    low = np.floor(places).astype(int)
    share = (places - low)[:, None]
    result: Real = rows[low] * (1 - share) + rows[np.minimum(low + 1, len(rows) - 1)] * share
    return result


def rgb_signal(planes: dict[str, Codes], bits: int, tags: ColorTags) -> Real:
    if "Y" not in planes:
        top = (1 << bits) - 1
        return np.stack([planes[name] / top for name in "RGB"], axis=-1)
    luma = planes["Y"].astype(np.float64)
    height, width = luma.shape
    blue, red = (widened(planes[name], height, width) - (1 << (bits - 1)) for name in "UV")
    if tags.range == "pc":
        top = (1 << bits) - 1
        luma, blue, red = luma / top, blue / top, red / top
    else:
        step = 1 << (bits - 8)
        luma, blue, red = (luma / step - 16) / 219, blue / step / 224, red / step / 224
    kr, kb = 0.2627, 0.0593
    r, b = luma + 2 * (1 - kr) * red, luma + 2 * (1 - kb) * blue
    return np.stack([r, (luma - kr * r - kb * b) / (1 - kr - kb), b], axis=-1)


def brute(planes: dict[str, Codes], bits: int, tags: ColorTags) -> Real:
    """max(R, G, B) of every pixel in cd/m2."""
    decode = hlg_light if tags.transfer == "arib-std-b67" else pq_light
    result: Real = decode(rgb_signal(planes, bits, tags)).max(axis=-1)
    return result


def noise(seed: int, bits: int, size: tuple[int, int], chroma: tuple[int, int]) -> dict[str, Codes]:
    """A picture of every level and color, with a little beyond the nominal range."""
    random = np.random.default_rng(seed)
    top = (1 << bits) - 1
    luma = np.clip(random.normal(0.4, 0.2, size), 0.02, 0.98) * top
    blue, red = (np.clip(random.normal(0.5, 0.08, chroma), 0, 1) * top for _ in range(2))
    if bits == 8:
        return {n: p.astype(np.uint8) for n, p in zip("YUV", (luma, blue, red), strict=True)}
    return {n: p.astype(np.uint16) for n, p in zip("YUV", (luma, blue, red), strict=True)}


def agree(found: LightLevel, lights: list[Real]) -> None:
    peaks = [float(light.max()) for light in lights]
    means = [float(light.mean()) for light in lights]
    assert found.peaks == pytest.approx(peaks, rel=2e-5, abs=2e-4)
    assert found.means == pytest.approx(means, rel=2e-5, abs=2e-4)
    robust = [float(np.percentile(light, 99.99, method="inverted_cdf")) for light in lights]
    assert found.percentiles == pytest.approx(robust, rel=3e-4, abs=2e-4)
    assert found.max_cll == max(1, int(max(peaks) + 0.5))
    assert found.max_fall == max(1, int(max(means) + 0.5))
    frame = int(np.argmax(peaks))
    assert found.peak_frame == frame
    assert lights[frame][found.peak_at[::-1]] == pytest.approx(peaks[frame], rel=2e-5)
    assert found.average_frame == int(np.argmax(means))


@pytest.mark.parametrize("tags", [PQ, HLG, PQ.model_copy(update={"range": "pc"})])
@pytest.mark.parametrize(
    ("bits", "size", "chroma"),
    [
        (10, (72, 96), (36, 48)),
        (10, (72, 96), (72, 48)),
        (10, (71, 95), (36, 48)),
        (12, (40, 60), (40, 60)),
        (8, (72, 96), (36, 48)),
    ],
)
def test_light_is_what_the_definitions_say(
    bits: int, size: tuple[int, int], chroma: tuple[int, int], tags: ColorTags
) -> None:
    frames = [noise(seed, bits, size, chroma) for seed in range(3)]
    meter = LightMeter(bits, tags)
    for planes in frames:
        meter.add(planes)
    agree(meter.result(), [brute(planes, bits, tags) for planes in frames])


def test_rgb_planes_are_full_range_where_they_do_not_say() -> None:
    picture = np.random.default_rng(4).integers(0, 45000, (40, 64, 3)).astype(np.uint16)
    planes: dict[str, Codes] = {
        name: np.ascontiguousarray(picture[..., i]) for i, name in enumerate("RGB")
    }
    meter = LightMeter(16, PQ.model_copy(update={"range": None}))
    meter.add(planes)
    agree(meter.result(), [brute(planes, 16, PQ)])


def test_luma_alone_is_gray() -> None:
    meter = LightMeter(10, PQ)
    meter.add({"Y": np.full((20, 30), 573, np.uint16)})
    assert meter.result().max_cll == meter.result().max_fall == 204


def moving_patch(count: int, *, bars: int = 0) -> list[dict[str, Codes]]:
    """4:2:0 pictures of 10 bits: a bright patch that moves over mid gray, between black bars."""
    frames = []
    for number in range(count):
        planes = noise(7, 10, (96, 128), (48, 64))
        luma: Any = (planes["Y"] // 8 + 300).astype(np.uint16)
        luma[40:52, 8 * number : 8 * number + 16] = 700 + number
        chroma = [planes[name] // 16 + 480 for name in "UV"]
        if bars:
            luma[:bars], luma[-bars:] = 64, 64
            for plane in chroma:
                plane[: bars // 2], plane[-(bars // 2) :] = 512, 512
        frames.append({"Y": luma, "U": chroma[0], "V": chroma[1]})
    return frames


def encoded(path: Path, frames: list[dict[str, Codes]], **options: Any) -> Path:
    height, width = frames[0]["Y"].shape
    fed = ffmpeg.input(
        "pipe:",
        format="rawvideo",
        pixel_format="yuv420p10le",
        video_size=(width, height),
        framerate=24,
    )
    graph = program.tag_color(fed.video, PQ).output(str(path), **options)
    with program.running(program.command(graph), where=path.name) as process:
        for planes in frames:
            process.write(b"".join(planes[name].astype("<u2").tobytes() for name in "YUV"))
        process.finish()
    return path


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", {"vcodec": "libx265", "x265-params": "log-level=none", "crf": 12}),
        (
            "a.mov",
            {"vcodec": "prores_ks", "pix_fmt": "yuv422p10le", "sws_flags": "accurate_rnd"},
        ),
    ],
)
def test_a_decoded_deliverable_within_its_bars(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    path = encoded(tmp_path / name, moving_patch(6, bars=16), **options)
    meter, lights = LightMeter(10, PQ), []
    for frame in read_frames(path, Reading()):
        planes, bits = component_planes(frame.picture)
        meter.add(planes)
        lights.append(brute(planes, bits, PQ))
    found = meter.result()
    assert found.active == (0, 16, 128, 64)
    inside = [light[16:80] for light in lights]
    assert found.peaks == pytest.approx([float(light.max()) for light in inside], abs=2e-3)
    # The bars' noise is counted as light of the picture: it is next to nothing.
    assert found.means == pytest.approx([float(light.mean()) for light in inside], abs=2e-3)


def test_max_fall_is_the_highest_frame_s_mean_and_not_the_clip_s() -> None:
    meter = LightMeter(10, PQ)
    for code in (300, 573, 400):
        meter.add({"Y": np.full((32, 32), code, np.uint16)})
    found = meter.result()
    assert (found.max_fall, found.average_frame) == (204, 1)
    assert np.mean(found.means) < 80


def test_a_single_ringing_pixel_sets_the_peak_and_not_the_robust_one() -> None:
    luma = np.full((200, 200), 573, np.uint16)
    luma[77, 33] = 855
    meter = LightMeter(10, PQ)
    meter.add({"Y": luma})
    found = meter.result()
    assert found.peak == pytest.approx(4000, rel=0.02)
    assert found.peak_at == (33, 77)
    assert found.robust_peak == pytest.approx(203, rel=0.01)


def test_black_is_stated_as_one_because_zero_means_unknown() -> None:
    meter = LightMeter(10, PQ)
    meter.add({"Y": np.full((32, 32), 64, np.uint16)})
    found = meter.result()
    assert (found.peak, found.average) == (0, 0)
    assert (found.max_cll, found.max_fall) == (1, 1)
    assert found.active == (0, 0, 32, 32)


def lit(rows: slice, columns: slice) -> NDArray[np.uint8]:
    picture = np.zeros((100, 160), np.uint8)
    picture[rows, columns] = 1
    return picture


def test_letterbox_and_pillarbox_are_bars() -> None:
    assert active_picture(lit(slice(12, 88), slice(None))) == (0, 12, 160, 76)
    assert active_picture(lit(slice(None), slice(20, 140))) == (20, 0, 120, 100)


def test_a_lamp_on_black_and_a_night_sky_are_picture() -> None:
    lamp = np.zeros((100, 160), np.uint8)
    lamp[np.hypot(*np.mgrid[-50:50, -80:80]) < 30] = 1
    assert active_picture(lamp) == (0, 0, 160, 100)
    sky = (np.arange(100)[:, None] > np.arange(160) / 4 + 20).astype(np.uint8)
    assert active_picture(sky) == (0, 0, 160, 100)


def test_a_bar_over_a_night_sky_is_proven_by_the_one_across() -> None:
    sky = (np.arange(100)[:, None] > np.arange(160) / 4 + 20).astype(np.uint8)
    sky[80:] = 0
    sky[18, :20] = 1  # the codec smears the sky into its bar
    assert active_picture(sky) == (0, 20, 160, 60)


def test_a_few_black_rows_at_one_end_take_none_at_the_other() -> None:
    assert active_picture(lit(slice(0, 97), slice(None))) == (0, 0, 160, 97)
    assert active_picture(lit(slice(3, 100), slice(None))) == (0, 3, 160, 97)


def test_noise_in_a_bar_leaves_it_a_bar() -> None:
    picture = lit(slice(12, 88), slice(None))
    picture[3, 40:42] = 1
    assert active_picture(picture) == (0, 12, 160, 76)


def test_bars_take_no_part_in_the_mean() -> None:
    luma = np.full((100, 160), 573, np.uint16)
    luma[:12], luma[-12:] = 64, 64
    boxed, told = LightMeter(10, PQ), LightMeter(10, PQ, active=(0, 0, 160, 100))
    for meter in (boxed, told):
        meter.add({"Y": luma})
    assert boxed.result().max_fall == 204
    assert told.result().max_fall == pytest.approx(203.7 * 0.76, abs=1)


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="PQ or HLG"):
        LightMeter(8, ColorTags(transfer="bt709"))
    with pytest.raises(ValueError, match="no frame"):
        LightMeter(10, PQ).result()
    meter = LightMeter(10, PQ)
    meter.add(noise(1, 10, (20, 20), (10, 10)))
    with pytest.raises(ValueError, match="after frames of"):
        meter.add(noise(1, 10, (22, 20), (11, 10)))
    with pytest.raises(ValueError, match="chroma of"):
        LightMeter(8, PQ).add(noise(1, 8, (20, 20), (20, 5)))


def test_bins_end_where_the_transfers_do() -> None:
    ends = np.array([0.0, 1.0])
    assert bin_light(ends, hlg=False).tolist() == pytest.approx([0, 10000])
    assert bin_light(ends, hlg=True).tolist() == pytest.approx([0, 1000])


REAL: Final = (
    "deliveries/hdr-720p/video.mp4",
    "image_hdr/libavif/seine_hdr_rec2020.avif",
    "image_hdr/libavif/colors_wcg_hdr_rec2020.avif",
)
"""A delivered movie, a photograph and a wide-gamut card, all PQ in BT.2020."""


@pytest.mark.shared
@pytest.mark.parametrize("name", REAL)
def test_light_of_real_hdr_is_what_the_definitions_say(shared: Path, name: str) -> None:
    facts = probe(shared / name)
    assert facts.bits is not None
    tags = resolved(facts.color, facts.size, facts.pixel_format)
    meter, lights = LightMeter(facts.bits, tags), []
    for frame in islice(read_frames(shared / name, Reading()), 12):
        planes, bits = component_planes(frame.picture)
        meter.add(planes)
        lights.append(brute(planes, bits, tags))
    agree(meter.result(), lights)


@pytest.mark.shared
def test_a_rendered_sequence_states_the_light_of_its_own_pictures(
    shared: Path, tmp_path: Path
) -> None:
    """EXR frames with a data window each: what container and bitstream state is what decoding finds."""
    path = tmp_path / "ball.mp4"
    made = ap.deliver(shared / "exr_sequences" / "beachball", "hevc-hdr10", path, scale="25%")
    lights = [brute(*component_planes(frame.picture), PQ) for frame in read_frames(path, Reading())]
    assert made.light is not None
    agree(made.light, lights)
    for stated in (made.container_static, made.bitstream_static):
        assert stated is not None
        assert stated.light == made.light.content
