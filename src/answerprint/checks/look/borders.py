"""What lies along the sides of a picture: black bars and stray lines."""

from collections.abc import Iterator
from statistics import median_low
from typing import Final

from answerprint.checks.check import Breach, Subject, check
from answerprint.checks.look.limits import BAR_TOLERANCE, LookLimits
from answerprint.checks.look.texture import LOOK, Clip, kind, looks
from answerprint.measured.clips import MovieMeasures
from answerprint.measured.look import SIDES, STRAIGHT, Bars, FrameLook
from answerprint.report import Severity

AXES: Final = ((1, 3), (0, 2))
"""Top and bottom, left and right, by their place in SIDES."""

_AT: Final = {
    "left": "at the left",
    "top": "at the top",
    "right": "at the right",
    "bottom": "at the bottom",
}


@check(
    "picture.bars",
    LOOK,
    severity=Severity.WARNING,
    limit="look.bar_width",
    source="measured",
)
def bars(subject: Subject) -> Iterator[Breach]:
    """The picture fills its frame: no black bars all through the clip.

    A bar is black, ends in a straight edge and has one width in every frame.
    Crop to the box that is given, or order the aspect that was meant.
    """
    for clip in subject.clips:
        held = [look.bars for _, look in looks(clip) if look.bars]
        widths = tuple(_through(held, side) for side in range(4)) if held else (0, 0, 0, 0)
        if max(widths) >= subject.limits.look.bar_width:
            spelled = " and ".join(
                f"{w} pixels {_AT[s]}" for s, w in zip(SIDES, widths, strict=True) if w
            )
            yield Breach(
                f"black bars frame the {kind(clip)}: {spelled}{_box(clip, widths)}",
                measured=max(widths),
                limit=0,
                unit="pixels",
                asset=clip.place,
            )


@check(
    "picture.bars-change",
    LOOK,
    severity=Severity.WARNING,
    limit="look.bar_width",
    source="measured",
)
def bars_change(subject: Subject) -> Iterator[Breach]:
    """Black bars neither come nor go nor change their width within a clip."""
    for clip in subject.clips:
        for axis in AXES:
            runs = _pairs(looks(clip), axis, subject.limits.look)
            if len(runs) < 2:
                continue
            first, second = (f"{_AT[SIDES[side]]}" for side in axis)
            story = ", then ".join(f"{w[0]} and {w[1]} from frame {n}" for n, w in runs[:4])
            yield Breach(
                f"the black bars {first} and {second} of the {kind(clip)} change: {story} (pixels)",
                measured=len(runs),
                limit=1,
                unit="widths",
                frames=tuple(n for n, _ in runs[1:]),
                asset=clip.place,
            )


@check(
    "picture.edge-line",
    LOOK,
    severity=Severity.WARNING,
    limit="look.line_step look.line_ratio look.line_share",
    source="measured",
)
def edge_line(subject: Subject) -> Iterator[Breach]:
    """No line of one to four pixels at the border is unlike the picture beside it.

    Green, black or white lines come from encoder padding that was not cropped,
    from odd sizes and from scaling. Crop them, or replace them by the line beside.
    """
    limits = subject.limits.look
    for clip in subject.clips:
        for side in SIDES:
            hit = {
                n: line
                for n, look in looks(clip)
                for line in look.lines
                if line.side == side
                and line.step >= max(limits.line_step, limits.line_ratio * line.inside)
                and line.share >= limits.line_share
            }
            if hit:
                worst = max(hit, key=lambda n: hit[n].step)
                width = median_low(line.width for line in hit.values())
                lines = f"{width} lines" if width > 1 else "a line"
                yield Breach(
                    f"{lines} {_AT[side]} of the {kind(clip)} unlike the picture beside, worst in frame {worst}",
                    measured=hit[worst].step,
                    limit=limits.line_step,
                    unit="8-bit codes",
                    frames=tuple(hit),
                    channel=hit[worst].channel,
                    asset=clip.place,
                )


def bar_changes(clip: Clip, limits: LookLimits) -> frozenset[int]:
    """Return the numbers of the frames from which bars have another width."""
    runs = (run for axis in AXES for run in _pairs(looks(clip), axis, limits)[1:])
    return frozenset(number for number, _ in runs)


def _through(held: list[Bars], side: int) -> int:
    """Return the width of a side's bar that is there in every frame, 0 where none is."""
    own, other = _proven(held, side), _proven(held, (side + 2) % 4)
    narrowest = min(b.widths[side] for b in held)
    if own:
        return own if narrowest >= own - BAR_TOLERANCE else 0
    # Bars come in pairs: beside one that is proven, as much black at the other side is one too.
    return other if other and narrowest >= other - BAR_TOLERANCE else 0


def _proven(held: list[Bars], side: int) -> int:
    straight = [b.widths[side] for b in held if b.widths[side] and b.lit[side] >= STRAIGHT]
    return median_low(straight) if 4 * len(straight) >= len(held) else 0


def _pairs(
    seen: list[tuple[int, FrameLook]], axis: tuple[int, int], limits: LookLimits
) -> list[tuple[int, tuple[int, int]]]:
    """Return the frames from which a pair of bars has another width, the first of the clip among them.

    Frames that do not tell, because the picture is black where a bar may end, are passed over.
    """
    told = [(n, held) for n, look in seen if (held := _held(look.bars, axis, limits))]
    runs: list[tuple[int, tuple[int, int]]] = []
    for at, (number, held) in enumerate(told):
        after, then = (told[min(at + by, len(told) - 1)][1] for by in (1, 2))
        if not runs:
            runs.append((number, held))
        elif _differ(held, runs[-1][1]):
            # Coding needs a frame to settle: what the next ones have not is no width of its own.
            if not _differ(held, after):
                runs.append((number, held))
            elif _differ(after, runs[-1][1]) and not _differ(after, then):
                runs.append((number, after))
    return runs


def _held(found: Bars | None, axis: tuple[int, int], limits: LookLimits) -> tuple[int, int] | None:
    """Return the widths of a pair of bars in one frame, 0 and 0 where there are none; None where it does not tell."""
    if found is None:
        return None
    widths = found.widths[axis[0]], found.widths[axis[1]]
    if max(widths) < limits.bar_width:
        return 0, 0
    straight = min(found.lit[side] for side in axis) >= STRAIGHT
    return widths if straight and min(widths) >= limits.bar_width else None


def _differ(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) > BAR_TOLERANCE


def _box(clip: Clip, widths: tuple[int, ...]) -> str:
    """Spell the box inside the bars."""
    sizes = (
        [tuple(int(n) for n in word.split("x")) for word in clip.sizes]
        if isinstance(clip, MovieMeasures)
        else list(clip.sizes)
    )
    if not sizes:
        return ""
    left, top, right, bottom = widths
    return f"; the picture is {sizes[0][0] - left - right}x{sizes[0][1] - top - bottom} at x {left}, y {top}"
