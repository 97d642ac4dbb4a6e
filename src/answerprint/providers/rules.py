"""Judging an order by the documented rules of a service, before a cent is spent.

A rule is a row in the service's book: where its `when` holds of the order's facts,
its `must` has to. Where the sources contradict each other, or the service does
something else than refuse, breaking the rule is told and stops nothing.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from answerprint.errors import OrderError, UsageError
from answerprint.order import Order
from answerprint.providers.books import book_path, read_book, read_row, services, tags_in
from answerprint.providers.facts import FACTS, Fact, facts_of, keys_of
from answerprint.record import Record, closest

Scalar = bool | int | float | str


class Span(Record):
    """A condition on a number's range, or on whether the fact is there at all."""

    min: float | None = None
    """Least value."""
    max: float | None = None
    """Greatest value."""
    present: bool | None = None
    """Whether the fact has to be there."""


Condition = Scalar | tuple[Scalar, ...] | Span
"""What is asked of a fact: to be equal, to be one of several, or to lie in a span."""


class Rule(Record):
    """One documented rule of one service."""

    id: str = Field(pattern=r"^[a-z0-9]+\.[a-z0-9-]+$")
    """The service's name and the rule's."""
    says: str
    """The rule, in one sentence."""
    when: dict[str, Condition] = {}
    """Facts of the orders it speaks of; an absent fact is not met."""
    must: dict[str, Condition] = Field(min_length=1)
    """What has to hold of them; an absent fact is, unless it has to be there."""
    source: str = Field(min_length=1)
    """Where it stands: tags of the book's `[sources]`, each with the place."""
    disputed: str | None = None
    """The other reading, where the sources contradict each other; the rule then warns."""
    settled: str | None = None
    """What happens instead of a refusal, where an order that breaks it is filled; it then warns."""
    accepts: dict[str, Any]
    """An order that keeps it."""
    refuses: dict[str, Any]
    """An order that breaks it, or that no Order can be because of it."""

    @property
    def service(self) -> str:
        """Name of the service whose rule it is."""
        return self.id.partition(".")[0]

    @property
    def warns(self) -> bool:
        """Whether breaking it is only told."""
        return self.disputed is not None or self.settled is not None

    @field_validator("when", "must")
    @classmethod
    def _known_facts(cls, conditions: dict[str, Condition]) -> dict[str, Condition]:
        for name in conditions:
            if name not in FACTS:
                raise ValueError(f"no fact is called {name!r}, {closest(name, FACTS)}")
        return conditions


class Verdict(Record):
    """What one rule says of an order that breaks it."""

    rule: str
    """Id of the rule."""
    fields: tuple[str, ...]
    """Keys of the order that break it."""
    message: str
    """What the rule says, and the other reading or what happens instead, in one line."""
    refused: bool
    """Whether the order must not be sent; else it is a warning."""

    def __str__(self) -> str:
        return f"{self.rule} ({', '.join(self.fields)}): {self.message.rstrip('.')}"


def rules_of(service: str) -> tuple[Rule, ...]:
    """Return the rules in the service's book. Raises UsageError for a book or row that is wrong."""
    return _rules_in(book_path(service))


def all_rules() -> tuple[Rule, ...]:
    """Return the rules of all services."""
    return tuple(rule for service in services() for rule in rules_of(service))


def find_rule(rule_id: str) -> Rule:
    """Return the rule of that id. Raises UsageError with the closest spelling."""
    found = {rule.id: rule for rule in all_rules()}
    if rule_id not in found:
        raise UsageError(f"no rule is called {rule_id!r}, {closest(rule_id, found)}")
    return found[rule_id]


def judge_order(order: Order, service: str) -> tuple[Verdict, ...]:
    """Return a verdict for every rule of `service` that `order` breaks; none is raised."""
    return tuple(_judged(order, facts_of(order), service))


def services_that_accept(order: Order) -> tuple[str, ...]:
    """Return the services that none of their rules keeps from filling `order`."""
    facts = facts_of(order)
    return tuple(
        service
        for service in services()
        if not any(verdict.refused for verdict in _judged(order, facts, service))
    )


def preflight(order: Order, service: str) -> tuple[Verdict, ...]:
    """Return the warnings of `service` about `order`.

    Raises OrderError where a rule refuses it: one line with every such rule, the
    fields that break it and the services that would take the order.
    """
    verdicts = judge_order(order, service)
    refusals = [verdict for verdict in verdicts if verdict.refused]
    if refusals:
        told = "; ".join(str(verdict) for verdict in refusals)
        raise OrderError(told, hint=_advice(services_that_accept(order)))
    return verdicts


