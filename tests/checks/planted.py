"""A steady little clip of real motion, and defects planted in it by code that measures nothing."""

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from answerprint.checks.check import Breach
from answerprint.checks.limits import Limits
from answerprint.measure.light.flashes import FlashMeter
from answerprint.measure.motion.meter import MotionMeter
from answerprint.measured.flashes import Flashes
from answerprint.measured.motion import Motion
from answerprint.rehearsal.scenery.scene import Scene, render
from tests.checks.subjects import breaches, movie

Picture = NDArray[np.float32]

COUNT = 40
SIZE = (96, 54)
IDS = (
    "picture.repeated",
    "picture.odd-frame",
    "picture.order-swapped",
    "picture.dropped",
    "picture.cut",
    "picture.flash",
    "picture.flicker",
    "picture.exposure-pumps",
    "picture.color-pumps",
)


@cache
def _rendered(seed: int) -> tuple[Picture, ...]:
    return tuple(render(Scene(seed, SIZE, 48), number) for number in range(COUNT))


def steady(seed: int = 3) -> list[Picture]:
    """The frames of a moving scene with its grain, linear light."""
    return list(_rendered(seed))


def motion_of(pictures: Iterable[Picture]) -> Motion:
    meter = MotionMeter()
    for picture in pictures:
        meter.add(picture)
    return meter.result()


def flashes_of(pictures: Iterable[Picture], white: float = 200.0) -> Flashes:
    meter = FlashMeter(white)
    for picture in pictures:
        meter.add(picture)
    return meter.result()


def found(pictures: Sequence[Picture], limits: Limits | None = None) -> dict[str, list[Breach]]:
    """What the checks of pictures through time find in a movie of these, by id; measured once."""
    clip = movie(len(pictures), motion=motion_of(pictures))
    findings = {id_: breaches(id_, clip, limits=limits) for id_ in IDS}
    return {id_: breaches_ for id_, breaches_ in findings.items() if breaches_}


def exposed(picture: Picture, stops: float) -> Picture:
    return picture * np.float32(2.0**stops)


def tinted(picture: Picture, stops: float) -> Picture:
    """The same picture with its red raised and its blue lowered."""
    return picture * np.array([2.0**stops, 1, 2.0**-stops], np.float32)
