"""The loop point of sound: run over, clicked at, changed at, and faded away at."""

import pytest

from answerprint.measured.heard import SoundSeam
from tests.checks.sound.test_track import found, with_sound


@pytest.mark.parametrize(
    ("seam", "said"),
    [
        (SoundSeam(click=40, level=0.1, step=3, step_usual=4), "clicks"),
        (SoundSeam(click=40, level=0.0005, step=3, step_usual=4), None),
        (SoundSeam(click=1, level=0.1, step=14, step_usual=4), "changes at the loop point"),
        (SoundSeam(click=1, level=0.1, step=14, step_usual=8), None),
        (None, None),
    ],
)
def test_the_loop_point_of_sound(seam: SoundSeam | None, said: str | None) -> None:
    told = found("sound.seam", with_sound(seam=seam))
    assert len(told) == (said is not None)
    for each in told:
        assert said is not None
        assert said in each.message
        assert each.frames == (119, 0)


def faded(hops: int, inside: int = -12) -> tuple[int, ...]:
    """Sound that fades out before the loop point and in behind it, and is once as soft as `inside`."""
    fade = tuple(-12 - 50 * n // hops for n in range(1, hops + 1))
    middle = (500 - 2 * hops - 4) // 2
    return fade[::-1] + (-12,) * middle + (inside,) * 4 + (-12,) * middle + fade


@pytest.mark.parametrize(
    ("envelope", "said"),
    [
        ((-12,) * 500, []),
        (faded(30), ["dies away at the loop point"]),
        (faded(30, inside=-58), []),
        ((-50,) * 500, []),
        ((-12,) * 200 + (-120,) * 4 + (-12,) * 296, []),
    ],
)
def test_sound_that_fades_away_at_the_loop_point(
    envelope: tuple[int, ...], said: list[str]
) -> None:
    told = found("sound.seam", with_sound(envelope=envelope))
    assert len(told) == len(said)
    assert all(word in each.message for word, each in zip(said, told, strict=True))


def test_sound_past_the_picture_is_not_what_lies_at_the_loop_point() -> None:
    (told,) = found("sound.seam", with_sound(envelope=(*faded(30), *(-12,) * 20), seconds=5.2))
    assert told.measured == pytest.approx(48, abs=2)
