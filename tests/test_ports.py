"""A port to serve at."""

import pytest

from answerprint.errors import StorageError
from answerprint.ports import open_port


def test_any_that_is_free_listens() -> None:
    with open_port("127.0.0.1", 0) as first, open_port("::1", 0) as second:
        assert first.getsockname()[1] != 0
        assert second.getsockname()[0] == "::1"


@pytest.mark.parametrize(
    ("host", "said"), [("127.0.0.1", "in use"), ("256.1.1.1", "port cannot be opened"), ("ü" * 80, "no host has such a name")]
)  # fmt: skip
def test_why_there_is_none(host: str, said: str) -> None:
    with open_port("127.0.0.1", 0) as taken, pytest.raises(StorageError, match=said) as refused:
        open_port(host, taken.getsockname()[1])
    assert "while attempting" not in str(refused.value)
