"""The numbers that decide, the severities and the waivers: policy, as data."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Self

import xxhash
from pydantic import Field, field_validator, model_validator

from answerprint.checks.exr.limits import AlphaLimits, ChannelLimits, ExrLimits
from answerprint.checks.files.clock import ContainerLimits
from answerprint.checks.files.levels import CodecLimits
from answerprint.checks.files.weight import SequenceLimits
from answerprint.checks.look.limits import LookLimits
from answerprint.checks.picture.flashes import FlashLimits
from answerprint.checks.picture.limits import RhythmLimits
from answerprint.checks.picture.pulse import PulseLimits
from answerprint.checks.profile import laid_over, profile_table
from answerprint.checks.proofs.kinlimits import (
    DeliverableLimits,
    EditLimits,
    ExtensionLimits,
    ReframeLimits,
)
from answerprint.checks.proofs.pairlimits import PairLimits, PinLimits
from answerprint.checks.seam.limits import SeamLimits
from answerprint.checks.sound.limits import SoundLimits
from answerprint.checks.waiver import Names, Waivers, listed
from answerprint.errors import LimitsError
from answerprint.ingest.members import DEFAULT_LIMITS, ArchiveLimits
from answerprint.record import Record, parse_record, read_toml
from answerprint.report import DEFAULT_PROFILE, Policy, Severity


class PixelLimits(Record):
    """Limits of single frames."""

    negative_floor: float = Field(default=-1e-3, le=0)
    """Scene-linear value under which a negative is not explained by DWA compression.

    Pictures clipped at 0 come back from DWAB level 45 down to about -4e-5 over
    thousands of pixels (measured with OpenEXR 3.5.3); this leaves a factor of 25.
    One of NEGATIVE_STEPS: 0, -1e-4, -1e-3, -1e-2, -1e-1.
    """
    negative_share: float = Field(default=1e-4, ge=0, le=1)
    """Share of a channel's pixels that may lie under that floor: 0.01 %, about 200 of a 1080p frame."""
    outliers: int = Field(default=10, ge=0)
    """Cells that may stand out from the frames before and after: two and a half damaged 8x8 blocks.

    Measured: clips in half float of slow motion have at most 1.
    """
    outliers_calm: int = Field(default=3, ge=0)
    """The same where no other frame of a clip of two seconds or more has over one: less than one damaged 8x8 block."""
    rough: int = Field(default=6, ge=0)
    """Tiles that may have half as much texture again as all around them before and after: garbage of the right average.

    Measured: a clip of slow motion has 5 at most. Of 250 flipped bits in five of
    its DWAB frames 74 left a frame unreadable. Of the 176 that decode 29 change 16 pixels or
    more by over 100 codes of 10-bit PQ; 28 of these are beyond one of these limits, and the
    one that is not changes 26.
    """
    outliers_ratio: float = Field(default=3.0, ge=1)
    """How many times what nineteen in twenty of the other frames have damage has: fast motion and glitter leave some.

    Measured on 72 clips of footage and animation that hold no damage, in 8 bits:
    6 have a frame beyond, all of them drawn or morphing loops of 14 to 46 frames.
    """
    patch: int = Field(default=4, ge=0)
    """Cells of a square of 36 that may lie apart from both frames, beyond `outliers_ratio` times what most frames have.

    Measured on 13 clips of footage and renders, at once and twice their speed: 12 at most where most
    frames have 9, 7 where they have 7, 2 where they have none. Blocks of 24 pixels with their light changed by up
    to two stops at random have 6 to 30 among lamps as elsewhere, in 11 of 12 frames.
    """
    overflow_share: float = Field(default=1e-5, ge=0, le=1)
    """Share of a channel's pixels that may lie at the largest half float: the core of a sun, 20 of a 1080p frame."""
    plateau_share: float = Field(default=1e-4, ge=0, le=1)
    """The same of one value from 1024 up, ten stops above diffuse white: light that bright is never even."""
    denormal_share: float = Field(default=0.9, ge=0, le=1)
    """Share of a channel's pixels that may be smaller than the smallest normal half float: clean frames on black have 0.7."""
    tile_around: float = Field(default=0.004, ge=0)
    """Scene-linear light around a black tile from which it is one, two stops above what counts as black."""
    tile_frames: int = Field(default=12, ge=1)
    """Frames of a clip (of a short one a fifth) beyond which black tiles are taken for something in the picture."""
    band_stops: float = Field(default=0.15, gt=0)
    """How far a chunk's lines may stand out, beyond both frames beside it and the lines above and below.

    Measured on 72 clean clips with borders of chunks at every 32 or 256 lines: 0.11 at most in footage, 0.34 in
    two morphing loops of 16 frames. Lines of a slow clip that are a third too bright stand out by 0.25.
    """
    fireflies_ratio: float = Field(default=3.0, ge=0)
    """Fireflies of 3 stops a frame may have for each of 2 stops that nineteen in twenty of the others have.

    Measured on 72 clean clips: sparks of a fire and glitter stay within it.
    """


