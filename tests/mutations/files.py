"""Defects of files and their headers: EXR sequences, counts, and what the order says otherwise."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import cv2
import numpy as np

from answerprint.color.primaries import AP0
from tests.mutations.clip import Bed, Kind, exr_file, exr_name
from tests.mutations.plant import Dice, Plant, Planted, frame_in

AP1: Final = (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)
REC709: Final = (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329)
MOVIES: Final[tuple[Kind, ...]] = ("sdr", "hdr")


def _some(count: int, bed: Bed, dice: Dice) -> list[int]:
    """That many frames, anywhere between the first and the last."""
    chosen = dice.choice(
        np.arange(2, len(bed.clip) - 2), min(count, len(bed.clip) - 4), replace=False
    )
    return sorted(int(n) for n in chosen)


def _odd(
    make: Callable[[Bed, int], bytes], compression: str = "dwab"
) -> Callable[[Bed, Dice, int], Planted]:
    """Plant by writing some frames in another way."""

    def sow(bed: Bed, dice: Dice, count: int) -> Planted:
        files, hit = bed.exrs(compression), _some(count, bed, dice)
        for number in hit:
            files[number] = make(bed, number)
        return Planted(bed.exr(files), tuple(hit))

    return sow


def _every(**attributes: Any) -> Callable[[Bed], list[bytes]]:
    def files(bed: Bed) -> list[bytes]:
        return [exr_file(bed.clip.light(code), "dwab", **attributes) for code in bed.clip.codes]

    return files


def _said(name: str) -> Callable[[Bed, Dice, Any], Planted]:
    """Plant an attribute in every header."""

    def sow(bed: Bed, dice: Dice, value: Any) -> Planted:
        return Planted(bed.exr(_every(**{name: value})(bed)), tuple(range(len(bed.clip))))

    return sow


def _changed(**changes: Any) -> Callable[[Bed, int], bytes]:
    def make(bed: Bed, number: int) -> bytes:
        kind = changes.get("compression", "dwab")
        rest = {key: value for key, value in changes.items() if key != "compression"}
        return exr_file(bed.clip.light(bed.clip.codes[number]), kind, **rest)

    return make


def _as_float(bed: Bed, number: int) -> bytes:
    light = bed.clip.light(bed.clip.codes[number])
    return exr_file(
        light, planes={n: np.ascontiguousarray(light[..., i]) for i, n in enumerate("RGB")}
    )


def _with_depth_alone(bed: Bed, number: int) -> bytes:
    light = bed.clip.light(bed.clip.codes[number])
    depth = np.ascontiguousarray(light[..., 1], np.float32)
    return exr_file(light, "zip", planes={"R": None, "G": None, "B": None, "Z": depth})


def _with_alpha(bed: Bed, number: int) -> bytes:
    light = bed.clip.light(bed.clip.codes[number])
    return exr_file(light, planes={"A": np.ones(light.shape[:2], np.float16)})


def _in_a_wider_window(bed: Bed, number: int) -> bytes:
    width, height = bed.clip.size
    window = (np.array([0, 0], np.int32), np.array([width + 1, height - 1], np.int32))
    return exr_file(bed.clip.light(bed.clip.codes[number]), displayWindow=window)


def _empty(bed: Bed, number: int) -> bytes:
    return b""


def _resized(bed: Bed, number: int) -> bytes:
    width, height = bed.clip.size
    light = bed.clip.light(bed.clip.codes[number])
    return exr_file(np.asarray(cv2.resize(light, (width // 2, height // 2)), np.float32))


def _cut(bed: Bed, dice: Dice, kept: float) -> Planted:
    files, frame = bed.exrs(), frame_in(bed, dice)
    files[frame] = files[frame][: int(len(files[frame]) * kept)]
    return Planted(bed.exr(files), (frame,))


def _tables(bed: Bed, dice: Dice, share: float) -> Planted:
    """Zeros in the table of chunks, as a writer that was stopped leaves them."""
    files, frame = bed.exrs("zip"), frame_in(bed, dice)
    held = bytearray(files[frame])
    start, chunks = _end_of_header(held), -(-bed.clip.size[1] // 16)
    lost = max(1, round(chunks * share))
    held[start + 8 * (chunks - lost) : start + 8 * chunks] = bytes(8 * lost)
    files[frame] = bytes(held)
    return Planted(bed.exr(files), (frame,))


def _end_of_header(content: bytearray) -> int:
    at = 8
    while content[at]:
        at = content.index(0, content.index(0, at) + 1) + 1
        at += 4 + int.from_bytes(content[at : at + 4], "little")
    return at + 1


def _colors_change(bed: Bed, dice: Dice, primaries: tuple[float, ...]) -> Planted:
    return _odd(_changed(chromaticities=primaries))(bed, dice, 2)


def _untagged(bed: Bed, dice: Dice, share: float) -> Planted:
    count = round(share * len(bed.clip))
    if count < len(bed.clip):
        return _odd(_changed(chromaticities=None))(bed, dice, max(1, count))
    return Planted(bed.exr(_every(chromaticities=None)(bed)), tuple(range(len(bed.clip))))


def _gap(bed: Bed, dice: Dice, count: int) -> Planted:
    place, lost = bed.exr(bed.exrs()), _some(count, bed, dice)
    for number in lost:
        (place / exr_name(number)).unlink()
    return Planted(place, tuple(lost))


def _renamed(bed: Bed, dice: Dice, count: int) -> Planted:
    place, hit = bed.exr(bed.exrs()), _some(count, bed, dice)
    for number in hit:
        (place / exr_name(number)).rename(place / f"frame_{number:04}.exr")
    return Planted(place, tuple(hit))


def _doubled(bed: Bed, dice: Dice, count: int) -> Planted:
    files, hit = bed.exrs(), _some(count, bed, dice)
    place = bed.exr(files)
    for number in hit:
        (place / f"frame_{number:07}.exr").write_bytes(files[number])
    return Planted(place, tuple(hit))


def _stray(bed: Bed, dice: Dice, count: int) -> Planted:
    files = bed.exrs()
    place = bed.exr(files)
    for number in range(count):
        (place / f"reference{'abcdef'[number]}.exr").write_bytes(files[number])
    return Planted(place)


def _shortened(bed: Bed, dice: Dice, share: float) -> Planted:
    """A frame whose file is that share of the files around it: a flat picture, padded in its header."""
    files, frame = bed.exrs(), frame_in(bed, dice)
    files[frame] = files[frame][: int(len(files[frame]) * share)]
    return Planted(bed.exr(files), (frame,))


def _no_frames(bed: Bed, dice: Dice, _: int) -> Planted:
    return Planted(bed.clean(), order={"exr": True, "hdr": True})


def _ordered(**order: Any) -> Callable[[Bed, Dice, Any], Planted]:
    """The clean clip, where something else was ordered; a key's value may be made of clip and strength."""

    def sow(bed: Bed, dice: Dice, strength: Any) -> Planted:
        asked: Mapping[str, Any] = {
            key: value(bed, strength) if callable(value) else value for key, value in order.items()
        }
        path = bed.exr(bed.exrs()) if bed.clip.kind == "exr" else bed.clean()
        return Planted(path, order=asked)

    return sow


