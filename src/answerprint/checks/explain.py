"""What a check says of itself: what it finds and why, its limits in force, and where they are set."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from answerprint.checks.check import Check
from answerprint.checks.judging import severity_of
from answerprint.checks.limits import Limits
from answerprint.measured.figures import Figure
from answerprint.record import meanings


@dataclass(frozen=True, slots=True)
class LimitInForce:
    """One number a check decides by."""

    key: str
    """Table and key in a limits file, as in `picture.repeat_share`."""
    value: Any
    """What it is under the limits in force."""
    builtin: Any
    """What it is where nobody sets it."""
    doc: str
    """What it means, and where it comes from."""


def limits_in_force(check: Check, limits: Limits) -> tuple[LimitInForce, ...]:
    """Return the numbers `check` decides by. Raises KeyError where it names one that does not exist."""
    return tuple(_limit(key, limits) for key in (check.limit or "").split())


def explain_check(check: Check, limits: Limits) -> Iterator[str]:
    """Yield the lines that explain a check under `limits`."""
    severity, own = severity_of(check, limits), check.severity
    changed = f", {own.value} by itself" if severity is not own else ""
    item = f", EBU QC {check.ebu}" if check.ebu else ""
    yield f"{check.id} ({severity.value}{changed}{item})"
    yield ""
    yield from check.doc.splitlines()
    yield ""
    for limit in limits_in_force(check, limits):
        yield f"limit      {_in_force(limit)}"
        yield from (f"           {line}" for line in limit.doc.splitlines() if line)
    if not check.limit:
        yield "limit      none to set: whatever it finds is told"
    if check.source:
        yield f"source     {check.source}"
    yield f"reads      {_figures_read(check)}"
    yield from (f"set by     {line}" for line in _how_to_set(check))
    yield from (f"skipped    with the reason: {need.absent}" for need in check.needs)


def explain_limit(key: str, checks: Iterable[Check], limits: Limits) -> Iterator[str]:
    """Yield the lines that explain a number under `limits`, and which of `checks` decide by it; none where none does."""
    deciding = [check.id for check in checks if key in (check.limit or "").split()]
    if not deciding:
        return
    limit = _limit(key, limits)
    yield _in_force(limit)
    yield ""
    yield from limit.doc.splitlines()
    yield ""
    yield f"decides    {', '.join(deciding)}"
    yield f"set by     {_how_to_set_limit(key)}"


def _in_force(limit: LimitInForce) -> str:
    changed = limit.value != limit.builtin
    builtin = f", {spell_value(limit.builtin)} built in" if changed else ""
    return f"{limit.key} = {spell_value(limit.value)}{builtin}"


def spell_value(value: Any) -> str:
    """Write a limit for people.

    >>> spell_value({"h264": ("Main", "High"), "av1": ("Main",)}), spell_value(True), spell_value(())
    ('h264: Main, High; av1: Main', 'true', 'none')
    """
    if isinstance(value, dict):
        return "; ".join(f"{key}: {spell_value(inner)}" for key, inner in value.items()) or "none"
    if isinstance(value, tuple | list):
        return ", ".join(map(spell_value, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _figures_read(check: Check) -> str:
    figures = ", ".join(figure for figure in Figure if figure in check.reads)
    return (
        f"{figures} of the {' and the '.join(check.kinds)}"
        if figures
        else "nothing that takes measuring"
    )


def _how_to_set(check: Check) -> Iterator[str]:
    """Yield the lines of a limits file (--limits) that change what the check does."""
    yield from map(_how_to_set_limit, (check.limit or "").split())
    yield f'[severity] "{check.id}" = "error", "warning" or "info"'
    yield f'[waive] "{check.id}" = "why", or skip = ["{check.id}"]'


def _how_to_set_limit(key: str) -> str:
    table, _, name = key.rpartition(".")
    return f"[{table}] {name} = ..."


def _limit(key: str, limits: Limits) -> LimitInForce:
    *tables, name = key.split(".")
    record: BaseModel = limits
    for table in tables:
        record = _table(record, table)
    field, meaning = type(record).model_fields[name], meanings(type(record)).get(name, "")
    return LimitInForce(key, getattr(record, name), field.get_default(), meaning)


def _table(record: BaseModel, name: str) -> BaseModel:
    inner = getattr(record, name, None)
    if not isinstance(inner, BaseModel):
        raise KeyError(name)
    return inner
