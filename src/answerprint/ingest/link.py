"""The one door to httpx for files: a link is opened only where it may lead, and told of by its host alone.

What is contained here:

- A link is a bearer's paper: its query signs for whoever holds it. httpx logs
  every URL it is sent to, and httpcore every header, a redirect's next link
  among them. So the transport is used without its client, which also means no
  cookies and no `.netrc`, and httpcore is kept from telling headers.
- A name may resolve to one address when it is checked and to another when it is
  connected to. So it is resolved once and the address connected to, while the
  certificate is still proven for the name.
- Two names at one address would share a kept connection, and with it the
  certificate of the first. So none is kept.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self
from urllib.request import getproxies, proxy_bypass

import httpx

from answerprint.errors import ServiceDownError, SourceError
from answerprint.ingest.address import addresses_of, is_public, literal
from answerprint.ingest.patience import SetbackError
from answerprint.record import Record
from answerprint.transport import keep_links_out_of_logs
from answerprint.version import __version__

MOST_REDIRECTS: Final = 5
"""Redirects followed, the limit that RFC 2068, section 10.3, once recommended."""
CONNECT_SECONDS: Final = 10.0
"""What a connection may take."""
STILL_SECONDS: Final = 60.0
"""How long a server may send nothing, as the services' SDKs have it."""

_REDIRECTS = frozenset([301, 302, 303, 307, 308])
_TIMEOUT = httpx.Timeout(STILL_SECONDS, connect=CONNECT_SECONDS).as_dict()
_HEADERS = {
    "Accept": "*/*",
    # A compressed answer has no byte ranges of the file, and another length.
    "Accept-Encoding": "identity",
    "User-Agent": f"answerprint/{__version__}",
}


class Bounds(Record):
    """Where links and their redirects may lead."""

    allow_private: bool = False
    """Also to private, link-local and loopback addresses, and to the last without TLS."""
    allowed_hosts: tuple[str, ...] = ()
    """Only to these hosts and those below them; empty for any."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer whose body has not been read yet."""

    status: int
    headers: Mapping[str, str]
    """By name in any case."""
    host: str
    """Who answered."""
    response: httpx.Response

    def pieces(self) -> Iterator[bytes]:
        """Yield the body as it comes, undecoded. Raises SetbackError where the connection drops."""
        with _setbacks(self.host):
            yield from self.response.iter_raw()

    def start(self, count: int) -> bytes:
        """Return at most the first `count` bytes of the body; what is there where the connection drops."""
        start = b""
        try:
            for piece in self.pieces():
                start += piece
                if len(start) >= count:
                    break
        except SetbackError:
            pass
        return start[:count]


