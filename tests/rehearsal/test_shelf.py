"""The shelf serves ranges of signed links, and spoils downloads as armed."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from answerprint.rehearsal.app import running
from answerprint.rehearsal.house import House
from answerprint.rehearsal.shelf import Span, span_of
from tests.rehearsal.conftest import HTTP

CONTENT = bytes(range(256)) * 1000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running(folder=tmp_path_factory.mktemp("shelf")) as served:
        yield served


@pytest.fixture(autouse=True)
def _unarmed(house: House) -> Iterator[None]:
    yield
    house.faults.clear()


@pytest.fixture(scope="module")
def kept(house: House) -> str:
    return house.keep(CONTENT, "video/mp4")


@pytest.fixture
def link(house: House, kept: str) -> str:
    return house.kept_link(kept)


def test_a_link_gives_the_whole_with_what_a_resume_needs(link: str) -> None:
    answer = HTTP.get(link)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["etag"] == HTTP.get(link).headers["etag"]


def test_head_tells_what_get_would(link: str) -> None:
    head, get = HTTP.head(link), HTTP.get(link)
    assert head.content == b""
    names = ("etag", "content-length", "content-type", "accept-ranges", "last-modified")
    assert [head.headers[name] for name in names] == [get.headers[name] for name in names]


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=100-199", slice(100, 200)),
        ("bytes=255000-", slice(255000, None)),
        ("bytes=-100", slice(-100, None)),
        ("bytes=255990-999999", slice(255990, None)),
    ],
)
def test_ranges(link: str, asked: str, span: slice) -> None:
    answer = HTTP.get(link, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, CONTENT[span])
    first, last, _ = span.indices(len(CONTENT))
    assert answer.headers["content-range"] == f"bytes {first}-{last - 1}/{len(CONTENT)}"


def test_a_range_behind_the_end_is_416(link: str) -> None:
    answer = HTTP.get(link, headers={"Range": f"bytes={len(CONTENT)}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(CONTENT)}")


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=0-1", "bytes=9-3", "bytes=-"])
def test_what_is_no_single_range_gives_the_whole(link: str, asked: str) -> None:
    assert HTTP.get(link, headers={"Range": asked}).status_code == 200


def test_if_range_holds_for_the_same_file_only(link: str) -> None:
    etag = HTTP.head(link).headers["etag"]
    for condition, status in ((etag, 206), ('"another"', 200)):
        headers = {"Range": "bytes=5-9", "If-Range": condition}
        assert HTTP.get(link, headers=headers).status_code == status


def test_spans_of_a_small_file() -> None:
    assert span_of("bytes=2-", 10) == Span(2, 9)
    assert span_of(None, 10) is None
    with pytest.raises(ValueError, match="behind"):
        span_of("bytes=-0", 10)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda link: link[:-1] + ("0" if link[-1] != "0" else "1"), 403, "SignatureDoesNotMatch"),
        (lambda link: link.replace("expires=1", "expires=2"), 403, "SignatureDoesNotMatch"),
        (lambda link: link.partition("?")[0], 403, "SignatureDoesNotMatch"),
    ],
)
def test_links_that_are_not_ours_are_refused(link: str, change, status: int, code: str) -> None:  # type: ignore[no-untyped-def]
    answer = HTTP.get(change(link))
    assert answer.status_code == status
    assert f"<Code>{code}</Code>" in answer.text
    assert answer.headers["content-type"] == "application/xml"


def test_a_link_expires_and_a_new_one_does_not(house: House, kept: str) -> None:
    house.link_seconds = -1
    old = house.kept_link(kept)
    house.link_seconds = 3600
    answer = HTTP.get(old)
    assert answer.status_code == 403
    assert "<Message>Request has expired</Message>" in answer.text
    assert HTTP.get(house.kept_link(kept)).status_code == 200


def test_a_link_takes_no_other_credentials(link: str) -> None:
    assert HTTP.get(link, headers={"Authorization": "Bearer secret"}).status_code == 400


def test_what_is_not_there_is_404(house: House) -> None:
    path = "/shelf/nobody/nothing.mp4"
    answer = HTTP.get(house.base + path + house.signed(path))
    assert (answer.status_code, "NoSuchKey" in answer.text) == (404, True)


def partial(link: str, start: int = 0) -> bytes:
    """Return what arrives before the connection ends."""
    got = b""
    with (
        HTTP.stream("GET", link, headers={"Range": f"bytes={start}-"}) as answer,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        for chunk in answer.iter_raw():
            got += chunk
    return got


def test_a_dropped_download_can_be_resumed(house: House, link: str) -> None:
    house.faults.once("dropped-download")
    got = partial(link)
    assert got == CONTENT[: house.faults.cut]
    rest = HTTP.get(link, headers={"Range": f"bytes={len(got)}-"})
    assert got + rest.content == CONTENT


def test_a_link_that_expires_on_the_way_is_dead_and_a_new_one_goes_on(
    house: House, kept: str
) -> None:
    link = house.kept_link(kept)
    house.faults.once("link-expired")
    got = partial(link)
    rest = {"Range": f"bytes={len(got)}-"}
    assert HTTP.get(link, headers=rest).status_code == 403
    assert got + HTTP.get(house.kept_link(kept), headers=rest).content == CONTENT


def test_a_wrong_length_looks_complete(house: House, link: str) -> None:
    house.faults.once("wrong-length")
    answer = HTTP.get(link)
    assert len(answer.content) == int(answer.headers["content-length"]) < len(CONTENT)
    assert HTTP.get(link).content == CONTENT


def test_one_byte_is_corrupt(house: House, link: str) -> None:
    house.faults.once("corrupt-byte")
    got = HTTP.get(link).content
    assert len(got) == len(CONTENT)
    assert sum(a != b for a, b in zip(got, CONTENT, strict=True)) == 1
    assert HTTP.get(link).content == CONTENT


def test_the_store_has_bad_moments(house: House, link: str) -> None:
    house.faults.once("server-error")
    assert HTTP.get(link).status_code == 503
    assert HTTP.get(link).status_code == 200


def test_a_head_uses_no_fault_up(house: House, link: str) -> None:
    house.faults.once("dropped-download")
    assert HTTP.head(link).status_code == 200
    partial(link)


def test_a_links_signature_covers_its_path(house: House, kept: str, link: str) -> None:
    other = house.keep(b"other", "video/mp4")
    assert HTTP.get(link.replace(kept, other)).status_code == 403
    assert set(parse_qs(urlsplit(link).query)) == {"expires", "signature"}


def test_a_large_file_is_whole(house: House, tmp_path: Path) -> None:
    content = CONTENT * 20
    link = house.kept_link(house.keep(content, "application/zip"))
    assert HTTP.get(link).content == content
