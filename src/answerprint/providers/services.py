"""The services there are: every book has a module of its name, which has one class that speaks to the service."""

from importlib import import_module
from typing import Final

from answerprint.errors import UsageError
from answerprint.providers.books import services
from answerprint.providers.service import Service
from answerprint.record import closest

SERVICES: Final = services()
"""Names of the services, in alphabetical order."""


def service_named(name: str) -> Service:
    """Return the service of that name. Raises UsageError with the closest spelling."""
    if name not in SERVICES:
        raise UsageError(f"no service is called {name!r}, {closest(name, SERVICES)}")
    module = import_module(f"answerprint.providers.{name}")
    (found,) = (kind for kind in vars(module).values() if _speaks(kind, module.__name__))
    service: Service = found()
    return service


def _speaks(value: object, module: str) -> bool:
    """Tell whether `value` is a service that `module` itself defines."""
    return isinstance(value, type) and issubclass(value, Service) and value.__module__ == module
