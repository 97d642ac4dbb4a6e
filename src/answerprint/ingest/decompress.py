"""The bytes of one zip member, decompressed in bounded pieces and never more than it declared."""

import bz2
import lzma
import zlib
from collections.abc import Iterator
from enum import IntEnum
from itertools import chain
from struct import Struct
from typing import Protocol

from answerprint.errors import ArchiveError
from answerprint.ingest.bytesource import damaged, refused

PIECE_BYTES = 1 << 17
"""Most bytes decompressed at once. Measured on HD frames: a piece that stays in the processor's
cache takes half the time of a frame in one piece, and a smaller one no less."""

LZMA_DICTIONARY_BYTES = 1 << 26
"""Largest LZMA window held in memory: 7-Zip's at its ultra setting. The format allows 4 GiB."""

_LZMA_WINDOW_LEAST = 1 << 12
_LZMA_PROPERTIES = 5
_LZMA_HEADER = Struct("<2BHBL")


class Method(IntEnum):
    """The compression methods that are read, by their number (APPNOTE 4.4.5)."""

    STORED = 0
    DEFLATE = 8
    BZIP2 = 12
    LZMA = 14


_OTHER_METHODS = {
    1: "shrink", 2: "reduce", 3: "reduce", 4: "reduce", 5: "reduce", 6: "implode",
    9: "deflate64", 10: "PKWARE implode", 93: "zstd", 95: "xz", 98: "PPMd", 99: "AES encryption",
}  # fmt: skip


def method_of(number: int) -> Method:
    """Return the method of that number. Raises ArchiveError, by its name, for one that is not read."""
    if number in set(Method):
        return Method(number)
    name = _OTHER_METHODS.get(number, f"number {number}")
    raise ArchiveError(
        f"its compression method is {name}, which is not read",
        hint="ask for a zip that is stored or deflated",
    )


def decompress(method: Method, blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Yield the `size` bytes that the compressed `blocks` hold, at most `PIECE_BYTES` at a time.

    Memory: a block and a piece; bzip2 adds 4 MB, LZMA the smaller of `size` and
    `LZMA_DICTIONARY_BYTES`. Raises ArchiveError as soon as more than `size`
    bytes come out, and where fewer do, where the stream is damaged, does not
    end, or ends before its blocks.
    """
    left = size
    for piece in _pieces(method, blocks, size):
        left -= len(piece)
        if left < 0:
            raise refused(f"it holds more than the {size} bytes it declares")
        yield piece
    if left:
        raise damaged(f"it holds {size - left} bytes and declares {size}")


class _Decoder(Protocol):
    """What the decompressors of `bz2` and `lzma` have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Inflate:
    """`zlib`'s decompressor in the shape of its sisters."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        piece = self._stream.decompress(self._stream.unconsumed_tail + data, max_length)
        self.needs_input = len(piece) < max_length
        return piece


def _pieces(method: Method, blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    match method:
        case Method.STORED:
            return blocks
        case Method.DEFLATE:
            return _drain_ended(_Inflate(), blocks, size)
        case Method.BZIP2:
            return _drain_ended(bz2.BZ2Decompressor(), blocks, size)
        case Method.LZMA:
            return _drain_lzma(blocks, size)


def _drain_ended(decoder: _Decoder, blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Yield what a stream holds that marks its own end; one byte more than `size` is enough to tell a lie."""
    yield from _drain(decoder, blocks, size + 1)
    if not decoder.eof:
        raise damaged("its compressed bytes do not come to an end")
    if decoder.unused_data:
        raise refused("bytes follow the end of its compressed stream")


def _drain_lzma(blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Yield what a zip's LZMA stream holds (section 5.8), which need not mark its end.

    Asked for more than `size` bytes, the decoder would make them up of what
    follows; so it is not, and the CRC tells whether these were the right ones.
    """
    first = next(blocks, b"")
    decoder = _open_lzma(first[: _LZMA_HEADER.size], size)
    yield from _drain(decoder, chain((first[_LZMA_HEADER.size :],), blocks), size)


def _open_lzma(header: bytes, size: int) -> lzma.LZMADecompressor:
    """Return a decoder whose window is no larger than the member, since no match reaches further back."""
    if len(header) < _LZMA_HEADER.size:
        raise damaged("its LZMA header is cut off")
    _, _, length, packed, dictionary = _LZMA_HEADER.unpack(header)
    if length != _LZMA_PROPERTIES:
        raise damaged("its LZMA header is damaged")
    window = max(min(dictionary, size), _LZMA_WINDOW_LEAST)
    if window > LZMA_DICTIONARY_BYTES:
        raise refused(f"it asks for an LZMA window of {window} bytes")
    coder = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": window,
        "lc": packed % 9,
        "lp": packed // 9 % 5,
        "pb": packed // 45,
    }
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[coder])
    except (lzma.LZMAError, ValueError, MemoryError) as problem:
        raise damaged(f"its LZMA header is damaged ({problem})") from None


def _drain(decoder: _Decoder, blocks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """Yield what `decoder` makes of `blocks`, up to `most` bytes."""
    for block in blocks:
        if decoder.eof and block:
            raise refused("bytes follow the end of its compressed stream")
        pending = block
        while most:
            piece = _step(decoder, pending, min(most, PIECE_BYTES))
            most -= len(piece)
            yield piece
            if decoder.eof or decoder.needs_input:
                break
            pending = b""


def _step(decoder: _Decoder, block: bytes, most: int) -> bytes:
    try:
        return decoder.decompress(block, most)
    # bz2 raises OSError and ValueError, lzma MemoryError too, for damaged streams.
    except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError, MemoryError) as problem:
        reason = str(problem) or type(problem).__name__
        raise damaged(f"its compressed bytes are damaged ({reason})") from None
