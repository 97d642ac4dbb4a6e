"""The numbers that decide about pictures' order in time."""

from pydantic import Field

from answerprint.record import Record


class RhythmLimits(Record):
    """Limits of pictures' order in time."""

    odd: float = Field(default=1.5, ge=1)
    """How many times the largest step near it the steps into and out of foreign pictures are; clean clips come to 1.2."""
    patch: float = Field(default=0.15, gt=0)
    """Stops by which a part of one frame may be brighter or darker than in the frames before and after it."""
    patch_alone: float = Field(default=3.0, ge=1)
    """The same as a multiple of any other frame's: sparks, lamps and lightning come to 1.7 in 300 clean clips; a black tile to 5."""
    island: float = Field(default=5.0, gt=0)
    """Oklab lightness x 100 by which a part of one frame may stand out from the frames before and after it, beyond twice what these differ."""
    island_alone: float = Field(default=3.5, ge=1)
    """How many times the depth and side together of any other frame's within half a second that part's are: clean pictures in steady motion come to 3.1, beside dropped frames to 11.8, a test pattern to 5.9; most black tiles that are seen to 5 and more."""
    exchanged: float = Field(default=0.22, gt=0)
    """Logarithm of how much nearer neighbours get by exchanging two pictures; clean clips come to 0.14, planted ones start at 0.28."""
    exchanged_beyond: float = Field(default=0.38, ge=0)
    """The same beyond what nineteen in twenty pairs of neighbours of the clip come to: a camera that shakes goes back and forth."""
    back: float = Field(default=0.65, gt=0)
    """Logarithm of how much evener the motion of the whole picture gets by exchanging two neighbours, where it is far more
    uneven than elsewhere: footage and renders have no such place; two exchanged under a camera that shakes come to 0.8."""
    jump: float = Field(default=2.6, gt=0)
    """How far a step may stand out; uncut footage comes to 2.5, one frame missing from steady motion starts at 2.6."""
    steady: float = Field(default=0.3, gt=0, le=1)
    """Share of `jump` that is let pass in the steadiest clips: a frame missing from a slow pan under a still camera comes to 0.65."""
    unsteady: float = Field(default=0.43, gt=0)
    """What nineteen in twenty steps of a clip stay under from which on all of `jump` is let pass; less in proportion.

    Measured on 50 uncut clips of 36 steps and more: steady ones come to 0.6 of what is let pass of them, uneven ones to 0.95.
    """
    headway: float = Field(default=0.75, gt=0)
    """How far a step may go on the course of its pictures, in half a step beyond the ordinary and in what the clip's others do.

    Together with half of what is let pass: none of 120 clean clips as even has such a step, frames missing from slow ones start at 0.75.
    """
    reach: float = Field(default=3.6, gt=0)
    """How far a step may lead, in what one in ten of the clip exceeds, where what moves most leaps: frames missing from a dance come to 3.6."""
    lone: float = Field(default=0.17, gt=0, le=1)
    """The same where no other step comes near it: a frame missing from lights at night comes to 0.2, six times the next."""
    leap: float = Field(default=2.2, gt=0)
    """How far a step's motion may be beyond that of the steps around it, in what nineteen in twenty steps are.

    Measured on 90 clips: 2.1 at most where the picture changes as much as a leap does; frames missing from a
    camera held by hand, which the change of the picture alone does not tell, come to 2.2 to 6.
    """
    cut: float = Field(default=5.5, gt=1)
    """Ordinary steps that a jump spans from which it is a cut rather than dropped frames."""
