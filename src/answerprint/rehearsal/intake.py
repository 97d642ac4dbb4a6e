"""What the stand-ins learn of the pictures and footage they are given."""

import base64
import binascii
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np

from answerprint.errors import SourceError
from answerprint.media.movie.probing import probe
from answerprint.order import CELLS, Size
from answerprint.rehearsal.courier import fetch, is_loopback
from answerprint.rehearsal.scenery.pinned import PinnedPicture

DEFAULT_SIZE: Final = (1280, 720)
DEFAULT_SECONDS: Final = 5.0


class Footage(NamedTuple):
    """What decides about a result: the shape and the length of what it is made from."""

    size: Size = DEFAULT_SIZE
    seconds: float = DEFAULT_SECONDS


def decoded(text: str) -> bytes | None:
    """Return the bytes of base64, bare or in a data URI; None where it is neither."""
    content = text.partition(",")[2] if text.startswith("data:") else text
    try:
        return base64.b64decode(content, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def content_of(reference: str) -> bytes | None:
    """Return what a loopback link, a data URI or base64 holds; None where it holds nothing, or lies on another machine."""
    is_link = reference.startswith(("http://", "https://"))
    return fetch(reference) if is_link else decoded(reference)


def pin_pictures(pictures: Iterable[tuple[int, bytes | None]]) -> tuple[PinnedPicture, ...]:
    """Return the pictures that are here, each with its frame; what lies on another machine cannot be shown."""
    return tuple(
        PinnedPicture(frame=frame, content=content)
        for frame, content in pictures
        if content is not None and look_at_picture(content) is not None
    )


def look_at_picture(content: bytes) -> Size | None:
    """Return the size of an encoded picture, None where it is none."""
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None:
        return None
    return int(picture.shape[1]), int(picture.shape[0])


def look_at_movie(content: bytes) -> Footage | None:
    """Return size and length of a movie, None where it is none."""
    with tempfile.NamedTemporaryFile(suffix=".movie") as file:
        file.write(content)
        file.flush()
        try:
            facts = probe(Path(file.name))
        except SourceError:
            return None
    return Footage(facts.size, facts.seconds or facts.container_seconds or DEFAULT_SECONDS)


def look_at_link(url: str) -> Footage | None:
    """Return size and length of the movie at a loopback link, None where there is none.

    A link that leaves this machine is not followed: what lies there is taken
    for five seconds of 1280x720.
    """
    if not is_loopback(url):
        return Footage()
    content = fetch(url)
    return None if content is None else look_at_movie(content)


def cell_like(size: Size, resolution: str) -> Size:
    """Return the pixel size of a resolution whose aspect is nearest to that of `size`.

    >>> cell_like((1920, 1080), "540p")
    (960, 540)
    """
    aspect = size[0] / size[1]
    return min(CELLS[resolution].values(), key=lambda cell: abs(cell[0] / cell[1] - aspect))
