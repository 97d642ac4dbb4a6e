"""Lettering to lay over pictures: lines of text as coverage, how wide they run, and how bright they may be.

The one door to OpenCV's text. OpenCV 5 carries its outlines in itself: a build
of Rubik whose digits are all of one width and whose zero is slashed (opencv
pull request 26301), and WenQuanYi Micro Hei for the scripts Rubik lacks. No
font of the machine is ever asked for.
"""

import threading
import unicodedata
from functools import cache, lru_cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.errors import ToolError
from answerprint.measured.movie import ColorTags
from answerprint.order import Size

Coverage = NDArray[np.uint8]
"""How much of each pixel ink covers, 0 to 255, (h, w)."""

SMALLEST: Final = 10
"""Pixels of an em whose 8 and 0 can still be told apart: digits 8 pixels high."""

ELLIPSIS: Final = "…"
"""What stands for the part of a line that had no room."""

_WEIGHT: Final = 600
_ASCENT, _DESCENT = 1.05, 0.32
"""What ink reaches above and below the baseline, in ems: Rubik's Å and CJK brackets."""

_SDR_TEXT: Final = 0.8
_HDR_TEXT: Final = {"smpte2084": 0.5806888, "arib-std-b67": 0.75}
"""Signal of reference white, 203 cd/m2, by transfer (ITU-R BT.2408, table 1: 58 % PQ, 75 % HLG)."""

# A face keeps the size it draws at: two threads that share one draw into each other's letters.
_DRAWING: Final = threading.Lock()


def text_code(tags: ColorTags) -> int:
    """Return the code of text on full-range 16-bit R'G'B' of these tags: 80 % of SDR's white, HDR's reference white.

    >>> text_code(ColorTags(transfer="smpte2084"))
    38055
    """
    return int(65535 * _HDR_TEXT.get(tags.transfer or "", _SDR_TEXT))


def em_for(size: Size, share: float) -> int:
    """Return the em in pixels for text that is `share` of a picture's shorter side, at least SMALLEST.

    >>> em_for((1920, 1080), 1 / 30), em_for((1080, 1920), 1 / 30)
    (36, 36)
    """
    return max(SMALLEST, round(min(size) * share))


def padding(em: int) -> int:
    """Return the pixels that `coverage` leaves empty around the ink of a line."""
    return em // 4


def line_height(em: int) -> int:
    """Return the lines of the picture that one line of text takes, its padding with it."""
    return round(em * (_ASCENT + _DESCENT)) + 2 * padding(em)


@lru_cache(maxsize=32)
def coverage(text: str, em: int) -> Coverage:
    """Return one line of antialiased text, (`line_height`, its width and padding), not writeable.

    What has no glyph shows as `?`. The last 32 are kept: at most 17 MB
    where pictures are 3840x2160. Raises ToolError where OpenCV draws no text.
    """
    words, pad = legible(text), padding(em)
    ink: Coverage = np.zeros((line_height(em), width_of(words, em) + 2 * pad), np.uint8)
    baseline = pad + round(em * _ASCENT)
    with _DRAWING:
        cv2.putText(ink, words, (pad, baseline), 255, _face(), em, _WEIGHT)
    ink.flags.writeable = False
    return ink


def width_of(text: str, em: int) -> int:
    """Return how many pixels a line of text runs, without padding. Raises ToolError."""
    with _DRAWING:
        box = cv2.getTextSize((0, 0), legible(text), (0, 0), _face(), em, _WEIGHT)
    return int(box[2])


def shortened(text: str, em: int, width: int) -> str:
    """Return `text`, its middle left out where it runs wider than `width` pixels; empty where nothing fits.

    The middle goes because names differ at their ends: shot there, version here.
    """
    text = legible(text)
    if width_of(text, em) <= width:
        return text
    fits, over = 0, len(text)  # characters kept
    while over - fits > 1:
        kept = (fits + over) // 2
        fits, over = (kept, over) if width_of(_ends(text, kept), em) <= width else (fits, kept)
    return _ends(text, fits) if fits else ""


def legible(text: str) -> str:
    r"""Return `text` in one line of characters that can be drawn, `?` for each that cannot.

    File names may hold anything: OpenCV 5.0 dies of a lone surrogate, which is
    how Python spells a byte that is no UTF-8, and breaks lines at newlines.

    >>> legible("bay\n\udcff_01")
    'bay ?_01'
    """
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(c if c.isprintable() else "?" for c in composed)


def _ends(text: str, kept: int) -> str:
    tail = kept // 2
    return text[: kept - tail] + ELLIPSIS + text[len(text) - tail :]


@cache
def _face() -> Any:
    """Return OpenCV's own sans serif. Raises ToolError where this OpenCV has none."""
    try:
        face = cv2.FontFace("sans")
    except (AttributeError, cv2.error):  # OpenCV 4, or built without its fonts
        face = None
    if face is None or not face.getName():
        raise ToolError(
            f"OpenCV {cv2.__version__} carries no typeface, so no text can be burned in",
            where="opencv-python",
            hint="install opencv-python 5 or newer",
        )
    return face
