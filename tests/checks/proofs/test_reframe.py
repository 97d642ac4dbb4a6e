"""What is said of a source inside the picture that was made around it."""

from collections.abc import Mapping
from typing import Any

import pytest

from answerprint.checks.catalogue import find_check
from answerprint.checks.check import Breach, Subject
from answerprint.measured.clips import Measurements
from answerprint.measured.kinship import Border, Flicker, Kin, Place, Reframed
from answerprint.measured.pairing import Pair, Pairing, Unpaired
from answerprint.order import Order
from tests.checks.blinded import blinded
from tests.checks.subjects import movie

MIDDLE = (0.25, 0.0, 0.5, 1.0)
ORDER = {"source": "wide.mp4", "reframe": {}}


def paired(**changes: Any) -> Pairing:
    """Source and clip frame by frame."""
    pairs = tuple(Pair(movie=n, sequence=n, residual=0.6, spot=0.5) for n in range(48))
    plain: dict[str, Any] = {"sequence": 48, "movie": 48, "likeness": 0.99, "pairs": pairs}
    return Pairing.model_validate(plain | changes)


def placed(*boxes: tuple[float, float, float, float]) -> tuple[Place, ...]:
    return tuple(Place(frame=6 * n, box=box, structure=0.99) for n, box in enumerate(boxes))


def bordered(**changes: float) -> Border:
    """A border that does not show."""
    plain: dict[str, Any] = {"step": 0.4, "step_beside": 0.5, "edge": 2.0, "edge_beside": 2.1}
    return Border.model_validate({"side": "left"} | plain | changes)


def breaches(
    id_: str, order: Mapping[str, Any] = ORDER, skipped: str | None = None, **changes: Any
) -> list[Breach]:
    """What one check finds of a source in its place, as `changes` make it; fails where it cannot be judged."""
    plain: dict[str, Any] = {
        "ordered": MIDDLE,
        "structure": 0.99,
        "places": placed(*[MIDDLE] * 8),
        "pairing": paired(),
        "borders": (bordered(),),
        "flicker": Flicker(new=0.01, old=0.01, frame=3),
    }
    found = Reframed.model_validate(plain | changes)
    kin = Kin(role="reframed", reference="wide.mp4", skipped=skipped, frames=48, reframed=found)
    subject = Subject(Order.parse(dict(order)), Measurements(movie=movie(48), kin=(kin,)))
    check = find_check(id_)
    assert check is not None
    subject = blinded(subject, check)
    lacks = check.lacks(subject)
    assert lacks is None, lacks
    return list(check.judge(subject))


def test_a_source_where_it_was_to_lie_passes() -> None:
    assert breaches("reframe.misplaced") == []
    assert breaches("reframe.slip") == []
    assert breaches("reframe.differs") == []
    assert breaches("reframe.border") == []


def test_a_source_that_lies_elsewhere_is_told_with_both_places() -> None:
    (found,) = breaches("reframe.misplaced", places=placed(*[(0.28, 0.0, 0.5, 1.0)] * 8))
    assert found.measured == pytest.approx(0.03)
    assert "0.280, 0.000, 0.500, 1.000 where 0.250, 0.000, 0.500, 1.000" in found.message


def test_a_source_of_another_size_is_told_by_its_edges() -> None:
    (found,) = breaches("reframe.misplaced", places=placed(*[(0.24, -0.02, 0.52, 1.04)] * 8))
    assert found.measured == pytest.approx(0.02)


def test_a_source_that_moves_is_told_with_its_frames() -> None:
    there, beside = MIDDLE, (0.256, 0.0, 0.5, 1.0)
    (found,) = breaches("reframe.misplaced", places=placed(*[there] * 6, beside, beside))
    assert found.frames == (36, 42)


@pytest.mark.parametrize(
    ("changes", "said", "frames"),
    [
        ({"slip": 2, "pairs": tuple(Pair(movie=n + 2, sequence=n, residual=0.6) for n in range(46))},
         "2 frames late", (2,)),
        ({"reversed": True}, "backward", (0, 47)),
        ({"retimed": 2.0}, "2 frames for every one", ()),
        ({"swapped": ((7, 8),)}, "frames 7 and 8", (7, 8)),
        ({"only_sequence": (Unpaired(number=20, first=20, last=20),)}, "lacks frame 20", (19,)),
        ({"only_movie": (Unpaired(number=9, first=9, last=9),)}, "source lacks", (9,)),
    ],
)  # fmt: skip
def test_what_is_out_of_time_is_told(
    changes: dict[str, Any], said: str, frames: tuple[int, ...]
) -> None:
    (found,) = breaches("reframe.slip", pairing=paired(**changes))
    assert said in found.message
    assert found.frames == frames


def test_another_picture_is_told_once_and_its_place_not_at_all() -> None:
    (found,) = breaches("reframe.differs", pairing=paired(likeness=0.3))
    assert "not found" in found.message
    with pytest.raises(AssertionError, match=r"see reframe\.differs"):
        breaches("reframe.misplaced", pairing=paired(likeness=0.3))


def test_a_frame_that_was_changed_is_told_with_its_place() -> None:
    odd = Pair(movie=30, sequence=30, residual=1.0, spot=9.0, box=(0.1, 0.2, 0.3, 0.2))
    pairs = (*paired().pairs[:30], odd, *paired().pairs[31:])
    (found,) = breaches("reframe.differs", pairing=paired(pairs=pairs))
    assert found.frames == (30,)
    assert "10% to 40% across and 20% to 40% down" in found.message


def test_a_source_made_anew_is_told() -> None:
    pairs = tuple(Pair(movie=n, sequence=n, residual=4.0) for n in range(48))
    (found,) = breaches("reframe.differs", pairing=paired(pairs=pairs))
    assert found.measured == 4.0


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"step": 1.4}, "light or color steps"), ({"edge": 5.0}, "breaks off")],
)
def test_a_border_that_shows_is_told(changes: dict[str, float], said: str) -> None:
    (found,) = breaches("reframe.border", borders=(bordered(**changes),))
    assert "left border" in found.message
    assert said in found.message


def test_light_that_flickers_around_the_source_is_told() -> None:
    (found,) = breaches("reframe.border", flicker=Flicker(new=0.1, old=0.01, frame=17))
    assert found.frames == (17,)
    assert breaches("reframe.border", flicker=Flicker(new=0.1, old=0.09, frame=17)) == []


@pytest.mark.parametrize(
    ("order", "skipped", "reason"),
    [
        ({"seconds": 5}, None, "no reframe was ordered"),
        (ORDER, "it does not lie here", "judge by an order that names the file"),
    ],
)
def test_what_cannot_be_judged_says_so(
    order: dict[str, Any], skipped: str | None, reason: str
) -> None:
    with pytest.raises(AssertionError, match=reason):
        breaches("reframe.misplaced", order, skipped)
