"""What the rules of the services speak of: an Order, told as a flat table of facts.

A fact that was not ordered is absent, but for what all services document alike:
flags are off, a clip that is made new lasts 5 s at 720p. Nothing is read but the
size of the files an order names.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final, NamedTuple

from answerprint.direction import Position, ReferenceKind, kind_of_reference, place_keyframes
from answerprint.order import CELLS, Order, Size

Fact = bool | int | float | str | tuple[str, ...]
"""A value a condition is held against; a tuple holds one value for each picture."""

GRID: Final = 24
"""Frames a second, and positions a second of the keyframe grid [Luma's SDK, Runware's guide]."""
USUAL_SECONDS: Final = 5
"""Length of a clip whose order names none, at every service."""
USUAL_RESOLUTION: Final = "720p"
"""Resolution of a clip whose order names none, at every service."""


class Meaning(NamedTuple):
    """What a fact is called in an order, and what it says."""

    key: str
    """The order's key it comes from; empty where it is the order's whole shape."""
    says: str


FACTS: Final[Mapping[str, Meaning]] = MappingProxyType({
    "mode": Meaning("", "The order's mode."),
    "work": Meaning("", "generation where a clip is made new, else edit or reframe."),
    "prompt_length": Meaning("prompt", "Characters of the prompt."),
    "seconds": Meaning("seconds", "Length; 5 where a new clip's order names none."),
    "fps": Meaning("fps", "Frames a second."),
    "frames": Meaning("frames", "Exact number of frames."),
    "resolution": Meaning("resolution", "Named height, from the size too; 720p where a new clip's order names neither."),
    "resolution_named": Meaning("resolution", "Whether the order itself names a resolution."),
    "aspect": Meaning("aspect", "Aspect, from the size where only that is given."),
    "size": Meaning("size", "Pixel size as ordered, 1280x720."),
    "cell": Meaning("size", "The published pixel size that the order comes to."),
    "hdr": Meaning("hdr", "Whether HDR was asked for."),
    "exr": Meaning("exr", "Whether EXR frames were asked for."),
    "loop": Meaning("loop", "Whether a loop was asked for."),
    "anchored": Meaning("anchors", "Whether an end is pinned to anything."),
    "first": Meaning("anchors.first", "picture or generation: what the first frame goes by."),
    "last": Meaning("anchors.last", "picture or generation: what the last frame goes by."),
    "first_kind": Meaning("anchors.first", "Kind of that reference."),
    "last_kind": Meaning("anchors.last", "Kind of that reference."),
    "picture_kinds": Meaning("anchors", "Kinds of all pictures that frames are pinned to."),
    "picture_types": Meaning("anchors", "Their formats, where a suffix or data URI tells."),
    "picture_bytes": Meaning("anchors", "Bytes of the largest, where it is here."),
    "keyframes": Meaning("keyframes", "How many keyframes there are."),
    "keyframe_kinds": Meaning("keyframes", "Kinds of their pictures."),
    "keyframe_highest": Meaning("keyframes", "Highest frame one is pinned to, all of them placed."),
    "keyframe_lowest": Meaning("keyframes", "Lowest frame given as a number; -1 is the last."),
    "keyframe_unique": Meaning("keyframes", "Whether no two share a frame."),
    "keyframe_numbered": Meaning("keyframes", "Whether each says its frame as a number from 0."),
    "keyframe_at_end": Meaning("keyframes", "Whether one is pinned to frame seconds x 24, by number."),
    "source": Meaning("source", "Kind of the reference to the footage."),
    "source_type": Meaning("source", "Its format, where a suffix or data URI tells."),
    "source_bytes": Meaning("source", "Its bytes, where it is here."),
    "file_bytes": Meaning("source", "Bytes of the largest file here that the order names."),
    "data_typed": Meaning("source", "Whether every data URI names its media type."),
    "strength": Meaning("edit.strength", "How far an edit may go."),
    "auto": Meaning("edit.auto", "Whether the model steers the edit."),
    "controls": Meaning("edit", "Whether any control of an edit is set."),
    "face": Meaning("edit.face", "Whether faces are kept."),
    "pose": Meaning("edit.pose", "How closely poses are kept."),
    "depth": Meaning("edit.depth", "How blurred the depth is."),
    "normals": Meaning("edit.normals", "How varied surface normals are."),
    "trajectory": Meaning("edit.trajectory", "How sparse motion paths are."),
    "position": Meaning("reframe.position", "Whether the source's place is given."),
    "position_x": Meaning("reframe.position.x", "Its left edge."),
    "position_y": Meaning("reframe.position.y", "Its top edge."),
    "position_width": Meaning("reframe.position.width", "Its width."),
    "position_height": Meaning("reframe.position.height", "Its height."),
    "results": Meaning("results", "How many clips are wanted of the one order."),
    "format": Meaning("format", "Container."),
    "quality": Meaning("quality", "Compression quality."),
    "safety": Meaning("safety", "Whether anything is said about content checks."),
    "safety_mode": Meaning("safety.mode", "How thoroughly content is checked."),
    "ttl": Meaning("ttl", "Seconds the result is kept."),
    "upload": Meaning("upload", "Whether the service is to put the result somewhere."),
})  # fmt: skip
"""Every fact a rule may speak of."""

_MODE_KEYS: Final = {
    "text": ("prompt",), "image": ("anchors",), "keyframes": ("keyframes",), "extend": ("anchors",),
    "interpolate": ("anchors",), "edit": ("source", "edit"), "reframe": ("source", "reframe"),
}  # fmt: skip
_MEDIA: Final = frozenset((
    "jpeg", "png", "webp", "gif", "bmp", "tiff", "heic", "avif", "exr", "svg",
    "mp4", "mov", "webm", "mkv", "avi", "m4v",
))  # fmt: skip
_SAME: Final = {"jpg": "jpeg", "tif": "tiff", "svg+xml": "svg", "quicktime": "mov"}


def facts_of(order: Order) -> Mapping[str, Fact]:
    """Tell `order` as facts; FACTS says what each means. Never raises for a valid order."""
    told = (
        _asked(order) | _shape(order) | _anchors(order) | _pictures(order)
        | _keyframes(order) | _footage(order) | _steering(order) | _delivery(order)
    )  # fmt: skip
    return MappingProxyType({name: fact for name, fact in told.items() if fact is not None})


def keys_of(fact: str, order: Order) -> tuple[str, ...]:
    """Return the keys of `order` that `fact` comes from.

    >>> keys_of("strength", Order())
    ('edit.strength',)
    """
    return (FACTS[fact].key,) if FACTS[fact].key else _MODE_KEYS[order.mode]


def work_of(order: Order) -> str:
    """Return `edit` or `reframe`, or `generation` for every mode that makes a clip new."""
    return order.mode if order.mode in ("edit", "reframe") else "generation"


def weigh(reference: str) -> int | None:
    """Return the bytes of a data URI or a local file; None for what lies elsewhere or is not there."""
    kind = kind_of_reference(reference)
    if kind is ReferenceKind.DATA:
        head, _, content = reference.partition(",")
        return len(content) * 3 // 4 if head.endswith(";base64") else len(content)
    if kind is not ReferenceKind.FILE:
        return None
    try:
        return Path(reference).expanduser().stat().st_size
    except (OSError, ValueError, RuntimeError):
        return None


def _asked(order: Order) -> dict[str, Fact | None]:
    made_new = work_of(order) == "generation"
    seconds = order.seconds if order.seconds is not None or not made_new else USUAL_SECONDS
    return {
        "mode": order.mode,
        "work": work_of(order),
        "prompt_length": len(order.prompt) if order.prompt is not None else None,
        "seconds": None if seconds is None else float(seconds),
        "fps": None if order.fps is None else float(order.fps),
        "frames": order.frames,
        "hdr": bool(order.hdr),
        "exr": bool(order.exr),
        "loop": bool(order.loop),
    }


def _shape(order: Order) -> dict[str, Fact | None]:
    made_new = work_of(order) == "generation"
    resolution, aspect = order.named_shape
    if order.size:
        # A size is a published one exactly where it has a resolution's name.
        cell = order.size if resolution else None
    else:
        cells = CELLS[resolution or USUAL_RESOLUTION]
        cell = cells.get(aspect or ("16:9" if made_new else ""))
    usual = USUAL_RESOLUTION if made_new and order.size is None else None
    return {
        "resolution": resolution or usual,
        "resolution_named": order.resolution is not None,
        "aspect": aspect,
        "size": _spell(order.size) if order.size else None,
        "cell": _spell(cell) if cell else None,
    }


def _anchors(order: Order) -> dict[str, Fact | None]:
    told: dict[str, Fact | None] = {}
    for name, reference in (("first", order.anchors.first), ("last", order.anchors.last)):
        if reference:
            kind = kind_of_reference(reference)
            told[name] = "generation" if kind is ReferenceKind.GENERATION else "picture"
            told[f"{name}_kind"] = str(kind)
    return told | {"anchored": bool(told)}


def _pictures(order: Order) -> dict[str, Fact | None]:
    pictures = tuple(_pinned(order))
    weights = [weight for picture in pictures if (weight := weigh(picture)) is not None]
    return {
        "picture_kinds": tuple(str(kind_of_reference(p)) for p in pictures) or None,
        "picture_types": tuple(t for p in pictures if (t := _type_of(p))) or None,
        "picture_bytes": max(weights, default=None),
    }


def _pinned(order: Order) -> Iterator[str]:
    for anchor in (order.anchors.first, order.anchors.last):
        if anchor and kind_of_reference(anchor) is not ReferenceKind.GENERATION:
            yield anchor
    yield from (keyframe.picture for keyframe in order.keyframes)


def _keyframes(order: Order) -> dict[str, Fact | None]:
    if not order.keyframes:
        return {}
    end = round((order.seconds or USUAL_SECONDS) * GRID)
    numbers = [keyframe.at for keyframe in order.keyframes if isinstance(keyframe.at, int)]
    # An edit's keyframes lie on the grid of a source whose length is not known.
    placed = numbers if work_of(order) == "edit" else list(place_keyframes(order.keyframes, end))
    return {
        "keyframes": len(order.keyframes),
        "keyframe_kinds": tuple(str(kind_of_reference(k.picture)) for k in order.keyframes),
        "keyframe_highest": max(placed, default=None),
        "keyframe_lowest": min(numbers, default=None),
        "keyframe_unique": len(set(placed)) == len(placed),
        "keyframe_numbered": len([n for n in numbers if n >= 0]) == len(order.keyframes),
        "keyframe_at_end": end in numbers,
    }


def _footage(order: Order) -> dict[str, Fact | None]:
    named = [*_pinned(order), *([order.source] if order.source else [])]
    files = [weigh(r) or 0 for r in named if kind_of_reference(r) is ReferenceKind.FILE]
    spelled = [r for r in named if kind_of_reference(r) is ReferenceKind.DATA]
    return {
        "source": str(kind_of_reference(order.source)) if order.source else None,
        "source_type": _type_of(order.source) if order.source else None,
        "source_bytes": weigh(order.source) if order.source else None,
        "file_bytes": max(files, default=None),
        "data_typed": all(_media_type(r) for r in spelled) if spelled else None,
    }


def _steering(order: Order) -> dict[str, Fact | None]:
    edit = order.edit
    chosen = (
        {name: getattr(edit, name) for name in ("strength", "pose", "depth", "normals", "trajectory")}
        if edit
        else {}
    )  # fmt: skip
    place: Position | None = order.reframe.position if order.reframe else None
    sides = {f"position_{side}": value for side, value in place or ()}
    return chosen | sides | {
        "auto": bool(edit and edit.auto),
        "face": bool(edit and edit.face),
        "controls": bool(edit and edit.controls),
        "position": place is not None,
    }  # fmt: skip


def _delivery(order: Order) -> dict[str, Fact | None]:
    safety = order.safety
    return {
        "results": order.results,
        "format": order.format,
        "quality": order.quality,
        "safety": safety is not None and (safety.check is not None or safety.mode is not None),
        "safety_mode": safety.mode if safety else None,
        "ttl": order.ttl,
        "upload": order.upload is not None,
    }


def _type_of(reference: str) -> str | None:
    """Return the media format a data URI or a suffix names; None where it is none we know."""
    kind = kind_of_reference(reference)
    if kind is ReferenceKind.DATA:
        word = _media_type(reference).partition("/")[2]
    elif kind is ReferenceKind.LINK:
        place = reference.partition("://")[2].partition("?")[0].partition("#")[0]
        word = PurePosixPath(place.partition("/")[2]).suffix.lstrip(".")
    else:
        word = PurePosixPath(reference).suffix.lstrip(".")
    word = _SAME.get(word.lower(), word.lower())
    return word if word in _MEDIA else None


def _media_type(reference: str) -> str:
    return reference.partition(":")[2].partition(",")[0].partition(";")[0]


def _spell(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
