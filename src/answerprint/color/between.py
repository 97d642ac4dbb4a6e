"""From one kind of display to another: what a movie needs whose deliverable is for a display of another kind."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerprint.color.bt2446 import hdr_to_sdr, sdr_to_hdr
from answerprint.color.primaries import Chromaticities, rgb_to_rgb
from answerprint.color.tags import chromaticities
from answerprint.color.transfer import bt1886
from answerprint.measured.movie import ColorTags

Colors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Between:
    """A conversion of display R'G'B' in 0..1, (n, 3), between two kinds of display."""

    source: ColorTags
    target: ColorTags

    @classmethod
    def of(cls, source: ColorTags, target: ColorTags) -> "Between | None":
        """Return the conversion between two kinds of display, None where pictures can stay as they are.

        SDR transfers are all shown by the same BT.1886 display; PQ and HLG are
        converted by what encodes them.
        """
        if source.hdr == target.hdr:
            return None if source.hdr or cls(source, target).same_primaries else cls(source, target)
        return cls(source, target)

    @property
    def same_primaries(self) -> bool:
        """Whether colors are mixed of the same primaries."""
        return self._ends()[0] == self._ends()[1]

    @property
    def key(self) -> str:
        """What names its content."""
        return "-".join(
            str(word)
            for tags in (self.source, self.target)
            for word in (tags.primaries, tags.transfer)
        )

    def __call__(self, code: Colors) -> Colors:
        """Convert colors."""
        if self.source.hdr:
            assert self.source.transfer is not None
            return np.asarray(hdr_to_sdr(code, self.source.transfer), np.float32)
        if self.target.hdr:
            assert self.target.transfer is not None
            return np.asarray(sdr_to_hdr(code, self.target.transfer), np.float32)
        light = bt1886(code) @ rgb_to_rgb(*self._ends()).T.astype(np.float32)
        return np.asarray(np.clip(light, 0, 1) ** np.float32(1 / 2.4), np.float32)

    def _ends(self) -> tuple[Chromaticities, Chromaticities]:
        return chromaticities(self.source), chromaticities(self.target)
