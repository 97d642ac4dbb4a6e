"""The catalogue as a whole: every check is listed, documented, explained and tested both ways."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import answerprint.checks
from answerprint.checks.catalogue import CHECKS, FAMILIES
from answerprint.checks.check import Check
from answerprint.checks.limits import Limits
from answerprint.record import Record, meanings

TESTS = Path(__file__).parents[1]

PASSING = re.compile(
    r"\[\]|== (\(\)|\{\}|set\(\)|0\b)|assert not |not in |\bNone\b|\bFalse\b|\bclean\b|, 0\)"
)
"""How a test says that nothing was found: `assert breaches("family.defect", ...) == []`, or a parameter that is empty."""
FAILING = re.compile(
    r"\(\w+,(?: \w+,?)*\) = |\[0\]|len\(|any\(|assert (breaches|found)\((?!.*== \[\])|\] == |== [\[({]\w|in \w+|"
    r"\.(frames|measured|message|channel|asset)\b"
)
"""How it says that something was: `(found,) = breaches("family.defect", ...)`, and what it is then held to."""


@cache
def _tested() -> tuple[tuple[str, frozenset[str], str], ...]:
    """Every test of the suite: its name, the strings it and what it uses hold, and its text."""
    return tuple(found for path in sorted(TESTS.rglob("test_*.py")) for found in _tests_of(path))


def _tests_of(path: Path) -> Iterator[tuple[str, frozenset[str], str]]:
    if path == Path(__file__):
        return
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    shared = {
        name: _strings(node)
        for node in tree.body
        for name in _names_made(node)
        if not name.startswith("test_")
    }
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
            strings = _strings(node).union(*(shared[name] for name in used & shared.keys()))
            lines = [node.lineno, *(part.lineno for part in node.decorator_list)]
            yield node.name, strings, "\n".join(text.splitlines()[min(lines) - 1 : node.end_lineno])


def _names_made(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _strings(node: ast.AST) -> frozenset[str]:
    inner = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
    return frozenset(value for value in inner if isinstance(value, str))


def about(check: Check) -> list[tuple[str, str]]:
    """Name and text of the tests that speak of a check by its id; a seam's verdict is its check's name."""
    names = {check.id} | ({check.id.partition(".")[2]} if check.family == "seam" else set())
    return [(name, text) for name, strings, text in _tested() if strings & names]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_has_a_test_where_it_passes_and_one_where_it_fails(check: Check) -> None:
    tests = about(check)
    assert any(PASSING.search(text) for _, text in tests), (
        f'no test says `breaches("{check.id}", ...) == []`'
    )
    assert any(FAILING.search(text) for _, text in tests), (
        f'no test says `(found,) = breaches("{check.id}", ...)`'
    )


def test_a_check_without_tests_would_be_noticed() -> None:
    lone = Check("pixels." + "dandruff", CHECKS[0].severity, (), lambda _: ())
    assert about(lone) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_is_documented(check: Check) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*", check.id)
    assert len(check.doc) > 30
    assert check.title[0].isupper() or check.title[0] in "\"'"
    assert check.title.endswith((".", ":"))
    assert len(check.title) < 160
    assert check.source, "who says so?"


def test_ids_are_unique() -> None:
    ids = [check.id for check in CHECKS]
    assert sorted(set(ids)) == sorted(ids)
    assert set(FAMILIES).isdisjoint(ids)


def test_no_check_is_made_and_not_listed() -> None:
    made = {
        value.id
        for module in walk_packages(answerprint.checks.__path__, "answerprint.checks.")
        for value in vars(import_module(module.name)).values()
        if isinstance(value, Check)
    }
    assert made - {check.id for check in CHECKS} == set()


def test_every_limit_that_may_be_set_says_what_it_is() -> None:
    said = meanings(Limits)
    for table, field in Limits.model_fields.items():
        assert said.get(table), table
        record = field.annotation
        if isinstance(record, type) and issubclass(record, Record):
            assert set(record.model_fields) == set(meanings(record)), table


def test_every_limit_is_one_that_a_check_decides_by() -> None:
    named = {key for check in CHECKS for key in (check.limit or "").split()}
    families = {
        f"{table}.{key}"
        for table, field in Limits.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Record)
        for key in field.annotation.model_fields
        if table != "archive"
    }
    assert families - named == set()
