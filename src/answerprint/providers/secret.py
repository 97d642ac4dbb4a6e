"""Keys and signed links: taken from the environment, shown nowhere."""

import os
from collections.abc import Mapping
from typing import Final

from answerprint.errors import AuthenticationError
from answerprint.transport import HIDDEN

_LONG: Final = 256
"""Characters from which a text in a request is a picture's bytes, not words."""


class Keys:
    """A service's keys by the name of their variable; printing them shows the names only."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, variable: str) -> str:
        return self._values[variable]

    def get(self, variable: str) -> str | None:
        """Return the value of an optional variable."""
        return self._values.get(variable)

    def __repr__(self) -> str:
        return f"Keys({', '.join(sorted(self._values))})"

    def hide(self, text: str) -> str:
        """Return `text` without any key in it."""
        for value in self._values.values():
            text = text.replace(value, HIDDEN)
        return text


def read_keys(
    provider: str,
    needed: tuple[str, ...],
    optional: tuple[str, ...] = (),
    environment: Mapping[str, str] | None = None,
) -> Keys:
    """Take a service's keys from the environment. Raises AuthenticationError where one is missing."""
    surroundings = os.environ if environment is None else environment
    missing = [name for name in needed if not surroundings.get(name, "").strip()]
    if missing:
        raise AuthenticationError(
            f"no key: the environment variable {missing[0]} is not set",
            provider=provider,
            hint="set it to the key of your account",
        )
    wanted = [*needed, *(name for name in optional if surroundings.get(name, "").strip())]
    return Keys({name: surroundings[name].strip() for name in wanted})


def without_pictures(body: object) -> object:
    """Return a request's body with the bytes of uploads left out, for the job's record."""
    if isinstance(body, dict):
        return {key: without_pictures(value) for key, value in body.items()}
    if isinstance(body, list | tuple):
        return [without_pictures(value) for value in body]
    if isinstance(body, str) and len(body) > _LONG and _is_bytes(body):
        return f"{body[:32]}… ({len(body)} characters)"
    return body


def _is_bytes(text: str) -> bool:
    return text.startswith("data:") or " " not in text