class PictureLimits(Record):
    """Limits of pictures through time, at the scale of a 5 s clip: one frame is a lot."""

    black_peak: float = Field(default=0.002, ge=0)
    """Brightest spot of a black frame, relative to diffuse white: 0.2 cd/m2 of a 100 cd/m2 display."""
    fade_ratio: float = Field(default=4.0, gt=1)
    """Black is part of a fade when the frames beside it are at most this much darker than the clip: two stops."""
    repeat_share: float = Field(default=0.3, gt=0, lt=1)
    """A step this small beside the six around it repeats the frame before it.

    Measured on a repeated frame in H.264: 0.04 at crf 14, 0.24 at crf 20; steady
    motion stays above 0.8.
    """
    repeat_change: float = Field(default=0.05, gt=0, lt=1)
    """Share of what steps nearby change of the distances to other frames, under which a step repeats a frame.

    Measured: 0.01 on frames repeated under heavy grain, 0.07 on the slowest natural steps.
    """
    frozen_step: float = Field(default=0.05, ge=0)
    """Difference of neighbouring frames, Oklab x 100, under which nothing moves: a twentieth of what is just visible."""


class Limits(Record):
    """Everything a studio may set: numbers by family, severity by check, waivers by check."""

    pixels: PixelLimits = PixelLimits()
    """Limits of single frames."""
    exr: ExrLimits = ExrLimits()
    """Limits of EXR headers."""
    channels: ChannelLimits = ChannelLimits()
    """Limits of how the channels of an EXR picture relate."""
    alpha: AlphaLimits = AlphaLimits()
    """Limits of alpha channels."""
    picture: PictureLimits = PictureLimits()
    """Limits of pictures through time."""
    sequence: SequenceLimits = SequenceLimits()
    """Limits of the files of a sequence."""
    container: ContainerLimits = ContainerLimits()
    """Limits of what a container may tell differently from what it holds."""
    codec: CodecLimits = CodecLimits()
    """Limits of how pictures are coded."""
    look: LookLimits = LookLimits()
    """Limits of how pictures look and of the light they hold."""
    rhythm: RhythmLimits = RhythmLimits()
    """Limits of pictures' order in time."""
    pulse: PulseLimits = PulseLimits()
    """Limits of light and color through time."""
    flash: FlashLimits = FlashLimits()
    """Limits of flashing."""
    seam: SeamLimits = SeamLimits()
    """Limits of the loop seam."""
    pair: PairLimits = PairLimits()
    """Limits of how movie and EXR sequence of one delivery may differ."""
    pin: PinLimits = PinLimits()
    """Limits of how frames may differ from the pictures they are pinned to."""
    reframe: ReframeLimits = ReframeLimits()
    """Limits of how a source may differ from itself in what was made around it."""
    edit: EditLimits = EditLimits()
    """Limits of how an edit may differ from its source in time."""
    extension: ExtensionLimits = ExtensionLimits()
    """Limits of the join of a clip and the footage that it goes on from."""
    deliverable: DeliverableLimits = DeliverableLimits()
    """Quality of finished files."""
    sound: SoundLimits = SoundLimits()
    """Limits of a movie's sound."""
    archive: ArchiveLimits = DEFAULT_LIMITS
    """What a zip may hold before it is refused."""
    profile: str = DEFAULT_PROFILE
    """Built-in profile these limits start from; what is set here is laid over it, table by table."""
    only: Names = ()
    """Families and ids of the checks to run; empty for all."""
    skip: Names = ()
    """Families and ids of checks to leave out."""
    severity: dict[str, Severity] = {}
    """Severity by check id, where it is to differ from the check's own."""
    waive: dict[str, Waivers] = {}
    """Waivers by check id: a reason, or a table with reason, until, frames and clip, or several of them.

    A waived check is judged and reported, and what is forgiven weighs nothing.
    """

    @model_validator(mode="before")
    @classmethod
    def _start_from_profile(cls, values: Any) -> Any:
        if not isinstance(values, Mapping) or not isinstance(values.get("profile"), str):
            return values
        return laid_over(profile_table(values["profile"]), values)

    @field_validator("severity", "waive", mode="before")
    @classmethod
    def _ids_are_quoted(cls, value: Any) -> Any:
        tables = value.items() if isinstance(value, Mapping) else ()
        for name, inner in tables:
            if isinstance(inner, Mapping) and "." not in name:
                raise ValueError(f'ids are written in quotes: "{name}.{next(iter(inner), "")}"')
        return value

    @classmethod
    def load(cls, path: str | Path | None = None, *, profile: str | None = None) -> Self:
        """Read limits from a TOML file, a profile, or a file that starts from a profile. Raises LimitsError.

        A file that names its profile itself is refused where another one is asked for.
        """
        own = read_toml(Path(path), LimitsError) if path else {}
        where = str(path) if path else "profile"
        named = own.setdefault("profile", profile or DEFAULT_PROFILE)
        if profile is not None and named != profile:
            raise LimitsError(
                f"starts from profile {named!r}, and profile {profile!r} was asked for", where=where
            )
        return parse_record(cls, own, where=where, error=LimitsError)

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """Return the limits a report says it was judged by. Raises LimitsError where they exist no more."""
        values: dict[str, Any] = {"profile": policy.profile}
        for key, value in policy.overrides.items():
            table, _, name = key.partition(".")
            values = laid_over(values, {table: {name: value}} if name else {table: value})
        return parse_record(cls, values, where="limits of the report", error=LimitsError)

    def selecting(self, only: Collection[str] = (), skip: Collection[str] = ()) -> Self:
        """Return these limits with other families and ids selected, as far as any are named; a plain string is one name."""
        chosen = {"only": tuple(listed(only)), "skip": tuple(listed(skip))}
        return self.model_copy(update={key: names for key, names in chosen.items() if names})

    def policy(self) -> Policy:
        """Return what a report says of these limits: the profile, what differs from it, and a digest of the whole."""
        own, base = (_flat(limits) for limits in (self, type(self)(profile=self.profile)))
        written = json.dumps(own, sort_keys=True).encode()
        return Policy(
            profile=self.profile,
            overrides={key: own[key] for key in own if key not in base or own[key] != base[key]},
            digest=xxhash.xxh3_64_hexdigest(written),
        )


def _flat(limits: Limits) -> dict[str, Any]:
    """Return every value of `limits` by table and key, as JSON holds them."""
    flat: dict[str, Any] = {}
    for table, value in limits.model_dump(mode="json", exclude={"profile"}).items():
        if isinstance(value, dict):
            flat |= {f"{table}.{key}": inner for key, inner in value.items()}
        else:
            flat[table] = value
    return flat
