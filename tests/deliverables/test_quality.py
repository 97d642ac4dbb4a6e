"""Bit rates and VMAFs that are asked for, with the real encoders."""

from pathlib import Path

import pytest

import answerprint as ap
from answerprint.deliverables.preset import load_preset
from answerprint.deliverables.quality import (
    Quality,
    parse_bit_rate,
    picture_bytes,
    rate_note,
    require_steerable,
)
from answerprint.deliverables.treatment import treatment
from answerprint.errors import UsageError
from answerprint.measured.deliverable import Deliverable
from tests.deliverables.panned import panned
from tests.made import tone

RATE = 300_000


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds, without loss."""
    return panned(tmp_path_factory.mktemp("rate") / "clip.mkv", 72, (128, 72))


def asked_and_made(made: Deliverable, path: Path) -> float:
    """Real bit rate of a file's picture, from all of its bytes: tiny files are a few percent container."""
    assert made.file == path.name
    return path.stat().st_size * 8 / made.picture_seconds


@pytest.mark.parametrize("preset", ["h264-web", "hevc-sdr10", "av1-web", "vp9-web"])
def test_two_passes_meet_a_bit_rate(tmp_path: Path, clip: Path, preset: str) -> None:
    out = tmp_path / f"out{load_preset(preset).suffix}"
    made = ap.deliver(clip, preset, out, bit_rate="300k")
    assert asked_and_made(made, out) == pytest.approx(RATE, rel=0.15)
    assert any(note.startswith("two passes at 300 kb/s made ") for note in made.notes), made.notes
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_deliverables_of_one_pass_are_counted_each_by_itself(tmp_path: Path, clip: Path) -> None:
    """The slate is counted in both passes, and HDR static metadata is written by the second alone."""
    (report,) = ap.finish(
        clip,
        out=tmp_path / "out",
        deliver=["h264-review", "hevc-hdr10"],
        bit_rate="300k",
        range="0-15",
    )
    assert report.failure is None
    assert [made.preset for made in report.deliverables] == ["h264-review", "hevc-hdr10"]
    for made in report.deliverables:
        assert sum("two passes at 300 kb/s" in note for note in made.notes) == 1


def test_the_bit_rate_is_of_the_picture_alone(tmp_path: Path, clip: Path) -> None:
    out = tmp_path / "out.mp4"
    sound = tone(tmp_path / "tone.wav", 3)
    made = ap.deliver(clip, "h264-web", out, audio=str(sound), bit_rate="100k")
    assert made.sound_seconds
    real = picture_bytes(out, tmp_path / "listing.txt") * 8 / made.picture_seconds
    assert real == pytest.approx(100_000, rel=0.15)
    assert asked_and_made(made, out) > 1.5 * real


@pytest.mark.parametrize("name", ["prores-422hq", "dnxhr-hqx", "ffv1-archive", "png16", "gif-loop"])
def test_formats_without_rates_refuse_by_name(name: str) -> None:
    for asked in (Quality(bit_rate=RATE), Quality(target_vmaf=93)):
        with pytest.raises(UsageError, match=f"^{name}: takes no "):
            require_steerable(load_preset(name), asked)
    require_steerable(load_preset(name), Quality())


def test_a_refusal_comes_before_anything_is_encoded(tmp_path: Path, clip: Path) -> None:
    with pytest.raises(UsageError, match="prores-422hq"):
        ap.deliver(clip, "prores-422hq", tmp_path / "out.mov", bit_rate="8M")
    assert not (tmp_path / "out.mov").exists()


def test_hdr_has_rates_and_no_vmaf() -> None:
    require_steerable(load_preset("hevc-hdr10"), Quality(bit_rate=RATE))
    with pytest.raises(UsageError, match=r"^hevc-hdr10: is HDR, .* SDR only"):
        require_steerable(load_preset("hevc-hdr10"), Quality(target_vmaf=93))


@pytest.mark.parametrize(
    ("text", "rate"),
    [("8M", 8_000_000), ("800k", 800_000), ("2.5 Mb/s", 2_500_000), ("90000", 90_000)],
)
def test_bit_rates_are_read_as_they_are_written(text: str, rate: int) -> None:
    assert parse_bit_rate(text) == rate
    assert treatment(bit_rate=text).quality.bit_rate == rate


@pytest.mark.parametrize("text", ["", "8", "8MB", "-1M", "1e6", "nan", "8m", "fast", "90000M"])
def test_what_is_no_bit_rate_is_refused(text: str) -> None:
    """A lower-case m is milli: eight bits in 17 minutes are not what was meant."""
    with pytest.raises(UsageError):
        treatment(bit_rate=text)


@pytest.mark.parametrize("vmaf", [0.0, 101.0, float("nan")])
def test_what_is_no_vmaf_is_refused(vmaf: float) -> None:
    with pytest.raises(UsageError, match="target_vmaf"):
        treatment(target_vmaf=vmaf)


def test_rate_and_vmaf_contradict_each_other() -> None:
    with pytest.raises(UsageError, match="ask for one"):
        treatment(bit_rate="8M", target_vmaf=93)


def test_what_is_asked_is_part_of_what_a_deliverable_is_made_from() -> None:
    """The ledger's key holds the treatment as JSON: another rate is another file."""
    keys = {
        treatment(**options).model_dump_json()
        for options in ({}, {"bit_rate": "8M"}, {"bit_rate": "9M"}, {"target_vmaf": 93})
    }
    assert len(keys) == 4


def test_a_missed_rate_is_said() -> None:
    assert (
        rate_note(40_000, 55_000.0)
        == "two passes at 40 kb/s made 55 kb/s, 38% more: the encoder could not meet it in this clip"
    )
    assert "less" in rate_note(8_000_000, 6_000_000.0)
    assert "could not" not in rate_note(8_000_000, 7_000_000.0)
