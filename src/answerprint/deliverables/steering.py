"""The encoder options that say how large or how good pictures become, and no other: taken out, and set anew."""

from pathlib import Path
from typing import Any, Final

from answerprint.deliverables.preset import Options, Preset

CRF: Final[dict[str, tuple[int, int]]] = {
    "libx264": (8, 45),
    "libx265": (8, 45),
    "libvpx-vp9": (8, 63),
    "libsvtav1": (8, 63),
}
"""Encoders that take a bit rate in two passes, and a constant quality: its best and worst value worth trying.

Under 8 a file grows and no eye or VMAF gains; the worst are where scales end, or
where x264 and x265 leave nothing to look at.
"""

_STEERING: Final = frozenset(
    {"crf", "qp", "cqp", "b:v", "b", "q:v", "q", "qscale", "qscale:v", "global_quality", "maxrate", "minrate",
     "maxrate:v", "minrate:v", "bufsize", "bufsize:v"}
)  # fmt: skip
_INNER: Final = frozenset(
    {"crf", "qp", "bitrate", "rc", "tbr", "vbv-maxrate", "vbv-bufsize", "pass", "stats"}
)
"""The same inside `x264-params`, `x265-params` and `svtav1-params`."""


def at_crf(preset: Preset, crf: int) -> Preset:
    """Return a preset at another constant quality."""
    assert preset.video is not None
    # libvpx takes crf for a cap on quality where it is given a rate, and its default rate is one.
    unbound: Options = {"b:v": 0} if preset.video.encoder == "libvpx-vp9" else {}
    return _with(preset, {"crf": crf} | unbound)


def at_bit_rate(preset: Preset, rate: int, run: int, log: Path, **rest: Any) -> Preset:
    """Return a preset for pass `run`, 1 or 2, at `rate` bits a second; `log` begins the names of its files.

    `rest` are fields of the preset to change besides.
    """
    assert preset.video is not None
    passes: Options = {"b:v": rate, "pass": run, "passlogfile": str(log)}
    return _with(preset, _patient(preset.video.options) | passes, **rest)


def _patient(options: Options) -> Options:
    """Return what has to change for two passes: libvpx knows but one in real time."""
    if options.get("deadline") != "realtime":
        return {}
    # In good quality libvpx-vp9 tells speeds up to 5 apart.
    return {"deadline": "good", "cpu-used": min(5, int(options.get("cpu-used", 5)))}


def unsteered(options: Options) -> Options:
    """Return encoder options without those that say how good or how large pictures become.

    >>> unsteered({"crf": 18, "g": 24, "x265-params": "open-gop=0:crf=20"})
    {'g': 24, 'x265-params': 'open-gop=0'}
    """
    kept = {key: value for key, value in options.items() if key not in _STEERING}
    inner = {key: _unsteered_inner(str(v)) for key, v in kept.items() if key.endswith("-params")}
    return {key: value for key, value in (kept | inner).items() if value != ""}


def _unsteered_inner(parameters: str) -> str:
    return ":".join(p for p in parameters.split(":") if p.partition("=")[0] not in _INNER)


def _with(preset: Preset, options: Options, **rest: Any) -> Preset:
    assert preset.video is not None
    steered = unsteered(preset.video.options) | options
    video = preset.video.model_copy(update={"options": steered})
    return preset.model_copy(update={"video": video} | rest)
