"""The bit rate or the visual quality a person asks for, in place of a preset's own constant quality.

A bit rate takes two passes: the first only counts what each picture costs, so
every picture is read twice. A VMAF takes a search on samples, see `vmaf`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final, Self

import ffmpeg
from pydantic import BeforeValidator, Field, model_validator

from answerprint.deliverables.encode import Encoded, Encoding, Watch, encode, failures_of, settle
from answerprint.deliverables.pictures.source import FactsOf, Pictures
from answerprint.deliverables.preset import ContainerFormat, Floor, Preset
from answerprint.deliverables.steering import CRF, at_bit_rate, at_crf
from answerprint.deliverables.vmaf import Searched, crf_for
from answerprint.errors import AnswerprintError, EncodeError, UsageError
from answerprint.media import ffmpeg as program
from answerprint.progress import Progress, silent
from answerprint.record import Record

SLACK: Final = 0.15
"""Share of the asked bit rate that the result may be off before its note says so.

Measured on 3.5 s of a grainy scene, 320x180, at 0.4 and 1.5 Mb/s: libx264 and
libx265 come within 5 %, libsvtav1 and libvpx-vp9 within 11 %. On pure noise
libsvtav1 stays a fifth and more below.
"""
INTACT: Final = Floor(psnr=15.0, ssim=0.1)
"""What is proven of a result whose quality was asked for: that it is a picture, not how good it is.

Heavy noise (deviation 25 of 255) at a hundredth of its ordinary rate keeps 20 dB
and 0.18; a black frame has 6 dB and 0.00. That it is the right picture, in its
colors and at its place, other checks tell.
"""

_WRITTEN: Final = re.compile(r"(\d+(?:\.\d+)?) ?([kM]?)(?:bps|b/s|bit/s)?")
_UNITS: Final = {"": 1, "k": 1_000, "M": 1_000_000}


def parse_bit_rate(text: str) -> int:
    """Return bits a second of a rate as it is written. Raises UsageError.

    >>> parse_bit_rate("8M"), parse_bit_rate("800k"), parse_bit_rate("1500000")
    (8000000, 800000, 1500000)
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"{text!r} is no bit rate", where="bit rate", hint="write it as in 8M or 800k"
        )
    return round(float(found[1]) * _UNITS[found[2]])


def _read_rate(value: Any) -> Any:
    return parse_bit_rate(value) if isinstance(value, str) else value


class Quality(Record):
    """How large or how good pictures become; where nothing is asked, as the preset says."""

    bit_rate: Annotated[int, BeforeValidator(_read_rate), Field(ge=10_000, le=2_000_000_000)] | None = None  # fmt: skip
    """Bits a second of the picture alone, met over the whole clip."""
    target_vmaf: float | None = Field(default=None, ge=20, le=100)
    """VMAF that the worst sample of the clip reaches."""

    @property
    def asked(self) -> bool:
        """Whether anything is asked."""
        return self.bit_rate is not None or self.target_vmaf is not None

    @model_validator(mode="after")
    def _one_wish(self) -> Self:
        if self.bit_rate is not None and self.target_vmaf is not None:
            raise ValueError("a bit rate and a VMAF contradict each other: ask for one")
        return self


def require_steerable(preset: Preset, quality: Quality) -> None:
    """Raise UsageError where a preset's encoder cannot be given what is asked."""
    if not quality.asked:
        return
    if preset.video is None or preset.video.encoder not in CRF:
        wish = "bit rate" if quality.bit_rate is not None else "VMAF"
        raise UsageError(
            f"takes no {wish}: its size follows from its format ({preset.picture})",
            where=preset.name,
            hint="leave it out here, or take a preset of H.264, HEVC, VP9 or AV1",
        )
    if quality.target_vmaf is not None and preset.color.hdr:
        raise UsageError(
            "is HDR, and VMAF's models judge SDR only",
            where=preset.name,
            hint="ask for a bit rate",
        )


def encode_as_asked(
    pictures: Pictures,
    encodings: Sequence[Encoding],
    work: Path,
    quality: Quality,
    *,
    facts: FactsOf,
    watch: Watch | None = None,
    progress: Progress = silent,
) -> Iterator[Encoded]:
    """Do what `encode` does, at the bit rate or the VMAF that is asked for.

    A deliverable that fails on the way there is yielded first, and is not encoded.
    """
    prepared = _prepared(pictures, encodings, work, quality, facts, progress)
    ready = [each for each in prepared if isinstance(each, Encoding)]
    yield from (each for each in prepared if isinstance(each, Encoded))
    if ready or not encodings:
        for made in encode(pictures, ready, work, facts=facts, watch=watch, progress=progress):
            yield _rated(made, work, quality)


