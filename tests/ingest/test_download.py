"""Files arrive whole, proven and under their own kind's name, whatever servers, links and runs do meanwhile."""

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import xxhash

from answerprint.errors import (
    AnswerprintError,
    RateLimitError,
    ResultExpiredError,
    ServiceDownError,
    ServiceError,
    SourceError,
    StorageError,
    UsageError,
)
from answerprint.ingest import link
from answerprint.ingest.download import Fetched, Patience, Renew, Wanted, fetch, name_of
from answerprint.ingest.partial import Mark, Partial, sole_use
from answerprint.ingest.transfer import promised_md5

from .depot import SECRET, Act, Depot, answer, depot_open, etag, expired, serve
from .zips import Part, zipped

ARCHIVE = zipped(Part(content=os.urandom(1 << 21)))
PATIENCE = Patience(tries=4, first_pause=0.01, longest_pause=1.5, standstill=0.5)
PAGE = b"<!DOCTYPE html><title>Sign in</title>"


@pytest.fixture
def depot() -> Iterator[Depot]:
    with depot_open() as depot:
        yield depot


def bring(
    folder: Path, *links: str, renew: Renew | None = None, **options: Any
) -> tuple[Fetched, ...]:
    names = ["clip", "frames", "more"]
    wanted = [Wanted(name=name, link=link) for name, link in zip(names, links, strict=False)]
    chosen: dict[str, Any] = {"allow_private": True, "patience": PATIENCE} | options
    return fetch(wanted, folder, renew=renew, **chosen)


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused(kind: type[AnswerprintError], folder: Path, *links: str, **options: Any) -> str:
    with pytest.raises(kind) as caught:
        bring(folder, *links, **options)
    assert type(caught.value) is kind
    return str(caught.value)


