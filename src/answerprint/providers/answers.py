"""Reading what services answer: results of any shape, under names we know and names we do not."""

import mimetypes
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlsplit

from answerprint.providers.job import Failure, JobState, Link, LinkKind

_MOVIE: Final = frozenset({"mp4", "mov", "webm", "m4v", "mkv"})
_FRAMES: Final = frozenset({"exr", "zip"})
_PICTURE: Final = frozenset({"jpg", "jpeg", "png", "webp", "avif", "gif"})
_LINK: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_MODERATED: Final = re.compile(
    r"moderat|safety|content.?policy|nsfw|(?<!case[ -])sensitive", re.IGNORECASE
)
"""Words that failures for what a picture shows have, where no code tells them."""
_SPOKEN: Final = ("detail", "message", "msg", "error", "reason", "title")
"""Keys of an error that hold words for people, the fullest first."""
_MEANT: Final = {
    word: state
    for state, words in {
        JobState.SUCCEEDED: "succeeded success successful completed complete done finished",
        JobState.FAILED: "failed failure error errored rejected timeout timed-out expired",
        JobState.CANCELED: "canceled cancelled aborted",
    }.items()
    for word in words.split()
}
"""Words for the end of a job at any service, should one use another's."""
_DEEPEST: Final = 16
"""Levels of an answer that are read; the deepest documented result has five."""
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


def mapping(value: Any) -> Mapping[str, Any]:
    """Return `value` where it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> list[Any]:
    """Return `value` where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def spoken(value: Any, depth: int = 0) -> str:
    """Return the human text of an error of any shape: a text, an object that has one, or a list of either.

    >>> spoken({"detail": [{"loc": ["video"], "msg": "hdr needs 720p"}]})
    'hdr needs 720p'
    """
    if depth > _DEEPEST or value is None or isinstance(value, bool):
        return ""
    if isinstance(value, Mapping):
        texts = (spoken(value.get(key), depth + 1) for key in _SPOKEN)
        return next(filter(None, texts), "")
    if isinstance(value, list):
        return "; ".join(filter(None, (spoken(item, depth + 1) for item in value)))
    return str(value)


def state_told(said: Any, known: Mapping[str, JobState]) -> JobState:
    """Return the state a service speaks of: one of those it documents, else what the word means anywhere.

    What means nothing is taken for a job that runs.

    >>> state_told("Cancelled", {"canceled": JobState.CANCELED})
    <JobState.CANCELED: 'canceled'>
    """
    word = str(said).strip().lower().replace("_", "-")
    return known.get(word) or _MEANT.get(word, JobState.RUNNING)


def failure_told(words: str) -> Failure:
    """Tell the kind of a failure by its words, where the service has no code for it.

    >>> failure_told("Flagged by content moderation")
    'moderated'
    """
    return "moderated" if _MODERATED.search(words) else "failed"


def dollars(value: Any) -> Decimal | None:
    """Return an amount of money; None where `value` is none.

    >>> dollars(0.3)
    Decimal('0.3')
    """
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def share(value: Any) -> float | None:
    """Return how much is done, from 0 to 1, of a share or a percentage; None where `value` is neither.

    >>> share(40)
    0.4
    """
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 100:
        return None
    return value / 100 if value > 1 else float(value)


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
    return _kind_of_extension(_path_of(url).rpartition(".")[2].lower())


def media_type_of(name: str) -> str:
    """Return the media type of a file or link by its extension; MP4 where it says nothing."""
    return mimetypes.guess_type(_path_of(name))[0] or "video/mp4"


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


def _walk(value: Any, key: str, depth: int = 0) -> Iterator[tuple[str, LinkKind]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        if _is_link(value):
            yield value, kind_of_link(value, key)
    elif isinstance(value, Mapping):
        yield from _walk_object(value, key, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _walk(item, key, depth + 1)


def _walk_object(value: Mapping[str, Any], key: str, depth: int) -> Iterator[tuple[str, LinkKind]]:
    said = str(value.get("type") or value.get("kind") or "")
    for name, item in value.items():
        if name in ("url", "uri", "href") and isinstance(item, str) and _is_link(item):
            yield item, kind_of_link(item, said, key)
        else:
            yield from _walk(item, name, depth)


def _is_link(text: str) -> bool:
    return bool(_LINK.fullmatch(text) and _path_of(text))


def _path_of(link: str) -> str:
    """Return the path of a link or name; empty where it is no link that can be asked for."""
    try:
        return urlsplit(link).path
    except ValueError:
        return ""


def _kind_of_extension(extension: str) -> LinkKind:
    if extension in _MOVIE:
        return "movie"
    if extension in _FRAMES:
        return "frames"
    return "picture" if extension in _PICTURE else "other"
