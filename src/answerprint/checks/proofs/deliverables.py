"""The proof of finished files: each is what its preset says, and shows what it was made from."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from answerprint.checks.check import DELIVERABLES, Breach, Subject, check
from answerprint.measured.deliverable import Expected, Likeness
from answerprint.measured.light import ContentLight
from answerprint.report import Severity

COLOR_CODES: Final = 3.0
"""Largest difference of a frame's mean color, in 8-bit codes.

Taking BT.601 for BT.709 or narrow for full range moves means by 4 to 30 codes
(computed from the matrices on saturated pictures); encoding moves them by less than 1.
"""

VIEWING: Final = ("h264", "hevc", "av1", "vp9", "vp8")
"""Codecs of files that are watched, not worked on."""


@check("deliverable.count", DELIVERABLES, ebu="0081X", source="the frames that went in")
def count(subject: Subject) -> Iterator[Breach]:
    """A finished file decodes to exactly the frames that went in.

    An encoder's exit code is no proof: the file is decoded again and counted,
    and its container has to declare the same number where it declares one. Where
    a sample was asked for, the packets are counted, and the sample has to decode.
    """
    for made in subject.deliverables:
        if made.sampled is not None and made.decoded != made.sampled:
            yield Breach(
                f"{made.decoded} keyframes decode from {made.file}, {made.sampled} were tried",
                measured=made.decoded,
                limit=made.sampled,
                unit="frames",
                asset=made.file,
            )
        counts = {"are packed in": made.packets}
        if made.sampled is None:
            counts = {"decode from": made.decoded} | counts
        if made.facts is not None and made.facts.declared is not None:
            counts["are declared by"] = made.facts.declared
        for what, number in counts.items():
            if number != made.expected.frames:
                yield Breach(
                    f"{number} frames {what} {made.file}, {made.expected.frames} went in",
                    measured=number,
                    limit=made.expected.frames,
                    unit="frames",
                    asset=made.file,
                )


@check("deliverable.format", DELIVERABLES, source="its preset")
def format_(subject: Subject) -> Iterator[Breach]:
    """Codec, pixel format, size, rate, timecode and index stand in the finished file as its preset says."""
    for made in subject.deliverables:
        facts, expected = made.facts, made.expected
        if facts is None:
            continue
        pairs = {
            "codec": (_codec(facts.codec), _codec(expected.codec)),
            "pixel format": (facts.pixel_format, expected.pixel_format),
            "size": (facts.size, expected.size),
            "rate": (str(facts.rate), str(expected.rate)),
            "timecode": (facts.timecode, expected.timecode) if expected.timecode else (None, None),
            "faststart": (facts.faststart, True) if expected.faststart else (None, None),
            "number of plays": (made.plays, expected.plays),
        }
        for what, (found, wanted) in pairs.items():
            if found != wanted:
                yield Breach(
                    f"{what} of {made.file} is {found} and has to be {wanted}",
                    measured=str(found),
                    limit=str(wanted),
                    asset=made.file,
                )


@check("deliverable.tags", DELIVERABLES, source="its preset; ITU-T H.273")
def tags(subject: Subject) -> Iterator[Breach]:
    """Color tags of the finished file are those of its preset: untagged or mistagged pictures change color in players."""
    for made in subject.deliverables:
        if made.facts is None:
            continue
        found, wanted = made.facts.color.model_dump(), made.expected.color.model_dump()
        for tag, value in wanted.items():
            if value not in (None, "unspecified") and found[tag] != value:
                yield Breach(
                    f"{tag} of {made.file} is tagged {found[tag] or 'nothing'} and has to be {value}",
                    measured=found[tag] or "untagged",
                    limit=value,
                    asset=made.file,
                )


@check("deliverable.likeness", DELIVERABLES, source="its preset; measured")
def likeness(subject: Subject) -> Iterator[Breach]:
    """Every frame of a finished file looks like the frame it was made from.

    Judged on the decoded file at its worst frame: luma noise and structure
    against the preset's floor, mean color, and whether a neighbouring frame fits better.
    """
    for made in subject.deliverables:
        if made.likeness is not None:
            for breach in _unlike(made.likeness, made.expected, made.file):
                yield replace(breach, asset=made.file)


def _unlike(found: Likeness, floor: Expected, file: str) -> Iterator[Breach]:
    """Yield every way in which a file is not like its source."""
    if found.psnr < floor.psnr:
        noisier = f"frame {found.psnr_frame} of {file} is noisier than its preset allows"
        yield Breach(noisier, found.psnr, floor.psnr, "dB", (found.psnr_frame,))
    if found.ssim < floor.ssim:
        lost = f"frame {found.ssim_frame} of {file} lost structure"
        yield Breach(lost, found.ssim, floor.ssim, "SSIM", (found.ssim_frame,))
    if found.color > COLOR_CODES:
        other = f"colors of {file} are not its source's"
        yield Breach(other, found.color, COLOR_CODES, "8-bit codes")
    if found.slipped:
        slipped = f"frames of {file} show their neighbours"
        yield Breach(slipped, len(found.slipped), 0, "frames", found.slipped)


@check(
    "deliverable.quality-floor", DELIVERABLES, severity=Severity.WARNING,
    limit="deliverable.delivery deliverable.mezzanine deliverable.headroom", source="measured",
)  # fmt: skip
def quality_floor(subject: Subject) -> Iterator[Breach]:
    """A finished file is good at its worst frame, not only on the mean: what it shows there is near its master.

    Luma noise of the decoded file against the pictures that were fed to the encoder.
    A mean hides the frame behind a cut or at a flash that a player pauses on; the
    finding names it. Encode it at a higher quality, or in two passes.
    """
    limits = subject.limits.deliverable
    for made in subject.deliverables:
        found = made.likeness
        if found is None:
            continue
        viewing = _codec(made.expected.codec) in VIEWING
        floor = min(
            limits.delivery if viewing else limits.mezzanine, made.expected.psnr + limits.headroom
        )
        if found.psnr < floor:
            yield Breach(
                f"frame {found.psnr_frame} of {made.file} is its worst, at {found.psnr:.1f} dB;"
                f" the mean is {found.psnr_mean:.1f} dB",
                measured=found.psnr,
                limit=floor,
                unit="dB",
                frames=(found.psnr_frame,),
                asset=made.file,
            )


@check("deliverable.light", DELIVERABLES, source="CTA-861.3")
def light(subject: Subject) -> Iterator[Breach]:
    """HDR static metadata of a finished file is what its own decoded pixels measure, in container and bitstream alike.

    MaxCLL and MaxFALL by CTA-861.3 on the decoded file; the mastering display
    is the one of the view it was shown through.
    """
    for made in subject.deliverables:
        if made.expected.peak is None or made.light is None:
            continue
        container, bitstream = made.container_static, made.bitstream_static
        if container is None or container.light != made.light.content:
            stated = container.light if container else None
            yield Breach(
                f"{made.file} states {_levels(stated)} and shows {_levels(made.light.content)}",
                measured=_levels(stated),
                limit=_levels(made.light.content),
                unit="cd/m2",
                asset=made.file,
            )
        elif (
            container.mastering is None or round(container.mastering.maximum) != made.expected.peak
        ):
            yield Breach(f"{made.file} states another mastering display", asset=made.file)
        elif bitstream is not None and not container.agrees(bitstream):
            yield Breach(
                f"container and bitstream of {made.file} state different light", asset=made.file
            )


@check("deliverable.sound-length", DELIVERABLES, source="its codec's audio frame")
def sound_length(subject: Subject) -> Iterator[Breach]:
    """Sound ends with the picture, within one audio frame of its codec; a file that was to have sound has it."""
    for made in subject.deliverables:
        if made.expected.sound is None:
            continue
        if made.sound_seconds is None or made.sound_frame is None:
            yield Breach(f"{made.file} has no sound", asset=made.file)
            continue
        off = made.sound_seconds - made.picture_seconds
        if abs(off) > made.sound_frame + 1e-6:
            yield Breach(
                f"sound of {made.file} ends {abs(off) * 1000:.1f} ms {'after' if off > 0 else 'before'} its picture",
                measured=round(made.sound_seconds, 4),
                limit=round(made.picture_seconds, 4),
                unit="s",
                asset=made.file,
            )


def _levels(light: ContentLight | None) -> str:
    return f"MaxCLL {light.max_cll}, MaxFALL {light.max_fall}" if light else "no light levels"


def _codec(name: str) -> str:
    """Name a codec the same whichever decoder recognised it."""
    return {"libdav1d": "av1", "libvpx-vp9": "vp9", "libvpx": "vp8", "libopus": "opus"}.get(
        name, name
    )
