"""Orders: what they take, what they refuse and how, and what they imply."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from answerprint.errors import OrderError
from answerprint.order import CELLS, Order
from answerprint.timing import CountPolicy


def test_an_order_is_read_in_the_field_s_spellings() -> None:
    order = Order.parse(
        {"seconds": "5s", "fps": 23.976, "size": "1280x720", "aspect": "16:9", "hdr": True}
    )
    assert order.seconds == 5
    assert order.fps == Fraction(24000, 1001)
    assert order.size == (1280, 720)
    assert order.frame_count == 120
    assert order.count is CountPolicy.FENCEPOST


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"secnds": 5}, "unknown key 'secnds', did you mean 'seconds'?"),
        ({"anchors": {"fist": "a.png"}}, "unknown key 'anchors.fist', did you mean 'first'?"),
        ({"zebra": 1}, "known: anchors, aspect"),
        ({"resolution": "480p"}, "'360p', '540p', '720p' or '1080p'"),
        ({"seconds": 0}, "greater than 0"),
        ({"seconds": True}, "a number reads"),
        ({"fps": "1/0"}, "a number reads"),
        ({"size": "big"}, "WIDTHxHEIGHT"),
        ({"aspect": "0:9"}, "WIDTH:HEIGHT"),
        ({"count": "roughly"}, "'exact' or 'fencepost'"),
        ({"exr": True, "hdr": False}, "exr = true contradicts hdr = false"),
        ({"size": "1280x720", "aspect": "1:1"}, "contradicts aspect 1:1"),
        ({"size": "1280x720", "resolution": "1080p"}, "contradicts resolution 1080p"),
        ({"seconds": 5, "fps": 24, "frames": 99}, "frames = 99 contradicts 5 s at 24: 120 frames"),
        ({"assumed": ["fps"]}, "unknown key 'assumed'"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(values: dict[str, Any], said: str) -> None:
    with pytest.raises(OrderError) as refused:
        Order.parse(values, where="order.toml")
    assert said in str(refused.value)
    assert str(refused.value).startswith("order.toml: ")
    assert "\n" not in str(refused.value)


def test_an_order_file_is_read_and_its_faults_are_placed(tmp_path: Path) -> None:
    path = tmp_path / "order.toml"
    path.write_text('seconds = 5\nfps = 24\nloop = true\nanchors = { first = "a.png" }\n')
    assert Order.load(path).anchors.first == "a.png"
    path.write_text("seconds = ")
    with pytest.raises(OrderError, match=r"order\.toml: is not TOML"):
        Order.load(path)
    with pytest.raises(OrderError, match="no such file"):
        Order.load(tmp_path / "none.toml")


def test_options_go_over_the_file() -> None:
    order = Order.parse({"seconds": 5, "fps": 24}).updated({"seconds": "10", "loop": None})
    assert order.seconds == 10
    assert order.fps == 24
    assert order.loop is None


def test_options_may_contradict_the_file() -> None:
    with pytest.raises(OrderError, match="options: size 960x540 contradicts aspect 1:1"):
        Order.parse({"aspect": "1:1"}).updated({"size": "960x540"})


def test_a_resolution_means_its_published_sizes() -> None:
    assert Order.parse({"resolution": "720p", "aspect": "1:1"}).sizes == ((960, 960),)
    assert set(Order.parse({"resolution": "720p"}).sizes) == set(CELLS["720p"].values())
    assert Order.parse({"size": "640x360", "resolution": "360p"}).sizes == ((640, 360),)
    assert Order().sizes == ()


def test_every_published_size_fits_its_aspect() -> None:
    for resolution, cells in CELLS.items():
        for aspect, size in cells.items():
            order = Order.parse({"resolution": resolution, "aspect": aspect, "size": size})
            assert order.sizes == (size,)


def test_what_is_assumed_is_marked() -> None:
    order = Order.parse({"fps": 24}).assume({"fps": Fraction(25), "seconds": Fraction(5)})
    assert order.fps == 24
    assert order.seconds == 5
    assert order.assumed == ("seconds",)


def test_an_order_survives_json() -> None:
    order = Order.parse({"seconds": 5, "fps": "24000/1001", "size": "1280x720"}).assume(
        {"hdr": True}
    )
    assert Order.model_validate_json(order.model_dump_json()) == order
