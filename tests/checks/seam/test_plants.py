"""Seam defects planted in true loops of the shared library: called by name wherever a viewer would see them.

One of eight may be missed where nothing comes again: a loop whose own pace jumps,
and one whose own frames stand nearly still at times.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from answerprint.checks.seam.limits import SeamLimits
from answerprint.checks.seam.verdict import judge_seam
from answerprint.measure.motion.meter import MotionMeter
from answerprint.measure.perceptual import View
from answerprint.measure.views import movie_views

Views = list[View]

LOOPS = (
    "deliveries/loop-720p/video.mp4",
    "loops/loop/Mobius/case_3.mp4",
    "loops/loop/Mobius/case_12_loop.gif",
    "loops/loop/Mobius/case_1_18ec34.mp4",
    "loops/loop/Mobius/case_2.gif",
    "loops/loop/cultofthepartyparrot.com/slowparrot.gif",
    "loops/loop/jquery-mobile/ajax-loader.gif",
    "loops/loop/lightbox2/loading.gif",
)

PLANTS: dict[str, tuple[str, Callable[[Views], Views]]] = {
    "as it is": ("seamless", lambda c: c),
    "begun elsewhere": ("seamless", lambda c: c[len(c) // 3 :] + c[: len(c) // 3]),
    "on twos": ("seamless", lambda c: [view for view in c for _ in range(2)]),
    "first frame again": ("duplicate-end", lambda c: c + c[:1]),
    "first two again": ("duplicate-end", lambda c: c + c[:2]),
    "first three again": ("duplicate-end", lambda c: c + c[:3]),
    "last frame twice": ("duplicate-end", lambda c: c + c[-1:]),
    "first again, on twos": (
        "duplicate-end",
        lambda c: [view for view in [*c, c[0]] for _ in range(2)],
    ),
}


@pytest.fixture(scope="module")
def loops(shared: Path) -> dict[str, Views]:
    return {name: list(movie_views(shared / name)) for name in LOOPS}


@pytest.mark.long
@pytest.mark.parametrize("plant", PLANTS)
def test_a_plant_is_called_by_name_in_every_loop(loops: dict[str, Views], plant: str) -> None:
    expected, spoil = PLANTS[plant]
    found = {}
    for name, views in loops.items():
        meter = MotionMeter()
        for view in spoil(views):
            meter.add_view(view)
        found[name] = judge_seam(meter.result(), SeamLimits()).verdict
    wrong = {name: word for name, word in found.items() if word != expected}
    assert len(wrong) <= (0 if "again" in plant or plant == "as it is" else 1), wrong
