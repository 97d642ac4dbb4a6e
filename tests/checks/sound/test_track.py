"""Sound judged: every check once where it passes, and where it fails."""

from typing import Any

import pytest

from answerprint.checks.limits import Limits
from answerprint.checks.sound.limits import RULES, SoundLimits
from answerprint.measured.clips import MovieMeasures
from answerprint.measured.heard import ChannelHeard, FullScaleRun, Heard, SoundSeam, StereoHeard
from answerprint.measured.movie import SoundFacts
from answerprint.measured.sound import Loudness
from answerprint.media.sound.loudness import TARGETS
from answerprint.report import Severity
from tests.checks.subjects import breaches, movie

FACTS = SoundFacts(codec="aac", sample_rate=48000, channels=2, layout="stereo")
BROAD = (-40.0,) * 10
LOWS = (-30.0,) * 4 + (-70.0,) * 6
LOUD = Loudness(integrated=-23, short_term=-20, momentary=-18, true_peak=-3)


def channel(name: str, **changes: Any) -> ChannelHeard:
    plain = {"name": name, "peak": 0.5, "rms": 0.1, "dc": 0.0, "octaves": BROAD}
    return ChannelHeard.model_validate(plain | changes)


def surround(order: str, **changes: Any) -> tuple[ChannelHeard, ...]:
    """Channels of 5.1 as the layout names them, holding what `order` says: l for lows, . for nothing."""
    names = ("FL", "FR", "FC", "LFE", "BL", "BR")
    kinds: dict[str, dict[str, Any]] = {
        "l": {"octaves": LOWS},
        ".": {"rms": 0.0, "peak": 0.0},
        "f": {},
    }
    return tuple(channel(n, **kinds[kind], **changes) for n, kind in zip(names, order, strict=True))


def with_sound(**changes: Any) -> MovieMeasures:
    """A movie of 5 s with ordinary stereo sound."""
    plain = {
        "codec": "aac", "sample_rate": 48000, "layout": "stereo", "start": 0.0, "seconds": 5.0,
        "frame": 0.0213, "channels": (channel("FL"), channel("FR")), "envelope": (-12,) * 500,
        "stereo": StereoHeard(correlation=0.3, middle=0.1, side=0.07, apart=0.4, by_second=(0.3,) * 5),
        "loudness": LOUD, "seam": SoundSeam(click=0.9, level=0.01, step=3, step_usual=4),
    }  # fmt: skip
    return movie(heard=(Heard.model_validate(plain | changes),), sound=(FACTS,))


def limited(**values: Any) -> Limits:
    return Limits(sound=SoundLimits(**values))


def found(id_: str, clip: MovieMeasures, **limits: Any) -> list[Any]:
    order = {"loop": True} if id_ == "sound.seam" else None
    return breaches(id_, clip, order=order, limits=limited(**limits))


def test_presence_is_judged_as_the_limits_say() -> None:
    (absent,) = found("sound.absent", movie(), presence="required")
    assert "holds no sound" in absent.message
    assert found("sound.absent", with_sound(), presence="required") == []
    assert found("sound.unexpected", movie()) == []
    for presence, said, severity in (
        ("any", "listen to it", None),
        ("forbidden", "limits forbid", Severity.ERROR),
    ):
        (told,) = found("sound.unexpected", with_sound(), presence=presence)
        assert said in told.message
        assert told.severity is severity


def test_packets_that_do_not_decode_are_told_with_their_frame() -> None:
    assert found("sound.unreadable", with_sound()) == []
    (damaged,) = found(
        "sound.unreadable", with_sound(faults=((1.0, "a packet cannot be decoded"),))
    )
    assert damaged.frames == (24,)
    dead = movie(heard=(Heard(codec="aac", faults=((0.0, "no"),)),), sound=(FACTS,))
    (nothing,) = found("sound.unreadable", dead)
    assert "cannot be decoded: no" in nothing.message


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5.02, None), (4.98, None), (5.05, "ends 50 ms after"), (4.9, "ends 100 ms before")],
)
def test_sound_ends_with_the_picture_within_a_frame_of_its_codec(
    seconds: float, said: str | None
) -> None:
    ends = [each.message for each in found("sound.length", with_sound(seconds=seconds))]
    assert [said in message for message in ends if said] == ([True] if said else ends)
    assert len(found("sound.length", with_sound(seconds=5.01, frame=0.0))) == 1


@pytest.mark.parametrize(
    ("start", "said"),
    [(0.0, None), (0.02, None), (1 / 24, "begins 42 ms after"), (-0.03, "begins 30 ms before")],
)
def test_sound_begins_with_frame_0(start: float, said: str | None) -> None:
    begins = found("sound.offset", with_sound(start=start))
    assert len(begins) == (said is not None)
    assert all(said in each.message for each in begins if said)


def stretch(first: int, stop: int, level: int = -120) -> tuple[int, ...]:
    return (-12,) * first + (level,) * (stop - first) + (-12,) * (500 - stop)


