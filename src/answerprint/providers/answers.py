"""Reading what services answer: results of any shape, under names we know and names we do not."""

import mimetypes
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from answerprint.providers.job import Link, LinkKind

_MOVIE: Final = frozenset({"mp4", "mov", "webm", "m4v", "mkv"})
_FRAMES: Final = frozenset({"exr", "zip"})
_PICTURE: Final = frozenset({"jpg", "jpeg", "png", "webp", "avif", "gif"})
_LINK: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_STEMS: Final[dict[LinkKind, str]] = {
    "movie": "video",
    "frames": "exr",
    "picture": "picture",
    "other": "file",
}


def picked(body: Any, *path: str) -> Any:
    """Return the value under `path` in nested objects; None where any step is missing."""
    for key in path:
        if not isinstance(body, Mapping):
            return None
        body = body.get(key)
    return body


def links_in(result: Any) -> tuple[Link, ...]:
    """Return every link in a result, movies first, named so that no two have one name.

    A result may be a link, a list of them, or objects with one anywhere inside;
    what it is is told by a `type` beside it, by the name of its key, or by the
    link's own extension, in this order. Previews come last and are no result.
    """
    found: dict[str, LinkKind] = {}
    for url, kind in _walk(result, ""):
        found.setdefault(url, kind)
    order: tuple[LinkKind, ...] = ("movie", "frames", "other", "picture")
    ranked = sorted(found, key=lambda url: order.index(found[url]))
    counts: dict[LinkKind, int] = {}
    links = []
    for url in ranked:
        kind = found[url]
        counts[kind] = counts.get(kind, 0) + 1
        suffix = "" if counts[kind] == 1 else f"-{counts[kind]}"
        links.append(Link(url=url, kind=kind, name=_STEMS[kind] + suffix))
    return tuple(links)


def kind_of_link(url: str, *hints: str) -> LinkKind:
    """Tell what a link leads to by the words beside it, then by its own extension."""
    for hint in hints:
        words = set(re.split(r"[^a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", hint).lower()))
        if words & {"exr", "frames", "zip", "sequence"}:
            return "frames"
        if words & {"thumbnail", "image", "poster", "preview", "cover", "first", "last"}:
            return "picture"
        if words & {"video", "movie", "mp4", "mov", "webm"}:
            return "movie"
    return _kind_of_extension(urlsplit(url).path.rpartition(".")[2].lower())


def media_type_of(name: str) -> str:
    """Return the media type of a file or link by its extension; MP4 where it says nothing."""
    return mimetypes.guess_type(urlsplit(name).path)[0] or "video/mp4"


def split_data(reference: str) -> tuple[str, str]:
    """Return the media type and the base64 text of a data URI.

    >>> split_data("data:image/png;base64,AAAA")
    ('image/png', 'AAAA')
    """
    head, _, content = reference.partition(",")
    return head.removeprefix("data:").partition(";")[0] or "application/octet-stream", content


def data_uri(media_type: str, content: bytes) -> str:
    """Return `content` as a data URI.

    >>> data_uri("image/png", b"abc")
    'data:image/png;base64,YWJj'
    """
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def basic(user: str, word: str) -> str:
    """Return the value of an HTTP Basic header.

    >>> basic("a", "b")
    'Basic YTpi'
    """
    return f"Basic {b64encode(f'{user}:{word}'.encode()).decode()}"


def uuid_like(content: bytes) -> str:
    """Return a version-4 UUID that equal bytes share, so that a repeated upload has one name."""
    return str(UUID(bytes=blake2b(content, digest_size=16).digest(), version=4))


def _walk(value: Any, key: str) -> Iterator[tuple[str, LinkKind]]:
    if isinstance(value, str):
        if _LINK.fullmatch(value):
            yield value, kind_of_link(value, key)
    elif isinstance(value, Mapping):
        yield from _walk_object(value, key)
    elif isinstance(value, Iterable):
        for item in value:
            yield from _walk(item, key)


def _walk_object(value: Mapping[str, Any], key: str) -> Iterator[tuple[str, LinkKind]]:
    said = str(value.get("type") or value.get("kind") or "")
    for name, item in value.items():
        if name in ("url", "uri", "href") and isinstance(item, str) and _LINK.fullmatch(item):
            yield item, kind_of_link(item, said, key)
        else:
            yield from _walk(item, name)


def _kind_of_extension(extension: str) -> LinkKind:
    if extension in _MOVIE:
        return "movie"
    if extension in _FRAMES:
        return "frames"
    return "picture" if extension in _PICTURE else "other"
