"""The door of a stand-in: which fault strikes a request, whose key opens, and how a refusal is answered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from answerprint.rehearsal.house import Held, House, Words, standing

Endpoint = Callable[[Request], Awaitable[Response]]


class Refused(Exception):  # noqa: N818  what the service does, not what went wrong here
    """A request is not taken; `status` is the answer's."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True, slots=True)
class Door:
    """What every request to one service passes before it is served."""

    house: House
    words: Words
    """Makes the service's error body of a status and a sentence."""
    check_key: Callable[[Request], None]
    """Raises Refused for a request whose key does not open."""

    def route(self, method: str, path: str, serve: Endpoint, *, signed: bool = False) -> Route:
        """Return the route to `serve` behind the door; a signed link needs no key."""

        async def endpoint(request: Request) -> Response:
            fault = await self.house.checked(request, self.words)
            if fault is not None:
                return fault
            try:
                if not signed:
                    self.check_key(request)
                return await serve(request)
            except Refused as no:
                return JSONResponse(self.words(no.status, str(no)), no.status)

        return Route(path, endpoint, methods=[method])


def bearer(request: Request) -> str | None:
    """Return the token of a request with Bearer credentials, None where it has others or none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def admit(key: str | None, phrases: Mapping[int, str]) -> None:
    """Raise Refused, in the service's phrase for the status, for a key that does not open."""
    status = standing(key)
    if status != 200:
        raise Refused(status, phrases[status])


def job_at(request: Request, house: House, service: str, *, absent: str) -> Held:
    """Return the service's job whose id is in the path. Raises Refused, 404 in the words `absent`."""
    held = house.held(request.path_params["id"])
    if held is None or held.service != service:
        raise Refused(404, absent)
    return held


def first_fault(problem: ValidationError) -> tuple[str, str]:
    """Return where the first fault of a body is, empty for the whole of it, and what it is."""
    first = problem.errors(include_url=False, include_input=False)[0]
    return ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
