"""The pictures deliverables are made of: the EXR sequence's light where there is one, else the movie's.

Every frame is read once, on a pool of threads, and developed into all the forms
that are asked for. Memory: a few frames a thread.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.color.codes import Codes
from answerprint.color.pixelformat import PIXEL_FORMATS
from answerprint.color.planes import encode_planes
from answerprint.deliverables.pictures.appearance import (
    Appearance,
    AsIs,
    Developed,
    Form,
    Light,
    Raw,
)
from answerprint.deliverables.pictures.burn import FrameFacts, burn
from answerprint.deliverables.pictures.geometry import Placement
from answerprint.errors import SourceError
from answerprint.measure.kin.compare import Sample, sample
from answerprint.measure.pool import frame_pool
from answerprint.measure.sweep import Observed
from answerprint.measured.movie import ColorTags
from answerprint.order import Size
from answerprint.progress import Progress

FactsOf = Callable[[int, Appearance], FrameFacts]
"""What a burn-in may say of a frame, by its place in the clip."""


class Frame(ABC):
    """One decoded picture of the source."""

    @abstractmethod
    def shown(self, appearance: Appearance) -> NDArray[np.uint16]:
        """Return the picture as it is to look: full-range display R'G'B', (3, h, w)."""

    def light(self, form: Light) -> dict[str, NDArray[np.float16]]:  # noqa: ARG002
        """Return half planes by channel. Raises SourceError where there is no scene light."""
        raise SourceError(
            f"{type(self).__name__} holds display pictures, and EXR is of scene light"
        )

    def as_is(self) -> tuple[Codes, Sample]:
        """Return the picture's own codes, flat, and its samples."""
        raise NotImplementedError

    def alpha(self, placement: Placement) -> NDArray[np.uint16] | None:  # noqa: ARG002
        """Return the alpha plane, full-range of 16 bits, where there is one."""
        return None

    def observed(self) -> Observed | None:
        """Return what the checks measure of it, where they do."""
        return None


@dataclass(frozen=True, slots=True)
class Pictures(ABC):
    """A run of pictures of one size: what deliverables are made of.

    `size` is upright, as a player turns them; `tags` are of display pictures,
    None for scene light; `first` is the number of the first frame.
    """

    size: Size
    rate: Fraction
    count: int
    tags: ColorTags | None
    first: int = 0
    pixel_aspect: Fraction = Fraction(1)
    alpha: bool = False
    notes: tuple[str, ...] = ()

    @abstractmethod
    def tasks(self, indices: Sequence[int]) -> Iterator[Callable[[], Frame]]:
        """Yield, for each index in rising order, what decodes it: on another thread, in any order."""

    @abstractmethod
    def prepare(
        self, appearances: Sequence[Appearance], *, exactly: bool, progress: Progress
    ) -> None:
        """Make everything ready that showing needs. Raises what `color.rendering` raises."""

    def own_form(self) -> AsIs | None:
        """Return the form of pictures that ffmpeg converts itself, where they have one."""
        return None


def develop(
    pictures: Pictures,
    indices: Sequence[int],
    forms: Sequence[Form],
    *,
    facts: FactsOf,
    observe: bool = False,
    threads: int | None = None,
) -> Iterator[Developed]:
    """Read the frames of `indices`, rising, and yield each in all `forms`, in order.

    With `observe` the checks' measurements are taken from the same decoded frame.
    Raises FrameError, SourceError or ArchiveError where a frame cannot be read.
    """

    def work(pair: tuple[int, Callable[[], Frame]]) -> Developed:
        return _developed(pair[0], pair[1](), forms, facts, observe=observe)

    with frame_pool("develop", threads) as pool:
        pairs = zip(indices, pictures.tasks(indices), strict=False)  # a movie may end early
        yield from pool.in_order(work, pairs)


def _developed(
    index: int, frame: Frame, forms: Sequence[Form], facts: FactsOf, *, observe: bool
) -> Developed:
    shown: dict[Appearance, tuple[NDArray[np.uint16], Sample]] = {}
    pictures: dict[Form, Any] = {}
    samples: dict[Form, Any] = {}
    for form in forms:
        if isinstance(form, Light):
            pictures[form], samples[form] = frame.light(form), None
        elif isinstance(form, AsIs):
            pictures[form], samples[form] = frame.as_is()
        else:
            if form.appearance not in shown:
                rgb = _burned(frame.shown(form.appearance), form.appearance, facts, index)
                shown[form.appearance] = rgb, sample(rgb)
            rgb, samples[form] = shown[form.appearance]
            pictures[form] = _encoded(rgb, form, frame)
    return Developed(index, pictures, samples, frame.observed() if observe else None)


def _burned(
    rgb: NDArray[np.uint16], appearance: Appearance, facts: FactsOf, index: int
) -> NDArray[np.uint16]:
    if appearance.burn is None:
        return rgb
    return burn(rgb, appearance.burn, facts(index, appearance), appearance.tags)


def _encoded(rgb: NDArray[np.uint16], form: Raw, frame: Frame) -> Codes:
    alpha = frame.alpha(form.appearance.placement) if form.alpha else None
    return encode_planes(
        rgb,
        PIXEL_FORMATS[form.pixel_format],
        form.matrix,
        form.range,
        siting=form.siting,
        alpha=alpha,
    )
