"""Footage that a clip was made from, read beside the clip: thumbnails, prints and motion.

Memory: 125 kB a frame where thumbnails are kept, 8 kB else, MOST frames at most.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerprint.color.tags import resolved
from answerprint.direction import Anchors, ReferenceKind, kind_of_reference
from answerprint.ingest.delivery import Delivery, open_one
from answerprint.ingest.kinds import kind_of
from answerprint.measure.kin.prints import Prints
from answerprint.measure.motion.meter import MotionMeter
from answerprint.measure.movies import Thumbnailer
from answerprint.measure.pool import frame_pool
from answerprint.measure.sweep import observe
from answerprint.measured.figures import Figure, with_all_it_takes
from answerprint.measured.kinship import Role
from answerprint.media.exr.door import read_header
from answerprint.media.movie.door import Reading
from answerprint.media.movie.planes import component_planes
from answerprint.media.movie.player import describe, show
from answerprint.media.sequence import Sequence
from answerprint.order import Order
from answerprint.progress import Progress, silent

Picture = NDArray[np.float32]
Half = NDArray[np.float16]

MOST: Final = 600
"""Frames of a clip that thumbnails are kept of: 25 seconds at 24, more than twice what services make."""

_LARGEST: Final = np.float32(65504)
_THUMBS: Final = with_all_it_takes([Figure.LUMA])


@dataclass(frozen=True, slots=True)
class Relation:
    """Footage that an order names, and what was to become of it."""

    role: Role
    reference: str

    @property
    def lies_here(self) -> bool:
        """Whether it is a file or folder here, not a link or the name of something at the service."""
        return kind_of_reference(self.reference) is ReferenceKind.FILE


def relations_of(order: Order) -> tuple[Relation, ...]:
    """Return the footage that `order` names: its source, and clips to go on from; pictures are none."""
    found: list[Relation] = []
    if order.source is not None:
        found.append(Relation("reframed" if order.reframe else "edited", order.source))
    return (*found, *_gone_on_from(order.anchors))


def _gone_on_from(anchors: Anchors) -> Iterator[Relation]:
    ends: tuple[tuple[Role, str | None], ...] = (
        ("continued", anchors.first), ("led-up-to", anchors.last),
    )  # fmt: skip
    for role, reference in ends:
        if reference is not None and _is_footage(reference):
            yield Relation(role, reference)


def _is_footage(reference: str) -> bool:
    kind = kind_of_reference(reference)
    if kind is not ReferenceKind.FILE:
        return kind is ReferenceKind.GENERATION
    path = Path(reference)
    return path.is_dir() or (path.is_file() and kind_of(path) in ("movie", "archive"))


@dataclass(slots=True)
class Footage:
    """What is known of footage once it was read."""

    shape: Fraction
    """Width over height as it is shown."""
    transfer: str
    """The movie's tag, "linear" for EXR frames."""
    rate: Fraction | None = None
    count: int = 0
    meter: MotionMeter = field(default_factory=MotionMeter)
    prints: Prints = field(default_factory=Prints)
    thumbs: dict[int, Half] = field(default_factory=dict)
    """Thumbnails by index, linear Rec.709 light: the first MOST, or the last where the end was asked for."""

    def picture(self, index: int) -> Picture:
        """Return one thumbnail as float32."""
        return self.thumbs[index].astype(np.float32)


def halved(picture: Picture) -> Half:
    """Return light in half floats, what is brighter held at the brightest."""
    return np.minimum(picture, _LARGEST).astype(np.float16)


def read_footage(relation: Relation, *, progress: Progress = silent) -> Footage:
    """Read the footage of `relation` to its end, of a folder with both the movie.

    Raises WorkError where it cannot be read, UsageError where it holds several clips.

    Thumbnails are kept but for what was edited, whose prints and motion are enough.
    """
    with open_one(relation.reference).opened() as delivery:
        footage, pictures = _opened(delivery)
        for index, picture in enumerate(pictures):
            footage.count += 1
            footage.prints.add(index, picture)
            if relation.role == "edited":
                footage.meter.add(picture)
            elif index < MOST or relation.role == "continued":
                footage.thumbs[index] = halved(picture)
                footage.thumbs.pop(index - MOST, None)
            progress("measuring what it was made from", index + 1, None)
    return footage


def _opened(delivery: Delivery) -> tuple[Footage, Iterator[Picture]]:
    if delivery.movie is None:
        assert delivery.sequence is not None
        frames = delivery.sequence
        part = read_header(frames.store.read(frames.frames[0].name)).main
        shape = Fraction(*part.size) * Fraction(part.pixel_aspect).limit_denominator(100)
        return Footage(shape, "linear", part.rate), _shown_frames(frames)
    facts = describe(delivery.movie)
    shape = shape_of(facts.size, facts.pixel_aspect)
    footage = Footage(shape, facts.color.transfer or "bt709", facts.rate)
    tags = resolved(facts.color, facts.size, facts.pixel_format)
    return footage, _shown_movie(delivery.movie, Thumbnailer(tags))


def shape_of(size: tuple[int, int], pixel_aspect: str) -> Fraction:
    """Return width over height as a player shows it, before it is turned."""
    wide, high = (int(n) for n in pixel_aspect.split(":"))
    return Fraction(size[0] * wide, size[1] * high)


def _shown_movie(path: Path, thumbnail: Thumbnailer) -> Iterator[Picture]:
    for frame in show(path, Reading()):
        yield thumbnail(*component_planes(frame.picture))


def _shown_frames(sequence: Sequence) -> Iterator[Picture]:
    """Yield thumbnails of the frames that can be read."""
    with frame_pool("decode") as pool:
        seen = pool.in_order(lambda f: observe(sequence.store, f, _THUMBS), sequence.frames)
        for observed in seen:
            if observed.thumb is not None:
                yield observed.thumb
