"""Pixel formats that raw pictures are written in: their components, bits and chroma, under ffmpeg's names."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from answerprint.color.codes import Codes
from answerprint.order import Size


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """One layout of raw pictures; codes of more than 8 bits are 16-bit words, little-endian, low bits used."""

    name: str
    """ffmpeg's name, for example `yuv420p10le`."""
    components: str
    """One letter a component, in their order in the file: Y U V, G B R, R G B, and A for alpha."""
    bits: int
    """Bits of a code, 8 to 16."""
    granule: Size = (1, 1)
    """Pixels across and down that share one sample of chroma."""
    packed: bool = False
    """Components alternate from pixel to pixel instead of each having a plane."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type that holds a code: uint8 or uint16."""
        return np.dtype(np.uint8 if self.bits == 8 else np.uint16)

    @property
    def peak(self) -> int:
        """Largest code."""
        return (1 << self.bits) - 1

    @property
    def rgb(self) -> bool:
        """Whether the components are R'G'B', which has no matrix."""
        return "G" in self.components

    def shapes(self, size: Size) -> tuple[tuple[int, int], ...]:
        """Return rows and columns of each plane of a picture of `size`; a packed picture is one plane.

        Raises ValueError where `size` is not whole granules.
        """
        (width, height), (across, down) = size, self.granule
        if width <= 0 or height <= 0 or width % across or height % down:
            raise ValueError(
                f"{width}x{height} is not whole {across}x{down} granules of {self.name}"
            )
        if self.packed:
            return ((height, width * len(self.components)),)
        small = (height // down, width // across)
        return tuple(small if c in "UV" else (height, width) for c in self.components)

    def frame_bytes(self, size: Size) -> int:
        """Return the bytes of one picture of `size`. Raises ValueError where it is not whole granules."""
        codes = sum(rows * columns for rows, columns in self.shapes(size))
        return codes * self.dtype.itemsize

    def split(self, raw: Codes, size: Size) -> dict[str, Codes]:
        """Return the components of one raw picture, by letter, as views of it.

        Raises ValueError where `size` is not whole granules or `raw` has another length.
        """
        flat = raw.reshape(-1).view(self.dtype)
        shapes = self.shapes(size)
        if flat.nbytes != self.frame_bytes(size):
            raise ValueError(f"{flat.nbytes} bytes are no {self.name} picture of {size}")
        if self.packed:
            pixels = flat.reshape(size[1], size[0], -1)
            return {c: pixels[..., i] for i, c in enumerate(self.components)}
        ends = np.cumsum([rows * columns for rows, columns in shapes])[:-1]
        parts = zip(self.components, np.split(flat, ends), shapes, strict=True)
        return {c: part.reshape(shape) for c, part, shape in parts}


_MANY: Final = (8, 9, 10, 12, 14, 16)
_PLANAR: Final[tuple[tuple[str, str, Size, tuple[int, ...]], ...]] = (
    ("gray", "Y", (1, 1), _MANY),
    ("gbrp", "GBR", (1, 1), _MANY),
    ("gbrap", "GBRA", (1, 1), (8, 10, 12, 14, 16)),
    ("yuv444p", "YUV", (1, 1), _MANY),
    ("yuv422p", "YUV", (2, 1), _MANY),
    ("yuv420p", "YUV", (2, 2), _MANY),
    ("yuv440p", "YUV", (1, 2), (8, 10, 12)),
    ("yuv411p", "YUV", (4, 1), (8,)),
    ("yuv410p", "YUV", (4, 4), (8,)),
    ("yuva444p", "YUVA", (1, 1), (8, 9, 10, 12, 16)),
    ("yuva422p", "YUVA", (2, 1), (8, 9, 10, 12, 16)),
    ("yuva420p", "YUVA", (2, 2), (8, 9, 10, 16)),
)
_PACKED: Final = (
    PixelFormat("rgb24", "RGB", 8, packed=True),
    PixelFormat("rgba", "RGBA", 8, packed=True),
    PixelFormat("rgb48le", "RGB", 16, packed=True),
    PixelFormat("rgba64le", "RGBA", 16, packed=True),
)


def _named(stem: str, bits: int) -> str:
    return stem if bits == 8 else f"{stem}{bits}le"


PIXEL_FORMATS: Final[dict[str, PixelFormat]] = {
    _named(stem, bits): PixelFormat(_named(stem, bits), components, bits, granule)
    for stem, components, granule, depths in _PLANAR
    for bits in depths
} | {format_.name: format_ for format_ in _PACKED}
"""Formats we write, by ffmpeg's name; palettes, semi-planar, floating and big-endian ones are not among them."""