@pytest.fixture(autouse=True)
def discretion(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """No test may tell a signature: not in any log at any level, nor on a terminal."""
    caplog.set_level(logging.DEBUG)
    yield
    said = caplog.text + "".join(capfd.readouterr())
    assert SECRET not in said


def test_files_are_told_by_their_bytes(depot: Depot, tmp_path: Path, hdr_delivery: Path) -> None:
    movie, frames = (
        (hdr_delivery / "video.mp4").read_bytes(),
        (hdr_delivery / "exr.zip").read_bytes(),
    )
    seen: dict[str, list[tuple[int, int | None]]] = {}
    got = bring(
        tmp_path / "new" / "folder",
        depot.put("/a.exr", movie, Content_Type="text/html"),
        depot.put("/b.mp4", frames, Content_Disposition='attachment; filename="../../evil.sh"'),
        progress=lambda station, done, total: seen.setdefault(station, []).append((done, total)),
    )
    assert got == (
        Fetched(name="clip.mp4", size=len(movie), digest=xxhash.xxh3_64_hexdigest(movie), kind="movie", media_type="video/mp4"),
        Fetched(name="frames.zip", size=len(frames), digest=xxhash.xxh3_64_hexdigest(frames), kind="archive", media_type="application/zip"),
    )  # fmt: skip
    folder = tmp_path / "new" / "folder"
    assert listed(folder) == ["clip.mp4", "frames.zip"]
    assert (folder / "clip.mp4").read_bytes() == movie
    assert list(seen)
    assert all(steps[0][0] == 0 for steps in seen.values())
    assert seen["fetching clip"][-1] == (len(movie), len(movie))
    for asked in depot.asked:
        assert asked.headers["accept-encoding"] == "identity"
        assert not {"authorization", "cookie", "range"} & asked.headers.keys()


def test_single_frame(depot: Depot, tmp_path: Path, hdr_delivery: Path) -> None:
    import zipfile

    with zipfile.ZipFile(hdr_delivery / "exr.zip") as packed:
        frame = packed.read("frame_00000.exr")
    (got,) = bring(tmp_path, depot.put("/frames.zip", frame))
    assert (got.name, got.kind, got.media_type) == ("clip.exr", "frame", "image/x-exr")


# What was dropped is gone on with


@pytest.mark.parametrize("at", [1, 70_000, 1_500_000, len(ARCHIVE) - 1])
def test_drop_is_gone_on_with(depot: Depot, tmp_path: Path, at: int) -> None:
    (got,) = bring(tmp_path, depot.put("/f", ARCHIVE, serve(until=at)))
    assert (tmp_path / got.name).read_bytes() == ARCHIVE
    assert depot.ranges("/f") == [None, f"bytes={at}-"]
    assert depot.asked[1].headers["if-range"] == etag(ARCHIVE)
    assert listed(tmp_path) == ["clip.zip"]


def test_progress_renews_patience(depot: Depot, tmp_path: Path) -> None:
    cuts = [serve(until=cut) for cut in range(100_000, 1_000_000, 100_000)]
    bring(tmp_path, depot.put("/f", ARCHIVE, *cuts))
    assert len(depot.asked) == len(cuts) + 1 > PATIENCE.tries


def test_server_without_ranges_is_asked_again_from_the_start(depot: Depot, tmp_path: Path) -> None:
    cut = serve(until=900_000, ranges=False)
    bring(tmp_path, depot.put("/f", ARCHIVE, cut, serve(ranges=False)))
    assert listed(tmp_path) == ["clip.zip"]
    said = refused(ServiceDownError, tmp_path / "b", depot.put("/g", ARCHIVE, *[cut] * 9))
    assert len(depot.ranges("/g")) == PATIENCE.tries
    assert "clip: 127.0.0.1: " in said


def test_weak_validators_are_not_trusted(depot: Depot, tmp_path: Path) -> None:
    bring(tmp_path, depot.put("/f", ARCHIVE, serve(until=900_000), ETag='W/"1"'))
    assert depot.ranges("/f") == [None, None]


@pytest.mark.parametrize(("age", "second"), [(3600, "bytes=900000-"), (5, None)])
def test_old_date_of_change_is_a_validator(
    depot: Depot, tmp_path: Path, age: int, second: str | None
) -> None:
    changed = format_datetime(datetime.now(UTC) - timedelta(seconds=age), usegmt=True)
    depot.put("/f", ARCHIVE, serve(until=900_000))
    depot.headers["/f"] = {"Last-Modified": changed}
    bring(tmp_path, depot.link("/f"))
    assert depot.ranges("/f") == [None, second]


def changed_meanwhile(other: bytes, then: Act) -> Act:
    def act(handler: Any, path: str) -> None:
        handler.depot.put(path, other)
        then(handler, path)

    return act


def lying_range(handler: Any, path: str) -> None:
    """Answer with a range that begins one byte behind what was asked for."""
    content = handler.depot.files[path]
    begin = int(handler.headers["Range"].removeprefix("bytes=").rstrip("-")) + 1
    told = {"Content-Range": f"bytes {begin}-{len(content) - 1}/{len(content)}"}
    handler.begin(206, told | {"Content-Length": str(len(content) - begin)})
    handler.wfile.write(content[begin:])


def ignoring_if_range(handler: Any, path: str) -> None:
    del handler.headers["If-Range"]
    serve()(handler, path)


@pytest.mark.parametrize("then", [serve(), ignoring_if_range])
def test_changed_file_starts_over(depot: Depot, tmp_path: Path, then: Act) -> None:
    """Of bytes without a form, so that nothing but the server's word can tell the two files apart."""
    content, other = (bytes(8) + os.urandom(2_000_000) for _ in range(2))
    depot.put("/f", content, serve(until=900_000), changed_meanwhile(other, then))
    bring(tmp_path, depot.link("/f"))
    assert (tmp_path / "clip.bin").read_bytes() == other


def test_range_that_begins_elsewhere_starts_over(depot: Depot, tmp_path: Path) -> None:
    content = bytes(8) + os.urandom(2_000_000)
    bring(tmp_path, depot.put("/f", content, serve(until=900_000), lying_range))
    assert (tmp_path / "clip.bin").read_bytes() == content
    assert depot.ranges("/f") == [None, "bytes=900000-", None]


def test_length_that_was_too_long_is_settled_by_the_server(depot: Depot, tmp_path: Path) -> None:
    bring(tmp_path, depot.put("/f", ARCHIVE, serve(length=len(ARCHIVE) + 100)))
    assert depot.ranges("/f") == [None, f"bytes={len(ARCHIVE)}-"]
    assert (tmp_path / "clip.zip").read_bytes() == ARCHIVE


@pytest.mark.parametrize("name", ["exr.zip", "video.mp4"])
def test_length_that_is_too_short_is_found_by_content(
    depot: Depot, tmp_path: Path, hdr_delivery: Path, name: str
) -> None:
    content = (hdr_delivery / name).read_bytes()
    short = serve(until=len(content) - 100, length=len(content) - 100)
    (got,) = bring(tmp_path, depot.put("/f", content, short))
    assert (tmp_path / got.name).read_bytes() == content
    refused_by = refused(
        SourceError, tmp_path / "b", depot.put("/g", content, short, short)
    ) if name == "video.mp4" else ""  # fmt: skip
    assert not refused_by or "was cut short" in refused_by
    assert not refused_by or not (tmp_path / "b").exists()


def test_corrupt_zip_is_refused(depot: Depot, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="clip: ") as caught:
        bring(tmp_path, depot.put("/f", ARCHIVE[:-30] + b"x" * 30))
    assert len(depot.asked) == 2
    assert listed(tmp_path) == []
    assert ".part" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (PAGE, "a web page came"),
        (b'{"error": "nope"}', "a JSON text came"),
        (b'<?xml version="1.0"?><Error/>', "an XML text came"),
        (b"", "is empty"),
    ],
)
def test_error_with_status_200_is_refused(
    depot: Depot, tmp_path: Path, body: bytes, said: str
) -> None:
    depot.put("/f", body, Content_Type="video/mp4")
    assert said in refused(SourceError, tmp_path, depot.link("/f"))
    assert listed(tmp_path) == []


