"""Defects of clips that were made from others: reframed, edited, or gone on from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from tests.mutations.clean import made
from tests.mutations.clip import Bed, Code, Kind, write_movie
from tests.mutations.moments import exposed, mirrored, tinted, zoomed
from tests.mutations.plant import Dice, Plant, Planted, box_in, frame_in

MADE: Final[tuple[Kind, ...]] = ("sdr",)
TURNING: Final[tuple[Kind, ...]] = ("loop",)
"""Clips in which another time is not another place: in an even pan a slip is a shift."""


def _footage(bed: Bed, codes: Sequence[Code]) -> str:
    """A movie that lies here, outside the clip's own folder."""
    return str(write_movie(bed.place.parent / "footage.mp4", codes))


def _reframed(bed: Bed, source: Sequence[Code], clip: Sequence[Code], **where: Any) -> Planted:
    width, height = bed.clip.size
    order = {"source": _footage(bed, source), "reframe": {}, "size": (width, height)}
    return Planted(write_movie(bed.place / "clip.mp4", clip), order=order, **where)


def _middle(bed: Bed) -> slice:
    """The columns of an upright picture that fills the height in the middle of the frame."""
    width, height = bed.clip.size
    wide = 2 * round(0.4 * height)
    start = (width - wide) // 2
    return slice(start, start + wide)


def _cropped(codes: Sequence[Code], columns: slice) -> list[Code]:
    return [np.ascontiguousarray(code[:, columns]) for code in codes]


def _misplaced(bed: Bed, dice: Dice, share: float) -> Planted:
    """A source that lies beside its place by that share of the picture's width."""
    by, right = round(share * bed.clip.size[0]) * int(dice.choice([-1, 1])), _middle(bed)
    columns = slice(right.start + by, right.stop + by)
    return _reframed(bed, _cropped(bed.clip.codes, columns), bed.clip.codes)


def _slipped(bed: Bed, dice: Dice, frames: int) -> Planted:
    source, clip = _cropped(bed.clip.codes, _middle(bed)), bed.clip.codes
    if dice.integers(2):
        return _reframed(bed, source[frames:], clip[:-frames])
    return _reframed(bed, source[:-frames], clip[frames:])


def _differs(bed: Bed, dice: Dice, strength: float) -> Planted:
    """A patch of another brightness in one frame; another picture altogether where it is 0."""
    source = _cropped(bed.clip.codes, _middle(bed))
    if not strength:
        return _reframed(bed, [mirrored(code)[::-1].copy() for code in source], bed.clip.codes)
    frame, clip = frame_in(bed, dice), list(bed.clip.codes)
    rows, _ = box_in(bed, dice, 0.1)
    columns = _middle(bed)
    clip[frame] = clip[frame].copy()
    clip[frame][rows, columns.start + 10 : columns.stop - 10] += np.float32(strength)
    return _reframed(bed, source, clip, frames=(frame,))


def _bordered(bed: Bed, dice: Dice, stops: float) -> Planted:
    """What is new beside the source is brighter, or darker."""
    columns, by = _middle(bed), stops * dice.choice([-1, 1])
    clip = []
    for code in bed.clip.codes:
        frame = exposed(bed.clip, code, by)
        frame[:, columns] = code[:, columns]
        clip.append(frame)
    return _reframed(bed, _cropped(bed.clip.codes, columns), clip)


def _look(bed: Bed, codes: Sequence[Code]) -> list[Code]:
    """The same pictures in another light: warmer and with more contrast."""
    return [np.clip(tinted(bed.clip, code, 0.3) * 1.15 - 0.06, 0, 1) for code in codes]


def _edited(bed: Bed, source: Sequence[Code], edit: Sequence[Code], *frames: int) -> Planted:
    order = {"source": _footage(bed, source), "edit": {}}
    path: Path = write_movie(bed.place / "clip.mp4", edit)
    return Planted(path, frames, order=order)


