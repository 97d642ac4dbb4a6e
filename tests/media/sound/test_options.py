"""What a person writes, read into a plan or refused with the closest spelling."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from answerprint.errors import UsageError
from answerprint.media.sound.loudness import TARGETS
from answerprint.media.sound.options import plan_sound, read_offset, read_stem
from answerprint.media.sound.plan import Channels, Fit, Offset, SoundPlan, Stem, Unit


@pytest.mark.parametrize(
    ("written", "samples"),
    [
        ("+3f", 6000),
        ("-12f", -24_000),
        ("1 frame", 2000),
        ("0.5f", 1000),
        ("480smp", 480),
        ("-1 sample", -1),
        ("20ms", 960),
        ("-0.5s", -24_000),
        ("+1S", 48_000),
    ],
)
def test_offsets(written: str, samples: int) -> None:
    assert read_offset(written).samples(Fraction(24)) == samples


def test_a_frame_is_as_long_as_the_rate_says() -> None:
    offset = Offset(amount=1001, unit=Unit.FRAME)
    assert offset.samples(Fraction(24000, 1001)) == round(1001 * 48_000 * 1001 / 24000)


@pytest.mark.parametrize(
    ("written", "stem"),
    [
        ("surf.wav", Stem(path=Path("surf.wav"))),
        ("surf.wav@-6dB", Stem(path=Path("surf.wav"), gain=-6)),
        ("surf.wav@+3.5 db", Stem(path=Path("surf.wav"), gain=3.5)),
        ("a@b.wav@+3f", Stem(path=Path("a@b.wav"), offset=Offset(amount=3))),
        ("s.wav@-6dB@10ms", Stem(path=Path("s.wav"), gain=-6, offset=Offset(amount=10, unit=Unit.MILLISECOND))),
        ("s.wav@take2", Stem(path=Path("s.wav@take2"))),
        ("@-6dB", Stem(path=Path("@-6dB"))),
    ],
)  # fmt: skip
def test_stems(written: str, stem: Stem) -> None:
    assert read_stem(written) == stem


def test_a_file_that_is_called_like_a_gain_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a.wav@-6dB").touch()
    assert read_stem(f"{tmp_path}/a.wav@-6dB").gain == 0
    assert read_stem(tmp_path / "b.wav@-6dB").path.name == "b.wav@-6dB"
    assert read_stem(f"{tmp_path}/a.wav@-6dB@-3dB") == Stem(path=tmp_path / "a.wav@-6dB", gain=-3)


def test_a_plan_of_everything() -> None:
    plan = plan_sound(
        ["a.wav@-6dB", "b.wav"], gain="-1dB", fit="loop", keep_pitch=False, crossfade=0.25, offset="-2f",
        fade=1, fade_out=2, channels="5.1", loudness="ebu-r128-s1", true_peak=-2,
    )  # fmt: skip
    assert plan == SoundPlan(
        stems=(Stem(path=Path("a.wav"), gain=-7), Stem(path=Path("b.wav"), gain=-1)),
        fit=Fit.LOOP,
        keep_pitch=False,
        crossfade=0.25,
        offset=Offset(amount=-2),
        fade_in=1,
        fade_out=2,
        channels=Channels.SURROUND,
        loudness=TARGETS["ebu-r128-s1"],
        true_peak=-2,
    )
    assert plan is not None
    assert SoundPlan.model_validate_json(plan.model_dump_json()) == plan


def test_no_audio_is_no_plan_and_defaults_are_defaults() -> None:
    assert plan_sound(None) is None
    assert plan_sound([]) is None
    nothing = dict.fromkeys(("gain", "fit", "offset", "fade", "channels", "loudness"))
    assert plan_sound("a.wav", **nothing) == SoundPlan(stems=(Stem(path=Path("a.wav")),))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"fit": "lop"}, "did you mean 'loop'"),
        ({"channels": "sterio"}, "did you mean 'stereo'"),
        ({"loudness": "ebu128"}, "did you mean 'ebu-r128'"),
        ({"offset": "3"}, "no offset reads '3'"),
        ({"offset": "1e9f"}, "no offset reads"),
        ({"gain": "loud"}, "no gain reads 'loud'"),
        ({"gain": "90dB"}, "outside -60 to 60"),
        ({"fade": -1}, "--fade lies between"),
        ({"fade_in": float("nan")}, "--fade-in lies between"),
        ({"crossfade": 100}, "--crossfade lies between"),
        ({"true_peak": 3}, "--true-peak lies between"),
        ({"loudnes": "web-14"}, "did you mean 'loudness'"),
    ],
)
@pytest.mark.parametrize("audio", ["a.wav", None])
def test_slips_are_told_with_and_without_audio(
    audio: str | None, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        plan_sound(audio, **options)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_gain_without_its_unit_is_told_from_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    with pytest.raises(UsageError, match="a.wav: '-6' is neither a gain nor a start"):
        read_stem(f"{tmp_path}/a.wav@-6")
    assert read_stem(f"{tmp_path}/gone.wav@-6").path.name == "gone.wav@-6"