def holds(conditions: Mapping[str, Condition], facts: Mapping[str, Fact], *, absent: bool) -> bool:
    """Tell whether all `conditions` hold of `facts`; one on a fact that is not there counts as `absent`."""
    return all(
        _met(condition, facts.get(name), absent=absent) for name, condition in conditions.items()
    )


def explain_rule(rule: Rule) -> str:
    """Return all there is to say of a rule, as lines of text: how it reads, where it stands, and an order either way."""
    legend = read_book(book_path(rule.service)).sources
    told = {
        "when": _spell_conditions(rule.when) or "always",
        "must": _spell_conditions(rule.must),
        "effect": "warns" if rule.warns else "refuses before anything is sent",
        "disputed": rule.disputed,
        "settled": rule.settled,
        "source": rule.source,
        "accepts": _spell_order(rule.accepts),
        "refuses": _spell_order(rule.refuses),
    }
    lines = [rule.id, rule.says, *(f"  {name:<9} {text}" for name, text in told.items() if text)]
    lines += [f"  [{tag}] {legend[tag]}" for tag in dict.fromkeys(tags_in(rule.source))]
    return "\n".join(lines)


@cache
def _rules_in(path: Path) -> tuple[Rule, ...]:
    rows = enumerate(read_book(path).rule, start=1)
    rules = [
        read_row(Rule, row, path=path, name=str(row.get("id", f"rule {n}"))) for n, row in rows
    ]
    seen: set[str] = set()
    for rule in rules:
        if rule.service != path.stem or rule.id in seen:
            raise UsageError(
                f"id {rule.id!r} has to begin with {path.stem}. and to be there once",
                where=path.name,
            )
        seen.add(rule.id)
    return tuple(rules)


def _judged(order: Order, facts: Mapping[str, Fact], service: str) -> Iterator[Verdict]:
    for rule in rules_of(service):
        if holds(rule.when, facts, absent=False) and not holds(rule.must, facts, absent=True):
            yield Verdict(
                rule=rule.id,
                fields=_offending(rule, facts, order),
                message=_message(rule),
                refused=not rule.warns,
            )


def _offending(rule: Rule, facts: Mapping[str, Fact], order: Order) -> tuple[str, ...]:
    """Return the keys behind the facts that do not hold, then those that made the rule apply."""
    broken = [n for n, c in rule.must.items() if not holds({n: c}, facts, absent=True)]
    applied = [name for name in rule.when if name in facts and FACTS[name].key]
    keys = (key for name in broken + applied for key in keys_of(name, order))
    return tuple(dict.fromkeys(keys))


def _message(rule: Rule) -> str:
    doubt = f" Disputed: {rule.disputed}" if rule.disputed else ""
    outcome = f" {rule.settled}" if rule.settled else ""
    return f"{rule.says}{doubt}{outcome}"


def _advice(willing: tuple[str, ...]) -> str:
    if not willing:
        return "no service takes it as it is"
    *most, last = willing
    return f"{', '.join(most) + ' and ' if most else ''}{last} would take it"


def _met(condition: Condition, fact: Fact | None, *, absent: bool) -> bool:
    if isinstance(condition, Span):
        return _within(condition, fact, absent=absent)
    if fact is None:
        return absent
    allowed = condition if isinstance(condition, tuple) else (condition,)
    return all(value in allowed for value in (fact if isinstance(fact, tuple) else (fact,)))


def _within(span: Span, fact: Fact | None, *, absent: bool) -> bool:
    if fact is None or span.present is False:
        return fact is None and (absent if span.present is None else not span.present)
    if span.min is None and span.max is None:
        return True
    if not isinstance(fact, int | float):
        return False
    return (span.min is None or span.min <= fact) and (span.max is None or fact <= span.max)


def _spell_conditions(conditions: Mapping[str, Condition]) -> str:
    return ", ".join(f"{name} {_spell_condition(c)}" for name, c in conditions.items())


def _spell_condition(condition: Condition) -> str:
    if not isinstance(condition, Span):
        choices = condition if isinstance(condition, tuple) else (condition,)
        return "is " + " or ".join(str(choice).lower() for choice in choices)
    there = {True: "is given", False: "is not given", None: ""}[condition.present]
    least = f"at least {condition.min:g}" if condition.min is not None else ""
    most = f"at most {condition.max:g}" if condition.max is not None else ""
    return " and ".join(filter(None, (there, least, most)))


def _spell_order(order: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} = {json.dumps(value)}" for key, value in order.items()) or "nothing"
