"""A clip beside the footage that it was made from: reframed, edited, or gone on from.

Memory: thumbnails of both in half float, 125 kB a frame for at most 600 frames
each, and only where an order names footage that lies here.
"""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.errors import UsageError, WorkError
from answerprint.measure.kin.continued import join
from answerprint.measure.kin.footage import (
    MOST,
    Footage,
    Relation,
    halved,
    read_footage,
    relations_of,
    shape_of,
)
from answerprint.measure.kin.pinmatch import HDR
from answerprint.measure.kin.placement import correlation
from answerprint.measure.kin.prints import Prints
from answerprint.measure.kin.reframed import compare_reframed
from answerprint.measure.perceptual import local_contrast
from answerprint.measured.clips import MovieMeasures, SequenceMeasures
from answerprint.measured.kinship import Edited, Kin
from answerprint.order import Order
from answerprint.progress import Progress, silent

Picture = NDArray[np.float32]


class KinWatch:
    """Keeps a clip's thumbnails for as long as footage that lies here is to be compared with them."""

    def __init__(self, order: Order) -> None:
        self._wanted = any(each.lies_here and each.role != "edited" for each in relations_of(order))
        self.thumbs: dict[int, NDArray[np.float16]] = {}
        """Thumbnails by index."""
        self.numbers: list[int] = []
        """Numbers of the frames so far."""

    def add(self, number: int, picture: Picture | None) -> None:
        """Take the next frame: linear Rec.709 light, 1.0 = diffuse white, or None."""
        index = len(self.numbers)
        self.numbers.append(number)
        if self._wanted and picture is not None and index < MOST:
            self.thumbs[index] = halved(picture)


def compare_kin(
    order: Order,
    watch: KinWatch,
    prints: Prints,
    measured: MovieMeasures | SequenceMeasures,
    *,
    progress: Progress = silent,
) -> tuple[Kin, ...]:
    """Compare all footage that `order` names with the clip that was watched.

    What cannot be read is recorded with the reason, and no error.
    """
    relations = relations_of(order)
    if not relations:
        return ()
    clip = _watched(watch, prints, measured)
    return tuple(_compared(order, each, clip, watch.numbers, progress) for each in relations)


def _watched(watch: KinWatch, prints: Prints, measured: MovieMeasures | SequenceMeasures) -> Footage:  # fmt: skip
    if isinstance(measured, MovieMeasures):
        facts = measured.facts
        shape = shape_of(facts.size, facts.pixel_aspect)
        transfer, rate = facts.color.transfer or "bt709", facts.rate
    else:
        header = measured.common_header
        part = header.main if header else None
        shape = Fraction(*part.size) * Fraction(part.pixel_aspect).limit_denominator(100) if part else Fraction(1)  # fmt: skip
        transfer, rate = "linear", part.rate if part else None
    return Footage(shape, transfer, rate, len(watch.numbers), prints=prints, thumbs=watch.thumbs)


def _compared(
    order: Order, relation: Relation, clip: Footage, numbers: list[int], progress: Progress
) -> Kin:
    plain = Kin(role=relation.role, reference=relation.reference)
    if not relation.lies_here:
        return plain.model_copy(update={"skipped": "it does not lie here"})
    try:
        source = read_footage(relation, progress=progress)
    except (UsageError, WorkError) as problem:
        return plain.model_copy(update={"skipped": problem.message})
    if _too_long(relation, source, clip):
        return plain.model_copy(update={"skipped": f"more than {MOST} frames are not compared"})
    told: dict[str, Any] = {
        "frames": source.count,
        "rate": source.rate,
        "alike": _kind(source) == _kind(clip),
    }
    if relation.role == "reframed":
        told["reframed"] = compare_reframed(order, source, clip, numbers)
    elif relation.role == "edited":
        told["edited"] = compare_edited(source, clip)
    else:
        told["joined"] = join(relation.role, source, clip, numbers)
    return plain.model_copy(update=told)


def _too_long(relation: Relation, source: Footage, clip: Footage) -> bool:
    """Tell whether frames that would be compared were not kept."""
    longest = {"reframed": max(source.count, clip.count), "led-up-to": clip.count}
    return longest.get(relation.role, 0) > MOST


def compare_edited(source: Footage, clip: Footage) -> Edited:
    """Compare frames that stand at the same time: their structure, and their color and lightness."""
    motion = source.meter.result() if source.count > 1 else None
    size = source.prints.size
    if size is None or clip.prints.size is None or not (source.prints.complete and clip.prints.complete):  # fmt: skip
        return Edited(motion=motion)
    mine = source.prints.stacked(size)
    theirs = clip.prints.stacked(size)
    count = min(len(mine), len(theirs))
    planes = [
        [side[at].reshape(size[1], size[0], 3) for side in (mine, theirs)]
        for at in range(count)
        if not np.isnan(theirs[at, 0, 0])
    ]
    if not planes:
        return Edited(motion=motion)
    structures = [correlation(*(_contrast(lab) for lab in both)) for both in planes]
    colors = [float(np.abs(a - b).sum(axis=2).mean()) for a, b in planes]
    return Edited(
        motion=motion,
        structure=round(float(np.median(structures)), 4),
        color=round(float(np.median(colors)), 2),
    )


def _contrast(lab: Picture) -> Picture:
    return local_contrast(np.ascontiguousarray(lab[..., 0]))


def _kind(footage: Footage) -> str:
    if footage.transfer in HDR:
        return footage.transfer
    return "linear" if footage.transfer == "linear" else "sdr"
