"""What orders cost: the command that says so, and how amounts and requests are read and shown."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click

from answerprint.cli import options
from answerprint.errors import UsageError

if TYPE_CHECKING:
    from answerprint.order import Order
    from answerprint.providers.prices import Estimate


@click.command(short_help="Say what an order costs at each service.")
@click.argument("order_path", metavar="ORDER.toml")
@click.option("--provider", default="all", show_default=True, metavar="NAME", help="One, or all.")
@options.format_option("text", "json")
def estimate(order_path: str, *, provider: str, format_: str) -> int:
    """Say what an order costs at each service, and which is the cheapest that can fill it."""
    from answerprint.providers import prices
    from answerprint.providers.services import service_named

    order = read_order_file(order_path)
    if provider == "all":
        found = prices.estimate_all(order)
    else:
        found = (prices.estimate(order, service_named(provider).account.name),)
    if format_ == "json":
        click.echo("[" + ",\n".join(one.model_dump_json(indent=1) for one in found) + "]")
        return 0
    for one in found:
        click.echo(spell_estimate(one))
    best = prices.cheapest(order) if provider == "all" else None
    if best is not None:
        click.echo(f"cheapest: {best.service}, ${best.usd}")
    return 0


def read_order_file(path: str | None) -> "Order":
    """Read the order at `path`. Raises UsageError where none is named, OrderError where it is none."""
    from answerprint.order import Order

    if path is None:
        raise UsageError("no order is named", hint="name its TOML file, or --again and a job")
    return Order.load(path)


def read_dollars(text: str | None) -> Decimal | None:
    """Read an amount, with or without its sign. Raises UsageError."""
    try:
        amount = Decimal(text.strip().removeprefix("$")) if text is not None else None
    except InvalidOperation:
        raise UsageError(f"--max-cost {text!r} is no amount in dollars") from None
    if amount is not None and not (amount.is_finite() and amount >= 0):
        raise UsageError(f"--max-cost {text!r} is no amount in dollars")
    return amount


def spell_estimate(found: "Estimate") -> str:
    """Return one line about a price: dollars, where they stand, and since when."""
    if found.usd is None:
        return f"{found.service:<10} unknown  {found.reason}"
    dated = f", {found.date}" if found.date else ", undated"
    notes = "".join(f"; {note}" for note in found.notes)
    return f"{found.service:<10} ${found.usd}  ({found.source}{dated}{notes})"


def show_request(order: "Order", name: str, most: Decimal | None) -> int:
    """Print the request of an order and its price. Raises UsageError where it may cost more than `most`."""
    import json

    from answerprint.joberrors import require_affordable
    from answerprint.providers import prices
    from answerprint.providers.secret import without_pictures
    from answerprint.providers.services import service_named

    ask = service_named(name).compose(order, "the-job's-id", lambda reference: reference)
    click.echo(f"POST {ask.path or '/'}")
    click.echo(json.dumps(without_pictures(ask.body), indent=1, ensure_ascii=False))
    price = prices.estimate(order, name)
    click.echo(spell_estimate(price))
    require_affordable(name, price.usd, most)
    return 0
