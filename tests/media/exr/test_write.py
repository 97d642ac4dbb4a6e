"""EXR deliverables: written as the format says, read back by two others."""

import io
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO as oiio
import pytest
from pydantic import ValidationError

from answerprint.errors import EncodeError, StorageError, UsageError
from answerprint.media.exr.door import read_frame
from answerprint.media.exr.layout import parse_start, value_of
from answerprint.media.exr.planes import half_plane
from answerprint.media.exr.st2065 import st2065_4_reasons
from answerprint.media.exr.write import ExrFormat, write_frame
from answerprint.timing import Timecode
from tests.made import picture
from tests.media.exr.test_st2065 import strictly_refused

PLANES = {name: half_plane(picture(0)[..., i]) for i, name in enumerate("RGB")}
ACES = ExrFormat(compression="none", primaries="AP0", aces_container=True)
ZIP = ExrFormat(compression="zip", primaries="AP1")


def written(file_format: ExrFormat, planes: Any = PLANES, **options: Any) -> bytes:
    target = io.BytesIO()
    write_frame(target, planes, file_format, **options)
    return target.getvalue()


@pytest.mark.parametrize("compression", ["none", "zips", "zip", "piz"])
def test_lossless_formats_give_back_every_bit(compression: Any) -> None:
    frame = read_frame(written(ExrFormat(compression=compression, primaries="AP1")))
    part = frame.header.main
    assert (part.compression, part.storage, part.color_interop_id) == (
        compression,
        "scanline",
        "lin_ap1_scene",
    )
    for name, plane in zip("RGB", frame.picture, strict=True):
        assert np.array_equal(plane.view(np.uint16), PLANES[name].view(np.uint16))


@pytest.mark.parametrize("compression", ["dwaa", "dwab"])
def test_the_level_decides_what_is_lost(compression: Any) -> None:
    files = {
        level: written(ExrFormat(compression=compression, primaries="AP0", dwa_level=level))
        for level in (0.0, 200.0)
    }
    assert len(files[200.0]) < len(files[0.0])
    assert read_frame(files[200.0]).header.main.dwa_level == 200
    plain = written(ExrFormat(compression=compression, primaries="AP0"))
    assert len(files[200.0]) < len(plain) < len(files[0.0])


@pytest.mark.parametrize("primaries", ["AP0", "AP1", "Rec.709", "Rec.2020", "P3-D65"])
def test_color_is_said_twice_and_agrees(primaries: Any) -> None:
    file_format = ExrFormat(compression="zip", primaries=primaries)
    header = OpenEXR.File(io.BytesIO(written(file_format)), header_only=True).header()
    meant = OpenEXR.colorInteropIDToChromaticities(header["colorInteropID"])
    assert header["chromaticities"] == pytest.approx(meant)
    assert OpenEXR.checkColorMetadata(header) == OpenEXR.ColorMetadataWarning.OK


def test_the_frames_own_attributes_and_windows_are_said(tmp_path: Path) -> None:
    content = written(
        ZIP,
        data_window=(10, 5, 169, 94),
        display_window=(0, 0, 199, 99),
        attributes={
            "framesPerSecond": Fraction(24000, 1001),
            "timeCode": Timecode.parse("01:00:00:00", Fraction(24)),
            "owner": "studio",
            "pixelAspectRatio": 2.0,
        },
    )
    part = read_frame(content).header.main
    assert (part.data_window, part.display_window) == ((10, 5, 169, 94), (0, 0, 199, 99))
    assert (part.rate, part.timecode) == (Fraction(24000, 1001), "01:00:00:00")
    path = tmp_path / "a.exr"
    path.write_bytes(content)
    source: Any = oiio.ImageInput.open(str(path))
    spec = source.spec()
    assert (spec.x, spec.y, spec.full_width, spec.full_height) == (10, 5, 200, 100)
    assert spec.getattribute("oiio:ColorSpace") == "lin_ap1_scene"
    assert spec.getattribute("PixelAspectRatio") == 2
    assert spec.getattribute("Copyright") == "studio"
    source.close()


def test_attributes_stand_in_openexrs_order() -> None:
    names = [a.name for a in parse_start(written(ZIP, attributes={"owner": "me"})).headers[0]]
    assert names == sorted(names)


@pytest.mark.parametrize("alpha", [False, True])
def test_an_aces_container_passes_both_checks(tmp_path: Path, *, alpha: bool) -> None:
    planes = PLANES | ({"A": np.ones_like(PLANES["R"])} if alpha else {})
    path = tmp_path / "aces.exr"
    write_frame(
        path,
        planes,
        ACES,
        attributes={"framesPerSecond": Fraction(24), "timeCode": Timecode(0, 24), "owner": "me"},
    )
    start = parse_start(path.read_bytes())
    assert st2065_4_reasons(start) == ()
    assert start.version == 2
    assert value_of(start.headers[0], "type") is None
    assert strictly_refused(path) is None
    assert strictly_refused(path.with_suffix(".copy.exr")) is None
    for name, plane in read_frame(path).planes[0].items():
        assert np.array_equal(plane.view(np.uint16), planes[name].view(np.uint16))


def test_an_aces_container_with_an_empty_owner_is_refused() -> None:
    with pytest.raises(UsageError, match="owner is there and empty"):
        written(ACES, attributes={"owner": ""})


@pytest.mark.parametrize(
    "format_",
    [
        {"compression": "zip", "primaries": "AP0", "aces_container": True},
        {"compression": "none", "primaries": "AP1", "aces_container": True},
        {"compression": "zip", "primaries": "AP0", "dwa_level": 45},
        {"compression": "dwaa", "primaries": "AP0", "dwa_level": -1},
        {"compression": "jpeg", "primaries": "AP0"},
        {"compression": "zip", "primaries": "sRGB"},
        {"compression": "zip"},
    ],
)
def test_formats_that_cannot_be(format_: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ExrFormat.model_validate(format_)


@pytest.mark.parametrize(
    ("planes", "options", "said"),
    [
        ({"R": PLANES["R"]}, {}, "R, G, B and maybe A"),
        (PLANES | {"Z": PLANES["R"]}, {}, "R, G, B and maybe A"),
        ({n: p.astype(np.float32) for n, p in PLANES.items()}, {}, "float16"),
        (PLANES | {"G": PLANES["G"][:5]}, {}, "G: plane is not 160x90"),
        (PLANES, {"data_window": (0, 0, 9, 9)}, "plane is not 10x10"),
        (PLANES, {"attributes": {"compression": 1}}, "cannot be set alone"),
        (PLANES, {"attributes": {"timeCode": "01:00:00:00"}}, "a timecode cannot be"),
    ],
)
def test_what_makes_no_frame_is_refused(planes: Any, options: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        written(ZIP, planes, **options)


def test_a_window_openexr_refuses_is_told() -> None:
    with pytest.raises(EncodeError, match="make no EXR file"):
        written(ZIP, display_window=(0, 0, -5, -5))


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        write_frame(tmp_path / "no" / "folder.exr", PLANES, ZIP)


def test_threads_write_the_same_bytes() -> None:
    alone = written(ZIP)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: written(ZIP), range(16))) == {alone}
