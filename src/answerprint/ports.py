"""A port of this machine to serve at."""

import socket

from answerprint.errors import StorageError


def open_port(host: str, port: int) -> socket.socket:
    """Return a socket that listens at `host` and `port`, 0 for any that is free. Raises StorageError saying why there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # A name no host can have would raise further down, where its socket is left open.
        host.encode("idna")
        return socket.create_server((host, port), family=family)
    except (OSError, UnicodeError) as problem:
        said = (
            (problem.strerror or "") if isinstance(problem, OSError) else "no host has such a name"
        )
        raise StorageError(
            f"the port cannot be opened ({said.partition(' (')[0]})",
            where=f"{host}:{port}",
            hint="name another one, or 0 for any that is free" if port else None,
        ) from None