def test_compressed_answer_is_refused(depot: Depot, tmp_path: Path) -> None:
    depot.put("/f", ARCHIVE, Content_Encoding="gzip")
    assert "compressed (gzip)" in refused(ServiceError, tmp_path, depot.link("/f"))


# Links


def test_expired_link_is_renewed_in_the_middle(depot: Depot, tmp_path: Path) -> None:
    depot.put("/old", ARCHIVE, serve(until=900_000), expired())
    fresh, asked = depot.put("/new", ARCHIVE), list[str]()

    def renew(name: str) -> str:
        asked.append(name)
        return fresh

    bring(tmp_path, depot.link("/old"), renew=renew)
    assert asked == ["clip"]
    assert depot.ranges("/new") == ["bytes=900000-"]
    assert (tmp_path / "clip.zip").read_bytes() == ARCHIVE


@pytest.mark.parametrize(
    ("act", "renewed"),
    [
        (expired(403), True),
        (answer(403), True),
        (answer(410), True),
        (expired(401, "SignatureDoesNotMatch"), True),
        (expired(400, "ExpiredToken"), True),
        (answer(401, b"who are you"), False),
        (answer(400), False),
        (answer(404), False),
    ],
)
def test_which_answers_ask_for_a_fresh_link(
    depot: Depot, tmp_path: Path, act: Act, renewed: bool
) -> None:
    old, fresh = depot.put("/old", ARCHIVE, act), depot.put("/new", ARCHIVE)
    if renewed:
        bring(tmp_path, old, renew=lambda _: fresh)
        depot.put("/old", ARCHIVE, act)
        assert "the link has expired" in refused(ResultExpiredError, tmp_path / "b", old)
    else:
        with pytest.raises(ServiceError):
            bring(tmp_path, old, renew=lambda _: fresh)


def test_link_gone_or_never_fresh(depot: Depot, tmp_path: Path) -> None:
    gone = depot.put("/gone", b"", answer(404))
    assert "the file is gone" in refused(ResultExpiredError, tmp_path, gone, provider="luma")
    stale, asked = depot.put("/stale", b"", *[expired()] * 20), list[str]()

    def renew(name: str) -> str:
        asked.append(name)
        return stale

    refused(ResultExpiredError, tmp_path, stale, renew=renew, patience=Patience(first_pause=0.01))
    assert len(asked) == Patience().renewals


def later(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("status", "form"), [(429, lambda: "1"), (429, lambda: later(1.9)), (503, lambda: "1")]
)
def test_retry_after_is_obeyed(
    depot: Depot, tmp_path: Path, status: int, form: Callable[[], str]
) -> None:
    begun = time.monotonic()
    bring(
        tmp_path, depot.put("/f", ARCHIVE, answer(status, Retry_After=form())), patience=Patience()
    )
    assert 0.9 < time.monotonic() - begun < 4


