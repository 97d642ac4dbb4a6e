"""Defects of movie files: what the container claims, how pictures are coded, and what got lost."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from tests.mutations.boxes import body, edited, peek, poke, replaced
from tests.mutations.clip import Bed, Kind
from tests.mutations.plant import Dice, Plant, Planted, frame_in

SDR: Final[tuple[Kind, ...]] = ("sdr",)
MOVIES: Final[tuple[Kind, ...]] = ("sdr", "hdr")
STBL: Final = "moov/trak/mdia/minf/stbl"
_SIMPLE: Final[dict[str, Any]] = {"movflags": None, "bf": 0}
"""Index behind the pictures, so that it may grow, and no frames out of order."""


def _timed(bed: Bed, steps: list[int]) -> Path:
    """A movie whose frames stand for these ticks of a 512th of a frame."""
    path = bed.clean("clip.mp4", **_SIMPLE)
    content = path.read_bytes()
    table = struct.pack(">II", 0, len(steps)) + b"".join(struct.pack(">II", 1, s) for s in steps)
    content = replaced(content, f"{STBL}/stts", table)
    return edited(path, _lasting(content, sum(steps)))


def _lasting(content: bytes, ticks: int) -> bytes:
    """State a length of that many media ticks everywhere."""
    scale = peek(content, body(content, "moov/trak/mdia/mdhd") + 12)
    movie = body(content, "moov/mvhd")
    units = round(ticks * peek(content, movie + 12) / scale)
    content = poke(content, body(content, "moov/trak/mdia/mdhd") + 16, ticks)
    content = poke(content, movie + 16, units)
    content = poke(content, body(content, "moov/trak/tkhd") + 20, units)
    return poke(content, body(content, "moov/trak/edts/elst") + 8, units)


def _twice_at_once(bed: Bed, dice: Dice, count: int) -> Planted:
    """Frames that have the time of the one before."""
    steps = [512] * len(bed.clip)
    hit = sorted(int(n) for n in dice.choice(np.arange(3, len(steps) - 4, 3), count, replace=False))
    for frame in hit:
        steps[frame - 1], steps[frame] = 0, 1024
    return Planted(_timed(bed, steps), tuple(hit))


def _unsteady(bed: Bed, dice: Dice, strength: tuple[int, int]) -> Planted:
    """Some frames in a row that stand longer, by a share of a 512th."""
    longer, count = strength
    frame, steps = frame_in(bed, dice, after=10 + count), [512] * len(bed.clip)
    for by in range(count):
        steps[frame + by] += longer
    return Planted(_timed(bed, steps), tuple(range(frame + 1, frame + 1 + count)))


def _hidden(bed: Bed, dice: Dice, count: int) -> Planted:
    """An edit list that begins some frames late."""
    path = bed.clean("clip.mp4", **_SIMPLE)
    content = path.read_bytes()
    at = body(content, "moov/trak/edts/elst") + 12
    return Planted(edited(path, poke(content, at, peek(content, at) + 512 * count)))


def _sized(bed: Bed, dice: Dice, pixels: int) -> Planted:
    path = bed.clean("clip.mp4", **_SIMPLE)
    content = path.read_bytes()
    at = body(content, f"{STBL}/stsd/avc1") + 24
    return Planted(edited(path, poke(content, at, peek(content, at, ">H") + pixels, form=">H")))


def _faster(bed: Bed, dice: Dice, ticks: int) -> Planted:
    """A clock that ticks so many times a second where 12,288 were meant."""
    path = bed.clean("clip.mp4", **_SIMPLE)
    content = path.read_bytes()
    at = body(content, "moov/trak/mdia/mdhd") + 12
    total = peek(content, at + 4)
    return Planted(edited(path, _lasting(poke(content, at, ticks), total)))


def _shaped(bed: Bed, dice: Dice, ratio: tuple[int, int]) -> Planted:
    path = bed.clean("clip.mp4", **_SIMPLE, **{"x264-params": "sar=1/1"})
    content = path.read_bytes()
    entry = f"{STBL}/stsd/avc1"
    try:
        return Planted(edited(path, poke(content, body(content, f"{entry}/pasp"), *ratio)))
    except StopIteration:
        held = content[
            body(content, entry) : body(content, entry)
            - 8
            + peek(content, body(content, entry) - 8)
        ]
        return Planted(
            edited(
                path, replaced(content, entry, held + struct.pack(">I4sII", 16, b"pasp", *ratio))
            )
        )


def _tagged(bed: Bed, dice: Dice, strength: tuple[int, int]) -> Planted:
    """Another code point in the container, by its place in the box of color tags."""
    place, value = strength
    path = bed.clean("clip.mp4", **_SIMPLE)
    content = path.read_bytes()
    at = body(content, f"{STBL}/stsd/avc1/colr") + 4 + place
    return Planted(edited(path, poke(content, at, value, form=">B" if place == 6 else ">H")))


def _lengthy(bed: Bed, dice: Dice, strength: tuple[str, float]) -> Planted:
    """A header that is some frames too long."""
    box, frames = strength
    path = bed.clean("clip.mp4", **_SIMPLE)
    content = path.read_bytes()
    scale = peek(content, body(content, "moov/mvhd") + 12)
    at = body(content, f"moov/{box}") + (20 if box.endswith("tkhd") else 16)
    unit = 512 if box.endswith("mdhd") else scale / 24
    return Planted(edited(path, poke(content, at, peek(content, at) + round(frames * unit))))


def _index_last(bed: Bed, dice: Dice, most: int) -> Planted:
    path = bed.clean("clip.mp4", **_SIMPLE)
    return Planted(path, limits={"container": {"faststart_bytes": most}})


def _cut(name: str, **options: Any) -> Callable[[Bed, Dice, float], Planted]:
    def sow(bed: Bed, dice: Dice, share: float) -> Planted:
        path = bed.clean(name, **options)
        content = path.read_bytes()
        return Planted(edited(path, content[: len(content) - max(1, round(len(content) * share))]))

    return sow


def _coded(**options: Any) -> Callable[[Bed, Dice, Any], Planted]:
    """The clean clip coded in another way; `{}` in an option stands for the strength."""

    def sow(bed: Bed, dice: Dice, strength: Any) -> Planted:
        said = {key: value.format(strength) for key, value in options.items()}
        return Planted(bed.clean("clip.mp4", **said))

    return sow


def _open(bed: Bed, dice: Dice, every: int) -> Planted:
    how = f"open-gop=1:keyint={every}:min-keyint={every}:bframes=3:b-adapt=0:scenecut=0"
    path = bed.clean("clip.mp4", **{"x264-params": how})
    return Planted(path, (every,), slack=3, among=True, limits={"codec": {"closed_gop": True}})


def _broken(bed: Bed, dice: Dice, count: int) -> Planted:
    """Packets whose coded pictures are overwritten."""
    path = bed.clean("clip.mp4", g=12, bf=0)
    frame, content = frame_in(bed, dice, after=10 + count), bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    for start, size in packets[frame : frame + count]:
        assert start is not None
        content[start + 4 : start + size] = dice.bytes(size - 4)
    path.write_bytes(bytes(content))
    return Planted(path, tuple(range(frame, frame + count)), slack=8, among=True)


PLANTS: Final = (
    Plant("container.timestamps", SDR, (1, 3, 8), _twice_at_once),
    Plant("rate.variable", SDR, ((20, 1), (256, 1), (512, 10)), _unsteady),
    Plant("container.edit-list", SDR, (1, 4, 12), _hidden),
    Plant("container.size-disagrees", SDR, (2, 16, 320), _sized),
    Plant("container.rate-disagrees", SDR, (12276, 12800, 15360), _faster),
    Plant("container.aspect-disagrees", SDR, ((201, 200), (4, 3), (2, 1)), _shaped),
    Plant("container.range-disagrees", SDR, ((4, 5), (2, 16), (6, 128)), _tagged),
    Plant("container.duration-disagrees", SDR,
          (("mvhd", 0.5), ("trak/tkhd", 4), ("trak/mdia/mdhd", 24)), _lengthy),
    Plant("container.not-faststart", SDR, (10**6, 10_000, 1000), _index_last),
    Plant("container.cut-off", MOVIES, (0.0, 0.1, 0.5), _cut("clip.mp4")),
    Plant("count.container-disagrees", SDR, (0.001, 0.2, 0.5), _cut("clip.mp4")),
    Plant("count.cut-short", SDR, (0.05, 0.25, 0.5), _cut("clip.mkv", movflags=None)),
    Plant("codec.profile", SDR, ("yuv420p10le", "yuv422p", "yuv444p"), _coded(pix_fmt="{}")),
    Plant("codec.level", SDR, ("1.1", "1.1", "1"), _coded(level="{}")),
    Plant("codec.open-gop", SDR, (36, 24, 12), _open),
    Plant("movie.unreadable", SDR, (1, 2, 6), _broken),
)  # fmt: skip
