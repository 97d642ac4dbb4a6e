"""Defects between a movie and the EXR frames beside it, and between frames and the pictures they are pinned to."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from zipfile import ZipFile

import cv2
import numpy as np

from tests.mutations.clip import PQ, SDR, Bed, Code, Kind, exr_name, write_movie
from tests.mutations.moments import exposed, mirrored, tinted, zoomed
from tests.mutations.plant import Dice, Plant, Planted, box_in, frame_in

PINNED: Final[tuple[Kind, ...]] = ("sdr",)


def _delivered(
    bed: Bed, shown: Sequence[Code], files: Sequence[bytes] | None = None, **options: Any
) -> None:
    """A movie beside a zip of EXR frames, as a service delivers them."""
    write_movie(bed.place / "video.mp4", shown, hdr=True, **options)
    with ZipFile(bed.place / "exr.zip", "w") as archive:
        for number, content in enumerate(files or bed.exrs()):
            archive.writestr(exr_name(number), content)


def _ordered(
    order: Callable[[list[Code], int, Any], list[Code]],
) -> Callable[[Bed, Dice, Any], Planted]:
    """Plant by showing the movie's frames in another order; `order` gets frames, a place and the strength."""

    def sow(bed: Bed, dice: Dice, strength: Any) -> Planted:
        frame = frame_in(bed, dice, margin=14)
        _delivered(bed, order(list(bed.clip.shown), frame, strength))
        return Planted(bed.place)

    return sow


def _lost(bed: Bed, dice: Dice, count: int) -> Planted:
    frame, shown = frame_in(bed, dice, margin=14), list(bed.clip.shown)
    del shown[frame : frame + count]
    _delivered(bed, shown)
    return Planted(bed.place, tuple(range(frame, frame + count)))


def _slipped(bed: Bed, dice: Dice, by: int) -> Planted:
    """Both sides as long, and the movie begun some frames later, or earlier."""
    shown, files = list(bed.clip.shown), bed.exrs()
    if dice.integers(2):
        _delivered(bed, shown[by:], files[:-by])
    else:
        _delivered(bed, shown[:-by], files[by:])
    return Planted(bed.place)


def _swapped(bed: Bed, dice: Dice, apart: int) -> Planted:
    frame, shown = frame_in(bed, dice, margin=14), list(bed.clip.shown)
    shown[frame], shown[frame + apart] = shown[frame + apart], shown[frame]
    _delivered(bed, shown)
    return Planted(bed.place, (frame, frame + apart))


def _reversed(shown: list[Code], frame: int, _: int) -> list[Code]:
    return shown[::-1]


def _retimed(shown: list[Code], frame: int, rate: float) -> list[Code]:
    if not rate:
        return [*shown[:frame], shown[frame - 1], *shown[frame + 1 :]]
    return [shown[min(int(n / rate), len(shown) - 1)] for n in range(round(len(shown) * rate))]


def _repainted(bed: Bed, dice: Dice, strength: tuple[float, float]) -> Planted:
    share, by = strength
    frame, shown = frame_in(bed, dice), list(bed.clip.shown)
    shown[frame] = shown[frame].copy()
    shown[frame][box_in(bed, dice, share)] += np.float32(by)
    _delivered(bed, shown)
    return Planted(bed.place, (frame,))


def _fewer(shown: list[Code], frame: int, count: int) -> list[Code]:
    return shown[: len(shown) - count]


def _scaled(bed: Bed, dice: Dice, share: float) -> Planted:
    width, height = (2 * round(side * share / 2) for side in bed.clip.size)
    _delivered(
        bed, [np.asarray(cv2.resize(c, (width, height)), np.float32) for c in bed.clip.shown]
    )
    return Planted(bed.place)


def _sdr_tags(bed: Bed, dice: Dice, wide: bool) -> Planted:
    _delivered(bed, bed.clip.shown, tags=PQ | {"transfer": "bt709"} if wide else SDR)
    return Planted(bed.place, order={"hdr": True, "exr": True})


def _no_movie(bed: Bed, dice: Dice, kept: float) -> Planted:
    _delivered(bed, bed.clip.shown[:24])
    movie = bed.place / "video.mp4"
    content = movie.read_bytes()
    movie.write_bytes(content[:36] + dice.bytes(int(kept * len(content))))
    return Planted(bed.place)


def _pinned(bed: Bed, picture: Code, frame: int) -> dict[str, Any]:
    """An order that pins a frame to that picture, kept outside the clip's own folder."""
    target = bed.place.parent / f"{bed.place.name}-pinned.png"
    eight = np.clip(np.rint(picture[..., ::-1] * 255), 0, 255).astype(np.uint8)
    cv2.imwrite(str(target), eight)
    return {"keyframes": [{"picture": str(target), "at": frame}]}


def _pin(change: Callable[[Bed, Code, Any, Dice], Code]) -> Callable[[Bed, Dice, Any], Planted]:
    def sow(bed: Bed, dice: Dice, strength: Any) -> Planted:
        frame = frame_in(bed, dice)
        picture = change(bed, bed.clip.codes[frame], strength, dice)
        return Planted(bed.clean(), (frame,), order=_pinned(bed, picture, frame))

    return sow


def _other(bed: Bed, code: Code, zoom: float, dice: Dice) -> Code:
    return mirrored(zoomed(code, zoom)) if zoom > 0.2 else zoomed(code, zoom)


def _darker(bed: Bed, code: Code, stops: float, dice: Dice) -> Code:
    return exposed(bed.clip, code, -stops)


def _redder(bed: Bed, code: Code, stops: float, dice: Dice) -> Code:
    return tinted(bed.clip, code, stops * dice.choice([-1, 1]))


def _landed_late(bed: Bed, dice: Dice, frames: int) -> Planted:
    frame = frame_in(bed, dice)
    landed = frame + frames * int(dice.choice([-1, 1]))
    return Planted(bed.clean(), (frame, landed), order=_pinned(bed, bed.clip.codes[landed], frame))


_EXR: Final[tuple[Kind, ...]] = ("exr",)
PLANTS: Final = (
    Plant("pair.count", _EXR, (1, 2, 5), _lost),
    Plant("pair.slip", _EXR, (1, 2, 5), _slipped),
    Plant("pair.swapped", _EXR, (1, 2, 4), _swapped),
    Plant("pair.reversed", _EXR, (1, 1, 1), _ordered(_reversed)),
    Plant("pair.retimed", _EXR, (0.0, 1.25, 2.0), _ordered(_retimed)),
    Plant("pair.differs", _EXR, ((0.005, 0.02), (0.02, 0.12), (0.1, 0.25)), _repainted),
    Plant("count.movie-and-sequence-disagree", _EXR, (1, 3, 20), _ordered(_fewer)),
    Plant("size.movie-and-sequence-disagree", _EXR, (0.95, 0.75, 0.5), _scaled),
    Plant("hdr.movie-untagged", _EXR, (True, True, False), _sdr_tags),
    Plant("delivery.unreadable-file", _EXR, (1.0, 0.5, 0.0), _no_movie),
    Plant("pin.picture", PINNED, (0.02, 0.5, 0.3), _pin(_other)),
    Plant("pin.exposure", PINNED, (0.08, 0.4, 1.0), _pin(_darker)),
    Plant("pin.color", PINNED, (0.03, 0.25, 0.6), _pin(_redder)),
    Plant("pin.late", PINNED, (1, 2, 3), _landed_late),
)
