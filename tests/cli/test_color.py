"""The `color` commands as people and farms use them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from answerprint.cli.app import run
from answerprint.cli.color import read_count, spread
from answerprint.color.views import VIEWS
from answerprint.errors import UsageError
from tests.color.small import small_bakes
from tests.made import folder, frames, movie, zipped


@pytest.fixture(autouse=True)
def _small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with small_bakes(tmp_path_factory.getbasetemp() / "color"):
        yield


def test_views_are_listed_with_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["color", "views"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(VIEWS)
    assert lines[0].split(maxsplit=5) == [
        "sdr-rec709", "bt709", "bt709", "100", "cd/m2",
        "Rec.1886 Rec.709 - Display/ACES 2.0 - SDR 100 nits (Rec.709)",
    ]  # fmt: skip


def test_a_view_that_a_config_lacks_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["color", "views", "--config", "aces-1.3"]) == 0
    assert "hdr-pq-500-p3" in capsys.readouterr().out.split("not in aces-1.3")[1]
    assert run(["color", "views", "--config", "aces-1.4"]) == 2


def test_a_proof_is_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = zipped(tmp_path / "exr.zip", frames(3))
    code = run(["color", "prove", "--view", "sdr-rec709", "--sweep", "5000", "-q", str(source)])
    head, pictures, sweep, uphill, verdict, *evidence = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["view", "on", "megapixels", "mean"]
    assert pictures.split()[:3] == ["sdr-rec709", "pictures", "0.04"]
    assert sweep.split()[:3] == ["sdr-rec709", "sweep", "0.01"]
    assert uphill.split()[:2] == ["sdr-rec709", "uphill"]
    broken = "BROKEN by sdr-rec709" in verdict
    assert broken == (code == 1)
    assert all("evidence, no bound: of 0.005 million" in line for line in evidence)
    assert all("fewer than 1 in 1,667 is" in line for line in evidence)


def test_a_proof_is_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = folder(tmp_path / "shot", frames(3))
    words = ["--sweep", "0", "--frames", "1", "--format", "json", "-q"]
    run(["color", "prove", "--view", "sdr-rec709", *words, str(source)])
    (proof,) = json.loads(capsys.readouterr().out)
    assert proof["grading"]["view"] == "sdr-rec709"
    assert proof["pictures"]["pixels"] == 160 * 90
    assert proof["sweep"] is None
    assert isinstance(proof["holds"], bool)


def test_a_broken_promise_exits_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from answerprint.color import proof

    monkeypatch.setattr(proof, "TOLERANCE", 0.01)
    assert run(["color", "prove", "--view", "sdr-rec709", "--sweep", "1000", "-q"]) == 1
    assert "BROKEN by sdr-rec709" in capsys.readouterr().out


def test_what_holds_no_frames_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.made import codes

    source = movie(tmp_path / "movie.mp4", codes(2))
    words = ["color", "prove", "-q", "--sweep", "0"]
    assert run([*words, "--view", "sdr-rec709", str(source)]) == 3
    assert "holds no EXR frames" in capsys.readouterr().err
    assert run([*words, "--view", "sdr-rec790", str(source)]) == 2
    assert "did you mean 'sdr-rec709'?" in capsys.readouterr().err
    assert run([*words, "--view", "sdr-rec709"]) == 2
    assert "there is nothing to prove it on" in capsys.readouterr().err


def test_frames_are_spread_over_a_source() -> None:
    assert spread(120, 4) == [0, 40, 79, 119]
    assert spread(120, 1) == [0]
    assert spread(3, 4) == spread(3, None) == [0, 1, 2]


def test_a_number_of_frames_is_read() -> None:
    assert read_count("all") is None
    assert read_count("12") == 12
    for wrong in ("0", "-1", "some", "²"):
        with pytest.raises(UsageError, match="is a number of frames, or all"):
            read_count(wrong)
