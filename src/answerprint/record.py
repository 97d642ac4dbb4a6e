"""The frozen, strict record every noun of this package is made of, and how one is read from TOML."""

import ast
import difflib
import inspect
import json
import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticSerializationError

from answerprint.errors import UsageError
from answerprint.paths import unreadable


class Record(BaseModel):
    """A frozen value that refuses unknown keys and survives a round trip through JSON.

    Not-a-number and infinities are written as strings, because JSON has none.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        ser_json_inf_nan="strings",
    )

    def model_dump_json(self, **options: Any) -> str:
        """Return the record as JSON text; a byte of a file name that is no UTF-8 stands there as a question mark."""
        try:
            return super().model_dump_json(**options)
        except PydanticSerializationError:
            indent = options.pop("indent", None)
            dumped = self.model_dump(mode="json", **options)
            written = json.dumps(dumped, indent=indent, ensure_ascii=False)
            return written.encode("utf-8", "replace").decode("utf-8")


@cache
def meanings(record: type[BaseModel]) -> Mapping[str, str]:
    """Return what each field of a record means, by its name: the text under it in the source.

    Read where it is asked for: pydantic, which can do the same, would do it for every
    record as the program starts, a quarter of a second of each run.
    """
    found: dict[str, str] = {}
    for part in reversed(record.__mro__):
        if issubclass(part, BaseModel) and part not in (BaseModel, Record):
            found |= _texts_under_fields(part)
    said = {name: field.description for name, field in record.model_fields.items()}
    return found | {name: text for name, text in said.items() if text}


def _texts_under_fields(part: type[BaseModel]) -> dict[str, str]:
    try:
        source = textwrap.dedent(inspect.getsource(part))
    except OSError:  # installed without its sources
        return {}
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in pairwise(definition.body):
        match field, text:
            case ast.AnnAssign(ast.Name(name)), ast.Expr(ast.Constant(str(said))):
                found[name] = inspect.cleandoc(said)
    return found


Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path, error: type[UsageError]) -> dict[str, Any]:
    """Return the table in the TOML file at `path`; raise `error` where there is none."""
    reason = unreadable(path, pipe=True)
    if reason is not None:
        raise error(reason, where=str(path))
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise error(f"cannot be read ({problem.strerror})", where=str(path)) from None
    except UnicodeDecodeError:
        raise error("is not TOML: it is no UTF-8 text", where=str(path)) from None
    except RecursionError:
        raise error("is nested too deeply", where=str(path)) from None
    except tomllib.TOMLDecodeError as problem:
        raise error(f"is not TOML: {problem}", where=str(path)) from None


def parse_record(
    model: type[Model], values: Mapping[str, Any], *, where: str, error: type[UsageError]
) -> Model:
    """Make a `model` of `values`; raise `error` naming the key, what it takes and the closest spelling."""
    try:
        return model.model_validate(values)
    except ValidationError as problem:
        # A misspelled key also leaves its right spelling missing: the misspelling is the one to tell.
        first = min(_nearest(problem), key=lambda details: details["type"] != "extra_forbidden")
        raise error(*_explain(model, first), where=where) from None


def closest(word: str, known: Iterable[str]) -> str:
    """Return `did you mean 'x'?` for the nearest of `known`, or what is known where none is near.

    >>> closest("h264-wbe", ["h264-web", "vp9-web"])
    "did you mean 'h264-web'?"
    """
    choices = sorted(known)
    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else f"known: {', '.join(choices)}"


def _nearest(problem: ValidationError) -> list[ErrorDetails]:
    """Return the faults; of a value that may be one of several records, only those of the record it is nearest to."""
    faults: dict[tuple[int | str, ...], list[ErrorDetails]] = {}
    for details in problem.errors():
        at = next((i for i, step in enumerate(details["loc"]) if _is_record(step)), None)
        one_of = details["loc"][: at + 1] if at is not None else ()
        loc = tuple(step for step in details["loc"] if not _is_record(step))
        faults.setdefault(one_of, []).append({**details, "loc": loc})
    return faults.get((), []) or min(faults.values(), key=len)


def _is_record(step: int | str) -> bool:
    """Tell whether a step of a fault's place is the name of a record, not a key: keys are written small."""
    return isinstance(step, str) and step[:1].isupper()


def _explain(model: type[BaseModel], details: ErrorDetails) -> tuple[str]:
    place = [str(step) for step in details["loc"]]
    key = ".".join(place) or "the whole"
    if details["type"] == "extra_forbidden":
        known = _keys_at(model, place[:-1])
        return (f"unknown key {key!r}, {closest(place[-1], known)}",)
    if details["type"] == "missing":
        return (f"key {key!r} is missing",)
    said = details["msg"].removeprefix("Value error, ")
    if not place:
        return (said,)
    given = details["input"]
    spelled = str(given) if isinstance(given, Fraction | date) else repr(given)
    return (f"{key} = {spelled}: {said[0].lower()}{said[1:]}",)


def _keys_at(model: type[BaseModel], place: list[str]) -> list[str]:
    """Return the keys the (nested) table at `place` knows; a place in a list has those of the list's tables."""
    for step in place:
        field = model.model_fields.get(step)
        inner = _record_in(field.annotation) if field else None
        if inner is not None:
            model = inner
        elif not step.isdigit():
            break
    return [field.alias or name for name, field in model.model_fields.items()]


def _record_in(annotation: Any) -> type[BaseModel] | None:
    """Return the record that a field holds: itself, or inside `X | None` or a tuple of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inside = (_record_in(argument) for argument in get_args(annotation))
    return next((found for found in inside if found is not None), None)
