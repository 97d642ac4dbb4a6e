"""What each service can do, found by judging one sample order a feature by the rules: README's table is made of it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from answerprint.order import Order
from answerprint.providers.books import services
from answerprint.providers.rules import Verdict, find_rule, judge_order
from answerprint.record import Record

Ability = Literal["yes", "no", "disputed"]
"""Whether a service takes a feature; disputed where the sources contradict each other about it."""

_PROMPT: Final[dict[str, Any]] = {"prompt": "A bay at dawn"}
_EDIT: Final = _PROMPT | {"source": "generation:1", "edit": {"strength": "flex_1"}}
_REFRAME: Final = _PROMPT | {"source": "generation:1", "reframe": {}, "aspect": "1:1"}
_FIRST: Final = "https://host.example/first.png"
_LAST: Final = "https://host.example/last.png"
_BEATS: Final = [{"picture": _FIRST, "at": 0}, {"picture": _LAST, "at": 60}]

SAMPLES: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "text": _PROMPT,
        "first frame": _PROMPT | {"anchors": {"first": _FIRST}},
        "last frame": _PROMPT | {"anchors": {"last": _LAST}},
        "first and last frame": _PROMPT | {"anchors": {"first": _FIRST, "last": _LAST}},
        "keyframes": _PROMPT | {"keyframes": _BEATS},
        "keyframes at 10 s": _PROMPT | {"keyframes": _BEATS, "seconds": 10},
        "extend forward": _PROMPT | {"anchors": {"first": "generation:1"}},
        "extend backward": _PROMPT | {"anchors": {"last": "generation:1"}},
        "interpolate from a clip": _PROMPT | {"anchors": {"first": "generation:1", "last": _LAST}},
        "edit": _EDIT,
        "edit, automatic controls": _EDIT | {"edit": {"auto": True}},
        "edit, face control": _EDIT | {"edit": {"face": True}},
        "edit, pose, depth, normals, trajectory": _EDIT
        | {"edit": {"pose": "coarse", "depth": 0.5, "normals": 0.5, "trajectory": 0.5}},
        "edit, guide frame": _EDIT | {"anchors": {"first": _FIRST}},
        "edit, guide keyframes": _EDIT | {"keyframes": _BEATS},
        "edit, HDR": _EDIT | {"hdr": True, "resolution": "720p"},
        "edit, HDR and EXR": _EDIT | {"hdr": True, "exr": True, "resolution": "720p"},
        "edit of footage by link": _EDIT | {"source": "https://host.example/take.mp4"},
        "edit of a local file": _EDIT | {"source": "take.mp4"},
        "reframe": _REFRAME,
        "reframe at 1080p": _REFRAME | {"resolution": "1080p"},
        "reframe, source placed": _REFRAME
        | {"reframe": {"position": {"x": 0.25, "y": 0, "width": 0.5, "height": 1}}},
        "loop": _PROMPT | {"loop": True},
        "HDR": _PROMPT | {"hdr": True},
        "HDR and EXR": _PROMPT | {"hdr": True, "exr": True},
        "10 s": _PROMPT | {"seconds": 10},
        "360p": _PROMPT | {"resolution": "360p"},
        "540p": _PROMPT | {"resolution": "540p"},
        "1080p": _PROMPT | {"resolution": "1080p"},
        "size in pixels": _PROMPT | {"size": "1280x720"},
        "several results": _PROMPT | {"results": 4},
        "output format": _PROMPT | {"format": "webm"},
        "output quality": _PROMPT | {"quality": 90},
        "content safety": _PROMPT | {"safety": {"check": True, "mode": "fast"}},
        "ttl": _PROMPT | {"ttl": 3600},
        "upload endpoint": _PROMPT | {"upload": "https://host.example/put"},
    }
)
"""An order for each feature, as small as it can be."""


class Feature(Record):
    """One row of the table."""

    name: str
    """The feature."""
    sample: dict[str, Any]
    """The order it was judged by."""
    abilities: dict[str, Ability]
    """What each service makes of it."""


def feature_table() -> tuple[Feature, ...]:
    """Return a row for each feature, with every service that has a book."""
    return tuple(
        Feature(
            name=name,
            sample=dict(sample),
            abilities={
                service: ability(Order.parse(dict(sample)), service) for service in services()
            },
        )
        for name, sample in SAMPLES.items()
    )


def ability(order: Order, service: str) -> Ability:
    """Tell whether `service` takes `order`, and whether that is certain."""
    verdicts = judge_order(order, service)
    if any(verdict.refused for verdict in verdicts):
        return "no"
    return "disputed" if any(_in_doubt(verdict) for verdict in verdicts) else "yes"


def _in_doubt(verdict: Verdict) -> bool:
    return find_rule(verdict.rule).disputed is not None
