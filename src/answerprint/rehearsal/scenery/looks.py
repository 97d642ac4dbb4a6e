"""The lights a scene may lie in. Colors are linear Rec. 709."""

from typing import NamedTuple

import numpy as np

from answerprint.rehearsal.scenery.planes import RGB


class Look(NamedTuple):
    """One light: radiance of the sky, and what land, haze and water send back of it."""

    zenith: RGB
    horizon: RGB
    orb: RGB
    haze: RGB
    land: RGB
    water: RGB
    power: float
    """Peak radiance of the sun or moon."""


LOOKS = (
    Look((.060, .12, .28), (.80, .30, .10), (1, .58, .26), (.42, .22, .14), (.10, .08, .04), (.008, .022, .032), 160),
    Look((.050, .07, .20), (.60, .22, .20), (1, .50, .32), (.27, .15, .18), (.07, .06, .06), (.008, .014, .030), 120),
    Look((.006, .012, .036), (.030, .048, .09), (.78, .88, 1), (.022, .038, .07), (.022, .028, .03), (.002, .005, .01), 60),
    Look((.12, .24, .46), (.85, .62, .36), (1, .82, .56), (.52, .42, .33), (.13, .13, .06), (.010, .040, .045), 180),
    Look((.025, .06, .075), (.36, .40, .26), (1, .90, .60), (.16, .21, .17), (.06, .08, .04), (.005, .024, .022), 120),
    Look((.012, .03, .105), (.22, .13, .14), (1, .52, .36), (.07, .07, .12), (.04, .045, .05), (.003, .008, .018), 70),
)  # fmt: skip
"""Amber dusk, rose dusk, moonlight, golden morning, storm light and the blue hour, matched by eye."""
TUNGSTEN: RGB = (1.0, 0.56, 0.22)
LED: RGB = (0.86, 0.93, 1.0)
LAMPLIT: RGB = (0.34, 0.22, 0.06)
"""Leaves under tungsten light."""


def tinted(look: Look, rng: np.random.Generator) -> Look:
    """Return `look` with another sky than the next scene of the same light has."""
    r, g, b = rng.uniform(0.84, 1.19, 3)
    zenith, horizon, haze = (
        (color[0] * r, color[1] * g, color[2] * b)
        for color in (look.zenith, look.horizon, look.haze)
    )
    return look._replace(zenith=zenith, horizon=horizon, haze=haze)
