"""The services there are, by name."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

from answerprint.errors import UsageError
from answerprint.providers.service import Service
from answerprint.record import closest

_HOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "runware": "Runware",
        "luma": "Luma",
        "gmi": "Gmi",
        "replicate": "Replicate",
        "scenario": "Scenario",
    }
)
"""Class of each service; its module has the service's name."""

SERVICES: Final = tuple(_HOMES)
"""Names of the services, in the order they are listed."""


def service_named(name: str) -> Service:
    """Return the service of that name. Raises UsageError with the closest spelling."""
    if name not in _HOMES:
        raise UsageError(f"no service is called {name!r}, {closest(name, SERVICES)}")
    found = getattr(import_module(f"answerprint.providers.{name}"), _HOMES[name])()
    assert isinstance(found, Service)
    return found
