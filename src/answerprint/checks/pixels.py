"""Samples that no picture holds: not-a-number, infinity, negatives, damage."""

from collections.abc import Callable, Collection, Iterator

from answerprint.checks.check import MOVIE, SEQUENCE, Breach, Subject, check
from answerprint.measured.frames import NEGATIVE_STEPS, ChannelLevels, FrameLevels
from answerprint.report import Severity
from answerprint.timing import spell_frames


@check("pixels.nan", SEQUENCE)
def nan(subject: Subject) -> Iterator[Breach]:
    """No sample is not-a-number: one spreads over the frame in the first blur or resize."""
    yield from _counted(subject, "not a number", lambda levels: levels.nan)


@check("pixels.infinite", SEQUENCE)
def infinite(subject: Subject) -> Iterator[Breach]:
    """No sample is infinite: half floats overflow at 65504, and infinity times zero is not-a-number."""
    yield from _counted(subject, "infinite", lambda levels: levels.infinite)


@check("pixels.negative", SEQUENCE, severity=Severity.WARNING)
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
    for channel, frames in _by_channel(subject).items():
        if channel.rpartition(".")[2] not in ("R", "G", "B", "Y"):
            continue
        shares = {f.number: f.channels[channel].negative[step] / max(1, f.pixels) for f in frames}
        low = tuple(n for n, share in shares.items() if share > limits.negative_share)
        if low:
            worst = max(low, key=lambda n: shares[n])
            yield Breach(
                f"{channel} lies under {NEGATIVE_STEPS[step]:g} in frame {spell_frames(low)}, "
                f"{shares[worst]:.2%} of it in frame {worst}",
                measured=round(shares[worst], 6),
                limit=limits.negative_share,
                unit="of the picture",
                frames=low,
                channel=channel,
            )


@check("pixels.damage", SEQUENCE)
def damage(subject: Subject) -> Iterator[Breach]:
    """No part of a frame lies far outside what the frames before and after hold around it.

    A flipped bit in a DWA stream often decodes without complaint and leaves
    blocks or a whole band of wrong values in one frame. First and last frame
    have one neighbour only and are not judged.
    """
    limits = subject.limits.pixels
    judged = {f.number: f.outliers for f in subject.sequence.frames if f.outliers is not None}
    cells = {number: found.count for number, found in judged.items()}
    tiles = {number: found.rough for number, found in judged.items()}
    most_cells = max(limits.outliers, limits.outliers_ratio * _usual_of_others(cells.values()))
    most_tiles = max(limits.rough, limits.outliers_ratio * _usual_of_others(tiles.values()))
    for number, found in judged.items():
        if found.count > most_cells or found.rough > most_tiles:
            many, (x, y) = found.count > most_cells, found.at
            yield Breach(
                f"frame {number} is damaged, worst at x {x}, y {y}: unlike the frames before and after",
                measured=found.count if many else found.rough,
                limit=most_cells if many else most_tiles,
                unit="cells of 4x4 pixels" if many else "tiles of 16x16 pixels",
                frames=(number,),
            )


@check("delivery.unreadable-file")
def unreadable_file(subject: Subject) -> Iterator[Breach]:
    """Every file of the delivery can be opened as what it claims to be."""
    for name, reason in subject.measurements.unreadable.items():
        yield Breach(f"{name} {reason}", asset=name)


@check("movie.unreadable", MOVIE)
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


def _usual_of_others(values: Collection[int]) -> int:
    """Return the upper decile of all values but one that exceeds it."""
    return sorted(values)[9 * (len(values) - 2) // 10] if len(values) > 1 else 0


def _counted(
    subject: Subject, what: str, count: Callable[[ChannelLevels], int]
) -> Iterator[Breach]:
    for channel, frames in _by_channel(subject).items():
        hit = {f.number: count(f.channels[channel]) for f in frames if count(f.channels[channel])}
        if hit:
            worst = max(hit, key=lambda n: hit[n])
            yield Breach(
                f"{channel} holds pixels that are {what} in frame {spell_frames(hit)}, "
                f"{hit[worst]} of them in frame {worst}",
                measured=hit[worst],
                limit=0,
                unit="pixels",
                frames=tuple(hit),
                channel=channel,
            )


def _by_channel(subject: Subject) -> dict[str, list[FrameLevels]]:
    channels: dict[str, list[FrameLevels]] = {}
    for frame in subject.sequence.frames:
        for name in frame.channels:
            channels.setdefault(name, []).append(frame)
    return channels
