"""The planes of decoded pictures, component by component, as any thread may ask for them."""

import threading
from functools import cache
from typing import Any

import av
import numpy as np

from answerprint.color.codes import Codes

_converting = threading.Lock()
"""A frame keeps its own converter and lends its tags to it meanwhile: two threads at one frame crash the process."""


def component_planes(picture: av.VideoFrame) -> tuple[dict[str, Codes], int]:
    """Return the code values of a frame by component (Y U V A, or G B R A), and their bits.

    Formats that are not planar are first converted as `planar_format` says. Any
    number of threads may ask for the same frame, as they do where one is held.
    """
    format_ = planar_format(picture.format.name)
    if format_ != picture.format.name.replace("yuvj", "yuv"):
        with _converting:
            picture = picture.reformat(format=format_)
    names = "GBRA" if picture.format.is_rgb else "YUVA"
    bits = picture.format.components[0].bits
    planes = zip(names, picture.planes, strict=False)
    return {
        name: _plane(plane, np.uint16 if bits > 8 else np.uint8) for name, plane in planes
    }, bits


@cache
def planar_format(name: str) -> str:
    """Return the little-endian planar pixel format that holds all of `name`: itself where it is one."""
    format_ = av.VideoFormat(name.replace("yuvj", "yuv"))
    bits = format_.components[0].bits
    gray = len(format_.components) == 1 and not format_.has_palette
    if (
        (format_.is_planar or gray)
        and not format_.is_big_endian
        and bits <= 16
        and "nv" not in name
        and name[0] != "p"
    ):
        return format_.name
    kind = "gbrp" if format_.is_rgb or format_.has_palette else "yuv444p"
    return f"{kind}16le" if bits > 8 else kind


def _plane(plane: Any, dtype: type[np.uint8] | type[np.uint16]) -> Codes:
    rows = np.frombuffer(plane, dtype).reshape(-1, plane.line_size // np.dtype(dtype).itemsize)
    return np.ascontiguousarray(rows[: plane.height, : plane.width])
