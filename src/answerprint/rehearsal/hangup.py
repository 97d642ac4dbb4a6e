"""Connections that end without a word, which no web framework offers."""

import asyncio
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Final

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_OPEN: Final[dict[tuple[str, int], asyncio.Transport]] = {}


class Wire(H11Protocol):
    """uvicorn's HTTP/1.1, with its connections known by their client's address."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        """Remember the connection."""
        super().connection_made(transport)
        # asyncio does so only for sockets made with the protocol's number; 40 ms an answer without it.
        transport.get_extra_info("socket").setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        _OPEN[_client(transport)] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        _OPEN.pop(_client(self.transport), None)
        super().connection_lost(exc)


async def hang_up(scope: Scope, receive: Receive) -> None:
    """End the connection of a request once what was sent has left, and wait until it is gone."""
    host, port = scope["client"]
    transport = _OPEN.get((host, port))
    if transport is not None:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


def _client(transport: asyncio.Transport) -> tuple[str, int]:
    host, port = transport.get_extra_info("peername")[:2]
    return str(host), int(port)
