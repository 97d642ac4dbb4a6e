"""Faults with a shape: black tiles, bands of a chunk, fireflies."""

from collections.abc import Iterator
from typing import Final

from answerprint.checks.check import SEQUENCE, Breach, Subject, check
from answerprint.checks.exr.damage import usual_of_others
from answerprint.measured.exr import Window
from answerprint.measured.figures import Figure
from answerprint.measured.frames import FrameLevels
from answerprint.measured.samples import FIREFLY_STOPS, BandJump, BlackTile, Fireflies
from answerprint.report import Severity
from answerprint.timing import spell_frames

SAME_BOX: Final = 4
"""Pixels by which the box of one black tile may differ from frame to frame: they are found to four pixels."""
_NONE: Final = Fireflies(counts=(0,) * len(FIREFLY_STOPS), at=(0, 0), stops=0.0)
_FIRM, _FAINT = FIREFLY_STOPS.index(3), FIREFLY_STOPS.index(2)


@check(
    "pixels.black-tile",
    SEQUENCE,
    limit="pixels.tile_around pixels.tile_frames",
    source="measured",
    reads=(Figure.SAMPLES,),
)
def black_tile(subject: Subject) -> Iterator[Breach]:
    """No rectangle is black for a few frames while the picture goes on around it.

    A tile or chunk that was never written comes out as exactly 0 in every channel. A
    black thing in the picture moves, or is no upright rectangle, or stays: what counts
    comes and goes once at one place, in surroundings that are not dark, and in few frames: a
    counter's digits do so all the time.
    """
    limits = subject.limits.pixels
    frames = [f for f in subject.sequence.frames if f.samples is not None]
    found = [
        (tile, run)
        for tile, run in _tiles(frames)
        if tile.around >= limits.tile_around and _comes_and_goes(frames, tile, run)
    ]
    most = min(limits.tile_frames, max(1, len(frames) // 5))
    if len({at for _, run in found for at in run}) > most:
        return
    for tile, run in found:
        left, top, right, bottom = tile.box
        numbers = tuple(frames[at].number for at in run)
        yield Breach(
            f"a tile is black in frame {spell_frames(numbers)}: "
            f"x {left} to {right}, y {top} to {bottom}; have the frame rendered again",
            measured=(right - left + 1) * (bottom - top + 1),
            limit=0,
            unit="pixels",
            frames=numbers,
        )


@check(
    "pixels.band",
    SEQUENCE,
    limit="pixels.band_stops pixels.outliers_ratio",
    source="measured",
    reads=(Figure.SAMPLES,),
)
def band(subject: Subject) -> Iterator[Breach]:
    """No run of lines that was compressed as one chunk jumps away from the frames before and after.

    A broken chunk is wrong from edge to edge of the picture and from its first line to
    its last: 256 lines in DWAB, 32 in DWAA, PIZ and B44, 16 in ZIP. Judged is by how much
    its lines are unlike both frames beside it, where the lines just above and below
    are not. First and last frame have one neighbour only and are not judged.
    """
    limits = subject.limits.pixels
    judged = {
        f.number: f.samples.band for f in subject.sequence.frames if f.samples and f.samples.band
    }
    thousandths = [round(1000 * jump(found)) for found in judged.values()]
    limit = max(limits.band_stops, limits.outliers_ratio * usual_of_others(thousandths) / 1000)
    for number, found in judged.items():
        if jump(found) > limit:
            first, last = found.lines
            yield Breach(
                f"lines {first} to {last} of frame {number}, one compressed chunk, are unlike the frames "
                f"before and after, by {found.stops:.2f} stops; have the frame written again",
                measured=round(jump(found), 3),
                limit=round(limit, 3),
                unit="stops",
                frames=(number,),
            )


@check(
    "pixels.firefly",
    SEQUENCE,
    severity=Severity.WARNING,
    limit="pixels.fireflies_ratio",
    source="measured",
    reads=(Figure.SAMPLES,),
)
def firefly(subject: Subject) -> Iterator[Breach]:
    """No single pixel flares up for one frame, 3 stops or more above all around it in place and in time.

    Sparks, glitter and rain do that in most frames of a clip; what counts is a frame
    that has more than they explain.
    """
    frames = [f for f in subject.sequence.frames if f.samples is not None]
    found = {f.number: (f.samples.fireflies if f.samples else None) or _NONE for f in frames}
    faint = [each.counts[_FAINT] for each in found.values()]
    limit = subject.limits.pixels.fireflies_ratio * usual_of_others(faint)
    for number, each in found.items():
        if each.counts[_FIRM] > limit:
            x, y = each.at
            yield Breach(
                f"frame {number} has {_pixels(each.counts[_FIRM])} that nothing around explains, "
                f"the worst at x {x}, y {y}, {each.stops:.1f} stops above; take it from the frames beside it",
                measured=each.counts[_FIRM],
                limit=limit,
                unit="pixels",
                frames=(number,),
            )


def _pixels(count: int) -> str:
    return "one bright pixel" if count == 1 else f"{count} bright pixels"


def jump(found: BandJump) -> float:
    """Return how far a chunk stands out, in stops, beyond what the lines beside it do."""
    return found.stops - max(0.0, found.beside)


def _tiles(frames: list[FrameLevels]) -> Iterator[tuple[BlackTile, range]]:
    """Yield every black tile once, with the run of frames (by place in `frames`) that have it."""
    for at, tiles in enumerate(map(_black, frames)):
        for tile in tiles:
            if at and _same(frames[at - 1], tile.box):
                continue
            end = at + 1
            while end < len(frames) and _same(frames[end], tile.box):
                end += 1
            yield tile, range(at, end)


def _comes_and_goes(frames: list[FrameLevels], tile: BlackTile, run: range) -> bool:
    """Tell whether no frame outside the run has black at the tile's place, and there is one at all."""
    others = [frame for at, frame in enumerate(frames) if at not in run]
    return bool(others) and not any(
        _overlap(tile.box, other.box) for frame in others for other in _black(frame)
    )


def _black(frame: FrameLevels) -> tuple[BlackTile, ...]:
    return frame.samples.black if frame.samples else ()


def _same(frame: FrameLevels, box: Window) -> bool:
    return any(
        max(abs(a - b) for a, b in zip(tile.box, box, strict=True)) <= SAME_BOX
        for tile in _black(frame)
    )


def _overlap(one: Window, other: Window) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