class Opener:
    """Opens links within `bounds`. It is its own context manager, and safe from any number of threads."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._direct = httpx.HTTPTransport(limits=self._limits)
        self._reading: set[httpx.Response] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._direct.close()

    @contextmanager
    def opened(self, link: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        """Yield the answer to GET `link`, behind at most `MOST_REDIRECTS` redirects, each checked like the link.

        Raises SourceError where it leads out of bounds, SetbackError where
        nobody answers.
        """
        url = parse_link(link)
        for _ in range(MOST_REDIRECTS + 1):
            response = self._ask(url, headers)
            self._reading.add(response)
            try:
                if response.status_code not in _REDIRECTS:
                    yield Answer(response.status_code, response.headers, url.host, response)
                    return
            finally:
                self._reading.discard(response)
                response.close()
            url = _redirected(url, response.headers.get("Location"))
        raise _refused(url, f"is redirected more than {MOST_REDIRECTS} times")

    def hang_up(self) -> None:
        """End every answer that is being read, from any thread: a silent server holds its reader for a minute."""
        for response in tuple(self._reading):
            connection = response.extensions["network_stream"].get_extra_info("socket")
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _ask(self, url: httpx.URL, headers: Mapping[str, str]) -> httpx.Response:
        check_link(url, self._bounds)
        if (proxy := _proxy_for(url)) is not None:
            # The proxy resolves the name; the name itself has been checked.
            with _setbacks(url.host):
                transport = httpx.HTTPTransport(limits=self._limits, proxy=proxy)
                return transport.handle_request(_request(url, url.host, headers))
        addresses = resolve(url, self._bounds)
        for address in addresses[:-1]:
            try:
                return self._direct.handle_request(_request(url, address, headers))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        with _setbacks(url.host):
            return self._direct.handle_request(_request(url, addresses[-1], headers))


def parse_link(link: str) -> httpx.URL:
    """Return `link` taken apart. Raises SourceError, which does not quote it."""
    try:
        url = httpx.URL(link)
    except (httpx.InvalidURL, ValueError):
        raise SourceError("is no link that can be read") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise SourceError(
            "leads to no web server", where=f"{url.scheme[:20]}:…", hint="only https is fetched"
        )
    return url


def shown(link: str) -> str:
    """Return what may be told of a link: its scheme and host.

    >>> shown("https://files.example/clip.mp4?signature=secret")
    'https://files.example/…'
    """
    try:
        url = httpx.URL(link)
    except (httpx.InvalidURL, ValueError):
        return "…"
    return f"{url.scheme}://{url.host}/…"


def check_link(url: httpx.URL, bounds: Bounds) -> None:
    """Raise SourceError where the link itself, before its host is looked up, is out of bounds."""
    if url.userinfo:
        raise _refused(url, "carries a user name, and files are fetched without")
    hosts = [host.lower().lstrip(".") for host in bounds.allowed_hosts]
    if hosts and not any(url.host == host or url.host.endswith(f".{host}") for host in hosts):
        raise _refused(url, f"is none of the allowed hosts ({', '.join(hosts)})")
    if url.scheme == "http" and not bounds.allow_private:
        hint = "only https is fetched; --allow-private takes files from this machine without"
        raise _refused(url, "is not encrypted", hint)
    address = literal(url.host)
    if address is not None and not (bounds.allow_private or is_public(address)):
        raise _private(url)


def resolve(url: httpx.URL, bounds: Bounds) -> Sequence[str]:
    """Return the addresses of the link's host, all of them checked.

    Raises SourceError where one is out of bounds, SetbackError where the name
    does not resolve now.
    """
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    try:
        addresses = addresses_of(url.raw_host.decode("ascii"), port)
    except OSError:
        raise SetbackError(_down(url.host, "its name does not resolve")) from None
    if not bounds.allow_private and not all(is_public(address) for address in addresses):
        raise _private(url)
    if url.scheme == "http" and not all(address.is_loopback for address in addresses):
        raise _refused(url, "is not encrypted", "only this machine is asked without TLS")
    return [str(address) for address in addresses]


def _proxy_for(url: httpx.URL) -> str | None:
    """Return the proxy that the environment names for a link; none stands before this machine itself."""
    address = literal(url.host)
    local = url.host == "localhost" or (address is not None and address.is_loopback)
    if local or url.scheme == "http":
        return None
    proxies = getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    return None if proxy is None or proxy_bypass(url.host) else proxy


def _request(url: httpx.URL, address: str, headers: Mapping[str, str]) -> httpx.Request:
    """Return the request for `url`, sent to `address` and proven by the name."""
    return httpx.Request(
        "GET",
        url.copy_with(host=address),
        headers={"Host": url.netloc.decode("ascii"), **_HEADERS, **headers},
        extensions={"sni_hostname": url.raw_host.decode("ascii"), "timeout": _TIMEOUT},
    )


def _redirected(url: httpx.URL, location: str | None) -> httpx.URL:
    if location is None:
        raise _refused(url, "is redirected nowhere")
    try:
        following = str(url.join(location))
    except (httpx.InvalidURL, ValueError):
        raise _refused(url, "is redirected to what is no link") from None
    try:
        return parse_link(following)
    except SourceError as problem:
        raise _refused(url, f"is redirected to {problem.where}", problem.hint) from None


@contextmanager
def _setbacks(host: str) -> Iterator[None]:
    """Turn what goes wrong on the way into a SetbackError, without the words of the library."""
    try:
        yield
    except httpx.TransportError as problem:
        if _certificate(problem):
            raise SourceError(
                "its certificate does not prove it", where=host, hint="check the machine's clock and its certificates"
            ) from None  # fmt: skip
        raise SetbackError(_down(host, _WHY.get(type(problem), "the connection broke"))) from None


_WHY: Mapping[type[Exception], str] = {
    httpx.ConnectError: "it cannot be connected to",
    httpx.ConnectTimeout: "it cannot be connected to in time",
    httpx.ReadTimeout: "it fell silent",
    httpx.ProxyError: "the proxy does not let it through",
}


def _certificate(problem: BaseException | None) -> bool:
    while problem is not None:
        if isinstance(problem, ssl.SSLCertVerificationError):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def _down(host: str, message: str) -> ServiceDownError:
    return ServiceDownError(message, provider=host, hint="run it again to go on")


def _private(url: httpx.URL) -> SourceError:
    return _refused(
        url, "is a private address", "--allow-private lets links lead into this network"
    )


def _refused(url: httpx.URL, message: str, hint: str | None = None) -> SourceError:
    return SourceError(f"the link's host {message}", where=url.host, hint=hint)


keep_links_out_of_logs()
