"""What is an ACES container, by our reasons and by OpenImageIO's strict policy."""

from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio
import pytest

from answerprint.color.primaries import AP0, AP1
from answerprint.media.exr.layout import parse_start
from answerprint.media.exr.st2065 import st2065_4_reasons
from tests.made import exr
from tests.media.exrkinds import parts, tiles

HALF = np.ones((8, 8), np.float16)
RGB = dict.fromkeys("RGB", HALF)
GOOD: dict[str, Any] = {
    "acesImageContainerFlag": 1,
    "chromaticities": AP0,
    "colorInteropID": "lin_ap0_scene",
}


def reasons(content: bytes) -> tuple[str, ...]:
    return st2065_4_reasons(parse_start(content))


def strictly_refused(path: Path) -> str | None:
    """Copy a file under OpenImageIO's strict policy; return why it would not, None where it would."""
    source: Any = oiio.ImageInput.open(str(path))
    spec, pixels = source.spec(), source.read_image(format="half")
    source.close()
    spec.attribute("openexr:ACESContainerPolicy", "strict")
    copy: Any = oiio.ImageOutput.create("exr")
    opened = copy.open(str(path.with_suffix(".copy.exr")), spec)
    said: str = copy.geterror()
    if not opened:
        return said
    assert copy.write_image(pixels)
    copy.close()
    return None


@pytest.mark.parametrize("names", ["RGB", "RGBA"])
def test_a_container_is_one_to_both(names: str, tmp_path: Path) -> None:
    content = exr(dict.fromkeys(names, HALF), compression="none", **GOOD)
    path = tmp_path / "aces.exr"
    path.write_bytes(content)
    assert reasons(content) == ()
    assert strictly_refused(path) is None


@pytest.mark.parametrize(
    ("change", "reason", "policy"),
    [
        ({"compression": "zip"}, "compression is not none", "Compression"),
        ({"compression": "dwab"}, "compression is not none", "Compression"),
        ({"chromaticities": AP1}, "chromaticities are not those of AP0", "Chromaticities"),
        ({"chromaticities": (*AP0[:7], 0.3377)}, "chromaticities are not", "Chromaticities"),
        ({"colorInteropID": "lin_ap1_scene"}, "colorInteropID is not", "Color space"),
        ({"planes": RGB | {"Z": HALF}}, "channels are B, G, R, Z", "channel names"),
        ({"planes": {"Y": HALF}}, "channels are Y", "channel names"),
        (
            {"planes": dict.fromkeys("RGB", HALF.astype(np.float32))},
            "channel B is not half",
            "data type",
        ),
    ],
)
def test_what_is_none_is_none_to_both(
    change: dict[str, Any], reason: str, policy: str, tmp_path: Path
) -> None:
    content = exr(**({"planes": RGB, "compression": "none"} | GOOD | change))
    path = tmp_path / "not.exr"
    path.write_bytes(content)
    assert any(reason in each for each in reasons(content))
    assert policy in (strictly_refused(path) or "")


def test_what_only_the_header_tells() -> None:
    plain = exr(RGB, compression="none", chromaticities=AP0)
    assert reasons(plain) == ("acesImageContainerFlag is missing",)
    zero = exr(RGB, compression="none", **(GOOD | {"acesImageContainerFlag": 0}))
    assert reasons(zero) == ("acesImageContainerFlag is not 1",)
    empty = exr(RGB, compression="none", reelName="", **GOOD)
    assert reasons(empty) == ("reelName is there and empty",)
    long = exr(RGB, compression="none", a_name_of_more_than_31_characters=1, **GOOD)
    assert reasons(long) == ()
    short = long[:4] + b"\2\0\0\0" + long[8:]
    assert reasons(short) == (
        "a_name_of_more_than_31_characters is a long name, which version 2 does not allow",
    )


def test_every_reason_is_named_at_once() -> None:
    assert len(reasons(exr({"Y": HALF}, compression="zip", chromaticities=AP1))) == 4


def test_tiles_and_parts_are_none(tmp_path: Path) -> None:
    for content in (tiles(tmp_path / "t.exr"), parts()):
        assert "not 2 or 1026" in reasons(content)[0]