def _shorter(bed: Bed, dice: Dice, frames: int) -> Planted:
    edit = _look(bed, bed.clip.codes)
    return _edited(bed, bed.clip.codes, edit[:-frames] if dice.integers(2) else edit[frames:])


def _cut(bed: Bed, dice: Dice, zoom: float) -> Planted:
    """An edit that cuts where its source does not."""
    frame, edit = frame_in(bed, dice, margin=14), _look(bed, bed.clip.codes)
    rest = [zoomed(code, zoom) if zoom else mirrored(code) for code in edit[frame:]]
    return _edited(bed, bed.clip.codes, [*edit[:frame], *rest], frame)


def _otherwise(bed: Bed, dice: Dice, late: float) -> Planted:
    """An edit whose motion, quick and slow by turns, comes some frames late."""
    source, edit = _paced(bed, 0.0), _look(bed, _paced(bed, late))
    return _edited(bed, source, edit)


def _paced(bed: Bed, late: float) -> list[Code]:
    """The clip at a speed that rises and falls every second, between a tenth and its own."""
    count = len(bed.clip)
    moments = np.arange(count, dtype=np.float64)
    speed = 0.55 + 0.45 * np.cos(2 * np.pi * (moments - late) / 24)
    at = np.minimum(np.cumsum(speed), count - 1.001)
    frames = []
    for place in at:
        part = np.float32(place % 1)
        early, after = bed.clip.codes[int(place)], bed.clip.codes[int(place) + 1]
        frames.append(early * (1 - part) + after * part)
    return frames


def _extended(bed: Bed, new: Sequence[Code]) -> Planted:
    half = len(bed.clip) // 2
    order = {"anchors": {"first": _footage(bed, bed.clip.codes[:half])}}
    return Planted(write_movie(bed.place / "clip.mp4", new), order=order)


def _unjoined(bed: Bed, dice: Dice, stops: float) -> Planted:
    by = stops * dice.choice([-1, 1])
    new = bed.clip.codes[len(bed.clip) // 2 :]
    return _extended(bed, [exposed(bed.clip, code, by) for code in new])


def _foreign(bed: Bed, dice: Dice, how: str) -> Planted:
    """A clip that does not go on from its footage: closer, turned over, or another altogether."""
    if how == "another":
        other = made("loop").codes[: len(bed.clip) // 2]
        return _extended(bed, [np.asarray(cv2.resize(c, bed.clip.size), np.float32) for c in other])
    new = bed.clip.codes[len(bed.clip) // 2 :]
    turned = [np.ascontiguousarray(mirrored(code)[::-1]) for code in new]
    return _extended(bed, turned if how == "turned" else [zoomed(code, 1.0) for code in new])


def _unordered(bed: Bed, dice: Dice, _: int) -> Planted:
    path = bed.exr(bed.exrs()) if bed.clip.kind == "exr" else bed.clean()
    return Planted(path, order={"hdr": False})


PLANTS: Final = (
    Plant("reframe.misplaced", MADE, (0.004, 0.04, 0.12), _misplaced),
    Plant("reframe.slip", TURNING, (1, 2, 3), _slipped),
    Plant("reframe.differs", MADE, (0.04, 0.25, 0.0), _differs),
    Plant("reframe.border", MADE, (0.1, 0.5, 1.0), _bordered),
    Plant("edit.count", MADE, (1, 3, 12), _shorter),
    Plant("edit.cuts", MADE, (0.03, 0.5, 0.0), _cut),
    Plant("edit.motion", MADE, (2.0, 6.0, 12.0), _otherwise),
    Plant("extension.join", MADE, (0.03, 0.2, 0.6), _unjoined),
    Plant("extension.not-its-clip", MADE, ("closer", "turned", "another"), _foreign),
    Plant("order.hdr-unordered", ("hdr", "exr"), (1, 1, 1), _unordered),
)
