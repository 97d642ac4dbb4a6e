"""One try at a file: ask for what is missing of it, judge the answer, and write down what comes."""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final

from answerprint.errors import (
    RateLimitError,
    ResultExpiredError,
    ServiceDownError,
    ServiceError,
)
from answerprint.ingest.link import Answer
from answerprint.ingest.partial import Mark, Partial
from answerprint.ingest.patience import SetbackError
from answerprint.transport import http_date, retry_after

CLOCK_DOUBT: Final = timedelta(seconds=60)
"""Age from which a date of change tells files apart, by RFC 7232, section 2.2.2, the stricter of the two that say so."""

MD5_BYTES: Final = 16
"""Bytes of an MD5."""

_GOOGLE_MD5 = re.compile(r"md5=([A-Za-z0-9+/=]+)")
_MD5_TAG = re.compile(r'"([0-9a-fA-F]{32})"')
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")
_XML_CODE = re.compile(rb"<Code>([A-Za-z]{1,60})</Code>")
_STALE = re.compile(rb"expired|signature", re.IGNORECASE)
_BODY = 4096
"""Bytes of an error's body that are looked at; an object store's is some hundred."""
_WORTH_ANOTHER_TRY = frozenset([408, 425, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524])

Written = Callable[[int, int | None], None]
"""Told how many bytes are there, and how many there will be."""


def missing(partial: Partial) -> dict[str, str]:
    """Return the headers that ask for the rest of a part: none where it cannot be told from another file's.

    A weak ETag would promise that the files look alike, not that their bytes
    are the same (RFC 9110, section 13.1.5).
    """
    mark = partial.mark
    if not partial.size or mark.validator is None:
        return {}
    return {"Range": f"bytes={partial.size}-", "If-Range": mark.validator}


def accept(answer: Answer, partial: Partial) -> bool:
    """Make `partial` the part that the answer goes on from; tell whether there is anything to go on with.

    Raises SetbackError for what another try or a fresh link may mend,
    ServiceError for what they will not.
    """
    if answer.status == 416:
        _check_whole(answer, partial)
        return False
    if answer.status not in (200, 206):
        raise refusal(answer)
    if (coding := answer.headers.get("Content-Encoding", "identity")).lower() != "identity":
        raise _said(ServiceError, answer, f"sends the file compressed ({coding[:20]})")
    if answer.status == 206:
        _check_range(answer, partial)
    else:
        mark = Mark(
            validator=_validator(answer), length=_length(answer), md5=promised_md5(answer.headers)
        )
        partial.begin(mark)
    return True


def take(answer: Answer, partial: Partial, written: Written) -> None:
    """Write down what comes. Raises SetbackError where less or more comes than there is.

    Memory: one piece of the answer; a megabyte while what is there is hashed.
    """
    length = partial.mark.length
    with partial.growing() as growing:
        written(growing.size, length)
        for piece in answer.pieces():
            growing.write(piece)
            written(growing.size, length)
    if length is None or growing.size == length:
        return
    if growing.size > length:
        partial.drop()
    raise SetbackError(_down(answer, f"sent {growing.size} bytes of {length}"))


def refusal(answer: Answer) -> SetbackError | ServiceError:
    """Return what an answer without a file amounts to."""
    status, body = answer.status, answer.start(_BODY)
    code = _XML_CODE.search(body)
    words = code[1].decode() if code else ""
    if status in (403, 410) or (status in (400, 401) and code and _STALE.search(body)):
        problem = _said(ResultExpiredError, answer, "the link has expired", words)
        return SetbackError(problem, expired=True)
    if status == 404:
        return _said(ResultExpiredError, answer, "the file is gone", words)
    wait = retry_after(answer.headers)
    if status == 429:
        return SetbackError(_said(RateLimitError, answer, "too many requests", words), wait=wait)
    if status in _WORTH_ANOTHER_TRY:
        return SetbackError(_down(answer, f"answers {status}", words), wait=wait)
    return _said(ServiceError, answer, f"answers {status} and no file", words)


def _check_range(answer: Answer, partial: Partial) -> None:
    """Raise SetbackError where the range is not the rest of the part; the part is dropped then."""
    mark, again = partial.mark, _validator(answer)
    begin, whole = _range(answer)
    lengths = {length for length in (mark.length, whole) if length is not None}
    if begin != partial.size or len(lengths) > 1 or again not in (mark.validator, None):
        partial.drop()
        raise SetbackError(_down(answer, "went on with another file"), wait=0)
    partial.note(mark.model_copy(update={"length": max(lengths, default=None)}))


def _check_whole(answer: Answer, partial: Partial) -> None:
    """Believe a server that has no more than the part: it is whole then, whatever length was told before.

    Raises SetbackError where it has less, and the part is dropped.
    """
    _, whole = _range(answer)
    if not partial.size or whole != partial.size:
        partial.drop()
        raise SetbackError(_down(answer, "has no such part of the file"), wait=0)
    partial.note(partial.mark.model_copy(update={"length": whole}))


def _range(answer: Answer) -> tuple[int | None, int | None]:
    """Return where the range begins and how long the whole file is, each None where it is not told."""
    told = _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
    if told is None:
        return None, None
    begin, whole = told.groups()
    return None if begin is None else int(begin), None if whole == "*" else int(whole)


def _validator(answer: Answer) -> str | None:
    headers = answer.headers
    tag, changed = headers.get("ETag"), headers.get("Last-Modified", "")
    if tag is not None:
        return tag if tag.startswith('"') else None
    then, now = http_date(changed), http_date(headers.get("Date", ""))
    return changed if then and now and now - then >= CLOCK_DOUBT else None


def promised_md5(headers: Mapping[str, str]) -> str | None:
    """Return the MD5 that a server tells of the whole file; None where it tells none.

    S3 and its kin take it for the ETag of what was uploaded in one piece, unless
    they keep it encrypted: so an ETag that looks like one may be none.
    """
    named = {name.lower(): value for name, value in headers.items()}
    for told in (named.get("content-md5", ""), *_GOOGLE_MD5.findall(named.get("x-goog-hash", ""))):
        with suppress(ValueError):
            content = b64decode(told, validate=True)
            if len(content) == MD5_BYTES:
                return content.hex()
    tag = _MD5_TAG.fullmatch(named.get("etag", "").strip())
    return tag[1].lower() if tag else None


def _length(answer: Answer) -> int | None:
    said = answer.headers.get("Content-Length", "")
    return int(said) if said.isascii() and said.isdigit() else None


def _down(answer: Answer, message: str, words: str = "") -> ServiceDownError:
    return ServiceDownError(
        message,
        provider=answer.host,
        status=answer.status,
        words=words,
        hint="run it again to go on",
    )


def _said(kind: type[ServiceError], answer: Answer, message: str, words: str = "") -> ServiceError:
    return kind(message, provider=answer.host, status=answer.status, words=words)
