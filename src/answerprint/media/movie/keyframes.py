"""Which frames of a movie are decoded where not all are: keyframes, which need no other."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

Packet = tuple[int | None, bool]
"""When a packet is shown, in ticks of its stream, and whether it is a keyframe."""


def spread_keyframes(
    packets: Sequence[Packet], *, apart: int, most: int
) -> Mapping[int | None, int] | None:
    """Return the places of keyframes at least `apart` frames from one another, by when they are shown.

    Places are counted from 0 among all frames in the order they are shown. None
    where more than `most` frames would lie between two of them or beyond the last,
    where a packet does not say when it is shown, or where two are shown at once.

    >>> spread_keyframes([(0, True), (20, False), (10, False), (30, True)], apart=2, most=4)
    {0: 0, 30: 3}
    """
    times = sorted({time for time, _ in packets if time is not None})
    if not times or len(times) < len(packets):
        return None
    place_of = {time: place for place, time in enumerate(times)}
    keys = sorted(time for time, key in packets if key and time is not None)
    chosen: dict[int | None, int] = {}
    last = -apart
    for time in keys:
        if place_of[time] - last >= apart:
            chosen[time] = last = place_of[time]
    steps = pairwise([*chosen.values(), len(times)])
    begins = next(iter(chosen.values()), most)
    return chosen if begins == 0 and all(b - a <= most for a, b in steps) else None