def _fencepost(bed: Bed, dice: Dice, seconds: float) -> Planted:
    count = round(seconds * 24) + 1
    codes = bed.clip.codes[:count]
    return Planted(bed.write(codes), (count - 1,), order={"seconds": seconds, "fps": 24})


def _same(bed: Bed, value: str) -> str:
    return value


def _wider(bed: Bed, pixels: int) -> tuple[int, int]:
    return bed.clip.size[0] + pixels, bed.clip.size[1]


PLANTS: Final = (
    Plant("exr.unreadable", ("exr",), (0.98, 0.6, 0.1), _cut),
    Plant("exr.no-picture", ("exr",), (1, 3, 10), _odd(_with_depth_alone)),
    Plant("exr.header-disagrees", ("exr",), (0.01, 0.3, 1.0), _tables),
    Plant("exr.channels-change", ("exr",), (1, 3, 10), _odd(_with_alpha)),
    Plant("exr.types-change", ("exr",), (1, 3, 10), _odd(_as_float)),
    Plant("exr.windows-change", ("exr",), (1, 3, 10), _odd(_in_a_wider_window)),
    Plant("exr.compression-changes", ("exr",), (1, 3, 10), _odd(_changed(compression="zip"))),
    Plant("exr.pixel-aspect", ("exr",), (1.00005, 1.1, 2.0), _said("pixelAspectRatio")),
    Plant("exr.dwa-level", ("exr",), (46.0, 100.0, 400.0), _said("dwaCompressionLevel")),
    Plant("exr.color-changes", ("exr",), (AP1, AP1, REC709), _colors_change),
    Plant("exr.color-contradicts", ("exr",), ("lin_ap1_scene", "lin_ap1_scene", "lin_rec709_scene"),
          _said("colorInteropID")),
    Plant("exr.color-untagged", ("exr",), (0.02, 0.2, 1.0), _untagged),
    Plant("exr.not-st2065-4", ("exr",), (AP0, AP1, REC709), _said("chromaticities"), fact=True),
    Plant("sequence.gap", ("exr",), (1, 2, 6), _gap),
    Plant("sequence.double", ("exr",), (1, 2, 6), _doubled),
    Plant("sequence.padding", ("exr",), (1, 2, 6), _renamed),
    Plant("sequence.stray-file", ("exr",), (1, 2, 6), _stray),
    Plant("sequence.empty-file", ("exr",), (1, 2, 6), _odd(_empty)),
    Plant("sequence.small-file", ("exr",), (0.3, 0.15, 0.03), _shortened),
    Plant("sequence.absent", MOVIES, (1, 1, 1), _no_frames),
    Plant("size.changes", ("exr",), (1, 3, 10), _odd(_resized)),
    Plant("count.not-as-ordered", (*MOVIES, "exr"), (1, 3, 24),
          _ordered(frames=lambda bed, by: len(bed.clip) + by)),
    Plant("count.fencepost", MOVIES, (1, 1, 1), _fencepost),
    Plant("size.not-as-ordered", (*MOVIES, "exr"), (2, 16, 200), _ordered(size=_wider)),
    Plant("aspect.not-as-ordered", (*MOVIES, "exr"), ("17:9", "4:3", "9:16"),
          _ordered(aspect=_same)),
    Plant("rate.not-as-ordered", MOVIES, ("24000/1001", "25", "30"), _ordered(fps=_same)),
    Plant("hdr.absent", ("sdr",), (1, 1, 1), _ordered(hdr=True)),
)  # fmt: skip