@pytest.mark.parametrize(
    ("status", "kind"), [(429, RateLimitError), (500, ServiceDownError), (503, ServiceDownError)]
)
def test_patience_ends(depot: Depot, tmp_path: Path, status: int, kind: type[ServiceError]) -> None:
    said = refused(kind, tmp_path, depot.put("/f", ARCHIVE, *[answer(status)] * 9))
    assert len(depot.asked) == PATIENCE.tries
    assert SECRET not in said
    for form in ("3600", later(3600)):
        depot.asked.clear()
        refused(kind, tmp_path, depot.put("/f", ARCHIVE, answer(status, Retry_After=form)))
        assert len(depot.asked) == 1


def test_server_that_is_not_there(tmp_path: Path) -> None:
    with depot_open() as depot:
        dead = depot.link("/f")
    assert "cannot be connected to" in refused(ServiceDownError, tmp_path, dead)


# Where links may lead


def test_redirect_to_another_host_carries_nothing(depot: Depot, tmp_path: Path) -> None:
    with depot_open() as other:
        there = other.put("/f", ARCHIVE)
        depot.put("/f", b"", answer(302, Location=there, Set_Cookie="a=b"))
        bring(tmp_path, depot.link("/f"))
        assert other.asked[0].headers["host"] == f"127.0.0.1:{other.port}"
        assert not {"authorization", "cookie", "referer"} & other.asked[0].headers.keys()
        depot.put("/f", b"", answer(302, Location=there.replace("127.0.0.1", "localhost")))
        bring(tmp_path / "named", depot.link("/f"))
        assert other.asked[1].headers["host"] == f"localhost:{other.port}"
        depot.put("/f", b"", answer(302, Location=there.replace("127.0.0.1", "localhost")))
        said = refused(SourceError, tmp_path / "b", depot.link("/f"), allowed_hosts=["127.0.0.1"])
    assert "localhost: the link's host is none of the allowed hosts (127.0.0.1)" in said


def test_log_of_headers_is_what_would_tell(
    depot: Depot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("httpcore.http11")
    (discreet,) = logger.filters
    depot.put("/f", b"", *[answer(302, Location=f"ftp://x/?{SECRET}")] * 2)
    refused(SourceError, tmp_path, depot.link("/f"))
    assert "receive_response_headers.started" in caplog.text
    assert SECRET not in caplog.text
    logger.removeFilter(discreet)
    try:
        refused(SourceError, tmp_path, depot.link("/f"))
    finally:
        logger.addFilter(discreet)
    assert SECRET in caplog.text
    caplog.clear()


def test_relative_redirects_and_their_number(depot: Depot, tmp_path: Path) -> None:
    depot.put("/6", ARCHIVE)
    for hop in range(6):
        depot.put(f"/{hop}", b"", *[answer(307, Location=f"{hop + 1}?{SECRET}")] * 2)
    bring(tmp_path, depot.link("/1"))
    assert "redirected more than 5 times" in refused(SourceError, tmp_path / "b", depot.link("/0"))


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd", "ftp://example.com/f", "data:text/plain,hi", "gopher://127.0.0.1/", "https://files.example:port/", None,
        "http://user:password@127.0.0.1/", "http://93.184.215.14/f",
    ],
)  # fmt: skip
def test_redirect_out_of_bounds(depot: Depot, tmp_path: Path, location: str | None) -> None:
    depot.put("/f", b"", answer(301, Location=f"{location}?{SECRET}") if location else answer(301))
    said = refused(SourceError, tmp_path, depot.link("/f"))
    assert SECRET not in said
    assert "password" not in said
    assert len(depot.asked) == 1


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "[::1]",
        "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "224.0.0.1",
        "127.1", "2130706433", "0x7f000001",
    ],
)  # fmt: skip
def test_private_addresses_are_refused(tmp_path: Path, host: str) -> None:
    said = refused(SourceError, tmp_path, f"https://{host}/f?{SECRET}", allow_private=False)
    assert "is a private address" in said


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("http://files.example/f", "is not encrypted"),
        ("https://me:secret@files.example/f", "carries a user name"),
        ("file:///etc/passwd", "leads to no web server"),
        ("clip.mp4", "leads to no web server"),
        ("https://files.example:port/f", "is no link"),
        ("https:///f", "leads to no web server"),
    ],
)
def test_links_that_are_not_followed(tmp_path: Path, link: str, said: str) -> None:
    told = refused(SourceError, tmp_path, f"{link}?{SECRET}", allow_private=False)
    assert said in told
    assert "secret" not in told


