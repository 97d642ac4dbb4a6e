"""The policies that ship: tables of limits, severities and waivers that a studio's own starts from."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from answerprint.record import closest


@cache
def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles that ship, sorted."""
    files = (entry.name for entry in _shipped().iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


def profile_text(name: str) -> str:
    """Return a profile as its file says it, reasons included. Raises ValueError for a name that does not exist."""
    if name not in profile_names():
        raise ValueError(f"no profile is called {name!r}, {closest(name, profile_names())}")
    return _shipped().joinpath(f"{name}.toml").read_text(encoding="utf-8")


def profile_table(name: str) -> dict[str, Any]:
    """Return what a profile sets, as a limits file holds it. Raises ValueError."""
    return tomllib.loads(profile_text(name))


def profile_summary(name: str) -> str:
    """Return the first comment of a profile: what it is for. Raises ValueError."""
    return profile_text(name).partition("\n")[0].removeprefix("# ")


def laid_over(profile: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return `profile` with the keys of `own` put in, table by table.

    >>> laid_over({"seam": {"jump": 1, "pace": 2}}, {"seam": {"jump": 3}})
    {'seam': {'jump': 3, 'pace': 2}}
    """
    merged = dict(profile)
    for key, value in own.items():
        below = merged.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = laid_over(below, value) if both else value  # type: ignore[arg-type]
    return merged


def _shipped() -> resources.abc.Traversable:
    return resources.files("answerprint.checks.profiles")
