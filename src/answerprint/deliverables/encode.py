"""Making files: every picture read once, fed to all encoders and writers side by side, and sampled for the proof.

Memory: a few pictures an encoder, because each one's queue is short; disk: the
partial files and the samples of `measure.compare`.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path

from answerprint.color.between import Between
from answerprint.color.grading import Grading
from answerprint.color.pixelformat import PIXEL_FORMATS
from answerprint.color.planes import encode_planes
from answerprint.deliverables.commands import leading_timecode, view_of_result
from answerprint.deliverables.pictures.appearance import (
    Appearance,
    AsIs,
    Developed,
    Form,
    Light,
    Raw,
    geometry_of,
    shown_size,
)
from answerprint.deliverables.pictures.framing import Geometry
from answerprint.deliverables.pictures.geometry import place
from answerprint.deliverables.pictures.slate import Slate, slate_picture
from answerprint.deliverables.pictures.source import FactsOf, Pictures, develop
from answerprint.deliverables.preset import Preset
from answerprint.deliverables.sinks import Sink, open_sink
from answerprint.errors import AnswerprintError, ToolError
from answerprint.measure.kin.compare import Reference, sample
from answerprint.measure.sweep import Observed
from answerprint.measured.deliverable import Expected
from answerprint.media import ffmpeg as program
from answerprint.order import Size
from answerprint.progress import Progress, counted, silent

Watch = Callable[[Observed], None]
"""Told of what was measured of each frame, in order."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """One deliverable to be made: its preset, what it is fed, and where it is written for now."""

    preset: Preset
    partial: Path
    form: Form
    frames: tuple[int, ...]
    rate: Fraction
    sound: Path | None = None
    timecode: str = "01:00:00:00"
    first: int = 0
    clip: str = "clip"
    slate: Slate | None = None
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> Size | None:
        """Size of its pictures, None where they stay as they are."""
        return None if isinstance(self.form, AsIs) else shown_size(self.form, (0, 0))


@dataclass(frozen=True, slots=True)
class Encoded:
    """What became of one encoding: what the file has to be, or why there is none."""

    encoding: Encoding
    expected: Expected
    reference: Reference | None
    failure: AnswerprintError | None = None
    notes: tuple[str, ...] = field(default=())


def form_of(pictures: Pictures, preset: Preset, geometry: Geometry, grading: Grading) -> Form:
    """Settle what a preset is fed. `grading` is the user's; its view is the preset's where none is asked for.

    Raises UsageError where the geometry is impossible, ToolError where there is
    no scene light for an EXR preset.
    """
    placed = place(
        geometry_of(geometry, preset.geometry), pictures.size, preset.granule, pictures.pixel_aspect
    )
    if preset.exr is not None:
        if pictures.tags is not None:
            raise ToolError(
                "EXR is made of scene light, and the source is a movie", where=preset.name
            )
        return Light(placed, preset.exr.chromaticities)
    appearance = Appearance(
        grading, placed, preset.burn_in, preset.name if preset.burn_in or preset.slate else ""
    )
    own = pictures.own_form()
    if own is not None and preset.video is not None and _stays(pictures, appearance):
        return own
    if preset.stills is not None:
        return Raw(appearance, preset.stills.pixel_format, "gbr", "pc")
    assert preset.video is not None
    alpha = preset.video.alpha_format if pictures.alpha else None
    pixel_format = alpha or preset.video.pixel_format
    matrix, range_ = preset.color.matrix or "bt709", preset.color.range or "tv"
    return Raw(appearance, pixel_format, matrix, range_, preset.video.siting, alpha is not None)


def _stays(pictures: Pictures, appearance: Appearance) -> bool:
    """Tell whether a movie's pictures can go to ffmpeg as they are."""
    assert pictures.tags is not None
    alike = Between.of(pictures.tags, appearance.tags) is None
    return alike and appearance.placement.untouched and not appearance.preset


def encode(
    pictures: Pictures,
    encodings: Sequence[Encoding],
    work: Path,
    *,
    facts: FactsOf,
    watch: Watch | None = None,
    progress: Progress = silent,
) -> Iterator[Encoded]:
    """Make all `encodings`, which take the same frames in rising order, in one pass over `pictures`.

    Each is yielded as soon as its encoder has ended, whatever the order of
    `encodings`. An encoder that fails ends its own file and no other. What fails
    the pictures themselves is raised: FrameError, SourceError, ArchiveError.
    `watch` is told of the checks' measurements of every frame. The references
    of what is yielded last until all have been asked for.
    """
    order = encodings[0].frames if encodings else tuple(range(pictures.count))
    forms = list(dict.fromkeys(encoding.form for encoding in encodings))
    station = "encoding " + ", ".join(e.preset.name for e in encodings)
    fed = 0
    with ExitStack() as stack:
        references: dict[Form, Reference] = {
            form: stack.enter_context(closing(Reference(work / f"reference-{number}")))
            for number, form in enumerate(forms)
            if not isinstance(form, Light)
        }
        # Entered before the sinks, so that it waits for encoders only after they are abandoned.
        pool = stack.enter_context(ThreadPoolExecutor(max(1, len(encodings)), "end"))
        sinks = [_opened(stack, pictures, encoding) for encoding in encodings]
        for encoding, sink in zip(encodings, sinks, strict=True):
            _feed_slate(encoding, sink, references)
        passes = (_pass(pictures, run, forms, facts, watch) for run in rising(order))
        for developed, times in counted(chain(*passes), station, len(set(order)), progress):
            if watch is not None and developed.observed is not None:
                watch(developed.observed)
            for _ in range(times):
                _feed(developed, encodings, sinks, references)
            fed += times
        ends = {pool.submit(s.finish): e for e, s in zip(encodings, sinks, strict=True)}
        for end in as_completed(ends):
            encoding, failure = ends[end], end.result()
            expected, known = settle(pictures, encoding, fed), references.get(encoding.form)
            yield Encoded(encoding, expected, known, failure, encoding.notes)


