"""Where a clip's light and its saturated red turn back and forth, as photosensitivity is judged by."""

from answerprint.record import Record


class Turn(Record):
    """How much of the picture turns brighter, and how much darker, at one frame.

    A place turns when its light has moved against its last turn, over however
    many frames, by what ITU-R BT.1702-3 calls a change: 20 cd/m2 or more where
    the darker light is under 160 cd/m2, a contrast (high - low) / (high + low) of
    1/17 or more above. In red: when R - G - B of relative linear light, negatives
    as 0, has moved by 1/16 or more to or from a saturated red, which is one of
    R / (R + G + B) of at least 0.8 (WCAG 2, where the factor is 320 and the step 20).
    """

    frame: int
    """Counted from 0 in the order shown."""
    rise: float = 0.0
    """Share of the picture that turns brighter, or to red."""
    fall: float = 0.0
    """Share of the picture that turns darker, or away from red."""


class Flashes(Record):
    """All turns of a clip that take a hundredth of the picture or more."""

    white: float
    """What diffuse white was taken to show as, in cd/m2: 200 for SDR, 203 for HDR and scene-linear light."""
    light: tuple[Turn, ...] = ()
    """Turns of luminance, by frame."""
    red: tuple[Turn, ...] = ()
    """Turns to and from saturated red, by frame."""
