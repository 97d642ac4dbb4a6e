"""OpenEXR files of every way pixels can be stored, made by two other implementations."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO as oiio
from numpy.typing import NDArray

from tests.made import exr

NOISE = np.random.default_rng(5).random((37, 50, 3)).astype(np.float16)


def scanlines(compression: str) -> bytes:
    planes = {name: np.ascontiguousarray(NOISE[..., i]) for i, name in enumerate("RGB")}
    return exr(planes, compression=compression)


def tiles(path: Path, *, mipmaps: bool = False, round_up: bool = False) -> bytes:
    """A tiled file, with levels down to one pixel."""
    spec = _tiled(50, 37)
    spec.attribute("textureformat", "Plain Texture")
    spec.attribute("openexr:levelmode", int(mipmaps))
    spec.attribute("openexr:roundingmode", int(round_up))
    out: Any = oiio.ImageOutput.create(str(path))
    assert out.open(str(path), spec), out.geterror()
    width, height = 50, 37
    out.write_image(NOISE)
    while mipmaps and (width, height) != (1, 1):
        width, height = ((n + round_up) // 2 or 1 for n in (width, height))
        assert out.open(str(path), _tiled(width, height), "AppendMIPLevel"), out.geterror()
        out.write_image(np.ascontiguousarray(NOISE[:height, :width]))
    out.close()
    del out  # OpenImageIO writes the last bytes and the offset table only now
    return path.read_bytes()


def deep(path: Path, *, tile: int = 0) -> bytes:
    """A deep file with up to two samples a pixel."""
    spec = oiio.ImageSpec(12, 9, 2, "float")
    spec.channelnames = ("A", "Z")
    spec.deep = True
    spec.tile_width = spec.tile_height = tile
    samples = oiio.DeepData()
    samples.init(12 * 9, 2, ("float", "float"), ("A", "Z"))
    for pixel in range(12 * 9):
        samples.set_samples(pixel, pixel % 3)
        for n in range(pixel % 3):
            samples.set_deep_value(pixel, 0, n, 0.5)
            samples.set_deep_value(pixel, 1, n, float(pixel + n))
    out: Any = oiio.ImageOutput.create(str(path))
    assert out.open(str(path), spec), out.geterror()
    assert out.write_deep_image(samples), out.geterror()
    out.close()
    del out  # OpenImageIO writes the last bytes and the offset table only now
    return path.read_bytes()


def parts() -> bytes:
    """A file of two parts: scan lines and tiles, each compressed in its own way."""
    tile = OpenEXR.TileDescription()
    tile.xSize = tile.ySize = 16
    beauty = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    depth = {
        "type": OpenEXR.tiledimage,
        "tiles": tile,
        "compression": OpenEXR.PIZ_COMPRESSION,
    }
    return _written(
        [
            OpenEXR.Part(beauty, {"R": np.ascontiguousarray(NOISE[..., 0])}, "beauty"),
            OpenEXR.Part(depth, {"Z": NOISE[..., 1].astype(np.float32)}, "depth"),
        ]
    )


def ripmaps_without_pixels() -> bytes:
    """A file that declares levels in x and y, of which only the first was written."""
    tile = OpenEXR.TileDescription()
    tile.xSize = tile.ySize = 16
    tile.mode = OpenEXR.RIPMAP_LEVELS
    header = {"type": OpenEXR.tiledimage, "tiles": tile}
    stream = io.BytesIO()
    OpenEXR.File(header, {"R": np.ascontiguousarray(NOISE[..., 0])}, num_threads=0).write(stream)
    return stream.getvalue()


def every(folder: Path) -> dict[str, bytes]:
    """One file of every kind, by the name of the kind."""
    lines = ("none", "rle", "zips", "zip", "piz", "pxr24", "b44", "b44a", "dwaa", "dwab")
    return {compression: scanlines(compression) for compression in lines} | {
        "tiles": tiles(folder / "tiles.exr"),
        "mipmaps": tiles(folder / "mipmaps.exr", mipmaps=True),
        "mipmaps rounded up": tiles(folder / "up.exr", mipmaps=True, round_up=True),
        "deep": deep(folder / "deep.exr"),
        "deep tiles": deep(folder / "deeptiles.exr", tile=8),
        "parts": parts(),
    }


def oiio_pixels(path: Path) -> list[Any]:
    """Every picture, level and deep sample of a file, as OpenImageIO decodes it."""
    source: Any = oiio.ImageInput.open(str(path))
    assert source, oiio.geterror()
    found: list[Any] = []
    part = 0
    while source.seek_subimage(part, 0):
        level = 0
        while source.seek_subimage(part, level):
            found.append(_picture(source, part, level))
            level += 1
        part += 1
    source.close()
    return found


def _picture(source: Any, part: int, level: int) -> Any:
    spec = source.spec()
    if not spec.deep:
        pixels: NDArray[Any] = source.read_image(part, level, 0, spec.nchannels, oiio.UNKNOWN)
        return pixels.tobytes()
    samples = source.read_native_deep_image(part, level)
    return [
        samples.deep_value(pixel, channel, n)
        for pixel in range(samples.pixels)
        for channel in range(samples.channels)
        for n in range(samples.samples(pixel))
    ]


def _tiled(width: int, height: int) -> Any:
    spec = oiio.ImageSpec(width, height, 3, "half")
    spec.tile_width, spec.tile_height = 16, 8
    return spec


def _written(made: list[Any]) -> bytes:
    stream = io.BytesIO()
    OpenEXR.File(made, num_threads=0).write(stream)
    return stream.getvalue()
