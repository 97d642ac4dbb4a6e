"""Loudness metered block by block, while a sound is decoded for other figures: no second pass, no process.

The meter is ffmpeg's ebur128, the one `loudness.measure_loudness` starts a process for.
"""

import math
from fractions import Fraction
from typing import Any, Final

import av
import av.error
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray

from answerprint.measured.sound import Loudness

_SILENT: Final = -70.0
"""LUFS of BS.1770's absolute gate, which the meter also prints for silence."""


class LoudnessMeter:
    """Loudness and true peak by ITU-R BS.1770 and EBU R128 of a sound that comes in blocks. Memory: 3 s of sound."""

    def __init__(self, sample_rate: int, layout: str, channels: int) -> None:
        """Take sound of that rate; a layout ffmpeg has no name for is weighed as loudspeakers without places."""
        self._rate = sample_rate
        self._layout = layout
        self._samples = 0
        self._integrated = -math.inf
        self._most = {"M": -math.inf, "S": -math.inf, "true_peak": 0.0}
        self._graph = _graph(sample_rate, layout)
        if self._graph is None:
            self._layout = f"{channels}C"
            self._graph = _graph(sample_rate, self._layout)

    def add(self, samples: NDArray[np.float32]) -> None:
        """Meter the next block, (channels, samples)."""
        if self._graph is None:
            return
        # PyAV 18.1 takes eight planes for nine and raises IndexError: samples of all channels in turn have one plane.
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.T).reshape(1, -1), format="flt", layout=self._layout
        )
        frame.sample_rate, frame.pts = self._rate, self._samples
        self._samples += samples.shape[1]
        self._push(frame)

    def result(self) -> Loudness | None:
        """Return what was metered; None where the sound could not be."""
        if self._graph is None:
            return None
        self._push(None)
        peak = self._most["true_peak"]
        return Loudness(
            integrated=_heard(self._integrated),
            short_term=_heard(self._most["S"]),
            momentary=_heard(self._most["M"]),
            true_peak=round(20 * math.log10(peak), 2) if peak > 0 else None,
        )

    def _push(self, frame: Any) -> None:
        assert self._graph is not None
        try:
            self._graph.push(frame)
            while True:
                self._read(self._graph.pull().metadata)
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        except (av.error.FFmpegError, ValueError):
            self._graph = None

    def _read(self, figures: dict[str, str]) -> None:
        self._integrated = float(figures.get("lavfi.r128.I", self._integrated))
        for name, most in self._most.items():
            self._most[name] = max(most, float(figures.get(f"lavfi.r128.{name}", most)))


def _graph(sample_rate: int, layout: str) -> Any:
    graph = Graph()
    try:
        source = graph.add_abuffer(
            format="flt",
            sample_rate=sample_rate,
            layout=layout,
            time_base=Fraction(1, sample_rate),
        )
        meter = graph.add("ebur128", "metadata=1:peak=true")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
    except (av.error.FFmpegError, ValueError):
        return None
    return graph


def _heard(lufs: float) -> float | None:
    return round(lufs, 2) if lufs > _SILENT else None