def pause(first: int, stop: int) -> tuple[int, ...]:
    """Silence that sound fades into."""
    return (-12,) * (first - 6) + (-25, -32, -40, -48, -55, -62) + stretch(first, stop)[first:]


def rising(before: int, stop: int, after: int) -> tuple[int, ...]:
    """Sound that drops out at 2 s and comes back at another level."""
    return (before,) * 200 + (-120,) * (stop - 200) + (after,) * (500 - stop)


@pytest.mark.parametrize(
    ("envelope", "said", "frames"),
    [
        (pause(100, 190), None, ()),
        (stretch(100, 190), "drops out for 0.90 s from 1.00 s", (24, 45)),
        (stretch(100, 130), "drops out for 0.30 s", (24, 30)),
        (stretch(100, 220), "silent between sounds for 1.20 s from 1.00 s", (24, 52)),
        (stretch(0, 40), None, ()),
        (stretch(0, 60), "is silent for 0.60 s from 0.00 s", (0, 14)),
        (stretch(430, 500), "is silent for 0.70 s from 4.30 s", (103, 119)),
        (stretch(200, 204), "drops out for 0.04 s from 2.00 s", (48,)),
        (stretch(200, 204, -60), "drops out", (48,)),
        (stretch(200, 204, -40), None, ()),
        (rising(-28, 206, -15), "drops out for 0.06 s from 2.00 s", (48, 49)),
        (rising(-28, 206, -40), None, ()),
    ],
)
def test_silence_is_told_from_pauses(
    envelope: tuple[int, ...], said: str | None, frames: tuple[int, ...]
) -> None:
    silences = found("sound.silent", with_sound(envelope=envelope))
    assert len(silences) == (said is not None)
    for each in silences:
        assert said is not None
        assert said in each.message
        assert each.frames == frames


def test_silence_of_all_and_of_one_side() -> None:
    nothing = tuple(channel(name, peak=0.0, rms=0.0) for name in ("FL", "FR"))
    (all_,) = found("sound.silent", with_sound(channels=nothing, envelope=(-120,) * 500))
    assert "from beginning to end" in all_.message
    (one,) = found("sound.silent", with_sound(channels=(channel("FL"), nothing[1])))
    assert one.channel == "FR"


def test_clipping_is_runs_at_full_scale() -> None:
    peaks = channel("FL", peak=1.0, full_scale=6, runs=(FullScaleRun(start=1.0, samples=6),))
    assert found("sound.clipped", with_sound(channels=(peaks,))) == []
    flat = channel(
        "FR", peak=1.0, full_scale=40, runs=(FullScaleRun(start=1.0, samples=20), FullScaleRun(start=2.0, samples=20)),
    )  # fmt: skip
    (breach,) = found("sound.clipped", with_sound(channels=(peaks, flat)))
    assert (breach.channel, breach.frames, breach.measured) == ("FR", (24, 48), 40)


def test_tops_cut_below_full_scale_are_clipping() -> None:
    few = channel("FL", peak=0.5, flat=8, flat_runs=(FullScaleRun(start=1.0, samples=8),))
    assert found("sound.clipped", with_sound(channels=(few,))) == []
    flat = channel("FL", peak=0.5, flat=30, flat_runs=(FullScaleRun(start=1.0, samples=30),))
    (breach,) = found("sound.clipped", with_sound(channels=(flat,)))
    assert (breach.measured, breach.frames) == (30, (24,))
    assert "turned down to -6.0 dBFS in FL at 1.00 s" in breach.message


def test_levels_that_pile_up_are_clipping_before_a_codec() -> None:
    assert (
        found("sound.clipped", with_sound(channels=(channel("FL", piled=2.6, piled_at=0.5),))) == []
    )
    piled = channel("FL", piled=4.2, piled_at=0.5)
    (breach,) = found("sound.clipped", with_sound(channels=(piled,)))
    assert (breach.measured, breach.limit, breach.channel) == (4.2, 2.75, "FL")
    assert "-6.0 dBFS" in breach.message
    assert found("sound.clipped", with_sound(channels=(piled,)), piled=5) == []


def test_many_holes_are_a_rhythm() -> None:
    gated = ((-12,) * 60 + (-120,) * 40) * 5
    assert found("sound.silent", with_sound(envelope=gated)) == []


def test_a_side_that_dies_on_the_way() -> None:
    lively = StereoHeard(
        correlation=0.3, middle=0.1, side=0.07, apart=0.4, by_second=(0.3,) * 3 + (None,) * 2
    )
    (breach,) = found("sound.silent", with_sound(stereo=lively))
    assert "on one side alone for 2 s from 3 s" in breach.message
    assert breach.frames == (72, 119)
    quiet = (-12,) * 300 + (-120,) * 40 + (-12,) * 160
    one = lively.model_copy(update={"by_second": (0.3,) * 3 + (None, 0.3)})
    assert found("sound.silent", with_sound(stereo=one, envelope=(-12,) * 500)) == []
    assert all(
        "side alone" not in b.message
        for b in found("sound.silent", with_sound(stereo=one, envelope=quiet))
    )


