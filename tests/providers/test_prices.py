"""What orders cost: the tables, sums over them, and what is not known."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from answerprint.errors import UsageError
from answerprint.order import Order
from answerprint.providers import books
from answerprint.providers.books import services
from answerprint.providers.prices import (
    Estimate,
    Price,
    cheapest,
    estimate,
    estimate_all,
    prices_of,
)

EDIT = {"source": "generation:1", "edit": {}}
REFRAME = {"source": "generation:1", "reframe": {}, "aspect": "1:1"}
EXTEND = {"anchors": {"first": "generation:1"}}
BOOK = """
[sources]
X = "x.example"

[[price]]
mode = "generation"
dynamic = "sdr"
resolution = "720p"
usd = "0.07"
per = "second"
source = "X"
"""


def offer(service: str, **values: Any) -> Estimate:
    return estimate(Order.parse({"prompt": "A bay", **values}), service)


@pytest.mark.parametrize(
    ("service", "values", "usd"),
    [
        ("luma", {}, "0.30"),
        ("luma", {"resolution": "360p"}, "0.06"),
        ("luma", {"resolution": "1080p", "seconds": 10}, "3.60"),
        ("luma", {"hdr": True, "resolution": "1080p"}, "2.40"),
        ("luma", {"hdr": True, "exr": True}, "0.90"),
        ("luma", {"size": "720x720"}, "0.15"),
        ("luma", EXTEND, "0.30"),
        ("luma", EDIT | {"seconds": 5}, "1.08"),
        ("luma", EDIT | {"seconds": 10, "resolution": "360p"}, "1.08"),
        ("luma", EDIT | {"seconds": 10, "hdr": True, "exr": True, "resolution": "1080p"}, "12.96"),
        ("luma", REFRAME | {"seconds": "7.5"}, "0.90"),
        ("luma", REFRAME | {"seconds": "1/3", "resolution": "360p"}, "0.01"),
        ("runware", {"results": 4, "hdr": True, "exr": True}, "3.60"),
        ("runware", REFRAME | {"seconds": 30, "resolution": "360p"}, "0.90"),
        ("gmi", {"seconds": 10}, "0.60"),
        ("gmi", {"hdr": True, "exr": True, "resolution": "1080p"}, "8.40"),
        ("gmi", EXTEND | {"resolution": "540p"}, "0.15"),
    ],
)
def test_prices_are_summed_exactly(service: str, values: dict[str, Any], usd: str) -> None:
    found = offer(service, **values)
    assert found.usd == Decimal(usd)
    assert found.rows
    assert found.source == found.rows[0].source
    assert found.reason is None


@pytest.mark.parametrize(
    ("service", "values", "said"),
    [
        ("luma", EDIT, "say seconds"),
        ("luma", REFRAME, "say seconds"),
        ("luma", EDIT | {"seconds": 7}, "for 5 s and 10 s, not for 7 s"),
        ("luma", EXTEND | {"resolution": "360p"}, "no price is published for extend sdr at 360p"),
        ("runware", {"seconds": 10}, "names none"),
        ("runware", EDIT | {"seconds": 5, "hdr": True, "resolution": "720p"}, "edit hdr at 720p"),
        ("runware", EXTEND, "refused by runware.no-generations"),
        ("gmi", EDIT | {"seconds": 5}, "new clips only"),
        ("replicate", {}, "hardware time"),
        ("scenario", {}, "Creative Units"),
        ("luma", {"results": 2}, "refused by luma.one-result"),
    ],
)
def test_what_is_not_known_says_why(service: str, values: dict[str, Any], said: str) -> None:
    found = offer(service, **values)
    assert found.usd is None
    assert found.reason is not None
    assert said in found.reason
    assert not found.rows


def test_contradicting_prices_are_told() -> None:
    assert "Luma and Runware charge half" in offer("gmi", hdr=True).notes[0]
    assert "GMI charges twice" in offer("luma", hdr=True).notes[0]
    assert "320p" in offer("runware", **REFRAME, seconds=5, resolution="360p").notes[0]
    assert "fal's price" in offer("luma", **EDIT, seconds=10, hdr=True, resolution="720p").notes[0]
    assert "limit HDR" in offer("luma", **EDIT, seconds=5, hdr=True, resolution="540p").notes[0]
    assert offer("luma", **EDIT, seconds=5).notes == ("720p is taken: none was ordered",)


def test_a_date_is_the_source_s_own_or_none() -> None:
    assert offer("luma", **EDIT, seconds=10, hdr=True, resolution="720p").date == "2026-10-08"
    assert offer("luma", **EDIT, seconds=5, hdr=True, resolution="540p").date == "2026-09"
    assert {offer(service).date for service in services()} == {None}


def test_the_cheapest_is_among_those_that_accept() -> None:
    def best(**values: Any) -> str | None:
        found = cheapest(Order.parse({"prompt": "A bay", **values}))
        return found.service if found else None

    assert best(seconds=10) == "gmi"
    assert best(hdr=True) == "luma"
    assert best(results=2) == "runware"
    assert best(seconds=7) is None
    assert best(resolution="540p", format="webm") == "runware"
    assert cheapest(Order()) is None


def test_an_estimate_for_every_service() -> None:
    found = estimate_all(Order.parse({"prompt": "A bay"}))
    assert tuple(e.service for e in found) == services()


def test_no_table_says_two_prices_for_one_thing() -> None:
    for service in services():
        cells = [(p.mode, p.dynamic, p.resolution, p.seconds, p.per) for p in prices_of(service)]
        assert len(set(cells)) == len(cells)
        for price in prices_of(service):
            assert price.usd > 0
            assert (price.seconds is None) is (price.per != "clip")
            assert price.per != "second" or price.mode == "reframe"


def test_estimates_survive_json() -> None:
    found = offer("luma", hdr=True)
    assert Estimate.model_validate_json(found.model_dump_json()) == found
    assert isinstance(found.rows[0].usd, Decimal)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"0.07"', "0.07"), "usd = 0.07: an amount is written as text"),
        (('"0.07"', '"a dime"'), "an amount is written as text"),
        (('"0.07"', '"-0.07"'), "an amount is written as text"),
        (("usd", "eur"), "unknown key 'eur'"),
        (('"second"', '"minute"'), "per = 'minute'"),
        (('source = "X"', 'source = "Y"'), "source 'Y' is not in [sources]"),
    ],
)
def test_a_wrong_price_is_refused_by_file_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], said: str
) -> None:
    monkeypatch.setattr(books, "SHELF", tmp_path)
    (tmp_path / "sixth.toml").write_text(BOOK)
    (tmp_path / "seventh.toml").write_text(BOOK.replace(*change))
    assert offer("sixth").usd == Decimal("0.35")
    with pytest.raises(UsageError) as refused:
        prices_of("seventh")
    assert str(refused.value).startswith("seventh.toml: price 1: ")
    assert said in str(refused.value)


def test_a_price_is_a_frozen_record() -> None:
    row = prices_of("luma")[0]
    assert Price.model_validate_json(row.model_dump_json()) == row
