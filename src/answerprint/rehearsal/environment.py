"""What points the clients at a rehearsal: addresses and keys that are none, as environment variables."""

from answerprint.providers.services import SERVICES as CLIENTS
from answerprint.providers.services import service_named
from answerprint.rehearsal.app import SERVICES
from answerprint.rehearsal.house import House


def environment(house: House) -> dict[str, str]:
    """Return the variables under which every service's client finds its stand-in in `house`."""
    told: dict[str, str] = {}
    for name in CLIENTS:
        account = service_named(name).account
        told[account.our_variable] = house.base + SERVICES[name][0]
        told |= dict.fromkeys(account.needs, "rehearsal-key")
    return told
