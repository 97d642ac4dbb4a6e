"""Files and links become what a service takes."""

from pathlib import Path
from typing import Any, cast

import pytest

from answerprint.errors import OrderError
from answerprint.providers.gmi import Gmi
from answerprint.providers.luma import Luma
from answerprint.providers.placing import media_type, placed, read_file
from answerprint.providers.scenario import Scenario
from answerprint.providers.service import Upload
from answerprint.providers.wire import Wire

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
NOWHERE = cast("Wire", None)


class Noting(Scenario):
    """Scenario, but for what leaves: it is noted."""

    def __init__(self) -> None:
        self.noted: list[Upload] = []

    def upload(self, wire: Wire, upload: Upload) -> str:
        """Note it."""
        self.noted.append(upload)
        return f"asset:{len(self.noted)}"


@pytest.mark.parametrize("reference", ["https://c.test/a.png", "generation:1", "asset:2"])
def test_what_needs_no_upload_is_handed_on(reference: str) -> None:
    assert placed(reference, Luma(), NOWHERE) == reference


def test_a_file_goes_as_data_where_nothing_can_be_uploaded(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(PNG)
    assert placed(str(tmp_path / "a.bin"), Gmi(), NOWHERE).startswith("data:image/png;base64,iVBOR")


def test_everything_is_uploaded_where_only_assets_are_taken(tmp_path: Path) -> None:
    (tmp_path / "first.png").write_bytes(PNG)
    service: Any = Noting()
    references = (
        str(tmp_path / "first.png"),
        "https://c.test/a/b.mp4?s=1",
        "data:image/png;base64,AAAA",
    )
    assert [placed(r, service, NOWHERE) for r in references] == ["asset:1", "asset:2", "asset:3"]
    file, link, data = service.noted
    assert (file.name, file.media_type, file.content) == ("first.png", "image/png", PNG)
    assert (link.name, link.media_type, link.content) == ("b.mp4", "video/mp4", None)
    assert (data.media_type, data.content) == ("image/png", b"\0\0\0")


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (PNG, "x.jpg", "image/png"),
        (b"\xff\xd8\xff\xe0", "x", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "x", "image/webp"),
        (b"\0\0\0\x18ftypisom", "x", "video/mp4"),
        (b"\0\0\0\x18ftypqt  ", "x", "video/quicktime"),
        (b"????", "clip.mov", "video/quicktime"),
        (b"????", "x", "application/octet-stream"),
    ],
)
def test_media_types_by_their_bytes(content: bytes, name: str, told: str) -> None:
    assert media_type(content, name) == told


def test_files_that_cannot_be_sent(tmp_path: Path) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(OrderError, match="is empty"):
        read_file(str(tmp_path / "empty.png"))
    with pytest.raises(OrderError, match="no such file"):
        read_file(str(tmp_path / "gone.png"))
    with pytest.raises(OrderError, match="is no base64"):
        placed("data:image/png;base64,%%%", Noting(), NOWHERE)
