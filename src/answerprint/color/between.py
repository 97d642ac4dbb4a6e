"""From one kind of display to another: what a movie needs whose deliverable is for a display of another kind."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerprint.color.baked.curves import TOP, Curves, magnitudes
from answerprint.color.bt2446 import hdr_to_sdr, sdr_to_hdr
from answerprint.color.primaries import REC709, REC2020, Chromaticities, rgb_to_rgb, rgb_to_xyz
from answerprint.color.tags import chromaticities
from answerprint.color.transfer import (
    HLG_GAMMA,
    HLG_PEAK,
    REFERENCE_WHITE,
    bt1886,
    encode_bt1886,
    encode_hlg,
    encode_pq,
    hlg,
    hlg_oetf,
    hlg_scene,
    pq,
)
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

        SDR transfers are all shown by the same BT.1886 display; PQ and HLG are not.
        """
        between = cls(source, target)
        if source.hdr and target.hdr:
            return None if source.transfer == target.transfer else between
        return None if source.hdr == target.hdr and between.same_primaries else between

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

    def factored(self) -> tuple[Curves, NDArray[np.float32]] | None:
        """Return the conversion as curves, and the light of every 16-bit code that they take; None where it is more.

        Light in PQ that HLG has none for lies past the end of the curves, and goes the exact way.
        """
        code, pq_asked = np.arange(1 << 16) / 65535, self.target.transfer == "smpte2084"
        if self.source.hdr and self.target.hdr:
            if pq_asked:
                return _to_pq(np.eye(3), HLG_PEAK, gamma=HLG_GAMMA), hlg_scene(code).astype(
                    np.float32
                )
            scaled = (pq(code) * (TOP / HLG_PEAK)).astype(np.float32)
            return _to_hlg(np.eye(3), HLG_PEAK / TOP), scaled
        if self.source.hdr:
            return None
        light = bt1886(code).astype(np.float32)
        if self.target.hdr:
            wide = rgb_to_rgb(REC709, REC2020)
            return (_to_pq if pq_asked else _to_hlg)(wide, REFERENCE_WHITE), light
        return _curves(rgb_to_rgb(*self._ends()), encode_bt1886(magnitudes())), light

    def __call__(self, code: Colors) -> Colors:
        """Convert colors."""
        if self.source.hdr and self.target.hdr:
            return np.asarray(_recoded(code, to_pq=self.target.transfer == "smpte2084"), np.float32)
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


def _recoded(code: Colors, *, to_pq: bool) -> Colors:
    """Bring HLG to PQ, or PQ to HLG, by the light of a 1,000 cd/m2 display, on which both look alike (BT.2408, 6).

    What PQ holds beyond that display's peak is dimmed to it, which keeps its hue.
    """
    if to_pq:
        return encode_pq(hlg(code))
    light = pq(code)
    most = np.maximum(light.max(axis=1, keepdims=True), np.float32(HLG_PEAK))
    return encode_hlg(light * (np.float32(HLG_PEAK) / most))


def _to_pq(axes: NDArray[np.float64], white: float, *, gamma: float = 1.0) -> Curves:
    """Return curves to PQ of light, 1.0 = `white` in cd/m2, after a system gamma by luminance."""
    gains = None if gamma == 1 else magnitudes() ** (gamma - 1)
    return _curves(axes, encode_pq(white * magnitudes()), gains)


def _to_hlg(axes: NDArray[np.float64], white: float) -> Curves:
    """Return curves to HLG of display light, 1.0 = `white` in cd/m2."""
    shown = magnitudes() * (white / HLG_PEAK)
    gains = np.maximum(shown, 1e-12) ** (1 / HLG_GAMMA - 1)
    return _curves(axes, hlg_oetf(np.minimum(shown, 1)), gains)


def _curves(
    axes: NDArray[np.float64],
    shown: NDArray[np.float64],
    gains: NDArray[np.float64] | None = None,
) -> Curves:
    """Return one curve for all channels, in display code by magnitude: followed past white, where it is clipped."""
    codes = np.minimum(65535 * shown, 2 * 65535).astype(np.float32)
    weights = rgb_to_xyz(REC2020)[1]
    by_luminance = np.ones(1) if gains is None else gains
    return Curves(
        axes, weights, by_luminance.astype(np.float32), np.repeat(codes[None], 3, axis=0),
        rounds=np.array_equal(axes, np.eye(3)),
    )  # fmt: skip
