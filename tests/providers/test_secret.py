"""Keys and signed links are shown nowhere."""

from typing import Any

import pytest

from answerprint.errors import AuthenticationError
from answerprint.providers.secret import read_keys, without_pictures
from answerprint.transport import hide_queries

KEY = "sk-very-secret-0123"


def test_a_missing_key_names_its_variable() -> None:
    with pytest.raises(AuthenticationError, match="LUMA_AGENTS_API_KEY is not set"):
        read_keys("luma", ("LUMA_AGENTS_API_KEY",), environment={"LUMA_AGENTS_API_KEY": " "})


def test_keys_show_their_names_only() -> None:
    keys = read_keys("gmi", ("GMI_API_KEY",), ("GMI_ORG_ID",), {"GMI_API_KEY": f" {KEY}\n"})
    assert keys["GMI_API_KEY"] == KEY
    assert keys.get("GMI_ORG_ID") is None
    assert KEY not in repr(keys)
    assert KEY not in str(keys)


def test_keys_and_queries_are_taken_out_of_text() -> None:
    keys = read_keys("gmi", ("GMI_API_KEY",), environment={"GMI_API_KEY": KEY})
    said = hide_queries(
        keys.hide(f"401 for {KEY} at https://u:p@cdn.test/a.mp4?X-Sig=abc&b=1#f, again")
    )
    assert said == "401 for ••• at https://cdn.test/a.mp4 again"


def test_the_bytes_of_pictures_are_left_out_of_a_record() -> None:
    body = [{"image": "data:image/png;base64," + "A" * 900, "prompt": "a long walk " * 100}]
    kept: Any = without_pictures(body[0])
    assert len(kept["image"]) < 80
    assert kept["prompt"] == body[0]["prompt"]