def failures_of(
    made: Iterable[Encoded], encodings: Sequence[Encoding]
) -> list[AnswerprintError | None]:
    """Return why there is no file of each of `encodings`, None where there is one, in their order."""
    ended = sorted(made, key=lambda each: encodings.index(each.encoding))
    return [each.failure for each in ended]


def rising(order: Sequence[int]) -> Iterator[dict[int, int]]:
    """Cut an order of frames into runs that rise, each of frames with how often they are shown.

    >>> list(rising([0, 0, 1, 2, 0, 1]))
    [{0: 2, 1: 1, 2: 1}, {0: 1, 1: 1}]
    """
    run: dict[int, int] = {}
    for index in order:
        if run and index < next(reversed(run)):
            yield run
            run = {}
        run[index] = run.get(index, 0) + 1
    yield run


def _pass(
    pictures: Pictures,
    run: dict[int, int],
    forms: Sequence[Form],
    facts: FactsOf,
    watch: Watch | None,
) -> Iterator[tuple[Developed, int]]:
    developed = develop(pictures, list(run), forms, facts=facts, observe=watch is not None)
    return ((each, run[each.index]) for each in developed)


def _opened(stack: ExitStack, pictures: Pictures, encoding: Encoding) -> Sink:
    require(encoding.preset)
    sink = open_sink(pictures, encoding)
    stack.callback(sink.abandon)
    return sink


def _feed_slate(encoding: Encoding, sink: Sink, references: Mapping[Form, Reference]) -> None:
    if encoding.slate is None:
        return
    form = encoding.form
    assert isinstance(form, Raw)
    rgb = slate_picture(encoding.slate, form.appearance.placement.canvas, form.appearance.tags)
    for _ in range(encoding.slate.count):
        sink.put(
            encode_planes(
                rgb, PIXEL_FORMATS[form.pixel_format], form.matrix, form.range, siting=form.siting
            )
        )
        references[form].add(sample(rgb))


def _feed(
    developed: Developed,
    encodings: Sequence[Encoding],
    sinks: Sequence[Sink],
    references: Mapping[Form, Reference],
) -> None:
    for form, reference in references.items():
        reference.add(developed.samples[form])
    for encoding, sink in zip(encodings, sinks, strict=True):
        sink.put(developed.pictures[encoding.form])


def settle(pictures: Pictures, encoding: Encoding, count: int) -> Expected:
    """Return what the deliverable has to be, given what goes in."""
    preset, form = encoding.preset, encoding.form
    video, container = preset.video, preset.container
    pixel_format = form.pixel_format if isinstance(form, Raw) else ""
    return Expected(
        frames=count + (encoding.slate.count if encoding.slate else 0),
        rate=encoding.rate,
        size=shown_size(form, pictures.size),
        codec=video.codec
        if video
        else (preset.exr.compression if preset.exr else preset.suffix.lstrip(".") or "png"),
        pixel_format=(video.pixel_format if isinstance(form, AsIs) else pixel_format)
        if video
        else pixel_format,
        color=preset.color,
        sound=preset.sound.codec if preset.sound and encoding.sound else None,
        timecode=leading_timecode(encoding) if container and container.timecode else None,
        faststart=bool(container and container.faststart),
        plays=_plays(preset),
        peak=view_of_result(encoding).peak if preset.mastering else None,
        psnr=preset.proof.psnr,
        ssim=preset.proof.ssim,
    )


def _plays(preset: Preset) -> int | None:
    """Return how often an animation has to play, 0 for ever; None for once, and for AVIF, of which readers do not tell."""
    if preset.suffix not in (".gif", ".webp") or preset.container is None:
        return None
    times = int(preset.container.options.get("loop", 0))
    return times if times >= 0 else None


def _other_encoder() -> str:
    if os.environ.get(program.PREFERENCE):
        return f"unset {program.PREFERENCE} to use the bundled one"
    return "name an encoder that it has"


def require(preset: Preset) -> None:
    """Raise ToolError where this ffmpeg lacks what a preset needs."""
    missing = sorted(preset.encoders - program.encoders())
    missing += sorted(preset.filters - program.filters())
    if missing:
        raise ToolError(
            f"this ffmpeg lacks {', '.join(missing)}",
            where=preset.name,
            hint=_other_encoder(),
        )