def _prepared(
    pictures: Pictures,
    encodings: Sequence[Encoding],
    work: Path,
    quality: Quality,
    facts: FactsOf,
    progress: Progress,
) -> list[Encoding | Encoded]:
    """Return each encoding as it has to be to be what is asked, or what became of it on the way there."""
    if quality.bit_rate is not None:
        return _counted(pictures, encodings, work, quality.bit_rate, facts, progress)
    if quality.target_vmaf is not None:
        found = crf_for(pictures, encodings, work, quality.target_vmaf, facts, progress)
        return [_searched(pictures, e, f) for e, f in zip(encodings, found, strict=True)]
    return list(encodings)


def _counted(
    pictures: Pictures,
    encodings: Sequence[Encoding],
    work: Path,
    rate: int,
    facts: FactsOf,
    progress: Progress,
) -> list[Encoding | Encoded]:
    """Run the first pass, which writes nothing but what it counted, and return the second ones."""
    logs = [work / f"pass-{number}" for number in range(len(encodings))]
    firsts = [_first(each, rate, log) for each, log in zip(encodings, logs, strict=True)]
    counted = encode(pictures, firsts, work, facts=facts, progress=progress)
    failures = failures_of(counted, firsts)
    return [
        _second(each, rate, log) if failure is None else _failed(pictures, each, failure)
        for each, log, failure in zip(encodings, logs, failures, strict=True)
    ]


def _first(encoding: Encoding, rate: int, log: Path) -> Encoding:
    preset = at_bit_rate(
        encoding.preset, rate, 1, log, container=ContainerFormat(format="null"), mastering=False
    )
    return replace(encoding, preset=preset, partial=Path("-"), sound=None)


def _second(encoding: Encoding, rate: int, log: Path) -> Encoding:
    preset = at_bit_rate(encoding.preset, rate, 2, log, proof=_intact(encoding.preset))
    return replace(encoding, preset=preset)


def _searched(
    pictures: Pictures, encoding: Encoding, found: Searched | AnswerprintError
) -> Encoding | Encoded:
    """Return an encoding at the constant quality that was found, with a note of what it reached."""
    if isinstance(found, AnswerprintError):
        return _failed(pictures, encoding, found)
    preset = at_crf(encoding.preset, found.crf)
    preset = preset.model_copy(update={"proof": _intact(preset)})
    return replace(encoding, preset=preset, notes=(*encoding.notes, found.note))


def _intact(preset: Preset) -> Floor:
    return Floor(psnr=min(preset.proof.psnr, INTACT.psnr), ssim=min(preset.proof.ssim, INTACT.ssim))


def _failed(pictures: Pictures, encoding: Encoding, failure: AnswerprintError) -> Encoded:
    return Encoded(encoding, settle(pictures, encoding, 0), None, failure, encoding.notes)


def _rated(made: Encoded, work: Path, quality: Quality) -> Encoded:
    """Return what was made with a note of its real bit rate, where one was asked for."""
    if quality.bit_rate is None or made.failure is not None:
        return made
    try:
        size = picture_bytes(made.encoding.partial, work / "packets.txt")
    except EncodeError as problem:
        return replace(made, failure=problem)
    rate = float(size * 8 * made.encoding.rate / made.expected.frames)
    return replace(made, notes=(*made.notes, rate_note(quality.bit_rate, rate)))


def rate_note(asked: int, rate: float) -> str:
    """Return what became of an asked bit rate, in words.

    >>> rate_note(8_000_000, 7_913_000.0)
    'two passes at 8.00 Mb/s made 7.91 Mb/s'
    """
    said = f"two passes at {_spelled(asked)} made {_spelled(rate)}"
    off = rate / asked - 1
    if abs(off) <= SLACK:
        return said
    return f"{said}, {abs(off):.0%} {'more' if off > 0 else 'less'}: the encoder could not meet it in this clip"


def picture_bytes(path: Path, listing: Path) -> int:
    """Return how many bytes the packets of a file's picture stream have. `listing` is written on the way.

    Nothing is decoded. Raises EncodeError where the file cannot be read.
    """
    copied = ffmpeg.input(str(path))["v:0"].output(str(listing), vcodec="copy", format="framecrc")
    program.run(program.command(copied), where=path.name)
    lines = listing.read_text(encoding="utf-8").splitlines()
    # Stream, decoding time, presentation time, duration, size, checksum.
    return sum(int(line.split(",")[4]) for line in lines if not line.startswith("#"))


def _spelled(rate: float) -> str:
    return f"{rate / 1e6:.2f} Mb/s" if rate >= 1e6 else f"{rate / 1e3:.0f} kb/s"