def test_tones_of_a_subwoofer_are_not_clipped() -> None:
    six = tuple(
        channel(name, piled=4.0 if name == "LFE" else 0.8)
        for name in ("FL", "FR", "FC", "LFE", "BL", "BR")
    )
    assert found("sound.clipped", with_sound(channels=six)) == []


def test_an_offset_from_zero() -> None:
    assert found("sound.dc", with_sound(channels=(channel("FL", dc=0.002),))) == []
    (breach,) = found("sound.dc", with_sound(channels=(channel("FL", dc=-0.02),)))
    assert "-2.00%" in breach.message


def test_sides_turned_over_and_twice_the_same() -> None:
    def pair(correlation: float, middle: float, side: float, *seconds: float) -> MovieMeasures:
        return with_sound(
            stereo=StereoHeard(correlation=correlation, middle=middle, side=side, apart=0.1, by_second=seconds)
        )  # fmt: skip

    for check in ("sound.inverted", "sound.dual-mono"):
        assert found(check, with_sound()) == []
    (turned,) = found("sound.inverted", pair(-0.98, 0.01, 0.1))
    assert "20 dB too quiet" in turned.message
    (partly,) = found("sound.inverted", pair(0.1, 0.1, 0.1, 0.9, -0.95, -0.99))
    assert "from 1 s on" in partly.message
    assert found("sound.inverted", pair(0.1, 0.1, 0.1, 0.9, -0.95, 0.9)) == []
    (reverberant,) = found("sound.inverted", pair(-0.8, 0.03, 0.1))
    assert (reverberant.severity, reverberant.limit) == (Severity.WARNING, -0.7)
    assert len(found("sound.dual-mono", pair(1.0, 0.1, 0.00001))) == 1
    assert len(found("sound.dual-mono", pair(0.999999, 0.1, 0.002))) == 1
    assert found("sound.dual-mono", pair(0.999, 0.1, 0.002)) == []


def test_lows_alone_in_a_full_channel_are_misplaced_though_the_codec_cut_the_lfe() -> None:
    (breach,) = found("sound.channel-order", with_sound(channels=surround("ffflfl"), layout="5.1"))
    assert breach.channel == "BR"
    assert (
        found("sound.channel-order", with_sound(channels=surround("fffll" + "l"), layout="5.1"))
        == []
    )


@pytest.mark.parametrize(
    ("loudness", "limits", "said"),
    [
        (LOUD, {"loudness": "ebu-r128"}, []),
        (LOUD, {"loudness": "ebu-r128-s1"}, []),
        (LOUD, {"loudness": "atsc-a85"}, []),
        (LOUD, {"loudness": "web-14"}, ["9.0 LU too quiet"]),
        (Loudness(integrated=-22.5), {"loudness": "ebu-r128"}, ["0.5 LU too loud"]),
        (Loudness(integrated=-22.5), {"loudness": "ebu-r128", "loudness_tolerance": 1}, []),
        (Loudness(integrated=-23, short_term=-17), {"loudness": "ebu-r128-s1"}, ["short-term"]),
        (Loudness(integrated=-23, momentary=-14), {"loudness": "ebu-r128-s1"}, ["momentary"]),
        (Loudness(), {"loudness": "ebu-r128"}, ["too short or quiet"]),
    ],
)
def test_loudness_by_each_rule(loudness: Loudness, limits: dict[str, Any], said: list[str]) -> None:
    told = [
        each.message for each in found("sound.loudness", with_sound(loudness=loudness), **limits)
    ]
    assert len(told) == len(said)
    assert all(word in message for word, message in zip(said, told, strict=True))


def test_rules_are_those_sound_is_brought_to() -> None:
    for name, rule in RULES.items():
        wanted = TARGETS[name].model_dump()
        assert rule.model_dump(exclude={"tolerance"}) == wanted


def test_true_peak_by_limit_and_rule() -> None:
    loud = with_sound(loudness=Loudness(true_peak=-0.5))
    (breach,) = found("sound.true-peak", loud)
    assert (breach.measured, breach.limit) == (-0.5, -1)
    assert found("sound.true-peak", loud, true_peak=0.0) == []
    assert found("sound.true-peak", with_sound()) == []
    close = with_sound(loudness=Loudness(true_peak=-1.5))
    assert len(found("sound.true-peak", close, loudness="atsc-a85")) == 1


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("ffflff", []),
        ("fff.ff", []),
        ("fffffl", ["film order"]),
        ("ffffff", ["more than lows"]),
        ("ff.lff", ["nothing in its center"]),
        ("ff....", []),
    ],
)
def test_channels_of_5_1_lie_where_the_layout_says(order: str, said: list[str]) -> None:
    told = found("sound.channel-order", with_sound(channels=surround(order), layout="5.1"))
    assert len(told) == len(said)
    assert all(word in each.message for word, each in zip(said, told, strict=True))
