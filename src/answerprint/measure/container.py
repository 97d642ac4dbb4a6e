"""What is to be judged of a movie's container: its own word, that of its pictures, and its bytes.

Memory: a few numbers a packet; the file is mapped, not read.
"""

import mmap
import struct
from bisect import bisect_left
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.measured.container import Coding, Container, Edit
from answerprint.media.container import ebml
from answerprint.media.container.isotrack import TrackStatement, picture_statement
from answerprint.media.container.whole import wholeness
from answerprint.media.movie.coded import CodedPictures, Stamp, setup_level

_IDR: Final = {"h264": (5,), "hevc": (16, 17, 18, 19, 20)}
"""NAL unit types no picture refers past: IDR in H.264 (table 7-1), BLA and IDR in HEVC (table 7-1)."""
_LEADING: Final = range(6, 10)
_RASL: Final = (8, 9)
"""HEVC's pictures that follow a keyframe and are shown before it, and those of them that refer past it."""


def measure_container(path: Path, coded: CodedPictures) -> Container:
    """Return what container and packets of the movie at `path` say, whose packets `coded` has taken.

    Boxes that contradict each other, and containers not known here, leave their part empty.
    """
    common = Container(
        essence=coded.description,
        setup_level=setup_level(coded.codec, coded.setup),
        coding=coding(coded),
    )
    if path.stat().st_size == 0:
        return common
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as file:
        said = _said(file)
        whole = wholeness(file)
    return common.model_copy(update={**said, "whole": whole})


def coding(coded: CodedPictures) -> Coding:
    """Return how packets follow one another; frames are counted as they are shown, from 0."""
    stamps = coded.stamps
    first = stamps[0].decoded if stamps else None
    if any(stamp.shown is None for stamp in stamps):
        shown = [at for at, stamp in enumerate(stamps) if not stamp.discarded]
        places = list(range(len(stamps)))
    else:
        places = [stamp.shown or 0 for stamp in stamps]
        shown = sorted(place for place, s in zip(places, stamps, strict=True) if not s.discarded)
    keys = [at for at, stamp in enumerate(stamps) if stamp.key and not stamp.discarded]
    numbers = {at: bisect_left(shown, places[at]) for at in keys}
    starts = sorted({*numbers.values(), len(shown)})
    return Coding(
        first=first * coded.tick if first is not None else None,
        backward=_backward(stamps),
        keyframes=tuple(sorted(set(numbers.values()))),
        open=tuple(sorted(numbers[at] for at in keys if _is_open(coded.codec, stamps, at))),
        longest=max((b - a for a, b in pairwise(starts)), default=0),
        blank=tuple(at for at, stamp in enumerate(stamps) if stamp.blank),
    )


def hidden_pictures(track: TrackStatement) -> tuple[int, int, int]:
    """Count the pictures no edit shows for at least half their time: before the first, between, after the last."""
    spans = [(edit.start, _end(edit)) for edit in track.edits if edit.start is not None]
    if not spans or not len(track.starts):
        return 0, 0, 0
    middle, unseen = _middle(track), _showings(track) == 0
    before = unseen & (middle < min(start for start, _ in spans))
    after = unseen & (middle >= max(end for _, end in spans))
    return int(before.sum()), int((unseen & ~before & ~after).sum()), int(after.sum())


def doubled_pictures(track: TrackStatement) -> int:
    """Count the pictures that more than one edit shows."""
    return int((_showings(track) > 1).sum())


def _said(file: mmap.mmap) -> dict[str, object]:
    try:
        if file[:4] == ebml.SIGNATURE:
            return {"stated": ebml.picture_description(file)}
        track = picture_statement(file)
    except (ValueError, IndexError, struct.error):
        return {}
    if track is None:
        return {}
    return {
        "stated": track.description,
        "shown": track.shown,
        "edits": track.edits,
        "hidden": hidden_pictures(track),
        "doubled": doubled_pictures(track),
        "lengths": track.lengths,
    }


def _backward(stamps: list[Stamp]) -> tuple[int, ...]:
    timed = [(at, s.decoded) for at, s in enumerate(stamps) if s.decoded is not None]
    return tuple(at for (_, before), (at, now) in pairwise(timed) if now <= before)


def _is_open(codec: str, stamps: list[Stamp], at: int) -> bool:
    """Tell whether pictures after keyframe `at`, in the order they are coded, may refer past it."""
    if codec not in _IDR or stamps[at].unit is None or stamps[at].unit in _IDR[codec]:
        return False
    if codec == "h264":
        return True
    # Leading pictures follow their keyframe at once (H.265 7.4.2.2).
    leading = takewhile(lambda stamp: stamp.unit in _LEADING, stamps[at + 1 :])
    return any(stamp.unit in _RASL for stamp in leading)


def _middle(track: TrackStatement) -> NDArray[np.float64]:
    return (track.starts + track.ends) / 2


def _showings(track: TrackStatement) -> NDArray[np.int64]:
    middle = _middle(track)
    count = np.zeros(len(middle), np.int64)
    for edit in track.edits:
        if edit.start is not None:
            count += (middle >= edit.start) & (middle < _end(edit))
    return count


def _end(edit: Edit) -> float:
    """Return the second of the track's time an edit ends at; one without a length goes on to the end."""
    start = edit.start or 0.0
    return start + edit.seconds * edit.speed if edit.seconds and edit.speed > 0 else float("inf")
