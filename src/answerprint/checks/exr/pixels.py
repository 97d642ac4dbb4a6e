"""Samples that no picture holds: not-a-number, infinity, negatives."""

from collections.abc import Callable, Iterator, Mapping

from answerprint.checks.check import MOVIE, SEQUENCE, Breach, Subject, check
from answerprint.measured.figures import Figure
from answerprint.measured.frames import NEGATIVE_STEPS, ChannelLevels, FrameLevels
from answerprint.measured.samples import Fault, Patch
from answerprint.report import Severity
from answerprint.timing import spell_frames


@check("pixels.nan", SEQUENCE, source="IEEE 754", reads=(Figure.LEVELS,))
def nan(subject: Subject) -> Iterator[Breach]:
    """No sample is not-a-number: one spreads over the frame in the first blur or resize."""
    yield from _counted(subject, "nan", "not a number", lambda levels: levels.nan)


@check("pixels.infinite", SEQUENCE, source="IEEE 754", reads=(Figure.LEVELS,))
def infinite(subject: Subject) -> Iterator[Breach]:
    """No sample is infinite: half floats overflow at 65504, and infinity times zero is not-a-number."""
    yield from _counted(subject, "infinite", "infinite", lambda levels: levels.infinite)


@check(
    "pixels.overflow",
    SEQUENCE,
    severity=Severity.WARNING,
    limit="pixels.overflow_share pixels.plateau_share",
    source="IEEE 754",
    reads=(Figure.LEVELS,),
)
def overflow(subject: Subject) -> Iterator[Breach]:
    """Light is not cut off at the top of half float, nor flat at one very high value.

    Half float ends at 65504. Pixels that lie there were brighter, and an area of one
    value ten stops above diffuse white was clipped by something upstream: a grade
    that brings it down turns it into a gray patch. A sun's core may.
    """
    limits = subject.limits.pixels
    for channel, frames in _light(subject).items():
        full = {f.number: f.channels[channel].overflow / max(1, f.pixels) for f in frames}
        flat = {f.number: f.channels[channel].plateau / max(1, f.pixels) for f in frames}
        at_top = _over(full, limits.overflow_share)
        even = _over(flat, limits.plateau_share) - at_top
        patches = _patches(subject, "overflow", channel)
        for shares, high, limit, what in (
            (full, at_top, limits.overflow_share, "at 65504, the largest half float"),
            (flat, even, limits.plateau_share, "at one value of 1024 or more"),
        ):
            if high:
                worst = max(sorted(high), key=lambda n, s=shares: s[n])  # type: ignore[misc]
                yield Breach(
                    f"light is cut off: {shares[worst]:.3%} of {channel} lies {what}, in frame {worst}"
                    f"{_place(patches.get(worst)) if high is at_top else ''}",
                    measured=round(shares[worst], 6),
                    limit=limit,
                    unit="of the picture",
                    frames=tuple(sorted(high)),
                    channel=channel,
                )


@check(
    "pixels.denormal",
    SEQUENCE,
    severity=Severity.INFO,
    limit="pixels.denormal_share",
    source="IEEE 754",
    reads=(Figure.LEVELS,),
)
def denormal(subject: Subject) -> Iterator[Breach]:
    """A channel is not made of numbers smaller than half float's normal ones (2**-14).

    They have few digits, and some hardware takes them for 0. A picture of them was
    written at the wrong scale; what DWA leaves of black is of that size, too, so that
    only nearly the whole of a channel counts.
    """
    limit = subject.limits.pixels.denormal_share
    for channel, frames in _light(subject).items():
        shares = {f.number: f.channels[channel].denormal / max(1, f.pixels) for f in frames}
        tiny = tuple(sorted(_over(shares, limit)))
        if tiny:
            worst = max(tiny, key=lambda n: shares[n])
            yield Breach(
                f"{channel} holds almost nothing but values under 2**-14 in frame {spell_frames(tiny)}, "
                f"{shares[worst]:.1%} of frame {worst}; look at the scale it was written at",
                measured=round(shares[worst], 4),
                limit=limit,
                unit="of the picture",
                frames=tiny,
                channel=channel,
            )


