"""Measurements made up for checks, which are arithmetic on records and need nothing else."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from answerprint.checks.catalogue import find_check
from answerprint.checks.check import Breach, Subject
from answerprint.checks.limits import Limits
from answerprint.color.primaries import AP0
from answerprint.measured.clips import Measurements, MovieMeasures, SequenceMeasures
from answerprint.measured.deliverable import Deliverable, Expected, Likeness
from answerprint.measured.exr import ExrChannel, ExrHeader, ExrPart, PixelType
from answerprint.measured.frames import ChannelLevels, FrameLevels, Outliers
from answerprint.measured.motion import Motion
from answerprint.measured.movie import ColorTags, MovieFacts, SoundFacts
from answerprint.order import Order
from tests.checks.blinded import blinded

TAGS = ColorTags(primaries="bt709", transfer="bt709", matrix="bt709", range="tv")


def header(
    size: tuple[int, int] = (1280, 720),
    channels: str = "BGR",
    type_: PixelType = "half",
    **changes: Any,
) -> ExrHeader:
    """The header of an ordinary frame."""
    window = (0, 0, size[0] - 1, size[1] - 1)
    part = {
        "storage": "scanline",
        "compression": "dwab",
        "data_window": window,
        "display_window": window,
        "chromaticities": AP0,
        "channels": tuple(ExrChannel(name=name, type=type_) for name in channels),
    }
    return ExrHeader(parts=(ExrPart.model_validate(part | changes),))


def frame(number: int, **changes: Any) -> FrameLevels:
    """An ordinary frame."""
    levels = ChannelLevels(minimum=0.0, maximum=8.0, mean=0.3)
    plain = {
        "number": number,
        "name": f"shot.{number:04}.exr",
        "header": 0,
        "digest": f"{number:016x}",
        "pixels": 921_600,
        "channels": dict.fromkeys("BGR", levels),
        "luma": 0.3,
        "luma_peak": 5.0,
        "outliers": Outliers(count=1),
    }
    return FrameLevels.model_validate(plain | changes)


def sequence(
    count: int = 120,
    *,
    first: int = 1001,
    change: Mapping[int, Mapping[str, Any]] | None = None,
    headers: tuple[ExrHeader, ...] | None = None,
    motion: Motion | None = None,
    **changes: Any,
) -> SequenceMeasures:
    """An ordinary sequence; `change` alters single frames by number."""
    numbers = [n for n in range(first, first + count) if n not in changes.get("missing", ())]
    plain = {
        "place": "exr.zip",
        "label": f"shot.{first}-{first + count - 1}#.exr",
        "first": first,
        "last": first + count - 1,
        "padding": 4,
        "headers": headers or (header(),),
        "frames": tuple(frame(n, **(change or {}).get(n, {})) for n in numbers),
        "motion": motion,
    }
    return SequenceMeasures.model_validate(plain | changes)


def facts(**changes: Any) -> MovieFacts:
    """An ordinary SDR movie's facts."""
    plain = {
        "container": "mov,mp4",
        "codec": "h264",
        "pixel_format": "yuv420p",
        "bits": 8,
        "size": (1280, 720),
        "rate": 24,
        "seconds": 5.0,
        "declared": 120,
        "faststart": True,
        "color": TAGS,
    }
    return MovieFacts.model_validate(plain | changes)


def movie(
    count: int = 120, *, rate: Fraction = Fraction(24), times: Mapping[int, float] | None = None,
    motion: Motion | None = None, **changes: Any,
) -> MovieMeasures:  # fmt: skip
    """An ordinary movie; `times` moves single frames in time."""
    own = {key: changes.pop(key) for key in list(changes) if key in MovieFacts.model_fields}
    frames = tuple(
        frame(n, name="", header=None, time=(times or {}).get(n, float(n / rate)))
        for n in range(count)
    )
    plain = {
        "place": "video.mp4",
        "facts": facts(**({"declared": count, "rate": rate} | own)),
        "packets": count,
        "frames": frames,
        "sizes": {"1280x720": 0},
        "motion": motion,
    }
    return MovieMeasures.model_validate(plain | changes)


def deliverable(**changes: Any) -> Deliverable:
    """A file that is all it has to be, with sound."""
    expected = Expected(
        frames=120, rate=Fraction(24), size=(1280, 720), codec="h264", pixel_format="yuv420p", color=TAGS,
        sound="aac", faststart=True, psnr=30, ssim=0.85,
    )  # fmt: skip
    like = Likeness(
        frames=120, psnr=40, psnr_mean=42, psnr_frame=3, ssim=0.97, ssim_frame=3, color=0.4
    )
    sound = SoundFacts(codec="aac", sample_rate=48000, channels=2, layout="stereo")
    made = Deliverable(
        preset="h264-web", file="a.mp4", bytes=1, digest="0", expected=expected, facts=facts(sound=(sound,)),
        packets=120, decoded=120, likeness=like, picture_seconds=5.0, sound_seconds=5.01, sound_frame=0.0213,
    )  # fmt: skip
    return made.model_copy(update=changes)


def breaches(
    id_: str,
    *clips: SequenceMeasures | MovieMeasures,
    order: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    deliverables: tuple[Deliverable, ...] = (),
    unreadable: Mapping[str, str] | None = None,
) -> list[Breach]:
    """What one check finds, shown only what it says it reads; fails where it cannot be judged at all."""
    found = find_check(id_)
    assert found is not None, id_
    measurements = Measurements(
        unreadable=dict(unreadable or {}),
        sequence=next((c for c in clips if isinstance(c, SequenceMeasures)), None),
        movie=next((c for c in clips if isinstance(c, MovieMeasures)), None),
    )
    subject = Subject(
        Order.parse(dict(order or {})), measurements, limits or Limits(), deliverables
    )
    subject = blinded(subject, found)
    lacks = found.lacks(subject)
    assert lacks is None, lacks
    return list(found.judge(subject))