def test_private_redirect_behind_a_public_name(
    depot: Depot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name with one private address among public ones is refused, and what was checked is what is connected to."""
    answers = [[("93.184.215.14", 443)], [("93.184.215.14", 443), ("10.0.0.7", 443)]]
    connected: list[str] = []

    def resolved(host: str, port: int, *how: int, **options: Any) -> list[Any]:
        if host != "files.example":
            connected.append(host)
            raise OSError("no network in tests")
        return [(2, 1, 6, "", place) for place in answers.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    link_ = f"https://files.example/f?{SECRET}"
    once = Patience(tries=1)
    refused(ServiceDownError, tmp_path, link_, allow_private=False, patience=once)
    assert connected == ["93.184.215.14"]
    assert "private address" in refused(SourceError, tmp_path, link_, allow_private=False)
    assert answers == []


def test_certificate_is_proven_for_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = tmp_path / "server.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", pem, "-out", tmp_path / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    pem.write_bytes(pem.read_bytes() + (tmp_path / "cert.pem").read_bytes())
    with depot_open(pem) as depot:
        depot.put("/f", ARCHIVE)
        named = depot.link("/f", "localhost")
        assert "certificate" in refused(SourceError, tmp_path / "a", named)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert bring(tmp_path / "b", named)[0].name == "clip.zip"
        assert "certificate" in refused(SourceError, tmp_path / "c", depot.link("/f"))


def test_proxy_is_asked_by_name(
    depot: Depot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{depot.port}")
    monkeypatch.setenv("no_proxy", "")
    said = refused(
        ServiceDownError, tmp_path, f"https://files.example/f?{SECRET}", allow_private=False
    )
    assert "the proxy does not let it through" in said
    bring(tmp_path, depot.put("/f", ARCHIVE))  # this machine itself is asked without it


# The disk, and other runs


def test_file_that_is_there_is_kept(depot: Depot, tmp_path: Path, hdr_delivery: Path) -> None:
    movie = (hdr_delivery / "video.mp4").read_bytes()
    first = bring(tmp_path, depot.put("/f", movie))
    made = (tmp_path / "clip.mp4").stat().st_ino
    depot.acts["/f"] = [serve(until=0)]
    assert bring(tmp_path, depot.link("/f")) == first
    assert (tmp_path / "clip.mp4").stat().st_ino == made
    assert listed(tmp_path) == ["clip.mp4"]


def test_damaged_file_is_replaced_and_another_is_not(depot: Depot, tmp_path: Path) -> None:
    (tmp_path / "clip.zip").write_bytes(bytes(len(ARCHIVE)))
    bring(tmp_path, depot.put("/f", ARCHIVE))
    assert (tmp_path / "clip.zip").read_bytes() == ARCHIVE
    other = depot.put("/g", zipped(Part(content=b"another")))
    assert "is another file" in refused(StorageError, tmp_path, other)
    assert (tmp_path / "clip.zip").read_bytes() == ARCHIVE
    (tmp_path / "clip.zip").unlink()
    bring(tmp_path, other)
    assert listed(tmp_path) == ["clip.zip"]


def test_full_disk_is_found_first(
    depot: Depot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    depot.put("/f", ARCHIVE)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=66 << 20))
    said = refused(StorageError, tmp_path, depot.link("/f"))
    assert "the disk has 69 MB free and 69 MB are needed" in said
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=67 << 20))
    bring(tmp_path, depot.link("/f"))
    said = refused(
        StorageError,
        tmp_path / "b",
        depot.put("/g", ARCHIVE, serve(slow=0.05)),
        depot.put("/h", ARCHIVE, serve(slow=0.05)),
    )
    assert "the disk has 70 MB free and 71 MB are needed" in said


def test_folder_that_cannot_be(depot: Depot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(StorageError, tmp_path / "file" / "below", depot.put("/f", ARCHIVE))


def test_one_bad_file_costs_only_itself(depot: Depot, tmp_path: Path) -> None:
    depot.put("/bad", b"", answer(404))
    refused(
        ResultExpiredError,
        tmp_path,
        depot.link("/bad"),
        depot.put("/f", ARCHIVE),
        depot.put("/g", ARCHIVE),
        connections=1,
    )
    assert listed(tmp_path) == ["frames.zip", "more.zip"]


CHILD = """
import sys
from pathlib import Path
from answerprint.ingest.download import Wanted, fetch
got = fetch([Wanted(name="clip", link=sys.argv[1])], Path(sys.argv[2]), allow_private=True)
print(got[0].digest)
"""


def child(link: str, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, link, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_run_is_gone_on_with(depot: Depot, tmp_path: Path, how: int) -> None:
    depot.put("/f", ARCHIVE, serve(until=1_600_000, stall=True))
    run, part = child(depot.link("/f"), tmp_path), tmp_path / ".clip.part"
    deadline = time.monotonic() + 20
    while not (part.exists() and part.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)
    run.send_signal(how)
    run.communicate(timeout=60)
    assert run.returncode == -how
    size = part.stat().st_size
    assert 0 < size < len(ARCHIVE)
    assert set(listed(tmp_path)) - {".clip.lock"} == {".clip.part", ".clip.part.json"}
    assert SECRET not in (tmp_path / ".clip.part.json").read_text()
    bring(tmp_path, depot.link("/f"))
    assert depot.ranges("/f") == [None, f"bytes={size}-"]
    assert (tmp_path / "clip.zip").read_bytes() == ARCHIVE
    assert listed(tmp_path) == ["clip.zip"]


def test_two_processes_fetch_one_file(depot: Depot, tmp_path: Path) -> None:
    depot.put("/f", ARCHIVE, serve(slow=0.15))
    runs = [child(depot.link("/f"), tmp_path) for _ in range(2)]
    told = {run.communicate(timeout=30)[0].strip() for run in runs}
    assert told == {xxhash.xxh3_64_hexdigest(ARCHIVE)}
    assert depot.ranges("/f") == [None, None]
    assert listed(tmp_path) == ["clip.zip"]


def test_run_that_stands_still_is_not_waited_for(depot: Depot, tmp_path: Path) -> None:
    with sole_use(tmp_path, "clip", standstill=0, pause=time.sleep):
        said = refused(StorageError, tmp_path, depot.put("/f", ARCHIVE))
    assert "another run is fetching it and does not get on" in said
    bring(tmp_path, depot.link("/f"))


def test_part_that_was_whole_is_asked_about_and_placed(depot: Depot, tmp_path: Path) -> None:
    partial = Partial(tmp_path, "clip")
    partial.begin(Mark(validator=etag(ARCHIVE), length=len(ARCHIVE)))
    partial.path.write_bytes(ARCHIVE)
    bring(tmp_path, depot.put("/f", ARCHIVE))
    assert depot.ranges("/f") == [f"bytes={len(ARCHIVE)}-"]
    assert listed(tmp_path) == ["clip.zip"]


@pytest.mark.parametrize("note", ["", "{", '{"length": "x"}', "[]"])
def test_damaged_note_starts_over(depot: Depot, tmp_path: Path, note: str) -> None:
    (tmp_path / ".clip.part").write_bytes(b"garbage" * 1000)
    (tmp_path / ".clip.part.json").write_text(note)
    bring(tmp_path, depot.put("/f", ARCHIVE))
    assert (tmp_path / "clip.zip").read_bytes() == ARCHIVE


def test_part_that_is_a_link_is_not_written_through(depot: Depot, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / ".clip.part").symlink_to(victim)
    bring(folder, depot.put("/f", ARCHIVE))
    assert victim.read_text() == "precious"
    assert not (folder / "clip.zip").is_symlink()


# Names and secrets


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "../a", "/a", "a\\b", ".hidden", "con", "a\n", "a:b", "a.", "x" * 250],
)
def test_names_that_are_no_file(name: str) -> None:
    with pytest.raises(ValueError, match="name") as caught:
        Wanted(name=name, link=f"https://files.example/f?{SECRET}")
    assert SECRET not in str(caught.value)


def test_two_files_of_one_name(tmp_path: Path) -> None:
    wanted = [Wanted(name=name, link="https://files.example/f") for name in ("Clip", "clip")]
    with pytest.raises(UsageError, match="same name"):
        fetch(wanted, tmp_path)


@pytest.mark.parametrize(
    ("link", "name"),
    [
        (f"https://files.example/a/clip.mp4?{SECRET}", "clip"),
        ("https://files.example/a/My%20clip.v2.mp4", "My_clip.v2"),
        ("https://files.example/", "file"),
        ("https://files.example/..%2f..%2fetc%2fpasswd", "passwd"),
        ("https://files.example/con.mp4", "file_con"),
        ("https://files.example/.hidden", "hidden"),
        ("https://files.example/" + "x" * 300, "x" * 60),
        ("http://[/f", "file"),
    ],
)
def test_name_of_link(link: str, name: str) -> None:
    assert name_of(link) == name
    assert Wanted(name=name, link=link).name == name


def test_wanted_tells_only_the_host() -> None:
    wanted = Wanted(name="clip", link=f"https://me:pw@files.example/secret/path?{SECRET}")
    assert repr(wanted) == "Wanted(name='clip', link='https://files.example/…')"
    for text in (repr(wanted), str(wanted), f"{wanted}"):
        assert SECRET not in text
    with pytest.raises(ValueError, match="link") as caught:
        Wanted.model_validate({"name": "clip", "link": [f"https://x/?{SECRET}"]})
    assert SECRET not in str(caught.value)
    assert link.shown("https://files.example:port/?" + SECRET) == "…"


def test_no_error_tells_a_query(depot: Depot, tmp_path: Path) -> None:
    import traceback

    acts = [expired(), expired(401, "SignatureDoesNotMatch"), answer(404), answer(500), answer(400, SECRET.encode()),
            answer(429, Retry_After="999"), answer(302, Location=f"ftp://x/?{SECRET}"), answer(200, PAGE + SECRET.encode()),
            serve(until=3), answer(416), answer(204), answer(206)]  # fmt: skip
    for act in acts:
        depot.put("/f", ARCHIVE, *[act] * 9)
        with pytest.raises(AnswerprintError) as caught:
            bring(tmp_path, depot.link("/f"), patience=Patience(tries=2, first_pause=0))
        told = (
            "".join(traceback.format_exception(caught.value))
            + repr(caught.value)
            + json.dumps(str(vars(caught.value)))
        )
        assert SECRET not in told
        assert "s3cr3t" not in told


def test_interrupted_run_ends_soon_and_keeps_its_part(depot: Depot, tmp_path: Path) -> None:
    depot.put("/f", ARCHIVE, serve(slow=0.05))

    def stop(station: str, done: int, total: int | None) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(tmp_path, depot.link("/f"), progress=stop)
    assert Partial(tmp_path, "clip").size > 0
    bring(tmp_path, depot.link("/f"))
    assert depot.ranges("/f")[1] is not None


def test_a_byte_that_broke_on_the_way_is_noticed(
    depot: Depot, tmp_path: Path, loop_delivery: Path
) -> None:
    movie = (loop_delivery / "video.mp4").read_bytes()
    broken = bytearray(movie)
    broken[len(movie) // 2] ^= 1
    link = depot.put("/a.mp4", movie, answer(200, bytes(broken), ETag=etag(movie)))
    bring(tmp_path, link)
    assert (tmp_path / "clip.mp4").read_bytes() == movie
    worse = bytearray(broken)
    worse[-1] ^= 1
    both = [answer(200, bytes(body), ETag=etag(movie)) for body in (broken, worse)]
    said = refused(SourceError, tmp_path / "b", depot.put("/b.mp4", movie, *both))
    assert "was damaged on the way" in said


def test_a_tag_that_only_looks_like_a_digest_is_believed_the_second_time(
    depot: Depot, tmp_path: Path, loop_delivery: Path
) -> None:
    movie = (loop_delivery / "video.mp4").read_bytes()
    bring(tmp_path, depot.put("/a.mp4", movie, ETag=f'"{"0123456789abcdef" * 2}"'))
    assert (tmp_path / "clip.mp4").read_bytes() == movie
    assert len(depot.asked) == 2


@pytest.mark.parametrize(
    ("headers", "promised"),
    [
        ({"ETag": '"d41d8cd98f00b204e9800998ecf8427e"'}, "d41d8cd98f00b204e9800998ecf8427e"),
        ({"ETag": 'W/"d41d8cd98f00b204e9800998ecf8427e"'}, None),
        ({"ETag": '"d41d8cd98f00b204e9800998ecf8427e-3"'}, None),
        ({"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}, "d41d8cd98f00b204e9800998ecf8427e"),
        ({"x-goog-hash": "crc32c=AAAAAA==,md5=1B2M2Y8AsgTpgAmY7PhCfg=="}, "d41d8cd98f00b204e9800998ecf8427e"),
        ({"Content-MD5": "%%%"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_promises_of_servers(headers: dict[str, str], promised: str | None) -> None:
    assert promised_md5(headers) == promised
