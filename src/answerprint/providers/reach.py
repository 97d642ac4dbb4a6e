"""Which service an order goes to, and where that service is."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from answerprint.errors import AuthenticationError, UsageError
from answerprint.order import Order
from answerprint.providers.secret import read_keys
from answerprint.providers.service import Service
from answerprint.providers.services import SERVICES, service_named


def choose(
    order: Order, provider: str | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """Return the service to ask: the one named, the order's, or the only one there is a key for. Raises UsageError."""
    if named := provider or order.provider:
        return service_named(named).account.name
    keyed = [name for name in SERVICES if has_key(name, environment)]
    if len(keyed) == 1:
        return keyed[0]
    said = f"there are keys for {', '.join(keyed)}" if keyed else "there is a key for none of them"
    raise UsageError(
        f"which service? {said}", hint=f"name one with --provider: {', '.join(SERVICES)}"
    )


def has_key(name: str, environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether the keys of a service are set."""
    account = service_named(name).account
    try:
        read_keys(name, account.needs, environment=environment)
    except AuthenticationError:
        return False
    return True


def address_of(service: Service, environment: Mapping[str, str] | None = None) -> str:
    """Return where a service is reached: our variable, the service's own, or its public address.

    Raises UsageError for an address that would send the key unencrypted, unless
    it is this machine.
    """
    surroundings = os.environ if environment is None else environment
    account = service.account
    names = (account.our_variable, account.base_variable)
    address = next((surroundings[n] for n in names if n and surroundings.get(n)), account.base)
    require_private_channel(account.name, address)
    return address


def require_private_channel(name: str, address: str) -> None:
    """Raise UsageError where a key sent to `address` could be read on the way."""
    parts = urlsplit(address)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise UsageError(
            f"{name} would get its key unencrypted at {parts.scheme}://{parts.hostname}",
            hint="use an https address",
        )
