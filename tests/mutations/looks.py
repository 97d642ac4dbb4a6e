"""Defects of how pictures look, and of the light and color they hold."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import cv2
import numpy as np

from tests.mutations.clip import PQ, SDR, WHITE, Bed, Code, Kind, pq_code, write_movie
from tests.mutations.plant import Dice, Plant, Planted, box_in, frame_in

SEEN: Final[tuple[Kind, ...]] = ("sdr", "hdr", "exr")
DISPLAY: Final = "G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L({peak},1)"
"""A BT.2020 mastering display in ffmpeg's spelling."""


def _all(change: Callable[[Bed, Dice, Any], Callable[[Code], Code]]) -> Callable[[Bed, Dice, Any], Planted]:  # fmt: skip
    """Plant by changing every frame alike."""

    def sow(bed: Bed, dice: Dice, strength: Any) -> Planted:
        apply = change(bed, dice, strength)
        codes = [apply(code) for code in bed.clip.codes]
        return Planted(bed.write(codes), tuple(range(len(codes))), slack=len(codes))

    return sow


def _banding(bed: Bed, dice: Dice, step: float) -> Callable[[Code], Code]:
    """A smooth sky over most of the picture, in steps of some 8-bit codes."""
    width, height = bed.clip.size
    angle = dice.uniform(-0.5, 0.5)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32) / height
    ramp = 0.25 + 0.3 * (rows * np.cos(angle) + columns * np.sin(angle))
    sky = ramp[..., None] * np.array([0.9, 1, 1.15], np.float32)
    steps = np.asarray(np.rint(sky * 255 / step) * step / 255, np.float32)
    line = round(height * 0.75)

    def apply(code: Code) -> Code:
        shown = code.copy()
        shown[:line] = steps[:line]
        return shown

    return apply


def _blocky(bed: Bed, dice: Dice, quality: int) -> Callable[[Code], Code]:
    def apply(code: Code) -> Code:
        eight = np.clip(np.rint(code * 255), 0, 255).astype(np.uint8)
        _, packed = cv2.imencode(".jpg", eight, [cv2.IMWRITE_JPEG_QUALITY, quality])
        held = cv2.imdecode(packed, cv2.IMREAD_COLOR)
        assert held is not None
        return np.asarray(held / 255, np.float32)

    return apply


def _blurred(bed: Bed, dice: Dice, pixels: float) -> Planted:
    frame, codes = frame_in(bed, dice), list(bed.clip.codes)
    width = pixels * bed.clip.size[0] / 320
    codes[frame] = np.asarray(cv2.GaussianBlur(codes[frame], (0, 0), width), np.float32)
    return Planted(bed.write(codes), (frame,))


def _barred(code: Code, lines: int, upright: bool) -> Code:
    shown = code.copy()
    turned = shown.transpose(1, 0, 2) if upright else shown
    turned[:lines] = turned[len(turned) - lines :] = 0
    return shown


def _lit(bed: Bed) -> list[Code]:
    """The frames; those of dark clips with a haze over them, because black bars beside black are none."""
    codes = bed.clip.codes
    if np.quantile(codes[0], 0.1) > 0.15:
        return list(codes)
    return [np.asarray(0.2 + 0.8 * code, np.float32) for code in codes]


def _bars(bed: Bed, dice: Dice, share: float) -> Planted:
    upright = bool(dice.integers(2))
    lines = round(bed.clip.size[0 if upright else 1] * share)
    return Planted(bed.write([_barred(code, lines, upright) for code in _lit(bed)]))


def _bars_come(bed: Bed, dice: Dice, share: float) -> Planted:
    upright, frame, codes = bool(dice.integers(2)), frame_in(bed, dice), _lit(bed)
    lines = round(bed.clip.size[0 if upright else 1] * share)
    barred = [_barred(code, lines, upright) for code in codes[frame:]]
    return Planted(bed.write([*codes[:frame], *barred]), (frame,), among=True)


