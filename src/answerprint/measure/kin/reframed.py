"""The source inside the picture that was made around it: where it lies, what differs, and what its border shows.

Memory: the thumbnails of both, and a thumbnail of each of SAMPLES frames at work.
"""

from collections.abc import Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.measure.kin.borderline import borders_of, flicker_of
from answerprint.measure.kin.footage import Footage
from answerprint.measure.kin.pairing import pair
from answerprint.measure.kin.placement import Placement, cut, refined, structure
from answerprint.measure.kin.prints import Prints
from answerprint.measure.perceptual import View
from answerprint.measured.kinship import Place, Reframed
from answerprint.measured.pairing import Box, Pairing
from answerprint.order import Order

Picture = NDArray[np.float32]

SAMPLES: Final = 9
"""Frames spread over the clip in which the source is placed exactly."""
LIES_THERE: Final = 0.5
"""Structure from which the source is taken to lie where it was to, but for a few pixels."""
LIKELY: Final = 0.35
"""Match under which the source lies nowhere: chance matches stay below."""
SCALES: Final = tuple(float(s) for s in np.geomspace(0.6, 1.7, 19))
"""Sizes it is looked for at, beside that which was ordered: 6 % apart, which matching bears."""
ALIKE: Final = 0.8
"""Likeness of a pairing from which its frames are taken to go together."""
SETTLED: Final = 0.004
"""Shares of the picture by which it may lie beside where it was to and count as lying there."""
SAME: Final = 0.001
"""Shares of the picture by which a place is no other: a tenth of a cell of what is paired."""
CLEARLY: Final = 0.02
"""Structure that frames at another time have to gain."""
FEWEST: Final = 2
"""Frames without which nothing can be compared."""
_COARSE: Final = 64
_SMALLEST: Final = 12


def compare_reframed(order: Order, source: Footage, clip: Footage, numbers: list[int]) -> Reframed | None:  # fmt: skip
    """Place `source` in `clip`, whose frames have `numbers`; None where there are too few frames of either."""
    if min(len(source.thumbs), len(clip.thumbs)) < FEWEST:
        return None
    ordered = Placement("found", ordered_box(order, source, clip))
    likely, alike = _likely(ordered, source, clip)
    pairing = _paired(likely, source, clip)
    places = _places(ordered, likely, pairing, source, clip)
    lies = Placement("found", _lie(places)) if places else likely
    return Reframed(
        ordered=_rounded(ordered.box),
        structure=round(alike, 4),
        places=tuple(place.model_copy(update={"frame": numbers[place.frame]}) for place in places),
        pairing=pairing if _apart(lies, likely) <= SAME else _paired(lies, source, clip),
        borders=borders_of(lies.box, [clip.picture(at) for at in _spread(sorted(clip.thumbs))]),
        flicker=flicker_of(lies.box, clip, numbers),
    )


def ordered_box(order: Order, source: Footage, clip: Footage) -> Box:
    """Return where the source was to lie: where the order says, else in the middle and as large as fits."""
    position = order.reframe.position if order.reframe else None
    if position is not None:
        return position.x, position.y, position.width, position.height
    shape = float(source.shape / clip.shape)
    width, height = min(1.0, shape), min(1.0, 1 / shape)
    return (1 - width) / 2, (1 - height) / 2, width, height


def _likely(ordered: Placement, source: Footage, clip: Footage) -> tuple[Placement, float]:
    """Return about where the source lies, and how well it fits where it was to."""
    common = _spread(sorted(source.thumbs.keys() & clip.thumbs.keys()))
    fits = [_fit(ordered, source.picture(at), clip.picture(at)) for at in common]
    alike = float(np.median(fits))
    if alike >= LIES_THERE:
        return ordered, alike
    found = [looked_for(ordered, source.picture(at), clip.picture(at)) for at in common]
    best = max((each for each in found if each), key=lambda each: each[0], default=(0.0, ordered))
    # What is moved in time fits badly where it lies, too: elsewhere it has to fit clearly better.
    return (best[1] if best[0] >= max(LIKELY, alike + 0.1) else ordered), alike


def _fit(placement: Placement, source: Picture, frame: Picture) -> float:
    size = (frame.shape[1], frame.shape[0])
    rect = placement.rect(size)
    if min(rect[2:]) < _SMALLEST:
        return 0.0
    return structure(View.of(cut(frame, rect)), View.of(cut(placement.onto(source, size), rect)))


