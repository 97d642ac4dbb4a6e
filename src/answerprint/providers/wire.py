"""The one door to httpx for the services: requests, retries, Retry-After, and what a refusal means.

A request that only asks is repeated while it is worth waiting. A submit is
repeated only where the service surely did not take it: the connection never
stood, or it answered 429 or 503. Anything else leaves the job unknown.
"""

import json as jsonlib
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from answerprint.errors import (
    AuthenticationError,
    CreditError,
    InvalidOrderError,
    ModerationError,
    RateLimitError,
    ResultExpiredError,
    ServiceDownError,
    ServiceError,
    UnansweredError,
)
from answerprint.providers.secret import Keys
from answerprint.transport import hide_queries, keep_links_out_of_logs, retry_after
from answerprint.version import __version__

TIMEOUT: Final = httpx.Timeout(60, connect=10)
"""Seconds for an answer: what Luma's and Scenario's own SDKs wait."""
PATIENCE: Final = 120.0
"""Seconds a request is repeated for before its problem is told."""
LONGEST_WAIT: Final = 60.0
"""Most seconds that Retry-After is obeyed for at once; Luma's SDK takes 60, too."""
FIRST_WAIT: Final = 0.5
"""Seconds before the first repetition; doubled each time, to LARGEST_STEP, with a quarter of jitter."""
LARGEST_STEP: Final = 8.0
LARGEST_ANSWER: Final = 32 << 20
"""Most bytes of an answer that are read: pictures come by link, so this is a broken or hostile server."""

_REFUSED_UNDONE: Final = frozenset({429, 503})
_REPEATABLE: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_IDS: Final = ("x-request-id", "request-id", "cf-ray")

Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status, a body, and the headers that matter. Its repr shows no body."""

    status: int
    body: Any = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.status < 300

    @property
    def request_id(self) -> str | None:
        """What the service's support asks for."""
        return next((self.headers[name] for name in _IDS if name in self.headers), None)

    def mapping(self) -> dict[str, Any]:
        """Return the body where it is a JSON object, else an empty one."""
        return self.body if isinstance(self.body, dict) else {}


