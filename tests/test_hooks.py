"""What events say, and which secrets tell them from a stranger's."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from answerprint.hooks import path_secret, read_event, signature_holds
from tests.signing import BODY, SIGNING, signed


def test_what_an_event_names() -> None:
    flat = read_event("runware", b'{"taskType": "videoInference", "taskUUID": "t1"}')
    assert flat is not None
    assert flat.names == ("t1",)
    nested = read_event("scenario", b'{"data": {"job": {"jobId": "j1"}}}')
    assert nested is not None
    assert nested.names == ("j1",)
    assert read_event("gmi", b'"text"') is None


def test_signatures() -> None:
    headers = signed(BODY, 1000)
    assert signature_holds(SIGNING, headers, BODY, now=1100)
    assert not signature_holds(SIGNING, headers, BODY, now=2000)
    assert not signature_holds("whsec_AAAA", headers, BODY, now=1100)
    assert not signature_holds(SIGNING, headers | {"webhook-timestamp": "x"}, BODY, now=1100)
    assert not signature_holds(SIGNING, {}, BODY, now=1100)
    assert not signature_holds(SIGNING, headers | {"webhook-signature": "v1,\xe9"}, BODY, now=1100)


def test_the_secret_of_the_path_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANSWERPRINT_HOOK_SECRET", raising=False)
    made = path_secret(tmp_path)
    assert len(made) >= 24
    assert path_secret(tmp_path) == made
    assert (tmp_path / "hook-secret").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("ANSWERPRINT_HOOK_SECRET", "mine")
    assert path_secret(tmp_path) == "mine"


@pytest.mark.parametrize("left", [None, ""])
def test_runs_that_start_together_have_one_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str | None
) -> None:
    monkeypatch.delenv("ANSWERPRINT_HOOK_SECRET", raising=False)
    for number in range(20):
        folder = tmp_path / str(number)
        folder.mkdir()
        if left is not None:
            (folder / "hook-secret").write_text(left)
        with ThreadPoolExecutor(8) as pool:
            secrets = set(pool.map(path_secret, [folder] * 8))
        assert all(len(secret) >= 24 for secret in secrets)
        assert len(secrets) == 1
        assert [path.name for path in folder.iterdir()] == ["hook-secret"]
