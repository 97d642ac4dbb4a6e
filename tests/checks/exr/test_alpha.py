"""Alpha beside a picture."""

from typing import Any

from answerprint.measured.frames import ChannelLevels
from answerprint.measured.samples import AlphaFigures, SampleFigures
from tests.checks.subjects import breaches, header, sequence


def seen(figures: AlphaFigures, **levels: Any) -> Any:
    plain = ChannelLevels(minimum=0.0, maximum=1.0, mean=0.5)
    usual = {"samples": SampleFigures(alpha=AlphaFigures())}
    alpha = {"A": plain.model_copy(update=levels)} | dict.fromkeys("BGR", plain)
    odd = {"samples": SampleFigures(alpha=figures), "channels": alpha}
    change = dict.fromkeys(range(1001, 1121), usual) | {1040: odd}
    return sequence(headers=(header(channels="ABGR"),), change=change)


def test_speckles_are_named() -> None:
    assert breaches("alpha.speckle", seen(AlphaFigures())) == []
    (found,) = breaches("alpha.speckle", seen(AlphaFigures(speckles=3, at=(40, 50))))
    assert (found.frames, found.measured) == ((1040,), 3)
    assert "x 40, y 50" in found.message


def test_alpha_outside_its_range_is_named() -> None:
    assert breaches("alpha.speckle", seen(AlphaFigures(), maximum=1.0005)) == []
    (found,) = breaches("alpha.speckle", seen(AlphaFigures(), maximum=1.25))
    assert (found.frames, found.measured) == ((1040,), 0.25)
    (found,) = breaches("alpha.speckle", seen(AlphaFigures(), minimum=-0.5))
    assert found.measured == 0.5


def test_light_where_alpha_is_clear_is_named() -> None:
    glow = AlphaFigures(clear=400_000, lit=20_000)
    assert breaches("alpha.premultiplied", seen(glow)) == []
    (found,) = breaches("alpha.premultiplied", seen(AlphaFigures(clear=400_000, lit=300_000)))
    assert (found.frames, found.measured) == ((1040,), 0.75)
    assert breaches("alpha.premultiplied", seen(AlphaFigures(clear=20, lit=20))) == []
