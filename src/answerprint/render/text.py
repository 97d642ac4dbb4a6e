"""A report for people: one screen that says what was found and where everything lies."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from answerprint.errors import one_line
from answerprint.measured.clips import MovieMeasures, SequenceMeasures
from answerprint.measured.deliverable import Deliverable
from answerprint.report import DEFAULT_PROFILE, Finding, Report, Severity
from answerprint.timing import spell_frames
from answerprint.verdict import Mended, SeamVerdict

MOST_FINDINGS: Final = 20
"""Findings shown; more would push the verdict off the screen, and the JSON report has them all."""

_UNDONE: Final = "COULD NOT BE DONE"
_WORDS: Final = {"pass": "PASS", "warn": "PASS WITH WARNINGS", "fail": "FAIL"}


def to_text(report: Report) -> str:
    """Write one report as lines of text, the verdict first."""
    return "\n".join(_lines(report)) + "\n"


def tally(reports: Sequence[Report]) -> str:
    """Say in a line how many of several clips came to which verdict."""
    count = Counter(map(_verdict, reports))
    words = (*_WORDS.values(), _UNDONE)
    return f"{len(reports)} clips: " + ", ".join(f"{count[w]} {w}" for w in words if count[w])


def seam_to_text(source: str, found: SeamVerdict) -> str:
    """Write one seam's verdict as lines of text: what it is, the figures behind it, what would mend it."""
    return "\n".join(_seam_lines(source, found)) + "\n"


def mended_to_text(source: str, mended: Mended) -> str:
    """Write a mended seam as lines of text: what it was, what was done, what it is."""
    lines = [
        *_seam_lines(source, mended.before),
        f"{one_line(mended.file)}: {mended.after.verdict}, score {mended.after.score:.2f}, {mended.frames} frames",
        f"  because    {mended.how}",
    ]
    return "\n".join(lines) + "\n"


def _seam_lines(source: str, found: SeamVerdict) -> Iterator[str]:
    figures = found.figures
    yield f"{one_line(source)}: {found.verdict}, score {found.score:.2f}"
    yield f"  because    {found.reason}"
    if found.frames:
        yield f"  frames     {spell_frames(sorted(set(found.frames)))} of the clip, counted from 0"
    spans = f", spans {figures.spans:.1f} ordinary steps" if figures.spans is not None else ""
    yield f"  step       {figures.step:.3g} (Oklab x 100), beside it {figures.ordinary:.3g}{spans}"
    yield f"  grade      {figures.stops:+.3f} stops, color {figures.tint:.2f} (Oklab x 100)"
    if found.mend:
        yield f"  mend       {found.mend}"


def _verdict(report: Report) -> str:
    return _UNDONE if report.failure and not report.outcomes else _WORDS[report.verdict]


def _lines(report: Report) -> Iterator[str]:
    yield f"{one_line(report.clip)}: {_verdict(report)}"
    if report.failure:
        yield f"  could not be done: {one_line(report.failure.message)}"
    yield from _media(report)
    yield from _order(report)
    yield from _policy(report)
    yield from _findings(report)
    yield from _checks(report)
    for made in report.deliverables:
        yield _deliverable(made)
        yield from (
            f"             {note}"
            for note in (*made.notes, *(made.sound.notes if made.sound else ()))
        )


def _media(report: Report) -> Iterator[str]:
    if report.measurements.sequence:
        yield f"  frames     {_sequence(report.measurements.sequence)}"
    if report.measurements.movie:
        yield f"  movie      {_movie(report.measurements.movie)}"


def _sequence(sequence: SequenceMeasures) -> str:
    header = sequence.common_header
    size = (
        f", {header.main.size[0]}x{header.main.size[1]} {header.main.compression}" if header else ""
    )
    return one_line(f"{sequence.label}: {len(sequence.frames)} files{size}, in {sequence.place}")


def _movie(movie: MovieMeasures) -> str:
    facts, color = movie.facts, movie.facts.color
    tags = "/".join(
        tag or "-" for tag in (color.primaries, color.transfer, color.matrix, color.range)
    )
    size = f"{facts.size[0]}x{facts.size[1]}"
    return one_line(
        f"{movie.place}: {len(movie.frames)} frames at {facts.rate or '?'}, {size} {facts.codec} {facts.pixel_format}, {tags}"
    )


