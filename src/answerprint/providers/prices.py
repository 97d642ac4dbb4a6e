"""What an order costs at each service, by the service's own published table: dollars, exactly, or unknown and why."""

import re
from decimal import ROUND_UP, Decimal
from fractions import Fraction
from functools import cache
from math import ceil
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from answerprint.order import Order, Resolution
from answerprint.providers.books import book_path, read_book, read_row, services
from answerprint.providers.facts import USUAL_RESOLUTION, USUAL_SECONDS, facts_of
from answerprint.providers.rules import judge_order, services_that_accept
from answerprint.record import Record

BLOCK_SECONDS: Final = 5
"""Seconds of a block, where a service bills by blocks [GMI's model page]."""

_CENT: Final = Decimal("0.01")
_DOLLARS: Final = re.compile(r"\d{1,6}\.\d{2,6}")

Dynamic = Literal["sdr", "hdr", "hdr+exr"]
PricedWork = Literal["generation", "extend", "edit", "reframe"]


def _read_dollars(value: Any) -> Decimal:
    if isinstance(value, float) or not _DOLLARS.fullmatch(str(value)):
        raise ValueError('an amount is written as text, usd = "0.30", so that it stays exact')
    return Decimal(value)


class Price(Record):
    """One cell of a service's price table."""

    mode: PricedWork
    """Work it is for; generation is everything that makes a clip new and does not extend one."""
    dynamic: Dynamic
    """Dynamic range, and whether EXR frames come along."""
    resolution: Resolution
    """Named height."""
    seconds: int | None = Field(default=None, gt=0)
    """Length of the clip it is for; none where the price is by the second or the block."""
    usd: Annotated[Decimal, BeforeValidator(_read_dollars), Field(ge=0)]
    """Dollars."""
    per: Literal["clip", "second", "block"]
    """What one such amount buys; a block is 5 s."""
    source: str = Field(min_length=1)
    """Where it stands: tags of the book's `[sources]`, each with the place."""
    date: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}(-\d{2})?$")
    """Day or month its source dates it by; none where the source bears no date."""
    note: str | None = None
    """What else its sources say."""


class Estimate(Record):
    """What one order costs at one service."""

    service: str
    """The service."""
    usd: Decimal | None = None
    """Dollars for all results, in whole cents; none where no price is known."""
    reason: str | None = None
    """Why none is known."""
    rows: tuple[Price, ...] = ()
    """The prices it is made of."""
    source: str | None = None
    """Where they stand."""
    date: str | None = None
    """The oldest date among them."""
    notes: tuple[str, ...] = ()
    """What else their sources say."""


def prices_of(service: str) -> tuple[Price, ...]:
    """Return the prices in the service's book. Raises UsageError for a book or row that is wrong."""
    return _prices_in(book_path(service))


def estimate(order: Order, service: str) -> Estimate:
    """Return what `order` costs at `service`; unknown, with the reason, where it says no price or refuses."""
    refusals = [verdict.rule for verdict in judge_order(order, service) if verdict.refused]
    if refusals:
        return Estimate(service=service, reason=f"refused by {', '.join(refusals)}")
    work, dynamic, resolution = priced_as(order)
    rows = [
        price
        for price in prices_of(service)
        if (price.mode, price.dynamic, price.resolution) == (work, dynamic, resolution)
    ]
    if not rows:
        return _unknown(service, f"no price is published for {work} {dynamic} at {resolution}")
    return _billed(order, service, rows)


def estimate_all(order: Order) -> tuple[Estimate, ...]:
    """Return what `order` costs at every service."""
    return tuple(estimate(order, service) for service in services())


def cheapest(order: Order) -> Estimate | None:
    """Return the lowest estimate among the services that accept `order`; None where none has a price."""
    priced = [estimate(order, service) for service in services_that_accept(order)]
    known = [(found.usd, found.service, found) for found in priced if found.usd is not None]
    return min(known, key=lambda offer: offer[:2])[2] if known else None


def priced_as(order: Order) -> tuple[PricedWork, Dynamic, str]:
    """Return the row of a price table that `order` belongs to; a height that it does not name is 720p.

    >>> priced_as(Order(prompt="A bay", hdr=True))
    ('generation', 'hdr', '720p')
    """
    mode = order.mode
    work: PricedWork = mode if mode in ("extend", "edit", "reframe") else "generation"
    dynamic: Dynamic = "hdr+exr" if order.exr else "hdr" if order.hdr else "sdr"
    return work, dynamic, str(facts_of(order).get("resolution", USUAL_RESOLUTION))


def _billed(order: Order, service: str, rows: list[Price]) -> Estimate:
    told = facts_of(order)
    seconds = told.get("seconds")
    if not isinstance(seconds, float):
        return Estimate(service=service, reason="it goes by the source's length: say seconds")
    row = next((row for row in rows if row.seconds in (None, seconds)), None)
    if row is None:
        known = " and ".join(f"{row.seconds} s" for row in rows)
        return _unknown(service, f"a price is published for {known}, not for {seconds:g} s")
    assumed = () if "resolution" in told else (f"{USUAL_RESOLUTION} is taken: none was ordered",)
    return Estimate(
        service=service,
        usd=_cents(row.usd * _units(row, order) * order.results),
        rows=(row,),
        source=row.source,
        date=row.date,
        notes=assumed + ((row.note,) if row.note else ()),
    )


def _units(row: Price, order: Order) -> Decimal:
    """Return how many clips, seconds or begun blocks one result takes."""
    seconds = order.seconds or Fraction(USUAL_SECONDS)
    if row.per == "second":
        return Decimal(seconds.numerator) / seconds.denominator
    return Decimal(ceil(seconds / BLOCK_SECONDS)) if row.per == "block" else Decimal(1)


def _cents(usd: Decimal) -> Decimal:
    """Return whole cents, rounded up, so that no part of a second is underestimated."""
    return usd.quantize(_CENT, rounding=ROUND_UP)


def _unknown(service: str, reason: str) -> Estimate:
    said = read_book(book_path(service)).unpriced
    return Estimate(service=service, reason=f"{reason}; {said}" if said else reason)


@cache
def _prices_in(path: Path) -> tuple[Price, ...]:
    rows = enumerate(read_book(path).price, start=1)
    return tuple(read_row(Price, row, path=path, name=f"price {n}") for n, row in rows)