def _edge_line(bed: Bed, dice: Dice, strength: tuple[int, float]) -> Callable[[Code], Code]:
    width, mix = strength
    side = int(dice.integers(4))
    color = np.array([[0, 0.6, 0], [0, 0, 0], [1, 1, 1]][dice.integers(3)], np.float32)
    edge: tuple[Any, ...] = [
        (slice(0, width),), (slice(-width, None),),
        (slice(None), slice(0, width)), (slice(None), slice(-width, None)),
    ][side]  # fmt: skip

    def apply(code: Code) -> Code:
        shown = code.copy()
        shown[edge] = (1 - mix) * shown[edge] + mix * color
        return shown

    return apply


def _patch(color: tuple[float, ...]) -> Callable[[Bed, Dice, float], Callable[[Code], Code]]:
    """A rectangle of one code value, over that share of the picture."""

    def change(bed: Bed, dice: Dice, share: float) -> Callable[[Code], Code]:
        box = box_in(bed, dice, share)

        def apply(code: Code) -> Code:
            shown = code.copy()
            shown[box] = np.array(color, np.float32)
            return shown

        return apply

    return change


def _beyond(bed: Bed, dice: Dice, share: float) -> Callable[[Code], Code]:
    """Colors that no display has, or in EXR that no grade can work with."""
    if bed.clip.kind == "exr":
        color = tuple(np.array([0.02, 0.6, -0.1], np.float32))
    else:
        color = (1.18, 0.25, 0.25)
    return _patch(color)(bed, dice, share)


def _clipped(bed: Bed, dice: Dice, share: float) -> Callable[[Code], Code]:
    """Exposed up until that share of a frame reaches white, and cut off there."""
    lights = [bed.clip.light(code).max(axis=2) for code in bed.clip.codes[::8]]
    top = np.float32(np.quantile(np.stack(lights), 1 - share))
    return lambda code: bed.clip.code(np.minimum(bed.clip.light(code) / top, 1))


def _crushed(bed: Bed, dice: Dice, share: float) -> Planted:
    """Black raised until that share of a frame lies under it, and cut off there."""
    lights = [bed.clip.light(code) for code in _lit(bed)]
    floor = np.float32(np.quantile(np.stack(lights[::8]).max(axis=3), share))
    codes = [bed.clip.code(np.maximum(light - floor, 0)) for light in lights]
    return Planted(bed.write(codes), tuple(range(len(codes))), slack=len(codes))


def _white(bed: Bed, dice: Dice, stops: float) -> Planted:
    """Everything exposed up, a white wall in the picture with it: by candle light nothing else says where diffuse white lies."""
    wall = box_in(bed, dice, 0.2)
    lights = [bed.clip.light(code) for code in bed.clip.codes]
    for light in lights:
        light[wall] = 1
    codes = [bed.clip.code(light * np.float32(2**stops)) for light in lights]
    return Planted(bed.write(codes))


def _spark(bed: Bed, dice: Dice, nits: float) -> Planted:
    """A light of that many cd/m2 in one frame, larger than ringing."""
    frame, codes = frame_in(bed, dice), list(bed.clip.codes)
    codes[frame] = codes[frame].copy()
    codes[frame][box_in(bed, dice, 0.01)] = pq_code(np.array([nits / WHITE], np.float32))
    return Planted(bed.write(codes), (frame,), among=True)


def _tags(bed: Bed, dice: Dice, strength: str) -> Planted:
    """A movie whose tags are those of other pictures."""
    path = bed.place / "clip.mp4"
    lights = [bed.clip.light(code) for code in bed.clip.codes]
    if strength == "sdr as pq":
        top = np.quantile(np.stack(lights[::8]), 0.97)
        codes = [np.clip(light / top, 0, 1) ** np.float32(1 / 2.4) for light in lights]
        return Planted(write_movie(path, codes, bits=10, tags=PQ))
    codes = [pq_code(light) for light in lights]
    tags: Mapping[str, str] = PQ | {"transfer": "bt709"} if strength == "pq as 2020" else SDR
    return Planted(write_movie(path, codes, bits=8 if strength == "pq as sdr" else 10, tags=tags))