def _order(report: Report) -> Iterator[str]:
    asked = report.order.model_dump(
        mode="json", exclude_defaults=True, exclude={"assumed", "prompt"}
    )
    words = [
        f"{key} {_spelled(value)}{' (assumed)' if key in report.order.assumed else ''}"
        for key, value in asked.items()
        if value not in (None, {})
    ]
    if words:
        yield f"  order      {one_line(', '.join(words))}"


def _spelled(value: Any) -> str:
    """Write a value of an order for people.

    >>> _spelled(True), _spelled([1280, 720]), _spelled({"first": "a.png", "last": None})
    ('yes', '1280x720', 'first a.png')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        told = {key: inner for key, inner in value.items() if inner not in (None, {})}
        return " and ".join(f"{key} {_spelled(inner)}" for key, inner in told.items())
    if isinstance(value, list):
        words = [_spelled(inner) for inner in value]
        return ("; " if any(isinstance(inner, dict) for inner in value) else "x").join(words)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _findings(report: Report) -> Iterator[str]:
    if report.baseline is not None:
        yield f"  baseline   {_held_against(report)}"
    # What is known weighs nothing, so it gives way to what does.
    for finding in sorted(report.findings, key=lambda f: f.known)[:MOST_FINDINGS]:
        word = "known" if finding.known else finding.severity.value
        yield f"  {word:<10} {_finding(finding)}"
    left = len(report.findings) - MOST_FINDINGS
    if left > 0:
        yield f"             and {left} more findings in the JSON report"


def _finding(finding: Finding) -> str:
    frames = spell_frames(finding.frames)
    shown = f" [frame {frames if len(frames) < 60 else frames[:57] + '...'}]" if frames else ""
    worse = f" (worse: {one_line(finding.worse)})" if finding.worse else ""
    return f"{finding.check}: {one_line(finding.message)}{shown}{worse}"


def _held_against(report: Report) -> str:
    """Say how many findings the baseline has already, and how many weigh."""
    known = sum(finding.known for finding in report.findings)
    worse = sum(finding.worse is not None for finding in report.findings)
    new = len(report.findings) - known - worse
    return f"{one_line(report.baseline or '')}: {known} known, {worse} worse, {new} new"


def _policy(report: Report) -> Iterator[str]:
    """Say by which limits, where they are not the built-in ones alone."""
    policy = report.policy
    if policy is None or (policy.profile == DEFAULT_PROFILE and not policy.overrides):
        return
    changed = [key for key in policy.overrides if not key.startswith("waive.")]
    own = f", with {', '.join(changed)}" if changed else ""
    yield one_line(f"  limits     {policy.profile}{own} ({policy.digest})")


def _checks(report: Report) -> Iterator[str]:
    if not report.outcomes:
        return
    graver = {f.check for f in report.findings if f.severity is not Severity.INFO}
    count = Counter(
        "noted" if o.status == "failed" and o.check not in graver else o.status
        for o in report.outcomes
    )
    words = ("passed", "failed", "noted", "waived", "skipped")
    yield "  checks     " + ", ".join(f"{count[word]} {word}" for word in words if count[word])
    left_out = report.measurements.unmeasured
    for figures, what in (
        (left_out.sequence, "of the frames"),
        (left_out.movie, "of the movie"),
    ):
        if figures:
            yield f"  unmeasured {what}: {', '.join(figures)}"
    for outcome in report.outcomes:
        if outcome.status == "waived" or outcome.waived:
            many = f" ({outcome.waived} findings)" if outcome.waived > 1 else ""
            yield f"  waived     {outcome.check}: {one_line(outcome.reason or '')}{many}"
        for expired in outcome.expired:
            yield f"  expired    the waiver of {outcome.check}: {one_line(expired)}"


def _deliverable(made: Deliverable) -> str:
    size, rate = f"{made.expected.size[0]}x{made.expected.size[1]}", made.expected.rate
    like = made.likeness
    worst = "frame" if made.sampled is None else f"of {made.sampled} frames"
    quality = f", PSNR {like.psnr:g} dB and SSIM {like.ssim:g} at the worst {worst}" if like else ""
    sound = f", sound {made.sound_seconds:.3f} s" if made.sound_seconds is not None else ", silent"
    return one_line(
        f"  made       {made.file}: {made.frames} frames at {rate}, {size} {made.expected.codec}{sound}{quality}"
    )
