"""VMAF on samples of a clip, and the constant quality that reaches a wanted one.

A few short runs of frames, spread over the clip, are kept without loss as the
encoder is fed them; each trial encodes and compares those. Memory: ffmpeg's own;
disk: RUNS x LENGTH losslessly coded pictures of a deliverable.

Runs are joined in one file, with a keyframe at the start of each. The first frame
of a run does not count: a keyframe is better than the frames it stands for, and
VMAF's measure of motion looks back to the frame before, which is another run's.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import ffmpeg

from answerprint.color.tags import BT709
from answerprint.deliverables.commands import trial_line
from answerprint.deliverables.encode import Encoding, encode, failures_of
from answerprint.deliverables.pictures.appearance import shown_size
from answerprint.deliverables.pictures.source import FactsOf, Pictures
from answerprint.deliverables.preset import ContainerFormat
from answerprint.deliverables.steering import CRF, at_crf
from answerprint.errors import AnswerprintError, EncodeError, ToolError
from answerprint.measure.pool import default_threads
from answerprint.media import ffmpeg as program
from answerprint.order import Size
from answerprint.progress import Progress

RUNS: Final = 3
"""Runs of frames in a sample: begin, middle and end of a clip differ more than what lies between."""
LENGTH: Final = 12
"""Frames of a run: half a second, over which a viewer would notice."""
FOR_HD: Final = (2560, 1440)
"""Largest picture that is judged as on an HD screen at three heights; above, by VMAF's model for UHD at one and a half."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found: a constant quality, the VMAF of its worst run, and whether that is enough."""

    crf: int
    vmaf: float
    target: float
    frames: int

    @property
    def note(self) -> str:
        """What was decided, in words."""
        runs = -(-self.frames // LENGTH)
        place = f"at the worst of {runs} samples" if runs > 1 else "in its one sample"
        said = f"crf {self.crf} has VMAF {self.vmaf:.1f} {place} ({self.frames} frames)"
        if self.vmaf >= self.target:
            return f"{said}; {self.target:g} was asked for"
        return f"{said}: the best there is, and not the {self.target:g} that was asked for"


def sampled(frames: Sequence[int]) -> tuple[int, ...]:
    """Return the frames to try on: up to RUNS runs of LENGTH, spread evenly; all of a short clip.

    >>> sampled(range(100))[::6]
    (11, 17, 44, 50, 77, 83)
    """
    known = sorted(set(frames))
    runs = min(RUNS, max(1, len(known) // LENGTH))
    starts = (round((n + 0.5) * len(known) / runs - LENGTH / 2) for n in range(runs))
    return tuple(i for start in starts for i in known[max(0, start) : max(0, start) + LENGTH])


def crf_for(
    pictures: Pictures,
    encodings: Sequence[Encoding],
    work: Path,
    target: float,
    facts: FactsOf,
    progress: Progress,
) -> list[Searched | AnswerprintError]:
    """Find, for each of `encodings`, the worst constant quality whose VMAF is `target` in every run of its sample.

    All of them take the same frames, and the sample is read in one pass. Where
    none reaches it, the best quality is found. One that fails stops no other.
    Raises ToolError where this ffmpeg has no VMAF, and what the pictures raise.
    """
    if "libvmaf" not in program.filters():
        raise ToolError(
            "this ffmpeg lacks libvmaf", where="VMAF", hint=f"unset {program.PREFERENCE}"
        )
    frames = sampled(encodings[0].frames)
    samples = [
        _lossless(each, frames, work / f"sample-{number}.nut")
        for number, each in enumerate(encodings)
    ]
    made = encode(pictures, samples, work, facts=facts, progress=progress)
    failures = failures_of(made, samples)
    return [
        failure or _found(each, sample, target, pictures.size, progress)
        for each, sample, failure in zip(encodings, samples, failures, strict=True)
    ]


def highest(
    low: int, high: int, reached: Callable[[int], float], target: float
) -> tuple[int, float]:
    """Return the highest whole number whose `reached` is `target` or more, and what it reached.

    `reached` falls as numbers rise, more or less. Where none is enough, the
    lowest is returned.

    >>> highest(8, 45, lambda crf: 100 - crf, 80)
    (20, 80)
    """
    best, enough = (low, 0.0), False
    while low <= high:
        middle = (low + high) // 2
        found = reached(middle)
        if found >= target:
            best, enough, low = (middle, found), True, middle + 1
        else:
            best, high = best if enough else (middle, found), middle - 1
    return best


def worst_run(log: str) -> float:
    """Return the VMAF of the worst run in libvmaf's CSV log: the mean of its frames, the first left out.

    A run of one frame is judged by that. Raises EncodeError where nothing was judged.
    """
    scores = [float(row["vmaf"]) for row in csv.DictReader(log.splitlines())]
    if not scores:
        raise EncodeError("libvmaf judged no frame", where="VMAF")
    runs = [scores[start : start + LENGTH] for start in range(0, len(scores), LENGTH)]
    return min(fmean(run[1:] or run) for run in runs)


def vmaf_line(made: Path, sample: Path, log: Path, pixel_format: str, size: Size) -> list[str]:
    """Return the ffmpeg command that writes the VMAF of each frame of `made` against `sample` to `log`."""
    both = [_paired(ffmpeg.input(str(path)).video, pixel_format) for path in (made, sample)]
    large = size[0] > FOR_HD[0] or size[1] > FOR_HD[1]
    judged = ffmpeg.filter(
        both, "libvmaf", model=f"version={'vmaf_4k_v0.6.1' if large else 'vmaf_v0.6.1'}",
        log_fmt="csv", log_path=str(log), n_threads=default_threads(),
    )  # fmt: skip
    return program.command(judged.output("-", format="null"))


def _paired(stream: Any, pixel_format: str) -> Any:
    """Return a stream whose frames pair with those of another by their number, and which nothing converts.

    Containers round times each in their own way. ffmpeg converts silently, through
    R'G'B', where two streams' tags differ: the sample's file carries none.
    """
    stream = program.tag_color(stream, BT709).filter("format", pixel_format)
    return stream.filter("settb", expr="1/1000").filter("setpts", "N")


def _lossless(encoding: Encoding, frames: tuple[int, ...], place: Path) -> Encoding:
    """Return the encoding that keeps sample frames as the encoder of `encoding` is fed them."""
    assert encoding.preset.video is not None
    video = encoding.preset.video.model_copy(
        update={"encoder": "ffv1", "codec": "ffv1", "options": {"level": 3, "g": 1}}
    )
    kept = {"video": video, "container": ContainerFormat(format="nut"), "sound": None}
    preset = encoding.preset.model_copy(update=kept)
    return replace(encoding, preset=preset, partial=place, frames=frames, sound=None, slate=None)


def _found(
    encoding: Encoding, sample: Encoding, target: float, source: Size, progress: Progress
) -> Searched | AnswerprintError:
    """Search one deliverable's constant quality, or return why that failed."""
    assert encoding.preset.video is not None
    low, high = CRF[encoding.preset.video.encoder]
    # Bisecting n numbers takes no more looks than n has bits.
    station, most = f"trying {encoding.preset.name}", (high - low + 1).bit_length()
    tried = 0

    def reached(crf: int) -> float:
        nonlocal tried
        progress(station, tried, most)
        tried += 1
        return _tried(replace(sample, preset=at_crf(encoding.preset, crf)), sample.partial, source)

    try:
        crf, vmaf = highest(low, high, reached, target)
    except EncodeError as problem:
        return problem
    finally:
        progress(station, most, most)
        sample.partial.unlink(missing_ok=True)
    return Searched(crf, vmaf, target, len(sample.frames))


def _tried(trial: Encoding, sample: Path, source: Size) -> float:
    """Encode a sample as `trial` has it, and return the VMAF of its worst run."""
    assert trial.preset.video is not None
    made = sample.with_suffix(trial.preset.suffix)
    log = sample.with_suffix(".csv")
    line = trial_line(sample, replace(trial, partial=made), LENGTH)
    program.run(line, where=trial.preset.name)
    size, pixel_format = shown_size(trial.form, source), trial.preset.video.pixel_format
    program.run(vmaf_line(made, sample, log, pixel_format, size), where=trial.preset.name)
    return worst_run(log.read_text(encoding="utf-8"))