def _stated(light: str, peak: int) -> dict[str, str]:
    return {"mastering_display": DISPLAY.format(peak=peak * 10_000), "content_light": light}


def _stated_wrong(bed: Bed, dice: Dice, factor: float) -> Planted:
    """MaxCLL and MaxFALL that are as many times too high, or too low."""
    nits = np.stack([bed.clip.light(code).max(axis=2) * WHITE for code in bed.clip.codes])
    most, average = float(nits.max()), float(nits.mean(axis=(1, 2)).max())
    by = factor if dice.integers(2) else 1 / factor
    light = f"{max(1, round(most * by))},{max(1, round(average * by))}"
    codes = bed.clip.codes
    return Planted(
        write_movie(bed.place / "clip.mp4", codes, hdr=True, ring=_stated(light, 10_000))
    )


def _stated_once(bed: Bed, dice: Dice, inside: str) -> Planted:
    """Metadata in the container that the bitstream lacks or states otherwise."""
    path = write_movie(
        bed.place / "clip.mp4", bed.clip.codes, hdr=True, ring=_stated("4000,400", 4000)
    )
    content = path.read_bytes()
    if inside == "nothing":
        at = content.rindex(b"clli")
        path.write_bytes(content[:at] + b"free" + content[at + 4 :])
        at = content.rindex(b"mdcv")
        held = bytearray(path.read_bytes())
        held[at : at + 4] = b"free"
        path.write_bytes(bytes(held))
        return Planted(path)
    at = content.rindex(b"clli") + 4
    light = {"a little": 4010, "other": 1000}[inside]
    path.write_bytes(content[:at] + light.to_bytes(2, "big") + content[at + 2 :])
    return Planted(path)


PLANTS: Final = (
    Plant("picture.banding", SEEN, (2.0, 6.0, 10.0), _all(_banding)),
    Plant("picture.blocky", SEEN, (40, 12, 5), _all(_blocky)),
    Plant("picture.blurred", (*SEEN, "sound"), (0.5, 1.5, 3.0), _blurred),
    Plant("picture.bars", SEEN, (0.02, 0.06, 0.13), _bars),
    Plant("picture.bars-change", SEEN, (0.02, 0.06, 0.13), _bars_come),
    Plant("picture.edge-line", SEEN, ((1, 0.1), (1, 0.6), (2, 1.0)), _all(_edge_line)),
    Plant("range.illegal", ("sdr", "hdr"), (0.004, 0.03, 0.2), _all(_patch((1.08, 1.08, 1.08)))),
    Plant("gamut.excursion", SEEN, (0.008, 0.05, 0.2), _all(_beyond)),
    Plant("light.clipped", SEEN, (0.01, 0.08, 0.25), _all(_clipped)),
    Plant("light.crushed", SEEN, (0.1, 0.4, 0.65), _crushed),
    Plant("gamut.wider-than-p3", ("hdr",), (0.0005, 0.02, 0.2), _all(_patch((0.05, 0.6, 0.05)))),
    Plant("light.levels", ("hdr",), (1500, 3000, 8000), _spark, fact=True),
    Plant("light.white-level", ("hdr",), (1.0, 2.5, 3.5), _white),
    Plant("tags.contradict-picture", ("sdr", "hdr"), ("pq as sdr", "pq as 2020", "sdr as pq"), _tags),
    Plant("hdr.metadata-contradicts-light", ("hdr",), (1.1, 2.5, 10.0), _stated_wrong),
    Plant("hdr.metadata-in-one-place", ("hdr",), ("a little", "other", "nothing"), _stated_once),
)  # fmt: skip