class Wire:
    """A connection to one service's API. Keys go to its host only; redirects are not followed."""

    def __init__(
        self,
        provider: str,
        base: str,
        headers: Mapping[str, str],
        keys: Keys,
        *,
        sleep: Sleep = time.sleep,
        patience: float = PATIENCE,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self.provider = provider
        self.base = base.rstrip("/")
        self._keys = keys
        self._sleep = sleep
        self._patience = patience
        agent = {"User-Agent": f"answerprint/{__version__}", "Accept": "application/json"}
        self._client = httpx.Client(headers=agent | dict(headers), timeout=timeout)
        self._plain = httpx.Client(headers={"User-Agent": agent["User-Agent"]}, timeout=timeout)

    def __repr__(self) -> str:
        return f"Wire({self.provider}, {self.base})"

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()
        self._plain.close()

    def rest(self, seconds: float) -> None:
        """Wait before asking again."""
        self._sleep(seconds)

    def ask(
        self, method: str, path: str, *, json: Any = None, params: Mapping[str, str] | None = None,
        files: Any = None, headers: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """Send a request that may be repeated, and return the answer, whatever its status.

        Raises ServiceDownError where none came while it was worth waiting.
        """
        request = {"json": json, "params": params, "files": files, "headers": headers}
        return self._repeated(method, path, request, _REPEATABLE, submit=False)

    def submit(
        self, path: str, *, json: Any, params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """Send a request that must not run twice.

        Raises UnansweredError where it left and no answer came, ServiceDownError
        where it surely never arrived.
        """
        request = {"json": json, "params": params, "headers": headers}
        return self._repeated("POST", path, request, _REFUSED_UNDONE, submit=True)

    def put(self, link: str, content: bytes, headers: Mapping[str, str]) -> int:
        """Put bytes to a signed link, without any key, and return the status. Raises ServiceDownError."""
        try:
            return self._plain.put(link, content=content, headers=dict(headers)).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise self._down(problem) from None

    def _repeated(
        self, method: str, path: str, request: dict[str, Any], repeatable: frozenset[int], *, submit: bool
    ) -> Answer:  # fmt: skip
        deadline, step = time.monotonic() + self._patience, FIRST_WAIT
        while True:
            wait = step * random.uniform(0.75, 1.0)  # noqa: S311 - jitter, no secret
            left = deadline - time.monotonic()
            try:
                answer = self._once(method, path, request)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as problem:
                if wait > left:
                    raise self._down(problem) from None
            except httpx.HTTPError as problem:
                if submit:
                    raise self._unanswered(problem) from None
                if wait > left:
                    raise self._down(problem) from None
            else:
                asked = retry_after(answer.headers)
                wait = wait if asked is None else min(asked, LONGEST_WAIT)
                if answer.status not in repeatable or wait > left:
                    return answer
            self._sleep(wait)
            step = min(2 * step, LARGEST_STEP)

    def _once(self, method: str, path: str, request: dict[str, Any]) -> Answer:
        url = f"{self.base}/{path.lstrip('/')}"
        sent = {key: value for key, value in request.items() if value is not None}
        with self._client.stream(method, url, **sent) as response:
            content = bytearray()
            for piece in response.iter_bytes():
                content += piece
                if len(content) > LARGEST_ANSWER:
                    raise httpx.RemoteProtocolError("the answer does not end")
        named = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, self._parsed(bytes(content)), named)

    def _parsed(self, content: bytes) -> Any:
        """Return what an answer holds, without a key that it may repeat: it goes into records and errors."""
        text = self._keys.hide(content.decode("utf-8", "replace"))
        try:
            return jsonlib.loads(text)
        except (ValueError, RecursionError):
            return text[:2000]

    def _unanswered(self, problem: httpx.HTTPError) -> UnansweredError:
        return UnansweredError(
            f"the order left and no answer came ({_said(problem)}): it may run and cost",
            provider=self.provider,
            hint="look before you submit it again",
        )

    def _down(self, problem: Exception) -> ServiceDownError:
        return ServiceDownError(
            f"cannot be reached ({_said(problem)})",
            provider=self.provider,
            hint="try again later; nothing is lost",
        )


def blame(provider: str, answer: Answer, words: str) -> ServiceError:
    """Return the error that an HTTP status stands for at every service, with the service's own words."""
    kind, message, hint = _BLAMED.get(answer.status, _FALLBACK[answer.status >= 500])
    if answer.status in (400, 403, 422) and _MODERATED.search(words):
        kind, message, hint = _MODERATION
    return kind(
        message,
        provider=provider,
        hint=hint,
        status=answer.status,
        request_id=answer.request_id,
        words=hide_queries(" ".join(words.split()))[:300],
    )


_BLAMED: Final[dict[int, tuple[type[ServiceError], str, str]]] = {
    401: (AuthenticationError, "does not know this key", "look at the key in your environment"),
    402: (CreditError, "the account has not enough credit", "add funds, then submit again"),
    403: (AuthenticationError, "does not allow this key to do that", "look at your account there"),
    404: (ResultExpiredError, "does not know this job (any more)", "look at your account there"),
    410: (ResultExpiredError, "the result is gone", "submit again if you still want it"),
    413: (InvalidOrderError, "an input is too large", "send a smaller picture or clip"),
    **dict.fromkeys(
        (301, 302, 303, 307, 308),
        (
            InvalidOrderError,
            "sends us on to another address, and keys go nowhere else",
            "name its address in ANSWERPRINT_<SERVICE>_URL",
        ),
    ),
    429: (RateLimitError, "too many requests or jobs at once", "wait for running jobs to end"),
}
_MODERATED: Final = re.compile(r"moderat|safety|content.?policy|nsfw|sensitive", re.IGNORECASE)
"""Words that every service's refusals of content have; no service has a status of its own for them."""
_MODERATION: Final[tuple[type[ServiceError], str, str]] = (
    ModerationError, "refused for what it shows", "change the prompt or the pictures",
)  # fmt: skip
_FALLBACK: Final[dict[bool, tuple[type[ServiceError], str, str]]] = {
    True: (ServiceDownError, "is in trouble itself", "try again later; nothing is lost"),
    False: (
        InvalidOrderError,
        "does not take the order",
        "change what it names, then submit again",
    ),
}


def _said(problem: Exception) -> str:
    """Return what went wrong by its kind: httpx's own text may hold the whole link."""
    names = {
        "ConnectError": "no connection",
        "ConnectTimeout": "no connection in time",
        "ReadTimeout": "no answer in time",
        "ReadError": "the connection broke off",
        "RemoteProtocolError": "the connection broke off",
        "InvalidURL": "its link is no link",
    }
    return names.get(type(problem).__name__, type(problem).__name__)


keep_links_out_of_logs()
