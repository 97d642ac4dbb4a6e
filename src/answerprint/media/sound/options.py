"""A sound plan read from options as a person writes them."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypedDict, Unpack

from answerprint.errors import UsageError
from answerprint.media.sound.loudness import loudness_target
from answerprint.media.sound.plan import MOST_GAIN, Channels, Fit, Offset, SoundPlan, Stem, Unit
from answerprint.record import closest

_GAIN: Final = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,3})?) ?dB", re.IGNORECASE)
_OFFSET: Final = re.compile(
    r"([+-]?\d{1,9}(?:\.\d{1,6})?) ?(f|frames?|smp|samples?|ms|s)", re.IGNORECASE
)


class SoundOptions(TypedDict, total=False):
    """The options that say how sound is laid, by the names the command line has."""

    gain: str | float | None
    fit: str | None
    keep_pitch: bool | None
    crossfade: float | None
    offset: str | None
    fade: float | None
    fade_in: float | None
    fade_out: float | None
    channels: str | None
    loudness: str | None
    true_peak: float | None


def plan_sound(
    audio: str | Path | Sequence[str | Path] | None, **options: Unpack[SoundOptions]
) -> SoundPlan | None:
    """Return the plan that options as a person writes them make; None where there is no audio.

    Each of `audio` is a path, or a text `FILE@GAIN`, `FILE@OFFSET` or both, as
    in `surf.wav@-6dB@+3f`. Options left out or None have their defaults:

    - `gain`: dB for every stem, as in `-6dB`, on top of its own
    - `fit`: trim (default), pad, loop or stretch; `keep_pitch`: default True; `crossfade`: seconds
    - `offset`: `+3f`, `-12f`, `480smp`, `20ms`, `0.5s`
    - `fade`: seconds at both ends; `fade_in` and `fade_out` go before it
    - `channels`: keep (default), mono, stereo or 5.1
    - `loudness`: a rule's name or LUFS; `true_peak`: dBTP, where not the rule's

    All is read before None is returned, so that a slip is told without audio,
    too. Raises UsageError.
    """
    unknown = sorted(options.keys() - SoundOptions.__annotations__)
    if unknown:
        raise UsageError(
            f"no option is called {unknown[0]!r}, {closest(unknown[0], SoundOptions.__annotations__)}"
        )
    fade = _seconds("fade", options.get("fade"), 3600) or 0.0
    fade_in = _seconds("fade-in", options.get("fade_in"), 3600)
    fade_out = _seconds("fade-out", options.get("fade_out"), 3600)
    loudness, keep_pitch = options.get("loudness"), options.get("keep_pitch")
    gain = read_gain(options.get("gain") or 0.0)
    plan = {
        "fit": fit_named(options.get("fit") or Fit.TRIM),
        "keep_pitch": True if keep_pitch is None else keep_pitch,
        "crossfade": _seconds("crossfade", options.get("crossfade"), 60),
        "offset": read_offset(options.get("offset") or "0f"),
        "fade_in": fade if fade_in is None else fade_in,
        "fade_out": fade if fade_out is None else fade_out,
        "channels": channels_named(options.get("channels") or Channels.KEEP),
        "loudness": loudness_target(loudness) if loudness else None,
        "true_peak": _peak(options.get("true_peak")),
    }
    stems = tuple(read_stem(each, gain) for each in _several(audio))
    return SoundPlan.model_validate({"stems": stems, **plan}) if stems else None


def read_stem(text: str | Path, gain: float = 0.0) -> Stem:
    """Return the stem that `FILE`, `FILE@-6dB`, `FILE@+3f` or both name, `gain` dB added. Raises UsageError.

    A file whose own name ends like that is taken as it is where it exists, and
    a Path always is.
    """
    path, offset = str(text), Offset()
    while isinstance(text, str) and not Path(path).exists():
        front, at, word = path.rpartition("@")
        if not (at and front):
            break
        if _GAIN.fullmatch(word.strip()):
            gain += read_gain(word)
        elif _OFFSET.fullmatch(word.strip()):
            offset = read_offset(word)
        elif Path(front).exists():
            raise UsageError(
                f"{word!r} is neither a gain nor a start", where=front, hint="write @-6dB, or @+12f"
            )
        else:
            break
        path = front
    if not path:
        raise UsageError("a sound has no name", where="audio", hint="name a file")
    return Stem(path=Path(path), gain=_bounded(gain, path), offset=offset)


def read_gain(text: str | float) -> float:
    """Return a gain in dB, written `-6dB` or as a number. Raises UsageError.

    >>> read_gain("-6dB")
    -6.0
    """
    word = str(text).strip()
    match = _GAIN.fullmatch(word) or _GAIN.fullmatch(word + "dB")
    if not match:
        raise UsageError(f"no gain reads {word!r}", hint="write it as -6dB or +3.5dB")
    return _bounded(float(match[1]), word)


def read_offset(text: str) -> Offset:
    """Return an offset written as `+3f`, `-12f`, `480smp`, `20ms` or `0.5s`. Raises UsageError.

    >>> read_offset("-12f").amount
    -12.0
    """
    match = _OFFSET.fullmatch(str(text).strip())
    if not match:
        raise UsageError(
            f"no offset reads {text!r}",
            hint="write frames as +3f, samples as 480smp, time as 20ms or 0.5s",
        )
    unit = match[2].lower()
    spelled = {"frame": "f", "frames": "f", "sample": "smp", "samples": "smp"}
    return Offset(amount=float(match[1]), unit=Unit(spelled.get(unit, unit)))


def fit_named(name: str) -> Fit:
    """Return the Fit of that name. Raises UsageError."""
    if name not in list(Fit):
        raise UsageError(f"no fit is called {name!r}, {closest(name, Fit)}")
    return Fit(name)


def channels_named(name: str) -> Channels:
    """Return the Channels of that name. Raises UsageError."""
    if name not in list(Channels):
        raise UsageError(f"no channel layout is called {name!r}, {closest(name, Channels)}")
    return Channels(name)


def _several(audio: str | Path | Sequence[str | Path] | None) -> Sequence[str | Path]:
    if audio is None:
        return ()
    return (audio,) if isinstance(audio, str | Path) else audio


def _bounded(gain: float, where: str) -> float:
    if not -MOST_GAIN <= gain <= MOST_GAIN:
        raise UsageError(
            f"a gain of {gain:g} dB is outside -{MOST_GAIN:g} to {MOST_GAIN:g}", where=where
        )
    return gain


def _seconds(name: str, value: float | None, most: float) -> float | None:
    if value is not None and not 0 <= value <= most:
        raise UsageError(f"--{name} lies between 0 and {most:g} seconds, not {value:g}")
    return value


def _peak(value: float | None) -> float | None:
    if value is not None and not -40 <= value <= 0:
        raise UsageError(f"--true-peak lies between -40 and 0 dBTP, not {value:g}")
    return value