def looked_for(
    ordered: Placement, source: Picture, frame: Picture
) -> tuple[float, Placement] | None:
    """Look for the source at any place and SCALES of the ordered size; how well it matches, and where."""
    shrink = min(1.0, _COARSE / max(frame.shape[:2]))
    height, width = (round(n * shrink) for n in frame.shape[:2])
    whole = View.of(cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)).contrast
    found = []
    for scale in SCALES:
        wide, high = (max(1, round(n * share * scale)) for n, share in zip((width, height), ordered.box[2:], strict=True))  # fmt: skip
        if min(wide, high) < _SMALLEST or max(wide, high) > 2 * _COARSE:
            continue
        part = View.of(cv2.resize(source, (wide, high), interpolation=cv2.INTER_AREA)).contrast
        # With room around it for half the source, so that it may reach beyond the frame.
        room = (high // 2, high // 2, wide // 2, wide // 2)
        roomy = cv2.copyMakeBorder(whole, *room, cv2.BORDER_CONSTANT, value=0)
        _, score, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(roomy, part, cv2.TM_CCOEFF_NORMED))
        box = ((x - wide // 2) / width, (y - high // 2) / height, wide / width, high / height)
        found.append((float(score), Placement("found", box)))
    return max(found, key=lambda each: each[0], default=None)


def _places(
    ordered: Placement, likely: Placement, pairing: Pairing | None, source: Footage, clip: Footage
) -> tuple[Place, ...]:
    """Place the source in frames spread over the clip, by index.

    In a pan what is late looks like what lies beside. Frames are taken to stand at
    their own time unless at another they lie where they were to, or fit clearly better.
    """
    own = {at: at for at in sorted(source.thumbs.keys() & clip.thumbs.keys())}
    plain = _placed(likely, own, source, clip)
    if pairing is None or pairing.likeness < ALIKE:
        return plain
    order = sorted(clip.thumbs)
    shown = {order[each.movie]: each.sequence for each in pairing.pairs}
    if shown == own:
        return plain
    late = _placed(likely, shown, source, clip)
    if not late or not plain:
        return late or plain
    apart = _apart(Placement("found", _lie(late)), ordered)
    better = np.median([p.structure for p in late]) - np.median([p.structure for p in plain])
    return late if apart <= SETTLED or better >= CLEARLY else plain


def _placed(
    likely: Placement, shown: Mapping[int, int], source: Footage, clip: Footage
) -> tuple[Place, ...]:
    found = (
        _place(likely, source.picture(shown[at]), clip.picture(at), at)
        for at in _spread(sorted(shown))
    )
    return tuple(place for place in found if place is not None)


def _place(likely: Placement, source: Picture, frame: Picture, at: int) -> Place | None:
    exact = refined(likely, source, View.of(frame))
    fits = _fit(exact, source, frame)
    if fits < LIES_THERE:
        return None
    return Place(frame=at, box=_rounded(exact.box), structure=round(fits, 4))


def _lie(places: tuple[Place, ...]) -> Box:
    left, top, width, height = np.median([place.box for place in places], axis=0).tolist()
    return left, top, width, height


def _apart(one: Placement, other: Placement) -> float:
    return float(np.abs(np.array(one.box) - np.array(other.box)).max())


def _paired(placement: Placement, source: Footage, clip: Footage) -> Pairing | None:
    """Bring the source and what the clip shows in its place together in time."""
    theirs, ours = Prints(), Prints()
    size = (clip.picture(min(clip.thumbs)).shape[1], clip.picture(min(clip.thumbs)).shape[0])
    rect = placement.rect(size)
    if min(rect[2:]) < _SMALLEST:
        return None
    for index in sorted(source.thumbs):
        theirs.add(index, cut(placement.onto(source.picture(index), size), rect))
    for index in sorted(clip.thumbs):
        ours.add(index, cut(clip.picture(index), rect))
    return pair(theirs, ours)


def _spread(indices: list[int]) -> list[int]:
    """Return SAMPLES of some indices, evenly spread."""
    places = np.linspace(0, len(indices) - 1, min(SAMPLES, len(indices))).round().astype(int)
    return [indices[place] for place in places]


def _rounded(box: Box) -> Box:
    left, top, width, height = (round(share, 5) for share in box)
    return left, top, width, height