@check(
    "pixels.negative",
    SEQUENCE,
    severity=Severity.WARNING,
    limit="pixels.negative_floor pixels.negative_share",
    source="measured",
    reads=(Figure.LEVELS,),
)
def negative(subject: Subject) -> Iterator[Breach]:
    """Negatives stay within what DWA compression leaves of a picture that was clipped at zero.

    "Any negative value" is a false alarm on DWAB: decoded values dip to about
    -4e-5 over thousands of pixels. Counted are pixels of R, G, B and Y under a
    floor, against a share of the picture.
    """
    limits = subject.limits.pixels
    step = min(
        range(len(NEGATIVE_STEPS)), key=lambda i: abs(NEGATIVE_STEPS[i] - limits.negative_floor)
    )
    for channel, frames in _light(subject).items():
        shares = {f.number: f.channels[channel].negative[step] / max(1, f.pixels) for f in frames}
        low = tuple(n for n, share in shares.items() if share > limits.negative_share)
        if low:
            worst = max(low, key=lambda n: shares[n])
            yield Breach(
                f"{channel} lies under {NEGATIVE_STEPS[step]:g} in frame {spell_frames(low)}, "
                f"{shares[worst]:.2%} of it in frame {worst}"
                f"{_place(_patches(subject, 'negative', channel).get(worst))}",
                measured=round(shares[worst], 6),
                limit=limits.negative_share,
                unit="of the picture",
                frames=low,
                channel=channel,
            )


@check("delivery.unreadable-file", source="the delivery itself")
def unreadable_file(subject: Subject) -> Iterator[Breach]:
    """Every file of the delivery can be opened as what it claims to be."""
    for name, reason in subject.measurements.unreadable.items():
        yield Breach(f"{name} {reason}", asset=name)


@check("movie.unreadable", MOVIE, source="the decoder", reads=(Figure.FRAMES,))
def movie_unreadable(subject: Subject) -> Iterator[Breach]:
    """Every packet of the movie decodes without an error."""
    movie = subject.movie
    for at, said in movie.faults:
        yield Breach(f"near frame {at}: {said}", frames=(at,))
    hurt = tuple(frame.number for frame in movie.frames if frame.error)
    if hurt:
        yield Breach(
            f"frame {spell_frames(hurt)} decoded with errors",
            measured=len(hurt),
            limit=0,
            unit="frames",
            frames=hurt,
        )
    if not movie.frames:
        yield Breach("not one frame decodes", measured=0, unit="frames")


def _over(shares: Mapping[int, float], limit: float) -> set[int]:
    return {number for number, share in shares.items() if share > limit}


def _counted(
    subject: Subject, fault: Fault, what: str, count: Callable[[ChannelLevels], int]
) -> Iterator[Breach]:
    for channel, frames in _by_channel(subject).items():
        hit = {f.number: count(f.channels[channel]) for f in frames if count(f.channels[channel])}
        if hit:
            worst = max(hit, key=lambda n: hit[n])
            place = _place(_patches(subject, fault, channel).get(worst))
            yield Breach(
                f"{channel} holds pixels that are {what} in frame {spell_frames(hit)}, "
                f"{hit[worst]} of them in frame {worst}{place}",
                measured=hit[worst],
                limit=0,
                unit="pixels",
                frames=tuple(hit),
                channel=channel,
            )


def _patches(subject: Subject, fault: Fault, channel: str) -> dict[int, Patch]:
    """Return where samples of a channel are at fault, by frame."""
    return {
        frame.number: patch
        for frame in subject.sequence.frames
        if frame.samples is not None
        for patch in frame.samples.patches
        if (patch.fault, patch.channel) == (fault, channel)
    }


def _place(patch: Patch | None) -> str:
    """Return where a patch lies, as the end of a sentence; nothing where that is not known."""
    if patch is None:
        return ""
    (left, top, right, bottom), (x, y) = patch.box, patch.first
    spots = f"{patch.regions} spots" if patch.regions > 1 else "one spot"
    return f" ({spots}, the first at x {x}, y {y}; all within x {left} to {right}, y {top} to {bottom})"


def _light(subject: Subject) -> dict[str, list[FrameLevels]]:
    """Return the frames of every channel that holds light, of whichever layer: depth and vectors are no picture."""
    every = _by_channel(subject)
    return {name: every[name] for name in every if name.rpartition(".")[2] in ("R", "G", "B", "Y")}


def _by_channel(subject: Subject) -> dict[str, list[FrameLevels]]:
    channels: dict[str, list[FrameLevels]] = {}
    for frame in subject.sequence.frames:
        for name in frame.channels:
            channels.setdefault(name, []).append(frame)
    return channels
