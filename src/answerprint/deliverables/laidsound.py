"""The sound under the deliverables of one clip."""

from fractions import Fraction
from pathlib import Path

from answerprint.deliverables.encode import Encoded
from answerprint.measured.deliverable import Deliverable
from answerprint.measured.sound import SoundLaid
from answerprint.media.sound.laid import as_delivered, lay
from answerprint.media.sound.plan import Fit, SoundPlan


class LaidSound:
    """The sound of a plan, laid once for each length and rate that is asked for."""

    def __init__(self, work: Path, plan: SoundPlan | None) -> None:
        self._work = work
        self._plan = plan
        self._laid: dict[tuple[int, Fraction], tuple[Path, SoundLaid]] = {}

    def under(self, frames: int, rate: Fraction, pitch: str | None) -> Path | None:
        """Return the sound for so many frames; None where none is to be laid."""
        if self._plan is None:
            return None
        if (frames, rate) not in self._laid:
            target = self._work / f"sound-{len(self._laid)}.wav"
            plan = self._plan
            if pitch is not None:
                plan = plan.model_copy(update={"fit": Fit.STRETCH, "keep_pitch": pitch == "keep"})
            self._laid[frames, rate] = target, lay(plan, target, Fraction(frames) / rate, rate)
        return self._laid[frames, rate][0]

    def delivered(self, encoded: Encoded, made: Deliverable) -> Deliverable:
        """Return a deliverable with what was laid under it, and how loud it is once encoded."""
        if self._plan is None or made.expected.sound is None:
            return made
        laid = self._laid[len(encoded.encoding.frames), encoded.encoding.rate][1]
        if self._plan.peak is not None:
            laid = as_delivered(laid, encoded.encoding.partial, self._plan)
        return made.model_copy(update={"sound": laid})
